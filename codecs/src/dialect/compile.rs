//! From layers of tables to a dialect.

use super::error::DialectError;
use super::layers::Layers;
use super::table::Table;
use super::{BitmapEncoding, Dialect, Envelope, MtiEncoding, fields, meaning};

pub(super) fn compile(layers: &Layers<'_>) -> Result<Dialect, DialectError> {
    let name = layers.name();
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || !name.bytes().all(fits) {
        let found = layers.need("name", |table: &Table| Some(&table.name))?;
        return Err(layers.wrong(&found, "name", "expected small letters, digits and hyphens"));
    }
    let mti = layers.need("mti.encoding", |table: &Table| table.mti.encoding.as_ref())?;
    let mti_encoding = match mti.value.as_str() {
        "ascii" => MtiEncoding::Ascii,
        "ebcdic" => MtiEncoding::Ebcdic,
        "bcd" => MtiEncoding::Bcd,
        _ => return Err(layers.wrong(&mti, "mti.encoding", "expected ascii, ebcdic or bcd")),
    };
    let version = layers.need("mti.version", |table: &Table| table.mti.version.as_ref())?;
    if *version.value > 9 {
        return Err(layers.wrong(&version, "mti.version", "expected the first digit of the message types"));
    }
    let bitmap = layers.need("bitmap.encoding", |table: &Table| table.bitmap.encoding.as_ref())?;
    let bitmap_encoding = match bitmap.value.as_str() {
        "hex" => BitmapEncoding::Hex,
        "hex-ebcdic" => BitmapEncoding::HexEbcdic,
        "binary" => BitmapEncoding::Binary,
        _ => return Err(layers.wrong(&bitmap, "bitmap.encoding", "expected hex, hex-ebcdic or binary")),
    };
    let count = layers.need("bitmap.count", |table: &Table| table.bitmap.count.as_ref())?;
    if !(1..=3).contains(count.value) {
        return Err(layers.wrong(&count, "bitmap.count", "expected 1, 2 or 3"));
    }
    let (specs, operations) = fields::compile(layers, *count.value)?;
    Ok(Dialect {
        name: name.into(),
        mti_encoding,
        mti_version: *version.value,
        bitmap_encoding,
        bitmap_count_max: *count.value,
        envelope: envelope(layers)?,
        semantics: meaning::compile(layers, *version.value, &specs)?,
        specs,
        operations,
    })
}

fn envelope(layers: &Layers<'_>) -> Result<Envelope, DialectError> {
    let Some(kind) = layers.find(|table: &Table| table.envelope.kind.as_ref()) else { return Ok(Envelope::None) };
    match kind.value.as_str() {
        "none" => Ok(Envelope::None),
        "tpdu" => {
            let header = layers.need("envelope.header", |table: &Table| table.envelope.header.as_ref())?;
            let bytes = six_bytes(header.value)
                .ok_or_else(|| layers.wrong(&header, "envelope.header", "expected 12 digits"))?;
            Ok(Envelope::Tpdu { header: bytes })
        }
        "cups" => {
            let version = layers.need("envelope.version", |table: &Table| table.envelope.version.as_ref())?;
            Ok(Envelope::Network { version: *version.value })
        }
        _ => Err(layers.wrong(&kind, "envelope.kind", "expected none, tpdu or cups")),
    }
}

fn six_bytes(digits: &str) -> Option<[u8; 6]> {
    let digits: [u8; 12] = digits.as_bytes().try_into().ok()?;
    let mut bytes = [0; 6];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        if !(high.is_ascii_digit() && low.is_ascii_digit()) {
            return None;
        }
        *byte = (high - b'0') << 4 | (low - b'0');
    }
    Some(bytes)
}
