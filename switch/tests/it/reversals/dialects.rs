//! A sale that nobody answers, in every dialect and between some: what the host gets as its reversal.

use super::peers::Peer;
use super::wire::{Message, Wire};
use crate::daemon::process::Daemon;
use std::net::TcpListener;

const BUDGET: &str = "campaign:shenzhen-2024";
/// A card of an odd number of digits.
pub(super) const CARD: &str = "6222021234567890128";
/// 4,999.00, and what is left of it without 20 %.
const GROSS: &str = "000000499900";
const NET: &str = "000000399920";
const HELD: u64 = 99_980;

/// Short, so that nobody waits long.
pub(super) const SHORT: [&str; 4] = [
    "links.acquirers.ascii.time_budget_ms=200",
    "queue.answer_ms_max=100",
    "queue.retry_ms_min=20",
    "queue.retry_ms_max=50",
];

pub(super) fn message(pairs: &[(u8, &str)]) -> Message {
    pairs.iter().map(|(field, text)| (*field, (*text).to_owned())).collect()
}

/// The fields of `message` with these numbers, beside its own of `more`.
fn some(of: &Message, fields: &[u8], more: &[(u8, &str)]) -> Message {
    let mut some = message(more);
    some.extend(fields.iter().filter_map(|field| Some((*field, of.get(field)?.clone()))));
    some
}

/// A sale of one refrigerator as a till of this dialect writes it.
pub(super) fn sale(wire: Wire) -> Message {
    let tags = "01013690184010007003006499900";
    let mut sale = message(&[
        (2, CARD),
        (3, "000000"),
        (4, GROSS),
        (11, "000001"),
        (41, "T0000001"),
        (42, "999584057220001"),
        (49, "156"),
    ]);
    let more = match wire {
        Wire::Terminal => message(&[(0, "0200"), (22, "012"), (25, "00"), (59, tags), (60, "22000001")]),
        Wire::Ascii93 => message(&[
            (0, "1200"),
            (7, "1001100001"),
            (12, "241001100001"),
            (32, "4802584"),
            (37, "424242424242"),
            (48, tags),
        ]),
        _ => message(&[
            (0, "0200"),
            (7, "1001100001"),
            (12, "100001"),
            (13, "1001"),
            (22, "012"),
            (25, "00"),
            (32, "4802584"),
            (37, "424242424242"),
        ]),
    };
    sale.extend(more);
    if wire == Wire::Network {
        sale.insert(33, "48019999".to_owned());
        sale.insert(48, format!("SD{:03}{tags}", tags.len()));
    } else if matches!(wire, Wire::Ascii87 | Wire::Binary87) {
        sale.insert(48, tags.to_owned());
    }
    sale
}

/// The sale goes from a till of one dialect to a host of another that never answers it: `expected` of the sale as the host
/// saw it is the first reversal. Type, repeat and response of reversals, and the code of no answer.
fn check(till: Wire, host: Wire, types: [&str; 3], unanswered: (&str, &str), expected: impl Fn(&Message) -> Message) {
    check_at(&[], till, host, types, unanswered, expected);
}

/// The same with settings of its own.
fn check_at(
    own: &[&str],
    till: Wire,
    host: Wire,
    types: [&str; 3],
    unanswered: (&str, &str),
    expected: impl Fn(&Message) -> Message,
) {
    let data = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let dialects = [
        format!("links.acquirers.ascii.dialect={}", till.name()),
        format!("links.issuers.issuer.dialect={}", host.name()),
    ];
    let addresses = match host {
        Wire::Terminal => {
            ["links.issuers.issuer.destination=\"0003\"", "links.issuers.issuer.source=\"0012\""].as_slice()
        }
        Wire::Network => {
            ["links.issuers.issuer.destination=\"00010000\"", "links.issuers.issuer.source=\"48021234567\""].as_slice()
        }
        _ => [].as_slice(),
    };
    let set: Vec<&str> = SHORT
        .into_iter()
        .chain(dialects.iter().map(String::as_str))
        .chain(addresses.iter().copied())
        .chain(own.iter().copied())
        .collect();
    let daemon = Daemon::start(data.path(), listener.local_addr().unwrap(), &set);
    let mut issuer = Peer::accept(host, &listener);
    daemon.until_issuer();
    let (_, _, opening) = daemon.budget(BUDGET);
    let mut terminal = Peer::dial(till, daemon.acquirer("ascii"));
    let asked = sale(till);
    terminal.send(&asked);
    let sold = issuer.receive();
    assert_eq!((&sold[&4][..], &sold[&11][..], &sold[&2][..]), (NET, "000001", CARD), "{sold:?}");
    let answer = terminal.receive();
    assert_eq!((&answer[&0][..], &answer[&39][..]), unanswered, "{answer:?}");

    // The first, and again with the type of a repeat, until the host answers.
    let first = issuer.receive();
    let mut expected = expected(&sold);
    expected.insert(0, types[0].to_owned());
    assert_eq!(first, expected);
    match host {
        // To the host, from the switch; header of an own message.
        Wire::Terminal => assert_eq!(issuer.envelope, b"\x60\x00\x03\x00\x12\x60\x31\x00\x00\x00\x00"),
        Wire::Network => assert_eq!(issuer.envelope[6..28], *b"00010000   48021234567"),
        _ => assert!(issuer.envelope.is_empty()),
    }
    expected.insert(0, types[1].to_owned());
    assert_eq!(issuer.receive(), expected, "the repeat");
    assert_eq!(issuer.receive(), expected, "and again");
    assert_eq!(daemon.budget(BUDGET), (HELD, 0, opening - HELD), "held until the host confirms");

    // Another terminal's answer, and a refusal, confirm nothing.
    let code = if host == Wire::Ascii93 { "400" } else { "00" };
    let busy = if host == Wire::Ascii93 { "909" } else { "96" };
    let confirmed = some(&expected, &[3, 4, 7, 11, 12, 13, 32, 33, 41, 42], &[(0, types[2]), (39, code)]);
    let mut others = confirmed.clone();
    others.insert(11, "000002".to_owned());
    issuer.send(&others);
    let mut refused = confirmed.clone();
    refused.insert(39, busy.to_owned());
    issuer.send(&refused);
    assert_eq!(issuer.receive(), expected, "a refusal is no end");
    assert_eq!(daemon.budget(BUDGET).0, HELD);
    issuer.send(&confirmed);
    daemon.until(|daemon| daemon.json("/api/v1/queue")["messages"].as_array().unwrap().is_empty());
    assert_eq!(daemon.budget(BUDGET), (0, 0, opening));
    assert_eq!(daemon.metric("lijian_queue_parked_total"), 0);
}

