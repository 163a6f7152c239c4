//! Whether the qualification that a sale names is good for it (N108).

use super::{Breach, Sale, breach};
use crate::campaign::{Campaign, Pack};
use crate::claims::{ClaimId, ClaimStage, Presented};
use crate::code::DecisionCode;
use crate::ids::PersonKey;

/// A qualification that a sale redeems.
#[derive(Clone, Copy, Debug)]
pub(super) struct Redeemed {
    pub(super) claim: ClaimId,
    /// Whose sale it is, whoever pays.
    pub(super) person: PersonKey,
    /// Which of the pack.
    pub(super) member: u8,
    /// Qualifications of the claim that can be redeemed in all.
    pub(super) redeemable: u32,
}

/// What a sale redeems; nothing where the campaign asks for nothing.
pub(super) fn redeemed(campaign: &Campaign, sale: &Sale<'_>) -> Result<Option<Redeemed>, Breach> {
    let Some(terms) = &campaign.qualification else { return Ok(None) };
    let Some(Presented { claim, member, followed }) = sale.presented else {
        return Err(not_good(match sale.request.qualification.is_empty() {
            true => "the campaign wants a qualification, and none was given",
            false => "nobody claimed this qualification",
        }));
    };
    if claim.campaign != campaign.id {
        return Err(not_good("the qualification is of another campaign"));
    }
    match claim.stage {
        ClaimStage::Issued => {}
        ClaimStage::Entered => return Err(not_good("the lottery for the qualification is not drawn yet")),
        ClaimStage::NotDrawn => return Err(not_good("the claim did not win the lottery")),
        ClaimStage::Unconfirmed => return Err(not_good("store staff have not confirmed the claim")),
        ClaimStage::HandedBack => return Err(not_good("the qualification was handed back")),
        ClaimStage::Withdrawn => return Err(not_good("the qualification was withdrawn")),
    }
    if *followed {
        return Err(not_good("another claim has taken the qualification's place"));
    }
    if sale.now.at < claim.span.from {
        return Err(not_good("the qualification is not valid yet"));
    }
    if sale.now.at >= claim.span.until {
        return Err(not_good("the qualification has expired"));
    }
    let pack = terms.pack(&claim.pack).ok_or(not_good(GONE))?;
    good_for(pack, *member, sale)?;
    Ok(Some(Redeemed { claim: claim.id, person: claim.person, member: *member, redeemable: pack.redeemable }))
}

/// The qualification must be good for all goods of the sale.
fn good_for(pack: &Pack, member: u8, sale: &Sale<'_>) -> Result<(), Breach> {
    let member = pack.members.get(usize::from(member)).ok_or(not_good(GONE))?;
    if sale.products.iter().any(|product| !member.categories.contains(&product.category)) {
        return Err(not_good("the qualification is not for this category"));
    }
    if sale.products.iter().any(|product| !member.is_good_for(&product.category, product.grade)) {
        return Err(not_good("the qualification is not for this grade"));
    }
    Ok(())
}

const GONE: &str = "the campaign has no such qualification any more";

const fn not_good(reason: &'static str) -> Breach {
    breach(DecisionCode::Qualification, reason)
}
