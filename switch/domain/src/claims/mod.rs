//! Claims (申领): a person is promised that a subsidy can be redeemed, before any sale. What a claim is and where it stands;
//! what a campaign asks of it says [`crate::campaign::QualificationTerms`].
//!
//! A claim is of one pack. The pack's qualifications are redeemed against one cap ([`crate::cap::CapKey::Qualification`]),
//! which is named by the claim alone. A claim holds no money: budgets are taken by the sale. No personal data stands here,
//! only the keyed hash of the person.
//!
//! What is checked before a claim is made stands beside it: documents, phone numbers, names and places as values that print
//! masked; voucher codes; the lottery.

pub mod identity;
pub mod lottery;
pub mod name;
pub mod phone;
pub mod place;
pub mod region;
mod secret;
mod validity;
pub mod voucher;

pub use validity::{day, span};

use crate::ids::{CampaignId, PackId, PersonKey, QualificationCode};
use crate::time::UnixMicros;
use std::fmt;

/// A claim among all claims of the programme: 60 random bits, so that nobody can guess one that exists.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ClaimId(u64);

impl ClaimId {
    /// How many bits it has.
    pub const BITS: u32 = 60;

    /// The claim of this number; higher bits are left out.
    pub const fn new(number: u64) -> Self {
        Self(number & ((1 << Self::BITS) - 1))
    }

    /// Its number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// What its cap is named by: fifteen hexadecimal digits.
    pub fn cap_code(self) -> QualificationCode {
        QualificationCode(crate::text::Text::printed(&format_args!("{:015x}", self.0)))
    }

    /// What the cap of one of its pack's members is named by: the same, a hyphen, and the member's place.
    pub fn member_cap_code(self, member: u8) -> QualificationCode {
        QualificationCode(crate::text::Text::printed(&format_args!("{:015x}-{member}", self.0)))
    }
}

/// Whoever knows a claim can redeem it: logs never do.
impl fmt::Debug for ClaimId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ClaimId(..)")
    }
}

/// A claim and where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    /// Which.
    pub id: ClaimId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Of which of its packs.
    pub pack: PackId,
    /// Whose: keyed hash of the ID number.
    pub person: PersonKey,
    /// Where it stands, its time apart.
    pub stage: ClaimStage,
    /// When its qualifications can be redeemed; before it is confirmed: when staff can do so, empty where that has no end.
    pub span: ClaimSpan,
}

impl Claim {
    /// Whether nothing can become of it any more at this moment, and another may follow.
    pub fn is_over(&self, at: UnixMicros) -> bool {
        match self.stage {
            ClaimStage::Entered => false,
            ClaimStage::Unconfirmed => self.span != ClaimSpan::default() && self.span.until <= at,
            ClaimStage::Issued => self.span.until <= at,
            ClaimStage::HandedBack | ClaimStage::NotDrawn | ClaimStage::Withdrawn => true,
        }
    }
}

/// When something can be done with a claim: from the first moment on, before the second.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ClaimSpan {
    /// The first moment.
    pub from: UnixMicros,
    /// The first moment at which it has expired.
    pub until: UnixMicros,
}

impl ClaimSpan {
    /// Whether it can be redeemed at this moment.
    pub fn contains(&self, at: UnixMicros) -> bool {
        self.from <= at && at < self.until
    }
}

/// Where a claim stands, its time apart: what expires needs no record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum ClaimStage {
    /// It takes part in a lottery that is not drawn yet.
    Entered,
    /// Store staff must confirm it yet.
    Unconfirmed,
    /// Its qualifications can be redeemed.
    Issued,
    /// The person gave it back.
    HandedBack,
    /// It did not win.
    NotDrawn,
    /// The institution took it back.
    Withdrawn,
}

impl ClaimStage {
    /// All, in their order.
    pub const ALL: [Self; 6] =
        [Self::Entered, Self::Unconfirmed, Self::Issued, Self::HandedBack, Self::NotDrawn, Self::Withdrawn];

    /// Its name in files and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entered => "entered",
            Self::Unconfirmed => "unconfirmed",
            Self::Issued => "issued",
            Self::HandedBack => "handed-back",
            Self::NotDrawn => "not-drawn",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// The qualification that a sale names (tag 05): a claim, and one member of its pack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Presented {
    /// The claim.
    pub claim: Claim,
    /// The place of the member in [`crate::campaign::Pack::members`].
    pub member: u8,
    /// The person claimed the pack again since: this one is over, whatever a clock that was put back says.
    pub followed: bool,
}
