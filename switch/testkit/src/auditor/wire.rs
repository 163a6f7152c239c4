//! Reads what stands on the wire: frames of a two-byte length, messages of ISO 8583:1987 all in ASCII.

use std::collections::BTreeMap;

/// How long a field is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Length {
    /// So many characters.
    Fixed(usize),
    /// So many digits of length in front.
    Counted(usize),
}

/// Lengths of fields 2 to 128, a number for a fixed one, minus the digits of a counted one.
const LENGTHS: [i8; 127] = [
    -2, 6, 12, 12, 12, 10, 8, 8, 8, 6, 6, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 2, 2, 1, 9, 9, 9, 9, -2, -2, -2, -2, -3,
    12, 6, 2, 3, 8, 15, 40, -2, -2, -3, -3, -3, 3, 3, 3, 16, 16, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, 16, 16, 1, 2,
    3, 3, 3, 4, 4, 6, 10, 10, 10, 10, 10, 10, 10, 10, 12, 12, 12, 12, 16, 16, 16, 16, 42, 1, 2, 5, 7, 42, 16, 17, 25,
    -2, -2, -2, -2, -2, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3,
    16,
];

/// How long a field is in this layout.
pub fn length_of(field: u8) -> Option<Length> {
    let length = *LENGTHS.get(usize::from(field).checked_sub(2)?)?;
    let characters = usize::from(length.unsigned_abs());
    Some(if length < 0 { Length::Counted(characters) } else { Length::Fixed(characters) })
}

/// A message: its type and its fields as text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// Four digits.
    pub mti: String,
    /// By number.
    pub fields: BTreeMap<u8, String>,
}

impl Message {
    /// Reads a payload; none where it is no message of this layout.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(payload).ok().filter(|text| text.is_ascii())?;
        let (mti, rest) = text.split_at_checked(4)?;
        let (first, mut rest) = rest.split_at_checked(16)?;
        let mut bits = u128::from(u64::from_str_radix(first, 16).ok()?) << 64;
        if bits >> 127 == 1 {
            let (second, after) = rest.split_at_checked(16)?;
            bits |= u128::from(u64::from_str_radix(second, 16).ok()?);
            rest = after;
        }
        let mut fields = BTreeMap::new();
        for field in 2..=128u8 {
            if bits >> (128 - field) & 1 == 1 {
                // Chip data counts bytes and shows two characters for each.
                let unit = if field == 55 { 2 } else { 1 };
                let length = match length_of(field)? {
                    Length::Fixed(length) => length,
                    Length::Counted(digits) => {
                        let (count, after) = rest.split_at_checked(digits)?;
                        rest = after;
                        count.parse::<usize>().ok()? * unit
                    }
                };
                let (value, after) = rest.split_at_checked(length)?;
                fields.insert(field, value.to_owned());
                rest = after;
            }
        }
        rest.is_empty().then(|| Self { mti: mti.to_owned(), fields })
    }

    /// A field's text, empty where it is absent.
    pub fn field(&self, number: u8) -> &str {
        self.fields.get(&number).map_or("", String::as_str)
    }

    /// A field's digits as a number.
    pub fn number(&self, field: u8) -> Option<u64> {
        self.field(field).parse().ok()
    }

    /// The value of a tag in the run of field 48; the first of its name.
    pub fn tag(&self, name: &str) -> Option<&str> {
        let mut run = self.field(48);
        while let Some((head, rest)) = run.split_at_checked(5) {
            let (value, after) = rest.split_at_checked(head.get(2..)?.parse().ok()?)?;
            if head.starts_with(name) {
                return Some(value);
            }
            run = after;
        }
        None
    }

    /// Whether it is a void or a refund: a financial message of processing code 20.
    pub fn is_return(&self) -> bool {
        self.mti.get(1..2) == Some("2") && self.field(3).starts_with("20")
    }

    /// Whether items stand first in field 48.
    pub fn has_items(&self) -> bool {
        ["01", "84"].iter().any(|tag| self.field(48).starts_with(tag) && self.tag(tag).is_some())
    }

    /// By which this request, its repeats and its answers are known: class, acquirer, terminal, merchant, trace number and
    /// time.
    pub fn key(&self) -> Key {
        Key {
            class: self.mti.get(1..2).unwrap_or_default().to_owned(),
            acquirer: self.field(32).to_owned(),
            terminal: self.field(41).trim_end().to_owned(),
            merchant: self.field(42).trim_end().to_owned(),
            stan: self.field(11).to_owned(),
            transmission: self.field(7).to_owned(),
        }
    }

    /// The same of a reversal alone: voids and refunds name their sale in that field too.
    pub fn reversed(&self) -> Option<Key> {
        self.original().filter(|_| self.mti.get(1..2) == Some("4"))
    }

    /// The key of what field 90 of a reversal names.
    pub fn original(&self) -> Option<Key> {
        let named = self.fields.get(&90)?;
        let mut key = self.key();
        key.class = named.get(1..2)?.to_owned();
        key.stan = named.get(4..10)?.to_owned();
        key.transmission = named.get(10..20)?.to_owned();
        Some(key)
    }
}

/// See [`Message::key`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Key {
    /// Second digit of the type.
    pub class: String,
    /// DE32.
    pub acquirer: String,
    /// DE41.
    pub terminal: String,
    /// DE42.
    pub merchant: String,
    /// DE11.
    pub stan: String,
    /// DE7.
    pub transmission: String,
}

/// Takes all whole frames off the front of `bytes`.
pub fn frames(bytes: &mut Vec<u8>) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    while let [high, low, rest @ ..] = bytes.as_slice() {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some(payload) = rest.get(..length) else { break };
        if length > 0 {
            frames.push(payload.to_vec());
        }
        bytes.drain(..2 + length);
    }
    frames
}
