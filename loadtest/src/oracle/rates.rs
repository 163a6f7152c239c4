//! What each product's discount should be.

use super::difference::Difference;
use super::ledger::LedgerSale;
use std::collections::HashMap;

/// A ten-thousandth is one basis point.
const BASIS_POINTS: u128 = 10_000;

/// A product's rate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// Of the unit price.
    pub basis_points: u32,
    /// At most so much a piece, in minor units.
    pub cap_minor: Option<u64>,
}

/// Rates by GTIN, as the ledger writes it. Products that are not here are not judged.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rates {
    /// GTIN and rate.
    pub of: HashMap<String, Rate>,
}

impl Rate {
    /// Rounded down, a piece at a time.
    fn of(self, unit_price_minor: u64, quantity: u64) -> u128 {
        let part = u128::from(unit_price_minor) * u128::from(self.basis_points) / BASIS_POINTS;
        self.cap_minor.map_or(part, |cap| part.min(cap.into())) * u128::from(quantity)
    }
}

impl Rates {
    pub(super) fn wrong<'a>(&'a self, sale: &'a LedgerSale) -> impl Iterator<Item = Difference> + 'a {
        sale.items.iter().filter_map(|item| {
            let digits = item.gtin.trim_start_matches('0');
            let rate = self.of.get(digits)?;
            let expected = rate.of(item.unit_price, item.quantity);
            (expected != u128::from(item.discount)).then(|| Difference::Rate {
                grant: sale.grant.clone(),
                rrn: sale.rrn.clone(),
                gtin: item.gtin.clone(),
                expected,
                ledger: item.discount,
            })
        })
    }
}

impl FromIterator<(String, Rate)> for Rates {
    /// Zeros in front of a GTIN do not tell.
    fn from_iter<I: IntoIterator<Item = (String, Rate)>>(rates: I) -> Self {
        Self { of: rates.into_iter().map(|(gtin, rate)| (gtin.trim_start_matches('0').to_owned(), rate)).collect() }
    }
}
