//! A person, named by the hash that the application was told: their claims, and the end of what is known of them.

use super::{app, closed, not_answered, refused, view};
use crate::admin::problem::Problem;
use crate::ops::Ops;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use lijian_config::switch::AppRole;
use lijian_domain::campaign::{Pack, QualificationTerms};
use lijian_domain::ids::{CampaignId, PersonKey};
use lijian_exchange::claims::{ClaimAnswer, ClaimRefusal, ClaimView, Looked};
use serde_json::{Value, json};
use std::sync::Arc;

/// "My vouchers": of each pack of the rules in force the person's latest claim, with its codes and how many more may be made.
pub(in crate::admin) async fn claims_of(
    State(ops): State<Arc<Ops>>,
    Path(person): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    app(&ops, &headers, AppRole::Claim)?;
    let person = key(&person)?;
    let rules = ops.changes.shared().rules();
    let claimed = rules.campaigns.iter().filter_map(|campaign| Some((campaign.id, campaign.qualification.as_ref()?)));
    let packs: Vec<(CampaignId, &QualificationTerms, &Pack)> =
        claimed.flat_map(|(id, terms)| terms.packs.iter().map(move |pack| (id, terms, pack))).collect();
    let latest = packs.iter().map(|(campaign, _, pack)| Looked::Latest { campaign: *campaign, pack: pack.id, person });
    let answers = ops.asker.look_at(latest.collect()).await;
    let answers = answers.ok_or_else(not_answered)?;
    let now = ops.clock.now().wall;
    let mut claims = Vec::new();
    for ((_, terms, pack), answer) in packs.iter().zip(answers) {
        match answer {
            ClaimAnswer::Latest(view, made) => {
                let mut claim = view::without_codes(&view, now);
                claim["codes"] = view::codes(&ops, &view.claim).into();
                claim["claims_made"] = made.into();
                claim["claims_left"] = left(terms, pack, &view, made).into();
                claims.push(claim);
            }
            ClaimAnswer::Refused(ClaimRefusal::Unknown) => {}
            ClaimAnswer::Refused(why) => return Err(refused(why)),
            _ => return Err(Problem::internal("another answer than was asked for")),
        }
    }
    Ok(Json(json!({ "person": person.to_string(), "claims": claims })))
}

/// How many claims of the pack the person can still make once this one is over: none once all of it is redeemed.
fn left(terms: &QualificationTerms, pack: &Pack, view: &ClaimView, made: u32) -> u32 {
    if view.used >= pack.redeemable { 0 } else { terms.claims_max.saturating_sub(made) }
}

/// Erases the personal data of a person.
pub(in crate::admin) async fn erase(
    State(ops): State<Arc<Ops>>,
    Path(person): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let (desk, by) = app(&ops, &headers, AppRole::Erase)?;
    let person = key(&person)?;
    // Not amid a claim of the same person, whose registration would undo it.
    let _turn = desk.turn(person).await;
    if !desk.people.erase(person).await.map_err(|why| closed(&why))? {
        return Err(Problem::not_found("nobody is registered under this hash, or not any more"));
    }
    tracing::warn!(app = %by, "a person's data was erased");
    Ok(StatusCode::NO_CONTENT)
}

fn key(digits: &str) -> Result<PersonKey, Problem> {
    let well_formed = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = well_formed.then(|| u128::from_str_radix(digits, 16).ok()).flatten();
    let number = number.ok_or_else(|| Problem::not_found("expected the person of a claim: 32 digits"))?;
    Ok(PersonKey(number.to_be_bytes()))
}
