//! Checks the `[fields]` of a table.

use super::error::DialectError;
use super::field::{Class, Counts, Encoding, FieldSpec, Padding, Prefix, PrefixEncoding, Sensitive};
use super::layers::{Layers, Place};
use super::table::{EncodingTable, FieldTable, Table};
use super::{FIELD_MAX, Operation};
use toml::Spanned;

pub(super) type Specs = Box<[Option<FieldSpec>; 256]>;
pub(super) type Operations = Box<[Operation; 256]>;

/// Every field of the layers, and what the parser does for each.
pub(super) fn compile(layers: &Layers<'_>, bitmap_count_max: u8) -> Result<(Specs, Operations), DialectError> {
    let defaults = Defaults::read(layers)?;
    let mut specs: Specs = Box::new([const { None }; 256]);
    let mut operations: Operations = Box::new([Operation::UNKNOWN; 256]);
    for (number, (field, place)) in layers.fields() {
        let key = format!("fields.{number}");
        let wrong = |problem: &str| layers.wrong_field(&place, &key, problem);
        let number: u8 = number
            .parse()
            .ok()
            .filter(|number| (2..=FIELD_MAX.min(bitmap_count_max * 64)).contains(number))
            .ok_or_else(|| wrong("expected a field number from 2 to 64 for each bitmap that the table has"))?;
        if field.absent {
            continue;
        }
        if number == 65 && bitmap_count_max == 3 {
            return Err(wrong("field 65 is the third bitmap in this table"));
        }
        let spec = compile_field(layers, &defaults, number, &field, &place, &key)?;
        operations[usize::from(number)] = Operation::of(&spec);
        specs[usize::from(number)] = Some(spec);
    }
    Ok((specs, operations))
}

/// What fields get that say nothing of their own.
struct Defaults {
    numbers: Encoding,
    numbers_variable: Encoding,
    tracks: Encoding,
    text: Encoding,
    characters: Encoding,
    bytes: Encoding,
    lengths: PrefixEncoding,
    counts: Counts,
    pad_nibble: u8,
}

impl Defaults {
    fn read(layers: &Layers<'_>) -> Result<Self, DialectError> {
        let encoding = |key: &str, of: fn(&EncodingTable) -> Option<&Spanned<String>>, otherwise: Encoding| {
            let Some(found) = layers.find(|table: &Table| of(&table.encoding)) else { return Ok(otherwise) };
            Encoding::from_name(found.value)
                .ok_or_else(|| layers.wrong(&found, &format!("encoding.{key}"), expected_encoding(found.value)))
        };
        let numbers = encoding("numbers", |table| table.numbers.as_ref(), Encoding::Ascii)?;
        let lengths = match layers.find(|table: &Table| table.encoding.lengths.as_ref()) {
            None => PrefixEncoding::Ascii,
            Some(found) => PrefixEncoding::from_name(found.value)
                .ok_or_else(|| layers.wrong(&found, "encoding.lengths", "expected ascii, ebcdic, bcd or binary"))?,
        };
        let counts = match layers.find(|table: &Table| table.encoding.counts.as_ref()) {
            None => Counts::Digits,
            Some(found) => counts_of(found.value)
                .ok_or_else(|| layers.wrong(&found, "encoding.counts", "expected digits or bytes"))?,
        };
        let pad_nibble = match layers.find(|table: &Table| table.encoding.pad_nibble.as_ref()) {
            None => 0,
            Some(found) => match found.value.as_str() {
                "0" => 0,
                "f" | "F" => 15,
                _ => return Err(layers.wrong(&found, "encoding.pad_nibble", "expected \"0\" or \"f\"")),
            },
        };
        Ok(Self {
            numbers,
            numbers_variable: encoding("numbers_variable", |table| table.numbers_variable.as_ref(), numbers)?,
            tracks: encoding("tracks", |table| table.tracks.as_ref(), Encoding::Ascii)?,
            text: encoding("text", |table| table.text.as_ref(), Encoding::Ascii)?,
            characters: encoding("characters", |table| table.characters.as_ref(), Encoding::Ascii)?,
            bytes: encoding("bytes", |table| table.bytes.as_ref(), Encoding::Binary)?,
            lengths,
            counts,
            pad_nibble,
        })
    }

