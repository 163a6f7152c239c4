//! The body of each kind of record: the values in this order, nothing between them.

use super::FormatError;
use super::field::{Field, Input};
use super::sale::{take_first_intent, take_first_refused, take_second_intent, take_second_refused};
use lijian_domain::cap::{CapBalance, CapKey, CapLimit, CapTake};
use lijian_domain::claims::{ClaimId, ClaimSpan, ClaimStage};
use lijian_domain::funding::{AdvancedBy, Coupon, CouponKind, Funding};
use lijian_domain::record::{
    Answer, AskedTerms, BoundCap, ClaimChanged, Claimed, DoubtCause, Drawn, GaveBack, InDoubt, Intent, Opened, Origin,
    Outcome, QueueOrder, QueueOrdered, Quoted, Recall, Record, ReleaseCause, Released, ReturnAsked, ReturnOutcome,
    ReturnWay, ReversalAsked, ReversalOutcome, RulesCause, RulesChanged, SealedCard, Tombstone, recorded_take,
};
use lijian_domain::sale::{AwardedItem, ItemRequest, SponsorShare};

/// The numbers of some kinds.
pub(super) const INTENT: u8 = 2;
pub(super) const GRANTED: u8 = 3;
pub(super) const DECLINED: u8 = 4;
pub(super) const REFUSED: u8 = 5;
pub(super) const FULL_PRICE: u8 = 6;
pub(super) const QUOTED: u8 = 13;
pub(super) const RETURN_ASKED: u8 = 14;
/// The last kind.
const KINDS: u8 = 22;

/// The layout of a kind that is written; those before it can be read.
const fn version(kind: u8) -> u8 {
    match kind {
        INTENT | REFUSED => 3,
        QUOTED => 2,
        _ => 1,
    }
}

/// Kind, version and the body, appended.
pub(super) fn put_record(record: &Record, out: &mut Vec<u8>) {
    let (kind, body): (u8, &dyn Body) = match record {
        Record::Opened(body) => (1, body),
        Record::Intent(body) => (INTENT, body),
        Record::Granted(body) => (GRANTED, body),
        Record::Declined(body) => (DECLINED, body),
        Record::Refused(body) => (REFUSED, body),
        Record::FullPrice(body) => (FULL_PRICE, body),
        Record::InDoubt(body) => (7, body),
        Record::Released(body) => (8, body),
        Record::ReversalAsked(body) => (9, body),
        Record::Reversed(body) => (10, body),
        Record::ReversalRefused(body) => (11, body),
        Record::Tombstone(body) => (12, body),
        Record::Quoted(body) => (QUOTED, body),
        Record::ReturnAsked(body) => (RETURN_ASKED, body),
        Record::Returned(body) => (15, body),
        Record::ReturnRefused(body) => (16, body),
        Record::GaveBack(body) => (17, body),
        Record::QueueOrdered(body) => (18, body),
        Record::RulesChanged(body) => (19, body),
        Record::Claimed(body) => (20, body),
        Record::ClaimChanged(body) => (21, body),
        Record::Drawn(body) => (KINDS, body),
    };
    out.extend_from_slice(&[kind, version(kind)]);
    body.put_body(out);
}

/// The same for an intent that stands alone.
pub(super) fn put_intent(intent: &Intent, out: &mut Vec<u8>) {
    out.extend_from_slice(&[INTENT, version(INTENT)]);
    intent.put(out);
}

/// Whether there is such a kind, and such a layout of it.
pub(super) fn is_known(kind: u8, layout: u8) -> Result<(), FormatError> {
    if !(1..=KINDS).contains(&kind) {
        return Err(FormatError::Unknown { what: "record kind", got: kind.into() });
    }
    if !(1..=version(kind)).contains(&layout) {
        return Err(FormatError::Unknown { what: "record version", got: layout.into() });
    }
    Ok(())
}

