//! Budgets and transactions.

use super::problem::Problem;
use crate::clock::rfc3339;
use crate::ops::{self, Found, Happening, Item, Ops, Transaction};
use axum::Json;
use axum::extract::{Path, State};
use lijian_domain::ids::Rrn;
use lijian_domain::time::UnixMicros;
use serde_json::{Value, json};
use std::sync::Arc;

/// All budgets, in minor units.
pub(super) async fn budgets(State(ops): State<Arc<Ops>>) -> Json<Value> {
    let now = ops.calendar.moment(ops.clock.now().wall);
    let budgets = ops::budgets(&ops.changes.shared().rules(), &ops.quota, &now).into_iter().map(|budget| {
        json!({
            "id": budget.id,
            "limit": budget.limit,
            "held": budget.held,
            "used": budget.used,
            "remaining": budget.remaining(),
        })
    });
    Json(json!({ "budgets": budgets.collect::<Vec<_>>() }))
}

/// The transactions of a retrieval reference number: acquirers use numbers again, so there can be several.
pub(super) async fn transactions(
    State(ops): State<Arc<Ops>>,
    Path(text): Path<String>,
) -> Result<Json<Value>, Problem> {
    let rrn = Rrn::new(text.trim()).ok().filter(|rrn| !rrn.is_empty());
    let rrn = rrn.ok_or_else(|| Problem::bad_request("expected a retrieval reference number of 1 to 12 characters"))?;
    let durable = ops.journal.durable();
    // Reads files: not on the thread that answers.
    let looked_up = tokio::task::spawn_blocking(move || ops.transactions.find(&rrn, durable)).await;
    let Ok(Ok(Found { transactions, complete })) = looked_up else {
        tracing::error!("a transaction could not be looked up: {looked_up:?}");
        return Err(Problem::internal("the look-up failed; the log says why"));
    };
    if transactions.is_empty() {
        return Err(Problem::not_found("no transaction with items has this retrieval reference number"));
    }
    let transactions: Vec<_> = transactions.iter().map(transaction).collect();
    Ok(Json(json!({ "rrn": rrn.as_str(), "complete": complete, "transactions": transactions })))
}

fn transaction(transaction: &Transaction) -> Value {
    let origin = &transaction.origin;
    let last_answer = transaction.happenings.iter().rev().find(|happening| happening.code.is_some());
    json!({
        "lsn": transaction.lsn.0,
        "state": transaction.course.state.as_str(),
        "link": origin.link.as_str(),
        "merchant": origin.merchant.as_str(),
        "terminal": origin.terminal.as_str(),
        "stan": origin.stan.to_string(),
        "grant": transaction.grant,
        "campaign": transaction.campaign,
        "code": last_answer.and_then(|happening| happening.code),
        "response_code": last_answer.and_then(|happening| happening.response_code.as_deref()),
        "gross": transaction.gross,
        "discount": transaction.discount,
        "net": transaction.gross.saturating_sub(transaction.discount),
        "items": transaction.items.iter().map(item).collect::<Vec<_>>(),
        "caps": transaction.caps,
        "records": transaction.happenings.iter().map(record).collect::<Vec<_>>(),
    })
}

fn item(item: &Item) -> Value {
    json!({
        "gtin": item.gtin,
        "quantity": item.quantity,
        "unit_price": item.unit_price,
        "category": item.category,
        "discount": item.discount,
    })
}

fn record(happening: &Happening) -> Value {
    json!({
        "lsn": happening.lsn.0,
        "at": rfc3339(UnixMicros(happening.at_us)),
        "business_date": happening.business_date,
        "kind": happening.kind,
        "code": happening.code,
        "response_code": happening.response_code,
    })
}