    fn encoding(&self, class: Class, fixed: bool) -> Encoding {
        match class {
            Class::N if fixed => self.numbers,
            Class::N => self.numbers_variable,
            Class::Z => self.tracks,
            Class::Ans => self.text,
            Class::B => self.bytes,
            _ => self.characters,
        }
    }
}

fn compile_field(
    layers: &Layers<'_>,
    defaults: &Defaults,
    number: u8,
    field: &FieldTable,
    place: &Place,
    key: &str,
) -> Result<FieldSpec, DialectError> {
    let wrong = |sub: &str, problem: String| layers.wrong_field(place, &format!("{key}.{sub}"), problem);
    let said = |sub: &str, value: &Option<String>| value.clone().ok_or_else(|| wrong(sub, "missing".to_owned()));

    let class = said("class", &field.class)?;
    let class = Class::from_name(&class).ok_or_else(|| {
        wrong("class", format!("expected n, a, an, anp, as, ns, ans, z, x+n or b, found \"{class}\""))
    })?;
    let text = said("length", &field.length)?;
    let (digits, length) = length_of(&text).ok_or_else(|| {
        wrong("length", format!("expected \"12\" (fixed) or \"..19\", \"...999\", \"....9999\", found \"{text}\""))
    })?;
    let encoding = match &field.encoding {
        None => defaults.encoding(class, digits == 0),
        Some(name) => Encoding::from_name(name).ok_or_else(|| wrong("encoding", expected_encoding(name)))?,
    };
    if !encoding.suits(class) {
        return Err(wrong("encoding", format!("a field of class {} cannot be written so", class.name())));
    }
    let prefix = if digits == 0 {
        Prefix::Fixed
    } else {
        let encoding = match &field.length_encoding {
            None => defaults.lengths,
            Some(name) => PrefixEncoding::from_name(name)
                .ok_or_else(|| wrong("length_encoding", "expected ascii, ebcdic, bcd or binary".to_owned()))?,
        };
        let counts = match &field.length_counts {
            None => defaults.counts,
            Some(name) => {
                counts_of(name).ok_or_else(|| wrong("length_counts", "expected digits or bytes".to_owned()))?
            }
        };
        Prefix::Variable { digits, encoding, counts }
    };
    let counted = usize::from(length) * if encoding.is_hex() { 2 } else { 1 };
    if digits > 0 && counted > prefix.largest() {
        return Err(wrong("length", format!("the prefix can say {} at most", prefix.largest())));
    }
    if class == Class::Xn && length < 2 {
        return Err(wrong("length", "x+n has a sign and at least one digit".to_owned()));
    }
    let padding = match field.pad.as_deref() {
        Some("none") => Padding::None,
        Some("zeros-left") => Padding::ZerosLeft,
        Some("spaces-right") => Padding::SpacesRight,
        Some(_) => return Err(wrong("pad", "expected none, zeros-left or spaces-right".to_owned())),
        None => match class {
            Class::N => Padding::ZerosLeft,
            Class::A | Class::Anp | Class::As | Class::Ans => Padding::SpacesRight,
            _ => Padding::None,
        },
    };
    let sensitive = field.sensitive.as_deref().unwrap_or("no");
    let sensitive = Sensitive::from_name(sensitive).ok_or_else(|| {
        let known = "no, pan, track1, track2, track3, pin-block, expiry, chip, key or secret";
        wrong("sensitive", format!("expected {known}, found \"{sensitive}\""))
    })?;
    let name = field.name.clone().unwrap_or_default().into_boxed_str();
    let pad_nibble = defaults.pad_nibble;
    Ok(FieldSpec { number, name, class, encoding, prefix, length, padding, pad_nibble, sensitive })
}

/// `12` is fixed; dots in front are the digits of the length prefix.
fn length_of(text: &str) -> Option<(u8, u16)> {
    let number = text.trim_start_matches('.');
    let digits = u8::try_from(text.len() - number.len()).ok().filter(|digits| *digits <= 4)?;
    let length = number.parse().ok().filter(|length| (1..=9_999).contains(length))?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then_some((digits, length))
}

fn counts_of(name: &str) -> Option<Counts> {
    match name {
        "digits" => Some(Counts::Digits),
        "bytes" => Some(Counts::Bytes),
        _ => None,
    }
}

fn expected_encoding(found: &str) -> String {
    format!(
        "expected ascii, ebcdic, bcd-left, bcd-right, binary, hex, hex-ebcdic or a character set such as gb18030, \
         found \"{found}\""
    )
}
