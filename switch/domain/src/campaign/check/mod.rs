//! From settings to a campaign: every rule that a campaign must keep, each breach with its key and what would be right.

mod budget;
mod categories;
mod qualification;
mod sponsors;

use crate::campaign::settings::{CampaignSettings, PersonSettings};
use crate::campaign::{Campaign, PersonLimits, Place, SaleForm};
use crate::cap::CapLimit;
use crate::currency::Currency;
use crate::ids::{CampaignId, DistrictCode};
use crate::money::{BasisPoints, MinorUnits};
use crate::text::TextError;
use crate::time::{DailyWindow, Validity};
use jiff::civil::Time;

/// A setting that is not right.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{key}: found {found}, expected {expected}")]
pub struct CampaignError {
    /// The key's path in the file: `categories[1].ids[0]`.
    pub key: String,
    /// What stands there.
    pub found: String,
    /// What would be right.
    pub expected: String,
}

impl CampaignSettings {
    /// The campaign, or everything that is wrong with it.
    pub fn check(&self) -> Result<Campaign, Vec<CampaignError>> {
        let mut checker = Checker::default();
        let id = checker.id("id", &self.id, CampaignId::new, CampaignId::BYTES_MAX);
        let period = checker.period(self);
        let daily_window = checker.window("daily_window", self.daily_window);
        let places = checker.places(&self.places);
        let per_person = checker.per_person(&self.per_person);
        let currency = checker.currency(self.currency.as_deref());
        let filed_price_tolerance = checker.tolerance(self.filed_price_tolerance_basis_points);
        let budget = checker.budget(&self.budget, daily_window);
        let sponsors = checker.sponsors(self.sponsor_split, &self.sponsors);
        let funding = checker.funding(self.advanced_by, &self.sponsors);
        let coupons = self.sponsors.iter().filter_map(|sponsor| sponsor.coupon.as_ref());
        let categories = checker.categories(&self.categories);
        let qualification = self.qualification.as_ref().map(|terms| checker.qualification(terms, &categories));
        if self.sale_form == SaleForm::WholeOrder {
            checker.whole_order(&self.categories);
        }
        match (id, period, budget, sponsors, checker.errors.is_empty()) {
            (Some(id), Some(period), Some(budget), Some(sponsors), true) => Ok(Campaign {
                id,
                period,
                daily_window,
                places,
                sale_form: self.sale_form,
                serial_numbers: self.serial_numbers,
                currency,
                filed_price_tolerance,
                priority: self.priority,
                stacking: self.stacking,
                rounding: self.rounding,
                refund: self.refund,
                qualification,
                per_person,
                budget,
                condition: self.condition.clone(),
                sponsors,
                funding,
                coupon_descriptions: coupons.map(|coupon| coupon.description.clone()).collect(),
                categories,
            }),
            _ => Err(checker.errors),
        }
    }
}

#[derive(Default)]
struct Checker {
    errors: Vec<CampaignError>,
}

impl Checker {
    fn wrong(&mut self, key: impl Into<String>, found: impl ToString, expected: impl Into<String>) {
        self.errors.push(CampaignError { key: key.into(), found: found.to_string(), expected: expected.into() });
    }

    fn id<T>(
        &mut self,
        key: &str,
        text: &str,
        make: impl Fn(&str) -> Result<T, TextError>,
        bytes_max: usize,
    ) -> Option<T> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let made = if !text.is_empty() && text.bytes().all(plain) { make(text).ok() } else { None };
        if made.is_none() {
            let expected = format!("1 to {bytes_max} lower-case letters, digits and hyphens");
            self.wrong(key, format!("{text:?}"), expected);
        }
        made
    }

    fn period(&mut self, settings: &CampaignSettings) -> Option<Validity> {
        let period = Validity::new(settings.first_day, settings.last_day);
        if period.is_none() {
            self.wrong("period.last", settings.last_day, format!("{} (period.first) or later", settings.first_day));
        }
        period
    }

    fn window(&mut self, key: &str, window: Option<(Time, Time)>) -> Option<DailyWindow> {
        let (from, until) = window?;
        let window = DailyWindow::new(from, until);
        if window.is_none() {
            let expected = format!("another time than {key}.from; no {key} for all day");
            self.wrong(format!("{key}.until"), until, expected);
        }
        window
    }

    fn places(&mut self, codes: &[String]) -> Box<[Place]> {
        let places = codes.iter().enumerate();
        places.filter_map(|(at, code)| self.district(&format!("places[{at}]"), code).map(Place)).collect()
    }

    fn district(&mut self, key: &str, code: &str) -> Option<DistrictCode> {
        let made = DistrictCode::parse(code);
        if made.is_none() {
            self.wrong(key, format!("{code:?}"), "six digits (GB/T 2260), for example 440305");
        }
        made
    }

    fn amount(&mut self, key: &str, fen: u64) -> Option<MinorUnits> {
        if fen == 0 {
            self.wrong(key, fen, "a number of fen over zero");
        }
        (fen > 0).then(|| MinorUnits::new(fen))
    }

    fn optional_amount(&mut self, key: &str, fen: Option<u64>) -> Option<MinorUnits> {
        fen.and_then(|fen| self.amount(key, fen))
    }

    fn rate(&mut self, key: &str, basis_points: u32) -> Option<BasisPoints> {
        let rate = BasisPoints::new(basis_points).filter(|rate| rate.get() > 0);
        if rate.is_none() {
            self.wrong(key, basis_points, "1 to 10000 hundredths of a percent (10000 is the whole price)");
        }
        rate
    }

    fn currency(&mut self, letters: Option<&str>) -> Currency {
        let Some(letters) = letters else { return Currency::CNY };
        let made = Currency::parse(letters);
        if made.is_none() {
            self.wrong("currency", format!("{letters:?}"), "three capital letters (ISO 4217), for example CNY");
        }
        made.unwrap_or_default()
    }

    fn tolerance(&mut self, basis_points: u32) -> BasisPoints {
        let made = BasisPoints::new(basis_points);
        if made.is_none() {
            let expected = "0 to 10000 hundredths of a percent of the filed price";
            self.wrong("filed_price_tolerance_basis_points", basis_points, expected);
        }
        made.unwrap_or(BasisPoints::ZERO)
    }

    fn items(&mut self, key: String, items: Option<u32>) -> Option<u32> {
        if items == Some(0) {
            self.wrong(key, 0, "at least 1; no key for any number");
        }
        items
    }

    fn per_person(&mut self, settings: &PersonSettings) -> PersonLimits {
        let mut limit = |span: &str, items, fen| CapLimit {
            count: self.items(format!("per_person.{span}_items"), items),
            amount: self.optional_amount(&format!("per_person.{span}_fen"), fen),
        };
        PersonLimits {
            week: limit("week", settings.week_items, settings.week_fen),
            year: limit("year", settings.year_items, settings.year_fen),
            campaign: limit("campaign", settings.campaign_items, settings.campaign_fen),
        }
    }
}
