//! The journal's vocabulary: everything that ever happens to money, as values. How they become bytes is the store's
//! business (its FORMAT.md). Every other picture (caps, allowances, ledger, settlement) is a fold over these.
//!
//! The life of a grant: [`Intent`] (caps held), then exactly one of [`Granted`] (held becomes used), [`Declined`] (held is
//! given back) or [`InDoubt`] (held until [`Released`]); a granted one may be [`Reversed`] (used is given back) or, whole
//! or in parts, returned ([`ReturnAsked`]). A [`Quoted`] hold comes before its intent, which takes it over.

mod claims;
mod doubt;
mod queue;
mod quote;
mod recall;
mod returns;
mod reversal;
mod rules;
mod sale;

pub use claims::{ClaimChanged, Claimed, Drawn};
pub use doubt::{DoubtCause, InDoubt, ReleaseCause, Released};
pub use queue::{QueueOrder, QueueOrdered};
pub use quote::Quoted;
pub use recall::{RECALL_BYTES_MAX, Recall, SEALED_CARD_BYTES_MAX, SealedCard};
pub use returns::{GaveBack, ReturnAsked, ReturnOutcome, ReturnWay};
pub use reversal::{ReversalAsked, ReversalOutcome, Tombstone};
pub use rules::{RulesCause, RulesChanged};
pub use sale::{Answer, AskedTerms, BoundCap, ISSUER_FIELDS_BYTES_MAX, Intent, Origin, Outcome, Refused};

use crate::cap::{CapKey, CapLimit, CapTake};
use crate::ids::{Lsn, RulesVersion};
use crate::money::MinorUnits;
use crate::text::Text;
use crate::time::{BusinessDate, UnixMicros};

/// A record's place, time and content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its place in the journal.
    pub lsn: Lsn,
    /// When it was made, on the switch's clock.
    pub at: UnixMicros,
    /// The settlement day it belongs to.
    pub business_date: BusinessDate,
    /// What happened.
    pub record: Record,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Record {
    /// The daemon opened the journal.
    Opened(Opened),
    /// A sale was decided in favour; its caps are held.
    Intent(Intent),
    /// The issuer approved: the subsidy is given.
    Granted(Outcome),
    /// The issuer did not approve: the hold is given back.
    Declined(Outcome),
    /// A sale with items got no subsidy.
    Refused(Refused),
    /// What the issuer answered to a sale that was refused a subsidy and went on at full price; [`Outcome::intent`] is
    /// the LSN of the [`Refused`].
    FullPrice(Outcome),
    /// Nobody knows what the issuer did: the hold stays.
    InDoubt(InDoubt),
    /// A hold in doubt is over, without a grant.
    Released(Released),
    /// A reversal was accepted and will be passed to the issuer.
    ReversalAsked(ReversalAsked),
    /// The issuer confirmed a reversal: what the grant used is given back.
    Reversed(ReversalOutcome),
    /// The end of a reversal that gave no grant back: the issuer did not confirm it, or its original was in doubt and is
    /// released by a record of its own.
    ReversalRefused(ReversalOutcome),
    /// A reversal came whose original nobody has seen: should that come later, it is refused.
    Tombstone(Tombstone),
    /// A subsidy was promised before the card is charged; its caps are held.
    Quoted(Quoted),
    /// A void or refund was accepted and will be passed to the issuer.
    ReturnAsked(ReturnAsked),
    /// The issuer confirmed a return.
    Returned(ReturnOutcome),
    /// The end of a return that was not done.
    ReturnRefused(ReturnOutcome),
    /// Caps got back what a return gives them.
    GaveBack(GaveBack),
    /// Two people decided about a message that waits for an issuer.
    QueueOrdered(QueueOrdered),
    /// Other rules decide from here on.
    RulesChanged(RulesChanged),
    /// A person claimed a pack of qualifications.
    Claimed(Claimed),
    /// A claim stands elsewhere now.
    ClaimChanged(ClaimChanged),
    /// A lottery among claims was drawn.
    Drawn(Drawn),
}

impl Record {
    /// The name of its kind, for people and files.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Opened(_) => "opened",
            Self::Intent(_) => "intent",
            Self::Granted(_) => "granted",
            Self::Declined(_) => "declined",
            Self::Refused(_) => "refused",
            Self::FullPrice(_) => "full-price",
            Self::InDoubt(_) => "in-doubt",
            Self::Released(_) => "released",
            Self::ReversalAsked(_) => "reversal-asked",
            Self::Reversed(_) => "reversed",
            Self::ReversalRefused(_) => "reversal-refused",
            Self::Tombstone(_) => "tombstone",
            Self::Quoted(_) => "quoted",
            Self::ReturnAsked(_) => "return-asked",
            Self::Returned(_) => "returned",
            Self::ReturnRefused(_) => "return-refused",
            Self::GaveBack(_) => "gave-back",
            Self::QueueOrdered(_) => "queue-ordered",
            Self::RulesChanged(_) => "rules-changed",
            Self::Claimed(_) => "claimed",
            Self::ClaimChanged(_) => "claim-changed",
            Self::Drawn(_) => "drawn",
        }
    }

    /// The record that opened what this one is about (an intent, a refusal, a quote); none where it opens something
    /// itself, or is about nothing.
    pub const fn about(&self) -> Option<Lsn> {
        match self {
            Self::Granted(outcome) | Self::Declined(outcome) | Self::FullPrice(outcome) => Some(outcome.intent),
            Self::InDoubt(doubt) => Some(doubt.intent),
            Self::Released(released) => Some(released.intent),
            Self::ReversalAsked(asked) => Some(asked.intent),
            Self::Reversed(outcome) | Self::ReversalRefused(outcome) => Some(outcome.intent),
            Self::ReturnAsked(asked) => Some(asked.intent),
            Self::Returned(outcome) | Self::ReturnRefused(outcome) => Some(outcome.intent),
            Self::GaveBack(gave) => Some(gave.intent),
            Self::Opened(_)
            | Self::Intent(_)
            | Self::Refused(_)
            | Self::Tombstone(_)
            | Self::Quoted(_)
            | Self::QueueOrdered(_)
            | Self::RulesChanged(_)
            | Self::Claimed(_)
            | Self::ClaimChanged(_)
            | Self::Drawn(_) => None,
        }
    }
}

/// A start of the daemon.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Opened {
    /// How many times this journal was opened, from 1: with a counter it makes nonces that never repeat.
    pub incarnation: u32,
    /// The node's number (high bits of its grant ids).
    pub node: u16,
    /// The rules in force.
    pub rules: RulesVersion,
    /// Version of the software.
    pub software: Text<32>,
}

/// A take as the journal keeps it: without the limit of its moment.
pub fn recorded_take(key: CapKey, amount: MinorUnits, count: u32) -> CapTake {
    CapTake { key, amount, count, limit: CapLimit::default() }
}
