//! The issuer's word about a return, or the want of one.

use super::{Ended, Pending};
use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use crate::flights::{FlightId, Phase};
use crate::inbound;
use crate::memory::State;
use crate::misdeed::Misdeed;
use crate::response;
use crate::settings::Presentation;
use lijian_codecs::message::MessageView;
use lijian_domain::cap::{CapTake, Takes};
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Answer, GaveBack, Record, ReturnOutcome, ReturnWay};
use std::sync::Arc;

impl Exchange {
    /// The issuer answered. Only 00 at the amount that was asked confirms; what is unclear goes to the queue.
    pub(crate) fn return_answered(&mut self, id: FlightId, view: &MessageView<'_>, now: Now, effects: &mut Effects) {
        let settings = Arc::clone(&self.settings);
        let Some(flight) = self.flights.get_mut(id) else { return };
        let Some(acquirer) = settings.acquirers.get(flight.link) else { return };
        let Some(issuer) = settings.issuers.get(acquirer.issuer) else { return };
        let Some((way, message)) = flight.back.as_ref().and_then(|back| Some((back.way, back.message?))) else {
            return;
        };
        let due = if issuer.presentation == Presentation::Net { message.net } else { message.gross };
        let result = response::result(view);
        let unclear = match way {
            ReturnWay::Void => response::is_unclear(result) || response::is_other_amount(result, view, due),
            ReturnWay::Refund => response::is_to_be_asked_again(result) || response::is_other_amount(result, view, due),
            ReturnWay::VoidReversal => response::is_to_be_asked_again(result),
        };
        if self.poisoned {
            return self.reply_from_request(id, *b"98", effects);
        }
        if unclear {
            return self.queue_return(id, true, now, effects);
        }
        let confirmed = response::is_approved(result);
        let Some(answer) = self.answer_of(id, view, DecisionCode::Granted) else { return };
        self.return_ended(id, confirmed, answer, now, effects);
    }

    /// A return is over: on record, then answered.
    pub(super) fn return_ended(
        &mut self,
        id: FlightId,
        confirmed: bool,
        answer: Answer,
        now: Now,
        effects: &mut Effects,
    ) {
        let today = self.moment(now).business_date;
        let Some(flight) = self.flights.get_mut(id) else { return };
        let (asked, intent, key) = (flight.record, flight.grant.intent, flight.key);
        let Some(back) = flight.back.take() else { return };
        let (way, of, takes) = (back.way, back.of, back.takes);
        let ended = Ended { asked, intent, way, of, day: back.day.unwrap_or(today), takes };
        let (record, at, last) = self.record_return(ended, confirmed, answer, now, effects);
        self.memory.note(&key, State::ReturnAnswered, Some(at));
        self.flights.settle(id);
        if let Some(flight) = self.flights.get_mut(id) {
            flight.phase = Phase::AnswerAppended;
            flight.appended_us = now.monotonic_us;
        }
        self.make_answer(id, &record);
        self.stage.push_back((last, id));
    }

    /// Puts the end of a return on record, and what follows from it: the record, where it stands, and the last one of all.
    pub(crate) fn record_return(
        &mut self,
        ended: Ended,
        confirmed: bool,
        answer: Answer,
        now: Now,
        effects: &mut Effects,
    ) -> (Record, Lsn, Lsn) {
        let Ended { asked, intent, way, of, day, takes } = ended;
        let outcome = ReturnOutcome { asked, intent, answer };
        let record = if confirmed { Record::Returned(outcome) } else { Record::ReturnRefused(outcome) };
        let moment = self.moment(now);
        let at = effects.journal.push(moment.at, moment.business_date, &record);
        let mut last = at;
        match (confirmed, way) {
            (true, ReturnWay::VoidReversal) => self.undone(of, intent),
            (true, way) => {
                effects.tally.returns_confirmed += 1;
                self.returns.unanswered.remove(&asked);
                let at_once = self.due_at_once(way, &takes);
                self.returns.pending.insert(asked, Pending { intent, way, day, takes });
                last = self.give_back_now(asked, &at_once, now, effects).unwrap_or(last);
            }
            (false, ReturnWay::VoidReversal) => self.stands(of),
            (false, _) => self.returns.forget(intent, asked),
        }
        (record, at, last)
    }

    /// The issuer was never asked. Of a void nothing is on its way, and the acquirer may ask again; what only tells of something
    /// that has happened goes out as soon as it can.
    pub(crate) fn return_never_sent(&mut self, id: FlightId, now: Now, effects: &mut Effects) {
        let Some(flight) = self.flights.get_mut(id) else { return };
        let (key, link) = (flight.key, flight.link);
        let Some(acquirer) = self.settings.acquirers.get(link) else { return };
        if flight.back.as_ref().is_some_and(|back| back.way != ReturnWay::Void) && !self.poisoned {
            return self.queue_return(id, false, now, effects);
        }
        let code = inbound::short(acquirer.dialect.semantics().results.from_canonical(*b"91").as_bytes());
        self.return_ended(id, false, Answer::bare(DecisionCode::TryAgain, code), now, effects);
        self.memory.forget(&key);
    }

    /// Of a refund everything, but for an allowance that its campaign gives back on the next day; of a void nothing.
    pub(super) fn due_at_once(&self, way: ReturnWay, takes: &Takes) -> Takes {
        let allowance = takes.iter().find_map(|take| take.key.allowance_of());
        let next_day = allowance.is_some_and(|campaign| self.policies.some_next_day(campaign));
        let at_once = way == ReturnWay::Refund || self.misdeeds.include(Misdeed::VoidGivesBackAtOnce);
        let due = |take: &&CapTake| at_once && !(next_day && take.key.kind().is_personal());
        takes.iter().filter(due).copied().collect()
    }

    /// Part of what a confirmed return gives back goes back now: the record first.
    pub(super) fn give_back_now(&mut self, asked: Lsn, takes: &Takes, now: Now, effects: &mut Effects) -> Option<Lsn> {
        let pending = self.returns.pending.get_mut(&asked)?;
        let intent = pending.intent;
        let mut left = pending.takes.clone();
        for take in takes {
            let left = left.iter_mut().find(|left| left.key == take.key)?;
            left.amount = left.amount.checked_sub(take.amount)?;
            left.count = left.count.checked_sub(take.count)?;
        }
        left.retain(|left| !left.amount.is_zero() || left.count > 0);
        pending.takes = left;
        if pending.takes.is_empty() {
            self.returns.pending.remove(&asked);
            self.returns.voids.remove(&asked);
        }
        if takes.is_empty() {
            return None;
        }
        let moment = self.moment(now);
        let record = Record::GaveBack(GaveBack { asked, intent, takes: takes.clone() });
        let lsn = effects.journal.push(moment.at, moment.business_date, &record);
        self.quota.give_back(takes);
        Some(lsn)
    }
}
