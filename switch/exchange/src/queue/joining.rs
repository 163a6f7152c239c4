//! A reversal that an acquirer asks for while one of the same sale or void waits: it joins that one, is on record, is answered
//! 00, and never goes out itself. A return that waits and is sent again joins its own first sending.

use super::Target;
use crate::acquirer::Caller;
use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use crate::flights::{FlightId, Phase};
use crate::inbound;
use crate::memory::{Remembered, State};
use crate::reply::Tags;
use lijian_codecs::message::{FieldIndex, MessageView, parse};
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::Lsn;
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{
    Answer, Entry, Intent, Origin, Record, ReturnAsked, ReturnOutcome, ReturnWay, ReversalAsked, ReversalOutcome,
};
use std::sync::Arc;

impl Exchange {
    /// Whether this is a repeat of the very reversal that waits: it is on record already.
    pub(crate) fn repeats_queued(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        origin: &Origin,
        effects: &mut Effects,
    ) -> bool {
        let known = self.memory.get(&origin.key).filter(|known| known.content == origin.content);
        let item = known.and_then(|known| self.queue.items.get(&known.opened));
        let same =
            item.is_some_and(|item| matches!(&item.target, Target::Reversal(asked) if asked.origin.key == origin.key));
        if same {
            effects.tally.queue_joined += 1;
            self.reply_now(caller, view, *b"00", &Tags::NONE, effects);
        }
        same
    }

    /// A return that is on record and not over is sent again: the switch sees to it by itself, and nothing is sent. The reversal
    /// of a void is as good as done; of the others nobody knows yet.
    pub(crate) fn repeats_return(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        known: Remembered,
        effects: &mut Effects,
    ) {
        let item = self.queue.items.get(&known.opened);
        let undoes = item.is_some_and(
            |item| matches!(&item.target, Target::Return(returning) if returning.way == ReturnWay::VoidReversal),
        );
        effects.tally.queue_joined += u64::from(item.is_some());
        self.reply_now(caller, view, if undoes { *b"00" } else { *b"98" }, &Tags::NONE, effects);
    }

    /// An acquirer reverses a void that is being taken back: asking and end are recorded together, and it is answered once
    /// they are durable.
    pub(crate) fn join_undoing(&mut self, id: FlightId, asking: ReturnAsked, now: Now, effects: &mut Effects) {
        let settings = Arc::clone(&self.settings);
        let Some(flight) = self.flights.get_mut(id) else { return };
        let Some(acquirer) = settings.acquirers.get(flight.link) else { return };
        let (origin, intent) = (asking.origin, asking.intent);
        let moment = self.moment(now);
        let asked = effects.journal.push(moment.at, moment.business_date, &Record::ReturnAsked(asking));
        let code = acquirer.dialect.semantics().results.from_canonical(*b"00");
        let answer = Answer::bare(DecisionCode::Granted, inbound::short(code.as_bytes()));
        let end = Record::ReturnRefused(ReturnOutcome { asked, intent, answer });
        let answered = effects.journal.push(moment.at, moment.business_date, &end);
        effects.tally.queue_joined += 1;
        let request = Remembered { state: State::ReturnAnswered, content: origin.content, opened: asked, answered };
        self.memory.open(moment.business_date, origin.key, request);
        self.answer_joined(id, &end, answered, now);
    }

    fn answer_joined(&mut self, id: FlightId, end: &Record, answered: Lsn, now: Now) {
        self.flights.settle(id);
        if let Some(flight) = self.flights.get_mut(id) {
            flight.phase = Phase::AnswerAppended;
            flight.appended_us = now.monotonic_us;
        }
        self.make_answer(id, end);
        self.stage.push_back((answered, id));
    }

    /// Reads back the sale that it is about: its amount must be the sale's.
    pub(crate) fn join_queued(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        origin: &Origin,
        intent: Lsn,
        now: Now,
        effects: &mut Effects,
    ) {
        let budget_us = caller.link.time_budget_us;
        let id = self.flights.open(caller.number, caller.connection, now.monotonic_us, budget_us, view.bytes());
        self.flights.name_request(id, origin.key);
        if let Some(flight) = self.flights.opened(id) {
            flight.phase = Phase::JoinReading;
            flight.content = origin.content;
        }
        self.read(id, intent, effects);
    }

    /// The sale was read back: the asking and its end are recorded together, and answered once they are durable.
    pub(crate) fn join_read(&mut self, id: FlightId, entry: &Entry, intent: &Intent, now: Now, effects: &mut Effects) {
        if self.poisoned {
            return self.reply_from_request(id, *b"96", effects);
        }
        if !self.queue.reverses(entry.lsn) {
            // It is over since: a repeat finds how.
            return self.reply_from_request(id, *b"09", effects);
        }
        let settings = Arc::clone(&self.settings);
        let Some(flight) = self.flights.get_mut(id) else { return };
        let Some(acquirer) = settings.acquirers.get(flight.link) else { return };
        let mut index = FieldIndex::new();
        let Ok(request) = parse(&acquirer.dialect, &flight.request, &mut index) else { return };
        let amount = request.digits_u64(4).map_or(MinorUnits::ZERO, MinorUnits::new);
        if amount != intent.award.gross && amount != intent.award.net {
            return self.reply_from_request(id, *b"64", effects);
        }
        let origin = inbound::origin(acquirer, &request, &self.cards);
        let moment = self.moment(now);
        let asking = Record::ReversalAsked(ReversalAsked { origin, intent: entry.lsn, amount });
        let asked = effects.journal.push(moment.at, moment.business_date, &asking);
        let code = acquirer.dialect.semantics().results.from_canonical(*b"00");
        let answer = Answer::bare(DecisionCode::Granted, inbound::short(code.as_bytes()));
        let end = Record::ReversalRefused(ReversalOutcome { asked, intent: entry.lsn, answer });
        let answered = effects.journal.push(moment.at, moment.business_date, &end);
        effects.tally.queue_joined += 1;
        let request = Remembered { state: State::ReversalAnswered, content: origin.content, opened: asked, answered };
        self.memory.open(moment.business_date, origin.key, request);
        self.answer_joined(id, &end, answered, now);
    }
}
