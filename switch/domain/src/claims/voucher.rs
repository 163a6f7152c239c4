//! Voucher codes: how a qualification is read out, typed and printed.
//!
//! Fourteen characters of an alphabet of 32 (digits and letters without I, L, O and U, as Crockford chose them): twelve for
//! the 60 random bits of a claim, one for the member of its pack, one that checks the others. Printed in groups,
//! `7ZKM-0Q4T-B2XN-3D`. Small letters, spaces and hyphens are read too, O as 0, I and L as 1.
//!
//! The check is a sum over the field of 32 elements (x⁵ + x² + 1): the character at place i counts αⁱ times, and all fourteen
//! make 0. One wrong character changes the sum by a product of two elements that are not 0; two swapped ones by
//! (αⁱ + αʲ)(a + b), which is 0 only where they are the same: both are always seen, as any two characters that are swapped.

use super::ClaimId;
use crate::text::Text;
use std::fmt;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters that hold the claim.
const CLAIM_CHARACTERS: usize = 12;
/// Characters of a code.
const CODE_CHARACTERS: usize = 14;
const BITS: u32 = 5;
/// Places behind which a hyphen is printed.
const GROUP: usize = 4;

/// A qualification as it is printed: a claim and the member of its pack. Whoever knows one can redeem it: `Debug` shows
/// nothing of it, `Display` the code.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct VoucherCode {
    claim: ClaimId,
    member: u8,
}

impl VoucherCode {
    /// The code of this member; none where `claim` has more than 60 bits, or `member` is over 31.
    pub fn new(claim: u64, member: u8) -> Option<Self> {
        let known = claim >> ClaimId::BITS == 0 && usize::from(member) < ALPHABET.len();
        known.then_some(Self { claim: ClaimId::new(claim), member })
    }

    /// Reads what somebody typed.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut values = [0; CODE_CHARACTERS];
        let mut count = 0;
        // Nobody puts more than one space or hyphen between two characters.
        for byte in typed.bytes().take(2 * CODE_CHARACTERS + 1).filter(|byte| !matches!(byte, b' ' | b'-')) {
            *values.get_mut(count)? = value(byte)?;
            count += 1;
        }
        let whole = count == CODE_CHARACTERS && typed.len() <= 2 * CODE_CHARACTERS;
        let [claim @ .., member, _] = values;
        let number = claim.iter().fold(0, |number, value| (number << BITS) | u64::from(*value));
        if whole && sum(&values) == 0 { Self::new(number, member) } else { None }
    }

    /// The claim.
    pub const fn claim(self) -> ClaimId {
        self.claim
    }

    /// The place of the member in its pack.
    pub const fn member(self) -> u8 {
        self.member
    }

    /// The code without hyphens: what a till sends in tag 05.
    pub fn compact(self) -> Text<CODE_CHARACTERS> {
        struct Compact([u8; CODE_CHARACTERS]);
        impl fmt::Display for Compact {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| fmt::Write::write_char(formatter, char::from(*byte)))
            }
        }
        Text::printed(&Compact(self.characters()))
    }

    fn characters(self) -> [u8; CODE_CHARACTERS] {
        let mut values = [0; CODE_CHARACTERS];
        let mut rest = self.claim.get();
        for value in values.iter_mut().take(CLAIM_CHARACTERS).rev() {
            *value = low_bits(rest);
            rest >>= BITS;
        }
        values[CLAIM_CHARACTERS] = self.member;
        // The last place counts α¹³ times: what it must hold is the sum of the others divided by that.
        let missing = sum(&values);
        let check = (0..32).find(|check| times(*check, weight(CODE_CHARACTERS - 1)) == missing);
        values[CODE_CHARACTERS - 1] = check.unwrap_or_default();
        values.map(|value| ALPHABET.get(usize::from(value)).copied().unwrap_or_default())
    }
}

/// What a character stands for.
fn value(byte: u8) -> Option<u8> {
    let byte = match byte.to_ascii_uppercase() {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    };
    ALPHABET.iter().position(|letter| *letter == byte).and_then(|place| u8::try_from(place).ok())
}

fn low_bits(number: u64) -> u8 {
    u8::try_from(number & 31).unwrap_or_default()
}

