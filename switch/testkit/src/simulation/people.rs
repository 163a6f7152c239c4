//! People who claim, in the institution's app and in shops: they apply, again and for one another, are confirmed, drawn, give
//! back, and look. They know what they were told; answers of a process that ended are lost on them.

use super::claiming::{COLD, Claiming, HOME};
use super::dice::Dice;
use super::world::{Action, World};
use crate::auditor::{ClaimAsk, ClaimAsked, ClaimStands, ClaimTold, Violation};
use lijian_domain::claims::{ClaimId, ClaimStage};
use lijian_domain::ids::{CampaignId, MerchantId, PackId, PersonKey};
use lijian_domain::text::Text;
use lijian_exchange::claims::{Apply, Draw, Looked};
use lijian_exchange::{ClaimAnswer, ClaimCommand, ClaimTicket, Event};
use std::collections::BTreeMap;

/// In the whole town: few, so that claims are used up.
const PERSONS: u64 = 16;
/// The most that lies between two commands, in microseconds.
const PAUSE_US: u64 = 700_000;

/// What people know.
#[derive(Debug, Default)]
pub(super) struct People {
    tickets: u64,
    /// Claims that they asked for, but those that they know they did not get.
    applied: Vec<Apply>,
    /// Which claim was asked for.
    applying: BTreeMap<ClaimTicket, ClaimId>,
    /// Claims that were issued, as far as anybody was told.
    issued: Vec<u64>,
    /// Draws that are under way: the place of the seed.
    drawing: BTreeMap<ClaimTicket, usize>,
    /// The place of the seed that comes next.
    next_seed: usize,
}

impl People {
    /// Claims that somebody may show at a till: most often those that were issued.
    pub(super) fn vouchers(&self, dice: &mut Dice) -> Vec<u64> {
        if self.applied.is_empty() || dice.percent(80) {
            return self.issued.clone();
        }
        self.applied.iter().map(|apply| apply.claim.get()).collect()
    }
}

impl World {
    /// Somebody does something about claims, and somebody else later.
    pub(super) fn claim(&mut self) -> Result<(), Violation> {
        if self.calm {
            return Ok(());
        }
        let next_us = self.dice.between(20_000, PAUSE_US);
        self.after(next_us, Action::Claim);
        let Some(command) = self.any_command() else { return Ok(()) };
        self.ask(command)
    }

    /// Whoever made a claim looks at it: a start has lost none.
    pub(super) fn look_at_all_claims(&mut self) -> Result<(), Violation> {
        self.people.drawing.clear();
        self.people.applying.clear();
        let claims = self.auditor.claims();
        claims.into_iter().try_for_each(|claim| self.ask(look(ClaimId::new(claim))))
    }

    fn ask(&mut self, command: ClaimCommand) -> Result<(), Violation> {
        if self.daemon.is_none() {
            return Ok(());
        }
        self.people.tickets += 1;
        let ticket = ClaimTicket(self.people.tickets);
        let (claim, ask) = match &command {
            ClaimCommand::Apply(apply) => {
                self.people.applying.insert(ticket, apply.claim);
                (apply.claim.get(), ClaimAsk::Make(apply.pack.as_str().to_owned(), apply.person.0))
            }
            ClaimCommand::Confirm { claim, .. }
            | ClaimCommand::HandBack { claim, .. }
            | ClaimCommand::Withdraw { claim, .. } => (claim.get(), ClaimAsk::Change),
            ClaimCommand::Look { at: Looked::Claim(claim) } => (claim.get(), ClaimAsk::Look),
            // Asked by the institution's app alone.
            ClaimCommand::Look { at: Looked::Latest { .. } } => return Ok(()),
            ClaimCommand::Draw(draw) => {
                let place = Claiming::seeds().0.iter().position(|seed| *seed == draw.seed);
                self.people.drawing.insert(ticket, place.unwrap_or_default());
                (0, ClaimAsk::Draw(draw.seed))
            }
        };
        self.note(&format!("asked of claims: {ask:?} of {claim:x}"));
        let at_us = self.now().wall.0;
        self.auditor.claim_is_asked(ClaimAsked { ticket: ticket.0, claim, ask, at_us });
        self.handle(Event::Claim { ticket, command: &command })?;
        self.auditor.claim_is_dealt_with(ticket.0);
        Ok(())
    }

