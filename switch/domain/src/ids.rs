//! Every id and key its own type. Those that are text live inline ([`Text`]) and are `Copy`.

use crate::text::Text;
use std::fmt;

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident: $length:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub struct $name(pub Text<$length>);

        impl $name {
            /// The longest id, in bytes.
            pub const BYTES_MAX: usize = $length;

            /// The id of this text, unless it is too long.
            pub fn new(text: &str) -> Result<Self, crate::text::TextError> {
                Text::new(text).map(Self)
            }

            /// The id's text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }

            /// Whether none was given.
            pub const fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, formatter)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, formatter)
            }
        }
    )*};
}

text_id! {
    /// A campaign, for example `shenzhen-2024` (tag 83).
    CampaignId: 32;
    /// A product category, for example `washing-machine`.
    CategoryId: 24;
    /// What kind of its category a product is, for example `desktop` of computers.
    SubtypeId: 24;
    /// Card acceptor (merchant), DE42, trailing spaces removed.
    MerchantId: 15;
    /// Card acceptor terminal, DE41, trailing spaces removed.
    TerminalId: 8;
    /// Administrative district, 6 digits (GB/T 2260).
    DistrictCode: 6;
    /// Retrieval reference number, DE37.
    Rrn: 12;
    /// Authorisation code, DE38.
    AuthorisationCode: 6;
    /// Serial number or IMEI of the item sold (tag 04).
    SerialNumber: 40;
    /// Qualification (voucher) code (tag 05).
    QualificationCode: 32;
    /// A pack of qualifications in a campaign, for example `refrigerator`.
    PackId: 24;
    /// The NAME of a configured link.
    LinkName: 24;
    /// Who funds part of a subsidy, for example `bureau`.
    SponsorId: 24;
    /// DE7, transmission date and time, MMDDhhmmss: local time of the sender, decides nothing.
    TransmissionTime: 10;
    /// DE32, acquiring institution.
    AcquirerId: 11;
}

impl DistrictCode {
    /// Reads exactly six digits.
    pub fn parse(text: &str) -> Option<Self> {
        let six_digits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        six_digits.then(|| Self::new(text).ok()).flatten()
    }
}

/// System trace audit number, DE11: 0 to 999,999.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug)]
pub struct Stan(pub u32);

impl fmt::Display for Stan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:06}", self.0)
    }
}

/// A GTIN of 8, 12, 13 or 14 digits as a number: leading zeros do not matter (GS1 General Specifications, 3.2).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug)]
pub struct Gtin(pub u64);

impl Gtin {
    /// Reads 8 to 14 digits with a right check digit (GS1: weights 3 and 1 from the right, modulo 10).
    pub fn parse(digits: &[u8]) -> Option<Self> {
        if !matches!(digits.len(), 8 | 12 | 13 | 14) || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let weighted = digits.iter().rev().zip([1u32, 3].into_iter().cycle());
        let sum: u32 = weighted.map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        let number = digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
        sum.is_multiple_of(10).then_some(Self(number))
    }
}

/// At least 13 digits, as printed on the shelf.
impl fmt::Display for Gtin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:013}", self.0)
    }
}

macro_rules! digest_id {
    ($($(#[$doc:meta])* $name:ident: $length:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub struct $name(pub [u8; $length]);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, formatter)
            }
        }
    )*};
}

digest_id! {
    /// Keyed fingerprint of a card number: HMAC-SHA256 under the switch's card key, cut to 16 bytes.
    CardFingerprint: 16;
    /// Whom an allowance belongs to: the card's fingerprint, or the keyed hash of an ID number.
    PersonKey: 16;
    /// Identity of a request among its repeats, made of the fields that its dialect names.
    DuplicateKey: 16;
    /// Digest of what a request asks for: a repeat with another digest is not the same request.
    ContentDigest: 8;
    /// First bytes of the SHA-256 of the rules that decided.
    RulesVersion: 8;
}

impl RulesVersion {
    /// Reads sixteen hexadecimal digits, as [`fmt::Display`] prints them.
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        well_formed.then(|| u64::from_str_radix(text, 16).ok()).flatten().map(|number| Self(number.to_be_bytes()))
    }
}

/// A grant: the node that made it (high 16 bits) and the LSN of its intent (low 48 bits). Unique for ever, since an intent
/// whose LSN is used again after a torn tail was never durable, so nobody was ever told of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug)]
pub struct GrantId(pub u64);

impl GrantId {
    const LSN_BITS: u32 = 48;

    /// The grant whose intent is record `lsn` of `node`.
    pub const fn new(node: u16, lsn: Lsn) -> Self {
        assert!(lsn.0 < 1 << Self::LSN_BITS, "48 bits of LSN last 89 years at 100,000 records a second");
        Self(((node as u64) << Self::LSN_BITS) | lsn.0)
    }

    /// The node that made it.
    pub const fn node(self) -> u16 {
        // 64 less 48 bits are 16.
        let [.., low, high] = self.0.to_le_bytes();
        u16::from_le_bytes([low, high])
    }

    /// The LSN of its intent.
    pub const fn lsn(self) -> Lsn {
        Lsn(self.0 & ((1 << Self::LSN_BITS) - 1))
    }

    /// Reads what [`fmt::Display`] prints.
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        well_formed.then(|| u64::from_str_radix(text, 16).ok()).flatten().map(Self)
    }
}

/// Sixteen hexadecimal digits (tag 84).
impl fmt::Display for GrantId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016X}", self.0)
    }
}

/// Log sequence number: the place of a record in the journal, from 1 without gaps.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug)]
pub struct Lsn(pub u64);

impl Lsn {
    /// Before the first record.
    pub const NONE: Self = Self(0);

    /// The next one.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Lsn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gtin_check_digits() {
        // 4006381333931 is the worked example of the GS1 General Specifications' check digit.
        assert_eq!(Gtin::parse(b"4006381333931"), Some(Gtin(4_006_381_333_931)));
        assert_eq!(Gtin::parse(b"4006381333932"), None);
        assert_eq!(Gtin::parse(b"04006381333931"), Gtin::parse(b"4006381333931"));
        assert_eq!(Gtin::parse(b"96385074"), Some(Gtin(96_385_074)));
        assert_eq!(Gtin::parse(b"400638133393a"), None);
        assert_eq!(Gtin::parse(b""), None);
    }

    #[test]
    fn grant_ids_read_back() {
        let id = GrantId::new(3, Lsn(77));
        assert_eq!(GrantId::parse(&id.to_string()), Some(id));
        assert_eq!(id.lsn(), Lsn(77));
        assert_eq!(GrantId::parse("+000000000000004"), None);
    }
}
