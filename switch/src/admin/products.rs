//! Goods that brands and merchants propose, and staff who approve or refuse them.
//!
//! An application ([[admin.apps]]) or one of the people proposes; one of the people who did not propose decides.

use super::person::{allowed, bearer, person};
use super::problem::Problem;
use crate::library::proposals::{self, Offer, Proposal, ProposalState};
use crate::library::{Author, LibraryError, Writer};
use crate::ops::Ops;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use lijian_config::library::{InForce, Register};
use lijian_config::switch::AppRole;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Proposals of one answer.
const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Proposed {
    request_id: String,
    proposed_by: String,
    #[serde(default)]
    note: String,
    product: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    state: Option<String>,
    after: Option<u64>,
}

/// Judges a product as an import would, and keeps it for staff.
pub(super) async fn propose(
    State(ops): State<Arc<Ops>>,
    headers: HeaderMap,
    body: String,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let by = proposer(&ops, &headers)?;
    let told: Proposed =
        serde_json::from_str(&body).map_err(|error| Problem::bad_request(format!("expected a proposal: {error}")))?;
    let offer = offer(by, told)?;
    let at = ops.clock.now().wall;
    let proposal = write(&ops, move |writer, in_force| writer.propose(offer, in_force, at)).await?;
    Ok((StatusCode::CREATED, Json(view(&proposal))))
}

/// What is proposed: staff see all of it, an application its own.
pub(super) async fn list(
    State(ops): State<Arc<Ops>>,
    headers: HeaderMap,
    Query(which): Query<Which>,
) -> Result<Json<Value>, Problem> {
    let found = visible(&ops, &headers).await?;
    let after = which.after.unwrap_or(0);
    let wanted = |it: &&Proposal| which.state.as_deref().is_none_or(|state| it.state.as_str() == state);
    let mut page: Vec<&Proposal> = found.iter().filter(|it| it.number > after).filter(wanted).take(PAGE + 1).collect();
    let next = if page.len() > PAGE { page.pop().and(page.last()).map(|last| last.number) } else { None };
    Ok(Json(json!({ "proposals": page.into_iter().map(view).collect::<Vec<_>>(), "next_after": next })))
}

/// One of them.
pub(super) async fn one(
    State(ops): State<Arc<Ops>>,
    headers: HeaderMap,
    Path(number): Path<u64>,
) -> Result<Json<Value>, Problem> {
    let found = visible(&ops, &headers).await?;
    let proposal = found.iter().find(|proposal| proposal.number == number);
    proposal.map(|it| Json(view(it))).ok_or_else(|| Problem::not_found("there is no such proposal"))
}

/// Staff take it into the library; it counts once the rules are loaded again.
pub(super) async fn approve(
    State(ops): State<Arc<Ops>>,
    headers: HeaderMap,
    Path(number): Path<u64>,
) -> Result<Json<Value>, Problem> {
    let author = Author { by: person(&ops, &headers)?.to_owned(), at: ops.clock.now().wall };
    let change = write(&ops, move |writer, in_force| writer.approve(number, in_force, author)).await?;
    tracing::warn!(number, change = change.number, by = change.by, "a proposed product is approved");
    Ok(Json(json!({
        "number": number,
        "state": "approved",
        "change": change.number,
        "counts": "once the rules are loaded again: POST /api/v1/config/reload",
    })))
}

/// Staff leave it out: `{"reason": "..."}`.
pub(super) async fn refuse(
    State(ops): State<Arc<Ops>>,
    headers: HeaderMap,
    Path(number): Path<u64>,
    body: String,
) -> Result<Json<Value>, Problem> {
    let author = Author { by: person(&ops, &headers)?.to_owned(), at: ops.clock.now().wall };
    let body: Option<Value> = serde_json::from_str(&body).ok();
    let reason = body.as_ref().and_then(|body| body.get("reason")?.as_str()).unwrap_or_default().trim().to_owned();
    let reason = plain("reason", reason, 200)?;
    write(&ops, move |writer, _| writer.refuse(number, reason, author)).await?;
    Ok(Json(json!({ "number": number, "state": "refused" })))
}

fn proposer(ops: &Ops, headers: &HeaderMap) -> Result<String, Problem> {
    let token = bearer(headers).ok_or_else(|| Problem::unauthorized("expected a bearer token of an application"))?;
    if let Some(app) = ops.apps.whose(token) {
        return allowed(app, AppRole::Propose).map(|()| app.holder.name.clone());
    }
    ops.people.whose(token).map(str::to_owned).ok_or_else(|| Problem::unauthorized("this token is nobody's"))
}