    fn any_command(&mut self) -> Option<ClaimCommand> {
        let by = Text::new("app").ok()?;
        let dice = &mut self.dice;
        let known = &self.people.applied;
        let back = 1 + dice.place(known.len().min(8));
        let recent = known.len().checked_sub(back).and_then(|place| known.get(place)).copied();
        match (dice.place(40), recent) {
            (0..=5, Some(recent)) => {
                let merchant = MerchantId::new("M00000000000001").ok()?;
                Some(ClaimCommand::Confirm { claim: recent.claim, merchant, by })
            }
            (6..=10, Some(recent)) => {
                let person = dice.one_of(None, &[Some(recent.person), Some(PersonKey([99; 16]))]);
                Some(ClaimCommand::HandBack { claim: recent.claim, person, by })
            }
            (11, Some(recent)) => Some(ClaimCommand::Withdraw { claim: recent.claim, by }),
            (12..=14, Some(recent)) => Some(look(recent.claim)),
            (15, _) => Some(look(ClaimId::new(dice.between(0, 9)))),
            // The same again, or under its number something else.
            (16..=18, Some(recent)) => Some(ClaimCommand::Apply(recent)),
            (19, Some(recent)) => {
                let person = PersonKey([98; 16]);
                Some(ClaimCommand::Apply(Apply { person, ..recent }))
            }
            (20..=23, _) if self.scenario.programme.draws() => self.any_draw(),
            _ => self.any_application(by),
        }
    }

    fn any_application(&mut self, by: Text<32>) -> Option<ClaimCommand> {
        let dice = &mut self.dice;
        let half = |dice: &mut Dice| dice.between(0, (1 << 30) - 1);
        let claim = ClaimId::new((half(dice) << 30) | half(dice));
        let pack = if dice.percent(3) { "none" } else { dice.one_of(HOME, &[HOME, COLD]) };
        let person = u8::try_from(dice.between(1, PERSONS)).unwrap_or(0);
        let apply = Apply {
            claim,
            campaign: CampaignId::new("trial").ok()?,
            pack: PackId::new(pack).ok()?,
            person: PersonKey([person; 16]),
            by,
        };
        self.people.applied.push(apply);
        Some(ClaimCommand::Apply(apply))
    }

    /// By the seed that comes next; sometimes by one of before, one that comes later, or by one person alone.
    fn any_draw(&mut self) -> Option<ClaimCommand> {
        let dice = &mut self.dice;
        let next = self.people.next_seed;
        let place = if dice.percent(80) { next } else { dice.place(next + 4) };
        let checker = if dice.percent(5) { "maker" } else { "checker" };
        Some(ClaimCommand::Draw(Draw {
            campaign: CampaignId::new("trial").ok()?,
            seed: *Claiming::seeds().0.get(place)?,
            maker: Text::new("maker").ok()?,
            checker: Text::new(checker).ok()?,
        }))
    }

    /// An answer about claims.
    pub(super) fn hear_of_claims(&mut self, ticket: ClaimTicket, answer: ClaimAnswer) -> Result<(), Violation> {
        let told = match answer {
            ClaimAnswer::Stands(view) | ClaimAnswer::Latest(view, _) => {
                let claim = view.claim;
                if claim.stage == ClaimStage::Issued && !self.people.issued.contains(&claim.id.get()) {
                    self.people.issued.push(claim.id.get());
                }
                ClaimTold::Stands {
                    claim: claim.id.get(),
                    pack: claim.pack.as_str().to_owned(),
                    person: claim.person.0,
                    stands: ClaimStands {
                        stage: number(claim.stage),
                        from_us: claim.span.from.0,
                        until_us: claim.span.until.0,
                    },
                    held: view.held,
                    used: view.used,
                }
            }
            ClaimAnswer::Drawn(last) => ClaimTold::Drawn { seed: last.seed, entered: last.entered, won: last.won },
            ClaimAnswer::Refused(why) => {
                *self.troubles.entry(why.as_str()).or_insert(0) += 1;
                ClaimTold::Refused(why.as_str())
            }
        };
        self.note(&format!("told of claims: {told:?}"));
        self.auditor.claim_is_answered(ticket.0, &told)?;
        let applied = self.people.applying.remove(&ticket);
        if let (Some(claim), ClaimTold::Refused(why)) = (applied, &told) {
            let keep = ["try-again", "id-taken"].contains(why);
            self.people.applied.retain(|apply| keep || apply.claim != claim);
        }
        let place = self.people.drawing.remove(&ticket);
        if let (Some(place), ClaimTold::Drawn { .. }) = (place, told) {
            self.people.next_seed = place + 1;
            return self.look_after_draw();
        }
        Ok(())
    }

    /// Everybody wants to know who won.
    fn look_after_draw(&mut self) -> Result<(), Violation> {
        let issued = &self.people.issued;
        let entered =
            self.people.applied.iter().map(|apply| apply.claim).filter(|claim| !issued.contains(&claim.get()));
        let entered: Vec<ClaimId> = entered.collect();
        entered.into_iter().rev().take(12).try_for_each(|claim| self.ask(look(claim)))
    }
}

const fn look(claim: ClaimId) -> ClaimCommand {
    ClaimCommand::Look { at: Looked::Claim(claim) }
}

/// Its number in the journal's format.
const fn number(stage: ClaimStage) -> u8 {
    match stage {
        ClaimStage::Entered => 1,
        ClaimStage::Unconfirmed => 2,
        ClaimStage::Issued => 3,
        ClaimStage::HandedBack => 4,
        ClaimStage::NotDrawn => 5,
        ClaimStage::Withdrawn => 6,
    }
}
