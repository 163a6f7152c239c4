//! Claims: made, changed, drawn. None of these records moves a cap.

use crate::claims::{ClaimId, ClaimSpan, ClaimStage};
use crate::ids::{CampaignId, MerchantId, PackId, PersonKey, RulesVersion};
use crate::text::Text;

/// A person claimed a pack. The claim begins as [`ClaimStage::Entered`], [`ClaimStage::Unconfirmed`] or
/// [`ClaimStage::Issued`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claimed {
    /// Which claim.
    pub claim: ClaimId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Of which pack.
    pub pack: PackId,
    /// Whose.
    pub person: PersonKey,
    /// Where it stands.
    pub stage: ClaimStage,
    /// When it can be redeemed; of one that staff must confirm: when they can, if that has an end; else nothing.
    pub span: ClaimSpan,
    /// The rules that let it be made.
    pub rules: RulesVersion,
    /// Which application asked for it.
    pub by: Text<32>,
}

/// A claim stands elsewhere now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClaimChanged {
    /// Which claim.
    pub claim: ClaimId,
    /// Where it stands: [`ClaimStage::Issued`], [`ClaimStage::HandedBack`] or [`ClaimStage::Withdrawn`].
    pub stage: ClaimStage,
    /// When it can be redeemed, where it is issued; else what it was.
    pub span: ClaimSpan,
    /// The shop whose staff confirmed it; empty otherwise.
    pub merchant: MerchantId,
    /// Who did it.
    pub by: Text<32>,
}

/// A lottery was drawn: of the claims of the campaign that had entered, the winners are issued (or wait for confirmation),
/// the others did not win. Who wins follows from the seed ([`crate::claims`]).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Drawn {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// The seed, whose SHA-256 was published before.
    pub seed: [u8; 32],
    /// Claims that took part.
    pub entered: u32,
    /// Winners at most.
    pub winners: u32,
    /// Where the winners stand: [`ClaimStage::Unconfirmed`] or [`ClaimStage::Issued`].
    pub stage: ClaimStage,
    /// When they can be redeemed, or confirmed.
    pub span: ClaimSpan,
    /// Who proposed the draw.
    pub maker: Text<32>,
    /// Who agreed.
    pub checker: Text<32>,
}
