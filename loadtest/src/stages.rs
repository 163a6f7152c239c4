//! Where a sale's time went inside the switch, from the switch's own histograms (`/metrics`), beside what the load saw outside.

use std::collections::BTreeMap;

/// Names of the metrics, and of their labels.
const SALE: &str = "lijian_latency_seconds";
const SYNC: &str = "lijian_journal_sync_seconds";

/// Stages as the page names them, in the order in which they are told, and what each is.
const STAGES: [(&str, &str); 5] = [
    ("decision", "reading, deciding and holding quota, for each message"),
    ("journal", "both waits of a sale for its records to be durable"),
    ("issuer", "the issuer's answer"),
    ("total", "a sale, from received to answered"),
    ("sync", "one batch of the journal"),
];

/// One stage of the switch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stage {
    /// Its name.
    pub name: &'static str,
    /// What it is, for people.
    pub meaning: &'static str,
    /// How often it was passed.
    pub count: u64,
    /// Its mean over these, in nanoseconds.
    pub mean_ns: u64,
    /// Median, 99th percentile and longest of the switch's last one to two minutes, in nanoseconds.
    pub recent_ns: [u64; 3],
}

/// What the page says at one moment: nanoseconds and counts by line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Histograms(BTreeMap<String, u64>);

impl Histograms {
    /// Reads the page; lines that are about something else do not count.
    pub fn read(page: &str) -> Self {
        let lines = page.lines().filter(|line| line.starts_with(SALE) || line.starts_with(SYNC));
        let read = lines.filter_map(|line| {
            let (name, value) = line.rsplit_once(' ')?;
            let number = if name.contains("_count{") { value.parse().ok()? } else { nanoseconds(value)? };
            Some((name.to_owned(), number))
        });
        Self(read.collect())
    }

    /// The stages that were passed since an earlier moment.
    pub fn since(&self, before: &Self) -> Vec<Stage> {
        let stages = STAGES.into_iter().filter_map(|(name, meaning)| {
            let metric = if name == "sync" { SYNC } else { SALE };
            let grown = |what: &str| {
                let line = format!("{metric}_{what}{{part=\"{name}\"}}");
                Some(self.0.get(&line)?.saturating_sub(before.0.get(&line).copied().unwrap_or(0)))
            };
            let (count, sum_ns) = (grown("count")?, grown("sum")?);
            let recent_ns = ["0.5", "0.99", "1"].map(|quantile| {
                let line = format!("{metric}{{part=\"{name}\",quantile=\"{quantile}\"}}");
                self.0.get(&line).copied().unwrap_or(0)
            });
            Some(Stage { name, meaning, count, mean_ns: sum_ns.checked_div(count)?, recent_ns })
        });
        stages.collect()
    }
}

/// Seconds with up to nine decimals.
fn nanoseconds(seconds: &str) -> Option<u64> {
    let (whole, part) = seconds.split_once('.').unwrap_or((seconds, ""));
    let part: u64 = format!("{part:0<9}").get(..9)?.parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000_000_000)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(count: u64, seconds: &str) -> String {
        format!(
            "# TYPE lijian_latency_seconds summary\n\
             lijian_latency_seconds{{part=\"issuer\",quantile=\"0.5\"}} 0.000250000\n\
             lijian_latency_seconds{{part=\"issuer\",quantile=\"0.99\"}} 0.002500000\n\
             lijian_latency_seconds{{part=\"issuer\",quantile=\"1\"}} 2.5\n\
             lijian_latency_seconds_sum{{part=\"issuer\"}} {seconds}\n\
             lijian_latency_seconds_count{{part=\"issuer\"}} {count}\n\
             lijian_journal_sync_seconds_sum{{part=\"sync\"}} 1.000000000\n\
             lijian_journal_sync_seconds_count{{part=\"sync\"}} 4\n\
             lijian_latency_seconds_sum{{part=\"total\"}} rubbish\n"
        )
    }

    #[test]
    fn stages_are_those_of_the_time_between_two_pages() {
        let (before, after) = (Histograms::read(&page(10, "1.5")), Histograms::read(&page(30, "3.500000040")));
        let stages = after.since(&before);
        let [issuer] = stages.as_slice() else { unreachable!("{stages:?}") };
        assert_eq!((issuer.name, issuer.count, issuer.mean_ns), ("issuer", 20, 100_000_002));
        assert_eq!(issuer.recent_ns, [250_000, 2_500_000, 2_500_000_000]);
        let names: Vec<_> =
            after.since(&Histograms::default()).iter().map(|stage| (stage.name, stage.mean_ns)).collect();
        assert_eq!(names, [("issuer", 116_666_668), ("sync", 250_000_000)]);
    }
}