fn offer(by: String, told: Proposed) -> Result<Offer, Problem> {
    let columns = Register::Products.columns();
    if let Some(unknown) = told.product.keys().find(|key| !columns.contains(&key.as_str())) {
        let expected = columns.join(", ");
        return Err(Problem::bad_request(format!("product: found {unknown:.40}, expected {expected}")));
    }
    let field = |column: &&str| match told.product.get(*column) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) if number.is_u64() => Ok(number.to_string()),
        Some(_) => Err(Problem::bad_request(format!("product.{column}: expected a text or a whole number"))),
    };
    let fields = columns.iter().map(field).collect::<Result<_, _>>()?;
    let note = if told.note.is_empty() { told.note } else { plain("note", told.note, 500)? };
    let (request, of) = (plain("request_id", told.request_id, 64)?, plain("proposed_by", told.proposed_by, 100)?);
    Ok(Offer { by, of, request, fields, note })
}

/// A text of one line.
fn plain(key: &str, text: String, bytes_max: usize) -> Result<String, Problem> {
    let right = (1..=bytes_max).contains(&text.len()) && !text.chars().any(char::is_control);
    if right {
        Ok(text)
    } else {
        Err(Problem::bad_request(format!("{key}: expected 1 to {bytes_max} bytes of one line")))
    }
}

async fn visible(ops: &Arc<Ops>, headers: &HeaderMap) -> Result<Vec<Proposal>, Problem> {
    let by = proposer(ops, headers)?;
    let staff = bearer(headers).is_some_and(|token| ops.people.whose(token).is_some());
    let data = ops.data.clone();
    let read = tokio::task::spawn_blocking(move || proposals::read(&data)).await;
    let mut found = done(read)?;
    found.retain(|proposal| staff || proposal.offer.by == by);
    Ok(found)
}

/// Does something to the library, held for that moment alone, judged by the rules in force.
async fn write<T: Send + 'static>(
    ops: &Ops,
    deed: impl FnOnce(Writer, &InForce<'_>) -> Result<T, LibraryError> + Send + 'static,
) -> Result<T, Problem> {
    let (data, rules) = (ops.data.clone(), ops.changes.shared().rules());
    let work = move || {
        let in_force = InForce { rules: &rules, acquirers: Vec::new() };
        Writer::open(&data).and_then(|writer| deed(writer, &in_force))
    };
    done(tokio::task::spawn_blocking(work).await)
}

fn done<T>(result: Result<Result<T, LibraryError>, tokio::task::JoinError>) -> Result<T, Problem> {
    let error = match result {
        Ok(Ok(done)) => return Ok(done),
        Ok(Err(error)) => error,
        Err(_) => return Err(Problem::internal("the library could not be asked; the log says why")),
    };
    let detail = error.to_string();
    Err(match error {
        LibraryError::Busy { .. } | LibraryError::Moved | LibraryError::TooManyOpen => Problem::unavailable(detail),
        LibraryError::NoProposal { .. } => Problem::not_found(detail),
        LibraryError::Decided { .. } | LibraryError::OtherRequest => Problem::conflict(detail),
        LibraryError::OwnProposal => Problem::forbidden(detail),
        LibraryError::TooLong { .. } => Problem::bad_request(detail),
        LibraryError::Log(errors) => {
            let lines: Vec<String> = errors.errors().iter().map(ToString::to_string).collect();
            Problem::unprocessable(lines.join("\n"))
        }
        LibraryError::Io { .. } | LibraryError::Line(_) | LibraryError::Full => {
            tracing::error!(error = detail, "the library cannot be changed");
            Problem::unavailable("the library cannot be read or changed at this moment")
        }
    })
}

fn view(proposal: &Proposal) -> Value {
    let Proposal { number, at, offer, state } = proposal;
    let product: Map<String, Value> = Register::Products
        .columns()
        .into_iter()
        .zip(&offer.fields)
        .map(|(column, field)| (column.to_owned(), field.as_str().into()))
        .collect();
    let decided = match state {
        ProposalState::Open => Value::Null,
        ProposalState::Approved(change) => json!({ "by": change.by, "at": change.at, "change": change.number }),
        ProposalState::Refused { by, at, reason } => json!({ "by": by, "at": at, "reason": reason }),
    };
    json!({
        "number": number,
        "state": state.as_str(),
        "at": at,
        "by": offer.by,
        "proposed_by": offer.of,
        "request_id": offer.request,
        "note": offer.note,
        "product": product,
        "decided": decided,
    })
}
