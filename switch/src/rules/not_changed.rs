//! Why a change of the rules was not made.

use super::schedule::Scheduled;
use crate::clock::rfc3339;

/// Why nothing changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotChanged {
    /// The files are wrong: a line for each thing.
    Wrong(Vec<String>),
    /// Another change is under way.
    Busy,
    /// Nobody prepared this version.
    NotPrepared,
    /// Who prepared a change cannot agree to it.
    SamePerson,
    /// The journal takes no records, or the switch is stopping.
    NotRecorded,
    /// Two people change the rules here: a signal is nobody.
    TwoPeopleNeeded,
    /// A change for a moment that has passed.
    Past,
    /// This version, or for a later moment another one, is agreed to and waits.
    Scheduled(Scheduled),
    /// This version does not wait.
    NotScheduled,
}

impl NotChanged {
    /// What to tell people: a line for each thing.
    pub fn lines(&self) -> Vec<String> {
        let one = |line: &str| vec![line.to_owned()];
        match self {
            Self::Wrong(lines) => lines.clone(),
            Self::Busy => one("another change of the rules is under way: try again"),
            Self::NotPrepared => one(
                "nobody prepared this version for this moment (effective_from): POST /api/v1/config/reload prepares one",
            ),
            Self::SamePerson => one("who prepared a change cannot agree to it"),
            Self::NotRecorded => {
                one("the change could not be put on record (the journal takes no records, or the switch is stopping)")
            }
            Self::TwoPeopleNeeded => one("two people change the rules here: one asks POST /api/v1/config/reload, \
                                          another agrees by POST /api/v1/config/reload/confirm"),
            Self::Past => one("effective_from: expected a moment to come, at most a year ahead"),
            Self::Scheduled(Scheduled { version, effective_from, .. }) => vec![format!(
                "version {version} is agreed to for {}: DELETE /api/v1/config/scheduled/{version} withdraws it",
                rfc3339(*effective_from)
            )],
            Self::NotScheduled => one("this version does not wait for its time"),
        }
    }
}
