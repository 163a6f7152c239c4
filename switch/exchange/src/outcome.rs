//! How a sale ends: the issuer's answer, or the want of one, becomes a record; once that is durable, the acquirer's answer.

use crate::acquirer::Caller;
use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use crate::flights::{FlightId, Phase};
use crate::inbound;
use crate::memory::State;
use crate::misdeed::Misdeed;
use crate::quote;
use crate::reply::{self, Tags};
use crate::response;
use crate::settings::Presentation;
use crate::tally::Sample;
use lijian_codecs::message::{FieldIndex, MessageView, parse};
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Answer, DoubtCause, InDoubt, Origin, Outcome, Record};
use std::sync::Arc;

impl Exchange {
    /// The issuer answered a sale at the net amount.
    pub(crate) fn sale_answered(&mut self, id: FlightId, view: &MessageView<'_>, now: Now, effects: &mut Effects) {
        let settings = Arc::clone(&self.settings);
        let Some(flight) = self.flights.get_mut(id) else { return };
        let Some(acquirer) = settings.acquirers.get(flight.link) else { return };
        let Some(issuer) = settings.issuers.get(acquirer.issuer) else { return };
        let asked = if issuer.presentation == Presentation::Net { flight.grant.net } else { flight.grant.gross };
        let result = response::result(view);
        let other =
            response::is_other_amount(result, view, asked) && !self.misdeeds.include(Misdeed::OtherAmountGranted);
        if response::is_part(result) || other {
            // A subsidised item is paid in full or not at all: what the issuer did goes back.
            return self.unanswered(id, DoubtCause::OtherAmount, now, effects);
        }
        if self.poisoned || response::is_unclear(result) {
            return self.unanswered(id, DoubtCause::TimeOut, now, effects);
        }
        let approved = response::is_approved(result);
        let code = if approved { DecisionCode::Granted } else { DecisionCode::IssuerDeclined };
        let Some(answer) = self.answer_of(id, view, code) else { return };
        let Some(flight) = self.flights.get_mut(id) else { return };
        let intent = flight.grant.intent;
        let outcome = Outcome { intent, answer };
        let (state, record) = if approved {
            (State::Granted, Record::Granted(outcome))
        } else {
            (State::Declined, Record::Declined(outcome))
        };
        let takes = std::mem::take(&mut flight.grant.takes);
        self.end(id, code, state, &record, now, effects);
        // Order 1: what is given back is given back only after its record has its place.
        if approved {
            self.quota.grant(&takes);
            self.returns.granted.insert(intent);
        } else {
            self.quota.release(&takes);
        }
        if let Some(flight) = self.flights.get_mut(id) {
            flight.grant.takes = takes;
        }
        self.make_answer(id, &record);
    }

    /// The issuer answered a sale that goes on at full price.
    pub(crate) fn full_price_answered(
        &mut self,
        id: FlightId,
        view: &MessageView<'_>,
        now: Now,
        effects: &mut Effects,
    ) {
        if self.poisoned {
            // There is nothing of ours in it: it passes like any other traffic, and a repeat is asked again.
            return self.relay_answered(id, view, effects);
        }
        let code = self.flights.get_mut(id).and_then(|flight| flight.code).unwrap_or(DecisionCode::NoCampaign);
        let Some(answer) = self.answer_of(id, view, code) else { return };
        let Some(flight) = self.flights.get_mut(id) else { return };
        let record = Record::FullPrice(Outcome { intent: flight.record, answer });
        self.end(id, code, State::Refused, &record, now, effects);
        self.make_answer(id, &record);
    }

    /// An intent was never sent: its hold is given back, and the acquirer may try again.
    pub(crate) fn never_sent(&mut self, id: FlightId, now: Now, effects: &mut Effects) {
        let settings = Arc::clone(&self.settings);
        let Some(flight) = self.flights.get_mut(id) else { return };
        let Some(acquirer) = settings.acquirers.get(flight.link) else { return };
        let response_code = inbound::short(acquirer.dialect.semantics().results.from_canonical(*b"91").as_bytes());
        let answer = Answer::bare(DecisionCode::TryAgain, response_code);
        let record = Record::Declined(Outcome { intent: flight.grant.intent, answer });
        let takes = std::mem::take(&mut flight.grant.takes);
        self.end(id, DecisionCode::TryAgain, State::Declined, &record, now, effects);
        if !self.misdeeds.include(Misdeed::UnsentKeepsHold) {
            self.quota.release(&takes);
        }
        if let Some(flight) = self.flights.get_mut(id) {
            // Told to try again, it may: the issuer has never heard of it.
            self.memory.forget(&flight.key);
        }
        self.make_answer(id, &record);
    }

