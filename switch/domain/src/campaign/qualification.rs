//! What a campaign that wants a claimed qualification asks of claims.

use crate::ids::{CategoryId, PackId};
use crate::time::DailyWindow;
use jiff::civil;

/// How qualifications of a campaign are claimed, and what they are good for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QualificationTerms {
    /// The hours of each day in which claims are taken; none: the whole day.
    pub window: Option<DailyWindow>,
    /// How long a claim can be redeemed, from the moment it is issued; never longer than the campaign runs.
    pub validity: ClaimValidity,
    /// Claims of one pack that a person may make in all: one, and so many again after those before were handed back or
    /// have expired. Both use up a claim. At least 1.
    pub claims_max: u32,
    /// Whether store staff confirm a claim before it is issued.
    pub confirmed_by_staff: bool,
    /// How long staff can confirm it, from the moment it is made or drawn; it is over then. None: as long as the campaign runs,
    /// or until it is handed back.
    pub confirm_within: Option<ClaimValidity>,
    /// Claims taken on one civil day at most, over all packs; none: any number.
    pub released_per_day: Option<u32>,
    /// Claims take part in a lottery; none: whoever comes first.
    pub lottery: Option<Lottery>,
    /// What can be claimed; at least one.
    pub packs: Box<[Pack]>,
}

impl QualificationTerms {
    /// The pack of this id.
    pub fn pack(&self, id: &PackId) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.id == *id)
    }
}

/// How long a claim can be redeemed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClaimValidity {
    /// So many calendar days, the day of issue counted as the first.
    CalendarDays(u16),
    /// So many hours from the moment of issue.
    Hours(u16),
    /// The day of issue.
    SameDay,
    /// To the end of the month of issue.
    MonthEnd,
}

/// A lottery among the claims of a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lottery {
    /// The local time of day from which on the claims entered since the last draw can be drawn.
    pub draw_from: civil::Time,
    /// Winners of each draw at most.
    pub winners: u32,
    /// What was published of the seeds ([`crate::claims::lottery`]): SHA-256 of that of the first draw.
    pub commitment: [u8; 32],
}

/// Several qualifications that are claimed together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pack {
    /// Its id in the campaign.
    pub id: PackId,
    /// How many of its qualifications can be redeemed. At least 1.
    pub redeemable: u32,
    /// The qualifications: one to [`Self::MEMBERS_MAX`].
    pub members: Box<[Member]>,
}

impl Pack {
    /// Qualifications of one pack at most: one character of a voucher code tells them apart.
    pub const MEMBERS_MAX: usize = 31;
}

/// One qualification of a pack.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// The categories of goods that it is good for; at least one.
    pub categories: Box<[CategoryId]>,
    /// The grades that it is good for; none named: any, and goods without a grade.
    pub grades: Box<[u8]>,
}

impl Member {
    /// Whether it is good for goods of this category and grade.
    pub fn is_good_for(&self, category: &CategoryId, grade: Option<u8>) -> bool {
        let of_grade = self.grades.is_empty() || grade.is_some_and(|grade| self.grades.contains(&grade));
        of_grade && self.categories.contains(category)
    }
}
