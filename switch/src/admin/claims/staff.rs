//! What store staff and the institution do about a claim.

use super::{app, ask, code, desk, object, text, view};
use crate::admin::person::person;
use crate::admin::problem::Problem;
use crate::ops::Ops;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use lijian_config::switch::AppRole;
use lijian_domain::ids::MerchantId;
use lijian_domain::text::Text;
use lijian_exchange::claims::ClaimCommand;
use serde_json::Value;
use std::sync::Arc;

/// Staff of a shop saw the person: `{"code": ..., "merchant": ..., "terminal": ..., "staff": ...}`.
pub(in crate::admin) async fn confirm(
    State(ops): State<Arc<Ops>>,
    headers: HeaderMap,
    body: String,
) -> Result<Json<Value>, Problem> {
    let (desk, _) = app(&ops, &headers, AppRole::Confirm)?;
    let body = object(&body)?;
    let code = code(&body)?;
    let merchant = MerchantId::new(text(&body, "merchant", MerchantId::BYTES_MAX)?).unwrap_or_default();
    let (terminal, staff) = (text(&body, "terminal", 8)?, text(&body, "staff", 23)?);
    let rules = ops.changes.shared().rules();
    if !rules.merchants.iter().any(|known| known.id == merchant) {
        return Err(Problem::not_found("merchant: not in the registry"));
    }
    let by = Text::printed(&format_args!("{staff}@{terminal}"));
    let answer = ask(&ops, ClaimCommand::Confirm { claim: code.claim(), merchant, by }).await?;
    Ok(Json(view::stands(&ops, desk, &answer).await?))
}

/// The person does not want it any more: `{"code": "..."}`.
pub(in crate::admin) async fn hand_back(
    State(ops): State<Arc<Ops>>,
    headers: HeaderMap,
    body: String,
) -> Result<Json<Value>, Problem> {
    let (desk, by) = app(&ops, &headers, AppRole::Claim)?;
    let code = code(&object(&body)?)?;
    let answer = ask(&ops, ClaimCommand::HandBack { claim: code.claim(), person: None, by }).await?;
    Ok(Json(view::stands(&ops, desk, &answer).await?))
}

/// One of the people takes the claim back, redeemed or not: nothing more is redeemed of it. `{"code": "...", "reason": "..."}`.
pub(in crate::admin) async fn withdraw(
    State(ops): State<Arc<Ops>>,
    headers: HeaderMap,
    body: String,
) -> Result<Json<Value>, Problem> {
    let desk = desk(&ops)?;
    let by = Text::printed(&person(&ops, &headers)?);
    let body = object(&body)?;
    let reason = text(&body, "reason", 200)?;
    let claim = code(&body)?.claim();
    let answer = ask(&ops, ClaimCommand::Withdraw { claim, by }).await?;
    tracing::warn!(%by, reason, "a claim was taken back");
    Ok(Json(view::stands(&ops, desk, &answer).await?))
}
