//! What a table says about one field: class x encoding x prefix x padding.

use crate::text::Charset;

/// Which characters a field may hold (ISO 8583, attribute specifications).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// `n`: digits.
    N,
    /// `a`: letters and the pad space.
    A,
    /// `an`: letters and digits.
    An,
    /// `anp`: letters, digits and the pad space.
    Anp,
    /// `as`: letters, space and special characters.
    As,
    /// `ns`: digits and special characters.
    Ns,
    /// `ans`: everything printable; in a charset wider than ASCII its other characters too.
    Ans,
    /// `z`: a track: digits, separators (`=` or `D`) and the other track marks.
    Z,
    /// `x+n`: `C` or `D`, then digits.
    Xn,
    /// `b`: bytes of any value.
    B,
}

impl Class {
    const NAMES: [(&'static str, Self); 10] = [
        ("n", Self::N),
        ("a", Self::A),
        ("an", Self::An),
        ("anp", Self::Anp),
        ("as", Self::As),
        ("ns", Self::Ns),
        ("ans", Self::Ans),
        ("z", Self::Z),
        ("x+n", Self::Xn),
        ("b", Self::B),
    ];

    /// The class that a table names.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find_map(|(known, class)| (known == name).then_some(class))
    }

    /// The name in tables and errors.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.into_iter().find_map(|(name, class)| (class == self).then_some(name)).unwrap_or("?")
    }
}

/// How the characters of a value stand in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// One ASCII character a byte.
    Ascii,
    /// One EBCDIC character a byte (code page 1047; the invariant characters are those of 037 too).
    Ebcdic,
    /// Two digits a byte, an odd number begins at the left: `021` is `02 10`.
    BcdLeft,
    /// Two digits a byte, an odd number ends at the right: `123` is `01 23`.
    BcdRight,
    /// Bytes as they are (class `b`).
    Binary,
    /// Bytes as two ASCII characters of hexadecimal each (class `b`).
    Hex,
    /// Bytes as two EBCDIC characters of hexadecimal each (class `b`).
    HexEbcdic,
    /// Text in another character set, for example GB 18030. Lengths count bytes.
    Text(Charset),
}

impl Encoding {
    /// The encoding that a table names.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "ascii" => Self::Ascii,
            "ebcdic" => Self::Ebcdic,
            "bcd-left" => Self::BcdLeft,
            "bcd-right" => Self::BcdRight,
            "binary" => Self::Binary,
            "hex" => Self::Hex,
            "hex-ebcdic" => Self::HexEbcdic,
            other => Self::Text(Charset::from_name(other)?),
        })
    }

    /// Whether two digits share a byte.
    #[must_use]
    pub const fn is_bcd(self) -> bool {
        matches!(self, Self::BcdLeft | Self::BcdRight)
    }

    /// Whether each byte of the value takes two characters on the wire.
    #[must_use]
    pub const fn is_hex(self) -> bool {
        matches!(self, Self::Hex | Self::HexEbcdic)
    }

    /// Whether a value of this class can be written so.
    #[must_use]
    pub const fn suits(self, class: Class) -> bool {
        match self {
            Self::Binary | Self::Hex | Self::HexEbcdic => matches!(class, Class::B),
            Self::BcdLeft | Self::BcdRight => matches!(class, Class::N | Class::Z),
            Self::Ascii | Self::Ebcdic | Self::Text(_) => !matches!(class, Class::B),
        }
    }
}

/// How a number in front of a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrefixEncoding {
    /// One ASCII digit a byte.
    Ascii,
    /// One EBCDIC digit a byte.
    Ebcdic,
    /// Two digits a byte, right aligned.
    Bcd,
    /// Big-endian: one byte for `ll`, two for `lll` and `llll`.
    Binary,
}

impl PrefixEncoding {
    /// The encoding that a table names.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "ascii" => Self::Ascii,
            "ebcdic" => Self::Ebcdic,
            "bcd" => Self::Bcd,
            "binary" => Self::Binary,
            _ => return None,
        })
    }
}

/// What a length prefix counts. Only for BCD is there a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Digits or characters.
    Digits,
    /// Bytes on the wire.
    Bytes,
}

/// Whether a field has a fixed length or says its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// Always as long as the table says.
    Fixed,
    /// A number of `digits` digits (`l` 1 to `llll` 4) stands in front.
    Variable {
        /// 1 to 4.
        digits: u8,
        /// How the number is written.
        encoding: PrefixEncoding,
        /// What it counts.
        counts: Counts,
    },
}

impl Prefix {
    /// Bytes that the number takes on the wire; 0 when there is none.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Fixed => 0,
            Self::Variable { digits, encoding: PrefixEncoding::Ascii | PrefixEncoding::Ebcdic, .. } => digits as usize,
            Self::Variable { digits, .. } => (digits as usize).div_ceil(2),
        }
    }

    /// The largest number that the prefix can hold.
    #[must_use]
    pub const fn largest(self) -> usize {
        match self {
            Self::Fixed => usize::MAX,
            Self::Variable { digits, encoding: PrefixEncoding::Binary, .. } => {
                if digits <= 2 {
                    0xff
                } else {
                    0xffff
                }
            }
            Self::Variable { digits, .. } => 10_usize.pow(digits as u32) - 1,
        }
    }
}

/// What a writer does with a value that is shorter than its fixed field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// Refuse it.
    None,
    /// Zeros in front (numbers).
    ZerosLeft,
    /// Spaces behind (text).
    SpacesRight,
}

/// What a value gives away; decides how it prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sensitive {
    /// Nothing: prints as it is.
    None,
    /// A card number: prints its first 6 and last 4 digits.
    Pan,
    /// Track 2: prints the card number's mask only.
    Track2,
    /// Anything that never prints: tracks 1 and 3, PIN blocks, keys, expiry dates, chip data.
    Secret,
}

impl Sensitive {
    /// The kind that a table names.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "no" => Self::None,
            "pan" => Self::Pan,
            "track2" => Self::Track2,
            "secret" | "track1" | "track3" | "pin-block" | "expiry" | "chip" | "key" => Self::Secret,
            _ => return None,
        })
    }
}

/// One field of a dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// 2 to 192.
    pub number: u8,
    /// What the field is, for people.
    pub name: Box<str>,
    /// Which characters it may hold.
    pub class: Class,
    /// How they stand in bytes.
    pub encoding: Encoding,
    /// Fixed, or with its length in front.
    pub prefix: Prefix,
    /// The length of a fixed field, the longest of a variable one; in digits or characters, for class `b` and for
    /// character sets of several bytes in bytes.
    pub length: u16,
    /// What happens to short values when written.
    pub padding: Padding,
    /// The nibble that fills an odd number of BCD digits: 0 or 15.
    pub pad_nibble: u8,
    /// How it prints.
    pub sensitive: Sensitive,
}
