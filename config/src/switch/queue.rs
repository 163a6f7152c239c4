//! `[queue]`, `[keys]`, `[[admin.people]]` and `[[admin.apps]]`: how messages of the switch's own wait, how long what they need stays readable,
//! and who may decide about them and ask for claims.

use super::config::{App, AppRole, Person, QueueConfig};
use super::limits;
use super::section::{Found, Section};
use std::time::Duration;

/// The longest name: it stands in records.
const NAME_BYTES_MAX: usize = 32;
/// Two for each byte of a SHA-256.
const TOKEN_DIGITS: usize = 64;

pub(super) fn queue(section: Section<'_>) -> QueueConfig {
    let milliseconds = |key, limit| Duration::from_millis(section.number(key, limit));
    let config = QueueConfig {
        answer_max: milliseconds("answer_ms_max", &limits::QUEUE_ANSWER_MS_MAX),
        retry_min: milliseconds("retry_ms_min", &limits::QUEUE_RETRY_MS_MIN),
        retry_max: milliseconds("retry_ms_max", &limits::QUEUE_RETRY_MS_MAX),
        in_flight_max: section.number("in_flight_max", &limits::QUEUE_IN_FLIGHT_MAX),
        original_lifetime: milliseconds("original_lifetime_ms", &limits::ORIGINAL_LIFETIME_MS),
    };
    if config.retry_min > config.retry_max {
        let found = format!("{} ms", config.retry_max.as_millis());
        section.wrong("retry_ms_max", found, "at least retry_ms_min");
    }
    section.finish();
    config
}

pub(super) fn sealed_days(section: Section<'_>) -> u16 {
    let days = section.number("sealed_days", &limits::SEALED_DAYS);
    section.finish();
    days
}

/// Those who may decide. Each name once, each token once: maker and checker are never the same.
pub(super) fn people(admin: &Section<'_>) -> Vec<Person> {
    holders(admin, "people", &[], |_| ()).into_iter().map(|(person, ())| person).collect()
}

/// Applications that may ask, each for what it says. None is one of the people.
pub(super) fn apps(admin: &Section<'_>, people: &[Person]) -> Vec<App> {
    holders(admin, "apps", people, roles).into_iter().map(|(holder, may)| App { holder, may }).collect()
}

fn roles(section: &Section<'_>) -> Vec<AppRole> {
    let names = AppRole::ALL.map(AppRole::as_str);
    let told = section.needed_texts("may", "may = [\"claim\"]: what this application may do");
    let role = |name: &Found<String>| {
        let role = AppRole::ALL.into_iter().find(|role| role.as_str() == name.value);
        if role.is_none() {
            section.wrong_name(name, "one of", &names);
        }
        role
    };
    told.iter().filter_map(role).collect()
}

/// Those who hold a token, with what `more` reads of each.
fn holders<T>(
    admin: &Section<'_>,
    key: &'static str,
    others: &[Person],
    more: impl Fn(&Section<'_>) -> T,
) -> Vec<(Person, T)> {
    let mut people: Vec<Person> = others.to_vec();
    let mut read = Vec::new();
    for section in admin.list(key).unwrap_or_default() {
        let name = section.needed_text("name", "name = \"li\"");
        let token = section.needed_text("token_sha256", "the SHA-256 of the token, 64 hexadecimal digits");
        let told = more(&section);
        if let (Some(name), Some(token)) = (name, token) {
            let good_name = !name.value.is_empty() && name.value.len() <= NAME_BYTES_MAX;
            let token_sha256 = digest(&token.value);
            if !good_name || people.iter().any(|person| person.name == name.value) {
                section.wrong("name", format_args!("\"{}\"", name.value), "1 to 32 bytes, each name once");
            } else if token_sha256.is_none_or(|token| people.iter().any(|person| person.token_sha256 == token)) {
                let expected = "64 hexadecimal digits, each token once";
                section.context.wrong_secret(token.place, &token.key, expected);
            }
            if let Some(token_sha256) = token_sha256 {
                let person = Person { name: name.value, token_sha256 };
                people.push(person.clone());
                read.push((person, told));
            }
        }
        section.finish();
    }
    read
}

fn digest(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != TOKEN_DIGITS {
        return None;
    }
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    digits.iter().all(u8::is_ascii_hexdigit).then_some(digest)
}
