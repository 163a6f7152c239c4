//! Any bytes as one of the files that operators edit, or as an argument that changes one.

use super::message::round_trip;
use lijian_codecs::dialect::{Dialect, DialectError};
use lijian_config::error::{ConfigError, ConfigErrors};
use lijian_config::switch::{Environment, load, override_argument, render};
use lijian_config::{campaign, catalogue, merchants};
use std::fs;
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};
use tempfile::TempDir;

/// A card number that no file should hold, and that no message may show if one does: the scheme's published test number.
const CARD_NUMBER: &str = "4761739001010119";
/// So many digits of either end are too many to be shown.
const SHOWN_DIGITS_MAX: usize = 9;

/// Files that a `switch.toml` can name.
static FOLDER: LazyLock<Mutex<TempDir>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (name, text) in [("campaign.toml", CAMPAIGN), ("catalogue.csv", CATALOGUE), ("merchants.csv", MERCHANTS)] {
        fs::write(folder.path().join(name), text).expect("it is writable");
    }
    Mutex::new(folder)
});

const CAMPAIGN: &str = include_str!("../../../campaigns/shenzhen-2024.toml");
const CATALOGUE: &str = "gtin,category,brand,model,name,grade,filed_price,valid_from,valid_to\n\
    4006381333931,television,Brand,M1,Television 55,1,500000,,\n";
const MERCHANTS: &str = "merchant_id,credit_code,name,district,acquirer,categories,valid_from,valid_to\n\
    103440358121001,91350100M000100Y43,Shop,440305,ascii,,,\n";
const SWITCH: &str = "[store]\npath = \"data\"\n[campaigns]\nfiles = [\"campaign.toml\"]\n[catalogue]\n\
    files = [\"catalogue.csv\"]\n[merchants]\nfiles = [\"merchants.csv\"]\n[admin]\nlisten = \"127.0.0.1:8080\"\n\
    [links.acquirers.ascii]\nlisten = \"127.0.0.1:8583\"\ndialect = \"iso87-ascii\"\nissuer = \"issuer\"\n\
    [links.issuers.issuer]\nhosts = [\"127.0.0.1:9583\"]\ndialect = \"iso87-ascii\"\n";

/// The first byte chooses the kind of file and whether a card number is put into it, the next two where; the rest is its
/// content.
///
/// Nothing panics; what is wrong is told with its place; and a card number is never repeated.
///
/// # Panics
/// When a promise is broken.
pub(crate) fn configuration(bytes: &[u8]) {
    let Some((&[kind, low, high], content)) = bytes.split_first_chunk::<3>() else { return };
    let (content, planted) = match kind & 8 {
        0 => (content.to_vec(), false),
        _ => plant(content, usize::from(u16::from_le_bytes([low, high]))),
    };
    let origin = Path::new("input");
    let wrong = match kind & 7 {
        0 => campaign::parse(origin, &String::from_utf8_lossy(&content)).err(),
        1 => catalogue::read(origin, content.as_slice()).err(),
        2 => merchants::read(origin, content.as_slice()).err(),
        3 => return dialect(&content, planted),
        4 | 5 => switch(&content, &[]),
        _ => argument(&content),
    };
    if let Some(errors) = wrong {
        assert!(!errors.is_empty());
        errors.errors().iter().for_each(|error| check(error, &content));
        check_secret(&errors.to_string(), planted);
        check_secret(&render(&errors, false), planted);
    }
}

/// The content with the card number in it, where it stands for itself.
fn plant(content: &[u8], at: usize) -> (Vec<u8>, bool) {
    let at = at.min(content.len());
    let (before, after) = content.split_at(at);
    let joined = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"._-+".contains(byte));
    let known = String::from_utf8_lossy(content);
    if joined(before.last()) || joined(after.first()) || shows(&known) {
        return (content.to_vec(), false);
    }
    ([before, CARD_NUMBER.as_bytes(), after].concat(), true)
}

fn shows(text: &str) -> bool {
    let (begin, end) = (&CARD_NUMBER[..SHOWN_DIGITS_MAX], &CARD_NUMBER[CARD_NUMBER.len() - SHOWN_DIGITS_MAX..]);
    text.contains(begin) || text.contains(end)
}

fn check_secret(message: &str, planted: bool) {
    assert!(!planted || !shows(message), "a card number is shown: {message}");
}

/// Every error says where, what was found and what would be right.
fn check(error: &ConfigError, content: &[u8]) {
    assert!(!error.file.is_empty() && !error.found.is_empty() && !error.expected.is_empty(), "{error:?}");
    if let Some(line) = error.line.filter(|_| error.file == "input") {
        // A carriage return alone ends a line of a table too.
        let lines = content.split(|byte| matches!(byte, b'\n' | b'\r')).count() as u64;
        assert!((1..=lines).contains(&line), "{error} in {lines} lines");
    }
    let empty = content.iter().all(u8::is_ascii_whitespace) || content == b"\xef\xbb\xbf";
    // Of a file that cannot be read at all, the file is the place.
    let other = error.file != "input" && !error.file.ends_with("switch.toml");
    let placed = error.line.is_some() || !error.key.is_empty() || other;
    assert!(placed || empty || std::str::from_utf8(content).is_err(), "{error}");
}

fn dialect(content: &[u8], planted: bool) {
    match Dialect::from_toml(&String::from_utf8_lossy(content), "input") {
        Ok(dialect) => {
            assert!(!dialect.name().is_empty());
            for payload in [content, b"0200\x42\x00\x00\x00\x00\x00\x00\x00", b"02004000000000000000164761739001010119"]
            {
                round_trip(&dialect, payload);
            }
        }
        Err(error) => {
            let DialectError { origin, line, problem, .. } = &error;
            assert!(!origin.is_empty() && !problem.is_empty(), "{error:?}");
            let lines = content.split(|byte| *byte == b'\n').count();
            assert!(origin != "input" || *line <= lines, "{error} in {lines} lines");
            check_secret(&error.to_string(), planted);
        }
    }
}

fn switch(content: &[u8], sets: &[(String, String)]) -> Option<ConfigErrors> {
    let folder = FOLDER.lock().unwrap_or_else(PoisonError::into_inner);
    let file = folder.path().join("switch.toml");
    fs::write(&file, content).expect("it is writable");
    load(&file, sets, None, Environment { production: content.len().is_multiple_of(2), ..Environment::default() }).err()
}

/// A right configuration, changed by one argument.
fn argument(content: &[u8]) -> Option<ConfigErrors> {
    let text = String::from_utf8_lossy(content);
    let set = override_argument(&text).ok()?;
    switch(SWITCH.as_bytes(), &[set])
}
