//! What is asked about a sale, and what was decided: the two ends of the pure decision.

use crate::cap::Takes;
use crate::code::DecisionCode;
use crate::funding::Funding;
use crate::ids::{
    CampaignId, CardFingerprint, CategoryId, DistrictCode, Gtin, LinkName, MerchantId, PersonKey, QualificationCode,
    RulesVersion, SerialNumber, SponsorId, TerminalId,
};
use crate::money::MinorUnits;
use arrayvec::ArrayVec;
use smallvec::SmallVec;

/// Items of one sale at most: a receipt line each, and a bound on what one message can cost.
pub const ITEMS_MAX: usize = 8;
/// Sponsors of one grant at most.
pub const SPONSORS_MAX: usize = 4;

/// An item as the till sent it (tags 01 to 04).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ItemRequest {
    /// Tag 01, its check digit proven.
    pub gtin: Gtin,
    /// Tag 02, at least 1.
    pub quantity: u32,
    /// Tag 03: after all discounts of producer, merchant and platform.
    pub unit_price: MinorUnits,
    /// Tag 04, empty where not given.
    pub serial_number: SerialNumber,
}

/// A sale with items, free of wire formats.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SaleRequest {
    /// The acquirer link it came over.
    pub link: LinkName,
    /// DE42.
    pub merchant: MerchantId,
    /// DE41.
    pub terminal: TerminalId,
    /// The card.
    pub card: CardFingerprint,
    /// Whose allowance counts; the card's fingerprint where nothing else is known.
    pub person: PersonKey,
    /// Tag 06: where the sale takes place; empty where not given (then the merchant's own district counts).
    pub district: DistrictCode,
    /// Tag 05, empty where not given.
    pub qualification: QualificationCode,
    /// DE4: items minus trade-in minus bank promotion.
    pub amount: MinorUnits,
    /// DE49, the number of its currency (ISO 4217), 0 where it names none that exists; none where it is absent: then the
    /// amount is in the campaign's.
    pub currency: Option<u16>,
    /// Tag 07. Does not lower the base of the subsidy.
    pub trade_in: MinorUnits,
    /// Tag 08. Does not lower the base of the subsidy.
    pub bank_promotion: MinorUnits,
    /// At least one.
    pub items: ArrayVec<ItemRequest, ITEMS_MAX>,
}

/// What the rules say about a sale.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::large_enum_variant, reason = "a decision lives on the stack of one sale and is never stored")]
pub enum Decision {
    /// The subsidy is due, if every cap still gives it.
    Grant(Award),
    /// It is not.
    Refuse(Refusal),
}

/// The items of an award. Nearly all sales are of one or two: these stand in it, so that an award is copied in little room; more
/// allocate.
pub type AwardedItems = SmallVec<[AwardedItem; 2]>;

/// A subsidy due. `amount == net + discount` and `discount ==` sum of the items' discounts `==` sum of the sponsors'.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Award {
    /// By which campaign.
    pub campaign: CampaignId,
    /// By which version of the rules.
    pub rules: RulesVersion,
    /// DE4 as the till sent it.
    pub gross: MinorUnits,
    /// The subsidy, over zero.
    pub discount: MinorUnits,
    /// What the card pays, over zero.
    pub net: MinorUnits,
    /// The district that the grant counts for.
    pub district: DistrictCode,
    /// Item by item, in the order of the request.
    pub items: AwardedItems,
    /// Who pays the discount.
    pub sponsors: ArrayVec<SponsorShare, SPONSORS_MAX>,
    /// Who pays it at first, and how a network is told of the sponsors.
    pub funding: Funding,
    /// What has to be taken, all or nothing, in the order of taking ([`crate::cap::CapKey`]).
    pub caps: Takes,
}

/// An item with what the library knew of it and what it gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AwardedItem {
    /// As requested.
    pub item: ItemRequest,
    /// The category that the library gives it.
    pub category: CategoryId,
    /// Energy or water efficiency grade; none where the product has none.
    pub grade: Option<u8>,
    /// Its subsidy.
    pub discount: MinorUnits,
}

/// A sponsor's part of a discount.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SponsorShare {
    /// Who.
    pub sponsor: SponsorId,
    /// How much.
    pub amount: MinorUnits,
}

/// Why there is no subsidy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The code of tag 82: the lowest of all that apply.
    pub code: DecisionCode,
    /// The rule that failed, for people: never card or personal data.
    pub reason: &'static str,
    /// The campaign that refused; empty where none was found.
    pub campaign: CampaignId,
}
