//! `--profile FILE`: what a load is made of.

use lijian_load::load::{Goods, Mix, Skew};
use lijian_load::oracle::{Rate, Rates};
use serde::Deserialize;
use std::path::Path;

/// A merchant of the example configuration.
const MERCHANT: &str = "999584057220001";
const ACQUIRER: &str = "48020000";
/// A plain sale: 100.00.
const PRICE_FEN: u64 = 10_000;

/// See the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    /// Field 42, one of them drawn for each sale.
    #[serde(default = "merchants")]
    pub(super) merchants: Vec<String>,
    /// Field 32.
    #[serde(default = "acquirer")]
    pub(super) acquirer: String,
    /// Of the merchants in their order, by Zipf's law.
    #[serde(default)]
    merchants_exponent: f64,
    /// Of the goods in their order, by Zipf's law, in place of their weights.
    goods_exponent: Option<f64>,
    /// Cards that pay; without this each sale has one of its own.
    persons: Option<u32>,
    /// Of the cards, by Zipf's law.
    persons_exponent: Option<f64>,
    /// How often each kind of request is sent beside the others.
    kinds: Option<Kinds>,
    /// What is sold.
    goods: Vec<RawGoods>,
}

/// Weights. A kind that is not there is not sent.
#[derive(Clone, Copy, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Kinds {
    sales: u32,
    /// An approved sale sent once more.
    repeats: u32,
    reversals: u32,
    voids: u32,
    /// Every other one of a part.
    refunds: u32,
    /// Sales that cannot be read.
    bad: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGoods {
    /// Without one the sale is a plain one.
    gtin: Option<String>,
    price_fen: u64,
    /// For the oracle: the discount to be expected, of the price; without it the oracle does not judge the discount.
    rate_basis_points: Option<u32>,
    /// For the oracle: the discount of a piece is at most this.
    cap_fen: Option<u64>,
    #[serde(default = "one")]
    weight: u32,
}

impl Profile {
    /// Plain sales of one merchant.
    pub(super) fn plain() -> Self {
        let goods =
            vec![RawGoods { gtin: None, price_fen: PRICE_FEN, rate_basis_points: None, cap_fen: None, weight: 1 }];
        Self {
            merchants: merchants(),
            acquirer: acquirer(),
            merchants_exponent: 0.0,
            goods_exponent: None,
            persons: None,
            persons_exponent: None,
            kinds: None,
            goods,
        }
    }

    /// The profile in a file, checked.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let failed = |why: String| format!("{}: {why}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        let profile: Self = toml::from_str(&text).map_err(|error| failed(error.to_string()))?;
        profile.check().map_err(failed)?;
        Ok(profile)
    }

    pub(super) fn goods(&self) -> Vec<Goods> {
        let goods = |raw: &RawGoods| Goods { gtin: raw.gtin.clone(), price_minor: raw.price_fen, weight: raw.weight };
        self.goods.iter().map(goods).collect()
    }

    /// Who comes how often.
    pub(super) fn skew(&self) -> Skew {
        let Self { merchants_exponent: merchants, goods_exponent: goods, .. } = *self;
        let persons = self.persons.map(|persons| (persons, self.persons_exponent.unwrap_or(0.0)));
        Skew { persons, merchants, goods }
    }

    /// How often which kind is sent; without the table sales alone.
    pub(super) fn mix(&self) -> Mix {
        self.kinds.map_or_else(Mix::default, |kinds| {
            let Kinds { sales, repeats, reversals, voids, refunds, bad } = kinds;
            Mix([sales, repeats, reversals, voids, refunds, bad])
        })
    }

    /// What the oracle expects.
    pub(super) fn rates(&self) -> Rates {
        let rate = |goods: &RawGoods| {
            let rate = Rate { basis_points: goods.rate_basis_points?, cap_minor: goods.cap_fen };
            Some((goods.gtin.clone()?, rate))
        };
        self.goods.iter().filter_map(rate).collect()
    }

    fn check(&self) -> Result<(), String> {
        if self.merchants.is_empty() || self.merchants.iter().any(|merchant| !(1..=15).contains(&merchant.len())) {
            return Err("merchants: expected at least one, each of 1 to 15 characters (field 42)".to_owned());
        }
        if self.goods.iter().all(|goods| goods.weight == 0) {
            return Err("goods: expected at least one [[goods]] with a weight".to_owned());
        }
        let exponents = [
            ("merchants_exponent", Some(self.merchants_exponent)),
            ("goods_exponent", self.goods_exponent),
            ("persons_exponent", self.persons_exponent),
        ];
        for (key, exponent) in exponents {
            if exponent.is_some_and(|exponent| !(0.0..=10.0).contains(&exponent)) {
                return Err(format!("{key}: expected 0 (all alike) to 10"));
            }
        }
        if self.kinds.is_some_and(|kinds| kinds.sales == 0 && kinds.bad == 0) {
            return Err("kinds.sales: expected a weight, since the other kinds are about sales".to_owned());
        }
        if self.persons == Some(0) || (self.persons.is_none() && self.persons_exponent.is_some()) {
            return Err("persons: expected at least 1, and with persons_exponent".to_owned());
        }
        for goods in &self.goods {
            if !(1..=999_999_999_999).contains(&goods.price_fen) {
                return Err(format!(
                    "goods.price_fen: found {}, expected 1 to 999999999999 (field 4)",
                    goods.price_fen
                ));
            }
            if goods.gtin.as_ref().is_some_and(|gtin| !(8..=14).contains(&gtin.len())) {
                return Err("goods.gtin: expected 8 to 14 digits".to_owned());
            }
            if goods.rate_basis_points.is_some_and(|rate| rate > 10_000) {
                return Err("goods.rate_basis_points: expected 0 to 10000 (100 %)".to_owned());
            }
            if goods.cap_fen.is_some() && goods.rate_basis_points.is_none() {
                return Err("goods.cap_fen: expected rate_basis_points beside it".to_owned());
            }
        }
        Ok(())
    }
}

