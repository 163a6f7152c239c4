//! The same days by plain arithmetic, written from the words of the campaign alone.

use super::events::{Ask, Category, End, Event};
use super::place::Terms;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Sums of a category, in fen.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Sums {
    pub(super) sales: u64,
    pub(super) granted: u64,
    pub(super) returned: u64,
}

/// A world after the days.
#[derive(Default)]
pub(super) struct Books {
    /// What each request was told, by its event: code, discount.
    pub(super) told: BTreeMap<usize, (&'static str, u64)>,
    pub(super) categories: BTreeMap<&'static str, Sums>,
    /// Fen taken in the end: of the campaign, of phones.
    pub(super) taken: [u64; 2],
    /// Events whose return was accepted.
    pub(super) returns: BTreeSet<usize>,
    /// Returns on record that are refused here.
    pub(super) returns_refused: u64,
    /// The event at which a budget refused first: of the campaign, of phones.
    pub(super) refused: [Option<usize>; 2],
    sold: HashMap<usize, Sold>,
    items: HashMap<(u8, &'static str), u32>,
    is_later_day: bool,
}

struct Sold {
    person: u8,
    category: Category,
    price: u64,
    discount: u64,
    back_price: u64,
    back: u64,
    gone: bool,
}

/// The days under these terms. `then` is the record: its returns are those that come, its issuers answer.
pub(super) fn books(terms: &Terms, events: &[Event], then: Option<&Books>) -> Books {
    let mut books = Books::default();
    let mut due = Vec::new();
    for (id, event) in events.iter().enumerate() {
        let comes = then.is_none_or(|then| then.returns.contains(&id));
        match event {
            Event::Ask(ask) => {
                // Whom the rules refused then, the issuer never saw.
                let seen = then.is_none_or(|then| ["G000", "N199", "quote-unused"].contains(&then.told[&id].0));
                books.ask(terms, id, ask, if seen { ask.end } else { End::Approved });
            }
            Event::NextDay => {
                books.is_later_day = true;
                due.drain(..).for_each(|sale| books.free_all(sale));
            }
            Event::Reverse(sale) if comes && books.is_whole(*sale) => {
                books.returns.insert(id);
                books.undo(*sale);
                books.free_all(*sale);
            }
            Event::Void(sale, undone) if comes && books.is_whole(*sale) => {
                books.returns.insert(id);
                if !undone {
                    books.undo(*sale);
                    due.push(*sale);
                }
            }
            Event::Refund(sale, part) if comes && books.is_sold(*sale) => {
                if books.refund(terms, *sale, *part) {
                    books.returns.insert(id);
                } else if then.is_some() {
                    books.returns_refused += 1;
                }
            }
            _ => {}
        }
    }
    books
}

impl Books {
    fn ask(&mut self, terms: &Terms, id: usize, ask: &Ask, end: End) {
        let (code, discount) = self.decide(terms, id, ask);
        let told = match (code, end) {
            ("G000", End::Declined | End::Doubt) => ("N199", 0),
            ("G000", End::Unused) => ("quote-unused", 0),
            _ => (code, discount),
        };
        self.told.insert(id, told);
        if told.0 != "G000" {
            return;
        }
        let sums = self.categories.entry(ask.category.id()).or_default();
        sums.sales += 1;
        sums.granted += discount;
        self.taken[0] += discount;
        self.taken[1] += if ask.category == Category::Phone { discount } else { 0 };
        *self.items.entry((ask.person, ask.category.id())).or_default() += 1;
        let Ask { person, category, price, .. } = *ask;
        self.sold.insert(id, Sold { person, category, price, discount, back_price: 0, back: 0, gone: false });
    }

    fn decide(&mut self, terms: &Terms, id: usize, ask: &Ask) -> (&'static str, u64) {
        let (rate, cap, items) = match ask.category {
            Category::Phone => (terms.phone_rate, 50_000, terms.phone_items),
            Category::Stove => (1_500, 100_000, 2),
        };
        let minute = u32::try_from(id).unwrap() + 1;
        let stopped = terms.stoves_stop.is_some_and(|stop| self.is_later_day || minute >= stop);
        if ask.category == Category::Stove && stopped {
            return ("N103", 0);
        }
        let discount = (ask.price * rate / 10_000).min(cap);
        if self.items.get(&(ask.person, ask.category.id())).copied().unwrap_or(0) >= items {
            return ("N105", 0);
        }
        if ask.category == Category::Phone && self.taken[1] + discount > terms.phone_budget {
            self.refused[1].get_or_insert(id);
            return ("N106", 0);
        }
        if self.taken[0] + discount > terms.budget {
            self.refused[0].get_or_insert(id);
            return ("N106", 0);
        }
        ("G000", discount)
    }

    fn is_sold(&self, sale: usize) -> bool {
        self.sold.get(&sale).is_some_and(|sold| !sold.gone)
    }

    /// Sold, and nothing of it came back.
    fn is_whole(&self, sale: usize) -> bool {
        self.sold.get(&sale).is_some_and(|sold| !sold.gone && sold.back_price == 0)
    }

    fn undo(&mut self, sale: usize) {
        let sold = self.sold.get_mut(&sale).unwrap();
        sold.gone = true;
        self.categories.get_mut(sold.category.id()).unwrap().returned += sold.discount;
    }

    fn refund(&mut self, terms: &Terms, sale: usize, part: u64) -> bool {
        let sold = self.sold.get_mut(&sale).unwrap();
        let left = sold.price - sold.back_price;
        if part > left || (terms.split == "whole-order-only" && part < left) {
            return false;
        }
        sold.back_price += part;
        let back = if part == left { sold.discount } else { sold.discount * sold.back_price / sold.price };
        let more = back - sold.back;
        sold.back = back;
        sold.gone = part == left;
        let (gone, category, person) = (sold.gone, sold.category, sold.person);
        self.categories.get_mut(category.id()).unwrap().returned += more;
        self.free(category, more);
        if gone {
            *self.items.get_mut(&(person, category.id())).unwrap() -= 1;
        }
        true
    }

    /// A whole sale goes back to budgets and allowance.
    fn free_all(&mut self, sale: usize) {
        let sold = &self.sold[&sale];
        let (category, person, discount) = (sold.category, sold.person, sold.discount);
        self.free(category, discount);
        *self.items.get_mut(&(person, category.id())).unwrap() -= 1;
    }

    fn free(&mut self, category: Category, amount: u64) {
        self.taken[0] -= amount;
        self.taken[1] -= if category == Category::Phone { amount } else { 0 };
    }
}
