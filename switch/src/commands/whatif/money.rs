//! Sums of money granted and returned, in both worlds, by campaign, category, district and day.

use lijian_domain::ids::{CampaignId, CategoryId, DistrictCode};
use lijian_domain::sale::Award;
use lijian_domain::time::BusinessDate;
use std::collections::BTreeMap;

/// In which world.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum World {
    /// As recorded.
    Then,
    /// Under the other rules.
    Now,
}

/// What of an award sums need.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Due {
    pub(super) campaign: CampaignId,
    pub(super) district: DistrictCode,
    /// In minor units.
    pub(super) discount: u64,
    items: Box<[(CategoryId, u64)]>,
}

impl Due {
    pub(super) fn of(award: &Award) -> Self {
        let items = award.items.iter().map(|item| (item.category, item.discount.get()));
        Self {
            campaign: award.campaign,
            district: award.district,
            discount: award.discount.get(),
            items: items.collect(),
        }
    }

    /// A part of the discount, by category: down to the unit of what was spread so far, so that it adds up.
    fn by_category(&self, part: u64) -> impl Iterator<Item = (CategoryId, u64)> + '_ {
        let (mut weighed, mut given) = (0_u128, 0_u64);
        self.items.iter().map(move |(category, weight)| {
            weighed += u128::from(*weight);
            let exact = (u128::from(part) * weighed).checked_div(u128::from(self.discount)).unwrap_or(0);
            let so_far = u64::try_from(exact).unwrap_or(part).min(part);
            let own = so_far.saturating_sub(given);
            given = so_far;
            (*category, own)
        })
    }
}

/// Sums of one row, in minor units: then, now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Sums {
    /// Sales granted.
    pub(super) sales: [u64; 2],
    pub(super) granted: [u64; 2],
    pub(super) returned: [u64; 2],
}

impl Sums {
    /// Whether both worlds are the same.
    pub(super) fn is_same(&self) -> bool {
        [self.sales, self.granted, self.returned].iter().all(|[then, now]| then == now)
    }
}

/// All rows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Money {
    pub(super) campaigns: BTreeMap<CampaignId, Sums>,
    pub(super) categories: BTreeMap<(CampaignId, CategoryId), Sums>,
    pub(super) districts: BTreeMap<(CampaignId, DistrictCode), Sums>,
    pub(super) days: BTreeMap<BusinessDate, Sums>,
}

impl Money {
    /// A sale that was asked for on this day was granted.
    pub(super) fn grant(&mut self, world: World, day: BusinessDate, due: &Due) {
        let of = world.place();
        self.rows(day, due, due.discount, |row, part| {
            row.sales[of] = row.sales[of].saturating_add(1);
            row.granted[of] = row.granted[of].saturating_add(part);
        });
    }

    /// A part of a discount came back on this day.
    pub(super) fn give_back(&mut self, world: World, day: BusinessDate, due: &Due, part: u64) {
        let of = world.place();
        self.rows(day, due, part, |row, part| row.returned[of] = row.returned[of].saturating_add(part));
    }

    /// A void, counted on this day, was undone.
    pub(super) fn undo(&mut self, world: World, day: BusinessDate, due: &Due, part: u64) {
        let of = world.place();
        self.rows(day, due, part, |row, part| row.returned[of] = row.returned[of].saturating_sub(part));
    }

    fn rows(&mut self, day: BusinessDate, due: &Due, part: u64, mut change: impl FnMut(&mut Sums, u64)) {
        change(self.campaigns.entry(due.campaign).or_default(), part);
        change(self.districts.entry((due.campaign, due.district)).or_default(), part);
        change(self.days.entry(day).or_default(), part);
        let mut categories: BTreeMap<CategoryId, u64> = BTreeMap::new();
        for (category, own) in due.by_category(part) {
            let sum = categories.entry(category).or_default();
            *sum = sum.saturating_add(own);
        }
        for (category, own) in categories {
            change(self.categories.entry((due.campaign, category)).or_default(), own);
        }
    }
}

impl World {
    /// The place of its sums.
    const fn place(self) -> usize {
        match self {
            Self::Then => 0,
            Self::Now => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_by_category_add_up() {
        let category = |name| CategoryId::new(name).unwrap();
        let items = [(category("phone"), 1), (category("stove"), 1), (category("phone"), 1)];
        let due = Due {
            campaign: Default::default(),
            district: Default::default(),
            discount: 3,
            items: items.into_iter().collect(),
        };
        let mut money = Money::default();
        money.give_back(World::Now, BusinessDate(1), &due, 2);
        let of = |name| money.categories[&(CampaignId::default(), category(name))].returned;
        // Of two units the first item gets the floor of two thirds, the second the floor of four thirds less that.
        assert_eq!((of("phone"), of("stove")), ([0, 1], [0, 1]));
        assert_eq!(money.days[&BusinessDate(1)].returned, [0, 2]);
        money.undo(World::Now, BusinessDate(1), &due, 2);
        assert!(money.days[&BusinessDate(1)].is_same());
    }
}
