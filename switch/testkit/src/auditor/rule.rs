//! What must hold, by name, and what is said when it does not.

use std::fmt;

/// A rule that the auditor watches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Rule {
    /// The journal reads as its format says, and goes on where it stood.
    JournalReads,
    /// A record that was durable once is never lost or changed.
    DurableStays,
    /// held + used <= limit, of every cap whenever something is taken from it, by the limit in force then.
    CapWithinLimit,
    /// What the switch counts on its caps is the fold of the journal.
    CapsAreFold,
    /// gross = net + discount, discount = sum of sponsors = sum of items.
    RowIdentity,
    /// The discount is what rate and cap of the goods, or of the order, say.
    DiscountIsRight,
    /// Each sponsor pays its part.
    SponsorsAreRight,
    /// What is decided bears the version of the rules that is in force.
    VersionInForce,
    /// Nothing is given for goods that the rules have stopped.
    StoppedIsStopped,
    /// A hold is taken once and ends once, by a way that its state allows.
    EndsOnce,
    /// A grant has one approval of the issuer, for this very request and amount; a confirmed reversal has the issuer's
    /// confirmation.
    IssuerSaidSo,
    /// No message to an issuer without what it is about on the medium.
    IntentBeforeIssuer,
    /// No answer to an acquirer without its outcome on the medium.
    OutcomeBeforeAnswer,
    /// A sale is asked of the issuer once, and never at two amounts.
    AskedOnce,
    /// The same request gets the same bytes.
    RepeatsAreSame,
    /// A sale whose reversal came first gets nothing.
    ReversedFirstIsRefused,
    /// A quote is used once, and not after its time.
    QuoteInTime,
    /// All that goes back of a grant is no more than it gave, in all and by sponsor and cap.
    ReturnsWithinGrant,
    /// A void gives back when its day is over, and never once it is reversed itself.
    VoidWaits,
    /// Of one card one reversal of our own goes at a time, in the order of their records.
    CardOrder,
    /// No reversal of our own goes out after its business day but by an order of two people, none after they cancelled it;
    /// what they ordered to go goes.
    OrdersOfTwo,
    /// A person makes no more claims of a pack than the rules say, and none while one is not over, redeemed or held.
    ClaimsOfPerson,
    /// Of one day no more claims are taken than are released.
    ReleasedPerDay,
    /// A claim goes the steps that there are, and is issued for as long as the rules say.
    ClaimSteps,
    /// A draw is of two people, by the seed that was published, among all who entered, and the lowest ranks win.
    DrawIsRight,
    /// What a claimed campaign gives is given for a claim of this person, issued, valid then, and good for the goods.
    RedeemsClaim,
    /// Of a claim no more is redeemed at any moment than its pack says, what is held or in doubt counted.
    RedeemedWithin,
    /// A void frees the claim, a refund does not.
    RefundedStaysRedeemed,
    /// What is told of claims is on the medium, and what the journal says; after a start too.
    ClaimAnswered,
    /// What is not ours passes unchanged.
    RelayIsUnchanged,
    /// What the issuer charged at a net amount is granted, in doubt, or on its way back.
    ChargeHasOwner,
    /// After a while without traffic nothing is open but what is in doubt, and everybody who waits has an answer.
    NothingLeftOpen,
    /// The switch itself found money where it must not be, and stopped.
    SwitchPanicked,
}

impl Rule {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JournalReads => "journal-reads",
            Self::DurableStays => "durable-stays",
            Self::CapWithinLimit => "cap-within-limit",
            Self::CapsAreFold => "caps-are-fold",
            Self::RowIdentity => "row-identity",
            Self::DiscountIsRight => "discount-is-right",
            Self::SponsorsAreRight => "sponsors-are-right",
            Self::VersionInForce => "version-in-force",
            Self::StoppedIsStopped => "stopped-is-stopped",
            Self::EndsOnce => "ends-once",
            Self::IssuerSaidSo => "issuer-said-so",
            Self::IntentBeforeIssuer => "intent-before-issuer",
            Self::OutcomeBeforeAnswer => "outcome-before-answer",
            Self::AskedOnce => "asked-once",
            Self::RepeatsAreSame => "repeats-are-same",
            Self::ReversedFirstIsRefused => "reversed-first-is-refused",
            Self::QuoteInTime => "quote-in-time",
            Self::ReturnsWithinGrant => "returns-within-grant",
            Self::VoidWaits => "void-waits",
            Self::CardOrder => "card-order",
            Self::OrdersOfTwo => "orders-of-two",
            Self::ClaimsOfPerson => "claims-of-person",
            Self::ReleasedPerDay => "released-per-day",
            Self::ClaimSteps => "claim-steps",
            Self::DrawIsRight => "draw-is-right",
            Self::RedeemsClaim => "redeems-claim",
            Self::RedeemedWithin => "redeemed-within",
            Self::RefundedStaysRedeemed => "refunded-stays-redeemed",
            Self::ClaimAnswered => "claim-answered",
            Self::RelayIsUnchanged => "relay-is-unchanged",
            Self::ChargeHasOwner => "charge-has-owner",
            Self::NothingLeftOpen => "nothing-left-open",
            Self::SwitchPanicked => "switch-panicked",
        }
    }

    /// That it is broken, and how.
    pub fn broken(self, what: impl Into<String>) -> Violation {
        Violation { rule: self, what: what.into() }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A rule is broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// Which.
    pub rule: Rule,
    /// How, for people.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.rule, self.what)
    }
}
