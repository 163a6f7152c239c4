//! Claims, for the institution's own application: issue, confirm, hand back, take back, look, list, draw, erase.
//!
//! Invariants: an application shows the token of one of `[[admin.apps]]`, a draw takes two of the people; personal data and voucher codes
//! come in bodies only, never in paths; personal data and goes out masked; an answer comes once what it tells of is on disk.

mod draw;
mod issue;
mod list;
mod person;
mod staff;
mod view;

pub(super) use draw::{confirm as confirm_draw, propose as propose_draw};
pub(super) use issue::issue;
pub(super) use list::claims;
pub(super) use person::{claims_of, erase};
pub(super) use staff::{confirm, hand_back, withdraw};
pub(super) use view::claim;

use super::person::{allowed, bearer};
use super::problem::Problem;
use crate::claims::people::Closed;
use crate::ops::{ClaimDesk, Ops};
use axum::http::HeaderMap;
use lijian_config::switch::AppRole;
use lijian_domain::claims::voucher::VoucherCode;
use lijian_domain::text::Text;
use lijian_exchange::claims::{ClaimAnswer, ClaimCommand, ClaimRefusal};
use serde_json::Value;

/// What claims are asked with, and which application asks, which may do this.
fn app<'a>(ops: &'a Ops, headers: &HeaderMap, role: AppRole) -> Result<(&'a ClaimDesk, Text<32>), Problem> {
    let desk = desk(ops)?;
    let expected = "expected a bearer token of one of the [[admin.apps]]";
    let token = bearer(headers).ok_or_else(|| Problem::unauthorized(expected))?;
    let app = ops.apps.whose(token).ok_or_else(|| Problem::unauthorized("this token is no application's"))?;
    allowed(app, role)?;
    Ok((desk, Text::printed(&app.holder.name)))
}

fn desk(ops: &Ops) -> Result<&ClaimDesk, Problem> {
    ops.claims.as_ref().ok_or_else(|| Problem::forbidden("nobody can claim: the configuration has no [claims]"))
}

/// Does what a command says.
async fn ask(ops: &Ops, command: ClaimCommand) -> Result<ClaimAnswer, Problem> {
    match ops.asker.claim(command).await {
        Some(ClaimAnswer::Refused(why)) => Err(refused(why)),
        Some(answer) => Ok(answer),
        None => Err(not_answered()),
    }
}

fn not_answered() -> Problem {
    Problem::unavailable("the exchange did not answer: send the same again")
}

fn refused(why: ClaimRefusal) -> Problem {
    let detail = format!("{}: {why}", why.as_str());
    match why {
        ClaimRefusal::TryAgain => Problem::unavailable(detail),
        ClaimRefusal::Unknown | ClaimRefusal::NoCampaign | ClaimRefusal::NoPack => Problem::not_found(detail),
        ClaimRefusal::OnePerson => Problem::forbidden(detail),
        _ => Problem::conflict(detail),
    }
}

fn closed(why: &Closed) -> Problem {
    match why {
        Closed::Busy | Closed::Stopping => Problem::unavailable(why.to_string()),
        Closed::Vault(error) => {
            tracing::error!(%error, "personal data cannot be kept");
            Problem::unavailable("personal data cannot be kept or read at this moment")
        }
    }
}

/// The voucher code of a body. Whoever knows it can redeem it: it stands in no path, which others write into their logs.
fn code(body: &Value) -> Result<VoucherCode, Problem> {
    VoucherCode::parse(text(body, "code", 32)?)
        .ok_or_else(|| Problem::not_found("no such code: mistyped, or none of ours"))
}

fn object(body: &str) -> Result<Value, Problem> {
    let body: Option<Value> = serde_json::from_str(body).ok();
    body.filter(Value::is_object).ok_or_else(|| Problem::bad_request("expected a JSON object"))
}

/// A text of a body.
fn text<'a>(body: &'a Value, key: &str, bytes_max: usize) -> Result<&'a str, Problem> {
    let text = body.get(key).and_then(Value::as_str).filter(|text| !text.is_empty() && text.len() <= bytes_max);
    text.ok_or_else(|| Problem::bad_request(format!("{key}: expected a string of 1 to {bytes_max} bytes")))
}
