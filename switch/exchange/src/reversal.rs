//! Reversals. One is ours when its original is: then it is recorded before the issuer sees it, and what the grant used is
//! given back once the issuer's word is on record. Everything else passes like any other traffic.

use crate::acquirer::Caller;
use crate::effects::Effects;
use crate::event::{Now, Ticket};
use crate::exchange::Exchange;
use crate::flights::{FlightId, Phase};
use crate::inbound;
use crate::key;
use crate::memory::{Remembered, State};
use crate::misdeed::Misdeed;
use crate::outbound;
use crate::quote;
use crate::reply::Tags;
use crate::response;
use lijian_codecs::message::{FieldIndex, MessageView, parse};
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{DuplicateKey, Lsn};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{Entry, Intent, Record, ReversalAsked, ReversalOutcome, Tombstone};
use std::sync::Arc;

impl Exchange {
    pub(crate) fn reversal(&mut self, caller: Caller<'_>, view: &MessageView<'_>, now: Now, effects: &mut Effects) {
        let link = caller.link.name;
        let unnamed = quote::class_of_original(caller.link, view);
        let key = key::original_key(caller.link.dialect.semantics(), view, unnamed, link);
        let known = key.and_then(|key| Some((key, self.memory.get(&key)?)));
        if let Some((key, original)) = known.filter(|(_, original)| original.state.is_of_return()) {
            return self.reversal_of_return(caller, view, (key, original), now, effects);
        }
        let ours = [State::Open, State::InDoubt, State::Granted, State::Reversing, State::Reversed, State::Released];
        if key.is_some_and(|key| known.is_none() && self.flights.by_request(&key).is_some()) {
            // A void or refund whose sale is being looked for.
            return self.reply_now(caller, view, *b"09", &Tags::NONE, effects);
        }
        if let (Some(key), None) = (key, known) {
            return self.bury(caller, view, key, now, effects);
        }
        let quoted = [State::Quoted, State::QuoteUsed, State::QuoteExpired];
        if let Some((key, original)) = known.filter(|(_, original)| quoted.contains(&original.state)) {
            return self.withdraw_quote(caller, view, key, original, now, effects);
        }
        let Some((key, original)) = known.filter(|(_, original)| ours.contains(&original.state)) else {
            // Nothing can be recorded of it any more, or it is on disk that its original must be refused.
            let buried = known.is_none_or(|(_, original)| {
                original.state != State::Tombstone || original.opened <= self.durable || self.poisoned
            });
            if !buried {
                return self.reply_now(caller, view, *b"09", &Tags::NONE, effects);
            }
            return self.relay(caller, view, now, effects);
        };
        let origin = inbound::origin(caller.link, view, &self.cards);
        if self.is_repeat(caller, view, &origin, now, effects) {
            return;
        }
        if self.repeats_queued(caller, view, &origin, effects) {
            return;
        }
        let queued = original.state == State::InDoubt
            || original.state == State::Reversing && self.queue.reverses(original.opened);
        match original.state {
            _ if queued && !(self.poisoned || self.draining || self.overloaded(caller.number)) => {
                self.join_queued(caller, view, &origin, original.opened, now, effects);
            }
            // Its sale, or another reversal of it, still waits for the issuer: the acquirer asks again when that is over.
            State::Open | State::Reversing if !queued => self.reply_now(caller, view, *b"09", &Tags::NONE, effects),
            // Over before, by another reversal or a late decline: nothing is left to do, and the issuer is not asked twice.
            State::Reversed | State::Released => {
                self.reply_when_durable(caller, view, &origin, *b"00", now, effects);
            }
            _ if self.poisoned || self.draining || self.overloaded(caller.number) => {
                self.reply_now(caller, view, *b"96", &Tags::NONE, effects);
            }
            _ => {
                let id = self.flights.open(
                    caller.number,
                    caller.connection,
                    now.monotonic_us,
                    caller.link.time_budget_us,
                    view.bytes(),
                );
                self.flights.name_request(id, origin.key);
                if let Some(flight) = self.flights.opened(id) {
                    flight.phase = Phase::ReversalReading;
                    flight.content = origin.content;
                    flight.original = key;
                }
                self.memory.note(&key, State::Reversing, None);
                self.read(id, original.opened, effects);
            }
        }
    }

    /// A reversal whose original is unknown: on a link with subsidies that is put on record first, so that the original is
    /// refused should it come later; then the reversal passes like any other traffic.
    fn bury(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        original: DuplicateKey,
        now: Now,
        effects: &mut Effects,
    ) {
        let cannot_record = self.poisoned || self.draining || self.overloaded(caller.number);
        if caller.link.ours.is_empty() || cannot_record || self.connections.ready_of(caller.link.issuer) == 0 {
            return self.relay(caller, view, now, effects);
        }
        if self.copy_out(caller, view, now, effects).is_err() {
            effects.tally.not_carried += 1;
            return self.reply_now(caller, view, *b"30", &Tags::NONE, effects);
        }
        let moment = self.moment(now);
        let tombstone = Tombstone { origin: inbound::origin(caller.link, view, &self.cards), original };
        let lsn = effects.journal.push(moment.at, moment.business_date, &Record::Tombstone(tombstone));
        self.memory.bury(moment.business_date, original, lsn);
        effects.tally.tombstones += 1;
        let budget_us = caller.link.time_budget_us;
        let id = self.flights.open(caller.number, caller.connection, now.monotonic_us, budget_us, view.bytes());
        if let Some(flight) = self.flights.opened(id) {
            flight.phase = Phase::RelayAppended;
            flight.appended_us = now.monotonic_us;
            flight.outbound.extend_from_slice(&self.outbound);
        }
        self.stage.push_back((lsn, id));
    }

