//! A refund, whole or in parts, by the campaign's policy.

use super::{Ask, Base, Part, Reject, Share, Standing, When, in_order, sponsors};
use crate::campaign::{AllowanceReturn, RefundPolicy, RefundSplit};
use crate::cap::{CapKey, CapKind, CapTake, Takes};
use crate::ids::CategoryId;
use crate::money::MinorUnits;
use crate::record::recorded_take;
use crate::sale::Award;

/// What a refund gives back.
pub(super) fn refund(award: &Award, policy: &RefundPolicy, standing: &Standing, ask: &Ask) -> Result<Share, Reject> {
    // Where more was given back than there was, nothing is left.
    let discount = award.discount.checked_sub(standing.discount()).ok_or(Reject::TooMuch)?;
    let net = award.net.checked_sub(standing.net()).ok_or(Reject::TooMuch)?;
    let rest = Money { discount, net };
    let cut = Cut { award, standing, rest, split: policy.split };
    let money = match ask.base {
        _ if policy.split == RefundSplit::NotRefundable => return Err(Reject::NotRefundable),
        Base::Gross => cut.by_gross(ask.amount)?,
        Base::Net => cut.by_net(ask.amount)?,
    };
    let is_last = money == rest;
    let takes = takes(award, policy.allowance, standing, money.discount, is_last);
    let personal = takes.iter().any(|take| take.key.kind().is_personal());
    let allowance = match policy.allowance {
        _ if !personal => When::Never,
        AllowanceReturn::Never => When::Never,
        AllowanceReturn::SameDay | AllowanceReturn::OnFullReturnOnly => When::Now,
        AllowanceReturn::NextDay => When::NextDay,
    };
    let sponsors = sponsors::parts(award, standing, money.discount);
    let part = Part { way: ask.way, discount: money.discount, net: money.net, sponsors, takes };
    Ok(Share { part, allowance, is_last })
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Money {
    discount: MinorUnits,
    net: MinorUnits,
}

/// How a refund is cut into the sponsors' and the card's part.
struct Cut<'a> {
    award: &'a Award,
    standing: &'a Standing,
    rest: Money,
    split: RefundSplit,
}

impl Cut<'_> {
    /// The two parts of a part of the price. The discount given back after it is the floor of its exact share of all that
    /// came back so far, unless the card would get more than it paid.
    fn by_gross(&self, asked: MinorUnits) -> Result<Money, Reject> {
        let (asked, rest) = (asked.get(), self.rest);
        let left = rest.net.get().saturating_add(rest.discount.get());
        if asked > left {
            return Err(Reject::TooMuch);
        }
        if asked == left {
            return Ok(rest);
        }
        let returned = self.standing.gross().get().saturating_add(asked);
        let discount = match self.split {
            RefundSplit::ProRata => proportion(self.award.discount, returned, self.award.gross),
            RefundSplit::SubsidyFirst => self.award.discount.get().min(returned),
            RefundSplit::WholeOrderOnly | RefundSplit::NotRefundable => return Err(Reject::WholeOnly),
        };
        let more = discount.saturating_sub(self.standing.discount().get());
        let least = asked.saturating_sub(rest.net.get());
        let discount = more.max(least).min(rest.discount.get()).min(asked);
        Ok(Money { discount: MinorUnits::new(discount), net: MinorUnits::new(asked.saturating_sub(discount)) })
    }

    /// The two parts where the card's is given. Going by net the discount given back is the floor of `D * n / N`, going by
    /// gross that of `D * g / G`; with `g = floor(G * n / N)` both are the same, so that requests of both kinds mix.
    fn by_net(&self, asked: MinorUnits) -> Result<Money, Reject> {
        let rest = self.rest;
        if asked > rest.net {
            return Err(Reject::TooMuch);
        }
        if asked == rest.net {
            return Ok(rest);
        }
        let returned = self.standing.net().get().saturating_add(asked.get());
        let discount = match self.split {
            RefundSplit::ProRata => proportion(self.award.discount, returned, self.award.net),
            RefundSplit::SubsidyFirst => self.award.discount.get(),
            RefundSplit::WholeOrderOnly | RefundSplit::NotRefundable => return Err(Reject::WholeOnly),
        };
        let more = discount.saturating_sub(self.standing.discount().get()).min(rest.discount.get());
        Ok(Money { discount: MinorUnits::new(more), net: asked })
    }
}

/// What caps get back. Budgets get their part of the discount with each part and their items with the last; a person's
/// allowance by the policy; a serial number and a qualification nothing: goods that were refunded were subsidised once.
fn takes(award: &Award, policy: AllowanceReturn, standing: &Standing, discount: MinorUnits, is_last: bool) -> Takes {
    let returned = standing.discount().get().saturating_add(discount.get());
    let mut takes = Takes::new();
    for take in &award.caps {
        let comes_back = match take.key.kind() {
            CapKind::SerialNumber | CapKind::Qualification => false,
            CapKind::PersonCategory | CapKind::PersonWeek | CapKind::PersonYear | CapKind::PersonCampaign => {
                match policy {
                    AllowanceReturn::Never => false,
                    AllowanceReturn::SameDay | AllowanceReturn::NextDay => true,
                    AllowanceReturn::OnFullReturnOnly => is_last,
                }
            }
            CapKind::Terminal
            | CapKind::Merchant
            | CapKind::District
            | CapKind::Category
            | CapKind::Day
            | CapKind::Tranche
            | CapKind::Campaign => true,
        };
        let due = if is_last { take.amount.get() } else { due(award, take, returned) };
        let (given, given_count) = standing.of_cap(&take.key);
        let amount = due.saturating_sub(given.get());
        let count = if is_last { take.count.saturating_sub(given_count) } else { 0 };
        if comes_back && (amount > 0 || count > 0) {
            takes.push(recorded_take(take.key, MinorUnits::new(amount), count));
        }
    }
    takes
}

/// What a cap should have back once `returned` of the discount is: one of a category what the goods of it gave that are
/// back, every other one its share.
fn due(award: &Award, take: &CapTake, returned: u64) -> u64 {
    match take.key {
        CapKey::Category(_, category) | CapKey::PersonCategory(_, _, category) => {
            of_category(award, category, returned).min(take.amount.get())
        }
        _ => proportion(take.amount, returned, award.discount),
    }
}

fn of_category(award: &Award, category: CategoryId, returned: u64) -> u64 {
    let discounts = award.items.iter().map(|item| item.discount);
    let parts = award.items.iter().zip(in_order(discounts, MinorUnits::ZERO, MinorUnits::new(returned)));
    let of_category = parts.filter(|(item, _)| item.category == category);
    of_category.fold(0, |sum, (_, part)| sum.saturating_add(part.get()))
}

/// `whole * part / of` down to the fen; at most `whole`, since a part is at most the whole that it is of. The product of
/// two 64-bit numbers fits 128 bits.
fn proportion(whole: MinorUnits, part: u64, of: MinorUnits) -> u64 {
    let exact = (u128::from(whole.get()) * u128::from(part)).checked_div(u128::from(of.get())).unwrap_or(0);
    u64::try_from(exact).unwrap_or(whole.get()).min(whole.get())
}
