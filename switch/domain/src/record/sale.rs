//! A sale: the request, what was decided and held for it, how it ended.

use super::recall::Recall;
use crate::cap::{CapBalance, CapKey, CapLimit};
use crate::code::DecisionCode;
use crate::ids::{
    AcquirerId, AuthorisationCode, CampaignId, CardFingerprint, ContentDigest, DistrictCode, DuplicateKey, GrantId,
    LinkName, Lsn, MerchantId, PersonKey, QualificationCode, Rrn, RulesVersion, Stan, TerminalId, TransmissionTime,
};
use crate::money::MinorUnits;
use crate::sale::{Award, ITEMS_MAX, ItemRequest};
use crate::text::Text;
use arrayvec::ArrayVec;

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
    /// Tag 06, empty where none was given (and in journals of the first two formats of this record).
    pub place: DistrictCode,
    /// DE49, the number of the currency (ISO 4217); none where none was given (and in those journals).
    pub currency: Option<u16>,
    /// What was decided and taken, with the limits of the moment (none in journals of the first format of this record).
    pub award: Award,
    /// The LSN of the [`super::Quoted`] whose hold it takes over; none where it holds its caps itself.
    pub quote: Option<Lsn>,
    /// What a later message about this request needs.
    pub recall: Recall,
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
    /// That cap as it stood; none where none bound (and in journals of the first format of this record).
    pub bound_cap: Option<BoundCap>,
    /// What else was asked; none where the items could not be read (and in journals of the first two formats of this
    /// record).
    pub asked: Option<AskedTerms>,
}

/// What a refused sale asked for beside its items and amount: with them it can be decided again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AskedTerms {
    /// Whose allowance would have been taken.
    pub person: PersonKey,
    /// Tag 05, empty where none was given.
    pub qualification: QualificationCode,
    /// Tag 06, empty where none was given.
    pub place: DistrictCode,
    /// DE49; none where none was given.
    pub currency: Option<u16>,
    /// Tag 07.
    pub trade_in: MinorUnits,
    /// Tag 08.
    pub bank_promotion: MinorUnits,
}

/// A cap at the moment when it gave too little.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BoundCap {
    /// Which.
    pub key: CapKey,
    /// How much it gives.
    pub limit: CapLimit,
    /// What stood on it.
    pub balance: CapBalance,
}
