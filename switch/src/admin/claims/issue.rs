//! A person claims a pack.

use super::{app, closed, desk, not_answered, object, refused, text, view};
use crate::admin::problem::Problem;
use crate::claims::people::{Closed, PeopleError};
use crate::claims::precheck::{Applicant, Reason, Refused};
use crate::clock::monotonic_us;
use crate::ops::Ops;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use lijian_config::switch::AppRole;
use lijian_domain::claims::ClaimId;
use lijian_domain::claims::place::{Fix, Point};
use lijian_domain::ids::{CampaignId, PackId};
use lijian_domain::money::MinorUnits;
use lijian_domain::text::Text;
use lijian_domain::time::UnixMicros;
use lijian_exchange::claims::{Apply, ClaimAnswer, ClaimCommand, ClaimRefusal, Looked};
use serde_json::{Value, json};
use std::sync::Arc;

/// A claim that is asked for.
struct Asked {
    request: String,
    campaign: CampaignId,
    pack: PackId,
    applicant: Applicant,
    by: Text<32>,
}

/// The pre-check, the registration, the claim. Sent again for the same person with the same `request_id` it gives the same claim,
/// whatever the pre-check would say by then. Of somebody new who gets no claim nothing is kept.
pub(in crate::admin) async fn issue(
    State(ops): State<Arc<Ops>>,
    headers: HeaderMap,
    body: String,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let (_, by) = app(&ops, &headers, AppRole::Claim)?;
    let body = object(&body)?;
    let request = text(&body, "request_id", 64)?.to_owned();
    let campaign = CampaignId::new(text(&body, "campaign", CampaignId::BYTES_MAX)?).unwrap_or_default();
    let pack = PackId::new(text(&body, "pack", PackId::BYTES_MAX)?).unwrap_or_default();
    let asked = Asked { request, campaign, pack, applicant: applicant(&body)?, by };
    // Of its own: who hangs up between registration and claim would stay registered without one.
    let issued = tokio::spawn(async move { claim(&ops, &asked).await }).await;
    issued.unwrap_or_else(|_| Err(Problem::internal("the claim failed; send the same again")))
}

async fn claim(ops: &Ops, asked: &Asked) -> Result<(StatusCode, Json<Value>), Problem> {
    let Asked { request, campaign, pack, applicant, by } = asked;
    let desk = desk(ops)?;
    let (rules, moment) = (ops.changes.shared().rules(), ops.calendar.moment(ops.clock.now().wall));
    let hasher = desk.people.hasher();
    let parts = [by.as_str(), campaign.as_str(), pack.as_str(), request.as_str()];
    let number = |person| ClaimId::new(hasher.claim(person, &parts));
    let mut stands = None;
    if let Some(personal) = applicant.personal(hasher, moment.local.date()) {
        let at = Looked::Claim(number(personal.person));
        let known = ops.asker.claim(ClaimCommand::Look { at }).await;
        stands = known.filter(|answer| matches!(answer, ClaimAnswer::Stands(_)));
        // Number and request can be guessed: only who names the registered phone and name is told without a look.
        if let Some(answer) = &stands
            && desk.people.is_registered(personal).await.map_err(|why| closed(&why))?
        {
            return Ok((StatusCode::CREATED, Json(view::stands(ops, desk, answer).await?)));
        }
    }
    let wanted = rules.campaigns.iter().find(|each| each.id == *campaign);
    let wanted = wanted.and_then(|campaign| Some((campaign, campaign.qualification.as_ref()?.pack(pack)?)));
    let wanted =
        wanted.ok_or_else(|| Problem::not_found("no such campaign, or no such pack of it that can be claimed"))?;
    let admitted = desk.precheck.admit(applicant, wanted, &desk.people, &moment, monotonic_us).await;
    let personal = match admitted {
        Ok(personal) => personal,
        Err(Refused::Closed(why)) => return Err(closed(&why)),
        Err(Refused::Reasons(reasons)) => return Ok(not_admitted(&reasons)),
    };
    if let Some(answer) = stands {
        // Whoever was erased stays so.
        return Ok((StatusCode::CREATED, Json(view::stands(ops, desk, &answer).await?)));
    }
    let person = personal.person;
    // Until it is known what becomes of this claim nobody registers the same person.
    let _turn = desk.turn(person).await;
    let is_new = desk.people.look_up(person).await.map_err(|why| closed(&why))?.is_none();
    let most = desk.precheck.persons_per_phone_max;
    match desk.people.register(personal, most).await {
        Err(Closed::Vault(PeopleError::PhoneShared)) => return Ok(not_admitted(&[Reason::PhoneShared])),
        registered => registered.map_err(|why| closed(&why))?,
    }
    let apply = Apply { claim: number(person), campaign: *campaign, pack: *pack, person, by: *by };
    match ops.asker.claim(ClaimCommand::Apply(apply)).await {
        Some(ClaimAnswer::Refused(why)) => {
            // With this one nobody knows what is on disk.
            if is_new && why != ClaimRefusal::TryAgain {
                desk.people.erase(person).await.map_err(|why| closed(&why))?;
            }
            Err(refused(why))
        }
        Some(answer) => Ok((StatusCode::CREATED, Json(view::stands(ops, desk, &answer).await?))),
        None => Err(not_answered()),
    }
}

