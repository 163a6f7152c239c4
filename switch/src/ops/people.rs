//! Who may decide about what waits, and what one of them proposed and nobody agreed to yet.
//!
//! Two people decide: one proposes, another agrees. Proposals are kept in memory, so a restart forgets them; what was agreed
//! to is in the journal.

use lijian_config::switch::Person;
use lijian_domain::ids::Lsn;
use lijian_domain::record::{QueueOrder, QueueOrdered};
use lijian_domain::text::Text;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Proposals at most; one more is refused.
const PROPOSALS_MAX: usize = 1_024;
/// The longest reason.
const REASON_BYTES_MAX: usize = 200;

/// The people of the configuration, and their open proposals.
#[derive(Debug)]
pub struct People {
    people: Vec<Person>,
    proposals: Mutex<BTreeMap<Lsn, Proposal>>,
}

/// What somebody proposed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// What is to be done.
    pub order: QueueOrder,
    /// Why.
    pub reason: String,
    /// Whose proposal it is.
    pub maker: String,
}

/// What two people decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decided {
    /// For the journal.
    pub ordered: QueueOrdered,
    /// Why.
    pub reason: String,
}

/// Why nothing is decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotDecided {
    /// Nobody proposed anything.
    NothingProposed,
    /// Maker and checker are one person.
    SamePerson,
    /// The reason is empty or too long.
    Reason,
    /// Too many proposals are open.
    TooMany,
}

impl People {
    /// Nobody has proposed anything.
    pub fn new(people: Vec<Person>) -> Self {
        Self { people, proposals: Mutex::default() }
    }

    /// Whether anybody may decide.
    pub fn any(&self) -> bool {
        !self.people.is_empty()
    }

    /// Whose token this is. Every person is compared, every byte of each, however early they differ.
    pub fn whose(&self, token: &[u8]) -> Option<&str> {
        holds(token, self.people.iter().map(|person| (person, person.name.as_str())))
    }

    /// Somebody proposes what is to be done about a message that waits, in the place of what was proposed before.
    ///
    /// # Errors
    /// No reason is given, or too many proposals are open.
    pub fn propose(&self, target: Lsn, proposal: Proposal) -> Result<(), NotDecided> {
        if proposal.reason.trim().is_empty() || proposal.reason.len() > REASON_BYTES_MAX {
            return Err(NotDecided::Reason);
        }
        let mut proposals = self.proposals.lock().unwrap_or_else(PoisonError::into_inner);
        if proposals.len() >= PROPOSALS_MAX && !proposals.contains_key(&target) {
            return Err(NotDecided::TooMany);
        }
        proposals.insert(target, proposal);
        Ok(())
    }

    /// What is proposed.
    pub fn proposed(&self, target: Lsn) -> Option<Proposal> {
        self.proposals.lock().unwrap_or_else(PoisonError::into_inner).get(&target).cloned()
    }

    /// Another one agrees to this very order.
    ///
    /// # Errors
    /// Nothing, or something else, was proposed, or by the same person.
    pub fn agree(&self, target: Lsn, order: QueueOrder, checker: &str) -> Result<Decided, NotDecided> {
        let mut proposals = self.proposals.lock().unwrap_or_else(PoisonError::into_inner);
        let proposal = proposals.get(&target).filter(|proposal| proposal.order == order);
        let proposal = proposal.ok_or(NotDecided::NothingProposed)?;
        if proposal.maker == checker {
            return Err(NotDecided::SamePerson);
        }
        let name = |name: &str| Text::new(name).unwrap_or_default();
        let ordered = QueueOrdered { target, order, maker: name(&proposal.maker), checker: name(checker) };
        let reason = proposal.reason.clone();
        proposals.remove(&target);
        Ok(Decided { ordered, reason })
    }
}

/// What stands beside the holder of a token. Every holder is compared, every byte of each, however early they differ.
pub(super) fn holds<'a, T>(token: &[u8], holders: impl Iterator<Item = (&'a Person, T)>) -> Option<T> {
    let digest = Sha256::digest(token);
    let mut found = None;
    for (holder, beside) in holders {
        let different = holder.token_sha256.iter().zip(digest.iter()).fold(0, |sum, (one, other)| sum | (one ^ other));
        if std::hint::black_box(different) == 0 {
            found = Some(beside);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> People {
        let person = |name: &str, token: &str| Person {
            name: name.to_owned(),
            token_sha256: Sha256::digest(token.as_bytes()).into(),
        };
        People::new(vec![person("li", "one"), person("wang", "two")])
    }

    #[test]
    fn two_people_decide_and_never_one_alone() {
        let people = people();
        assert_eq!(
            (people.whose(b"one"), people.whose(b"two"), people.whose(b"three")),
            (Some("li"), Some("wang"), None)
        );
        let proposal = Proposal { order: QueueOrder::Drop, reason: "as told".to_owned(), maker: "li".to_owned() };
        assert_eq!(people.agree(Lsn(7), QueueOrder::Drop, "wang"), Err(NotDecided::NothingProposed));
        people.propose(Lsn(7), proposal.clone()).unwrap();
        assert_eq!(people.agree(Lsn(7), QueueOrder::Drop, "li"), Err(NotDecided::SamePerson));
        assert_eq!(people.agree(Lsn(7), QueueOrder::Send, "wang"), Err(NotDecided::NothingProposed), "not to that");
        let decided = people.agree(Lsn(7), QueueOrder::Drop, "wang").unwrap();
        assert_eq!((decided.ordered.maker.as_str(), decided.ordered.checker.as_str()), ("li", "wang"));
        assert_eq!(people.agree(Lsn(7), QueueOrder::Drop, "wang"), Err(NotDecided::NothingProposed), "once");
        assert_eq!(people.propose(Lsn(7), Proposal { reason: " ".to_owned(), ..proposal }), Err(NotDecided::Reason));
    }
}
