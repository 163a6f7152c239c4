//! What the commands print: results on standard output, errors on standard error. The one file of this crate that talks
//! to people. When nobody listens any more (a closed pipe), nothing is said and the work goes on.

use super::figures::text;
use lijian_load::issuer::Totals;
use lijian_load::load::{Answers, Bounds, Interval, Kind, KindCounts, Measured, Step};
use lijian_load::oracle::Verdict;
use lijian_load::soak::{Fault, Minute};
use lijian_load::stages::Stage;
use std::fmt::Arguments;
use std::io::{IsTerminal as _, Write, stderr, stdout};
use std::net::SocketAddr;

/// One line once an issuer listens. Scripts wait for it: it names the port that was found for port 0.
pub(super) fn listening(address: SocketAddr, dialect: &str) {
    say(format_args!("issuer listening on {address}, dialect {dialect}"));
}

/// One line once a relay listens.
pub(super) fn relaying(address: SocketAddr) {
    say(format_args!("relay listening on {address}"));
}

/// What an issuer did, at its end. Amounts in minor units.
pub(super) fn totals(totals: &Totals) {
    let Totals { connections, connections_cut, messages, answered, approved, declined, silent, late, .. } = totals;
    let Totals { repeats, reversed, reversals_repeated, reversals_unknown, network, format_errors, .. } = totals;
    say(format_args!("connections {connections}, cut {connections_cut}; messages {messages}, answered {answered}"));
    say(format_args!("approved {approved}, declined {declined}, silent {silent}, late {late}, repeats {repeats}"));
    say(format_args!("reversed {reversed}, reversals repeated {reversals_repeated}, unknown {reversals_unknown}"));
    say(format_args!("network {network}, format errors {format_errors}"));
    say(format_args!(
        "debited {} - reversed {} - (credited {} - reversed {}) = paid {} minor units",
        totals.sums.debited_minor,
        totals.sums.debits_reversed_minor,
        totals.sums.credited_minor,
        totals.sums.credits_reversed_minor,
        totals.sums.paid_minor()
    ));
}

/// A second of a load, for who watches; nothing where nobody does.
pub(super) fn second(second: &Interval) {
    if !stderr().is_terminal() {
        return;
    }
    let Interval { second, sent, answered, failed, p50_us, p99_us, max_us, .. } = second;
    let failed = if *failed > 0 { format!("  failed {failed}") } else { String::new() };
    let _ = writeln!(
        stderr(),
        "{second:>5} s  sent {sent:>8}  answered {answered:>8}  p50 {p50_us:>8} us  p99 {p99_us:>8} us  max {max_us:>8} us{failed}"
    );
}

/// What a load came to.
pub(super) fn measured(measured: &Measured) {
    let counts = &measured.counts;
    say(format_args!("sent        {:>12}", counts.sent()));
    say(format_args!("answered    {:>12}  {} a second", counts.answered(), measured.rate()));
    say(format_args!(
        "approved    {:>12}  of these {} with a discount, {} minor units in all",
        counts.approved(),
        counts.granted,
        counts.discount_minor
    ));
    say(format_args!(
        "unanswered  {:>12}  timed out {}, cut off {}; never sent {}, strange answers {}",
        counts.unanswered(),
        counts.timed_out(),
        counts.cut_off(),
        counts.never_sent,
        counts.strange
    ));
    if counts.connections_ended + counts.owed > 0 {
        say(format_args!(
            "connections {:>12}  ended; {} reversals or refunds owed",
            counts.connections_ended, counts.owed
        ));
    }
    for kind in Kind::ALL.into_iter().filter(|kind| counts.of(*kind).sent > 0) {
        let KindCounts { sent, answered, approved, .. } = counts.of(kind);
        say(format_args!("{:<11} {sent:>12}  answered {answered}, approved {approved}", kind.as_str()));
    }
    for Answers { kind, code, decision, count } in &measured.answers {
        let (kind, code, decision) = (kind.as_str(), text(code), text(decision));
        say(format_args!("answer      {count:>12}  {kind} {code} {decision}"));
    }
    let latencies = [("from the moment meant", &measured.latency_us), ("from the moment sent", &measured.service_us)];
    for (name, histogram) in latencies {
        let at = |quantile| histogram.value_at_quantile(quantile);
        say(format_args!(
            "{name:<22} p50 {} us, p90 {} us, p99 {} us, p99.9 {} us, max {} us",
            at(0.5),
            at(0.9),
            at(0.99),
            at(0.999),
            histogram.max()
        ));
    }
}