fn not_admitted(reasons: &[Reason]) -> (StatusCode, Json<Value>) {
    let passing = reasons.iter().all(|reason| reason.may_pass());
    let status = if passing { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::UNPROCESSABLE_ENTITY };
    let reasons = reasons.iter().map(|reason| json!({ "reason": reason.as_str(), "text": reason.to_string() }));
    (status, Json(json!({ "state": "refused", "reasons": reasons.collect::<Vec<_>>() })))
}

fn applicant(body: &Value) -> Result<Applicant, Problem> {
    // What is missing is told among the other reasons.
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let order_amount = match body.get("order_amount") {
        None | Some(Value::Null) => None,
        Some(amount) => {
            Some(amount.as_u64().filter(|amount| *amount > 0).map(MinorUnits::new).ok_or_else(|| {
                Problem::bad_request("order_amount: expected a whole number of minor units over zero")
            })?)
        }
    };
    let fix = match body.get("place") {
        None | Some(Value::Null) => None,
        Some(place) => Some(fix(place).ok_or_else(|| {
            Problem::bad_request(
                "place: expected longitude and latitude in degrees, accuracy_metres, and at as RFC 3339 with an offset",
            )
        })?),
    };
    Ok(Applicant { id_number: text("id_number"), phone: text("phone"), name: text("name"), fix, order_amount })
}

fn fix(place: &Value) -> Option<Fix> {
    let degrees = |key: &str| {
        let degrees = place.get(key)?.as_f64().filter(|degrees| degrees.abs() <= 180.0)?;
        // The decimal text is taken: nothing is calculated in binary fractions.
        format!("{degrees:.7}").replace('.', "").parse().ok()
    };
    let accuracy = place.get("accuracy_metres")?.as_f64().filter(|metres| (0.0..=1e9).contains(metres))?;
    let accuracy_metres = format!("{:.0}", accuracy.ceil()).parse().ok()?;
    let at: Timestamp = place.get("at")?.as_str()?.parse().ok()?;
    let point = Point::new(degrees("longitude")?, degrees("latitude")?)?;
    Some(Fix { point, accuracy_metres, at: UnixMicros(at.as_microsecond()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_without_rounding_down_the_circle() {
        let at = "2024-10-01T10:00:00+08:00";
        let fix = fix(&json!({ "longitude": 114.0579, "latitude": -22.5, "accuracy_metres": 12.2, "at": at })).unwrap();
        assert_eq!(fix.point, Point::new(1_140_579_000, -225_000_000).unwrap());
        assert_eq!((fix.accuracy_metres, fix.at), (13, UnixMicros(1_727_748_000_000_000)));
        for wrong in [
            json!({ "longitude": 181, "latitude": 22, "accuracy_metres": 1, "at": at }),
            json!({ "longitude": 114, "latitude": 22, "accuracy_metres": -1, "at": at }),
            json!({ "longitude": 114, "latitude": 22, "at": at }),
            json!({ "longitude": 114, "latitude": 22, "accuracy_metres": 1, "at": "2024-10-01T10:00:00" }),
            json!("114 22"),
        ] {
            assert!(super::fix(&wrong).is_none(), "{wrong}");
        }
    }
}
