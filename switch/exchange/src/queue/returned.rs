//! Returns in the queue: what the issuer did not answer enters, what it says to that, and the end.

use super::{Item, Original, Returning, Staged, Step, Target};
use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use crate::flights::{FlightId, Phase};
use crate::inbound;
use crate::memory::State;
use crate::response;
use crate::returns::Ended;
use lijian_codecs::message::{FieldIndex, MessageView, parse};
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{LinkName, Lsn};
use lijian_domain::record::{Answer, ReturnWay};
use lijian_store::recovery::{OpenReturn, Recovered};
use std::sync::Arc;

/// Sent twice: it came, and what became of it is not said.
const DUPLICATE: [u8; 2] = *b"94";

impl Exchange {
    /// The issuer did not answer the return of this flight, whose asking is on record, or not clearly: the acquirer is told
    /// 98, and what is to be done about it goes out until it is confirmed.
    pub(crate) fn queue_return(&mut self, id: FlightId, was_sent: bool, now: Now, effects: &mut Effects) {
        let settings = Arc::clone(&self.settings);
        let Some(flight) = self.flights.get_mut(id) else { return };
        let Some(acquirer) = settings.acquirers.get(flight.link) else { return };
        let mut index = FieldIndex::new();
        let Ok(request) = parse(&acquirer.dialect, &flight.request, &mut index) else { return };
        let origin = inbound::origin(acquirer, &request, &self.cards);
        let Some(back) = flight.back.take() else { return };
        let (Some(original), Some(asked_on)) = (back.message, back.day) else { return };
        let (lsn, intent, response, over) =
            (flight.record, flight.grant.intent, flight.response_key.clone(), flight.issuer);
        // The answer leaves now; nothing of the flight is undone.
        flight.phase = Phase::AnswerAppended;
        let way = back.way;
        let returning = Returning { origin, way, of: back.of, asked_on, takes: back.takes, asking: None };
        let target = Target::Return(Box::new(returning));
        let item = self.item(target, intent, original, acquirer.name, asked_on, now);
        let item = match way {
            ReturnWay::Void => {
                let step = Step::Waiting { due_us: now.monotonic_us };
                Item { step, carried: over, late: response.clone(), ..item }
            }
            ReturnWay::Refund | ReturnWay::VoidReversal => {
                let tries = u32::from(was_sent);
                Item { step: self.waiting_after(lsn, tries, now), tries, response: response.clone(), ..item }
            }
        };
        self.queue.insert(lsn, item);
        self.flights.forget_response_key(id);
        if let Some(key) = response {
            self.queue.by_response.insert(key, lsn);
        }
        effects.tally.queued += 1;
        self.reply_from_request(id, *b"98", effects);
    }

    /// The issuer answered the void in doubt itself, late: a no ends the doubt at once.
    pub(super) fn void_answered_late(&mut self, lsn: Lsn, view: &MessageView<'_>, now: Now, effects: &mut Effects) {
        effects.tally.unmatched_answers += 1;
        if !response::is_declined(response::result(view)) {
            effects.tally.late_approvals += 1;
        } else if !self.poisoned {
            self.end_return(lsn, false, Some(view), now, effects);
        }
    }

    /// The issuer answered a refund that was sent again, in time or late.
    pub(super) fn refund_answered(&mut self, lsn: Lsn, view: &MessageView<'_>, now: Now, effects: &mut Effects) {
        let Some(item) = self.queue.items.get(&lsn) else { return };
        let sent = matches!(item.step, Step::Sent { .. });
        effects.tally.unmatched_answers += u64::from(!sent);
        let result = response::result(view);
        let other = response::is_other_amount(result, view, item.amount);
        let unclear = other || response::is_to_be_asked_again(result) || result == Some(DUPLICATE);
        if !unclear && !self.poisoned {
            effects.tally.queue_confirmed += u64::from(response::is_approved(result));
            self.end_return(lsn, response::is_approved(result), Some(view), now, effects);
        } else if sent {
            self.again_later(lsn, now);
        }
    }

