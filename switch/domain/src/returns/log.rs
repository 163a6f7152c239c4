//! The fold over the returns of one grant: each counts once, however often it is told.

use super::{Ask, Part, Reject, Share, Standing, share};
use crate::campaign::RefundPolicy;
use crate::sale::Award;

/// The returns of one grant by their ids (for example the LSN of the request's record), and their sum.
///
/// A return that is taken out (refused by its issuer; a void that is reversed) stays out: should the news of its
/// acceptance come after, or again, nothing is given back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReturnLog<Id> {
    standing: Standing,
    known: Vec<(Id, State)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Accepted,
    Confirmed,
    TakenOut,
}

/// What became of the news about a return.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Folded {
    /// It was new and counts.
    New,
    /// It was known before and changes nothing.
    Repeat,
    /// It contradicts the grant or what is known of its returns, and changes nothing: more would be given back than was
    /// given, other money taken out than was given back, or a return confirmed that nobody accepted.
    Contradiction,
}

impl<Id> Default for ReturnLog<Id> {
    fn default() -> Self {
        Self { standing: Standing::default(), known: Vec::new() }
    }
}

impl<Id: Copy + PartialEq> ReturnLog<Id> {
    /// The sum of all that counts.
    pub const fn standing(&self) -> &Standing {
        &self.standing
    }

    /// What one return more gives back ([`share`]). One is in flight at a time: were a last part accepted while an earlier
    /// one can still be refused, a person's items could be back for a sale of which a part was kept.
    pub fn share(&self, award: &Award, policy: &RefundPolicy, ask: &Ask) -> Result<Share, Reject> {
        let share = share(award, policy, &self.standing, ask)?;
        let in_flight = self.known.iter().any(|(_, state)| *state == State::Accepted);
        if in_flight { Err(Reject::InProgress) } else { Ok(share) }
    }

    /// A return was accepted.
    pub fn accept(&mut self, id: Id, award: &Award, part: &Part) -> Folded {
        if self.state(id).is_some() {
            return Folded::Repeat;
        }
        let Some(standing) = self.standing.with(award, part) else { return Folded::Contradiction };
        self.standing = standing;
        self.known.push((id, State::Accepted));
        Folded::New
    }

    /// An accepted return is done: its issuer confirmed it.
    pub fn confirm(&mut self, id: Id) -> Folded {
        match self.known.iter_mut().find(|(known, _)| *known == id) {
            Some((_, state)) if *state == State::Accepted => {
                *state = State::Confirmed;
                Folded::New
            }
            Some((_, State::Confirmed)) => Folded::Repeat,
            _ => Folded::Contradiction,
        }
    }

    /// A return, accepted with this part, is not done after all: its issuer refused it, or a void was reversed.
    pub fn take_out(&mut self, id: Id, part: &Part) -> Folded {
        match self.state(id) {
            Some(State::TakenOut) => return Folded::Repeat,
            Some(State::Accepted | State::Confirmed) => {
                let Some(standing) = self.standing.without(part) else { return Folded::Contradiction };
                self.standing = standing;
                self.known.retain(|(known, _)| *known != id);
            }
            None => {}
        }
        self.known.push((id, State::TakenOut));
        Folded::New
    }

    fn state(&self, id: Id) -> Option<State> {
        self.known.iter().find(|(known, _)| *known == id).map(|(_, state)| *state)
    }
}
