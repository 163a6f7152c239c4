//! One message as the issuer's socket gave it, and what the issuer did with it.

use super::books::Ruling;
use super::reading::card_of;
use super::reply::Given;
use lijian_codecs::Mti;
use lijian_codecs::dialect::Sensitive;
use lijian_codecs::message::MessageView;
use std::collections::BTreeMap;
use std::fmt;

/// What came of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Approved and booked.
    Approved,
    /// Declined; nothing booked.
    Declined,
    /// The same request seen before: the same answer, nothing booked.
    Repeat,
    /// The identity of an earlier request with another amount or card: 94.
    Conflict,
    /// A booked request was taken back.
    Reversed,
    /// A reversal of what was taken back before: 00, nothing booked.
    ReversalRepeated,
    /// A reversal of a request that was declined: 00, there is nothing to take back.
    ReversalOfDeclined,
    /// A reversal of a request that this issuer never saw, or has forgotten: 25.
    ReversalUnknown,
    /// A reversal whose amount is not that of its original, or whose original went back by refunds or a void: 64.
    ReversalWrongAmount,
    /// Sign-on, sign-off, echo and the like: 00.
    Network,
    /// A message that could not be read to its end: 30.
    FormatError,
    /// A request of a class that this issuer does not serve: 40.
    Unsupported,
    /// An answer, which nobody asked for here: not answered.
    Unasked,
}

/// One message as the issuer read it from its socket, and what it did.
#[derive(Clone, PartialEq, Eq)]
pub struct Seen {
    /// Order in which messages were handled, over all connections, from 1.
    pub order: u64,
    /// The connection it came over, from 1.
    pub connection: u64,
    /// Message type as it came.
    pub mti: Mti,
    /// Field 3.
    pub processing_code: String,
    /// Field 11.
    pub stan: String,
    /// Field 41, without pad spaces.
    pub terminal: String,
    /// Field 4 in minor units; `None` when absent.
    pub amount_minor: Option<u64>,
    /// The card with its middle digits as stars; empty when the message has none.
    pub masked_pan: String,
    /// Field 54 (additional amounts), where a gross amount stands; `None` when absent.
    pub field54: Option<Vec<u8>>,
    /// Field 48, unread; `None` when absent.
    pub field48: Option<Vec<u8>>,
    /// Every field, unread, by number; those that the dialect calls sensitive are left out.
    pub fields: BTreeMap<u8, Vec<u8>>,
    /// What came of it.
    pub outcome: Outcome,
    /// Field 39 of the answer in the dialect's notation; `None` when nothing was answered.
    pub answered: Option<String>,
    /// Field 37 of the answer; `None` when nothing was answered.
    pub rrn: Option<String>,
}

impl Seen {
    pub(super) fn of(order: u64, connection: u64, view: &MessageView<'_>, ruling: &Ruling, given: &Given) -> Self {
        let text = |field| {
            let mut buffer = [0; 1_024];
            view.text(field, &mut buffer).map(<[u8]>::to_vec)
        };
        let string = |field| String::from_utf8_lossy(&text(field).unwrap_or_default()).trim_end().to_owned();
        let plain = |field| view.spec(field).is_some_and(|spec| spec.sensitive == Sensitive::None);
        let fields = view.fields().map(|(field, _)| field).filter(|&field| plain(field));
        let answered = |value: &[u8]| (!ruling.silent).then(|| String::from_utf8_lossy(value).into_owned());
        Self {
            order,
            connection,
            mti: view.mti(),
            processing_code: string(3),
            stan: string(11),
            terminal: string(41),
            amount_minor: view.digits_u64(4),
            masked_pan: card_of(view).map(|card| card.to_string()).unwrap_or_default(),
            field48: text(48).filter(|_| plain(48)),
            field54: text(54).filter(|_| plain(54)),
            fields: fields.filter_map(|field| Some((field, text(field)?))).collect(),
            outcome: ruling.outcome,
            answered: answered(given.code.as_bytes()),
            rrn: answered(&given.rrn),
        }
    }

    /// A field that is not sensitive, unread.
    #[must_use]
    pub fn field(&self, number: u8) -> Option<&[u8]> {
        self.fields.get(&number).map(Vec::as_slice)
    }
}

impl fmt::Debug for Seen {
    /// Without the contents of free fields, which may hold anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { order, connection, mti, processing_code, stan, amount_minor, masked_pan, outcome, answered, .. } =
            self;
        write!(f, "#{order} connection {connection}: {mti} {processing_code} STAN {stan}")?;
        if let Some(amount_minor) = amount_minor {
            write!(f, " amount {amount_minor}")?;
        }
        write!(f, " card {masked_pan}: {outcome:?}, {}", answered.as_deref().unwrap_or("not answered"))
    }
}