/// Reads a body back.
pub(super) fn take_record(kind: u8, layout: u8, body: &[u8]) -> Result<Record, FormatError> {
    is_known(kind, layout)?;
    let mut input = Input::new(body);
    let record = match kind {
        INTENT if layout == 1 => Record::Intent(take_first_intent(&mut input)?),
        INTENT if layout == 2 => Record::Intent(take_second_intent(&mut input)?),
        REFUSED if layout == 1 => Record::Refused(take_first_refused(&mut input)?),
        REFUSED if layout == 2 => Record::Refused(take_second_refused(&mut input)?),
        QUOTED if layout == 1 => {
            Record::Quoted(Quoted { sale: take_second_intent(&mut input)?, expires: Field::take(&mut input)? })
        }
        1 => Record::Opened(Field::take(&mut input)?),
        INTENT => Record::Intent(Field::take(&mut input)?),
        GRANTED => Record::Granted(Field::take(&mut input)?),
        DECLINED => Record::Declined(Field::take(&mut input)?),
        REFUSED => Record::Refused(Field::take(&mut input)?),
        FULL_PRICE => Record::FullPrice(Field::take(&mut input)?),
        7 => Record::InDoubt(Field::take(&mut input)?),
        8 => Record::Released(Field::take(&mut input)?),
        9 => Record::ReversalAsked(Field::take(&mut input)?),
        10 => Record::Reversed(Field::take(&mut input)?),
        11 => Record::ReversalRefused(Field::take(&mut input)?),
        12 => Record::Tombstone(Field::take(&mut input)?),
        QUOTED => Record::Quoted(Field::take(&mut input)?),
        RETURN_ASKED => Record::ReturnAsked(Field::take(&mut input)?),
        15 => Record::Returned(Field::take(&mut input)?),
        16 => Record::ReturnRefused(Field::take(&mut input)?),
        17 => Record::GaveBack(Field::take(&mut input)?),
        18 => Record::QueueOrdered(Field::take(&mut input)?),
        19 => Record::RulesChanged(Field::take(&mut input)?),
        20 => Record::Claimed(Field::take(&mut input)?),
        21 => Record::ClaimChanged(Field::take(&mut input)?),
        _ => Record::Drawn(Field::take(&mut input)?),
    };
    input.end()?;
    Ok(record)
}

trait Body {
    fn put_body(&self, out: &mut Vec<u8>);
}

impl<T: Field> Body for T {
    fn put_body(&self, out: &mut Vec<u8>) {
        self.put(out);
    }
}

macro_rules! layouts {
    ($($name:ident { $($field:ident),* $(,)? })*) => {$(
        impl Field for $name {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$field.put(out);)*
            }

            // Fields of a struct expression are evaluated in the order in which they are written.
            fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
                Ok(Self { $($field: Field::take(input)?),* })
            }
        }
    )*};
}

layouts! {
    Opened { incarnation, node, rules, software }
    Origin { link, key, content, terminal, merchant, stan, rrn, transmission, acquirer, card }
    Funding { advanced_by, coupons }
    Coupon { kind, sponsor, id }
    ItemRequest { gtin, quantity, unit_price, serial_number }
    AwardedItem { item, category, grade, discount }
    SponsorShare { sponsor, amount }
    Answer { code, response_code, rrn, authorisation, issuer_fields }
    Outcome { intent, answer }
    AskedTerms { person, qualification, place, currency, trade_in, bank_promotion }
    BoundCap { key, limit, balance }
    CapLimit { amount, count }
    CapBalance { held, used, held_count, used_count }
    Recall { fields, card }
    SealedCard { day, nonce, bytes }
    InDoubt { intent, cause }
    Released { intent, cause }
    ReversalAsked { origin, intent, amount }
    ReversalOutcome { asked, intent, answer }
    Tombstone { origin, original }
    Quoted { sale, expires }
    ReturnAsked { origin, intent, of, way, amount, gross, discount, net, sponsors, takes, recall }
    ReturnOutcome { asked, intent, answer }
    GaveBack { asked, intent, takes }
    QueueOrdered { target, order, maker, checker }
    RulesChanged { rules, cause, maker, checker }
    ClaimSpan { from, until }
    Claimed { claim, campaign, pack, person, stage, span, rules, by }
    ClaimChanged { claim, stage, span, merchant, by }
    Drawn { campaign, seed, entered, winners, stage, span, maker, checker }
}

/// 60 bits in eight bytes.
impl Field for ClaimId {
    fn put(&self, out: &mut Vec<u8>) {
        self.get().put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
        let at = input.at();
        let number = u64::take(input)?;
        let claim = Self::new(number);
        if claim.get() == number { Ok(claim) } else { Err(FormatError::Value { at, what: "claim" }) }
    }
}

