//! Which of the people asks.

use super::problem::Problem;
use crate::ops::Ops;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use lijian_config::switch::{App, AppRole};

/// Who asks: the bearer token says so.
pub(super) fn person<'a>(ops: &'a Ops, headers: &HeaderMap) -> Result<&'a str, Problem> {
    if !ops.people.any() {
        return Err(Problem::forbidden("nobody may order anything: the configuration has no [[admin.people]]"));
    }
    let token = bearer(headers).ok_or_else(|| Problem::unauthorized("expected a bearer token of one of the people"))?;
    ops.people.whose(token).ok_or_else(|| Problem::unauthorized("this token is nobody's"))
}

/// An application may do what its `may` says.
pub(super) fn allowed(app: &App, role: AppRole) -> Result<(), Problem> {
    if app.may.contains(&role) {
        return Ok(());
    }
    Err(Problem::forbidden(format!(
        "{}: this application may not {role}: [[admin.apps]] may",
        app.holder.name,
        role = role.as_str()
    )))
}

/// The token of a request.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    headers.get(AUTHORIZATION)?.as_bytes().strip_prefix(b"Bearer ")
}
