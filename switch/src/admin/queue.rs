//! Messages of the switch's own that wait for an issuer, and what two people decide about them.

use super::person::person;
use super::problem::Problem;
use crate::clock::rfc3339;
use crate::ops::{NotDecided, Ops, Proposal};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use lijian_domain::ids::Lsn;
use lijian_domain::record::{DoubtCause, QueueOrder, ReturnWay};
use lijian_exchange::queue::QueueRow;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows of one page.
const ROWS_MAX: usize = 1_000;

/// The messages that wait, in the order of their records; `?from=LSN` goes on behind a page.
pub(super) async fn queue(
    State(ops): State<Arc<Ops>>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, Problem> {
    let from = query.get("from").map_or(Some(0), |from| from.parse().ok());
    let from = from.ok_or_else(|| Problem::bad_request("from: expected an LSN, a whole number"))?;
    let rows = rows(&ops, Lsn(from), ROWS_MAX).await?;
    let now_us = ops.clock.now().wall.0;
    let next = rows.last().filter(|_| rows.len() == ROWS_MAX).map(|row| row.lsn.0.saturating_add(1));
    let rows: Vec<_> = rows.iter().map(|queued| row(&ops, queued, now_us)).collect();
    Ok(Json(json!({ "messages": rows, "next": next })))
}

/// One of the people proposes what is to be done about a message.
pub(super) async fn propose(
    State(ops): State<Arc<Ops>>,
    Path(lsn): Path<u64>,
    headers: HeaderMap,
    body: String,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let maker = person(&ops, &headers)?.to_owned();
    waits(&ops, Lsn(lsn)).await?;
    let (order, reason) = asked(&body)?;
    let reason = reason.ok_or_else(|| Problem::bad_request("reason: expected why, 1 to 200 bytes"))?;
    ops.people.propose(Lsn(lsn), Proposal { order, reason, maker: maker.clone() }).map_err(not_decided)?;
    tracing::warn!(lsn, order = name(order), maker, "an order about a waiting message is proposed");
    Ok((StatusCode::ACCEPTED, Json(json!({ "lsn": lsn, "order": name(order), "maker": maker, "state": "proposed" }))))
}

/// Another one agrees: it goes on record, and is carried out.
pub(super) async fn confirm(
    State(ops): State<Arc<Ops>>,
    Path(lsn): Path<u64>,
    headers: HeaderMap,
    body: String,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let checker = person(&ops, &headers)?.to_owned();
    waits(&ops, Lsn(lsn)).await?;
    let (order, _) = asked(&body)?;
    let decided = ops.people.agree(Lsn(lsn), order, &checker).map_err(not_decided)?;
    let maker = decided.ordered.maker;
    ops.asker.order(decided.ordered).await.ok_or_else(stopping)?;
    tracing::warn!(lsn, order = name(order), %maker, checker, reason = decided.reason, "two people ordered");
    let told = json!({
        "lsn": lsn, "order": name(order), "maker": maker.as_str(), "checker": checker, "state": "ordered",
    });
    Ok((StatusCode::ACCEPTED, Json(told)))
}

fn row(ops: &Ops, row: &QueueRow, now_us: i64) -> Value {
    let cause = match (row.doubt, row.returned) {
        (Some(DoubtCause::TimeOut), _) => "time-out",
        (Some(DoubtCause::LinkLost), _) => "link-lost",
        (Some(DoubtCause::OtherAmount), _) => "other-amount",
        (Some(DoubtCause::Restart), _) => "restart",
        (None, Some(ReturnWay::Void)) => "void-in-doubt",
        (None, Some(ReturnWay::Refund)) => "refund-asked",
        (None, Some(ReturnWay::VoidReversal)) => "void-reversal-asked",
        (None, None) => "reversal-asked",
    };
    let proposed = ops.people.proposed(row.lsn);
    json!({
        "lsn": row.lsn.0,
        "intent": row.intent.0,
        "cause": cause,
        "link": row.link.map(|link| link.to_string()),
        "amount": row.amount.get(),
        "since": rfc3339(row.since),
        "age_seconds": now_us.saturating_sub(row.since.0).max(0) / 1_000_000,
        "business_date": row.business_date.to_string(),
        "tries": row.tries,
        "next_try": row.next_try.map(rfc3339),
        "state": row.state.as_str(),
        "ordered": row.ordered,
        "proposed": proposed.map(|proposal| {
            json!({ "order": name(proposal.order), "maker": proposal.maker, "reason": proposal.reason })
        }),
    })
}

async fn rows(ops: &Ops, from: Lsn, most: usize) -> Result<Vec<QueueRow>, Problem> {
    ops.asker.queue(from, most).await.ok_or_else(stopping)
}

async fn waits(ops: &Ops, lsn: Lsn) -> Result<(), Problem> {
    let there = rows(ops, lsn, 1).await?.first().is_some_and(|row| row.lsn == lsn);
    if there { Ok(()) } else { Err(Problem::not_found("nothing with this LSN waits for an issuer")) }
}

/// What the body asks for: `{"order": "send" | "confirmed" | "drop", "reason": "..."}`.
fn asked(body: &str) -> Result<(QueueOrder, Option<String>), Problem> {
    let body: Value = serde_json::from_str(body).map_err(|_| Problem::bad_request("expected a JSON object"))?;
    let order = match body.get("order").and_then(Value::as_str) {
        Some("send") => QueueOrder::Send,
        Some("confirmed") => QueueOrder::Confirmed,
        Some("drop") => QueueOrder::Drop,
        _ => return Err(Problem::bad_request("order: expected send, confirmed or drop")),
    };
    Ok((order, body.get("reason").and_then(Value::as_str).map(str::to_owned)))
}

const fn name(order: QueueOrder) -> &'static str {
    match order {
        QueueOrder::Send => "send",
        QueueOrder::Confirmed => "confirmed",
        QueueOrder::Drop => "drop",
    }
}

fn not_decided(why: NotDecided) -> Problem {
    match why {
        NotDecided::NothingProposed => Problem::conflict("nobody proposed this order"),
        NotDecided::SamePerson => Problem::forbidden("who proposed an order cannot agree to it"),
        NotDecided::Reason => Problem::bad_request("reason: expected why, 1 to 200 bytes"),
        NotDecided::TooMany => Problem::unavailable("too many orders are proposed and not agreed to"),
    }
}

fn stopping() -> Problem {
    Problem::unavailable("the exchange does not answer: it is stopping")
}
