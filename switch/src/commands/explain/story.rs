//! A transaction as it is told: the same content for text and JSON.

use super::fact::{Facts, Value};
use super::follow::{Case, Step};
use super::happening;
use super::label::Label;
use super::language::{Both, both};
use super::watch::{CapSeen, Stamp};
use crate::ops::{Course, TransactionState};
use lijian_domain::cap::CapKind;
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Entry, Record};
use lijian_domain::time::{BusinessDate, UnixMicros};

/// A transaction.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) state: TransactionState,
    /// Why, where that was decided.
    pub(super) code: Option<DecisionCode>,
    pub(super) facts: Facts,
    /// The caps that it took, as they stood.
    pub(super) caps: Vec<Facts>,
    /// The cap that refused it, as it stood.
    pub(super) bound: Option<Facts>,
    /// What the rules of its time say of it.
    pub(super) rederived: Option<Facts>,
    pub(super) happenings: Vec<Happening>,
}

/// A record of it.
#[derive(Debug)]
pub(super) struct Happening {
    pub(super) lsn: Lsn,
    pub(super) at: UnixMicros,
    pub(super) business_date: BusinessDate,
    pub(super) kind: &'static str,
    pub(super) words: Both,
    pub(super) facts: Facts,
}

impl Story {
    pub(super) fn of(case: &Case) -> Self {
        let mut course = Course::default();
        case.steps.iter().for_each(|step| course.take(&step.entry));
        let caps = case.steps.iter().flat_map(|step| &step.caps);
        Self {
            state: course.state,
            code: course.code,
            facts: opening(case).map(opened).unwrap_or_default(),
            caps: caps.clone().filter(|seen| seen.taken.is_some()).map(taken).collect(),
            bound: caps.clone().find(|seen| seen.taken.is_none()).map(bound).or_else(|| not_recorded(opening(case)?)),
            rederived: None,
            happenings: case.steps.iter().map(Happening::of).collect(),
        }
    }
}

impl Happening {
    fn of(Step { entry, .. }: &Step) -> Self {
        Self {
            lsn: entry.lsn,
            at: entry.at,
            business_date: entry.business_date,
            kind: entry.record.kind(),
            words: happening::words(&entry.record),
            facts: happening::facts(&entry.record),
        }
    }
}

/// The record that tells what was asked: the sale's own rather than its quote's, a refusal rather than its tombstone.
fn opening(case: &Case) -> Option<&Entry> {
    let entries = || case.steps.iter().map(|step| &step.entry);
    let sale = entries().find(|entry| matches!(entry.record, Record::Intent(_) | Record::Refused(_)));
    sale.or_else(|| entries().next())
}

fn opened(entry: &Entry) -> Facts {
    let facts = Facts::default()
        .number(Label::OrderNumber, entry.lsn.0)
        .with(Label::Time, Value::Time(entry.at))
        .text(Label::BusinessDate, &entry.business_date.to_string());
    match &entry.record {
        Record::Intent(intent) => facts.origin(&intent.origin).sale(intent),
        Record::Quoted(quoted) => facts.origin(&quoted.sale.origin).sale(&quoted.sale),
        Record::Refused(refused) => facts.origin(&refused.origin).refusal(refused),
        Record::Tombstone(tombstone) => facts.origin(&tombstone.origin),
        _ => facts,
    }
}

fn taken(seen: &CapSeen) -> Facts {
    let facts = Facts::default()
        .text(Label::Cap, &seen.key.to_string())
        .with(Label::CapName, Value::Words(name(seen.key.kind())))
        .limit(&seen.limit)
        .money(Label::UsedBefore, seen.folded.used)
        .money(Label::HeldBefore, seen.folded.held)
        .left(Label::LeftBefore, &seen.limit, &seen.folded)
        .number(Label::UsedCountBefore, seen.folded.used_count)
        .number(Label::HeldCountBefore, seen.folded.held_count);
    let facts = match seen.taken {
        Some(take) => facts.money(Label::Taken, take.amount).number(Label::TakenCount, take.count),
        None => facts,
    };
    facts.number(Label::Arrival, seen.arrival)
}

/// The cap that refused, as the decision recorded it; what the journal adds up to is told where it differs.
fn bound(seen: &CapSeen) -> Facts {
    let standing = &seen.standing;
    let recorded = seen.recorded.unwrap_or(seen.folded);
    let facts = Facts::default()
        .text(Label::Cap, &seen.key.to_string())
        .with(Label::CapName, Value::Words(name(seen.key.kind())))
        .limit(&seen.limit)
        .money(Label::UsedRecorded, recorded.used)
        .money(Label::HeldRecorded, recorded.held)
        .left(Label::Left, &seen.limit, &recorded)
        .number(Label::UsedCountRecorded, recorded.used_count)
        .number(Label::HeldCountRecorded, recorded.held_count);
    let facts = if recorded == seen.folded {
        facts
    } else {
        facts.money(Label::UsedFolded, seen.folded.used).money(Label::HeldFolded, seen.folded.held)
    };
    facts
        .number(Label::Arrival, seen.arrival)
        .number(Label::SalesGranted, standing.sales_granted)
        .number(Label::SalesHeld, standing.sales_held)
        .list(Label::LastTaken, standing.last_taken.iter().map(stamp))
        .list(Label::RanOut, standing.ran_out.iter().map(stamp))
        .list(Label::Holders, standing.holders.values().map(stamp))
}

/// The cap that a refusal of the record's first version names, without saying how it stood.
fn not_recorded(entry: &Entry) -> Option<Facts> {
    let Record::Refused(refused) = &entry.record else { return None };
    let id = refused.bound.as_str();
    (!id.is_empty()).then(|| Facts::default().text(Label::Cap, id).with(Label::Limit, Value::NotRecorded))
}

fn stamp(stamp: &Stamp) -> Facts {
    Facts::default()
        .number(Label::OrderNumber, stamp.lsn.0)
        .with(Label::RequestedAt, Value::Time(stamp.at))
        .text(Label::RequestRrn, stamp.rrn.as_str())
}

const fn name(kind: CapKind) -> Both {
    match kind {
        CapKind::SerialNumber => both("one subsidy for this piece of goods", "该件商品一次补贴"),
        CapKind::Qualification => both("one subsidy for this qualification", "该资格一次补贴"),
        CapKind::PersonCategory => both("the person's allowance in this category", "个人在该品类的限额"),
        CapKind::PersonWeek => both("the person's allowance in this week", "个人当周限额"),
        CapKind::PersonYear => both("the person's allowance in this year", "个人当年限额"),
        CapKind::PersonCampaign => both("the person's allowance in this campaign", "个人在本活动的限额"),
        CapKind::Terminal => both("the terminal's budget", "终端预算"),
        CapKind::Merchant => both("the merchant's budget", "商户预算"),
        CapKind::District => both("the district's budget", "行政区预算"),
        CapKind::Category => both("the category's budget", "品类预算"),
        CapKind::Day => both("the day's budget", "当日预算"),
        CapKind::Tranche => both("a tranche of the pre-funding", "一期预拨资金"),
        CapKind::Campaign => both("the campaign's whole budget", "活动总预算"),
    }
}
