//! The rules in force, and changing them.

use super::person::person;
use super::problem::Problem;
use crate::clock::rfc3339;
use crate::ops::Ops;
use crate::rules::{Changed, Difference, Keys, NotChanged, Rows, TwoPeople};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use lijian_domain::campaign::Opening;
use lijian_domain::ids::RulesVersion;
use lijian_domain::record::RulesCause;
use lijian_domain::time::UnixMicros;
use serde_json::{Value, json};
use std::sync::Arc;

/// The campaigns of the rules in force, since when those are, and what became of the last try to change them.
pub(super) async fn campaigns(State(ops): State<Arc<Ops>>) -> Json<Value> {
    let (shared, now) = (ops.changes.shared(), ops.calendar.moment(ops.clock.now().wall));
    let (rules, in_force) = (shared.rules(), shared.in_force());
    let campaigns = rules.campaigns.iter().map(|campaign| {
        let state = match campaign.opening(&now) {
            Opening::Open => "open",
            Opening::OutsideHours => "outside-hours",
            Opening::OutsidePeriod => "outside-period",
        };
        let categories = campaign
            .categories()
            .iter()
            .map(|category| json!({ "id": category.id.as_str(), "stopped": category.is_stopped(now.local) }));
        json!({
            "id": campaign.id.as_str(),
            "first": campaign.period.from().to_string(),
            "last": campaign.period.to().to_string(),
            "state": state,
            "categories": categories.collect::<Vec<_>>(),
        })
    });
    let failed = shared.failed().map(|failed| json!({ "at": rfc3339(failed.at), "errors": failed.errors }));
    let scheduled = ops.changes.scheduled().map(|scheduled| {
        json!({
            "version": scheduled.version.to_string(),
            "effective_from": rfc3339(scheduled.effective_from),
            "maker": scheduled.maker,
            "checker": scheduled.checker,
        })
    });
    let waiting = ops.changes.waiting().map(|waiting| {
        json!({
            "version": waiting.version().to_string(),
            "maker": waiting.maker,
            "effective_from": waiting.effective_from.map(rfc3339),
            "difference": difference(&waiting.difference),
        })
    });
    Json(json!({
        "version": in_force.version.to_string(),
        "since": rfc3339(in_force.since),
        "maker": in_force.maker,
        "checker": in_force.checker,
        "products": rules.catalogue.len(),
        "merchants": rules.merchants.len(),
        "campaigns": campaigns.collect::<Vec<_>>(),
        "prepared": waiting,
        "scheduled": scheduled,
        "last_failure": failed,
    }))
}

/// Reads the rules again: `{"effective_from": "..."}`, or nothing for at once. In a rehearsal without people they are in force
/// then; else one of the people has prepared them, for another one to agree to.
pub(super) async fn reload(
    State(ops): State<Arc<Ops>>,
    headers: HeaderMap,
    body: String,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let from = effective_from(&body)?;
    if ops.changes.two_people() == TwoPeople::NotNeeded {
        let changes = Arc::clone(&ops.changes);
        let done = to_the_end(async move { changes.at_once(RulesCause::Request, from).await }).await?;
        return Ok((StatusCode::OK, Json(changed(&done))));
    }
    let (changes, maker) = (Arc::clone(&ops.changes), person(&ops, &headers)?.to_owned());
    let prepared = to_the_end(async move { changes.prepare(&maker, from).await }).await?;
    let told = json!({
        "state": "prepared",
        "version": prepared.version().to_string(),
        "before": ops.changes.shared().in_force().version.to_string(),
        "maker": prepared.maker,
        "effective_from": prepared.effective_from.map(rfc3339),
        "difference": difference(&prepared.difference),
        "restart_needed": prepared.restart_needed,
    });
    Ok((StatusCode::ACCEPTED, Json(told)))
}

/// Another person agrees to the version that was prepared, and to its moment: `{"version": "...", "effective_from": "..."}`.
pub(super) async fn confirm(
    State(ops): State<Arc<Ops>>,
    headers: HeaderMap,
    body: String,
) -> Result<Json<Value>, Problem> {
    let checker = person(&ops, &headers)?;
    let from = effective_from(&body)?;
    let body: Value = serde_json::from_str(&body).map_err(|_| Problem::bad_request("expected a JSON object"))?;
    let version = body.get("version").and_then(Value::as_str).and_then(RulesVersion::parse);
    let version = version.ok_or_else(|| {
        Problem::bad_request("version: expected the sixteen hexadecimal digits that the one who prepared it was told")
    })?;
    let (changes, checker) = (Arc::clone(&ops.changes), checker.to_owned());
    let done = to_the_end(async move { changes.agree(version, from, &checker).await }).await?;
    Ok(Json(changed(&done)))
}