/// The weighted sum of all characters.
fn sum(values: &[u8; CODE_CHARACTERS]) -> u8 {
    values.iter().enumerate().fold(0, |sum, (place, value)| sum ^ times(*value, weight(place)))
}

/// α to the power of the place; α is a generator, so no two of the first 31 powers are the same.
fn weight(place: usize) -> u8 {
    (0..place).fold(1, |power, _| times(power, 2))
}

/// Product of two elements of the field.
fn times(mut one: u8, other: u8) -> u8 {
    let mut product = 0;
    for bit in 0..BITS {
        if other >> bit & 1 == 1 {
            product ^= one;
        }
        one <<= 1;
        if one & 32 != 0 {
            one ^= 0b10_0101;
        }
    }
    product
}

/// In groups of four.
impl fmt::Display for VoucherCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.characters().iter().enumerate().try_for_each(|(place, byte)| {
            if place != 0 && place.is_multiple_of(GROUP) {
                formatter.write_str("-")?;
            }
            fmt::Write::write_char(formatter, char::from(*byte))
        })
    }
}

impl fmt::Debug for VoucherCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("VoucherCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIMS: [u64; 5] = [0, 1, (1 << 60) - 1, 0x0123_4567_89ab_cdef, 0x0fed_cba9_8765_4321];

    #[test]
    fn codes_read_back_however_they_are_typed() {
        for claim in CLAIMS {
            for member in 0..32 {
                let code = VoucherCode::new(claim, member).unwrap();
                let printed = code.to_string();
                assert_eq!(printed.len(), 17, "{printed}");
                for typed in [&printed, &printed.to_lowercase(), &printed.replace('-', " "), code.compact().as_str()] {
                    assert_eq!(VoucherCode::parse(typed), Some(code), "{typed}");
                }
                let confused = printed.replace('0', "o").replace('1', "l");
                assert_eq!(VoucherCode::parse(&confused), Some(code));
            }
        }
        assert_eq!((VoucherCode::new(1 << 60, 0), VoucherCode::new(0, 32)), (None, None));
    }

    #[test]
    fn a_code_worked_by_hand() {
        // Only the last claim character (value 1, place 11) and the member (value 1, place 12) count. In the field
        // α⁵ = α² + 1, so α¹¹ = 00111, α¹² = 01110, α¹³ = 11100. Their sum 01001 = α²⁹ is α¹⁶ times α¹³: the check is
        // α¹⁶ = 11011 = 27, the letter V.
        assert_eq!(VoucherCode::new(1, 1).unwrap().to_string(), "0000-0000-0001-1V");
    }

    #[test]
    fn every_wrong_character_and_every_swap_is_caught() {
        for claim in CLAIMS {
            let good = VoucherCode::new(claim, 17).unwrap().characters();
            let parse = |bytes: &[u8]| VoucherCode::parse(std::str::from_utf8(bytes).unwrap());
            for place in 0..CODE_CHARACTERS {
                for letter in ALPHABET {
                    let mut bytes = good;
                    bytes[place] = *letter;
                    assert_eq!(parse(&bytes).is_some(), bytes == good, "one wrong character at {place}");
                }
                for other in 0..place {
                    let mut bytes = good;
                    bytes.swap(place, other);
                    assert_eq!(parse(&bytes).is_some(), bytes == good, "{place} and {other} swapped");
                }
            }
        }
        // The same for all pairs of characters at all pairs of places, whatever stands elsewhere.
        for place in 0..CODE_CHARACTERS {
            for other in 0..place {
                for one in 0..32 {
                    assert_eq!(times(one, weight(place)) == times(one, weight(other)), one == 0);
                }
            }
        }
    }

    #[test]
    fn what_is_no_code() {
        for typed in ["", "0000-0000-0001-1", "0000-0000-0001-1VV", "U000-0000-0001-1V", "0000-0000-0001-1元"] {
            assert_eq!(VoucherCode::parse(typed), None, "{typed}");
        }
        assert_eq!(VoucherCode::parse(&"0".repeat(100_000)), None);
        assert_eq!(VoucherCode::parse(&"-".repeat(100_000)), None);
    }

    #[test]
    fn logs_never_know_a_code() {
        assert_eq!(format!("{:?}", VoucherCode::new(7, 1)), "Some(VoucherCode(..))");
    }
}
