//! Every number that holds where the file is silent, and the bounds of what a file may say, each with its reason.

use std::ops::RangeInclusive;

/// A number's default and the bounds inside which a file may move it.
#[derive(Clone, Debug)]
pub struct Limit {
    /// What holds where the file is silent.
    pub default: u64,
    /// What a file may say.
    pub range: RangeInclusive<u64>,
}

const fn limit(default: u64, least: u64, most: u64) -> Limit {
    assert!(least <= default && default <= most, "a default lies inside its own bounds");
    Limit { default, range: least..=most }
}

/// `store.segment_bytes`: at 200 bytes a record and 20,000 records a second, a new segment every 16 seconds; zero-writing
/// one takes a tenth of a second. Under 1 MiB segments turn over faster than they can be prepared.
pub const SEGMENT_BYTES: Limit = limit(64 << 20, 1 << 20, 4 << 30);

/// `store.space_bytes_min`: four default segments, several minutes of full load, so that the alarm comes before the end.
pub const SPACE_BYTES_MIN: Limit = limit(256 << 20, 0, 1 << 50);

/// `store.snapshot_records`: a start reads so many records in some seconds; making a snapshot costs as much on a processor that
/// the sales do not need, and so does not happen more often.
pub const SNAPSHOT_RECORDS: Limit = limit(1_000_000, 1, 1 << 40);

/// `rules.signatures_min` in production: a maker and a checker.
pub const SIGNATURES_MIN: Limit = limit(2, 1, 16);

/// `rules.signatures_min` elsewhere: rehearsals need none.
pub const SIGNATURES_MIN_REHEARSAL: Limit = limit(0, 0, 16);

/// `exchange.node`: it fills the upper 16 bits of a grant's id.
pub const NODE: Limit = limit(0, 0, 0xffff);

/// `exchange.answers_days`: today and yesterday. Terminals reverse on the day of the sale only; the second day is for
/// those whose clock or cut-over differs from ours. A month of answers is more than memory should be asked for.
pub const ANSWERS_DAYS: Limit = limit(2, 1, 31);

/// `exchange.in_flight_max`: at 2 KiB a request this is 32 MiB; at 1,000 sales a second it is 16 seconds of an issuer
/// that does not answer, which is the time budget.
pub const IN_FLIGHT_MAX: Limit = limit(16_384, 1, 1 << 20);

/// `links.acquirers.NAME.in_flight_max`: half of the whole, so that one acquirer cannot starve the others.
pub const LINK_IN_FLIGHT_MAX: Limit = limit(8_192, 1, 1 << 20);

/// `links.acquirers.NAME.connections_max`: an acquirer's front ends dial the switch, not its tills. Each connection costs
/// a descriptor and two buffers.
pub const CONNECTIONS_MAX: Limit = limit(1_024, 1, 65_535);

/// `frame_bytes_max`: a message with every private field at its longest is far below it in all dialects shipped. The least
/// still holds a sale with one item.
pub const FRAME_BYTES_MAX: Limit = limit(8_192, 512, 65_535);

/// `links.acquirers.NAME.unsent_bytes_max`: all that may be in flight on the link, answered by one turn, at 500 bytes each: such a
/// burst is no reason to end a connection. A peer that is further behind does not read any more.
pub const UNSENT_BYTES_MAX: Limit = limit(4 << 20, 64 << 10, 256 << 20);

/// `links.issuers.NAME.unsent_bytes_max`: all that may be in flight at all, at 1,000 bytes each: one group commit can release so
/// much at once. Ending the connection would put every sale on it in doubt.
pub const ISSUER_UNSENT_BYTES_MAX: Limit = limit(16 << 20, 64 << 10, 256 << 20);

// What may be in flight is no burst that ends a connection.
const _: () = assert!(UNSENT_BYTES_MAX.default >= LINK_IN_FLIGHT_MAX.default * 500);
const _: () = assert!(ISSUER_UNSENT_BYTES_MAX.default >= IN_FLIGHT_MAX.default * 1_000);

/// `links.acquirers.NAME.time_budget_ms`: shorter than the 60 seconds that terminals wait, longer than a slow issuer. Under
/// 50 ms no issuer across a city answers; over two minutes the till has given up.
pub const TIME_BUDGET_MS: Limit = limit(15_000, 50, 120_000);

/// `links.issuers.NAME.echo_after_ms`: one minute of silence, as networks ask for; 0 for never.
pub const ECHO_AFTER_MS: Limit = limit(60_000, 0, 3_600_000);

/// `links.issuers.NAME.session_answer_ms_max`: an echo that takes longer than a third of the time budget has found a
/// dead host.
pub const SESSION_ANSWER_MS_MAX: Limit = limit(5_000, 50, 60_000);

/// `links.issuers.NAME.connect_ms_max`: a host that takes longer is treated as absent, and the next one is tried.
pub const CONNECT_MS_MAX: Limit = limit(3_000, 10, 60_000);

/// `links.issuers.NAME.reconnect_ms_min`: soon enough that a restart of the host is hardly seen, seldom enough that a
/// dead one is not hammered.
pub const RECONNECT_MS_MIN: Limit = limit(100, 1, 60_000);

