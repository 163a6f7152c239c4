//! The page that Prometheus reads.

use crate::ops::{Ops, Phase, budgets};
use crate::telemetry::{Gauges, Metric};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Counters, gauges and quantiles.
pub(super) async fn page(State(ops): State<Arc<Ops>>) -> impl IntoResponse {
    let mut gauges = Gauges::default();
    gauges.set(Metric::Ready, u64::from(ops.health.phase() == Phase::Ready));
    gauges.set(Metric::Damaged, u64::from(ops.health.is_damaged()));
    gauges.set(Metric::SpaceLow, u64::from(ops.health.is_space_low()));
    gauges.set_named(Metric::JournalDurability, "policy", ops.journal.durability().as_str(), 1);
    gauges.set(Metric::DurableLsn, ops.journal.durable().0);
    gauges.set(Metric::AppliedLsn, ops.applied.load(Ordering::Acquire));
    let standing = ops.asker.standing().await;
    // The exchange also knows of a journal that refused records without having failed.
    let refused = standing.as_ref().is_some_and(|standing| standing.exchange.poisoned);
    gauges.set(Metric::Poisoned, u64::from(ops.health.is_poisoned() || refused));
    let now = ops.clock.now();
    if let Some(standing) = standing {
        let queue = standing.exchange.queue;
        gauges.set(Metric::QueueLength, number(queue.length));
        gauges.set(Metric::QueueParkedNow, number(queue.parked));
        let age_us = queue.oldest.map_or(0, |oldest| now.wall.0.saturating_sub(oldest.0).max(0));
        gauges.set(Metric::QueueAge, u64::try_from(age_us / 1_000_000).unwrap_or(0));
        gauges.set(Metric::InFlight, number(standing.exchange.in_flight));
        gauges.set(Metric::InDoubtNow, number(standing.exchange.in_doubt));
        gauges.set(Metric::QuotesOpen, number(standing.exchange.quotes_open));
        gauges.set(Metric::Tasks, number(standing.tasks));
    }
    for budget in budgets(&ops.changes.shared().rules(), &ops.quota, &ops.calendar.moment(now.wall)) {
        if let Some(limit) = budget.limit {
            gauges.set_of(Metric::BudgetLimit, &budget.id, limit);
        }
        gauges.set_of(Metric::BudgetHeld, &budget.id, budget.held);
        gauges.set_of(Metric::BudgetUsed, &budget.id, budget.used);
    }
    for cap in ops.burning.forecast(&ops.changes.shared().rules(), &ops.calendar) {
        if let Some(seconds) = cap.outlook.seconds_from(now.wall) {
            gauges.set_named(Metric::ForecastExhaustion, "cap", &cap.id, seconds);
        }
    }
    let page = ops.page.render(&gauges, now.monotonic_us);
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page)
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
