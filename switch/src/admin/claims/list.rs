//! Claims by campaign, pack and stage, a page at a time. No code stands in it: whoever reads a list of claims must not be able
//! to redeem them.

use super::view::{self, EXPIRED};
use super::{app, not_answered, refused};
use crate::admin::problem::Problem;
use crate::clock::rfc3339;
use crate::ops::{ClaimPage, ListedClaims, Ops};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use lijian_config::switch::AppRole;
use lijian_domain::claims::ClaimStage;
use lijian_domain::ids::{CampaignId, Lsn, PackId};
use lijian_exchange::claims::{ClaimAnswer, ClaimView, Looked};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Claims of one page at most: each is a look that the exchange answers between two messages.
const PAGE_MAX: usize = 100;
const PAGE_USUAL: usize = 50;

/// What is asked for.
struct Wanted {
    listed: ListedClaims,
    state: Option<String>,
    from: Lsn,
    most: usize,
}

/// `?campaign=...&pack=...&state=...&limit=...&cursor=...`: how many claims there are in all, and a page of those wanted, in
/// the order in which they were made.
pub(in crate::admin) async fn claims(
    State(ops): State<Arc<Ops>>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    app(&ops, &headers, AppRole::List)?;
    let Wanted { listed, state, from, most } = Wanted::read(&query)?;
    let ClaimPage { claims, next } = page(&ops, listed, from, most).await?;
    let standing = ops.asker.standing().await;
    let standing = standing.ok_or_else(|| Problem::unavailable("the exchange does not answer: it is stopping"))?;
    let looked = claims.iter().map(|(_, claimed)| Looked::Claim(claimed.claim)).collect();
    let views = ops.asker.look_at(looked).await;
    let views = views.ok_or_else(not_answered)?;
    let now = ops.clock.now().wall;
    let mut rows = Vec::new();
    for ((at, _), answer) in claims.iter().zip(views) {
        let view: ClaimView = match answer {
            ClaimAnswer::Stands(view) => view,
            ClaimAnswer::Refused(why) => return Err(refused(why)),
            _ => return Err(Problem::internal("another answer than was asked for")),
        };
        if state.as_ref().is_none_or(|state| state == view::stage(&view.claim, now)) {
            let mut row = view::without_codes(&view, now);
            row["claimed_at"] = rfc3339(*at).into();
            rows.push(row);
        }
    }
    let next = next.map(|lsn| format!("{:016x}", lsn.0));
    Ok(Json(json!({ "claims": standing.exchange.claims, "list": rows, "next": next })))
}

async fn page(ops: &Arc<Ops>, listed: ListedClaims, from: Lsn, most: usize) -> Result<ClaimPage, Problem> {
    let (shared, durable) = (Arc::clone(ops), ops.journal.durable());
    // Reads files: not on the thread that answers.
    let read = move || shared.claims.as_ref().map(|desk| desk.list.page(&listed, from, durable, most));
    match tokio::task::spawn_blocking(read).await {
        Ok(Some(Ok(page))) => Ok(page),
        failed => {
            tracing::error!("claims could not be listed: {failed:?}");
            Err(Problem::internal("the list failed; the log says why"))
        }
    }
}

impl Wanted {
    fn read(query: &BTreeMap<String, String>) -> Result<Self, Problem> {
        let mut wanted = Self { listed: ListedClaims::default(), state: None, from: Lsn::NONE, most: PAGE_USUAL };
        for (key, value) in query {
            let expected = |expected: &str| Problem::bad_request(format!("{key}: expected {expected}"));
            match key.as_str() {
                "campaign" => {
                    let id = CampaignId::new(value).map_err(|_| expected("the id of a campaign"))?;
                    wanted.listed.campaign = Some(id);
                }
                "pack" => wanted.listed.pack = Some(PackId::new(value).map_err(|_| expected("the id of a pack"))?),
                "state" => {
                    let mut known = ClaimStage::ALL.iter().map(|stage| stage.as_str()).chain([EXPIRED]);
                    if !known.any(|stage| stage == value) {
                        return Err(expected(
                            "entered, unconfirmed, issued, expired, handed-back, not-drawn or withdrawn",
                        ));
                    }
                    wanted.state = Some(value.clone());
                }
                "limit" => {
                    let most = value.parse().ok().filter(|most| (1..=PAGE_MAX).contains(most));
                    wanted.most = most.ok_or_else(|| expected(&format!("a whole number of 1 to {PAGE_MAX}")))?;
                }
                "cursor" => wanted.from = cursor(value).ok_or_else(|| expected("`next` of the page before"))?,
                _ => {
                    return Err(Problem::bad_request(
                        "a key is unknown: expected campaign, pack, state, limit or cursor",
                    ));
                }
            }
        }
        Ok(wanted)
    }
}

fn cursor(text: &str) -> Option<Lsn> {
    let well_formed = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    well_formed.then(|| u64::from_str_radix(text, 16).ok()).flatten().map(Lsn)
}
