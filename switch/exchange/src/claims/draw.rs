//! The lottery among claims.

use super::apply::{issued_stage, running};
use super::command::Draw;
use super::{ClaimAnswer, ClaimRefusal, Outcome};
use crate::effects::Effects;
use crate::exchange::Exchange;
use lijian_domain::claims::lottery::{commitment, expected};
use lijian_domain::record::{Drawn, Record};
use lijian_domain::time::Moment;
use std::sync::Arc;

impl Exchange {
    /// Draws among all who entered since the last draw, by the seed that was committed to in the rules. A seed that was used in the last one gets its answer again, since
    /// everybody knows it now.
    pub(super) fn draw(&mut self, draw: &Draw, moment: &Moment, effects: &mut Effects) -> Outcome {
        let Draw { campaign: of, seed, maker, checker } = *draw;
        if maker.is_empty() || checker.is_empty() || maker == checker {
            return Err(ClaimRefusal::OnePerson);
        }
        if let Some(last) = self.claims.last_draw(&of).filter(|last| last.seed == seed) {
            return Ok(ClaimAnswer::Drawn(*last));
        }
        let rules = Arc::clone(&self.rules);
        let (campaign, terms) = running(&rules, of, moment)?;
        let lottery = terms.lottery.as_ref().ok_or(ClaimRefusal::NoLottery)?;
        if moment.local.time() < lottery.draw_from {
            return Err(ClaimRefusal::TooEarly);
        }
        let last = self.claims.last_draw(&of).map(|last| &last.seed);
        if commitment(&seed) != expected(lottery.commitment, last) {
            return Err(ClaimRefusal::OtherSeed);
        }
        let entered = self.claims.entered(&of);
        if entered == 0 {
            return Err(ClaimRefusal::NobodyEntered);
        }
        let (winners, stage) = (lottery.winners, issued_stage(terms));
        let span = self.span_of(stage, campaign, terms, moment)?;
        let drawn = Drawn { campaign: of, seed, entered, winners, stage, span, maker, checker };
        let came_to = self.claims.drawn(&drawn)?;
        self.append(&Record::Drawn(drawn), moment, effects);
        Ok(ClaimAnswer::Drawn(came_to))
    }
}
