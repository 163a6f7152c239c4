//! The settings of categories: terms, rates, and what an order as a whole wants of them.

use super::Checker;
use crate::campaign::settings::CategorySettings;
use crate::campaign::{Category, GRADE_MAX, Rates, Subtypes};
use crate::cap::CapLimit;
use crate::ids::{CategoryId, SubtypeId};

impl Checker {
    pub(super) fn categories(&mut self, settings: &[CategorySettings]) -> Box<[Category]> {
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
    pub(super) fn whole_order(&mut self, settings: &[CategorySettings]) {
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
        let subtypes = self.subtypes(path, group);
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
            subtypes,
            rates: rates?,
            cap_per_item: cap_per_item?,
            per_person: CapLimit { amount: money_per_person, count: items_per_person },
            price_min,
            price_max,
            budget,
            stopped_from: group.stopped_from,
        })
    }

    fn subtypes(&mut self, path: &str, group: &CategorySettings) -> Subtypes {
        let mut named = |key: &str, texts: &[String]| {
            let mut known: Vec<SubtypeId> = Vec::new();
            for (at, text) in texts.iter().enumerate() {
                let key = format!("{path}.{key}[{at}]");
                let id = self.id(&key, text, SubtypeId::new, SubtypeId::BYTES_MAX);
                if id.is_some_and(|id| known.contains(&id)) {
                    self.wrong(key, format!("{text:?} a second time"), "each subtype once");
                }
                known.extend(id);
            }
            known.into_boxed_slice()
        };
        let (only, without) = (named("subtypes", &group.subtypes), named("without_subtypes", &group.without_subtypes));
        match (group.subtypes.is_empty(), group.without_subtypes.is_empty()) {
            (true, true) => Subtypes::All,
            (false, true) => Subtypes::Only(only),
            (true, false) => Subtypes::Without(without),
            (false, false) => {
                let expected = "either subtypes (only these) or without_subtypes (all but these), not both";
                self.wrong(format!("{path}.subtypes"), "both", expected);
                Subtypes::All
            }
        }
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
