//! The journal's vocabulary: everything that ever happens to money, as values. How they become bytes is the store's
//! business (its FORMAT.md). Every other picture (caps, allowances, ledger, settlement) is a fold over these.
//!
//! The life of a grant: [`Intent`] (caps held), then exactly one of [`Granted`] (held becomes used), [`Declined`] (held is
//! given back) or [`InDoubt`] (held until [`Released`]); a granted one may be [`Reversed`] (used is given back).

use crate::cap::{CapKey, CapLimit, CapTake};
use crate::code::DecisionCode;
use crate::ids::{
    AcquirerId, AuthorisationCode, CampaignId, CardFingerprint, ContentDigest, DuplicateKey, GrantId, LinkName, Lsn,
    MerchantId, PersonKey, QualificationCode, Rrn, RulesVersion, Stan, TerminalId, TransmissionTime,
};
use crate::money::MinorUnits;
use crate::sale::{Award, ITEMS_MAX, ItemRequest};
use crate::text::Text;
use crate::time::{BusinessDate, UnixMicros};
use arrayvec::ArrayVec;

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
#[expect(clippy::large_enum_variant, reason = "records are made, encoded and dropped one at a time")]
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

/// What identifies a request of an acquirer, and who and where it is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The acquirer link.
    pub link: LinkName,
    /// Identity among its repeats; also what a reversal finds it by.
    pub key: DuplicateKey,
    /// What was asked, so that the same key with other content is noticed.
    pub content: ContentDigest,
    /// DE41.
    pub terminal: TerminalId,
    /// DE42.
    pub merchant: MerchantId,
    /// DE11.
    pub stan: Stan,
    /// DE37 of the request; empty where the issuer sets it.
    pub rrn: Rrn,
    /// DE7.
    pub transmission: TransmissionTime,
    /// DE32.
    pub acquirer: AcquirerId,
    /// The card, keyed.
    pub card: CardFingerprint,
}

/// A sale decided in favour, with everything that was held for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Intent {
    /// The request.
    pub origin: Origin,
    /// Node and this record's own LSN.
    pub grant: GrantId,
    /// Whose allowance was taken.
    pub person: PersonKey,
    /// Tag 05, empty where none was given.
    pub qualification: QualificationCode,
    /// Tag 07.
    pub trade_in: MinorUnits,
    /// Tag 08.
    pub bank_promotion: MinorUnits,
    /// What was decided and taken. Limits of its caps are those of the moment; they are not recorded and read back as none.
    pub award: Award,
}

/// What the issuer answered to the request of an intent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// The LSN of the intent.
    pub intent: Lsn,
    /// What was told to the acquirer.
    pub answer: Answer,
}

/// What an answer to the acquirer was made of, so that a repeat gets the same one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// Tag 82.
    pub code: DecisionCode,
    /// DE39 as sent to the acquirer, in the acquirer's dialect (two characters, or three in ISO 8583:1993).
    pub response_code: Text<3>,
    /// DE37, empty where there is none.
    pub rrn: Rrn,
    /// DE38, empty where there is none.
    pub authorisation: AuthorisationCode,
    /// Other fields that the issuer set: repeated field number (1 byte), length (2 bytes, big-endian), value as
    /// logical characters. No card data.
    pub issuer_fields: ArrayVec<u8, ISSUER_FIELDS_BYTES_MAX>,
}

impl Answer {
    /// An answer that the issuer had no part in.
    pub fn bare(code: DecisionCode, response_code: Text<3>) -> Self {
        let (rrn, authorisation) = (Rrn::default(), AuthorisationCode::default());
        Self { code, response_code, rrn, authorisation, issuer_fields: ArrayVec::new() }
    }
}

/// Bytes of issuer fields kept for a repeat; a field that does not fit any more is left out.
pub const ISSUER_FIELDS_BYTES_MAX: usize = 512;

/// A sale with items that got no subsidy. Whether it went on at full price or was declined says `answer`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// The request.
    pub origin: Origin,
    /// The campaign that refused, empty where none was found.
    pub campaign: CampaignId,
    /// The rules that decided.
    pub rules: RulesVersion,
    /// DE4.
    pub amount: MinorUnits,
    /// The items, as far as they could be read.
    pub items: ArrayVec<ItemRequest, ITEMS_MAX>,
    /// What was told to the acquirer: code and response code. Where the sale went on at full price the response code is
    /// empty, since the issuer gives it later.
    pub answer: Answer,
    /// The id of the cap that bound (tag 88), empty where none did.
    pub bound: Text<80>,
}

/// Why nobody knows what the issuer did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DoubtCause {
    /// No answer within the link's time budget.
    TimeOut,
    /// The issuer link went down after the request was sent.
    LinkLost,
    /// The issuer's answer does not fit the request: part of the amount, or another amount.
    OtherAmount,
    /// The daemon stopped between intent and outcome.
    Restart,
}

/// A hold whose outcome is unknown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InDoubt {
    /// The LSN of the intent.
    pub intent: Lsn,
    /// Why.
    pub cause: DoubtCause,
}

/// Why a hold in doubt is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReleaseCause {
    /// A reversal was confirmed by the issuer.
    ReversalConfirmed,
    /// The issuer's decline came late.
    LateDecline,
    /// The request never left: nothing was sent to the issuer.
    NeverSent,
}

/// The end of a hold in doubt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Released {
    /// The LSN of the intent.
    pub intent: Lsn,
    /// Why.
    pub cause: ReleaseCause,
}

/// A reversal that the acquirer asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReversalAsked {
    /// The reversal request itself.
    pub origin: Origin,
    /// The LSN of the intent of its original.
    pub intent: Lsn,
    /// DE4 as sent: gross or net.
    pub amount: MinorUnits,
}

/// A reversal of a request that was not seen before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tombstone {
    /// The reversal request.
    pub origin: Origin,
    /// The identity that its original would have.
    pub original: DuplicateKey,
}

/// What became of a reversal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReversalOutcome {
    /// The LSN of the [`ReversalAsked`].
    pub asked: Lsn,
    /// The LSN of the intent of its original.
    pub intent: Lsn,
    /// What was told to the acquirer.
    pub answer: Answer,
}

/// A take as the journal keeps it: without the limit of its moment.
pub fn recorded_take(key: CapKey, amount: MinorUnits, count: u32) -> CapTake {
    CapTake { key, amount, count, limit: CapLimit::default() }
}
