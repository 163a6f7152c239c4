//! The lottery: one person brings the seed, another one agrees to the draw of what was published.

use super::{ask, desk, object};
use crate::admin::person::person;
use crate::admin::problem::Problem;
use crate::ops::{NoDraw, Ops, ProposedDraw};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use lijian_domain::campaign::Campaign;
use lijian_domain::ids::CampaignId;
use lijian_domain::text::Text;
use lijian_exchange::claims::{ClaimAnswer, ClaimCommand, Draw};
use serde_json::{Value, json};
use std::sync::Arc;

/// `{"seed": ..., "commitment": ...}`: the seed, and its SHA-256 as it was published.
pub(in crate::admin) async fn propose(
    State(ops): State<Arc<Ops>>,
    Path(campaign): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let desk = desk(&ops)?;
    let maker = person(&ops, &headers)?.to_owned();
    let (campaign, body) = (id(&campaign)?, object(&body)?);
    let (seed, published) = (bytes(&body, "seed")?, bytes(&body, "commitment")?);
    // What waits is of campaigns that can be drawn: nobody fills the list with others.
    let rules = ops.changes.shared().rules();
    let draws = |it: &&Campaign| it.qualification.as_ref().is_some_and(|terms| terms.lottery.is_some());
    if !rules.campaigns.iter().filter(draws).any(|it| it.id == campaign) {
        return Err(Problem::not_found("no such campaign in force, or no lottery in it"));
    }
    let proposed = ProposedDraw { seed, maker: maker.clone() };
    desk.propose_draw(campaign, &published, proposed).map_err(no_draw)?;
    tracing::warn!(%campaign, maker, "a draw is proposed");
    Ok((StatusCode::ACCEPTED, Json(json!({ "campaign": campaign.as_str(), "maker": maker, "state": "proposed" }))))
}

/// `{"commitment": ...}`: another person agrees to the draw of what was published.
pub(in crate::admin) async fn confirm(
    State(ops): State<Arc<Ops>>,
    Path(campaign): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Result<Json<Value>, Problem> {
    let desk = desk(&ops)?;
    let checker = person(&ops, &headers)?;
    let (campaign, body) = (id(&campaign)?, object(&body)?);
    let proposed = desk.agree_draw(&campaign, &bytes(&body, "commitment")?, checker).map_err(no_draw)?;
    let (maker, by) = (Text::printed(&proposed.maker), Text::printed(&checker));
    let answer = ask(&ops, ClaimCommand::Draw(Draw { campaign, seed: proposed.seed, maker, checker: by })).await?;
    let ClaimAnswer::Drawn(drawn) = answer else {
        return Err(Problem::internal("another answer than was asked for"));
    };
    desk.drawn(&campaign, &proposed);
    tracing::warn!(%campaign, maker = proposed.maker, checker, "a lottery was drawn");
    Ok(Json(json!({
        "campaign": campaign.as_str(),
        "state": "drawn",
        "seed": hex(&proposed.seed),
        "entered": drawn.entered,
        "won": drawn.won,
        "maker": proposed.maker,
        "checker": checker,
    })))
}

fn id(campaign: &str) -> Result<CampaignId, Problem> {
    CampaignId::new(campaign).map_err(|_| Problem::not_found("no such campaign"))
}

fn bytes(body: &Value, key: &str) -> Result<[u8; 32], Problem> {
    let expected = || Problem::bad_request(format!("{key}: expected 64 hexadecimal digits"));
    let digits = body.get(key).and_then(Value::as_str).ok_or_else(expected)?.as_bytes();
    let mut bytes = [0; 32];
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(expected());
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).unwrap_or_default();
        *byte = u8::from_str_radix(pair, 16).map_err(|_| expected())?;
    }
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn no_draw(why: NoDraw) -> Problem {
    match why {
        NoDraw::OtherSeed => Problem::unprocessable("seed: its SHA-256 is not the commitment that was published"),
        NoDraw::TooMany => Problem::unavailable("too many draws are proposed and not agreed to"),
        NoDraw::NothingProposed => Problem::conflict("nobody proposed a draw with this commitment"),
        NoDraw::SamePerson => Problem::forbidden("who proposed a draw cannot agree to it"),
    }
}
