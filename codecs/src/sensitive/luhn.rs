//! The check digit of card numbers and IMEIs (ISO/IEC 7812-1, annex B).

/// Whether the last digit is the check digit of the others. False for anything but at least two ASCII digits.
#[must_use]
pub fn luhn_is_valid(digits: &[u8]) -> bool {
    if digits.len() < 2 || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: usize = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = usize::from(digit - b'0');
            let doubled = digit * 2;
            if at.is_multiple_of(2) {
                digit
            } else if doubled > 9 {
                doubled - 9
            } else {
                doubled
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_numbers() {
        for good in ["4761739001010119", "79927398713", "490154203237518", "00"] {
            assert!(luhn_is_valid(good.as_bytes()), "{good}");
        }
        for bad in ["4761739001010118", "79927398710", "", "0", "4761-7390", "abc"] {
            assert!(!luhn_is_valid(bad.as_bytes()), "{bad}");
        }
    }
}
