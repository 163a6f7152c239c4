//! The rules in force, shared by all who look, and what became of the last try to change them.

use arc_swap::ArcSwap;
use lijian_domain::ids::RulesVersion;
use lijian_domain::rules::Rules;
use lijian_domain::time::UnixMicros;
use std::sync::{Arc, Mutex, PoisonError};

/// The rules in force. Readers take what is there and are never waited for.
#[derive(Debug)]
pub struct Shared {
    rules: ArcSwap<Rules>,
    since: Mutex<InForce>,
    failed: Mutex<Option<Failed>>,
}

/// Since when the rules are in force, and through whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InForce {
    /// Which.
    pub version: RulesVersion,
    /// Since when.
    pub since: UnixMicros,
    /// Who asked for them; empty where nobody is named.
    pub maker: String,
    /// Who agreed; empty where nobody had to.
    pub checker: String,
}

/// The last try to change the rules, where it failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failed {
    /// When.
    pub at: UnixMicros,
    /// Why: a line for each thing that is wrong.
    pub errors: Vec<String>,
}

impl Shared {
    /// Those of a start.
    pub fn new(rules: Arc<Rules>, since: UnixMicros) -> Self {
        let in_force = InForce { version: rules.version, since, maker: String::new(), checker: String::new() };
        Self { rules: ArcSwap::new(rules), since: Mutex::new(in_force), failed: Mutex::default() }
    }

    /// The rules. To be held for a moment only.
    pub fn rules(&self) -> Arc<Rules> {
        self.rules.load_full()
    }

    /// Since when, and through whom.
    pub fn in_force(&self) -> InForce {
        self.since.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was wrong with the last try; none where it went well.
    pub fn failed(&self) -> Option<Failed> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Others are in force. Gives back those that were, for the caller to drop.
    pub(super) fn swap(&self, rules: Arc<Rules>, in_force: InForce) -> Arc<Rules> {
        self.went_well();
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = in_force;
        self.rules.swap(rules)
    }

    /// What was read is right, also where it changes nothing.
    pub(super) fn went_well(&self) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// A try failed.
    pub(super) fn fail(&self, failed: Failed) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(failed);
    }
}
