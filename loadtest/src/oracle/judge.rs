//! One side held against the other.

use super::acked::{Acked, Told, What, Word};
use super::budgets::Budgets;
use super::difference::Difference;
use super::ledger::{Ledger, LedgerSale, State};
use super::rates::Rates;
use std::collections::{HashMap, HashSet};

/// What was compared, and what differs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Verdict {
    /// Sales with a discount that the tills were told of.
    pub grants: u64,
    /// What their cards paid, in minor units.
    pub paid_minor: u128,
    /// Their discounts, in minor units.
    pub discount_minor: u128,
    /// Sales without a discount: the ledger need not know them.
    pub plain: u64,
    /// Grants that the tills saw reversed.
    pub reversed: u64,
    /// Voids and refunds of grants that the tills were told of.
    pub returned: u64,
    /// What the cards were given back by them, in minor units.
    pub returned_minor: u128,
    /// Requests that were not answered: the ledger may have them or not.
    pub unanswered: u64,
    /// Discounts that the ledger granted and that were not reversed, in minor units.
    pub ledger_discount_minor: u128,
    /// In the order of the lines, then of the ledger, then of the budgets.
    pub differences: Vec<Difference>,
}

/// A request: field 41 and field 11.
type Request<'a> = (&'a str, u32);

/// The lines by what they are about.
#[derive(Default)]
struct Tills<'a> {
    /// Grants that were told.
    granted: HashMap<&'a str, &'a Told>,
    /// Sales whose reversal was done or found nothing.
    reversed: HashSet<Request<'a>>,
    /// Sales whose reversal may have been done.
    maybe_reversed: HashSet<Request<'a>>,
    /// Sales, voids and refunds that may have been done.
    maybe: HashSet<Request<'a>>,
    /// Voids and refunds that were done.
    returns: HashMap<Request<'a>, &'a Told>,
}

/// Holds one against the other.
#[must_use]
pub fn judge(acked: &Acked, ledger: &Ledger, rates: &Rates, budgets: Option<&Budgets>) -> Verdict {
    let mut verdict = Verdict::default();
    let tills = Tills::read(acked, &mut verdict);
    for told in acked.told.iter().filter(|told| told.word == Word::Approved && !told.grant.is_empty()) {
        match told.what {
            What::Sale => tills.sale(told, ledger, &mut verdict.differences),
            What::Repeat => tills.repeat(told, &mut verdict.differences),
            What::Void | What::Refund => returned(told, ledger, &mut verdict.differences),
            What::Reversal => {}
        }
    }
    for sale in ledger.sales() {
        verdict.differences.extend(sale.wrong_in_itself());
        verdict.differences.extend(rates.wrong(sale));
        if sale.state == State::Granted {
            verdict.ledger_discount_minor += u128::from(sale.discount_minor);
            tills.known(sale, &mut verdict.differences);
        }
    }
    verdict.differences.extend(ledger.twice().iter().cloned().map(|grant| Difference::GrantedTwice { grant }));
    verdict.differences.extend(budgets.into_iter().flat_map(|budgets| budgets.differences(ledger)));
    verdict
}

impl<'a> Tills<'a> {
    fn read(acked: &'a Acked, verdict: &mut Verdict) -> Self {
        let mut tills = Self::default();
        for told in &acked.told {
            let own = (told.terminal.as_str(), told.stan);
            let original = (told.terminal.as_str(), told.original_stan);
            let granted = u64::from(!told.grant.is_empty());
            verdict.unanswered += u64::from(told.word == Word::Unanswered);
            match (told.what, told.word) {
                (What::Sale, Word::Approved) => tills.sold(told, verdict),
                (What::Reversal, Word::Approved | Word::Unknown) => {
                    verdict.reversed += if tills.reversed.insert(original) { granted } else { 0 };
                }
                (What::Reversal, Word::Unanswered) => drop(tills.maybe_reversed.insert(original)),
                // The same one, asked for twice, is told twice.
                (What::Void | What::Refund, Word::Approved) if tills.returns.insert(own, told).is_none() => {
                    verdict.returned += granted;
                    verdict.returned_minor += u128::from(told.paid_minor) * u128::from(granted);
                }
                (What::Sale | What::Void | What::Refund, Word::Unanswered) => drop(tills.maybe.insert(own)),
                _ => {}
            }
        }
        tills
    }

    fn sold(&mut self, told: &'a Told, verdict: &mut Verdict) {
        if told.grant.is_empty() {
            verdict.plain += 1;
            if told.discount_minor > 0 {
                verdict.differences.push(Difference::NoGrant { rrn: told.rrn.clone(), found: told.discount_minor });
            }
            return;
        }
        verdict.grants += 1;
        verdict.paid_minor += u128::from(told.paid_minor);
        verdict.discount_minor += u128::from(told.discount_minor);
        if self.granted.insert(&told.grant, told).is_some() {
            let (grant, rrn) = (told.grant.clone(), told.rrn.clone());
            verdict.differences.push(Difference::ToldTwice { grant, rrn });
        }
    }