/// One of the people takes back what waits for its time.
pub(super) async fn withdraw(
    State(ops): State<Arc<Ops>>,
    headers: HeaderMap,
    Path(version): Path<String>,
) -> Result<Json<Value>, Problem> {
    let person = match ops.changes.two_people() {
        TwoPeople::NotNeeded => String::new(),
        TwoPeople::Needed => person(&ops, &headers)?.to_owned(),
    };
    let version = RulesVersion::parse(&version)
        .ok_or_else(|| Problem::bad_request("expected the sixteen hexadecimal digits of the version"))?;
    let changes = Arc::clone(&ops.changes);
    let scheduled = to_the_end(async move { changes.withdraw(version, &person).await }).await?;
    Ok(Json(json!({ "state": "withdrawn", "version": scheduled.version.to_string() })))
}

/// The moment that a request names; none: it means now.
fn effective_from(body: &str) -> Result<Option<UnixMicros>, Problem> {
    if body.trim().is_empty() {
        return Ok(None);
    }
    let body: Value =
        serde_json::from_str(body).map_err(|_| Problem::bad_request("expected a JSON object or nothing"))?;
    let Some(text) = body.get("effective_from").filter(|value| !value.is_null()) else { return Ok(None) };
    let at: Option<Timestamp> = text.as_str().and_then(|text| text.parse().ok());
    let wrong = "effective_from: expected a moment with its offset, like 2024-10-05T00:00:00+08:00";
    at.map(|at| Some(UnixMicros(at.as_microsecond()))).ok_or_else(|| Problem::bad_request(wrong))
}

/// Whoever asks may hang up: half a change, in force and not known as such, would be told to nobody, and what still reads or writes
/// files would no longer keep others from them.
async fn to_the_end<T: Send + 'static>(
    change: impl Future<Output = Result<T, NotChanged>> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::spawn(change).await {
        Ok(done) => done.map_err(not_changed),
        Err(_) => Err(Problem::internal("the change of the rules ended by itself; the log says why")),
    }
}

fn changed(done: &Changed) -> Value {
    json!({
        "state": match done.effective_from {
            Some(_) => "scheduled",
            None if done.version == done.before => "unchanged",
            None => "in-force",
        },
        "effective_from": done.effective_from.map(rfc3339),
        "version": done.version.to_string(),
        "before": done.before.to_string(),
        "difference": difference(&done.difference),
        "restart_needed": done.restart_needed,
    })
}

fn difference(difference: &Difference) -> Value {
    let campaigns = difference.campaigns.iter().map(|(id, how)| json!({ "id": id, "change": how.as_str() }));
    let mut told = json!({
        "campaigns": campaigns.collect::<Vec<_>>(),
        "keys": difference.keys.as_ref().map(keys),
        "caps_that_begin": difference.caps_that_begin,
    });
    for (table, differing) in difference.tables() {
        told[table] = rows(differing);
    }
    told
}

fn keys(keys: &Keys) -> Value {
    let named = keys.named.iter().map(|key| json!({ "path": key.path, "before": key.before, "after": key.after }));
    json!({ "count": keys.count, "first": named.collect::<Vec<_>>() })
}

fn rows(rows: &Rows) -> Value {
    let named = rows.named.iter().map(|(id, change)| json!({ "id": id, "change": change.as_str() }));
    let [before, after] = rows.count;
    json!({
        "before": before,
        "after": after,
        "added": rows.added,
        "removed": rows.removed,
        "changed": rows.changed,
        "first": named.collect::<Vec<_>>(),
    })
}

fn not_changed(why: NotChanged) -> Problem {
    let detail = why.lines().join("\n");
    match why {
        NotChanged::Wrong(_) | NotChanged::Past => Problem::unprocessable(detail),
        NotChanged::Busy | NotChanged::NotPrepared | NotChanged::Scheduled(_) => Problem::conflict(detail),
        NotChanged::NotScheduled => Problem::not_found(detail),
        NotChanged::SamePerson | NotChanged::TwoPeopleNeeded => Problem::forbidden(detail),
        NotChanged::NotRecorded => Problem::unavailable(detail),
    }
}
