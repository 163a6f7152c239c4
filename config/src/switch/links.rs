//! `[links]`: what each side of the switch is told, and what must fit between links.

use super::config::{AcquirerLink, IssuerLink, OursRule, Presentation, QuoteRules, RefusalPolicy};
use super::dialects::Dialects;
use super::limits;
use super::section::{Found, Section};
use lijian_codecs::Mti;
use lijian_codecs::dialect::{Addresses, Dialect, Envelope};
use lijian_codecs::frame::{FrameFormat, FrameHeader};
use lijian_domain::ids::LinkName;
use lijian_domain::returns::Base;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// An address that the switch listens on, and the key that says so.
pub(super) type Listener = Found<SocketAddr>;

/// Both sides, and every address listened on.
pub(super) struct Links {
    pub(super) acquirers: Vec<AcquirerLink>,
    pub(super) issuers: Vec<IssuerLink>,
    /// The names of the acquirer links, whatever else is wrong with them.
    pub(super) acquirer_names: Vec<String>,
    pub(super) listeners: Vec<Listener>,
}

/// Reads `[links]`. What is wrong is noted; a link with something wrong in it may be left out.
pub(super) fn read(section: Section<'_>, dialects: &Dialects) -> Links {
    let acquirers = section.sections("acquirers");
    let issuers = section.sections("issuers");
    let acquirer_names = acquirers.iter().map(|(name, _)| name.value.to_owned()).collect();
    let mut links = Links { acquirers: Vec::new(), issuers: Vec::new(), acquirer_names, listeners: Vec::new() };
    let issuer_names: Vec<&str> = issuers.iter().map(|(name, _)| name.value).collect();
    for (side, names, example) in [
        ("acquirers", acquirers.len(), "[links.acquirers.NAME] with listen, dialect and issuer"),
        ("issuers", issuers.len(), "[links.issuers.NAME] with hosts and dialect"),
    ] {
        if names == 0 {
            section.missing(side, example);
        } else if names > limits::LINKS_MAX {
            section.wrong(side, format_args!("{names} links"), format_args!("at most {}", limits::LINKS_MAX));
        }
    }
    for (name, link) in acquirers {
        let issuer = place_of_issuer(&link, &issuer_names);
        links.acquirers.extend(acquirer(&name, link, issuer, dialects, &mut links.listeners));
    }
    for (name, link) in issuers {
        if links.acquirer_names.iter().any(|acquirer| acquirer == name.value) {
            let expected = "a name that no acquirer link has: records and metrics go by it";
            link.context.wrong(name.place, &name.key, format_args!("\"{}\"", name.value), expected);
        }
        links.issuers.extend(issuer(&name, link, dialects, &links.listeners));
    }
    section.finish();
    links
}

fn acquirer(
    name: &Found<&str>,
    link: Section<'_>,
    issuer: Option<usize>,
    dialects: &Dialects,
    listeners: &mut Vec<Listener>,
) -> Option<AcquirerLink> {
    let listen = link.needed_address("listen", "listen = \"127.0.0.1:8583\"");
    let dialect = dialect(&link, dialects);
    let frame = frame(&link);
    let time_budget = Duration::from_millis(link.number("time_budget_ms", &limits::TIME_BUDGET_MS));
    let in_flight_max = link.number("in_flight_max", &limits::LINK_IN_FLIGHT_MAX);
    let connections_max = link.number("connections_max", &limits::CONNECTIONS_MAX);
    let unsent_bytes_max = link.number("unsent_bytes_max", &limits::UNSENT_BYTES_MAX);
    let ours = request_rules(&link, "ours", &limits::OURS);
    let quotes = QuoteRules {
        rules: request_rules(&link, "quotes", &limits::QUOTES),
        lifetime: Duration::from_secs(link.number("quote_seconds", &limits::QUOTE_SECONDS)),
        open_max: link.number("quotes_max", &limits::QUOTES_MAX),
        of_terminal_max: link.number("quotes_per_terminal_max", &limits::QUOTES_PER_TERMINAL_MAX),
    };
    let policies = [("decline", RefusalPolicy::Decline), ("full-price", RefusalPolicy::FullPrice)];
    let refusal = link.choice("refusal", &policies, RefusalPolicy::Decline);
    let bases = [("net", Base::Net), ("gross", Base::Gross)];
    let refund_amount = link.choice("refund_amount", &bases, Base::Net);
    let name = link_name(name, &link);
    link.finish();
    let listen = listen?;
    let address = listen.value;
    listeners.push(listen);
    Some(AcquirerLink {
        name: name?,
        listen: address,
        dialect: dialect?,
        frame,
        issuer: issuer?,
        time_budget,
        in_flight_max,
        connections_max,
        unsent_bytes_max,
        ours,
        quotes,
        refusal,
        refund_amount,
    })
}

