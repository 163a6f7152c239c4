//! Claims as they are shown.

use super::{app, ask, closed, code, object};
use crate::admin::problem::Problem;
use crate::clock::rfc3339;
use crate::ops::{ClaimDesk, Ops};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use lijian_config::switch::AppRole;
use lijian_domain::claims::voucher::VoucherCode;
use lijian_domain::claims::{Claim, ClaimStage};
use lijian_domain::time::UnixMicros;
use lijian_exchange::claims::{ClaimAnswer, ClaimCommand, ClaimView, Looked};
use serde_json::{Value, json};
use std::sync::Arc;

/// Where a claim stands whose time is over: it needs no record, so it is no [`ClaimStage`].
pub(super) const EXPIRED: &str = "expired";

/// One claim: `{"code": "..."}`.
pub(in crate::admin) async fn claim(
    State(ops): State<Arc<Ops>>,
    headers: HeaderMap,
    body: String,
) -> Result<Json<Value>, Problem> {
    let (desk, _) = app(&ops, &headers, AppRole::Claim)?;
    let answer = ask(&ops, ClaimCommand::Look { at: Looked::Claim(code(&object(&body)?)?.claim()) }).await?;
    Ok(Json(stands(&ops, desk, &answer).await?))
}

/// A claim with what may be seen of its person.
pub(super) async fn stands(ops: &Ops, desk: &ClaimDesk, answer: &ClaimAnswer) -> Result<Value, Problem> {
    let ClaimAnswer::Stands(view) = answer else {
        return Err(Problem::internal("another answer than was asked for"));
    };
    let claim = &view.claim;
    let masked = desk.people.look_up(claim.person).await.map_err(|why| closed(&why))?;
    let personal = masked.map(|masked| {
        json!({
            "document": masked.document.as_str(),
            "id_number": masked.number,
            "phone": masked.phone,
            "name": masked.name,
        })
    });
    let mut shown = without_codes(view, ops.clock.now().wall);
    shown["personal"] = personal.into();
    shown["codes"] = codes(ops, claim).into();
    Ok(shown)
}

/// What of a claim may be seen by whoever must not redeem it.
pub(super) fn without_codes(ClaimView { claim, held, used }: &ClaimView, now: UnixMicros) -> Value {
    let given = claim.span.until.0 != 0;
    json!({
        "campaign": claim.campaign.as_str(),
        "pack": claim.pack.as_str(),
        "stage": stage(claim, now),
        "from": given.then(|| rfc3339(claim.span.from)),
        "until": given.then(|| rfc3339(claim.span.until)),
        "held": held,
        "used": used,
        "person": claim.person.to_string(),
    })
}

/// Where a claim stands at this time.
pub(super) fn stage(claim: &Claim, now: UnixMicros) -> &'static str {
    let timed = matches!(claim.stage, ClaimStage::Issued | ClaimStage::Unconfirmed);
    if timed && claim.is_over(now) { EXPIRED } else { claim.stage.as_str() }
}

/// The code of each qualification of the pack.
pub(super) fn codes(ops: &Ops, claim: &Claim) -> Vec<Value> {
    let rules = ops.changes.shared().rules();
    let campaign = rules.campaigns.iter().find(|campaign| campaign.id == claim.campaign);
    let pack = campaign.and_then(|campaign| campaign.qualification.as_ref()?.pack(&claim.pack));
    let members = pack.map_or(&[] as &[_], |pack| &pack.members);
    let codes = members.iter().zip(0..).filter_map(|(member, place)| {
        let code = VoucherCode::new(claim.id.get(), place)?;
        let categories: Vec<_> = member.categories.iter().map(|id| id.as_str()).collect();
        Some(json!({ "code": code.to_string(), "categories": categories, "grades": member.grades.to_vec() }))
    });
    codes.collect()
}
