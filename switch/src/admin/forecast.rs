//! When budgets will be used up.

use crate::ops::Ops;
use crate::ops::forecast::object;
use axum::Json;
use axum::extract::State;
use serde_json::Value;
use std::sync::Arc;

/// The forecast of all budgets.
pub(super) async fn forecast(State(ops): State<Arc<Ops>>) -> Json<Value> {
    let caps = ops.burning.forecast(&ops.changes.shared().rules(), &ops.calendar);
    Json(object(ops.clock.now().wall, &caps))
}
