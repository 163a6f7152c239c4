//! A person claims a pack.

use super::command::Apply;
use super::{ClaimRefusal, Outcome};
use crate::effects::Effects;
use crate::exchange::Exchange;
use crate::misdeed::Misdeed;
use lijian_domain::campaign::{Campaign, QualificationTerms};
use lijian_domain::cap::CapKey;
use lijian_domain::claims::{self, Claim, ClaimSpan, ClaimStage};
use lijian_domain::ids::CampaignId;
use lijian_domain::record::{Claimed, Record};
use lijian_domain::rules::Rules;
use lijian_domain::time::Moment;
use std::sync::Arc;

impl Exchange {
    /// Makes a claim: nothing of it is given yet, so it needs no cap; what it needs is that none before it is left.
    pub(super) fn apply(&mut self, apply: &Apply, moment: &Moment, effects: &mut Effects) -> Outcome {
        let Apply { claim, campaign: of, pack, person, by } = *apply;
        if let Some(known) = self.claims.get(claim) {
            let same = (known.campaign, known.pack, known.person) == (of, pack, person);
            return if same { Ok(self.claim_stands(known)) } else { Err(ClaimRefusal::IdTaken) };
        }
        let rules = Arc::clone(&self.rules);
        let (campaign, terms) = running(&rules, of, moment)?;
        let redeemable = terms.pack(&pack).ok_or(ClaimRefusal::NoPack)?.redeemable;
        if terms.window.is_some_and(|window| !window.contains(moment.local.time())) {
            return Err(ClaimRefusal::OutsideHours);
        }
        if let Some(made) = self.claims.made(&of, &pack, &person) {
            self.may_follow(&made.latest, redeemable, moment)?;
            if made.count >= terms.claims_max {
                return Err(ClaimRefusal::AllMade);
            }
        }
        self.is_released(campaign, terms, moment)?;
        let stage = first_stage(terms);
        let span = self.span_of(stage, campaign, terms, moment)?;
        let claimed = Claimed { claim, campaign: of, pack, person, stage, span, rules: rules.version, by };
        self.claims.claimed(moment.at, &claimed)?;
        self.append(&Record::Claimed(claimed), moment, effects);
        Ok(self.claim_stands(Claim { id: claim, campaign: of, pack, person, stage, span }))
    }

    /// Whether another claim may follow this one: all that can be redeemed of it is not, and it is over.
    fn may_follow(&self, latest: &Claim, redeemable: u32, moment: &Moment) -> Result<(), ClaimRefusal> {
        let balance = self.quota.balance(&CapKey::Qualification(latest.campaign, latest.id.cap_code()));
        let redeemed = balance.held_count > 0 || balance.used_count >= redeemable;
        if redeemed && !self.misdeeds.include(Misdeed::ClaimedBesideRedeemed) {
            return Err(ClaimRefusal::Redeemed);
        }
        if latest.is_over(moment.at) { Ok(()) } else { Err(ClaimRefusal::NotOver) }
    }

    /// Whether one more may be taken on this civil day.
    fn is_released(
        &self,
        campaign: &Campaign,
        terms: &QualificationTerms,
        moment: &Moment,
    ) -> Result<(), ClaimRefusal> {
        let Some(most) = terms.released_per_day else { return Ok(()) };
        let today = claims::day(moment.local.date(), &self.settings.calendar);
        if self.claims.taken(campaign.id, today) < u64::from(most) { Ok(()) } else { Err(ClaimRefusal::AllTakenToday) }
    }

    /// From when to when a claim can be redeemed that is in this stage from now on, or confirmed.
    pub(super) fn span_of(
        &self,
        stage: ClaimStage,
        campaign: &Campaign,
        terms: &QualificationTerms,
        moment: &Moment,
    ) -> Result<ClaimSpan, ClaimRefusal> {
        let lasts = match stage {
            ClaimStage::Issued => Some(terms.validity),
            ClaimStage::Unconfirmed => terms.confirm_within,
            ClaimStage::Entered | ClaimStage::HandedBack | ClaimStage::NotDrawn | ClaimStage::Withdrawn => None,
        };
        let Some(lasts) = lasts else { return Ok(ClaimSpan::default()) };
        claims::span(lasts, &campaign.period, moment, &self.settings.calendar).ok_or(ClaimRefusal::NoCampaign)
    }
}

/// A campaign that runs on this day, and what it asks of claims.
pub(super) fn running<'a>(
    rules: &'a Rules,
    id: CampaignId,
    moment: &Moment,
) -> Result<(&'a Campaign, &'a QualificationTerms), ClaimRefusal> {
    let campaign = rules.campaign(id).filter(|campaign| campaign.period.contains(moment.local.date()));
    let campaign = campaign.ok_or(ClaimRefusal::NoCampaign)?;
    Ok((campaign, campaign.qualification.as_ref().ok_or(ClaimRefusal::NothingToClaim)?))
}

const fn first_stage(terms: &QualificationTerms) -> ClaimStage {
    match terms.lottery {
        Some(_) => ClaimStage::Entered,
        None => issued_stage(terms),
    }
}

/// Where a claim stands once it need not be drawn any more.
pub(super) const fn issued_stage(terms: &QualificationTerms) -> ClaimStage {
    if terms.confirmed_by_staff { ClaimStage::Unconfirmed } else { ClaimStage::Issued }
}
