//! The decision about one return.

use super::{Ask, Part, Reject, Share, Standing, Way, When, refund};
use crate::campaign::RefundPolicy;
use crate::money::MinorUnits;
use crate::sale::Award;

/// What a return gives back, or why it is not accepted. It changes nothing: an accepted one has to be counted
/// ([`super::ReturnLog::accept`]) before the next is asked about.
///
/// Sources: a reversal or void names the gross or the net amount and gives all back, allowance and serial number included;
/// a void needs the day, the batch and the full amount of its sale, refunds come in parts and are in all at most the
/// original (terminal side of Chinese acquirers); the rest is the campaign's policy.
pub fn share(award: &Award, policy: &RefundPolicy, standing: &Standing, ask: &Ask) -> Result<Share, Reject> {
    if ask.amount.is_zero() {
        return Err(Reject::Zero);
    }
    if standing.undone().is_some() {
        return Err(Reject::AlreadyReversed);
    }
    let share = match ask.way {
        Way::Void if !ask.same_batch => return Err(Reject::OtherDay),
        Way::Reversal | Way::Void => whole(award, standing, ask)?,
        Way::Refund => refund::refund(award, policy, standing, ask)?,
    };
    let to_sponsors = MinorUnits::checked_sum(share.part.sponsors.iter().map(|share| share.amount));
    assert!(to_sponsors == Some(share.part.discount), "the sponsors' parts add up to the discount given back");
    Ok(share)
}

fn whole(award: &Award, standing: &Standing, ask: &Ask) -> Result<Share, Reject> {
    if !standing.gross().is_zero() {
        return Err(Reject::AlreadyRefunded);
    }
    if ask.amount != award.gross && ask.amount != award.net {
        return Err(Reject::WrongAmount);
    }
    Ok(Share { part: Part::whole(award, ask.way), allowance: When::Now, is_last: true })
}