fn merchants() -> Vec<String> {
    vec![MERCHANT.to_owned()]
}

fn acquirer() -> String {
    ACQUIRER.to_owned()
}

const fn one() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_checked() {
        let read = |text: &str| {
            let profile: Result<Profile, _> = toml::from_str(text);
            profile.map_err(|error| error.to_string()).and_then(|profile| profile.check().map(|()| profile))
        };
        let right = "[[goods]]\ngtin = \"6901840100070\"\nprice_fen = 1000\nweight = 3\n[[goods]]\nprice_fen = 5";
        let profile = read(right).unwrap();
        assert_eq!((profile.goods().len(), profile.goods()[1].weight, profile.merchants.len()), (2, 1, 1));
        assert_eq!(profile.mix(), Mix::default());
        let shipped = read(include_str!("../../profiles/shenzhen-2024.toml")).unwrap();
        assert!(shipped.goods().len() > 2 && shipped.mix() != Mix::default());
        let mixed = read(&format!("[kinds]\nsales = 90\nrepeats = 2\nreversals = 3\nbad = 1\n{right}")).unwrap();
        assert_eq!(mixed.mix(), Mix([90, 2, 3, 0, 0, 1]));
        for (wrong, expected) in [
            ("", "missing field `goods`"),
            ("goods = []", "at least one [[goods]]"),
            ("[[goods]]\nprice_fen = 0", "goods.price_fen: found 0"),
            ("[[goods]]\nprice_fen = 5\ngtin = \"1\"", "goods.gtin"),
            ("[[goods]]\nprice_fen = 5\nrate_basis_points = 10001", "goods.rate_basis_points"),
            ("[[goods]]\nprice_fen = 5\ncap_fen = 1", "goods.cap_fen"),
            ("persons = 0\n[[goods]]\nprice_fen = 5", "persons: expected"),
            ("persons_exponent = 1.0\n[[goods]]\nprice_fen = 5", "persons: expected"),
            ("goods_exponent = -1.0\n[[goods]]\nprice_fen = 5", "goods_exponent: expected"),
            ("merchants_exponent = 11.0\n[[goods]]\nprice_fen = 5", "merchants_exponent: expected"),
            ("merchants = []\n[[goods]]\nprice_fen = 5", "merchants: expected"),
            ("[kinds]\nrefunds = 1\n[[goods]]\nprice_fen = 5", "kinds.sales: expected a weight"),
            ("[kinds]\nsale = 1\n[[goods]]\nprice_fen = 5", "unknown field `sale`"),
            ("speed = 1\n[[goods]]\nprice_fen = 5", "unknown field `speed`"),
        ] {
            let error = read(wrong).err().unwrap();
            assert!(error.contains(expected), "{error}");
        }
    }
}
