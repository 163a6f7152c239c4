//! The page of metrics, in the text format of Prometheus.

use super::counters::{Counters, Registry};
use super::latency::{Latencies, Part};
use super::names::Metric;
use metrics::Counter;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::fmt::Write;
use std::sync::Arc;

/// All metrics of the process.
pub struct Page {
    handle: PrometheusHandle,
    registry: Registry,
    journal: [Counter; 3],
    latencies: Arc<Latencies>,
}

/// The numbers that are asked for when the page is, each with its labels (`{id="..."}`, or nothing).
#[derive(Default)]
pub struct Gauges {
    values: Vec<(Metric, String, u64)>,
}

impl Gauges {
    /// Adds one without labels.
    pub fn set(&mut self, metric: Metric, value: u64) {
        self.values.push((metric, String::new(), value));
    }

    /// Adds that of a budget.
    pub fn set_of(&mut self, metric: Metric, id: &str, value: u64) {
        self.set_named(metric, "id", id, value);
    }

    /// Adds one with a label of this name.
    pub fn set_named(&mut self, metric: Metric, name: &str, label: &str, value: u64) {
        self.values.push((metric, format!("{{{name}=\"{}\"}}", escaped(label)), value));
    }
}

impl Page {
    /// Nothing counted yet.
    pub fn new(latencies: Arc<Latencies>) -> Self {
        let recorder = Arc::new(PrometheusBuilder::new().build_recorder());
        let handle = recorder.handle();
        let registry = Registry::new(recorder);
        let journal = [Metric::JournalBatches, Metric::JournalRecords, Metric::JournalBytes]
            .map(|metric| registry.counter(metric, Vec::new()));
        Self { handle, registry, journal, latencies }
    }

    /// Counters for a thread.
    pub fn counters(&self) -> Counters {
        Counters::new(self.registry.clone())
    }

    /// The histograms.
    pub fn latencies(&self) -> &Arc<Latencies> {
        &self.latencies
    }

    /// Counts a batch of the journal; the sync took `sync_us`.
    pub fn journal_batch(&self, records: u32, bytes: usize, sync_us: u64) {
        let [batches, recorded, written] = &self.journal;
        batches.increment(1);
        recorded.increment(u64::from(records));
        written.increment(u64::try_from(bytes).unwrap_or(u64::MAX));
        self.latencies.record(Part::Sync, sync_us.saturating_mul(1_000), 1);
    }

    /// The page, at `now_us` (monotonic).
    pub fn render(&self, gauges: &Gauges, now_us: u64) -> String {
        self.handle.run_upkeep();
        let mut page = self.handle.render();
        for metric in Metric::ALL {
            let mut values = gauges.values.iter().filter(|(named, ..)| named == metric).peekable();
            if values.peek().is_some() {
                head(&mut page, *metric);
                values.for_each(|(_, labels, value)| line(&mut page, metric.name(), labels, value));
            }
        }
        head(&mut page, Metric::Latency);
        for part in Part::OF_SALE {
            self.summary(&mut page, Metric::Latency, part, now_us);
        }
        head(&mut page, Metric::JournalSync);
        self.summary(&mut page, Metric::JournalSync, Part::Sync, now_us);
        page
    }

    fn summary(&self, page: &mut String, metric: Metric, part: Part, now_us: u64) {
        let (name, part_name) = (metric.name(), part.as_str());
        let quantiles = self.latencies.quantiles(part, now_us);
        for (quantile, nanoseconds) in quantiles.at_ns {
            let labels = format!("{{part=\"{part_name}\",quantile=\"{quantile}\"}}");
            line(page, name, &labels, seconds(nanoseconds));
        }
        let labels = format!("{{part=\"{part_name}\"}}");
        line(page, &format!("{name}_sum"), &labels, seconds(quantiles.sum_ns));
        line(page, &format!("{name}_count"), &labels, quantiles.count);
    }
}

fn head(page: &mut String, metric: Metric) {
    let (name, kind) = (metric.name(), metric.kind().as_str());
    line(page, "# HELP", "", format_args!("{name} {}", metric.description()));
    line(page, "# TYPE", "", format_args!("{name} {kind}"));
}

/// Writing into a string cannot fail.
fn line(page: &mut String, name: &str, labels: &str, value: impl std::fmt::Display) {
    let _ = writeln!(page, "{name}{labels} {value}");
}

/// Exact, without floats.
fn seconds(nanoseconds: u64) -> String {
    format!("{}.{:09}", nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000)
}

fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_counters_gauges_and_quantiles() {
        let page = Page::new(Arc::new(Latencies::new().unwrap()));
        let mut tally = lijian_exchange::tally::Tally { relayed: 3, ..Default::default() };
        let counters = page.counters();
        counters.take(&mut tally);
        assert_eq!(tally.relayed, 0);
        counters.connection_closed("acquirer", "end");
        page.latencies().record(Part::Issuer, 2_500_000_000, 1);
        let mut gauges = Gauges::default();
        gauges.set_of(Metric::BudgetUsed, "campaign:a\"b", 7);
        let text = page.render(&gauges, 0);
        for expected in [
            "lijian_relayed_total 3",
            "lijian_connections_closed_total{side=\"acquirer\",reason=\"end\"} 1",
            "lijian_budget_used_minor{id=\"campaign:a\\\"b\"} 7",
            "lijian_latency_seconds_count{part=\"issuer\"} 1",
            "# TYPE lijian_latency_seconds summary",
        ] {
            assert!(text.contains(expected), "{expected} is not in\n{text}");
        }
    }
}
