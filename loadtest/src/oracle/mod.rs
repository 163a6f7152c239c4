//! The money oracle: what tills were told, held against the ledger of the switch, to the minor unit.
//!
//! It reads the lines that a load wrote of its approved sales ([`Acked`]) and the journal as `lijian ledger export` prints it
//! ([`Ledger`]), and counts with arithmetic of its own: nothing of the switch is called. Every grant of the one must be in the
//! other, with the same amounts and the same RRN; each grant must add up in itself; the budgets must hold what the grants come
//! to; and where the expected rates are given ([`Rates`]), each item's discount must be what they say.
//!
//! It judges sales. A grant that was taken back is told as a difference, since the lines of a load tell of none. Calls nothing
//! of this crate; the callers bring files and pages.

mod acked;
mod budgets;
mod difference;
mod ledger;
mod lines;
mod rates;

pub use acked::{Acked, AckedSale};
pub use budgets::Budgets;
pub use difference::Difference;
pub use ledger::{Ledger, LedgerItem, LedgerSale, State};
pub use lines::ReadError;
pub use rates::{Rate, Rates};

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
    /// Discounts that the ledger granted, in minor units.
    pub ledger_discount_minor: u128,
    /// In the order of the lines, then of the ledger, then of the budgets.
    pub differences: Vec<Difference>,
}

/// Holds one against the other.
#[must_use]
pub fn judge(acked: &Acked, ledger: &Ledger, rates: &Rates, budgets: Option<&Budgets>) -> Verdict {
    let mut verdict = Verdict::default();
    let mut told = std::collections::HashSet::with_capacity(acked.sales.len());
    for sale in &acked.sales {
        if sale.grant.is_empty() {
            verdict.plain += 1;
            if sale.discount_minor > 0 {
                verdict.differences.push(Difference::NoGrant { rrn: sale.rrn.clone(), found: sale.discount_minor });
            }
            continue;
        }
        verdict.grants += 1;
        verdict.paid_minor += u128::from(sale.paid_minor);
        verdict.discount_minor += u128::from(sale.discount_minor);
        if told.insert(sale.grant.as_str()) {
            compare(sale, ledger, &mut verdict.differences);
        } else {
            let (grant, rrn) = (sale.grant.clone(), sale.rrn.clone());
            verdict.differences.push(Difference::ToldTwice { grant, rrn });
        }
    }
    for sale in ledger.sales() {
        verdict.differences.extend(sale.wrong_in_itself());
        verdict.differences.extend(rates.wrong(sale));
        if sale.state == State::Granted {
            verdict.ledger_discount_minor += u128::from(sale.discount_minor);
            if !told.contains(sale.grant.as_str()) {
                let (grant, rrn) = (sale.grant.clone(), sale.rrn.clone());
                verdict.differences.push(Difference::NotTold { grant, rrn, discount_minor: sale.discount_minor });
            }
        }
    }
    verdict.differences.extend(ledger.twice().iter().cloned().map(|grant| Difference::GrantedTwice { grant }));
    verdict.differences.extend(budgets.into_iter().flat_map(|budgets| budgets.differences(ledger)));
    verdict
}

fn compare(sale: &AckedSale, ledger: &Ledger, differences: &mut Vec<Difference>) {
    let (grant, rrn) = (sale.grant.clone(), sale.rrn.clone());
    let Some(known) = ledger.sale(&sale.grant) else {
        differences.push(Difference::NotInLedger { grant, rrn });
        return;
    };
    if known.state != State::Granted {
        differences.push(Difference::NotGranted { grant, rrn, state: known.state });
        return;
    }
    if known.rrn != sale.rrn {
        let ledger = known.rrn.clone();
        differences.push(Difference::Rrn { grant: grant.clone(), told: rrn.clone(), ledger });
    }
    for (what, told, ledger) in
        [("paid", sale.paid_minor, known.net_minor), ("discount", sale.discount_minor, known.discount_minor)]
    {
        if told != ledger {
            let (grant, rrn) = (grant.clone(), rrn.clone());
            differences.push(Difference::Amount { grant, rrn, what, told, ledger });
        }
    }
}

#[cfg(test)]
mod tests;