const OF_1987: [&str; 3] = ["0400", "0401", "0410"];
const OF_NETWORK: [&str; 3] = ["0420", "0421", "0430"];
const OF_1993: [&str; 3] = ["1420", "1421", "1430"];

#[test]
fn in_the_binary_form_of_1987() {
    check(Wire::Binary87, Wire::Binary87, OF_1987, ("0210", "98"), |sold| {
        let name = "020000000110011000010000480258400000000000";
        some(sold, &[2, 3, 4, 7, 11, 12, 13, 22, 25, 32, 37, 41, 42, 49], &[(90, name)])
    });
}

#[test]
fn in_the_version_of_1993() {
    check(Wire::Ascii93, Wire::Ascii93, OF_1993, ("1210", "911"), |sold| {
        let name = "120000000124100110000100004802584";
        // All of it is taken back, since no answer came.
        some(sold, &[2, 3, 4, 7, 11, 12, 32, 37, 41, 42, 49], &[(24, "400"), (25, "4021"), (56, name)])
    });
}

#[test]
fn on_the_network() {
    check(Wire::Network, Wire::Network, OF_NETWORK, ("0210", "98"), |sold| {
        let name = "020000000110011000010000480258400048019999";
        some(sold, &[2, 3, 4, 7, 11, 12, 13, 22, 25, 32, 33, 37, 41, 42, 49], &[(90, name)])
    });
}

/// No time of transmission: batch, trace number and date name the sale, and a reason stands in field 39.
#[test]
fn as_a_terminal() {
    check(Wire::Terminal, Wire::Terminal, OF_1987, ("0210", "98"), |sold| {
        some(sold, &[2, 3, 4, 11, 22, 25, 41, 42, 49, 60], &[(39, "98"), (61, "0000010000011001")])
    });
}

/// The date is the terminal's, though it is yesterday still in Greenwich.
#[test]
fn as_a_terminal_in_another_zone() {
    let own = ["clock.zone=Pacific/Kiritimati", "clock.now=2024-10-02T10:00:00+14:00"];
    check_at(&own, Wire::Terminal, Wire::Terminal, OF_1987, ("0210", "98"), |sold| {
        some(sold, &[2, 3, 4, 11, 22, 25, 41, 42, 49, 60], &[(39, "98"), (61, "0000010000011002")])
    });
}

/// The time that the switch gave the sale is that of its reversal too.
#[test]
fn of_a_terminal_to_a_host_of_1987() {
    check(Wire::Terminal, Wire::Ascii87, OF_1987, ("0210", "98"), |sold| {
        let name = format!("0200000001{}0000000000000000000000", sold[&7]);
        some(sold, &[2, 3, 4, 7, 11, 22, 25, 41, 42, 49, 60], &[(90, &name)])
    });
}

#[test]
fn of_a_till_of_1987_to_a_host_of_terminals() {
    check(Wire::Ascii87, Wire::Terminal, OF_1987, ("0210", "98"), |sold| {
        let more = [(39, "98"), (61, "0000000000011001")];
        some(sold, &[2, 3, 4, 7, 11, 12, 13, 22, 25, 32, 37, 41, 42, 49], &more)
    });
}

#[test]
fn of_a_network_to_a_host_of_the_binary_form() {
    check(Wire::Network, Wire::Binary87, OF_1987, ("0210", "98"), |sold| {
        let name = "020000000110011000010000480258400048019999";
        some(sold, &[2, 3, 4, 7, 11, 12, 13, 22, 25, 32, 33, 37, 41, 42, 49], &[(90, name)])
    });
}
