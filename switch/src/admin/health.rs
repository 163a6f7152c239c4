//! Whether the daemon lives, and whether it takes sales.

use super::problem::Problem;
use crate::ops::{Ops, Phase};
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use std::sync::Arc;

/// The process answers.
pub(super) async fn live() -> Json<Value> {
    Json(json!({ "status": "live" }))
}

/// Recovered, listening and not draining. A poisoned journal shows, and is no reason to send traffic elsewhere: what is not
/// ours still passes.
pub(super) async fn ready(State(ops): State<Arc<Ops>>) -> Result<Json<Value>, Problem> {
    match ops.health.phase() {
        Phase::Ready => {}
        phase => return Err(Problem::unavailable(format!("the switch is {}", phase.as_str()))),
    }
    // The exchange also knows of a journal that refused records without having failed.
    let refused = ops.asker.standing().await.is_some_and(|standing| standing.exchange.poisoned);
    let journal = match (ops.health.is_poisoned() || refused, ops.health.is_damaged(), ops.health.is_space_low()) {
        (true, ..) => "poisoned",
        (false, true, _) => "damaged",
        (false, false, true) => "space-low",
        (false, false, false) => "ok",
    };
    Ok(Json(json!({ "status": "ready", "journal": journal, "rehearsal": ops.clock.is_rehearsal() })))
}
