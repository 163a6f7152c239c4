//! How single fields of the tables are written.

use jiff::civil::Date;
use lijian_domain::ids::CategoryId;

/// Bytes of a text for people.
const TEXT_BYTES_MAX: usize = 200;

/// A category id.
pub(crate) fn category(text: &str) -> Option<CategoryId> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !text.is_empty() && text.bytes().all(plain) { CategoryId::new(text).ok() } else { None }
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