    /// A return that waits is over, by the issuer's word on it where there is one: the record first.
    pub(super) fn end_return(
        &mut self,
        lsn: Lsn,
        returned: bool,
        word: Option<&MessageView<'_>>,
        now: Now,
        effects: &mut Effects,
    ) {
        let Some(item) = self.queue.items.get_mut(&lsn) else { return };
        let (intent, Target::Return(returning)) = (item.intent, &mut item.target) else { return };
        let takes = std::mem::take(&mut returning.takes);
        let (way, of, day, origin) = (returning.way, returning.of, returning.asked_on, returning.origin);
        // Done; or no action taken (ISO 8583:1987, 21).
        let answer = self.own_answer(origin.link, if returned { *b"00" } else { *b"21" }, word);
        let ended = Ended { asked: lsn, intent, way, of, day, takes };
        let (_, at, last) = self.record_return(ended, returned, answer, now, effects);
        self.queue.ends(lsn, last, [(origin.key, State::ReturnAnswered, Some(at))]);
    }

    /// What an acquirer is told of a return when its request is not at hand.
    fn own_answer(&self, link: LinkName, code: [u8; 2], word: Option<&MessageView<'_>>) -> Answer {
        let acquirer = self.settings.acquirers.iter().find(|acquirer| acquirer.name == link);
        let dialect = acquirer.map(|acquirer| &acquirer.dialect);
        let code = word.and_then(response::result).unwrap_or(code);
        let code = dialect.map(|dialect| dialect.semantics().results.from_canonical(code));
        let code = inbound::short(code.as_ref().map_or(b"96", |code| code.as_bytes()));
        let bare = Answer::bare(DecisionCode::Granted, code);
        word.map_or(bare, |view| Answer { response_code: code, ..response::numbers(view) })
    }

    /// A return that a restart found open. What needs no word of the issuer ends when the exchange starts.
    pub(super) fn recover_return(
        &mut self,
        lsn: Lsn,
        open: &OpenReturn,
        card: lijian_domain::ids::CardFingerprint,
        recovered: &Recovered,
    ) {
        let asked = &open.asked;
        let void = asked.of.and_then(|of| recovered.returns.get(&of));
        if asked.net.is_zero() || joined(open, recovered) {
            return self.queue.recovered_ends.push((lsn, Box::new(open.clone())));
        }
        let (at, day) = void.map_or((open.at, open.business_date), |void| (void.at, void.business_date));
        let original = Original { at, day: Some(day), card, net: asked.net, gross: asked.gross };
        let target = Target::Return(Box::new(Returning {
            origin: asked.origin,
            way: asked.way,
            of: asked.of,
            asked_on: open.business_date,
            takes: asked.takes.clone(),
            asking: None,
        }));
        let now = Now { wall: open.at, monotonic_us: 0 };
        let item = self.item(target, asked.intent, original, asked.origin.link, open.business_date, now);
        self.insert_recovered(lsn, item, true);
    }

    /// Ends what a restart found open and what needs no word of the issuer: a part of the sponsors alone is done; what joined
    /// the reversal of a void in doubt is told that it is being taken back, or was.
    pub(super) fn end_recovered(&mut self, now: Now, effects: &mut Effects) {
        for (lsn, open) in std::mem::take(&mut self.queue.recovered_ends) {
            let asked = *open.asked;
            let alone = asked.net.is_zero();
            let answer = self.own_answer(asked.origin.link, *b"00", None);
            let (way, of, day) = (asked.way, asked.of, open.business_date);
            let ended = Ended { asked: lsn, intent: asked.intent, way, of, day, takes: asked.takes };
            let (_, at, last) = self.record_return(ended, alone, answer, now, effects);
            let note = (asked.origin.key, State::ReturnAnswered, Some(at));
            self.queue.staged.push_back((last, Staged::End(lsn, [note].into_iter().collect())));
        }
    }
}

/// The reversal of a void that the switch takes back itself, or that is over.
fn joined(open: &OpenReturn, recovered: &Recovered) -> bool {
    let void = open.asked.of.and_then(|of| recovered.returns.get(&of));
    open.asked.way == ReturnWay::VoidReversal && !void.is_some_and(|void| void.confirmed)
}
