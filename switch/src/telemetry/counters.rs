//! Handles of all counters, looked up once: adding to one costs a few nanoseconds and allocates nothing.

use super::names::{Kind, Metric};
use lijian_domain::code::DecisionCode;
use lijian_exchange::tally::{Answers, Tally};
use metrics::{Counter, Key, KeyName, Label, Level, Metadata, Recorder, SharedString, Unit};
use metrics_exporter_prometheus::PrometheusRecorder;
use std::cell::RefCell;
use std::mem;
use std::sync::Arc;

const METADATA: Metadata<'static> = Metadata::new("lijian", Level::INFO, None);

/// Where all counters are made.
#[derive(Clone)]
pub(super) struct Registry {
    recorder: Arc<PrometheusRecorder>,
}

impl Registry {
    pub(super) fn new(recorder: Arc<PrometheusRecorder>) -> Self {
        for metric in Metric::ALL.iter().filter(|metric| metric.kind() == Kind::Counter) {
            let description = SharedString::const_str(metric.description());
            recorder.describe_counter(KeyName::from_const_str(metric.name()), Some(Unit::Count), description);
        }
        Self { recorder }
    }

    pub(super) fn counter(&self, metric: Metric, labels: Vec<Label>) -> Counter {
        self.recorder.register_counter(&Key::from_parts(metric.name(), labels), &METADATA)
    }
}

/// The counters that the exchange's thread adds to.
pub struct Counters {
    registry: Registry,
    /// In the order of [`Tally::counters`].
    single: Vec<Counter>,
    /// In the order of [`DecisionCode::ALL`].
    decisions: Vec<Counter>,
    /// Made when a code is first seen; codes are two letters or digits, so their number is bounded.
    answers: RefCell<Vec<(String, Counter)>>,
}

impl Counters {
    pub(super) fn new(registry: Registry) -> Self {
        let empty = Tally::default();
        let single = empty.counters().map(|(field, _)| registry.counter(metric_of(field), Vec::new()));
        let code = |code: &DecisionCode| vec![Label::new("code", code.as_str())];
        let decisions = DecisionCode::ALL.iter().map(|each| registry.counter(Metric::Decisions, code(each)));
        let (single, decisions) = (single.collect(), decisions.collect());
        Self { registry, single, decisions, answers: RefCell::default() }
    }

    /// Adds what was counted and sets `tally` back to zero; its memory is kept.
    pub fn take(&self, tally: &mut Tally) {
        let counted = tally.counters().map(|(_, count)| count).zip(&self.single);
        let decided = tally.decisions.iter().copied().zip(&self.decisions);
        for (count, counter) in counted.chain(decided).filter(|(count, _)| *count > 0) {
            counter.increment(count);
        }
        let mut answers = mem::take(&mut tally.answers);
        self.take_answers(&answers);
        answers.clear();
        *tally = Tally { answers, ..Tally::default() };
    }

    fn take_answers(&self, answers: &Answers) {
        let mut known = self.answers.borrow_mut();
        for (code, count) in answers.iter().filter(|(_, count)| *count > 0) {
            let counter = match known.iter().position(|(text, _)| text == code) {
                Some(place) => known.get(place).map(|(_, counter)| counter.clone()),
                None => {
                    let counter = self.registry.counter(Metric::Answers, vec![Label::new("code", code.to_owned())]);
                    known.push((code.to_owned(), counter.clone()));
                    Some(counter)
                }
            };
            if let Some(counter) = counter {
                counter.increment(count);
            }
        }
    }

    /// Counts a connection that was opened.
    pub fn connection_opened(&self, side: &'static str) {
        self.registry.counter(Metric::ConnectionsOpened, vec![Label::new("side", side)]).increment(1);
    }

    /// Counts a connection that ended.
    pub fn connection_closed(&self, side: &'static str, reason: &'static str) {
        let labels = vec![Label::new("side", side), Label::new("reason", reason)];
        self.registry.counter(Metric::ConnectionsClosed, labels).increment(1);
    }

    /// Counts a connection that was one too many.
    pub fn connection_refused(&self) {
        self.registry.counter(Metric::ConnectionsRefused, Vec::new()).increment(1);
    }
}

/// The metric of a field of the tally.
fn metric_of(field: &str) -> Metric {
    let named = |metric: &&Metric| {
        let name = metric.name().strip_prefix("lijian_").and_then(|name| name.strip_suffix("_total"));
        name == Some(field)
    };
    // A test proves that every field has a metric of its own.
    Metric::ALL.iter().find(named).copied().unwrap_or(Metric::Answers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_field_of_the_tally_has_a_metric_of_its_own() {
        let metrics: HashSet<_> = Tally::default().counters().map(|(field, _)| metric_of(field)).collect();
        assert_eq!(metrics.len(), Tally::default().counters().count());
        assert!(!metrics.contains(&Metric::Answers), "a field of the tally has no metric");
    }
}
