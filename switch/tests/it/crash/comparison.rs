//! What was told, what is on record, what the issuer did and what the daemon shows: every pair must agree.

use super::books::{Asked, Books, Sale, Told};
use super::goods::limits;
use super::history::{Balance, History, Intent, State};
use super::issuer_books::{AtIssuer, IssuerBooks};
use lijian_load::till::Answer;
use serde_json::Value;
use std::collections::BTreeMap;

/// The daemon's own pages at one moment.
pub(super) struct Pages {
    pub(super) durable: u64,
    pub(super) in_doubt: u64,
    pub(super) budgets: Value,
}

/// The pages against the fold: no hold without an owner, no cap over its limit.
pub(super) fn pages(pages: &Pages, history: &History, budget: u64) -> Result<(), String> {
    let unsettled = |state| matches!(state, State::Open | State::InDoubt);
    let (mut owners, mut held) = (0, 0);
    for (name, intent) in history.intents() {
        if intent.state == State::Open {
            return Err(format!("{name:?} was under way when the daemon was killed, and is not in doubt"));
        }
        owners += u64::from(unsettled(intent.state));
        held += if unsettled(intent.state) { intent.discount } else { 0 };
    }
    if pages.in_doubt != owners {
        return Err(format!("{} sales are in doubt by the metrics, {owners} by the journal", pages.in_doubt));
    }
    let mut shown = BTreeMap::new();
    for row in pages.budgets["budgets"].as_array().ok_or("no budgets")? {
        let id = row["id"].as_str().unwrap_or_default().to_owned();
        let [held, used] = ["held", "used"].map(|part| row[part].as_u64().unwrap_or(u64::MAX));
        let expected = limits(budget).into_iter().find(|(cap, _)| *cap == id).map(|(_, limit)| limit);
        if row["limit"].as_u64() != expected {
            return Err(format!("{row}: expected a limit of {expected:?}"));
        }
        if let Some(limit) = expected
            && row["remaining"].as_u64() != limit.checked_sub(held + used)
        {
            return Err(format!("{row}: held, used and remaining do not make up the limit"));
        }
        shown.insert(id, Balance { held, used });
    }
    shown.retain(|_, balance| *balance != Balance::default());
    let mut folded = history.balances.clone();
    folded.retain(|_, balance| *balance != Balance::default());
    if shown != folded {
        return Err(format!("shown are {shown:?}, on record {folded:?}"));
    }
    let campaign = folded.get(super::goods::BUDGET).copied().unwrap_or_default();
    if campaign.held == held { Ok(()) } else { Err(format!("{} held, its owners have {held}", campaign.held)) }
}

/// Every sale: what the till was told, what is on record, what the issuer did.
pub(super) fn sales(books: &Books, history: &History, issuer: &IssuerBooks) -> Result<(), String> {
    for (asked, sale) in books.sales() {
        let name = &asked.name;
        let tries: Vec<_> = history.intents_of(name).filter(|intent| intent.state != State::NeverSent).collect();
        let finding = |what: String| {
            let states: Vec<_> = history.intents_of(name).map(|intent| intent.state).collect();
            format!("{name:?}: {what}; on record {states:?}, told {:?}, issuer {:?}", asked.told, issuer.of(name))
        };
        if tries.len() > 1 {
            return Err(finding("one request, several intents".to_owned()));
        }
        let intent = tries.first().copied();
        let taken_back = sale.reversal.is_some_and(|place| books.asked[place].told == Told::TakenBack);
        told(asked, intent, history).map_err(finding)?;
        undone(sale, taken_back, intent).map_err(finding)?;
        at_issuer(issuer.of(name), sale, intent).map_err(finding)?;
    }
    Ok(())
}

/// Nothing acknowledged is lost.
fn told(asked: &Asked, intent: Option<&Intent>, history: &History) -> Result<(), String> {
    let answered = asked.answer.as_ref().is_none_or(|answer| match answer.tag(*b"82").as_deref() {
        Some("G000") => intent.is_some_and(|intent| is_grant(intent, answer)),
        Some("N199") => {
            intent.is_some_and(|intent| intent.state == State::Declined && intent.response_code == answer.text(39))
        }
        code => {
            let expected = (code.unwrap_or_default().to_owned(), answer.text(39));
            intent.is_none() && history.refusals.get(&asked.name) == Some(&vec![expected])
        }
    });
    let doubted = asked.told != Told::InDoubt || intent.is_some_and(|intent| intent.doubted);
    if answered && doubted { Ok(()) } else { Err("what was acknowledged is not on record".to_owned()) }
}

/// A grant on record with this answer's id and RRN. (Its amounts were compared when it was read.)
fn is_grant(intent: &Intent, answer: &Answer) -> bool {
    let id = answer.tag(*b"84").unwrap_or_default();
    matches!(intent.state, State::Granted | State::Reversed)
        && !id.is_empty()
        && intent.grant == id
        && intent.rrn == answer.text(37).trim_end()
}

/// A reversal undoes once it is acknowledged, and nothing is undone that nobody asked to undo.
fn undone(sale: &Sale, taken_back: bool, intent: Option<&Intent>) -> Result<(), String> {
    let Some(intent) = intent else { return Ok(()) };
    match intent.state {
        State::Reversed if sale.reversal.is_none() => Err("reversed, and no till asked for it".to_owned()),
        State::Granted if taken_back && intent.reversals_open == 0 => {
            Err("the acknowledged reversal is not on record".to_owned())
        }
        _ => Ok(()),
    }
}

/// Each grant has one approval or its reversal, and each approval that stands has a grant or a hold.
fn at_issuer(issuer: AtIssuer, sale: &Sale, intent: Option<&Intent>) -> Result<(), String> {
    if issuer.approved + issuer.declined > 1 || issuer.again > 0 {
        return Err("the issuer was asked twice".to_owned());
    }
    let net = sale.price - sale.goods.discount(sale.price);
    if issuer.asked() && issuer.amount != Some(net) {
        return Err(format!("the issuer was asked for something else than {net}"));
    }
    let approved = issuer.approved == 1;
    let stands = approved && !issuer.reversed;
    let right = match intent.map(|intent| intent.state) {
        None => !issuer.asked(),
        Some(State::Open | State::InDoubt) => true,
        // A reversal that the issuer did, and whose end the daemon did not live to write.
        Some(State::Granted) => stands || approved && intent.is_some_and(|intent| intent.reversals_open > 0),
        Some(State::Declined) => !approved,
        Some(State::Reversed) => approved && issuer.reversed,
        Some(State::Released) => !stands,
        Some(State::NeverSent) => !issuer.asked(),
    };
    if right { Ok(()) } else { Err("the issuer's books say otherwise".to_owned()) }
}
