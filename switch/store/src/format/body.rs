//! The body of each kind of record: the values in this order, nothing between them.

use super::FormatError;
use super::field::{Field, Input};
use lijian_domain::cap::{CapKey, CapTake};
use lijian_domain::record::{
    Answer, DoubtCause, InDoubt, Intent, Opened, Origin, Outcome, Record, Refused, ReleaseCause, Released,
    ReversalAsked, ReversalOutcome, Tombstone, recorded_take,
};
use lijian_domain::sale::{Award, AwardedItem, ItemRequest, SponsorShare};

/// The layout that is written. One number for each kind; all are at their first.
const VERSION: u8 = 1;

/// The number of an intent's kind.
pub(super) const INTENT: u8 = 2;

/// Kind, version and the body, appended.
pub(super) fn put_record(record: &Record, out: &mut Vec<u8>) {
    let (kind, body): (u8, &dyn Body) = match record {
        Record::Opened(body) => (1, body),
        Record::Intent(body) => (INTENT, body),
        Record::Granted(body) => (3, body),
        Record::Declined(body) => (4, body),
        Record::Refused(body) => (5, body),
        Record::FullPrice(body) => (6, body),
        Record::InDoubt(body) => (7, body),
        Record::Released(body) => (8, body),
        Record::ReversalAsked(body) => (9, body),
        Record::Reversed(body) => (10, body),
        Record::ReversalRefused(body) => (11, body),
        Record::Tombstone(body) => (12, body),
    };
    out.extend_from_slice(&[kind, VERSION]);
    body.put_body(out);
}

/// The same for an intent that stands alone.
pub(super) fn put_intent(intent: &Intent, out: &mut Vec<u8>) {
    out.extend_from_slice(&[INTENT, VERSION]);
    intent.put(out);
}

/// Reads a body back.
pub(super) fn take_record(kind: u8, version: u8, body: &[u8]) -> Result<Record, FormatError> {
    if !(1..=12).contains(&kind) {
        return Err(FormatError::Unknown { what: "record kind", got: kind.into() });
    }
    if version != VERSION {
        return Err(FormatError::Unknown { what: "record version", got: version.into() });
    }
    let mut input = Input::new(body);
    let record = match kind {
        1 => Record::Opened(Field::take(&mut input)?),
        INTENT => Record::Intent(Field::take(&mut input)?),
        3 => Record::Granted(Field::take(&mut input)?),
        4 => Record::Declined(Field::take(&mut input)?),
        5 => Record::Refused(Field::take(&mut input)?),
        6 => Record::FullPrice(Field::take(&mut input)?),
        7 => Record::InDoubt(Field::take(&mut input)?),
        8 => Record::Released(Field::take(&mut input)?),
        9 => Record::ReversalAsked(Field::take(&mut input)?),
        10 => Record::Reversed(Field::take(&mut input)?),
        11 => Record::ReversalRefused(Field::take(&mut input)?),
        _ => Record::Tombstone(Field::take(&mut input)?),
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
    Intent { origin, grant, person, qualification, trade_in, bank_promotion, award }
    Award { campaign, rules, gross, discount, net, district, items, sponsors, caps }
    ItemRequest { gtin, quantity, unit_price, serial_number }
    AwardedItem { item, category, grade, discount }
    SponsorShare { sponsor, amount }
    Answer { code, response_code, rrn, authorisation, issuer_fields }
    Outcome { intent, answer }
    Refused { origin, campaign, rules, amount, items, answer, bound }
    InDoubt { intent, cause }
    Released { intent, cause }
    ReversalAsked { origin, intent, amount }
    ReversalOutcome { asked, intent, answer }
    Tombstone { origin, original }
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
    ReleaseCause "cause of release" { 1 => ReversalConfirmed, 2 => LateDecline, 3 => NeverSent }
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
}

/// Without its limit, which belongs to the moment of taking alone.
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