/// `links.issuers.NAME.reconnect_ms_max`: under the time budget, so that a host that comes back serves those who wait.
pub const RECONNECT_MS_MAX: Limit = limit(5_000, 1, 600_000);

/// `queue.answer_ms_max`: as long as the time budget of a sale.
pub const QUEUE_ANSWER_MS_MAX: Limit = limit(15_000, 50, 120_000);

/// `queue.retry_ms_min`: an issuer that was busy is asked again soon.
pub const QUEUE_RETRY_MS_MIN: Limit = limit(5_000, 10, 3_600_000);

/// `queue.retry_ms_max`: one that is ill is not hammered, and yet reached within minutes after it is well.
pub const QUEUE_RETRY_MS_MAX: Limit = limit(300_000, 10, 86_400_000);

/// `queue.in_flight_max`: an issuer that comes back has its sales to see to first.
pub const QUEUE_IN_FLIGHT_MAX: Limit = limit(32, 1, 4_096);

/// `queue.original_lifetime_ms`: no host keeps a request for an hour before it decides it.
pub const ORIGINAL_LIFETIME_MS: Limit = limit(3_600_000, 1_000, 604_800_000);

/// `keys.sealed_days`: until the files of a day are settled and their exceptions are cleared up.
pub const SEALED_DAYS: Limit = limit(7, 1, 400);

/// `claims.accuracy_metres_max`: phones say 5 to 100 metres, up to 500 in the middle of a shopping mall.
pub const ACCURACY_METRES_MAX: Limit = limit(500, 1, 5_000);

/// `claims.age_seconds_max`: a phone takes a fix when it is asked; one of before lunch says nothing.
pub const AGE_SECONDS_MAX: Limit = limit(120, 1, 86_400);

/// `claims.persons_per_phone_max`: parents without a phone of their own use their child's.
pub const PERSONS_PER_PHONE_MAX: Limit = limit(3, 1, 1_000);

/// `claims.provider.answer_ms_max`: a person waits with the phone in the hand.
pub const PROVIDER_ANSWER_MS_MAX: Limit = limit(3_000, 10, 60_000);

/// `claims.provider.retries_max`.
pub const PROVIDER_RETRIES_MAX: Limit = limit(1, 0, 5);

/// `claims.provider.in_flight_max`: each has a connection of its own.
pub const PROVIDER_IN_FLIGHT_MAX: Limit = limit(64, 1, 4_096);

/// `claims.provider.failures_max`.
pub const PROVIDER_FAILURES_MAX: Limit = limit(5, 1, 1_000);

/// `claims.provider.rest_ms`.
pub const PROVIDER_REST_MS: Limit = limit(10_000, 10, 3_600_000);

/// Links on each side at most: each has tasks and buffers of its own.
pub const LINKS_MAX: usize = 256;

/// `clock.zone`.
pub const ZONE: &str = "Asia/Shanghai";

/// `clock.cut_over`: business dates are civil dates.
pub const CUT_OVER: jiff::civil::Time = jiff::civil::Time::midnight();

/// `links.issuers.NAME.gross_amount_type`: no published code of DE54 means the price before a discount, so the default is
/// a private one, to be agreed with the network.
pub const GROSS_AMOUNT_TYPE: [u8; 2] = *b"90";

/// A request type, and the first two digits of DE3; none for any.
pub type Rule = ([u8; 4], Option<[u8; 2]>);

/// `links.acquirers.NAME.ours`: sales (DE3 00xxxx) as authorisation or as financial request.
pub const OURS: [Rule; 2] = [(*b"0100", Some(*b"00")), (*b"0200", Some(*b"00"))];

/// `links.acquirers.NAME.quotes`: an authorisation request with DE3 38xxxx. ISO 8583:1987 keeps 30 to 39 for
/// inquiries; terminals send 30 and 31.
pub const QUOTES: [Rule; 1] = [(*b"0100", Some(*b"38"))];

/// `links.acquirers.NAME.quote_seconds`: time to show the price, take the card and type a PIN. Under 10 seconds nobody can;
/// over an hour a till that forgets its quotes keeps the money of others waiting.
pub const QUOTE_SECONDS: Limit = limit(180, 10, 3_600);

/// `links.acquirers.NAME.quotes_max`: at 5 KiB a quote this is 40 MiB; at 45 quotes a second it is three minutes.
pub const QUOTES_MAX: Limit = limit(8_192, 1, 1 << 20);

/// `links.acquirers.NAME.quotes_per_terminal_max`: a cashier serves one customer at a time; the others are quotes that were
/// given up and not taken back. A till that asks for more would hold a budget without selling.
pub const QUOTES_PER_TERMINAL_MAX: Limit = limit(8, 1, 10_000);

const _: () = assert!(
    *NODE.range.end() <= 0xffff && *ANSWERS_DAYS.range.end() <= 0xffff && *SEALED_DAYS.range.end() <= 0xffff,
    "all are read into 16 bits"
);
