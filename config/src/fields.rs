//! How single fields of the tables are written.

use jiff::civil::{Date, DateTime};
use lijian_domain::claims::place::Point;
use lijian_domain::ids::{CategoryId, LinkName, MerchantId, SubtypeId, TerminalId};

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

/// A local date-time as `2024-10-01T10:00`, with seconds or without. An offset is none: the programme's zone is meant.
pub(crate) fn date_time(text: &str) -> Option<DateTime> {
    let plain = |byte: u8| byte.is_ascii_digit() || b"-T:".contains(&byte);
    if matches!(text.len(), 16 | 19) && text.bytes().all(plain) { text.parse().ok() } else { None }
}

/// DE42.
pub(crate) fn merchant_id(text: &str) -> Option<MerchantId> {
    alphanumeric(text).and_then(|text| MerchantId::new(text).ok())
}

/// DE41.
pub(crate) fn terminal_id(text: &str) -> Option<TerminalId> {
    alphanumeric(text).and_then(|text| TerminalId::new(text).ok())
}

fn alphanumeric(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(text)
}

/// The NAME of a link.
pub(crate) fn link_name(text: &str) -> Option<LinkName> {
    LinkName::new(text).ok().filter(|name| !name.is_empty() && !text.contains(char::is_whitespace))
}

/// Degrees with at most seven decimal places, as ten-millionths of a degree, at most so many either way.
pub(crate) fn degrees(text: &str, most: i64) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let number = |text: &str, digits_max: usize| {
        let right = (1..=digits_max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        right.then(|| text.parse::<i64>().ok()).flatten()
    };
    let whole = number(whole, 3)?;
    let fraction = number(&format!("{fraction:0<7}"), 7).filter(|_| !fraction.is_empty())?;
    let value = whole * i64::from(Point::DEGREE) + fraction;
    (value <= most * i64::from(Point::DEGREE)).then_some(sign * value)
}

/// A text for people, of bounded length and without control characters.
pub(crate) fn text(text: &str) -> Option<&str> {
    let right = !text.trim().is_empty() && text.len() <= TEXT_BYTES_MAX && !text.chars().any(char::is_control);
    right.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_whole_numbers() {
        let check = |text: &str, expected: Option<i64>| assert_eq!(degrees(text, 90), expected, "{text}");
        check("22.543096", Some(225_430_960));
        check("-0.0000001", Some(-1));
        check("90", Some(900_000_000));
        for wrong in ["90.0000001", "", "-", "1.", ".5", "1e3", "+1", "22.12345678", "1234", "１", "--1"] {
            check(wrong, None);
        }
    }

    #[test]
    fn a_local_date_time_has_no_offset() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(date_time(text).map(|time| time.to_string()).as_deref(), expected, "{text}");
        };
        check("2024-10-01T10:00", Some("2024-10-01T10:00:00"));
        check("2024-02-29T23:59:59", Some("2024-02-29T23:59:59"));
        for wrong in
            ["2024-10-01", "2023-02-29T10:00", "2024-10-01T10:00Z", "2024-10-01T10:00+08:00", "2024-10-01T24:01"]
        {
            check(wrong, None);
        }
    }
}