    /// The original's intent was read back: the reversal is accepted, on record, or refused.
    pub(crate) fn original_read(
        &mut self,
        id: FlightId,
        entry: &Entry,
        intent: &Intent,
        now: Now,
        effects: &mut Effects,
    ) {
        if self.poisoned {
            return self.reply_from_request(id, *b"96", effects);
        }
        let settings = Arc::clone(&self.settings);
        let Some(flight) = self.flights.get_mut(id) else { return };
        let Some(acquirer) = settings.acquirers.get(flight.link) else { return };
        let Some(issuer) = settings.issuers.get(acquirer.issuer) else { return };
        flight.grant.remember(entry.lsn, entry.at, intent);
        let mut index = FieldIndex::new();
        let Ok(request) = parse(&acquirer.dialect, &flight.request, &mut index) else { return };
        let amount = request.digits_u64(4).map_or(MinorUnits::ZERO, MinorUnits::new);
        if self.returns.any(entry.lsn) && !self.misdeeds.include(Misdeed::ReversedBesideRefund) {
            // What is left of it can be refunded; a void is undone by its own reversal.
            return self.reply_from_request(id, *b"22", effects);
        }
        if amount != flight.grant.gross && amount != flight.grant.net {
            return self.reply_from_request(id, *b"64", effects);
        }
        flight.outbound.clear();
        if outbound::reversal(
            issuer,
            &request,
            intent,
            &flight.grant,
            &mut self.runs,
            &mut flight.outbound,
            &mut effects.tally,
        )
        .is_err()
        {
            effects.tally.not_carried += 1;
            return self.reply_from_request(id, *b"30", effects);
        }
        let origin = inbound::origin(acquirer, &request, &self.cards);
        flight.phase = Phase::ReversalAppended;
        flight.appended_us = now.monotonic_us;
        let asked = ReversalAsked { origin, intent: entry.lsn, amount };
        let moment = self.moment(now);
        let lsn = effects.journal.push(moment.at, moment.business_date, &Record::ReversalAsked(asked));
        effects.tally.reversals += 1;
        if let Some(flight) = self.flights.get_mut(id) {
            flight.record = lsn;
        }
        let request =
            Remembered { state: State::ReversalAsked, content: origin.content, opened: lsn, answered: Lsn::NONE };
        self.memory.open(moment.business_date, origin.key, request);
        self.stage.push_back((lsn, id));
    }

    /// The issuer answered an acquirer's reversal of a grant. Only 00 confirms it; where nobody knows it is asked again.
    pub(crate) fn reversal_answered(&mut self, id: FlightId, view: &MessageView<'_>, now: Now, effects: &mut Effects) {
        let result = response::result(view);
        let confirmed = response::is_approved(result);
        if self.poisoned {
            return self.reply_from_request(id, *b"98", effects);
        }
        if response::is_to_be_asked_again(result) {
            return self.queue_reversal(id, true, now, effects);
        }
        let Some(answer) = self.answer_of(id, view, DecisionCode::Granted) else { return };
        let moment = self.moment(now);
        let Some(flight) = self.flights.get_mut(id) else { return };
        let (intent, key) = (flight.grant.intent, flight.key);
        let outcome = ReversalOutcome { asked: flight.record, intent, answer };
        // While this reversal was under way no other one of the same grant was accepted: it is given back once.
        let original = flight.original;
        let record = if confirmed { Record::Reversed(outcome) } else { Record::ReversalRefused(outcome) };
        let lsn = effects.journal.push(moment.at, moment.business_date, &record);
        self.memory.note(&key, State::ReversalAnswered, Some(lsn));
        self.flights.settle(id);
        let Some(flight) = self.flights.get_mut(id) else { return };
        flight.phase = Phase::AnswerAppended;
        flight.appended_us = now.monotonic_us;
        if confirmed {
            self.quota.give_back(&flight.grant.takes);
            self.returns.granted.remove(intent);
            effects.tally.reversals_confirmed += 1;
        }
        // Another reversal is told of it only when it is on record; until then this one counts as under way.
        self.memory.note(&original, State::Reversing, None);
        flight.original_after = Some(if confirmed { State::Reversed } else { State::Granted });
        self.make_answer(id, &record);
        self.stage.push_back((lsn, id));
    }

    /// Asks for a journal record on behalf of a flight.
    pub(crate) fn read(&mut self, id: FlightId, lsn: Lsn, effects: &mut Effects) {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.reads.insert(ticket, id);
        effects.reads.push((ticket, lsn));
    }
}