macro_rules! numbered {
    ($($name:ident $what:literal { $($number:literal => $variant:ident),* $(,)? })*) => {$(
        impl Field for $name {
            fn put(&self, out: &mut Vec<u8>) {
                out.push(match self { $(Self::$variant => $number),* });
            }

            fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
                let at = input.at();
                match u8::take(input)? {
                    $($number => Ok(Self::$variant),)*
                    _ => Err(FormatError::Value { at, what: $what }),
                }
            }
        }
    )*};
}

numbered! {
    DoubtCause "cause of doubt" { 1 => TimeOut, 2 => LinkLost, 3 => Restart, 4 => OtherAmount }
    ReleaseCause "cause of release" { 1 => ReversalConfirmed, 2 => LateDecline, 3 => NeverSent, 4 => QuoteExpired, 5 => QuoteWithdrawn, 6 => Ordered }
    ReturnWay "kind of return" { 1 => Void, 2 => Refund, 3 => VoidReversal }
    QueueOrder "order" { 1 => Send, 2 => Confirmed, 3 => Drop }
    RulesCause "cause of a change of rules" { 1 => Signal, 2 => Request, 3 => Due }
    ClaimStage "stage of a claim" { 1 => Entered, 2 => Unconfirmed, 3 => Issued, 4 => HandedBack, 5 => NotDrawn, 6 => Withdrawn }
    AdvancedBy "advancer" { 1 => Operator, 2 => Merchant }
    CouponKind "kind of coupon" { 1 => Random, 2 => Unclaimed, 3 => Claimed }
}

macro_rules! cap_keys {
    ($($number:literal => $variant:ident($($part:ident),*),)*) => {
        /// The number of the kind, then its parts.
        impl Field for CapKey {
            fn put(&self, out: &mut Vec<u8>) {
                match self {
                    $(Self::$variant($($part),*) => {
                        out.push($number);
                        $($part.put(out);)*
                    })*
                }
            }

            fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
                let at = input.at();
                match u8::take(input)? {
                    $($number => {
                        $(let $part = Field::take(input)?;)*
                        Ok(Self::$variant($($part),*))
                    })*
                    _ => Err(FormatError::Value { at, what: "kind of cap" }),
                }
            }
        }
    };
}

cap_keys! {
    1 => SerialNumber(serial),
    2 => Qualification(campaign, code),
    3 => PersonCategory(campaign, person, category),
    4 => Terminal(campaign, merchant, terminal),
    5 => Merchant(campaign, merchant),
    6 => District(campaign, district),
    7 => Category(campaign, category),
    8 => Day(campaign, date),
    9 => Tranche(campaign, number),
    10 => Campaign(campaign),
    11 => PersonWeek(campaign, person, monday),
    12 => PersonYear(campaign, person, year),
    13 => PersonCampaign(campaign, person),
}

/// Without its limit: an intent lists those apart.
impl Field for CapTake {
    fn put(&self, out: &mut Vec<u8>) {
        self.key.put(out);
        self.amount.put(out);
        self.count.put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
        Ok(recorded_take(Field::take(input)?, Field::take(input)?, Field::take(input)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lijian_domain::ids::{CampaignId, PersonKey};
    use lijian_domain::time::BusinessDate;

    #[test]
    fn allowances_over_all_categories_stand_as_the_format_document_says() {
        let (campaign, person) = (CampaignId::new("c").unwrap(), PersonKey([7; 16]));
        let check = |key: CapKey, kind: u8, part: &[u8]| {
            let mut bytes = Vec::new();
            key.put(&mut bytes);
            let expected = [&[kind, 1, b'c'], [7; 16].as_slice(), part].concat();
            assert_eq!(bytes, expected, "{key}");
            assert_eq!(CapKey::take(&mut Input::new(&expected)), Ok(key));
        };
        check(CapKey::PersonWeek(campaign, person, BusinessDate(19_814)), 11, &19_814_i32.to_le_bytes());
        check(CapKey::PersonYear(campaign, person, 2026), 12, &2026_u16.to_le_bytes());
        check(CapKey::PersonCampaign(campaign, person), 13, &[]);
        assert!(CapKey::take(&mut Input::new(&[14])).is_err());
    }
}
