//! What is asked of claims, and what is told of them.

use super::Auditor;
use super::claim::ClaimStands;
use super::claims::{Claim, claim_terms};
use super::facts::Balance;
use super::rule::{Rule, Violation};

/// A command about claims.
#[derive(Clone, Debug)]
pub struct ClaimAsked {
    /// Names it.
    pub ticket: u64,
    /// Which claim it is about; of a draw none.
    pub claim: u64,
    /// What it wants.
    pub ask: ClaimAsk,
    /// The time by the switch's clock.
    pub at_us: i64,
}

/// What a command wants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ClaimAsk {
    /// A claim of this pack, for this person.
    Make(String, [u8; 16]),
    /// The claim brought on.
    Change,
    /// To know where it stands.
    Look,
    /// A lottery drawn by this seed.
    Draw([u8; 32]),
}

/// An answer to a command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ClaimTold {
    /// The claim stands so.
    Stands {
        /// Which.
        claim: u64,
        /// Of which pack.
        pack: String,
        /// Whose.
        person: [u8; 16],
        /// Where it stands.
        stands: ClaimStands,
        /// Qualifications held.
        held: u32,
        /// Qualifications redeemed.
        used: u32,
    },
    /// The lottery was drawn.
    Drawn {
        /// By this seed.
        seed: [u8; 32],
        /// Among so many.
        entered: u32,
        /// So many won.
        won: u32,
    },
    /// Nothing was done, for the reason of this name.
    Refused(&'static str),
}

/// A command that waits for its answer.
#[derive(Clone, Debug)]
pub(super) struct Command {
    asked: ClaimAsked,
    before: Option<Claim>,
    /// Draws on record before the last one, when it was asked.
    earlier_draws: usize,
    /// Why no claim could be made.
    refusals: Vec<&'static str>,
    /// How its claim stood once it was dealt with, and what of it was redeemed.
    after: Option<(Claim, Balance)>,
}

impl Auditor {
    /// Claims that the journal knows.
    pub fn claims(&self) -> Vec<u64> {
        self.books.claims.ids().collect()
    }

    /// Something is asked, and not dealt with yet.
    pub fn claim_is_asked(&mut self, asked: ClaimAsked) {
        let before = self.books.claims.get(asked.claim).cloned();
        let terms = claim_terms(&self.facts, self.books.rules);
        let refusals = match (&asked.ask, &before, terms) {
            (ClaimAsk::Make(pack, person), None, Some(terms)) => self.books.refusals(terms, pack, person, asked.at_us),
            (ClaimAsk::Make(pack, person), Some(known), _) => {
                let other = (pack, person) != (&known.pack, &known.person);
                if other { vec!["id-taken"] } else { Vec::new() }
            }
            _ => Vec::new(),
        };
        if matches!(asked.ask, ClaimAsk::Draw(_)) {
            self.books.claims.drawing.insert(asked.ticket, (self.books.rules, asked.at_us));
        }
        let earlier_draws = self.books.claims.draws.len().saturating_sub(1);
        self.commands.insert(asked.ticket, Command { asked, before, earlier_draws, refusals, after: None });
    }

    /// The switch has dealt with it, and may answer once that is on the medium.
    pub fn claim_is_dealt_with(&mut self, ticket: u64) {
        let terms = claim_terms(&self.facts, self.books.rules);
        let Some((command, terms)) = self.commands.get_mut(&ticket).zip(terms) else { return };
        let claim = self.books.claims.get(command.asked.claim).cloned();
        command.after = claim.map(|claim| (claim, self.books.redeemed(terms, command.asked.claim)));
    }

    /// What is told of claims is on the medium, and true.
    ///
    /// # Errors
    /// It is not.
    pub fn claim_is_answered(&mut self, ticket: u64, told: &ClaimTold) -> Result<(), Violation> {
        let broken = |what: String| Err(Rule::ClaimAnswered.broken(what));
        self.books.claims.drawing.remove(&ticket);
        let Some(command) = self.commands.remove(&ticket) else {
            return broken(format!("{told:?} answers nothing"));
        };
        let Command { asked, before, earlier_draws, refusals, after } = command;
        match told {
            // What becomes of a record that the medium may not have taken, only a start tells.
            ClaimTold::Refused("try-again") => Ok(()),
            ClaimTold::Refused(why) => {
                let changed = before.as_ref() != after.as_ref().map(|(claim, _)| claim);
                let wrongly = match asked.ask {
                    ClaimAsk::Make(..) => changed || !refusals.contains(why),
                    ClaimAsk::Look => before.is_some(),
                    ClaimAsk::Change => changed,
                    ClaimAsk::Draw(_) => false,
                };
                if wrongly { broken(format!("{why} is told to {asked:?} where {refusals:?} applies")) } else { Ok(()) }
            }
            ClaimTold::Drawn { seed, entered, won } => {
                // The last draw when it was asked, or the one that it asked for: while that waits for the medium another may
                // be put on record.
                let mut draws = self.books.claims.draws.iter().skip(earlier_draws);
                let recorded = draws.find(|(_, draw, _)| ClaimAsk::Draw(draw.seed) == asked.ask);
                match recorded {
                    Some((lsn, draw, winners)) if (&draw.seed, &draw.entered, winners) == (seed, entered, won) => {
                        if *lsn <= self.durable {
                            Ok(())
                        } else {
                            broken(format!("draw {lsn} is not on the medium"))
                        }
                    }
                    other => broken(format!("{told:?} is told to {asked:?}, {other:?} is recorded")),
                }
            }
            ClaimTold::Stands { claim, pack, person, stands, held, used } => {
                let Some((known, redeemed)) = after.filter(|_| *claim == asked.claim && refusals.is_empty()) else {
                    return broken(format!("{told:?} is told of a claim that nobody made"));
                };
                if known.told_by > self.durable {
                    return broken(format!("record {} is not on the medium, and is told of", known.told_by));
                }
                let recorded = (&known.pack, &known.person, &known.stands);
                if recorded != (pack, person, stands) || (redeemed.held_count, redeemed.used_count) != (*held, *used) {
                    return broken(format!("{told:?} is told, {known:?} and {redeemed:?} are recorded"));
                }
                Ok(())
            }
        }
    }
}
