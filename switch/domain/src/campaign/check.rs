//! From settings to a campaign: every rule that a campaign must keep, each breach with its key and what would be right.

use crate::campaign::settings::{BudgetSettings, CampaignSettings, CategorySettings, PersonSettings, SponsorSettings};
use crate::campaign::{
    Budget, Campaign, Category, GRADE_MAX, PersonLimits, Place, Rates, SaleForm, SponsorSplit, Sponsors,
};
use crate::cap::CapLimit;
use crate::ids::{CampaignId, CategoryId, DistrictCode, SponsorId};
use crate::money::{BasisPoints, MinorUnits};
use crate::sale::SPONSORS_MAX;
use crate::text::TextError;
use crate::time::{DailyWindow, Validity};
use arrayvec::ArrayVec;

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
        let daily_window = checker.daily_window(self);
        let places = checker.places(&self.places);
        let per_person = checker.per_person(&self.per_person);
        let budget = checker.budget(&self.budget);
        let sponsors = checker.sponsors(self.sponsor_split, &self.sponsors);
        let categories = checker.categories(&self.categories);
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
                rounding: self.rounding,
                refund: self.refund,
                qualification: None,
                per_person,
                budget,
                sponsors,
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

    fn daily_window(&mut self, settings: &CampaignSettings) -> Option<DailyWindow> {
        let (from, until) = settings.daily_window?;
        let window = DailyWindow::new(from, until);
        if window.is_none() {
            self.wrong("daily_window.until", until, "another time than daily_window.from; no daily_window for all day");
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

    fn budget(&mut self, settings: &BudgetSettings) -> Option<Budget> {
        let campaign = self.amount("budget.campaign_fen", settings.campaign_fen);
        let day = self.optional_amount("budget.day_fen", settings.day_fen);
        let merchant = self.optional_amount("budget.merchant_fen", settings.merchant_fen);
        let terminal = self.optional_amount("budget.terminal_fen", settings.terminal_fen);
        let mut districts: Vec<(DistrictCode, MinorUnits)> = Vec::new();
        for (code, fen) in &settings.districts_fen {
            let key = format!("budget.districts_fen.{code}");
            let (district, limit) = (self.district(&key, code), self.amount(&key, *fen));
            if district.is_some_and(|district| districts.iter().any(|(named, _)| *named == district)) {
                self.wrong(key, "the district a second time", "each district once");
            } else {
                districts.extend(district.zip(limit));
            }
        }
        districts.sort_unstable();
        Some(Budget { campaign: campaign?, day, merchant, terminal, districts: districts.into() })
    }

    fn sponsors(&mut self, split: SponsorSplit, settings: &[SponsorSettings]) -> Option<Sponsors> {
        if settings.is_empty() || settings.len() > SPONSORS_MAX {
            self.wrong("sponsors", format!("{} sponsors", settings.len()), format!("1 to {SPONSORS_MAX} sponsors"));
            return None;
        }
        let mut ids: ArrayVec<SponsorId, SPONSORS_MAX> = ArrayVec::new();
        for (at, sponsor) in settings.iter().enumerate() {
            let key = format!("sponsors[{at}].id");
            let id = self.id(&key, &sponsor.id, SponsorId::new, SponsorId::BYTES_MAX);
            if id.is_some_and(|id| ids.contains(&id)) {
                self.wrong(key, format!("{:?} a second time", sponsor.id), "each sponsor once");
            } else {
                ids.extend(id);
            }
        }
        let all_read = ids.len() == settings.len();
        let sponsors = match split {
            SponsorSplit::LargestRemainder => self.shares(&ids, settings),
            SponsorSplit::InOrder => self.in_order(&ids, settings),
        };
        sponsors.filter(|_| all_read)
    }

    fn shares(&mut self, ids: &[SponsorId], settings: &[SponsorSettings]) -> Option<Sponsors> {
        let mut shares: ArrayVec<BasisPoints, SPONSORS_MAX> = ArrayVec::new();
        for (at, sponsor) in settings.iter().enumerate() {
            let share = sponsor.share_basis_points.unwrap_or(BasisPoints::WHOLE.get());
            shares.extend(self.rate(&format!("sponsors[{at}].share_basis_points"), share));
            if let Some(fen) = sponsor.at_most_fen {
                let expected = "share_basis_points, or sponsor_split = \"in-order\"";
                self.wrong(format!("sponsors[{at}].at_most_fen"), fen, expected);
            }
        }
        let all_read = ids.len() == settings.len() && shares.len() == settings.len();
        let total: u32 = shares.iter().map(|share| share.get()).sum();
        let sponsors = Sponsors::by_share(ids.iter().copied().zip(shares).collect());
        if all_read && sponsors.is_none() {
            self.wrong("sponsors", format!("shares of {total} in all"), "share_basis_points that add up to 10000");
        }
        sponsors
    }

    /// Each pays up to its limit, and the last one the rest.
    fn in_order(&mut self, ids: &[SponsorId], settings: &[SponsorSettings]) -> Option<Sponsors> {
        let last = settings.len().checked_sub(1)?;
        let mut limits: ArrayVec<MinorUnits, SPONSORS_MAX> = ArrayVec::new();
        for (at, sponsor) in settings.iter().enumerate() {
            let key = format!("sponsors[{at}].at_most_fen");
            match sponsor.at_most_fen {
                Some(fen) if at < last => limits.extend(self.amount(&key, fen)),
                Some(fen) => self.wrong(key, fen, "no limit for the last sponsor: it pays what the others leave"),
                None if at < last => self.wrong(key, "no limit", "a number of fen: only the last sponsor has none"),
                None => {}
            }
            if let Some(share) = sponsor.share_basis_points {
                let expected = "no share with sponsor_split \"in-order\"";
                self.wrong(format!("sponsors[{at}].share_basis_points"), share, expected);
            }
        }
        let first = ids.iter().copied().zip(limits).collect();
        Sponsors::in_order(first, *ids.last()?)
    }

    fn categories(&mut self, settings: &[CategorySettings]) -> Box<[Category]> {
        if settings.is_empty() {
            self.wrong("categories", "none", "at least one category");
        }
        let mut categories: Vec<Category> = Vec::new();
        for (at, group) in settings.iter().enumerate() {
            let path = format!("categories[{at}]");
            let terms = self.terms(&path, group);
            if group.ids.is_empty() {
                self.wrong(format!("{path}.ids"), "none", "at least one category id");
            }
            for (id_at, text) in group.ids.iter().enumerate() {
                let key = format!("{path}.ids[{id_at}]");
                let Some(id) = self.id(&key, text, CategoryId::new, CategoryId::BYTES_MAX) else { continue };
                if categories.iter().any(|category| category.id == id) {
                    self.wrong(key, format!("{text:?} a second time"), "each category once in a campaign");
                } else if let Some(terms) = &terms {
                    categories.push(Category { id, ..terms.clone() });
                }
            }
        }
        categories.sort_unstable_by_key(|category| category.id);
        categories.into()
    }

    /// An order is subsidised as one: there is one rate, and nothing that counts by category.
    fn whole_order(&mut self, settings: &[CategorySettings]) {
        if settings.len() > 1 {
            let found = format!("{} groups of categories", settings.len());
            self.wrong("categories", found, "one group: with sale_form \"whole-order\" all have the same terms");
        }
        let mut refuse = |key: &str, expected: &str| {
            self.wrong(format!("categories[0].{key}"), "a value with sale_form \"whole-order\"", expected);
        };
        for group in settings.iter().take(1) {
            if !group.rate_basis_points_by_grade.is_empty() || group.rate_basis_points_without_grade.is_some() {
                refuse("rate_basis_points_by_grade", "rate_basis_points: the order has one rate");
            }
            if group.items_per_person.is_some() {
                refuse("items_per_person", "per_person.week_items, year_items or campaign_items");
            }
            if group.money_per_person_fen.is_some() {
                refuse("money_per_person_fen", "per_person.week_fen, year_fen or campaign_fen");
            }
        }
    }

    /// The terms of a group, still without the id of a category.
    fn terms(&mut self, path: &str, group: &CategorySettings) -> Option<Category> {
        let rates = self.rates(path, group);
        let cap_per_item = self.amount(&format!("{path}.cap_per_item_fen"), group.cap_per_item_fen);
        let items_per_person = self.items(format!("{path}.items_per_person"), group.items_per_person);
        let money_per_person =
            self.optional_amount(&format!("{path}.money_per_person_fen"), group.money_per_person_fen);
        let price_min = self.optional_amount(&format!("{path}.price_min_fen"), group.price_min_fen);
        let price_max = self.optional_amount(&format!("{path}.price_max_fen"), group.price_max_fen);
        if let (Some(min), Some(max)) = (group.price_min_fen, group.price_max_fen)
            && min > max
        {
            self.wrong(format!("{path}.price_max_fen"), max, format!("{min} (price_min_fen) or more"));
        }
        let budget = self.optional_amount(&format!("{path}.budget_fen"), group.budget_fen);
        Some(Category {
            id: CategoryId::default(),
            rates: rates?,
            cap_per_item: cap_per_item?,
            per_person: CapLimit { amount: money_per_person, count: items_per_person },
            price_min,
            price_max,
            budget,
            stopped_from: group.stopped_from,
        })
    }

    fn rates(&mut self, path: &str, group: &CategorySettings) -> Option<Rates> {
        let by_grade = !group.rate_basis_points_by_grade.is_empty() || group.rate_basis_points_without_grade.is_some();
        match (group.rate_basis_points, by_grade) {
            (Some(flat), false) => self.rate(&format!("{path}.rate_basis_points"), flat).map(Rates::Flat),
            (None, true) => Some(self.rates_by_grade(path, group)),
            (Some(_), true) => {
                let expected = "either rate_basis_points or the rates by grade, not both";
                self.wrong(format!("{path}.rate_basis_points"), "both", expected);
                None
            }
            (None, false) => {
                let expected =
                    "rate_basis_points, rate_basis_points_by_grade or rate_basis_points_without_grade".to_owned();
                self.wrong(path, "no rate", expected);
                None
            }
        }
    }

    fn rates_by_grade(&mut self, path: &str, group: &CategorySettings) -> Rates {
        let mut grades = [None; GRADE_MAX as usize];
        for (grade, basis_points) in &group.rate_basis_points_by_grade {
            let key = format!("{path}.rate_basis_points_by_grade.{grade}");
            let rate = self.rate(&key, *basis_points);
            let place = grade.parse::<usize>().ok().and_then(|grade| grade.checked_sub(1));
            match place.and_then(|place| grades.get_mut(place)) {
                Some(place) if place.is_none() => *place = rate,
                _ => self.wrong(key, format!("grade {grade:?}"), format!("grades 1 to {GRADE_MAX}, each once")),
            }
        }
        let key = format!("{path}.rate_basis_points_without_grade");
        let without_grade = group.rate_basis_points_without_grade.and_then(|rate| self.rate(&key, rate));
        Rates::ByGrade { grades, without_grade }
    }
}
