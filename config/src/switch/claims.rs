//! `[claims]`: who may claim a qualification. Without this table nobody can.

use super::Environment;
use super::limits;
use super::section::Section;
use crate::geofence;
use lijian_domain::claims::place::PlaceTerms;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// How consumers are checked before they get a qualification.
#[derive(Clone, Debug)]
pub struct ClaimsConfig {
    /// Where a consumer must be; none: anywhere.
    pub place: Option<PlaceTerms>,
    /// Persons that may share one phone.
    pub persons_per_phone_max: u16,
    /// Who knows whether name, document and phone belong together.
    pub provider: ProviderConfig,
}

/// The identity provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProviderConfig {
    /// `kind = "file"`: a CSV file, for trials.
    File(PathBuf),
    /// `kind = "http"`: a service.
    Http(HttpProviderConfig),
}

/// A service that is asked over HTTP.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HttpProviderConfig {
    /// `ADDRESS:PORT`, on this machine.
    pub address: String,
    /// The path, with its `/`.
    pub path: String,
    /// A file with the bearer token; none where none is wanted.
    pub token_file: Option<PathBuf>,
    /// How long one try may take.
    pub answer_max: Duration,
    /// Tries after the first, at most.
    pub retries_max: u32,
    /// Questions under way at most.
    pub in_flight_max: usize,
    /// Failures in a row after which it is left alone.
    pub failures_max: u32,
    /// For how long.
    pub rest: Duration,
}

/// Reads the table; `None` where a part that it needs is wrong.
pub(super) fn claims(section: Section<'_>, environment: Environment) -> Option<ClaimsConfig> {
    let place = place(&section);
    let persons_per_phone_max = section.number("persons_per_phone_max", &limits::PERSONS_PER_PHONE_MAX);
    let provider = provider(section.section("provider"), environment);
    section.finish();
    Some(ClaimsConfig { place: place?, persons_per_phone_max, provider: provider? })
}

/// The terms of a place, if any are wanted; `None` where the fence is wrong.
fn place(section: &Section<'_>) -> Option<Option<PlaceTerms>> {
    let file = section.text("geofence").map(|text| section.path_of(text));
    let accuracy_metres_max = section.number("accuracy_metres_max", &limits::ACCURACY_METRES_MAX);
    let age_seconds_max = section.number("age_seconds_max", &limits::AGE_SECONDS_MAX);
    let Some(file) = file else { return Some(None) };
    match geofence::load(&file.value) {
        Ok(fence) => Some(Some(PlaceTerms { fence, accuracy_metres_max, age_seconds_max })),
        Err(errors) => {
            let wrong = |error: &_| section.context.wrong_elsewhere(file.place, Clone::clone(error));
            errors.errors().iter().for_each(wrong);
            None
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Http,
}

fn provider(section: Section<'_>, environment: Environment) -> Option<ProviderConfig> {
    let kinds = [("file", Some(Kind::File)), ("http", Some(Kind::Http))];
    section.needed_text("kind", "kind = \"http\", or \"file\" in a trial");
    let Some(kind) = section.choice("kind", &kinds, None) else {
        section.ignore();
        return None;
    };
    let config = match kind {
        Kind::File => {
            if environment.production {
                let expected = "\"http\" in production (LIJIAN_PRODUCTION is set): a file of people is for trials";
                section.wrong("kind", "\"file\"", expected);
            }
            let file = section.needed_text("file", "file = \"people.csv\"");
            file.map(|text| ProviderConfig::File(section.path_of(text).value))
        }
        Kind::Http => http(&section).map(ProviderConfig::Http),
    };
    section.finish();
    config
}

fn http(section: &Section<'_>) -> Option<HttpProviderConfig> {
    let milliseconds = |key, limit| Duration::from_millis(section.number(key, limit));
    let url = section.needed_text("url", "url = \"http://127.0.0.1:9090/v1/identity\"");
    let token_file = section.text("token_file").map(|text| section.path_of(text).value);
    let answer_max = milliseconds("answer_ms_max", &limits::PROVIDER_ANSWER_MS_MAX);
    let retries_max = section.number("retries_max", &limits::PROVIDER_RETRIES_MAX);
    let in_flight_max = section.number("in_flight_max", &limits::PROVIDER_IN_FLIGHT_MAX);
    let failures_max = section.number("failures_max", &limits::PROVIDER_FAILURES_MAX);
    let rest = milliseconds("rest_ms", &limits::PROVIDER_REST_MS);
    let url = url?;
    let Some((address, path)) = parts(&url.value) else {
        let expected = "http:// with an address of this machine and a port, for example \
                        \"http://127.0.0.1:9090/v1/identity\": personal data is told, so a proxy beside the switch encrypts what \
                        leaves the machine";
        section.context.wrong(url.place, &url.key, "another URL", expected);
        return None;
    };
    let config =
        HttpProviderConfig { address, path, token_file, answer_max, retries_max, in_flight_max, failures_max, rest };
    Some(config)
}

/// Address and path of a URL on this machine.
fn parts(url: &str) -> Option<(String, String)> {
    let rest = url.strip_prefix("http://")?;
    let (address, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let loopback = address.parse::<SocketAddr>().is_ok_and(|address| IpAddr::is_loopback(&address.ip()));
    let path = if path.is_empty() { "/" } else { path };
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    (loopback && plain).then(|| (address.to_owned(), path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_this_machine() {
        let check = |url: &str, expected: Option<(&str, &str)>| {
            let expected = expected.map(|(address, path)| (address.to_owned(), path.to_owned()));
            assert_eq!(parts(url), expected, "{url}");
        };
        check("http://127.0.0.1:9090/v1/identity?a=1", Some(("127.0.0.1:9090", "/v1/identity?a=1")));
        check("http://[::1]:9090", Some(("[::1]:9090", "/")));
        check("https://127.0.0.1:9090/", None);
        check("http://10.0.0.1:9090/", None);
        check("http://example.com:80/", None);
        check("http://127.0.0.1/", None);
        check("http://127.0.0.1:9090/a b", None);
    }
}
