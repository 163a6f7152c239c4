//! What is used of all caps, out of memory and back: for snapshots.

use super::Quota;
use super::personal::Personal;
use super::shard::{Amounts, RowKey};
use crate::format::{Field, FormatError, Input};
use lijian_domain::cap::{CapBalance, CapKey};
use lijian_domain::ids::{CampaignId, CategoryId};
use lijian_domain::time::BusinessDate;
use std::io;

/// Bytes of a [`PersonalRow`] in a file.
pub const PERSONAL_ROW_BYTES: usize = 32;

/// What rows of persons count.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PersonalClass {
    /// The campaign.
    pub campaign: CampaignId,
    /// What of it.
    pub counted: Counted,
}

/// What of a campaign rows of persons count.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Counted {
    /// Qualifications.
    Qualifications,
    /// Allowances in a category.
    Category(CategoryId),
    /// Allowances in a week, which is named by its Monday.
    Week(BusinessDate),
    /// Allowances in a calendar year.
    Year(u16),
    /// Allowances in all.
    Campaign,
}

impl Field for Counted {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Qualifications => out.push(1),
            Self::Category(category) => {
                out.push(2);
                category.put(out);
            }
            Self::Week(monday) => {
                out.push(3);
                monday.put(out);
            }
            Self::Year(year) => {
                out.push(4);
                year.put(out);
            }
            Self::Campaign => out.push(5),
        }
    }

    fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
        let at = input.at();
        Ok(match u8::take(input)? {
            1 => Self::Qualifications,
            2 => Self::Category(Field::take(input)?),
            3 => Self::Week(Field::take(input)?),
            4 => Self::Year(Field::take(input)?),
            5 => Self::Campaign,
            _ => return Err(FormatError::Value { at, what: "kind of personal rows" }),
        })
    }
}

/// What is used of one cap of a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PersonalRow {
    /// 0 for serial numbers, else the place of its class in [`Quota::personal_classes`], from 1.
    pub class: u32,
    /// The person's key, or a digest of the serial number or qualification.
    pub digest: [u8; 16],
    /// Money used, in minor units.
    pub money: u64,
    /// Items used.
    pub items: u32,
}

impl Field for PersonalRow {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { class, digest, money, items } = self;
        class.put(out);
        digest.put(out);
        money.put(out);
        items.put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            class: Field::take(input)?,
            digest: Field::take(input)?,
            money: Field::take(input)?,
            items: Field::take(input)?,
        })
    }
}

/// Puts rows back into an empty quota.
pub struct RestoreRows<'a> {
    personal: &'a Personal,
    /// The number here of each class there.
    classes: Vec<u32>,
}

impl RestoreRows<'_> {
    /// Puts one in; none if it is of no class.
    pub fn put(&mut self, row: PersonalRow) -> Option<()> {
        let class = match row.class.checked_sub(1) {
            None => 0,
            Some(place) => *self.classes.get(usize::try_from(place).ok()?)?,
        };
        let used = Amounts { money: row.money, items: row.items };
        self.personal.restore(RowKey { digest: row.digest, class }, used);
        Some(())
    }
}

impl Quota {
    /// What is used of every cap that is not a person's own, sorted; nothing of what is held.
    pub fn used_budgets(&self) -> Vec<(CapKey, CapBalance)> {
        let used = |stands: CapBalance| CapBalance { held: Default::default(), held_count: 0, ..stands };
        let mut budgets: Vec<_> = self.budgets().into_iter().map(|(key, stands)| (key, used(stands))).collect();
        budgets.retain(|(_, used)| *used != CapBalance::default());
        budgets
    }

    /// What rows of persons count, sorted. Of what was never used, nothing is said.
    pub fn personal_classes(&self) -> Vec<PersonalClass> {
        self.personal.classes().into_iter().map(|(class, _)| class).collect()
    }

    /// Caps of persons of which anything is used.
    pub fn used_rows(&self) -> usize {
        self.personal.used_count()
    }

    /// Shows what is used of each cap of a person, in an order that only the rows decide.
    ///
    /// # Errors
    /// That of `visit`, which ends it.
    pub fn for_each_used_row(&self, mut visit: impl FnMut(PersonalRow) -> io::Result<()>) -> io::Result<()> {
        let classes = self.personal.classes();
        let last = classes.iter().map(|(_, number)| *number).max().unwrap_or_default();
        let mut places = vec![0; usize::try_from(last).unwrap_or_default() + 1];
        for ((_, number), place) in classes.iter().zip(1_u32..) {
            if let Some(slot) = usize::try_from(*number).ok().and_then(|number| places.get_mut(number)) {
                *slot = place;
            }
        }
        let place = |number: u32| usize::try_from(number).ok().and_then(|number| places.get(number)).copied();
        self.personal.each_shard(|rows| {
            let mut rows: Vec<_> = rows
                .map(|(key, used)| PersonalRow {
                    class: place(key.class).unwrap_or_default(),
                    digest: key.digest,
                    money: used.money,
                    items: used.items,
                })
                .collect();
            rows.sort_unstable_by_key(|row| (row.class, row.digest));
            rows.into_iter().try_for_each(&mut visit)
        })
    }

    /// Takes rows back, whose classes are numbered as in `classes`, from 1. For recovery, into an empty quota.
    pub fn restore_rows(&self, classes: &[PersonalClass]) -> RestoreRows<'_> {
        let classes = classes.iter().map(|class| self.personal.class(*class)).collect();
        RestoreRows { personal: &self.personal, classes }
    }
}
