//! How single fields of the tables are written.

use jiff::civil::Date;
use lijian_domain::ids::{CategoryId, SubtypeId};

/// Bytes of a text for people.
const TEXT_BYTES_MAX: usize = 200;

/// A category id.
pub(crate) fn category(text: &str) -> Option<CategoryId> {
    plain(text).and_then(|text| CategoryId::new(text).ok())
}

/// What kind of its category a product is.
pub(crate) fn subtype(text: &str) -> Option<SubtypeId> {
    plain(text).and_then(|text| SubtypeId::new(text).ok())
}

fn plain(text: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (!text.is_empty() && text.bytes().all(plain)).then_some(text)
}

/// A date as `2024-09-06`.
pub(crate) fn date(text: &str) -> Option<Date> {
    if text.len() == 10 && text.is_ascii() { text.parse().ok() } else { None }
}

/// A text for people, of bounded length and without control characters.
pub(crate) fn text(text: &str) -> Option<&str> {
    let right = !text.trim().is_empty() && text.len() <= TEXT_BYTES_MAX && !text.chars().any(char::is_control);
    right.then_some(text)
}
