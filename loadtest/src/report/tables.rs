//! The tables of a page.

use super::{escaped, grouped, time};
use crate::load::{Answers, Kind, KindCounts, Measured};
use crate::stages::Stage;
use hdrhistogram::Histogram;
use std::fmt::Write as _;

pub(super) fn counts(measured: &Measured, out: &mut String) {
    let counts = &measured.counts;
    let rows = [
        ("sent", counts.sent(), false),
        ("answered", counts.answered(), false),
        ("approved", counts.approved(), false),
        ("approved with a discount", counts.granted, false),
        ("discounts, in minor units", counts.discount_minor, false),
        ("declined", counts.declined(), false),
        ("timed out", counts.timed_out(), true),
        ("cut off with their connection", counts.cut_off(), true),
        ("connections that ended", counts.connections_ended, true),
        ("reversals and refunds still owed", counts.owed, true),
        ("never sent: no link had room", counts.never_sent, true),
        ("messages that answer nothing", counts.strange, true),
    ];
    out.push_str("<table>");
    for (name, number, is_bad) in rows {
        let class = if is_bad && number > 0 { "n bad" } else { "n" };
        let _ = write!(out, "<tr><th>{name}</th><td class=\"{class}\">{}</td></tr>", grouped(number));
    }
    out.push_str("</table>\n");
}

pub(super) fn latencies(measured: &Measured, out: &mut String) {
    let quantiles = [0.5, 0.9, 0.99, 0.999, 0.9999];
    out.push_str("<div class=\"wide\"><table><tr><th></th>");
    ["50 %", "90 %", "99 %", "99.9 %", "99.99 %", "longest"].into_iter().for_each(|name| {
        let _ = write!(out, "<th class=\"n\">{name}</th>");
    });
    out.push_str("</tr>");
    let mut row = |name: &str, histogram: &Histogram<u64>| {
        let _ = write!(out, "<tr><th>{name}</th>");
        let at = quantiles.into_iter().map(|quantile| histogram.value_at_quantile(quantile));
        for us in at.chain([histogram.max()]) {
            let _ = write!(out, "<td class=\"n\">{}</td>", time(us));
        }
        out.push_str("</tr>");
    };
    row("from the moment meant", &measured.latency_us);
    row("from the moment sent", &measured.service_us);
    out.push_str("</table></div>\n");
}

/// Kind by kind, where there is more than one.
pub(super) fn kinds(measured: &Measured, out: &mut String) {
    let sent = |kind: &Kind| measured.counts.of(*kind).sent > 0;
    let kinds: Vec<_> = Kind::ALL.into_iter().filter(sent).collect();
    if kinds.len() < 2 {
        return;
    }
    head("<h2>Kind by kind</h2>", &["sent", "answered", "approved", "timed out", "cut off"], out);
    for kind in kinds {
        let KindCounts { sent, answered, approved, timed_out, cut_off } = *measured.counts.of(kind);
        let _ = write!(out, "<tr><th>{}</th>", kind.as_str());
        [sent, answered, approved, timed_out, cut_off].into_iter().for_each(|number| cell(&grouped(number), out));
        out.push_str("</tr>");
    }
    out.push_str("</table></div>\n");
}

/// What the answers said.
pub(super) fn answers(measured: &Measured, out: &mut String) {
    head("<h2>What the answers said</h2>", &["result (field 39)", "decision (tag 82)", "answers"], out);
    for Answers { kind, code, decision, count } in &measured.answers {
        let _ = write!(out, "<tr><th>{}</th>", kind.as_str());
        [text(code), text(decision), grouped(*count)].into_iter().for_each(|shown| cell(&shown, out));
        out.push_str("</tr>");
    }
    out.push_str("</table></div>\n");
}

/// Where the time went inside the switch.
pub(super) fn stages(stages: &[Stage], out: &mut String) {
    head("", &["times", "mean", "50 %", "99 %", "longest"], out);
    for Stage { name, meaning, count, mean_ns, recent_ns } in stages {
        let _ = write!(out, "<tr><th>{}: {}</th>", escaped(name), escaped(meaning));
        cell(&grouped(*count), out);
        let times = [*mean_ns].into_iter().chain(*recent_ns);
        times.for_each(|ns| cell(&time(ns.div_ceil(1_000)), out));
        out.push_str("</tr>");
    }
    out.push_str("</table></div>\n<p>By the switch's own histograms: means over this load, the others over its last one to two minutes.</p>\n");
}

fn head(title: &str, columns: &[&str], out: &mut String) {
    let _ = write!(out, "{title}<div class=\"wide\"><table><tr><th></th>");
    columns.iter().for_each(|name| {
        let _ = write!(out, "<th class=\"n\">{name}</th>");
    });
    out.push_str("</tr>");
}

fn cell(text: &str, out: &mut String) {
    let _ = write!(out, "<td class=\"n\">{}</td>", escaped(text));
}

/// A code as it came; what is no letter or digit is not shown.
fn text(code: &[u8]) -> String {
    let shown: String = code.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(|byte| char::from(*byte)).collect();
    if shown.is_empty() { "-".to_owned() } else { shown }
}