    /// No answer that could be relied on came: what was asked is in doubt, its reversal waits for the issuer, and the
    /// acquirer gets 98; or 05, where the issuer approved something else than it was asked for.
    pub(crate) fn unanswered(&mut self, id: FlightId, cause: DoubtCause, now: Now, effects: &mut Effects) {
        let Some(flight) = self.flights.get_mut(id) else { return };
        if flight.phase == Phase::ReversalAsked && !self.poisoned {
            return self.queue_reversal(id, true, now, effects);
        }
        if flight.phase == Phase::ReturnAsked && !self.poisoned {
            return self.queue_return(id, true, now, effects);
        }
        if flight.phase != Phase::Asked {
            return self.reply_from_request(id, *b"98", effects);
        }
        if self.poisoned {
            // Nothing can be recorded: the intent on disk comes into doubt at the next start.
            flight.code = Some(DecisionCode::IssuerDeclined);
            return self.reply_from_request(id, *b"98", effects);
        }
        let intent = flight.grant.intent;
        let takes = flight.grant.takes.as_slice().into();
        let key = flight.key;
        let response_key = flight.response_key.clone();
        self.doubts.insert(intent, key, takes);
        if let Some(response_key) = response_key {
            self.doubts.expect(response_key, intent);
        }
        effects.tally.in_doubt += 1;
        let record = Record::InDoubt(InDoubt { intent, cause });
        let lsn = self.end(id, DecisionCode::IssuerDeclined, State::InDoubt, &record, now, effects);
        self.queue_doubt(id, cause, lsn, now);
        self.make_answer(id, &record);
    }

    /// Appends the record that ends a flight, and lets its answer wait for that.
    fn end(
        &mut self,
        id: FlightId,
        code: DecisionCode,
        state: State,
        record: &Record,
        now: Now,
        effects: &mut Effects,
    ) -> Lsn {
        let moment = self.moment(now);
        let lsn = effects.journal.push(moment.at, moment.business_date, record);
        effects.tally.count_decision(code);
        self.flights.settle(id);
        self.flights.forget_response_key(id);
        if let Some(flight) = self.flights.get_mut(id) {
            flight.phase = Phase::AnswerAppended;
            flight.code = Some(code);
            flight.appended_us = now.monotonic_us;
            self.memory.note(&flight.key, state, Some(lsn));
        }
        self.stage.push_back((lsn, id));
        lsn
    }

    /// What the acquirer will be told of an issuer's answer, as it is recorded.
    pub(crate) fn answer_of(&mut self, id: FlightId, view: &MessageView<'_>, code: DecisionCode) -> Option<Answer> {
        let settings = Arc::clone(&self.settings);
        let flight = self.flights.get_mut(id)?;
        let acquirer = settings.acquirers.get(flight.link)?;
        let mut index = FieldIndex::new();
        let request = parse(&acquirer.dialect, &flight.request, &mut index).ok()?;
        Some(response::answer(view, &request, code))
    }

    /// Makes the acquirer's answer of the request and of the record, the way a repeat will get it again.
    pub(crate) fn make_answer(&mut self, id: FlightId, record: &Record) {
        let settings = Arc::clone(&self.settings);
        let Some(flight) = self.flights.get_mut(id) else { return };
        let Some(acquirer) = settings.acquirers.get(flight.link) else { return };
        let mut index = FieldIndex::new();
        let Ok(request) = parse(&acquirer.dialect, &flight.request, &mut index) else { return };
        flight.answer.clear();
        let results = &acquirer.dialect.semantics().results;
        let own =
            |code, response_code| Answer::bare(code, inbound::short(results.from_canonical(response_code).as_bytes()));
        let made;
        let (answer, tags) = match record {
            Record::Granted(outcome) => (&outcome.answer, Tags::granted(&flight.grant)),
            Record::Declined(outcome) => (&outcome.answer, Tags::declined(outcome.answer.code, &flight.grant)),
            Record::FullPrice(outcome) => {
                (&outcome.answer, Tags::full_price(outcome.answer.code, &flight.grant, &flight.bound))
            }
            Record::Refused(refused) => (&refused.answer, Tags::refused(refused)),
            Record::Reversed(outcome) | Record::ReversalRefused(outcome) => (&outcome.answer, Tags::NONE),
            Record::Returned(outcome) | Record::ReturnRefused(outcome) => (&outcome.answer, Tags::NONE),
            Record::Quoted(quoted) => {
                made = own(DecisionCode::Granted, *b"00");
                (&made, Tags::quoted(&flight.grant, quote::seconds(quoted, flight.grant.at)))
            }
            _ => {
                let part = matches!(record, Record::InDoubt(InDoubt { cause: DoubtCause::OtherAmount, .. }));
                made = own(DecisionCode::IssuerDeclined, if part { *b"05" } else { *b"98" });
                (&made, Tags::declined(DecisionCode::IssuerDeclined, &flight.grant))
            }
        };
        flight.result = answer.response_code;
        if reply::recorded(&request, answer, &tags, &mut self.runs, &mut flight.answer).is_err() {
            // Something that the issuer set cannot be written here: code, amount and discount still can.
            let least = Answer::bare(answer.code, answer.response_code);
            flight.answer.clear();
            reply::recorded(&request, &least, &tags, &mut self.runs, &mut flight.answer).unwrap_or_default();
        }
    }

