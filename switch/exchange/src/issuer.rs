//! What comes from issuers, and what is sent to them: answers find their requests, or are counted.

use crate::effects::{CloseReason, Effects};
use crate::event::{ConnectionId, Now};
use crate::exchange::Exchange;
use crate::flights::{FlightId, Phase};
use crate::key;
use crate::settings::IssuerLink;
use lijian_codecs::MtiClass;
use lijian_codecs::message::{FieldIndex, MessageView, parse};
use std::sync::Arc;

/// Where an answer came from.
#[derive(Clone, Copy)]
pub(crate) struct Answerer<'a> {
    pub(crate) connection: ConnectionId,
    /// The link's place in the settings.
    pub(crate) number: usize,
    pub(crate) link: &'a IssuerLink,
}

impl Exchange {
    pub(crate) fn issuer_bytes(
        &mut self,
        connection: ConnectionId,
        number: usize,
        bytes: &[u8],
        now: Now,
        effects: &mut Effects,
    ) {
        let settings = Arc::clone(&self.settings);
        let Some(link) = settings.issuers.get(number) else { return };
        let answerer = Answerer { connection, number, link };
        let mut index = FieldIndex::new();
        let mut rest = bytes;
        self.heard_from(connection, now);
        loop {
            match link.frame.next(rest) {
                Ok(Some(frame)) => {
                    rest = rest.get(frame.consumed..).unwrap_or_default();
                    if !frame.payload.is_empty() {
                        effects.tally.issuer_frames += 1;
                        self.issuer_message(answerer, frame.payload, &mut index, now, effects);
                    }
                }
                Ok(None) => break,
                Err(_) => {
                    self.close(connection, CloseReason::Frame, effects);
                    rest = &[];
                    break;
                }
            }
        }
        effects.consumed = bytes.len() - rest.len();
    }

    fn issuer_message(
        &mut self,
        from: Answerer<'_>,
        payload: &[u8],
        index: &mut FieldIndex,
        now: Now,
        effects: &mut Effects,
    ) {
        let view = match parse(&from.link.dialect, payload, index) {
            Ok(view) => view,
            // An answer that cannot be read decides nothing: its request times out, and what is known then is the truth.
            Err(_) => return effects.tally.unreadable += 1,
        };
        let network = from.link.dialect.class_of(view.mti()) == Some(MtiClass::NetworkManagement);
        if network && self.session_message(from, &view, now, effects) {
            return;
        }
        if view.mti().is_request() {
            effects.tally.unmatched_answers += 1;
            return;
        }
        let key = key::response_key(from.link.dialect.semantics(), &view, from.number);
        match (self.flights.by_response(&key), self.queue.by_response(&key)) {
            (Some(id), _) => self.answered(id, &view, now, effects),
            (None, Some(lsn)) => self.queue_answered(lsn, from.connection, &view, now, effects),
            (None, None) => self.answered_late(&key, &view, now, effects),
        }
    }

    fn answered(&mut self, id: FlightId, view: &MessageView<'_>, now: Now, effects: &mut Effects) {
        self.flights.forget_response_key(id);
        let Some(flight) = self.flights.get_mut(id) else { return };
        flight.issuer_us = now.monotonic_us.saturating_sub(flight.asked_us);
        match flight.phase {
            Phase::Relayed => self.relay_answered(id, view, effects),
            Phase::Asked => self.sale_answered(id, view, now, effects),
            Phase::FullPriceAsked => self.full_price_answered(id, view, now, effects),
            Phase::ReversalAsked => self.reversal_answered(id, view, now, effects),
            Phase::ReturnAsked => self.return_answered(id, view, now, effects),
            _ => effects.tally.unmatched_answers += 1,
        }
    }

