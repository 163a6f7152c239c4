//! What is asked of claims, and what is answered.

use super::ClaimRefusal;
use lijian_domain::claims::{Claim, ClaimId};
use lijian_domain::ids::{CampaignId, MerchantId, PackId, PersonKey};
use lijian_domain::text::Text;
use lijian_store::claims::LastDraw;

/// A command to which an answer is awaited, numbered by the edge that hands it in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ClaimTicket(pub u64);

/// What is to be done. Whoever hands it in knows that the person was checked, that staff are who they say, that a seed's
/// commitment was published.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClaimCommand {
    /// A person claims a pack.
    Apply(Apply),
    /// Store staff confirm a claim.
    Confirm {
        /// Which.
        claim: ClaimId,
        /// Their shop.
        merchant: MerchantId,
        /// Which application asks.
        by: Text<32>,
    },
    /// A person gives a claim back.
    HandBack {
        /// Which.
        claim: ClaimId,
        /// Whose it must be; none: whoever knows it may.
        person: Option<PersonKey>,
        /// Which application asks.
        by: Text<32>,
    },
    /// The institution takes a claim back.
    Withdraw {
        /// Which.
        claim: ClaimId,
        /// Who does it.
        by: Text<32>,
    },
    /// The lottery of a campaign is drawn.
    Draw(Draw),
    /// Nothing is done.
    Look {
        /// What is asked for.
        at: Looked,
    },
}

/// A claim that is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Looked {
    /// This one.
    Claim(ClaimId),
    /// The latest that a person made of a pack.
    Latest {
        /// Of which campaign.
        campaign: CampaignId,
        /// Of which pack.
        pack: PackId,
        /// Whose.
        person: PersonKey,
    },
}

/// A claim to be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Apply {
    /// Its id: random bits, the same when the command is sent again.
    pub claim: ClaimId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Of which pack.
    pub pack: PackId,
    /// Whose.
    pub person: PersonKey,
    /// Which application asks.
    pub by: Text<32>,
}

/// A lottery to be drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Draw {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// The seed.
    pub seed: [u8; 32],
    /// Who proposed it.
    pub maker: Text<32>,
    /// Who agreed.
    pub checker: Text<32>,
}

/// What came of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClaimAnswer {
    /// The claim, as it stands now.
    Stands(ClaimView),
    /// The latest of a person and pack, and how many claims that makes.
    Latest(ClaimView, u32),
    /// What a draw came to.
    Drawn(LastDraw),
    /// Nothing was done.
    Refused(ClaimRefusal),
}

/// A claim and what was redeemed of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClaimView {
    /// The claim.
    pub claim: Claim,
    /// Qualifications held by sales and quotes whose end is open.
    pub held: u32,
    /// Qualifications redeemed.
    pub used: u32,
}