    /// The record of an answer is durable: it leaves.
    pub(crate) fn send_answer(&mut self, id: FlightId, now: Now, effects: &mut Effects) {
        let settings = Arc::clone(&self.settings);
        let Some(flight) = self.flights.get_mut(id) else { return };
        let Some(acquirer) = settings.acquirers.get(flight.link) else { return };
        for connection in std::iter::once(flight.acquirer).chain(flight.waiters.iter().copied()) {
            let open = self.connections.get(connection).is_some();
            if open && effects.sends.push(connection, |out| acquirer.frame.write(&flight.answer, out)).is_ok() {
                effects.tally.answers.count(flight.result.as_str().as_bytes());
            }
        }
        if let Some(state) = flight.original_after {
            self.memory.note(&flight.original, state, None);
        }
        let total_us = now.monotonic_us.saturating_sub(flight.received_us);
        effects.samples.push(Sample { journal_us: flight.journal_us, issuer_us: flight.issuer_us, total_us });
        self.flights.close(id);
    }

    /// Answers a request by what was recorded for another one: at once where all of that is durable, or as soon as it is.
    pub(crate) fn reply_when_durable(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        origin: &Origin,
        response_code: [u8; 2],
        now: Now,
        effects: &mut Effects,
    ) {
        if effects.journal.last_lsn() <= self.durable {
            return self.reply_now(caller, view, response_code, &Tags::NONE, effects);
        }
        if self.poisoned || self.overloaded(caller.number) {
            return self.reply_now(caller, view, *b"96", &Tags::NONE, effects);
        }
        let budget_us = caller.link.time_budget_us;
        let id = self.flights.open(caller.number, caller.connection, now.monotonic_us, budget_us, view.bytes());
        self.flights.name_request(id, origin.key);
        if let Some(flight) = self.flights.opened(id) {
            flight.phase = Phase::AnswerAppended;
            flight.content = origin.content;
        }
        self.answer_when_durable(id, response_code, now, effects);
    }

    /// The same of a request that is in flight already.
    pub(crate) fn answer_when_durable(
        &mut self,
        id: FlightId,
        response_code: [u8; 2],
        now: Now,
        effects: &mut Effects,
    ) {
        let last = effects.journal.last_lsn();
        if last <= self.durable {
            return self.reply_from_request(id, response_code, effects);
        }
        let settings = Arc::clone(&self.settings);
        let Some(flight) = self.flights.get_mut(id) else { return };
        let Some(acquirer) = settings.acquirers.get(flight.link) else { return };
        let mut index = FieldIndex::new();
        let Ok(request) = parse(&acquirer.dialect, &flight.request, &mut index) else { return };
        flight.answer.clear();
        reply::refusal(&request, response_code, &Tags::NONE, &mut self.runs, &mut flight.answer).unwrap_or_default();
        flight.result = inbound::short(&response_code);
        flight.phase = Phase::AnswerAppended;
        flight.appended_us = now.monotonic_us;
        self.flights.settle(id);
        self.stage.push_back((last, id));
    }

    /// Answers a flight from its request alone, without a record, and ends it.
    pub(crate) fn reply_from_request(&mut self, id: FlightId, response_code: [u8; 2], effects: &mut Effects) {
        let settings = Arc::clone(&self.settings);
        let Some(flight) = self.flights.get_mut(id) else { return };
        let Some(acquirer) = settings.acquirers.get(flight.link) else { return };
        if [Phase::ReversalReading, Phase::ReversalAppended, Phase::ReversalAsked].contains(&flight.phase) {
            // Nothing was given back: the original is as it was, and can be reversed by a repeat.
            self.memory.note(&flight.original, State::Granted, None);
        }
        let mut index = FieldIndex::new();
        if let Ok(request) = parse(&acquirer.dialect, &flight.request, &mut index) {
            let tags = flight.code.map_or(Tags::NONE, Tags::of);
            for connection in std::iter::once(flight.acquirer).chain(flight.waiters.iter().copied()) {
                if self.connections.get(connection).is_none() {
                    continue;
                }
                let runs = &mut self.runs;
                let written = effects.sends.push(connection, |out| {
                    let frame = acquirer.frame.begin(out);
                    reply::refusal(&request, response_code, &tags, runs, out)?;
                    acquirer.frame.finish(out, frame).map_err(reply::ReplyError::from)
                });
                if written.is_ok() {
                    effects.tally.answers.count(&response_code);
                }
            }
        }
        self.flights.close(id);
    }
}
