//! The figures of a load as JSON.

use hdrhistogram::Histogram;
use lijian_load::load::{Answers, Interval, Kind, KindCounts, Measured};
use lijian_load::stages::Stage;
use serde_json::{Map, Value, json};

/// Latencies in microseconds, from the moment at which each request was meant to be sent.
pub(super) fn of(measured: &Measured, stages: &[Stage]) -> Value {
    let Measured { counts, answers, latency_us, service_us, sending_ns, intervals } = measured;
    let at = |histogram: &Histogram<u64>, quantile: f64| histogram.value_at_quantile(quantile);
    let by_kind: Map<_, _> =
        Kind::ALL.iter().map(|kind| (kind.as_str().to_owned(), self::kind(counts.of(*kind)))).collect();
    json!({
        "sent": counts.sent(),
        "answered": counts.answered(),
        "unanswered": counts.unanswered(),
        "timed_out": counts.timed_out(),
        "cut_off": counts.cut_off(),
        "approved": counts.approved(),
        "declined": counts.declined(),
        "granted": counts.granted,
        "discount_minor": counts.discount_minor,
        "never_sent": counts.never_sent,
        "strange": counts.strange,
        "connections_ended": counts.connections_ended,
        "owed": counts.owed,
        "sending_ms": sending_ns / 1_000_000,
        "rate": measured.rate(),
        "p50_us": at(latency_us, 0.5),
        "p90_us": at(latency_us, 0.9),
        "p99_us": at(latency_us, 0.99),
        "p999_us": at(latency_us, 0.999),
        "max_us": latency_us.max(),
        "service_p50_us": at(service_us, 0.5),
        "service_p99_us": at(service_us, 0.99),
        "kinds": by_kind,
        "answers": answers.iter().map(answer).collect::<Vec<_>>(),
        "stages": stages.iter().map(stage).collect::<Vec<_>>(),
        "intervals": intervals.iter().map(interval).collect::<Vec<_>>(),
    })
}

fn kind(counts: &KindCounts) -> Value {
    let KindCounts { sent, answered, approved, timed_out, cut_off } = counts;
    json!({ "sent": sent, "answered": answered, "approved": approved, "timed_out": timed_out, "cut_off": cut_off })
}

fn answer(answers: &Answers) -> Value {
    let Answers { kind, code, decision, count } = answers;
    json!({ "kind": kind.as_str(), "result": text(code), "decision": text(decision), "count": count })
}

fn stage(stage: &Stage) -> Value {
    let Stage { name, count, mean_ns, recent_ns: [p50_ns, p99_ns, max_ns], .. } = stage;
    json!({ "stage": name, "count": count, "mean_ns": mean_ns, "recent_p50_ns": p50_ns, "recent_p99_ns": p99_ns, "recent_max_ns": max_ns })
}

fn interval(interval: &Interval) -> Value {
    let Interval { second, meant, sent, answered, failed, p50_us, p99_us, max_us } = interval;
    json!({
        "second": second,
        "meant": meant,
        "sent": sent,
        "answered": answered,
        "failed": failed,
        "p50_us": p50_us,
        "p99_us": p99_us,
        "max_us": max_us,
    })
}

/// A code as it came, without what is no letter or digit.
pub(super) fn text(code: &[u8]) -> String {
    code.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(|byte| char::from(*byte)).collect()
}
