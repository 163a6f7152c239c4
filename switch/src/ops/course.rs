//! Where a transaction stands, as its records leave it: one set of names for every page and command that tells.

use lijian_domain::code::DecisionCode;
use lijian_domain::ids::Lsn;
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{Entry, Record, ReleaseCause, ReturnAsked, ReturnWay};
use std::collections::BTreeMap;

/// Where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransactionState {
    /// A subsidy is promised and held.
    Quoted,
    /// The quote was not used.
    QuoteOver,
    /// Decided in favour, without an outcome yet.
    Open,
    /// Nobody knows whether the card was charged.
    InDoubt,
    /// The subsidy is given.
    Granted,
    /// The issuer did not approve.
    Declined,
    /// The hold was given back.
    Released,
    /// Granted, then taken back by a reversal.
    Reversed,
    /// Granted, then returned in part.
    PartlyReturned,
    /// Granted, then returned in full.
    Returned,
    /// No subsidy; the sale was declined.
    Refused,
    /// No subsidy; the sale went on at full price.
    FullPrice,
    /// A reversal whose sale was never seen.
    Buried,
}

impl TransactionState {
    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quoted => "quoted",
            Self::QuoteOver => "quote-over",
            Self::Open => "open",
            Self::InDoubt => "in-doubt",
            Self::Granted => "granted",
            Self::Declined => "declined",
            Self::Released => "released",
            Self::Reversed => "reversed",
            Self::PartlyReturned => "partly-returned",
            Self::Returned => "returned",
            Self::Refused => "refused",
            Self::FullPrice => "refused-at-full-price",
            Self::Buried => "reversal-without-original",
        }
    }
}

/// A transaction's records so far, as far as they change where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Course {
    /// Where they leave it.
    pub state: TransactionState,
    /// The decision that says why.
    pub code: Option<DecisionCode>,
    gross: MinorUnits,
    /// Returns by the record that asked for them, and what each is a return of.
    asked: BTreeMap<Lsn, Asked>,
    /// Parts of the order that stand as returned.
    returned: BTreeMap<Lsn, MinorUnits>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Asked {
    way: ReturnWay,
    of: Option<Lsn>,
    gross: MinorUnits,
}

impl Default for Course {
    fn default() -> Self {
        let (asked, returned) = (BTreeMap::new(), BTreeMap::new());
        Self { state: TransactionState::Open, code: None, gross: MinorUnits::ZERO, asked, returned }
    }
}

impl Course {
    /// Takes in the next record.
    pub fn take(&mut self, entry: &Entry) {
        use TransactionState as State;
        match &entry.record {
            Record::Quoted(_) => self.state = State::Quoted,
            Record::Intent(intent) => (self.state, self.gross) = (State::Open, intent.award.gross),
            Record::Refused(refused) => {
                let relayed = refused.answer.response_code.is_empty();
                self.state = if relayed { State::FullPrice } else { State::Refused };
                self.code = Some(refused.answer.code);
            }
            Record::Granted(outcome) => (self.state, self.code) = (State::Granted, Some(outcome.answer.code)),
            Record::Declined(outcome) => (self.state, self.code) = (State::Declined, Some(outcome.answer.code)),
            Record::InDoubt(_) => self.state = State::InDoubt,
            Record::Released(released) => {
                let quote = matches!(released.cause, ReleaseCause::QuoteExpired | ReleaseCause::QuoteWithdrawn);
                self.state = if quote || self.state == State::Quoted { State::QuoteOver } else { State::Released };
            }
            Record::Reversed(_) => self.state = State::Reversed,
            Record::Tombstone(_) => self.state = State::Buried,
            Record::ReturnAsked(request) => {
                let ReturnAsked { way, of, gross, .. } = *request;
                self.asked.insert(entry.lsn, Asked { way, of, gross });
            }
            Record::Returned(outcome) => self.returned(outcome.asked),
            Record::Opened(_)
            | Record::FullPrice(_)
            | Record::ReversalAsked(_)
            | Record::ReversalRefused(_)
            | Record::ReturnRefused(_)
            | Record::GaveBack(_)
            | Record::QueueOrdered(_)
            | Record::RulesChanged(_)
            | Record::Claimed(_)
            | Record::ClaimChanged(_)
            | Record::Drawn(_) => {}
        }
    }

    /// A return was done. The reversal of a void takes the void out again.
    fn returned(&mut self, asked: Lsn) {
        let Some(request) = self.asked.get(&asked) else { return };
        match (request.way, request.of) {
            (ReturnWay::VoidReversal, Some(void)) => {
                self.returned.remove(&void);
            }
            (ReturnWay::VoidReversal, None) => {}
            (ReturnWay::Void | ReturnWay::Refund, _) => {
                self.returned.insert(asked, request.gross);
            }
        }
        self.state = match MinorUnits::checked_sum(self.returned.values().copied()) {
            Some(MinorUnits::ZERO) => TransactionState::Granted,
            Some(sum) if sum < self.gross => TransactionState::PartlyReturned,
            _ => TransactionState::Returned,
        };
    }
}
