//! Voids and refunds: the whole of a grant or a part of it, on the day on which it is confirmed.

use super::row::{Funds, Row, Rows, Transaction, rows};
use super::{Kind, Return, Settlement, SettlementError, given};
use crate::ids::Lsn;
use crate::money::MinorUnits;
use crate::record::{Intent, ReturnAsked, ReturnOutcome, ReturnWay};
use crate::returns::in_order;
use crate::sale::{ITEMS_MAX, SponsorShare};
use crate::time::UnixMicros;
use arrayvec::ArrayVec;

/// A part of a grant that goes back, and what went back before it.
#[derive(Clone, Debug)]
pub(super) struct Part {
    asked: Box<ReturnAsked>,
    before: Returned,
}

/// What of a grant went back so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Returned {
    discount: u64,
    net: u64,
}

impl Settlement {
    /// A confirmed return: what it gives back needs the intent of its original. None where a void is undone that was not
    /// confirmed itself: nothing went either way.
    pub(super) fn returned(
        &mut self,
        lsn: Lsn,
        at: UnixMicros,
        outcome: &ReturnOutcome,
    ) -> Result<Option<Return>, SettlementError> {
        let nothing = SettlementError::NothingToReturn { lsn, intent: outcome.intent };
        let asked = self.returns.remove(&outcome.asked).ok_or(nothing)?;
        if asked.intent != outcome.intent || self.sales.contains_key(&outcome.intent) {
            return Err(nothing);
        }
        if let Some(void) = asked.of {
            self.returns.remove(&void);
        }
        let sofar = self.parts.entry(outcome.intent).or_default();
        let before = *sofar;
        let (discount, net) = (asked.discount.get(), asked.net.get());
        let after = match asked.way {
            ReturnWay::VoidReversal => Some(Returned::default()),
            ReturnWay::Void | ReturnWay::Refund => before
                .discount
                .checked_add(discount)
                .zip(before.net.checked_add(net))
                .map(|(discount, net)| Returned { discount, net }),
        };
        *sofar = after.ok_or(SettlementError::OutOfRange { lsn })?;
        if asked.way == ReturnWay::VoidReversal && before == Returned::default() {
            return Ok(None);
        }
        Ok(Some(Return {
            original: outcome.intent,
            lsn,
            at,
            stan: asked.origin.stan,
            rrn: given(outcome.answer.rrn, asked.origin.rrn),
            authorisation: outcome.answer.authorisation,
            part: Some(Part { asked, before }),
        }))
    }

    /// The rows of a return: those of the grant, cut to the part that goes back. The reversal of a void gives again.
    pub(super) fn settle_part(
        &mut self,
        transaction: &Transaction,
        intent: &Intent,
        part: &Part,
        out: &mut Rows,
    ) -> Result<(), SettlementError> {
        let lsn = transaction.lsn;
        rows(transaction, intent, out)?;
        let takes = match part.asked.way {
            ReturnWay::VoidReversal => &intent.award.caps,
            ReturnWay::Void | ReturnWay::Refund => {
                let off = |sum| SettlementError::AmountsOff { lsn, grant: intent.grant, sum };
                cut(out, part, &intent.award.sponsors).map_err(off)?;
                &part.asked.takes
            }
        };
        let added = self.day.totals.add(transaction.kind, takes, out);
        added.ok_or(SettlementError::OutOfRange { lsn })
    }
}

impl Part {
    pub(super) fn kind(&self) -> Kind {
        match self.asked.way {
            ReturnWay::VoidReversal => Kind::Grant,
            ReturnWay::Void | ReturnWay::Refund => Kind::Return,
        }
    }
}

/// Goods come back in their order ([`in_order`]), each by the sponsors that paid it ([`Funds`]): all parts of a grant together
/// are its own rows. Trade-in and bank promotion show with the whole grant only.
fn cut(rows: &mut Rows, part: &Part, sponsors: &[SponsorShare]) -> Result<(), &'static str> {
    let Part { asked, before } = part;
    let sum = |amount: fn(&Row) -> MinorUnits| MinorUnits::checked_sum(rows.iter().map(amount));
    let all = (sum(|row| row.subsidy), sum(|row| row.paid));
    let whole = *before == Returned::default() && all == (Some(asked.discount), Some(asked.net));
    let subsidies = back(rows, |row| row.subsidy, before.discount, asked.discount)?;
    let paid = back(rows, |row| row.paid, before.net, asked.net)?;
    let mut funds = Funds::from(sponsors, MinorUnits::new(before.discount));
    for (row, (subsidy, paid)) in rows.iter_mut().zip(subsidies.into_iter().zip(paid)) {
        (row.subsidy, row.paid) = (subsidy, paid);
        row.gross = row.paid.checked_add(row.subsidy).ok_or("an item's gross amount")?;
        row.sponsors = funds.next(subsidy).ok_or("the sponsors' parts")?;
        if !whole {
            (row.original_amount, row.trade_in, row.bank_promotion) = (row.gross, MinorUnits::ZERO, MinorUnits::ZERO);
        }
    }
    let of_sponsor = |place: usize| {
        let own = rows.iter().filter_map(|row| row.sponsors.get(place));
        MinorUnits::checked_sum(own.map(|share| share.amount))
    };
    let recorded = asked.sponsors.iter().enumerate().all(|(place, share)| of_sponsor(place) == Some(share.amount));
    if !recorded || asked.sponsors.len() != sponsors.len() {
        return Err("the sponsors' parts");
    }
    if !whole {
        rows.retain(|row| !row.gross.is_zero());
    }
    Ok(())
}

/// What goes back of an amount of each row.
fn back(
    rows: &Rows,
    amount: fn(&Row) -> MinorUnits,
    before: u64,
    back: MinorUnits,
) -> Result<ArrayVec<MinorUnits, ITEMS_MAX>, &'static str> {
    let parts: ArrayVec<_, ITEMS_MAX> = in_order(rows.iter().map(amount), MinorUnits::new(before), back).collect();
    let whole = MinorUnits::checked_sum(parts.iter().copied()) == Some(back);
    if whole { Ok(parts) } else { Err("the parts that went back") }
}
