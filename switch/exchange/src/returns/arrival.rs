//! A void or refund arrives: which grant is it about?

use super::Back;
use crate::acquirer::Caller;
use crate::effects::Effects;
use crate::event::{Now, Ticket};
use crate::exchange::Exchange;
use crate::flights::{FlightId, Phase};
use crate::inbound;
use crate::key;
use crate::memory::State;
use crate::reply::Tags;
use crate::settings::AcquirerLink;
use lijian_codecs::MtiClass;
use lijian_codecs::message::{FieldIndex, MessageView, parse};
use lijian_domain::ids::{Lsn, Rrn};
use lijian_domain::record::{Origin, ReturnWay};

/// The first two digits of DE3 of a return (ISO 8583:1987, transaction type 20).
const RETURN: &[u8] = b"20";

/// What kind of return a request is, if it is one: a void is a request of its own (0200), a refund an advice (0220).
pub(crate) fn way(link: &AcquirerLink, view: &MessageView<'_>) -> Option<ReturnWay> {
    let mut buffer = [0; 8];
    let financial = link.dialect.class_of(view.mti().request()) == Some(MtiClass::Financial);
    let returned = view.text(3, &mut buffer).is_some_and(|processing| processing.starts_with(RETURN));
    if link.ours.is_empty() || !financial || !returned {
        return None;
    }
    match view.mti().as_digits() {
        [_, _, b'0', _] => Some(ReturnWay::Void),
        [_, _, b'2', _] => Some(ReturnWay::Refund),
        _ => None,
    }
}

/// Where the original of a return is to be looked for.
enum Original {
    /// Here stands its intent.
    At(Lsn),
    /// It is under way itself.
    UnderWay,
    /// Under this number, somewhere.
    Numbered(Rrn),
    /// It is none of ours.
    Unknown,
}

impl Exchange {
    pub(crate) fn return_arrived(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        way: ReturnWay,
        now: Now,
        effects: &mut Effects,
    ) {
        let origin = inbound::origin(caller.link, view, &self.cards);
        if self.is_repeat(caller, view, &origin, now, effects) {
            return;
        }
        let original = self.original_of_return(caller, view);
        let refuses = self.poisoned || self.draining || self.overloaded(caller.number);
        match original {
            Original::Unknown => self.relay(caller, view, now, effects),
            Original::UnderWay => self.reply_now(caller, view, *b"09", &Tags::NONE, effects),
            _ if refuses => self.reply_now(caller, view, *b"96", &Tags::NONE, effects),
            Original::At(lsn) => {
                let id = self.open_return(caller, view, &origin, way, now);
                self.read(id, lsn, effects);
            }
            Original::Numbered(rrn) => {
                let id = self.open_return(caller, view, &origin, way, now);
                self.find(id, rrn, effects);
            }
        }
    }

    /// A flight that waits for what is read back.
    pub(super) fn open_return(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        origin: &Origin,
        way: ReturnWay,
        now: Now,
    ) -> FlightId {
        let budget_us = caller.link.time_budget_us;
        let id = self.flights.open(caller.number, caller.connection, now.monotonic_us, budget_us, view.bytes());
        self.flights.name_request(id, origin.key);
        if let Some(flight) = self.flights.opened(id) {
            flight.phase = Phase::ReturnReading;
            flight.content = origin.content;
            flight.back = Some(Box::new(Back::new(way)));
        }
        id
    }

    /// By the grant's id, by what names the original (DE61, DE90), or by its retrieval reference number.
    fn original_of_return(&self, caller: Caller<'_>, view: &MessageView<'_>) -> Original {
        if let Some(grant) = inbound::named_grant(caller.link, view) {
            return if grant.node() == self.settings.node && self.returns.granted.contains(grant.lsn()) {
                Original::At(grant.lsn())
            } else {
                Original::Unknown
            };
        }
        let semantics = caller.link.dialect.semantics();
        let named = key::named_original_key(semantics, view, caller.link.name);
        match named.and_then(|key| self.memory.get(&key)) {
            Some(sale) if matches!(sale.state, State::Open | State::InDoubt | State::Reversing) => Original::UnderWay,
            Some(sale) if sale.state == State::Granted => Original::At(sale.opened),
            Some(_) => Original::Unknown,
            None => match inbound::rrn(view) {
                rrn if rrn.is_empty() => Original::Unknown,
                rrn => Original::Numbered(rrn),
            },
        }
    }

    fn find(&mut self, id: FlightId, rrn: Rrn, effects: &mut Effects) {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.reads.insert(ticket, id);
        effects.finds.push((ticket, rrn));
    }

    /// The sales of a retrieval reference number. Of several the one that still stands; if that leaves a choice, none is
    /// taken: the till has to name the grant.
    pub(crate) fn found(&mut self, ticket: Ticket, sales: Option<&[Lsn]>, now: Now, effects: &mut Effects) {
        let Some(id) = self.reads.remove(&ticket) else { return };
        if self.flights.get_mut(id).is_none_or(|flight| flight.phase != Phase::ReturnReading) {
            return;
        }
        let Some(sales) = sales else { return self.reply_from_request(id, *b"96", effects) };
        let mut granted = sales.iter().copied().filter(|sale| self.returns.granted.contains(*sale));
        match (granted.next(), granted.next()) {
            (Some(sale), None) => self.read(id, sale, effects),
            (Some(_), Some(_)) => self.reply_from_request(id, *b"25", effects),
            (None, _) => self.pass_on(id, now, effects),
        }
    }

    /// It is not ours after all: it passes like any other traffic, and so does each repeat that waits for it: that joins what
    /// was sent, or is answered by itself where nothing can be.
    fn pass_on(&mut self, id: FlightId, now: Now, effects: &mut Effects) {
        let settings = std::sync::Arc::clone(&self.settings);
        let Some(flight) = self.flights.get_mut(id) else { return };
        let Some(link) = settings.acquirers.get(flight.link) else { return };
        let (first, mut repeats, number) = (flight.acquirer, flight.waiters.clone(), flight.link);
        repeats.retain(|connection| self.connections.get(*connection).is_some());
        let request = std::mem::take(&mut flight.request);
        self.flights.close(id);
        let mut index = FieldIndex::new();
        if let Ok(view) = parse(&link.dialect, &request, &mut index) {
            for connection in std::iter::once(first).chain(repeats) {
                self.relay(Caller { connection, number, link }, &view, now, effects);
            }
        }
    }
}
