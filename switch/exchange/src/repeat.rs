//! Repeats: the same request gets the same answer, once.

use crate::acquirer::Caller;
use crate::effects::Effects;
use crate::event::{Now, Ticket};
use crate::exchange::Exchange;
use crate::flights::{FlightId, Phase};
use crate::memory::{Remembered, State};
use crate::reply::Tags;
use lijian_codecs::message::MessageView;
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{ContentDigest, Lsn};
use lijian_domain::record::{Entry, Origin, Record};

impl Exchange {
    /// Whether this request was seen before; if so it is answered here: by the answer that its first sending still waits
    /// for, or from the record of the answer that it got.
    pub(crate) fn is_repeat(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        origin: &Origin,
        now: Now,
        effects: &mut Effects,
    ) -> bool {
        if let Some(id) = self.flights.by_request(&origin.key) {
            let first = self.flights.get_mut(id).map(|flight| flight.content);
            if first == Some(origin.content) {
                self.join(id, caller, effects);
            } else {
                self.key_taken(caller, view, effects);
            }
            return true;
        }
        let Some(known) = self.memory.get(&origin.key).filter(|known| known.state != State::Tombstone) else {
            return false;
        };
        if known.content != origin.content {
            self.key_taken(caller, view, effects);
            return true;
        }
        match known.state {
            // Nobody knows any more what the issuer said: it is asked again, and knows its own repeats. The sale is not
            // decided anew: were it granted now, the issuer would be asked for two amounts.
            State::FullPrice => {
                self.relay(caller, view, now, effects);
                true
            }
            State::ReversalAsked => false,
            State::ReturnAsked => {
                self.repeats_return(caller, view, known, effects);
                true
            }
            // Its money goes back: it must not be taken for a sale that stands.
            State::Reversing | State::Reversed | State::ReturnUndone => {
                effects.tally.count_decision(DecisionCode::ReversalFirst);
                self.reply_now(caller, view, *b"22", &Tags::of(DecisionCode::ReversalFirst), effects);
                true
            }
            State::Open => {
                self.reply_now(caller, view, *b"09", &Tags::NONE, effects);
                true
            }
            _ => {
                self.answer_again(caller, view, origin.content, known, now, effects);
                true
            }
        }
    }

    /// The same key with other content.
    pub(crate) fn key_taken(&mut self, caller: Caller<'_>, view: &MessageView<'_>, effects: &mut Effects) {
        effects.tally.key_reused += 1;
        self.reply_now(caller, view, *b"94", &Tags::NONE, effects);
    }

    fn answer_again(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        content: ContentDigest,
        known: Remembered,
        now: Now,
        effects: &mut Effects,
    ) {
        if self.overloaded(caller.number) {
            effects.tally.overload += 1;
            return self.reply_now(caller, view, *b"91", &Tags::NONE, effects);
        }
        effects.tally.repeats_answered += 1;
        let id = self.flights.open(
            caller.number,
            caller.connection,
            now.monotonic_us,
            caller.link.time_budget_us,
            view.bytes(),
        );
        if let Some(flight) = self.flights.opened(id) {
            flight.phase = Phase::RepeatReading;
            flight.content = content;
            flight.record = known.answered;
        }
        // A sale's intent says what was granted; then the record of its answer is read. Other answers stand alone.
        let first = if known.answered == Lsn::NONE { known.opened } else { known.opened.min(known.answered) };
        self.read(id, first, effects);
    }

    /// A record that was asked for is here, or cannot be read.
    pub(crate) fn read_back(&mut self, ticket: Ticket, entry: Option<&Entry>, now: Now, effects: &mut Effects) {
        if self.queue_read(ticket, entry, now, effects) {
            return;
        }
        let Some(id) = self.reads.remove(&ticket) else { return };
        let Some(phase) = self.flights.get_mut(id).map(|flight| flight.phase) else { return };
        match (phase, entry.map(|entry| (entry, &entry.record))) {
            (Phase::ReversalReading, Some((entry, Record::Intent(intent)))) => {
                self.original_read(id, entry, intent, now, effects);
            }
            (Phase::JoinReading, Some((entry, Record::Intent(intent)))) => {
                self.join_read(id, entry, intent, now, effects);
            }
            (Phase::ReturnReading, Some((entry, _))) => self.return_read(id, entry, now, effects),
            (Phase::RepeatReading, Some((entry, record))) => self.repeat_read(id, entry, record, now, effects),
            _ => self.reply_from_request(id, *b"96", effects),
        }
    }

    fn repeat_read(&mut self, id: FlightId, entry: &Entry, record: &Record, now: Now, effects: &mut Effects) {
        let Some(flight) = self.flights.get_mut(id) else { return };
        let answered = flight.record;
        match record {
            Record::Intent(intent) => flight.grant.remember(entry.lsn, entry.at, intent),
            Record::Quoted(quoted) => flight.grant.remember(entry.lsn, entry.at, &quoted.sale),
            Record::Refused(refused) => {
                flight.grant.campaign = refused.campaign;
                flight.bound = refused.bound;
            }
            _ => {}
        }
        if entry.lsn != answered && answered != Lsn::NONE {
            return self.read(id, answered, effects);
        }
        self.make_answer(id, record);
        self.send_answer(id, now, effects);
    }
}
