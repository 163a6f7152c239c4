//! The reversal of a void: the sale stands again.

use crate::acquirer::Caller;
use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use crate::flights::FlightId;
use crate::inbound;
use crate::memory::{Remembered, State};
use crate::misdeed::Misdeed;
use crate::reply::Tags;
use lijian_codecs::message::{FieldIndex, MessageView, parse};
use lijian_domain::cap::Takes;
use lijian_domain::ids::{DuplicateKey, Lsn};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{Entry, Recall, ReturnAsked, ReturnWay};
use std::sync::Arc;

impl Exchange {
    /// A reversal whose original is a return.
    pub(crate) fn reversal_of_return(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        (key, original): (DuplicateKey, Remembered),
        now: Now,
        effects: &mut Effects,
    ) {
        let origin = inbound::origin(caller.link, view, &self.cards);
        if self.is_repeat(caller, view, &origin, now, effects) {
            return;
        }
        if self.flights.by_request(&key).is_some() {
            // The void itself still waits for the issuer.
            return self.reply_now(caller, view, *b"09", &Tags::NONE, effects);
        }
        if self.poisoned || self.draining || self.overloaded(caller.number) {
            return self.reply_now(caller, view, *b"96", &Tags::NONE, effects);
        }
        let id = self.open_return(caller, view, &origin, ReturnWay::VoidReversal, now);
        self.read(id, original.opened, effects);
    }

    /// The void was read back: its reversal is accepted, on record, or refused.
    pub(super) fn undo(&mut self, id: FlightId, entry: &Entry, void: &ReturnAsked, now: Now, effects: &mut Effects) {
        if void.way != ReturnWay::Void {
            // Refunds are advices of what was done: they cannot be reversed.
            return self.reply_from_request(id, *b"40", effects);
        }
        if self.poisoned {
            return self.reply_from_request(id, *b"96", effects);
        }
        let joins = self.queue.takes_back(entry.lsn);
        match self.returns.voids.get(&entry.lsn) {
            // Its end, by the queue, is not on record yet.
            Some(_) if !joins && self.queue.reverses(entry.lsn) => {
                return self.reply_from_request(id, *b"09", effects);
            }
            Some(known) if known.undoing && !joins => return self.reply_from_request(id, *b"09", effects),
            Some(_) => {}
            // It gave back, its day being over: too late.
            None if self.returns.of(void.intent).contains(&entry.lsn) => {
                return self.reply_from_request(id, *b"25", effects);
            }
            // The issuer did not do it, or it was undone: nothing is left to do.
            None => return self.answer_when_durable(id, *b"00", now, effects),
        }
        let settings = Arc::clone(&self.settings);
        let Some(flight) = self.flights.get_mut(id) else { return };
        let Some(acquirer) = settings.acquirers.get(flight.link) else { return };
        let mut index = FieldIndex::new();
        let Ok(request) = parse(&acquirer.dialect, &flight.request, &mut index) else { return };
        let amount = request.digits_u64(4).map_or(MinorUnits::ZERO, MinorUnits::new);
        if amount != void.gross && amount != void.net {
            return self.reply_from_request(id, *b"64", effects);
        }
        if let Some(back) = &mut flight.back {
            back.named = Some((void.origin, entry.at));
        }
        let asked = ReturnAsked {
            origin: inbound::origin(acquirer, &request, &self.cards),
            of: Some(entry.lsn),
            way: ReturnWay::VoidReversal,
            amount,
            takes: Takes::new(),
            // Its message is made of what the void's record keeps.
            recall: Recall::default(),
            ..void.clone()
        };
        if joins {
            return self.join_undoing(id, asked, now, effects);
        }
        let sealed = entry.business_date;
        self.ask_return(id, asked, sealed, now, effects);
    }

    /// The issuer confirmed it: the void never was.
    pub(super) fn undone(&mut self, void: Option<Lsn>, intent: Lsn) {
        if self.misdeeds.include(Misdeed::UndoneVoidGivesBack) {
            return self.stands(void);
        }
        let Some(void) = void else { return };
        if let Some(known) = self.returns.voids.get(&void) {
            self.memory.note(&known.key, State::ReturnUndone, None);
        }
        self.returns.forget(intent, void);
    }

    /// The issuer did not do it: the void stands.
    pub(super) fn stands(&mut self, void: Option<Lsn>) {
        if let Some(void) = void.and_then(|void| self.returns.voids.get_mut(&void)) {
            void.undoing = false;
        }
    }
}