    /// Sends what a flight has for the issuer, its record being durable. Where that cannot be done any more, nothing was
    /// ever asked, and the flight ends so.
    pub(crate) fn ask_issuer(&mut self, id: FlightId, now: Now, effects: &mut Effects) {
        let settings = Arc::clone(&self.settings);
        let Some(flight) = self.flights.get_mut(id) else { return };
        let Some(acquirer) = settings.acquirers.get(flight.link) else { return };
        let Some(issuer) = settings.issuers.get(acquirer.issuer) else { return };
        let outbound = std::mem::take(&mut flight.outbound);
        let overdue = flight.deadline_us <= now.monotonic_us;
        let mut index = FieldIndex::new();
        let key = parse(&issuer.dialect, &outbound, &mut index)
            .ok()
            .map(|view| key::response_key(issuer.dialect.semantics(), &view, acquirer.issuer))
            .filter(|key| self.flights.by_response(key).is_none() && !self.is_expected_late(key) && !overdue);
        let connection = self.connections.next_of(acquirer.issuer);
        let sent = key.zip(connection).filter(|(_, connection)| {
            effects.sends.push(*connection, |out| issuer.frame.write(&outbound, out)).is_ok()
        });
        if let Some(flight) = self.flights.get_mut(id) {
            flight.outbound = outbound;
        }
        match sent {
            Some((key, connection)) => self.asked(id, key, connection, now),
            None => self.not_asked(id, now, effects),
        }
    }

    /// Whether an answer with this key may still come to something else.
    pub(crate) fn is_expected_late(&self, key: &key::KeyBytes) -> bool {
        self.doubts.expects(key) || self.queue.by_response(key).is_some()
    }

    fn asked(&mut self, id: FlightId, key: key::KeyBytes, connection: ConnectionId, now: Now) {
        self.flights.name_response(id, key);
        let Some(flight) = self.flights.get_mut(id) else { return };
        flight.issuer = Some(connection);
        flight.asked_us = now.monotonic_us;
        flight.phase = match flight.phase {
            Phase::IntentAppended => Phase::Asked,
            Phase::FullPriceAppended => Phase::FullPriceAsked,
            Phase::ReversalAppended => Phase::ReversalAsked,
            Phase::ReturnAppended => Phase::ReturnAsked,
            Phase::RelayAppended => Phase::Relayed,
            other => other,
        };
    }

    fn not_asked(&mut self, id: FlightId, now: Now, effects: &mut Effects) {
        effects.tally.issuer_down += 1;
        match self.flights.get_mut(id).map(|flight| flight.phase) {
            Some(Phase::IntentAppended) => self.never_sent(id, now, effects),
            Some(Phase::ReturnAppended) => self.return_never_sent(id, now, effects),
            // Its asking is on record: it goes out as soon as it can.
            Some(Phase::ReversalAppended) => self.queue_reversal(id, false, now, effects),
            Some(_) => self.reply_from_request(id, *b"91", effects),
            None => {}
        }
    }

    /// An issuer connection is gone: whoever waits for an answer over it will not get one.
    pub(crate) fn issuer_lost(&mut self, connection: ConnectionId, now: Now, effects: &mut Effects) {
        for id in self.flights.sent_over(connection) {
            self.unanswered(id, lijian_domain::record::DoubtCause::LinkLost, now, effects);
        }
        self.queue_lost(connection, now);
    }

    /// The time budget of a flight is over.
    pub(crate) fn timed_out(&mut self, id: FlightId, now: Now, effects: &mut Effects) {
        self.flights.settle(id);
        let asked = [Phase::Relayed, Phase::Asked, Phase::FullPriceAsked, Phase::ReversalAsked, Phase::ReturnAsked];
        // What still waits for the journal goes on: its record decides, and an intent that is late is never sent.
        if self.flights.get_mut(id).is_some_and(|flight| asked.contains(&flight.phase)) {
            effects.tally.time_outs += 1;
            self.unanswered(id, lijian_domain::record::DoubtCause::TimeOut, now, effects);
        }
    }
}
