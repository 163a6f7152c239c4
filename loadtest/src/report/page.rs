//! The page around the charts.

use super::{escaped, grouped, percentiles, seconds, tables};
use crate::load::Measured;
use crate::stages::Stage;
use std::fmt::Write as _;

/// What a page is made of.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// When the load began, as it is to be shown.
    pub began: String,
    /// What was put on, a line each: a name and a value. Anything may stand in them.
    pub settings: Vec<(&'static str, String)>,
    /// The profile as it was read; none without one.
    pub profile: Option<String>,
    /// Where the time went inside the switch; empty where it was not asked.
    pub stages: Vec<Stage>,
    /// What came of it.
    pub measured: &'a Measured,
}

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b2430;--soft:#5b6675;--line:#dde2e8;--paper:#fff;--first:#0b62c4;--second:#c2571a;--third:#8a94a3}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa5b4;--line:#2e3743;--paper:#12171e;--first:#62a8ff;--second:#f0955a;--third:#717d8e}}
*{box-sizing:border-box}body{margin:0 auto;padding:1.5rem 1rem;max-width:60rem;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.4rem;margin:0}h2{font-size:1.05rem;margin:2rem 0 .5rem}p{margin:.3rem 0;color:var(--soft)}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:500;color:var(--soft)}td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}td{overflow-wrap:anywhere}
.bad{color:var(--second);font-weight:600}pre{overflow:auto;padding:.7rem;border:1px solid var(--line);font-size:.85rem}
.wide{overflow-x:auto}svg{width:100%;min-width:36rem;height:auto;display:block}svg text{font-size:12px;fill:var(--soft)}svg .name{fill:var(--ink)}.grid{stroke:var(--line)}
polyline.broad{stroke-width:4}polyline.broader{stroke-width:7;opacity:.35}.mark{stroke:var(--second);stroke-dasharray:2 3}.key.mark:before{background:var(--second);height:1em;width:.15em;vertical-align:middle}
polyline{fill:none;stroke-width:1.8;stroke-linejoin:round}.first{stroke:var(--first)}.second{stroke:var(--second)}.third{stroke:var(--third)}
.keys{display:flex;flex-wrap:wrap;gap:1.2rem}.key:before{content:'';display:inline-block;width:1.4em;height:.2em;margin-right:.4em;vertical-align:.25em}
.key.first:before{background:var(--first)}.key.second:before{background:var(--second)}.key.third:before{background:var(--third)}
@media print{body{max-width:none}h2{break-after:avoid}svg{break-inside:avoid}}
";

/// The page, whole.
pub fn page(report: &Report<'_>) -> String {
    let measured = report.measured;
    let mut out = String::new();
    let began = escaped(&report.began);
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><title>Load of {began}</title><style>\n{STYLE}</style></head><body>\n\
         <h1>Load of {began}</h1>\n<p>{} answered of {} sent, {} a second</p>\n",
        grouped(measured.counts.answered()),
        grouped(measured.counts.sent()),
        grouped(measured.rate())
    );
    out.push_str("<h2>What came of it</h2>\n");
    tables::counts(measured, &mut out);
    tables::kinds(measured, &mut out);
    tables::answers(measured, &mut out);
    out.push_str("<h2>Latencies</h2>\n");
    tables::latencies(measured, &mut out);
    let _ = write!(
        out,
        "<p>From the moment meant: a request that had to wait before it could be sent is counted with its waiting. From the moment \
         sent: without it.</p>\n{}\n",
        percentiles::percentiles(measured)
    );
    if !report.stages.is_empty() {
        out.push_str("<h2>Inside the switch</h2>\n");
        tables::stages(&report.stages, &mut out);
    }
    let _ = write!(
        out,
        "<h2>Second by second</h2>\n{}\n{}\n<h2>What was put on</h2>\n<table>",
        seconds::rates(measured),
        seconds::latencies(measured)
    );
    for (name, value) in &report.settings {
        let _ = write!(out, "<tr><th>{}</th><td>{}</td></tr>", escaped(name), escaped(value));
    }
    out.push_str("</table>\n");
    if let Some(profile) = &report.profile {
        let _ = write!(out, "<h2>Profile</h2>\n<pre>{}</pre>\n", escaped(profile));
    }
    out.push_str("</body></html>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{Answers, Interval, Kind, KindCounts};

    #[test]
    fn nothing_of_a_hostile_name_is_taken_for_markup() {
        let mut measured = Measured::new().unwrap();
        measured.counts.by_kind[0].timed_out = 3;
        measured.intervals = vec![Interval { second: 1, sent: 5, answered: 0, ..Interval::default() }];
        let hostile = "\"><script>alert('1')</script>&".to_owned();
        let report = Report {
            began: hostile.clone(),
            settings: vec![("target", hostile.clone())],
            profile: Some(hostile),
            stages: Vec::new(),
            measured: &measured,
        };
        let page = page(&report);
        assert!(!page.contains("<script") && !page.contains("alert('1')"), "{page}");
        assert_eq!(page.matches("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;").count(), 4);
        assert!(page.contains("<td class=\"n bad\">3</td>"), "{page}");
        // Nothing is fetched from anywhere; the namespace of SVG is a name.
        assert_eq!(page.matches("http").count(), page.matches("xmlns=\"http://www.w3.org/2000/svg\"").count());
    }

    #[test]
    fn every_element_that_begins_ends() {
        let mut measured = Measured::new().unwrap();
        for us in [900, 1_100, 45_000] {
            measured.latency_us.record(us).unwrap();
            measured.service_us.record(us / 2).unwrap();
        }
        measured.counts.by_kind = [KindCounts { sent: 5, answered: 3, ..KindCounts::default() }; 6];
        measured.answers = vec![Answers { kind: Kind::Refund, code: *b"00\0", decision: *b"G000", count: 7 }];
        let stage = Stage { name: "issuer", meaning: "its <answer>", count: 3, mean_ns: 250_000, recent_ns: [1, 2, 3] };
        let second = |second| Interval {
            second,
            sent: 3,
            answered: 3,
            failed: second,
            p50_us: 1_100,
            p99_us: 45_000,
            max_us: 45_000,
            ..Interval::default()
        };
        measured.intervals = (1..=3).map(second).collect();
        let page = page(&Report {
            began: "today".to_owned(),
            settings: Vec::new(),
            profile: None,
            stages: vec![stage],
            measured: &measured,
        });
        let mut open = Vec::new();
        let (_, body) = page.split_once("<body>").unwrap();
        for tag in body.trim_end().trim_end_matches("</body></html>").split('<').skip(1) {
            let (tag, _) = tag.split_once('>').unwrap();
            let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
            match (tag.starts_with('/'), tag.ends_with('/')) {
                (true, _) => assert_eq!(open.pop(), Some(name), "{tag}"),
                (_, true) => {}
                _ => open.push(name),
            }
        }
        assert_eq!(open, [""; 0]);
        assert!(page.contains(">refund<") && page.contains(">G000<") && page.contains("its &lt;answer&gt;"), "{page}");
    }
}
