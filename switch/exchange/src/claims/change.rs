//! What becomes of a claim: confirmed, handed back, taken back.

use super::apply::running;
use super::{ClaimRefusal, Outcome};
use crate::effects::Effects;
use crate::exchange::Exchange;
use lijian_domain::claims::{Claim, ClaimId, ClaimSpan, ClaimStage};
use lijian_domain::ids::{MerchantId, PersonKey};
use lijian_domain::record::{ClaimChanged, Record};
use lijian_domain::text::Text;
use lijian_domain::time::Moment;
use std::sync::Arc;

impl Exchange {
    /// Store staff saw the person: the claim is issued, and its time begins.
    pub(super) fn confirm(
        &mut self,
        id: ClaimId,
        merchant: MerchantId,
        by: Text<32>,
        moment: &Moment,
        effects: &mut Effects,
    ) -> Outcome {
        let claim = self.claims.get(id).ok_or(ClaimRefusal::Unknown)?;
        match claim.stage {
            // Another one may have followed before a clock was put back.
            ClaimStage::Unconfirmed if claim.is_over(moment.at) || self.is_followed(&claim) => {
                return Err(ClaimRefusal::Over);
            }
            ClaimStage::Unconfirmed => {}
            ClaimStage::Issued => return Ok(self.claim_stands(claim)),
            ClaimStage::Entered => return Err(ClaimRefusal::NotDrawnYet),
            ClaimStage::HandedBack | ClaimStage::NotDrawn | ClaimStage::Withdrawn => return Err(ClaimRefusal::Over),
        }
        let rules = Arc::clone(&self.rules);
        let (campaign, terms) = running(&rules, claim.campaign, moment)?;
        terms.pack(&claim.pack).ok_or(ClaimRefusal::NoPack)?;
        let span = self.span_of(ClaimStage::Issued, campaign, terms, moment)?;
        self.change(&claim, ClaimStage::Issued, span, merchant, by, moment, effects)
    }

    fn is_followed(&self, claim: &Claim) -> bool {
        let made = self.claims.made(&claim.campaign, &claim.pack, &claim.person);
        made.is_some_and(|made| made.latest.id != claim.id)
    }

    /// The person does not want it any more. It is used up all the same, but another may follow it.
    pub(super) fn hand_back(
        &mut self,
        id: ClaimId,
        person: Option<PersonKey>,
        by: Text<32>,
        moment: &Moment,
        effects: &mut Effects,
    ) -> Outcome {
        let claim = self.claims.get(id).filter(|claim| person.is_none_or(|person| claim.person == person));
        let claim = claim.ok_or(ClaimRefusal::Unknown)?;
        match claim.stage {
            ClaimStage::HandedBack => return Ok(self.claim_stands(claim)),
            ClaimStage::NotDrawn | ClaimStage::Withdrawn => return Err(ClaimRefusal::Over),
            ClaimStage::Entered | ClaimStage::Unconfirmed | ClaimStage::Issued => {}
        }
        if self.is_redeemed(&claim) {
            return Err(ClaimRefusal::InUse);
        }
        self.change(&claim, ClaimStage::HandedBack, claim.span, MerchantId::default(), by, moment, effects)
    }

    /// The institution takes it back, redeemed or not: nothing more is redeemed of it.
    pub(super) fn withdraw(&mut self, id: ClaimId, by: Text<32>, moment: &Moment, effects: &mut Effects) -> Outcome {
        let claim = self.claims.get(id).ok_or(ClaimRefusal::Unknown)?;
        match claim.stage {
            ClaimStage::Withdrawn => Ok(self.claim_stands(claim)),
            ClaimStage::HandedBack | ClaimStage::NotDrawn => Err(ClaimRefusal::Over),
            ClaimStage::Entered | ClaimStage::Unconfirmed | ClaimStage::Issued => {
                self.change(&claim, ClaimStage::Withdrawn, claim.span, MerchantId::default(), by, moment, effects)
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one step of a claim: which, where to, who and when")]
    fn change(
        &mut self,
        claim: &Claim,
        stage: ClaimStage,
        span: ClaimSpan,
        merchant: MerchantId,
        by: Text<32>,
        moment: &Moment,
        effects: &mut Effects,
    ) -> Outcome {
        let changed = ClaimChanged { claim: claim.id, stage, span, merchant, by };
        self.claims.changed(&changed)?;
        self.append(&Record::ClaimChanged(changed), moment, effects);
        Ok(self.claim_stands(Claim { stage, span, ..*claim }))
    }
}
