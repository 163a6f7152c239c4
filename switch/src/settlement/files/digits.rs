//! Numbers as digits, in a buffer that lives on the stack.

/// Of 64 bits, a sign and a point.
pub(super) const DIGITS_MAX: usize = 23;

/// Where digits are written.
pub(super) type Digits = [u8; DIGITS_MAX];

/// The digits of a number: at least so many, with a point before the last `places` of them.
pub(super) fn decimal(mut number: u64, at_least: usize, places: usize, negative: bool, buffer: &mut Digits) -> &[u8] {
    let mut at = buffer.len();
    let mut put = |byte: u8| {
        at -= 1;
        buffer[at] = byte;
    };
    let at_least = at_least.max(places + 1).min(DIGITS_MAX - 2);
    let mut written = 0;
    while number > 0 || written < at_least {
        if written == places && places > 0 {
            put(b'.');
        }
        put(b'0' + (number % 10).to_le_bytes()[0]);
        number /= 10;
        written += 1;
    }
    if negative {
        put(b'-');
    }
    &buffer[at..]
}

/// The digits of grants.
pub(super) const UPPER: &[u8; 16] = b"0123456789ABCDEF";
/// The digits of versions of the rules.
pub(super) const LOWER: &[u8; 16] = b"0123456789abcdef";

/// Sixteen hexadecimal digits.
pub(super) fn hexadecimal(number: u64, digits: &[u8; 16]) -> [u8; 16] {
    let mut text = [b'0'; 16];
    for (pair, byte) in text.chunks_exact_mut(2).zip(number.to_be_bytes()) {
        let halves = [byte >> 4, byte & 15];
        pair.iter_mut().zip(halves).for_each(|(digit, half)| *digit = digits[usize::from(half)]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_standard_library_writes_them() {
        for number in [0, 1, 9, 10, 99, 100, 101, 999_980, u64::MAX] {
            let mut buffer = [0; DIGITS_MAX];
            assert_eq!(decimal(number, 1, 0, false, &mut buffer), number.to_string().as_bytes());
            assert_eq!(decimal(number, 13, 0, false, &mut buffer), format!("{number:013}").as_bytes());
            let yuan = format!("-{}.{:02}", number / 100, number % 100);
            assert_eq!(decimal(number, 1, 2, true, &mut buffer), yuan.as_bytes());
            assert_eq!(hexadecimal(number, LOWER), *format!("{number:016x}").as_bytes());
            assert_eq!(hexadecimal(number, UPPER), *format!("{number:016X}").as_bytes());
        }
    }
}
