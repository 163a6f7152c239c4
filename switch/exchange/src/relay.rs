//! Traffic that is not ours: byte for byte between links of one dialect, field by field between two. Nothing is decided,
//! nothing recorded, nothing allocated.

use crate::acquirer::Caller;
use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use crate::flights::{FlightId, Phase};
use crate::key;
use crate::outbound::{self, NotCarried};
use crate::reply::{self, Tags};
use lijian_codecs::message::{FieldIndex, MessageView, parse};
use std::sync::Arc;

/// Fields that say when and how a request was sent, not what it asks for: transmission time, local time and date,
/// authentication codes. A repeat may bring others.
const OF_ITS_SENDING: [u8; 5] = [7, 12, 13, 64, 128];

impl Exchange {
    pub(crate) fn relay(&mut self, caller: Caller<'_>, view: &MessageView<'_>, now: Now, effects: &mut Effects) {
        if self.overloaded(caller.number) {
            effects.tally.overload += 1;
            return self.reply_now(caller, view, *b"91", &Tags::NONE, effects);
        }
        let number = caller.link.issuer;
        let settings = Arc::clone(&self.settings);
        let (Some(connection), Some(issuer)) = (self.connections.next_of(number), settings.issuers.get(number)) else {
            effects.tally.issuer_down += 1;
            return self.reply_now(caller, view, *b"91", &Tags::NONE, effects);
        };
        let mut index = FieldIndex::new();
        let carried = self.copy_out(caller, view, now, effects);
        let sent = carried.ok().and_then(|()| parse(&issuer.dialect, &self.outbound, &mut index).ok());
        let Some(sent) = sent else {
            effects.tally.not_carried += 1;
            return self.reply_now(caller, view, *b"30", &Tags::NONE, effects);
        };
        let key = key::response_key(issuer.dialect.semantics(), &sent, number);
        if let Some(id) = self.flights.by_response(&key) {
            return match self.is_in_flight(id, caller, view) {
                true => self.join(id, caller, effects),
                false => self.key_taken(caller, view, effects),
            };
        }
        if self.queue.by_response(&key).is_some() {
            // Its answer could not be told from that of a message of our own.
            return self.key_taken(caller, view, effects);
        }
        if effects.sends.push(connection, |out| issuer.frame.write(&self.outbound, out)).is_err() {
            effects.tally.not_carried += 1;
            return self.reply_now(caller, view, *b"30", &Tags::NONE, effects);
        }
        effects.tally.relayed += 1;
        let id = self.flights.open(
            caller.number,
            caller.connection,
            now.monotonic_us,
            caller.link.time_budget_us,
            view.bytes(),
        );
        if let Some(flight) = self.flights.opened(id) {
            flight.phase = Phase::Relayed;
            flight.issuer = Some(connection);
            flight.asked_us = now.monotonic_us;
        }
        self.flights.name_response(id, key);
    }

    /// Puts the request as the issuer's link wants it into [`Self::outbound`].
    pub(crate) fn copy_out(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        now: Now,
        effects: &mut Effects,
    ) -> Result<(), NotCarried> {
        self.outbound.clear();
        let settings = Arc::clone(&self.settings);
        let issuer = settings.issuers.get(caller.link.issuer).ok_or(NotCarried)?;
        outbound::unchanged(issuer, view, now.wall, &mut self.runs, &mut self.outbound, &mut effects.tally)
    }

    /// Whether what is relayed in this flight is this very request. One that only has the same key must not get its answer.
    fn is_in_flight(&mut self, id: FlightId, caller: Caller<'_>, view: &MessageView<'_>) -> bool {
        let Some(flight) = self.flights.get_mut(id) else { return false };
        let mut index = FieldIndex::new();
        let relayed = flight.phase == Phase::Relayed && flight.link == caller.number;
        relayed
            && parse(&caller.link.dialect, &flight.request, &mut index).is_ok_and(|first| {
                let fields = (2..=128).filter(|field| !OF_ITS_SENDING.contains(field));
                fields.into_iter().all(|field| first.raw(field) == view.raw(field))
            })
    }

    /// A repeat of a request in flight waits for the same answer.
    pub(crate) fn join(&mut self, id: FlightId, caller: Caller<'_>, effects: &mut Effects) {
        let Some(flight) = self.flights.get_mut(id) else { return };
        effects.tally.repeats_in_flight += 1;
        if flight.acquirer != caller.connection && !flight.waiters.contains(&caller.connection) {
            // The answers already waited for are those of living terminals; one more than fits asks again later.
            flight.waiters.try_push(caller.connection).unwrap_or_default();
        }
    }

    /// The issuer answered what is not ours.
    pub(crate) fn relay_answered(&mut self, id: FlightId, view: &MessageView<'_>, effects: &mut Effects) {
        let settings = Arc::clone(&self.settings);
        let Some(flight) = self.flights.get_mut(id) else { return };
        let Some(acquirer) = settings.acquirers.get(flight.link) else { return };
        let same = outbound::is_same(&acquirer.dialect, view.dialect());
        if !same {
            let mut index = FieldIndex::new();
            let Ok(request) = parse(&acquirer.dialect, &flight.request, &mut index) else { return };
            flight.answer.clear();
            effects.tally.translated += 1;
            if reply::translated(&request, view, &mut self.runs, &mut flight.answer).is_err() {
                effects.tally.not_carried += 1;
                return self.reply_from_request(id, *b"96", effects);
            }
        }
        let payload = if same { view.bytes() } else { flight.answer.as_slice() };
        for connection in std::iter::once(flight.acquirer).chain(flight.waiters.iter().copied()) {
            if self.connections.get(connection).is_some()
                && effects.sends.push(connection, |out| acquirer.frame.write(payload, out)).is_ok()
            {
                effects.tally.answers.count(view.raw(39).unwrap_or_default());
            }
        }
        self.flights.close(id);
    }
}
