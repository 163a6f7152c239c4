//! The lottery among claims.
//!
//! Among millions a draw takes seconds, which no sale waits for: it is worked out a part at a time, at each tick. First the
//! winners; then the draw goes on record; then each claim is told. Until that is done the campaign's claims stay as they are, so
//! that it comes to what the journal says, wherever the switch dies.

use super::apply::{issued_stage, running};
use super::command::Draw;
use super::{ClaimAnswer, ClaimCommand, ClaimRefusal, ClaimTicket};
use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use lijian_domain::claims::lottery::{commitment, expected};
use lijian_domain::claims::{Claim, ClaimSpan, ClaimStage};
use lijian_domain::ids::CampaignId;
use lijian_domain::record::{Drawn, Record};
use lijian_domain::time::Moment;
use lijian_store::claims::{self, LastDraw};
use std::sync::Arc;

/// Claims of one part: less than a millisecond.
const PART: usize = 4_096;

/// A draw under way.
#[derive(Debug)]
pub(crate) struct Drawing {
    ticket: ClaimTicket,
    pub(super) draw: Draw,
    winners: u32,
    stage: ClaimStage,
    span: ClaimSpan,
    work: claims::Drawing,
    /// Once it is on record.
    drawn: Option<Drawn>,
}

impl Exchange {
    /// Begins a draw among all who entered since the last draw, by the seed that was committed to in the rules. A seed that was
    /// used in the last one gets its answer again, since everybody knows it now.
    pub(super) fn draw(
        &mut self,
        ticket: ClaimTicket,
        draw: Draw,
        moment: &Moment,
    ) -> Result<Option<LastDraw>, ClaimRefusal> {
        let Draw { campaign: of, seed, maker, checker } = draw;
        if maker.is_empty() || checker.is_empty() || maker == checker {
            return Err(ClaimRefusal::OnePerson);
        }
        if self.drawing.is_some() {
            return Err(ClaimRefusal::TryAgain);
        }
        if let Some(last) = self.claims.last_draw(&of).filter(|last| last.seed == seed) {
            return Ok(Some(*last));
        }
        let rules = Arc::clone(&self.rules);
        let (campaign, terms) = running(&rules, of, moment)?;
        let lottery = terms.lottery.as_ref().ok_or(ClaimRefusal::NoLottery)?;
        if moment.local.time() < lottery.draw_from {
            return Err(ClaimRefusal::TooEarly);
        }
        if commitment(&seed) != expected(lottery.commitment, self.claims.told()) {
            return Err(ClaimRefusal::OtherSeed);
        }
        let (winners, stage) = (lottery.winners, issued_stage(terms));
        let span = self.span_of(stage, campaign, terms, moment)?;
        claims::can_stand(stage, span)?;
        let work = self.claims.draw(&of, seed, winners);
        self.drawing = Some(Drawing { ticket, draw, winners, stage, span, work, drawn: None });
        Ok(None)
    }

    /// Whether a draw keeps the claims that a command is about as they are.
    pub(super) fn is_kept(&self, command: &ClaimCommand) -> bool {
        let campaign = match command {
            ClaimCommand::Apply(apply) => Some(apply.campaign),
            ClaimCommand::Confirm { claim, .. }
            | ClaimCommand::HandBack { claim, .. }
            | ClaimCommand::Withdraw { claim, .. } => self.claims.get(*claim).map(|claim| claim.campaign),
            ClaimCommand::Draw(_) | ClaimCommand::Look { .. } => None,
        };
        campaign.is_some_and(|campaign| self.is_drawing(campaign))
    }

    /// Whether it is about to be known what becomes of a claim that entered.
    pub(crate) fn is_being_drawn(&self, claim: &Claim) -> bool {
        claim.stage == ClaimStage::Entered && self.is_drawing(claim.campaign)
    }

    fn is_drawing(&self, campaign: CampaignId) -> bool {
        self.drawing.as_ref().is_some_and(|drawing| drawing.draw.campaign == campaign)
    }

    /// One part of the draw under way.
    pub(crate) fn draw_on(&mut self, now: Now, effects: &mut Effects) {
        let Some(mut drawing) = self.drawing.take() else { return };
        if let Some(drawn) = drawing.drawn {
            match self.claims.place_part(&drawn, &mut drawing.work, PART) {
                Ok(None) => self.drawing = Some(drawing),
                Ok(Some(last)) => self.answer_draw(drawing.ticket, ClaimAnswer::Drawn(last), effects),
                Err(error) => self.answer_draw(drawing.ticket, ClaimAnswer::Refused(error.into()), effects),
            }
            return;
        }
        if self.poisoned || self.draining || self.space_low {
            return self.give_up(drawing, ClaimRefusal::TryAgain, effects);
        }
        if self.claims.rank(&mut drawing.work, PART) {
            let entered = drawing.work.entered();
            if entered == 0 {
                return self.give_up(drawing, ClaimRefusal::NobodyEntered, effects);
            }
            let (Draw { campaign, seed, maker, checker }, moment) = (drawing.draw, self.moment(now));
            let Drawing { winners, stage, span, .. } = drawing;
            let drawn = Drawn { campaign, seed, entered, winners, stage, span, maker, checker };
            self.append(&Record::Drawn(drawn), &moment, effects);
            drawing.drawn = Some(drawn);
        }
        self.drawing = Some(drawing);
    }

    fn give_up(&mut self, drawing: Drawing, why: ClaimRefusal, effects: &mut Effects) {
        self.claims.give_up(drawing.draw.campaign, drawing.work);
        self.answer_draw(drawing.ticket, ClaimAnswer::Refused(why), effects);
    }

    fn answer_draw(&mut self, ticket: ClaimTicket, answer: ClaimAnswer, effects: &mut Effects) {
        if self.poisoned {
            effects.claims.push((ticket, ClaimAnswer::Refused(ClaimRefusal::TryAgain)));
            return;
        }
        self.waiting_claims.push_back((effects.journal.last_lsn(), ticket, answer));
        self.answer_claims(effects);
    }
}