/// Where the time went inside the switch.
pub(super) fn stages(stages: &[Stage]) {
    for Stage { name, meaning, count, mean_ns, recent_ns: [p50, p99, max] } in stages {
        let [mean, p50, p99, max] = [*mean_ns, *p50, *p99, *max].map(|ns| ns.div_ceil(1_000));
        say(format_args!(
            "switch {name:<9} {count:>8} times  mean {mean} us; lately p50 {p50} us, p99 {p99} us, max {max} us ({meaning})"
        ));
    }
}

/// A rate that a search tried.
pub(super) fn step(step: &Step) {
    let Step { rate, reached, p50_us, p99_us, counts, broken } = step;
    let verdict = broken.map_or("holds", |broken| broken.as_str());
    let missing = counts.unanswered() + counts.never_sent;
    let declined = counts.declined();
    say(format_args!(
        "rate {rate:>9}  reached {reached:>9}  p50 {p50_us:>8} us  p99 {p99_us:>8} us  declined {declined:>7}  missing {missing:>7}  \
         {verdict}"
    ));
}

/// What a search found.
pub(super) fn limit(highest: &Step, bounds: &Bounds) {
    let Step { rate, p50_us, p99_us, .. } = highest;
    let most_us = bounds.p99_us;
    say(format_args!("limit {rate:>8} a second: p50 {p50_us} us, p99 {p99_us} us, {most_us} us at most"));
}

/// Which pair of a comparison begins, for who watches.
pub(super) fn pair(part: &str, links: u16, in_flight: u16, (pair, pairs): (usize, usize)) {
    if stderr().is_terminal() {
        let _ = writeln!(stderr(), "{part} {links} x {in_flight}: pair {pair} of {pairs}");
    }
}

/// A line of a comparison.
pub(super) fn compared(line: &dyn std::fmt::Display) {
    say(format_args!("{line}"));
}

/// Something goes wrong on purpose, for who watches.
pub(super) fn fault(fault: Fault) {
    if stderr().is_terminal() {
        let _ = writeln!(stderr(), "fault: {fault}");
    }
}

/// A soak cannot go on as it was meant.
pub(super) fn broken(error: &str) {
    let _ = writeln!(stderr(), "the load goes on alone, Ctrl-C ends it: {error}");
}

/// A minute of a soak.
pub(super) fn minute(minute: &Minute) {
    let Minute { minute, seconds, sent, answered, failed, p50_us, p99_us, max_us, resident_bytes } = minute;
    let rate = answered / seconds.max(&1);
    say(format_args!(
        "minute {minute:>4}  sent {sent:>8}  answered {answered:>8} ({rate}/s)  failed {failed:>6}  p50 {p50_us:>6} us  p99 {p99_us:>8} us  \
         max {max_us:>8} us  memory {:>6} MiB",
        resident_bytes >> 20
    ));
}

/// How often something went wrong.
pub(super) fn faults(faults: u64) {
    say(format_args!("faults      {faults:>12}"));
}

/// What the oracle found: each difference on standard error, the sums on standard output.
pub(super) fn verdict(verdict: &Verdict) {
    let Verdict { grants, plain, paid_minor, discount_minor, ledger_discount_minor, differences, .. } = verdict;
    let Verdict { reversed, returned, returned_minor, unanswered, .. } = verdict;
    for difference in differences {
        let _ = writeln!(stderr(), "{difference}");
    }
    say(format_args!(
        "oracle      {grants:>12} grants, {plain} plain sales; paid {paid_minor}, discounts {discount_minor} minor units; \
         {reversed} reversed; {returned} returns of {returned_minor}; {unanswered} unanswered; the ledger granted \
         {ledger_discount_minor}; {} differences",
        differences.len()
    ));
}

/// Why a command failed.
pub(super) fn error(text: &str) {
    let _ = writeln!(stderr(), "lijian-load: {text}");
}

fn say(line: Arguments<'_>) {
    let _ = writeln!(stdout(), "{line}");
}
