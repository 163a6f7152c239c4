//! From the tree to the checked configuration: every section but the links, and what must fit between sections.

use super::claims;
use super::config::{ClockConfig, Durability, ExchangeConfig, IndexStore, RuleFiles, StoreConfig, SwitchConfig};
use super::context::Context;
use super::dialects::Dialects;
use super::links::{self, Links, Listener};
use super::queue;
use super::section::Section;
use super::signing;
use super::tree::Table;
use super::{Environment, limits};
use jiff::{Timestamp, civil, tz::TimeZone};
use lijian_domain::time::{Calendar, UnixMicros};
use std::path::{Path, PathBuf};

/// What the tree says, as far as it can be read.
pub(super) struct Checked {
    /// `None` where a part that it needs is wrong.
    pub(super) config: Option<SwitchConfig>,
    pub(super) files: RuleFiles,
    /// The names of the acquirer links, whatever else is wrong with them.
    pub(super) acquirers: Vec<String>,
}

/// Checks the whole tree. What is wrong is noted in the context.
pub(super) fn check(context: &Context, root: &Table, file: &Path, environment: Environment) -> Checked {
    let root = Section::root(context, root);
    let store = store(root.section("store"));
    let clock = clock(root.section("clock"), environment);
    let exchange = exchange(root.section("exchange"));
    let files = RuleFiles {
        campaigns: files(root.section("campaigns"), "files = [\"campaigns/CITY-YEAR.toml\"]"),
        catalogue: files(root.section("catalogue"), "files = [\"catalogue.csv\"]"),
        merchants: files(root.section("merchants"), "files = [\"merchants.csv\"]"),
        terminals: optional_files(root.section("terminals"), "files = [\"terminals.csv\"]"),
        black_list: optional_files(root.section("blacklist"), "files = [\"blacklist.csv\"]"),
        library: Vec::new(),
    };
    let dialects = Dialects::load(root.section("dialects"));
    let mut links = links::read(root.section("links"), &dialects);
    let admin = root.section("admin");
    let people = queue::people(&admin);
    let apps = queue::apps(&admin, &people);
    let admin = listener(admin, true, &mut links.listeners);
    let queue_config = queue::queue(root.section("queue"));
    let signing = signing::read(root.section("rules"), environment);
    let sealed_days = queue::sealed_days(root.section("keys"));
    let claims = root.optional_section("claims").map(|section| claims::claims(section, environment));
    let portal = listener(root.section("portal"), false, &mut links.listeners);
    collisions(context, &links.listeners);
    root.finish();
    let Links { acquirers, issuers, acquirer_names, .. } = links;
    let config = match (store, clock, admin) {
        (Some(store), Some(clock), Some(admin_listen)) => Some(SwitchConfig {
            file: file.to_owned(),
            store,
            clock,
            exchange,
            rule_files: files.clone(),
            acquirers,
            issuers,
            queue: queue_config,
            signing,
            sealed_days,
            admin_listen,
            people,
            apps,
            // What is wrong with it was said.
            claims: claims.flatten(),
            portal_listen: portal,
        }),
        _ => None,
    };
    Checked { config, files, acquirers: acquirer_names }
}

fn store(section: Section<'_>) -> Option<StoreConfig> {
    let path = section.needed_text("path", "path = \"/var/lib/lijian\", or the argument --data DIR");
    let path = path.map(|text| section.path_of(text).value);
    let durabilities = [("fdatasync", Durability::Fdatasync), ("operating-system", Durability::PageCache)];
    let durability = section.choice("durability", &durabilities, Durability::Fdatasync);
    let segment_bytes = section.number("segment_bytes", &limits::SEGMENT_BYTES);
    let space_bytes_min = section.number("space_bytes_min", &limits::SPACE_BYTES_MIN);
    let snapshot_records = section.number("snapshot_records", &limits::SNAPSHOT_RECORDS);
    let index = section.choice("index", &[("runs", IndexStore::Runs), ("sled", IndexStore::Sled)], IndexStore::Runs);
    section.finish();
    Some(StoreConfig { path: path?, durability, segment_bytes, space_bytes_min, snapshot_records, index })
}