fn issuer(name: &Found<&str>, link: Section<'_>, dialects: &Dialects, listeners: &[Listener]) -> Option<IssuerLink> {
    let hosts = hosts(&link, listeners);
    let dialect = dialect(&link, dialects);
    let frame = frame(&link);
    let (destination, source) = addresses(&link, dialect.as_deref());
    let presentations = [("net", Presentation::Net), ("gross", Presentation::Gross)];
    let presentation = link.choice("presentation", &presentations, Presentation::Net);
    let accepts_changed_chip_amount = link.flag("accepts_changed_chip_amount", false);
    let gross_amount_type = gross_amount_type(&link);
    let coupon_info_tag = coupon_info_tag(&link, presentation);
    let sign_on = link.flag("sign_on", false);
    let echo_ms: u64 = link.number("echo_after_ms", &limits::ECHO_AFTER_MS);
    let session_answer_max =
        Duration::from_millis(link.number("session_answer_ms_max", &limits::SESSION_ANSWER_MS_MAX));
    let connect_max = Duration::from_millis(link.number("connect_ms_max", &limits::CONNECT_MS_MAX));
    let reconnect_min = Duration::from_millis(link.number("reconnect_ms_min", &limits::RECONNECT_MS_MIN));
    let reconnect_max = Duration::from_millis(link.number("reconnect_ms_max", &limits::RECONNECT_MS_MAX));
    let unsent_bytes_max = link.number("unsent_bytes_max", &limits::ISSUER_UNSENT_BYTES_MAX);
    if reconnect_min > reconnect_max {
        let expected = format!("at most reconnect_ms_max, {}", reconnect_max.as_millis());
        link.wrong("reconnect_ms_min", reconnect_min.as_millis(), expected);
    }
    let name = link_name(name, &link);
    link.finish();
    Some(IssuerLink {
        name: name?,
        hosts,
        dialect: dialect?,
        frame,
        destination,
        source,
        presentation,
        accepts_changed_chip_amount,
        gross_amount_type,
        coupon_info_tag,
        sign_on,
        echo_after: (echo_ms > 0).then(|| Duration::from_millis(echo_ms)),
        session_answer_max,
        connect_max,
        reconnect_min,
        reconnect_max,
        unsent_bytes_max,
    })
}

fn link_name(name: &Found<&str>, link: &Section<'_>) -> Option<LinkName> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !name.value.is_empty() && name.value.len() <= LinkName::BYTES_MAX && name.value.bytes().all(good) {
        return LinkName::new(name.value).ok();
    }
    let expected = format!("a name of at most {} ASCII letters, digits, - and _", LinkName::BYTES_MAX);
    link.context.wrong(name.place, &name.key, format_args!("\"{}\"", name.value), expected);
    None
}

fn place_of_issuer(link: &Section<'_>, names: &[&str]) -> Option<usize> {
    let found = link.needed_text("issuer", "issuer = \"NAME\", one of links.issuers")?;
    let place = names.iter().position(|name| *name == found.value);
    if place.is_none() && !names.is_empty() {
        link.wrong_name(&found, "one of the issuer links", names);
    }
    place
}

fn dialect(link: &Section<'_>, dialects: &Dialects) -> Option<Arc<Dialect>> {
    let name = link.needed_text("dialect", "dialect = \"iso87-ascii\"")?;
    dialects.find(link.context, &name)
}

/// Addresses that the dialect's envelope takes; none where it has none.
fn addresses(link: &Section<'_>, dialect: Option<&Dialect>) -> (String, String) {
    let (destination, source) = (link.text("destination"), link.text("source"));
    let text = |found: &Option<Found<String>>| found.as_ref().map(|found| found.value.clone()).unwrap_or_default();
    let both = (text(&destination), text(&source));
    let Some(dialect) = dialect else { return both };
    if *dialect.envelope() == Envelope::None {
        for found in [destination, source].into_iter().flatten() {
            let expected = format!("no such key: messages of {} carry no addresses", dialect.name());
            link.context.wrong(found.place, &found.key, format_args!("\"{}\"", found.value), expected);
        }
        return both;
    }
    let check = |key: &str, addresses: Addresses<'_>, found: &str| {
        if let Err(error) = dialect.envelope().request(addresses, &mut Vec::new()) {
            link.wrong(key, format_args!("\"{found}\""), format_args!("an address for {}: {error}", dialect.name()));
        }
    };
    // Each beside itself, so that the error is about the one that is wrong.
    check("destination", Addresses { destination: both.0.as_bytes(), source: both.0.as_bytes() }, &both.0);
    check("source", Addresses { destination: both.1.as_bytes(), source: both.1.as_bytes() }, &both.1);
    both
}

