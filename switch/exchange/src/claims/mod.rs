//! Claims: what the institution's own app, store staff and operators ask of them, and what a sale's voucher code stands for.
//!
//! # Invariants
//! - An answer leaves once everything that it tells of is on disk (order 2); a repeat of a command gets the answer again.
//! - A person has one claim of a pack at a time that is not over, and none follows one that is wholly redeemed or held in part.
//!   What a person has over several claims of which something is left is bounded by the allowances of the categories.
//! - A claim moves no money: what is redeemed of it is a cap like any other, taken by the sale.
//!
//! May call what a sale may.

mod apply;
mod change;
mod command;
mod draw;
mod objections;
mod redeem;
mod refusal;

pub(crate) use draw::Drawing;

pub use command::{Apply, ClaimAnswer, ClaimCommand, ClaimTicket, ClaimView, Draw, Looked};
pub use refusal::ClaimRefusal;

use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use crate::misdeed::Misdeed;
use lijian_domain::cap::CapKey;
use lijian_domain::claims::Claim;
use lijian_domain::ids::Lsn;
use lijian_domain::record::Record;
use lijian_domain::time::Moment;
use lijian_store::claims::LastDraw;
use std::collections::VecDeque;

/// Answers that wait for the disk at most. A disk that takes so long has more than claims waiting for it.
const WAITING_MAX: usize = 65_536;

/// Answers that wait for their records.
pub(crate) type Waiting = VecDeque<(Lsn, ClaimTicket, ClaimAnswer)>;

type Outcome = Result<ClaimAnswer, ClaimRefusal>;

impl Exchange {
    /// Does what a command says, or says why not; the answer waits for the disk.
    pub(crate) fn claim(&mut self, ticket: ClaimTicket, command: &ClaimCommand, now: Now, effects: &mut Effects) {
        let outcome = match command {
            ClaimCommand::Draw(draw) => match self.draw_outcome(ticket, *draw, now) {
                Ok(Some(last)) => Ok(ClaimAnswer::Drawn(last)),
                Ok(None) => return,
                Err(why) => Err(why),
            },
            command => self.claim_outcome(command, now, effects),
        };
        match outcome.unwrap_or_else(ClaimAnswer::Refused) {
            answer @ ClaimAnswer::Refused(ClaimRefusal::TryAgain) => effects.claims.push((ticket, answer)),
            answer => self.waiting_claims.push_back((effects.journal.last_lsn(), ticket, answer)),
        }
        self.answer_claims(effects);
    }

    /// Answers what is on disk.
    pub(crate) fn answer_claims(&mut self, effects: &mut Effects) {
        let early = self.misdeeds.include(Misdeed::ClaimAnsweredEarly);
        while let Some((_, ticket, answer)) =
            self.waiting_claims.pop_front_if(|(lsn, ..)| early || *lsn <= self.durable)
        {
            effects.claims.push((ticket, answer));
        }
    }

    /// Nobody knows what of it is on disk.
    pub(crate) fn poison_claims(&mut self, effects: &mut Effects) {
        let again = ClaimAnswer::Refused(ClaimRefusal::TryAgain);
        effects.claims.extend(self.waiting_claims.drain(..).map(|(_, ticket, _)| (ticket, again)));
    }

    fn claim_outcome(&mut self, command: &ClaimCommand, now: Now, effects: &mut Effects) -> Outcome {
        if self.poisoned || self.waiting_claims.len() >= WAITING_MAX || self.is_kept(command) {
            return Err(ClaimRefusal::TryAgain);
        }
        if let ClaimCommand::Look { at } = command {
            return self.look(*at).ok_or(ClaimRefusal::Unknown);
        }
        if self.space_low || self.draining {
            return Err(ClaimRefusal::TryAgain);
        }
        let moment = self.moment(now);
        match command {
            ClaimCommand::Apply(apply) => self.apply(apply, &moment, effects),
            ClaimCommand::Confirm { claim, merchant, by } => self.confirm(*claim, *merchant, *by, &moment, effects),
            ClaimCommand::HandBack { claim, person, by } => self.hand_back(*claim, *person, *by, &moment, effects),
            ClaimCommand::Withdraw { claim, by } => self.withdraw(*claim, *by, &moment, effects),
            ClaimCommand::Draw(_) | ClaimCommand::Look { .. } => Err(ClaimRefusal::Unknown),
        }
    }

    /// A draw that is begun is answered when it is done.
    fn draw_outcome(&mut self, ticket: ClaimTicket, draw: Draw, now: Now) -> Result<Option<LastDraw>, ClaimRefusal> {
        if self.poisoned || self.space_low || self.draining || self.waiting_claims.len() >= WAITING_MAX {
            return Err(ClaimRefusal::TryAgain);
        }
        let moment = self.moment(now);
        self.draw(ticket, draw, &moment)
    }

    fn look(&self, at: Looked) -> Option<ClaimAnswer> {
        Some(match at {
            Looked::Claim(claim) => self.claim_stands(self.claims.get(claim)?),
            Looked::Latest { campaign, pack, person } => {
                let made = self.claims.made(&campaign, &pack, &person)?;
                ClaimAnswer::Latest(self.claim_view(made.latest), made.count)
            }
        })
    }

    fn claim_stands(&self, claim: Claim) -> ClaimAnswer {
        ClaimAnswer::Stands(self.claim_view(claim))
    }

    /// A claim as it stands, with what of it is held and used.
    fn claim_view(&self, claim: Claim) -> ClaimView {
        let balance = self.quota.balance(&CapKey::Qualification(claim.campaign, claim.id.cap_code()));
        ClaimView { claim, held: balance.held_count, used: balance.used_count }
    }

    /// Whether anything of a claim is held by a sale whose end is open, or used.
    fn is_redeemed(&self, claim: &Claim) -> bool {
        let balance = self.quota.balance(&CapKey::Qualification(claim.campaign, claim.id.cap_code()));
        balance != Default::default()
    }

    fn append(&self, record: &Record, moment: &Moment, effects: &mut Effects) {
        effects.journal.push(moment.at, moment.business_date, record);
    }
}
