//! From a message to what the books want to know of it.

use super::books::{Identity, MoneyRequest, Movement, Original, ReversalRequest};
use super::card::Card;
use lijian_codecs::MtiClass;
use lijian_codecs::message::MessageView;

/// What a message asks for.
pub(super) enum Asked<'a> {
    /// To book money, or to say that it moved.
    Money(MoneyRequest<'a>),
    /// To take a request back.
    Reversal(ReversalRequest<'a>),
    /// Sign-on, sign-off, echo, cut-over, keys.
    Network,
    /// Something that this issuer does not serve.
    Other,
    /// Nobody knows: it could not be read to its end.
    Unreadable,
}

/// Room for values that do not stand in the message as they are read (BCD, EBCDIC). One for each connection.
#[derive(Default)]
pub(super) struct Reading {
    key: Vec<u8>,
    stan: Scratch,
    terminal: Scratch,
    times: [Scratch; 2],
    /// Trace number and time of an original.
    original: [Scratch; 2],
}

/// Longer than each value that is read here; a longer one counts as absent.
struct Scratch([u8; 128]);

impl Default for Scratch {
    fn default() -> Self {
        Self([0; 128])
    }
}

impl Reading {
    /// What the message asks for.
    pub(super) fn read<'a>(&'a mut self, view: &MessageView<'a>) -> Asked<'a> {
        let class = view.dialect().class_of(view.mti()).unwrap_or_else(|| view.mti().class());
        match class {
            MtiClass::Authorization | MtiClass::Financial => Asked::Money(self.money(view)),
            MtiClass::Reversal => Asked::Reversal(self.reversal(view)),
            MtiClass::NetworkManagement => Asked::Network,
            _ => Asked::Other,
        }
    }

    fn money<'a>(&'a mut self, view: &MessageView<'a>) -> MoneyRequest<'a> {
        self.key.clear();
        view.append_key(&view.dialect().semantics().duplicate_key, &mut self.key);
        let mut code = [0; 8];
        let [first_time, second_time] = &mut self.times;
        let terminal = text(view, 41, &mut self.terminal);
        MoneyRequest {
            movement: Movement::of(view.text(3, &mut code).unwrap_or_default()),
            amount_minor: view.digits_u64(4),
            card: card_of(view),
            advice: view.mti().is_advice(),
            original: original(view, terminal, &mut self.original),
            identity: Identity {
                stan: text(view, 11, &mut self.stan),
                terminal,
                times: [text(view, 7, first_time), text(view, 12, second_time)],
                key: &self.key,
            },
        }
    }

    fn reversal<'a>(&'a mut self, view: &MessageView<'a>) -> ReversalRequest<'a> {
        let terminal = text(view, 41, &mut self.terminal);
        let named = original(view, terminal, &mut self.original);
        // A reversal that does not name its original has the original's own trace number.
        let own = Original { stan: text(view, 11, &mut self.stan), terminal, transmitted: None };
        ReversalRequest { amount_minor: view.digits_u64(4), original: named.unwrap_or(own) }
    }
}

/// The original that a message names in the dialect's field for that.
fn original<'a>(view: &MessageView<'a>, terminal: &'a [u8], scratch: &'a mut [Scratch; 2]) -> Option<Original<'a>> {
    let places = &view.dialect().semantics().original;
    let [stan, time] = scratch;
    let stan = view.part(places.stan, &mut stan.0).filter(|stan| is_named(stan))?;
    let transmitted = places.transmitted.and_then(|place| view.part(place, &mut time.0)).filter(|time| is_named(time));
    Some(Original { stan, terminal, transmitted })
}

/// The card, by field 2 or else by track 2.
pub(super) fn card_of(view: &MessageView<'_>) -> Option<Card> {
    let mut buffer = [0; 64];
    if view.has(2) {
        return Card::from_digits(view.text(2, &mut buffer)?);
    }
    Card::from_track2(view.text(35, &mut buffer)?)
}

/// Parts of the original's data that nobody filled are zeros.
fn is_named(part: &[u8]) -> bool {
    part.iter().any(|&digit| digit != b'0')
}

fn text<'a>(view: &MessageView<'a>, field: u8, scratch: &'a mut Scratch) -> &'a [u8] {
    view.text(field, &mut scratch.0).unwrap_or_default()
}
