//! The arithmetic of one record.

use super::books::Hold;
use super::facts::Facts;
use super::record::{Intent, ReturnAsked};
use super::rule::{Rule, Violation};

pub(super) fn of_intent(lsn: u64, date: i32, intent: &Intent, facts: &Facts) -> Result<(), Violation> {
    let broken = |what: &str| Err(Rule::RowIdentity.broken(format!("record {lsn}: {what}")));
    let Intent { gross, discount, net, .. } = *intent;
    if net.checked_add(discount) != Some(gross) {
        return broken("gross is not net and discount");
    }
    if sum(intent.sponsors.iter().map(|(_, part)| *part)) != Some(discount) {
        return broken("the sponsors' parts are not the discount");
    }
    if sum(intent.items.iter().map(|item| item.discount)) != Some(discount) {
        return broken("the items' discounts are not the discount");
    }
    let prices = intent.items.iter().map(|item| item.unit_price.saturating_mul(u64::from(item.quantity)));
    if sum(prices) != sum([gross, intent.trade_in, intent.bank_promotion]) {
        return broken("the items are not the gross amount, trade-in and bank promotion");
    }
    let shared = |take: &&super::record::Take| take.cap.starts_with("campaign:");
    if intent.caps.iter().find(shared).map(|take| take.amount) != Some(discount) {
        return broken("what the campaign gives is not the discount");
    }
    let another_day =
        |take: &&super::record::Take| take.cap.starts_with("day:") && !take.cap.ends_with(&format!(":{date}"));
    if intent.caps.iter().any(|take| another_day(&take)) {
        return broken("the money of another day is taken");
    }
    for item in &intent.items {
        let good = facts.goods.iter().find(|good| good.gtin == item.gtin);
        let due = good.map(|good| {
            let share = u128::from(item.unit_price) * u128::from(good.rate_basis_points) / 10_000;
            share.min(u128::from(good.cap_per_item)) * u128::from(item.quantity)
        });
        if due != Some(u128::from(item.discount)) {
            let what = format!("record {lsn}: {} is given for {item:?}, {due:?} is due", item.discount);
            return Err(Rule::DiscountIsRight.broken(what));
        }
    }
    Ok(())
}

/// Its amount is what the till asked for, or what the card paid.
pub(super) fn of_reversal(lsn: u64, amount: u64, original: Option<&Hold>) -> Result<(), Violation> {
    let Some(intent) = original.map(|hold| &hold.intent) else { return Ok(()) };
    if [intent.gross, intent.net].contains(&amount) {
        return Ok(());
    }
    Err(Rule::RowIdentity.broken(format!("record {lsn}: {amount} is neither gross nor net of the sale")))
}

pub(super) fn of_return(lsn: u64, asked: &ReturnAsked) -> Result<(), Violation> {
    let broken = |what: &str| Err(Rule::RowIdentity.broken(format!("record {lsn}: {what}")));
    if asked.net.checked_add(asked.discount) != Some(asked.gross) {
        return broken("what is returned is not net and discount");
    }
    if sum(asked.sponsors.iter().map(|(_, part)| *part)) != Some(asked.discount) {
        return broken("what sponsors get back is not the discount");
    }
    Ok(())
}

fn sum(amounts: impl IntoIterator<Item = u64>) -> Option<u64> {
    amounts.into_iter().try_fold(0u64, u64::checked_add)
}