fn frame(link: &Section<'_>) -> FrameFormat {
    let headers = [FrameHeader::Len2, FrameHeader::Len4Ascii, FrameHeader::Len2Bcd, FrameHeader::Len4Binary];
    let header = link.choice("frame", &headers.map(|header| (header.name(), header)), FrameHeader::Len2);
    let inclusive = link.flag("frame_inclusive", false);
    let limit_bytes = link.number("frame_bytes_max", &limits::FRAME_BYTES_MAX);
    if limit_bytes > header.largest() {
        let expected = format!("at most {}, which is what a {header} header can say", header.largest());
        link.wrong("frame_bytes_max", limit_bytes, expected);
    }
    FrameFormat { header, inclusive, limit_bytes }
}

fn request_rules(link: &Section<'_>, key: &'static str, default: &[limits::Rule]) -> Vec<OursRule> {
    let Some(rules) = link.list(key) else {
        return default.iter().map(|&(mti, processing)| OursRule { mti, processing }).collect();
    };
    let read = |rule: Section<'_>| {
        let mti = rule.needed_text("mti", "mti = \"0200\"");
        let processing = rule.text("processing");
        let parsed = mti.and_then(|found| {
            let mti = Mti::parse(&found.value).filter(|mti| mti.version() == 0 && mti.is_request());
            if mti.is_none() {
                let expected =
                    "a request type of ISO 8583:1987, for example \"0200\" (other versions are mapped to it)";
                rule.context.wrong(found.place, &found.key, format_args!("\"{}\"", found.value), expected);
            }
            mti.map(Mti::as_digits)
        });
        let processing = processing.and_then(|found| two_digits(&rule, &found));
        rule.finish();
        Some(OursRule { mti: parsed?, processing })
    };
    rules.into_iter().filter_map(read).collect()
}

fn two_digits(section: &Section<'_>, found: &Found<String>) -> Option<[u8; 2]> {
    let digits =
        <[u8; 2]>::try_from(found.value.as_bytes()).ok().filter(|digits| digits.iter().all(u8::is_ascii_digit));
    if digits.is_none() {
        section.context.wrong(found.place, &found.key, format_args!("\"{}\"", found.value), "two digits in quotes");
    }
    digits
}

fn gross_amount_type(link: &Section<'_>) -> [u8; 2] {
    let found = link.text("gross_amount_type");
    found.and_then(|found| two_digits(link, &found)).unwrap_or(limits::GROSS_AMOUNT_TYPE)
}

/// A tag that a network reads couponInfo in: none of those of the subsidy run.
fn coupon_info_tag(link: &Section<'_>, presentation: Presentation) -> Option<[u8; 2]> {
    let found = link.text("coupon_info_tag")?;
    let tag = <[u8; 2]>::try_from(found.value.as_bytes()).ok().filter(|tag| tag.iter().all(u8::is_ascii_alphanumeric));
    let expected = if tag.is_none_or(|tag| matches!(&tag, [b'0' | b'8', b'1'..=b'8'])) {
        "two digits or letters in quotes, none of 01 to 08 and 81 to 88, for example \"89\""
    } else if presentation == Presentation::Net {
        "presentation = \"gross\": only a network that splits a sale is told of its sponsors"
    } else {
        return tag;
    };
    link.context.wrong(found.place, &found.key, format_args!("\"{}\"", found.value), expected);
    None
}

fn hosts(link: &Section<'_>, listeners: &[Listener]) -> Vec<String> {
    let mut hosts: Vec<String> = Vec::new();
    for host in link.needed_texts("hosts", "hosts = [\"127.0.0.1:9583\"]") {
        let expected = if !is_host(&host.value) {
            "HOST:PORT, for example \"10.0.0.7:9583\""
        } else if hosts.contains(&host.value) {
            "each host once"
        } else if host.value.parse().is_ok_and(|address: SocketAddr| listeners.iter().any(|own| own.value == address)) {
            "another address: the switch itself listens on this one, it would dial itself"
        } else {
            hosts.push(host.value);
            continue;
        };
        link.context.wrong(host.place, &host.key, format_args!("\"{}\"", host.value), expected);
    }
    hosts
}

/// `NAME:PORT`, `1.2.3.4:PORT` or `[::1]:PORT`, the port not 0.
fn is_host(text: &str) -> bool {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return address.port() != 0;
    }
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.' || byte == b'_';
    !host.is_empty() && host.len() <= 253 && host.bytes().all(good) && port.parse::<u16>().is_ok_and(|port| port != 0)
}
