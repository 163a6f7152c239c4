//! The report for programs: amounts in minor units, times in UTC, names that stay.

use super::changes::Change;
use super::exhaustion::{Both, LEVELS, Marks};
use super::money::Sums;
use super::report::Report;
use crate::clock::rfc3339;
use crate::ops::language::Language;
use lijian_domain::cap::CapKey;
use lijian_domain::time::UnixMicros;
use serde_json::{Map, Value, json};

/// The whole report. Notes are in `language`.
pub(super) fn object(report: &Report, language: Language) -> Value {
    let Report { counts, changes, money, span, .. } = report;
    let row = |name: &str, id: &str, sums: &Sums| {
        let mut row = sums_of(sums);
        row.insert(name.into(), id.into());
        row
    };
    let of_campaign = |campaign: &str, name: &str, id: &str, sums: &Sums| {
        let mut row = row(name, id, sums);
        row.insert("campaign".into(), campaign.into());
        row
    };
    let reasons = changes.by_reason.iter().map(|((then, now, reason), requests)| {
        json!({ "code_then": then.as_str(), "code_now": now.as_str(), "reason": reason, "requests": requests })
    });
    json!({
        "campaign": report.campaign.as_str(),
        "replaces_configured": report.replaces,
        "from": span.from.to_string(),
        "to": span.to.to_string(),
        "journal_records": report.read_to.0,
        "nothing_changes": report.nothing_changes(),
        "requests": {
            "decided_again": counts.decided,
            "independent_of_campaigns": counts.stays,
            "cannot_be_replayed": counts.not_recorded,
            "decided_by_other_rules": counts.other_rules,
            "open": counts.open,
        },
        "changes": {
            "outcomes": changes.outcomes(),
            "persons": changes.persons(),
            "discounts": { "requests": changes.discounts, "raised_by": changes.raised, "lowered_by": changes.lowered },
            "returns_refused_now": counts.returns_refused,
            "by_reason": reasons.collect::<Vec<_>>(),
            "first": changes.first.values().map(change).collect::<Vec<_>>(),
        },
        "money": {
            "campaigns": money.campaigns.iter().map(|(id, sums)| row("campaign", id.as_str(), sums)).collect::<Vec<_>>(),
            "categories": money.categories.iter()
                .map(|((campaign, id), sums)| of_campaign(campaign.as_str(), "category", id.as_str(), sums))
                .collect::<Vec<_>>(),
            "districts": money.districts.iter()
                .map(|((campaign, id), sums)| of_campaign(campaign.as_str(), "district", id.as_str(), sums))
                .collect::<Vec<_>>(),
            "days": money.days.iter().map(|(day, sums)| row("day", &day.to_string(), sums)).collect::<Vec<_>>(),
        },
        "budgets": report.caps.iter().map(budget).collect::<Vec<_>>(),
        "budgets_left_out": report.shops_left_out,
        "notes": report.notes(language),
    })
}

fn sums_of(sums: &Sums) -> Map<String, Value> {
    let mut row = Map::new();
    for (name, [then, now]) in [("sales", sums.sales), ("granted", sums.granted), ("returned", sums.returned)] {
        row.insert(format!("{name}_then"), then.into());
        row.insert(format!("{name}_now"), now.into());
    }
    row
}

fn change(change: &Change) -> Value {
    let who = &change.who;
    json!({
        "lsn": who.lsn.0,
        "at": rfc3339(who.at),
        "business_date": who.day.to_string(),
        "rrn": who.rrn.as_str(),
        "merchant": who.merchant.as_str(),
        "terminal": who.terminal.as_str(),
        "gross": who.gross,
        "code_then": change.then.as_str(),
        "code_now": change.now.as_str(),
        "reason": change.reason,
        "discount_then": change.discounts[0],
        "discount_now": change.discounts[1],
    })
}

fn budget((key, both): &(CapKey, Both)) -> Value {
    json!({ "id": key.to_string(), "then": marks(&both.then), "now": marks(&both.now), "same": both.then.is_same(&both.now) })
}

fn marks(marks: &Marks) -> Value {
    let time = |at: Option<UnixMicros>| Value::from(at.map(rfc3339));
    let mut object = Map::new();
    object.insert("limit".into(), marks.limit.into());
    object.insert("taken".into(), marks.taken.into());
    object.insert("first_refused".into(), time(marks.refused));
    for (level, at) in LEVELS.iter().zip(marks.reached) {
        object.insert(format!("reached_{level}_percent"), time(at));
    }
    Value::Object(object)
}
