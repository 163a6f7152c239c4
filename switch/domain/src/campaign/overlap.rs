//! Whether two campaigns could both give for one sale: then somebody must have said which is tried first.

use crate::campaign::{Campaign, Category, GRADE_MAX, SaleForm};
use crate::ids::CategoryId;
use jiff::civil;

/// Where two campaigns could both give.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Overlap {
    /// A category of both.
    pub category: CategoryId,
    /// The first day on which both subsidise it.
    pub from: civil::Date,
    /// The last one.
    pub to: civil::Date,
}

impl Campaign {
    /// A sale that both could subsidise, unless a priority says which is tried first. Their currencies keep no two apart: a sale
    /// need not name its own, and then fits both.
    pub fn overlap(&self, other: &Self) -> Option<Overlap> {
        let hours_meet = match (&self.daily_window, &other.daily_window) {
            (Some(one), Some(another)) => one.meets(another),
            _ => true,
        };
        let anywhere = self.places.is_empty() || other.places.is_empty();
        let places_meet = anywhere || self.places.iter().any(|one| other.places.iter().any(|place| one.meets(place)));
        if self.priority != other.priority || !hours_meet || !places_meet {
            return None;
        }
        self.categories().iter().find_map(|one| {
            let another = other.category(&one.id).filter(|another| one.meets(another))?;
            if self.is_below(one, other, another) || other.is_below(another, self, one) {
                return None;
            }
            let from = self.period.from().max(other.period.from());
            let to = self.last_day(one).min(other.last_day(another));
            (from <= to).then_some(Overlap { category: one.id, from, to })
        })
    }

    /// Whether its highest price in a category is under the other's least, so that no sale fits both. Not where it looks at each
    /// piece and the other at the order: pieces can be cheap and the order dear. A sale of one piece costs what the piece does.
    fn is_below(&self, category: &Category, other: &Self, another: &Category) -> bool {
        let by_piece_and_by_order = (self.sale_form, other.sale_form) == (SaleForm::Basket, SaleForm::WholeOrder);
        let prices = category.price_max.zip(another.price_min);
        !by_piece_and_by_order && prices.is_some_and(|(highest, least)| highest < least)
    }

    /// The last day on which it subsidises a category.
    fn last_day(&self, category: &Category) -> civil::Date {
        let last = category.stopped_from.map(|stop| match stop.time() == civil::Time::midnight() {
            true => stop.date().yesterday().unwrap_or(civil::Date::MIN),
            false => stop.date(),
        });
        last.map_or(self.period.to(), |last| last.min(self.period.to()))
    }
}

impl Category {
    /// Whether goods of one kind and grade can be subsidised by both.
    fn meets(&self, other: &Self) -> bool {
        let mut grades = (1..=GRADE_MAX).map(Some).chain([None]);
        let in_both = grades.any(|grade| self.rates.rate(grade).is_some() && other.rates.rate(grade).is_some());
        in_both && self.subtypes.meets(&other.subtypes)
    }
}