    /// A sale that was approved stands as it was told, unless its till took it back.
    fn sale(&self, told: &Told, ledger: &Ledger, differences: &mut Vec<Difference>) {
        let (grant, rrn) = (told.grant.clone(), told.rrn.clone());
        let Some(known) = ledger.sale(&told.grant) else {
            differences.push(Difference::NotInLedger { grant, rrn });
            return;
        };
        let request = (told.terminal.as_str(), told.stan);
        let may_be_reversed = self.reversed.contains(&request) || self.maybe_reversed.contains(&request);
        match known.state {
            State::Granted => {}
            State::Reversed if may_be_reversed => {}
            state => {
                differences.push(Difference::NotGranted { grant, rrn, state });
                return;
            }
        }
        if known.rrn != told.rrn {
            let ledger = known.rrn.clone();
            differences.push(Difference::Rrn { grant: grant.clone(), told: rrn.clone(), ledger });
        }
        for (what, told, ledger) in
            [("paid", told.paid_minor, known.net_minor), ("discount", told.discount_minor, known.discount_minor)]
        {
            if told != ledger {
                let (grant, rrn) = (grant.clone(), rrn.clone());
                differences.push(Difference::Amount { grant, rrn, what, told, ledger });
            }
        }
    }

    fn repeat(&self, told: &Told, differences: &mut Vec<Difference>) {
        let same = self.granted.get(told.grant.as_str()).is_some_and(|sale| {
            (sale.paid_minor, sale.discount_minor, &sale.rrn) == (told.paid_minor, told.discount_minor, &told.rrn)
        });
        if !same {
            differences.push(Difference::Repeat { grant: told.grant.clone(), rrn: told.rrn.clone() });
        }
    }

    /// A grant of the ledger that stands is one that a till knows of, and so is what was given back of it.
    fn known(&self, sale: &LedgerSale, differences: &mut Vec<Difference>) {
        let (grant, rrn) = (sale.grant.clone(), sale.rrn.clone());
        let request = (sale.terminal.as_str(), sale.stan);
        if self.reversed.contains(&request) && !sale.is_reversal_asked {
            differences.push(Difference::NotReversed { grant: grant.clone(), rrn: rrn.clone(), state: sale.state });
        }
        if !self.granted.contains_key(sale.grant.as_str()) && !self.maybe.contains(&request) {
            let discount_minor = sale.discount_minor;
            differences.push(Difference::NotTold { grant: grant.clone(), rrn: rrn.clone(), discount_minor });
        }
        for back in sale.returns.iter().filter(|back| back.is_done) {
            let request = (back.terminal.as_str(), back.stan);
            if !self.returns.contains_key(&request) && !self.maybe.contains(&request) {
                let (grant, terminal, stan, ledger) = (grant.clone(), back.terminal.clone(), back.stan, back.net_minor);
                differences.push(Difference::ReturnNotTold { grant, terminal, stan, ledger });
            }
        }
        let done = sale.returns.iter().filter(|back| back.is_done);
        let (paid_back, discount_back) = done.fold((0_u128, 0_u128), |(paid, discount), back| {
            (paid + u128::from(back.net_minor), discount + u128::from(back.discount_minor))
        });
        let (paid, discount) = (sale.net_minor, sale.discount_minor);
        let too_much = paid_back > u128::from(paid) || discount_back > u128::from(discount);
        let kept = paid_back == u128::from(paid) && paid > 0 && discount_back < u128::from(discount);
        if too_much || kept {
            differences.push(Difference::Returned { grant, rrn, paid_back, paid, discount_back, discount });
        }
    }
}

/// A void or refund that a till was told of is in the ledger for the same amount.
fn returned(told: &Told, ledger: &Ledger, differences: &mut Vec<Difference>) {
    let known = ledger.sale(&told.grant).and_then(|sale| {
        sale.returns.iter().find(|back| back.terminal == told.terminal && back.stan == told.stan && back.is_done)
    });
    // A void says the full price, or what the card paid.
    let right = known.is_some_and(|back| {
        back.net_minor == told.paid_minor || (told.what == What::Void && back.gross_minor == told.paid_minor)
    });
    if !right {
        let (grant, terminal, stan) = (told.grant.clone(), told.terminal.clone(), told.stan);
        let ledger = known.map_or(0, |back| back.net_minor);
        differences.push(Difference::Return { grant, terminal, stan, told: told.paid_minor, ledger });
    }
}