fn clock(section: Section<'_>, environment: Environment) -> Option<ClockConfig> {
    let zone = zone(&section);
    let cut_over = cut_over(&section);
    let rehearsal_start = section.text("now").and_then(|now| {
        if environment.production {
            let expected = "no such key in production (LIJIAN_PRODUCTION is set): there the machine's clock counts";
            section.context.wrong(now.place, &now.key, "a start for rehearsals", expected);
        }
        let instant = now.value.parse::<Timestamp>().ok();
        if instant.is_none() {
            let expected = "RFC 3339 with an offset, for example \"2024-10-01T10:00:00+08:00\"";
            section.context.wrong(now.place, &now.key, format_args!("\"{}\"", now.value), expected);
        }
        instant.map(|instant| UnixMicros(instant.as_microsecond()))
    });
    section.finish();
    Some(ClockConfig { calendar: Calendar::new(zone?, cut_over?), rehearsal_start })
}

fn zone(section: &Section<'_>) -> Option<TimeZone> {
    let found = section.text("zone");
    let name = found.as_ref().map_or(limits::ZONE, |found| &found.value);
    let zone = TimeZone::get(name).ok();
    if zone.is_none() {
        section.wrong("zone", format_args!("\"{name}\""), "a zone of the IANA database, for example \"Asia/Shanghai\"");
    }
    zone
}

fn cut_over(section: &Section<'_>) -> Option<civil::Time> {
    let Some(found) = section.text("cut_over") else { return Some(limits::CUT_OVER) };
    let time = civil::Time::strptime("%H:%M", &found.value).ok();
    if time.is_none() {
        section.wrong("cut_over", format_args!("\"{}\"", found.value), "a time of day, for example \"23:00\"");
    }
    time
}

fn exchange(section: Section<'_>) -> ExchangeConfig {
    let config = ExchangeConfig {
        node: section.number("node", &limits::NODE),
        answers_days: section.number("answers_days", &limits::ANSWERS_DAYS),
        in_flight_max: section.number("in_flight_max", &limits::IN_FLIGHT_MAX),
    };
    section.finish();
    config
}

fn files(section: Section<'_>, expected: &str) -> Vec<PathBuf> {
    let files = section.needed_paths("files", expected);
    for (place, file) in files.iter().enumerate() {
        if files.iter().take(place).any(|earlier| earlier.value == file.value) {
            section.context.wrong(file.place, &file.key, file.value.display(), "each file once");
        }
    }
    section.finish();
    files.into_iter().map(|file| file.value).collect()
}

/// The same, where the section may be left out.
fn optional_files(section: Section<'_>, expected: &str) -> Vec<PathBuf> {
    if section.is_given() {
        files(section, expected)
    } else {
        section.finish();
        Vec::new()
    }
}

fn listener(section: Section<'_>, needed: bool, listeners: &mut Vec<Listener>) -> Option<std::net::SocketAddr> {
    let found = if needed {
        section.needed_address("listen", "listen = \"127.0.0.1:8080\"")
    } else {
        section.address("listen")
    };
    section.finish();
    let found = found?;
    let address = found.value;
    listeners.push(found);
    Some(address)
}

/// No two listeners may want one port of one address; a port 0 takes any that is free.
fn collisions(context: &Context, listeners: &[Listener]) {
    for (place, later) in listeners.iter().enumerate() {
        let collides = |earlier: &&Listener| {
            let (one, other) = (earlier.value, later.value);
            let overlap = one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified();
            one.port() != 0 && one.port() == other.port() && overlap
        };
        if let Some(earlier) = listeners.iter().take(place).find(collides) {
            let expected = format!("another address or port: {} has this one", earlier.key);
            context.wrong(later.place, &later.key, format_args!("\"{}\"", later.value), expected);
        }
    }
}
