//! Links: what is open, and what is under way on it.

use super::problem::Problem;
use crate::ops::Ops;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use std::sync::Arc;

/// All links, in the order of the configuration.
pub(super) async fn links(State(ops): State<Arc<Ops>>) -> Result<Json<Value>, Problem> {
    let status = ops.asker.standing().await.map(|standing| standing.exchange);
    let status = status.ok_or_else(|| Problem::unavailable("the exchange does not answer: it is stopping"))?;
    let links = ops.board.links();
    let acquirers = links.acquirers.iter().enumerate().map(|(place, row)| {
        json!({
            "name": row.name,
            "dialect": row.dialect,
            "listen": row.listen.map(|address| address.to_string()),
            "up": row.connections > 0,
            "connections": row.connections,
            "in_flight": status.in_flight_by_acquirer.get(place).copied().unwrap_or_default(),
        })
    });
    let issuers = links.issuers.iter().enumerate().map(|(place, row)| {
        let stands = status.issuers.get(place).copied().unwrap_or_default();
        let hosts: Vec<_> = row.hosts.iter().map(|host| json!({ "host": host.host, "up": host.up })).collect();
        json!({
            "name": row.name,
            "dialect": row.dialect,
            "hosts": hosts,
            "up": stands.connections > 0,
            "connections": stands.connections,
            "ready": stands.ready,
        })
    });
    Ok(Json(json!({
        "acquirers": acquirers.collect::<Vec<_>>(),
        "issuers": issuers.collect::<Vec<_>>(),
        "in_flight": status.in_flight,
        "in_doubt": status.in_doubt,
        "quotes_open": status.quotes_open,
    })))
}
