//! Claims, in virtual time: how one is made, what sale it is good for, how it ends, what a restart leaves of it.

mod lotteries;
mod objections;
mod restarts;
mod sales;
mod terms;
mod walk;

use crate::messages::*;
use crate::world::*;
use lijian_domain::campaign::{ClaimValidity, Member, Pack, QualificationTerms};
use lijian_domain::claims::voucher::VoucherCode;
use lijian_domain::claims::{Claim, ClaimId, ClaimStage};
use lijian_domain::ids::*;
use lijian_domain::text::Text;
use lijian_exchange::Event;
use lijian_exchange::claims::{Apply, ClaimAnswer, ClaimCommand, ClaimRefusal, ClaimTicket, ClaimView, Looked};
use std::sync::Arc;

const HOUR_US: u64 = 3_600_000_000;
const WANG: PersonKey = PersonKey([0x11; 16]);
const LI: PersonKey = PersonKey([0x22; 16]);

/// Fridges of grade 1 or 2, of which one can be bought; three claims a person, each for 24 hours.
fn fridges() -> QualificationTerms {
    let category = || Box::from([CategoryId::new("refrigerator").unwrap()]);
    let member = |grade| Member { categories: category(), grades: Box::from([grade]) };
    let pack = |id: &str| Pack {
        id: PackId::new(id).unwrap(),
        redeemable: 1,
        members: Box::from([member(1), member(2), Member { categories: category(), grades: Box::default() }]),
    };
    QualificationTerms {
        window: None,
        validity: ClaimValidity::Hours(24),
        claims_max: 3,
        confirmed_by_staff: false,
        confirm_within: None,
        released_per_day: None,
        lottery: None,
        packs: Box::from([pack("fridge"), pack("second-fridge")]),
    }
}

/// The usual world, whose campaign wants claims; a person may buy several, if claims let them.
fn world_of(terms: QualificationTerms) -> World {
    let mut world = world();
    let mut rules = several_a_person();
    rules.campaigns[0].qualification = Some(terms);
    world.rules = rules;
    world.restart(0);
    world
}

fn trial() -> CampaignId {
    CampaignId::new("trial").unwrap()
}

fn apply(claim: u64, person: PersonKey) -> ClaimCommand {
    apply_for(claim, person, "fridge")
}

fn apply_for(claim: u64, person: PersonKey, pack: &str) -> ClaimCommand {
    let (claim, pack) = (ClaimId::new(claim), PackId::new(pack).unwrap());
    ClaimCommand::Apply(Apply { claim, campaign: trial(), pack, person, by: app() })
}

fn app() -> Text<32> {
    Text::new("app").unwrap()
}

fn confirm(claim: u64) -> ClaimCommand {
    let merchant = MerchantId::new("M00000000000001").unwrap();
    ClaimCommand::Confirm { claim: ClaimId::new(claim), merchant, by: app() }
}

fn hand_back(claim: u64, person: Option<PersonKey>) -> ClaimCommand {
    ClaimCommand::HandBack { claim: ClaimId::new(claim), person, by: app() }
}

fn withdraw(claim: u64) -> ClaimCommand {
    ClaimCommand::Withdraw { claim: ClaimId::new(claim), by: app() }
}

fn look(claim: u64) -> ClaimCommand {
    ClaimCommand::Look { at: Looked::Claim(ClaimId::new(claim)) }
}

/// A sale of a fridge by this member of a claim.
fn sale_by(stan: u32, card: &str, claim: u64, member: u8) -> Fields {
    let code = VoucherCode::new(claim, member).unwrap().compact();
    sale_of(stan, card, &format!("{}05014{}", sale(1)[&48], code.as_str()), 200_000)
}

impl World {
    /// Asks without waiting for the disk.
    fn ask(&mut self, ticket: u64, command: &ClaimCommand) {
        self.happen(Event::Claim { ticket: ClaimTicket(ticket), command });
    }

    fn answers(&mut self) -> Vec<(u64, ClaimAnswer)> {
        std::mem::take(&mut self.effects.claims).into_iter().map(|(ticket, answer)| (ticket.0, answer)).collect()
    }

    /// Asks, and syncs the disk: what is answered.
    fn told(&mut self, command: &ClaimCommand) -> Result<ClaimView, ClaimRefusal> {
        match self.drawn_or_told(command) {
            ClaimAnswer::Stands(view) => Ok(view),
            ClaimAnswer::Refused(refusal) => Err(refusal),
            ClaimAnswer::Drawn(_) | ClaimAnswer::Latest(..) => unreachable!("neither was asked for"),
        }
    }

    fn drawn_or_told(&mut self, command: &ClaimCommand) -> ClaimAnswer {
        assert_eq!(self.answers(), []);
        self.ask(9, command);
        self.draw_on();
        self.sync();
        let answers = self.answers();
        assert_eq!(answers.len(), 1, "{command:?}");
        assert_eq!(answers[0].0, 9);
        answers[0].1
    }

    /// What is answered without a tick.
    fn drawn_by_now(&mut self, command: &ClaimCommand) -> Result<ClaimView, ClaimRefusal> {
        self.ask(8, command);
        self.sync();
        match self.answers().pop() {
            Some((8, ClaimAnswer::Stands(view))) => Ok(view),
            Some((8, ClaimAnswer::Refused(refusal))) => Err(refusal),
            other => unreachable!("{other:?}"),
        }
    }

    /// As long as a draw is under way a tick is due at once.
    fn draw_on(&mut self) {
        while self.exchange.next_deadline_us() == Some(0) {
            self.happen(Event::Tick);
        }
    }

    /// The stage of a claim.
    fn stage(&mut self, claim: u64) -> ClaimStage {
        self.told(&look(claim)).unwrap().claim.stage
    }

    fn swap(&mut self, change: impl FnOnce(&mut QualificationTerms)) {
        change(self.rules.campaigns[0].qualification.as_mut().unwrap());
        self.change_rules(self.rules.clone());
        self.sync();
    }
}
