//! Whose outcome is another one, and why.

use super::money::Due;
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{Lsn, MerchantId, PersonKey, Rrn, TerminalId};
use lijian_domain::time::{BusinessDate, UnixMicros};
use std::collections::{BTreeMap, HashSet};

/// How a request ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Fate {
    /// The subsidy was given.
    Granted,
    /// The rules or a cap refused it.
    Refused(DecisionCode),
    /// The issuer did not approve.
    NotApproved,
    /// A quote that nobody used.
    Unused,
    /// Its end is not recorded yet.
    Open,
}

impl Fate {
    /// The code of tag 82, or a word where nothing was told.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Granted => DecisionCode::Granted.as_str(),
            Self::Refused(code) => code.as_str(),
            Self::NotApproved => DecisionCode::IssuerDeclined.as_str(),
            Self::Unused => "quote-unused",
            Self::Open => "open",
        }
    }
}

/// A request, as far as it is shown. The person is counted and never shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Who {
    pub(super) lsn: Lsn,
    pub(super) at: UnixMicros,
    pub(super) day: BusinessDate,
    /// Of the request, or where it has none of the answer.
    pub(super) rrn: Rrn,
    pub(super) merchant: MerchantId,
    pub(super) terminal: TerminalId,
    pub(super) person: PersonKey,
    /// In minor units.
    pub(super) gross: u64,
}

/// A request with both outcomes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Change {
    pub(super) who: Who,
    pub(super) then: Fate,
    pub(super) now: Fate,
    pub(super) reason: String,
    /// What was given, in minor units: then, now.
    pub(super) discounts: [u64; 2],
}

/// All that changes.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Requests listed at most.
    listed_max: usize,
    /// Requests whose outcome is another one, by outcome then, outcome now, and why.
    pub(super) by_reason: BTreeMap<(Fate, Fate, String), u64>,
    /// Requests granted in both worlds, with another discount.
    pub(super) discounts: u64,
    /// By how much discounts rise in all, and by how much they fall, in minor units.
    pub(super) raised: u64,
    pub(super) lowered: u64,
    persons: HashSet<PersonKey>,
    /// The first ones, in the order of their arrival.
    pub(super) first: BTreeMap<Lsn, Change>,
}

impl Changes {
    /// None yet; so many will be listed at most.
    pub(super) fn listing(listed_max: usize) -> Self {
        Self { listed_max, ..Self::default() }
    }

    /// Requests whose outcome is another one.
    pub(super) fn outcomes(&self) -> u64 {
        self.by_reason.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Persons with a request whose outcome or discount is another one.
    pub(super) fn persons(&self) -> usize {
        self.persons.len()
    }

    /// Compares the two ends of a request.
    pub(super) fn compare(&mut self, who: &Who, [then, now]: [(Fate, Option<&Due>); 2], reason: &str) {
        let given = |(fate, due): (Fate, Option<&Due>)| match fate {
            Fate::Granted => due.map_or(0, |due| due.discount),
            _ => 0,
        };
        let discounts = [given(then), given(now)];
        if then.0 != now.0 {
            let count = self.by_reason.entry((then.0, now.0, reason.to_owned())).or_default();
            *count = count.saturating_add(1);
        } else if discounts[0] != discounts[1] {
            self.discounts = self.discounts.saturating_add(1);
            self.raised = self.raised.saturating_add(discounts[1].saturating_sub(discounts[0]));
            self.lowered = self.lowered.saturating_add(discounts[0].saturating_sub(discounts[1]));
        } else {
            return;
        }
        self.persons.insert(who.person);
        let reason = reason.to_owned();
        self.first.insert(who.lsn, Change { who: who.clone(), then: then.0, now: now.0, reason, discounts });
        if self.first.len() > self.listed_max {
            self.first.pop_last();
        }
    }
}
