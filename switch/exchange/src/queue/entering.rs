//! A message enters the queue, and may go out once the record that it stands for is durable.

use super::{Asked, Item, Queue, Staged, Step, Target};
use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use crate::flights::{FlightId, Grant};
use crate::inbound;
use crate::settings::Presentation;
use lijian_codecs::message::{FieldIndex, parse};
use lijian_domain::ids::{LinkName, Lsn};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::DoubtCause;
use lijian_domain::time::{BusinessDate, UnixMicros};
use std::sync::Arc;

impl Exchange {
    /// The sale of this flight is in doubt, which `record` says: its reversal goes out once that is durable.
    pub(crate) fn queue_doubt(&mut self, id: FlightId, cause: DoubtCause, record: Lsn, now: Now) {
        let Some(flight) = self.flights.get_mut(id) else { return };
        let (link, carried) = (flight.link, flight.issuer);
        let (intent, grant) = (flight.grant.intent, Original::of(&flight.grant));
        let Some(link) = self.settings.acquirers.get(link).map(|link| link.name) else { return };
        let day = grant.day.unwrap_or_else(|| self.moment(now).business_date);
        let item = Item { carried, ..self.item(Target::Doubt(cause), intent, grant, link, day, now) };
        self.queue.insert(intent, item);
        self.queue.staged.push_back((record, Staged::Enter(intent)));
    }

    /// The issuer did not answer the reversal of this flight, whose asking is on record, or not clearly: the acquirer is
    /// told 98, and the reversal goes out again until it is confirmed.
    pub(crate) fn queue_reversal(&mut self, id: FlightId, was_sent: bool, now: Now, effects: &mut Effects) {
        let settings = Arc::clone(&self.settings);
        let Some(flight) = self.flights.get_mut(id) else { return };
        let Some(acquirer) = settings.acquirers.get(flight.link) else { return };
        let mut index = FieldIndex::new();
        let Ok(request) = parse(&acquirer.dialect, &flight.request, &mut index) else { return };
        let origin = inbound::origin(acquirer, &request, &self.cards);
        let asked = Asked { origin, original: flight.original, takes: flight.grant.takes.as_slice().into() };
        let (lsn, intent, grant) = (flight.record, flight.grant.intent, Original::of(&flight.grant));
        let response = flight.response_key.clone();
        // The answer leaves now; nothing of the flight is undone.
        flight.phase = crate::flights::Phase::AnswerAppended;
        let target = Target::Reversal(Box::new(asked));
        let day = self.moment(now).business_date;
        let tries = u32::from(was_sent);
        let step = self.waiting_after(lsn, tries, now);
        let item = Item { tries, step, ..self.item(target, intent, grant, acquirer.name, day, now) };
        self.queue.insert(lsn, item);
        self.flights.forget_response_key(id);
        if let Some(key) = response {
            self.queue.expect(lsn, key);
        }
        effects.tally.queued += 1;
        self.reply_from_request(id, *b"98", effects);
    }

    /// What waits for records up to this one goes on.
    pub(crate) fn queue_durable(&mut self, durable: Lsn, now: Now, effects: &mut Effects) {
        while let Some((_, staged)) = self.queue.staged.pop_front_if(|(record, _)| *record <= durable) {
            match staged {
                Staged::Enter(lsn) => {
                    if self.queue.items.get(&lsn).is_some_and(|item| item.step == Step::Recorded) {
                        effects.tally.queued += 1;
                        self.queue.go(lsn, Step::Waiting { due_us: now.monotonic_us });
                    }
                }
                Staged::End(lsn, notes) => {
                    notes.iter().for_each(|(key, state, answered)| self.memory.note(key, *state, *answered));
                    self.queue.remove(lsn);
                }
                Staged::Order(order) => self.carry_out(order, now, effects),
            }
        }
    }

    /// A message that waits for its record.
    pub(super) fn item(
        &self,
        target: Target,
        intent: Lsn,
        original: Original,
        link: LinkName,
        day: BusinessDate,
        now: Now,
    ) -> Item {
        let acquirer = self.settings.acquirers.iter().find(|acquirer| acquirer.name == link);
        let issuer = acquirer.map(|acquirer| acquirer.issuer).filter(|issuer| *issuer < self.settings.issuers.len());
        let presentation =
            issuer.and_then(|issuer| self.settings.issuers.get(issuer)).map(|issuer| issuer.presentation);
        let net = presentation.is_none_or(|presentation| presentation == Presentation::Net);
        Item {
            target,
            intent,
            original_at: original.at,
            card: original.card,
            issuer,
            amount: if net { original.net } else { original.gross },
            day,
            sealed: original.day.unwrap_or(day),
            since: now.wall,
            tries: 0,
            sent_before: false,
            ordered: false,
            carried: None,
            response: None,
            late: None,
            step: Step::Recorded,
        }
    }
}

/// What is known of the original that a message is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Original {
    pub(crate) at: UnixMicros,
    /// By whose key its card number is sealed: its business date, where it is known.
    pub(crate) day: Option<BusinessDate>,
    pub(crate) card: lijian_domain::ids::CardFingerprint,
    /// What the card pays, or gets back, by it.
    pub(crate) net: MinorUnits,
    pub(crate) gross: MinorUnits,
}

impl Original {
    fn of(grant: &Grant) -> Self {
        Self { at: grant.at, day: grant.sealed, card: grant.card, net: grant.net, gross: grant.gross }
    }
}

impl Queue {
    /// An answer with this key will be about this message.
    pub(super) fn expect(&mut self, lsn: Lsn, key: crate::key::KeyBytes) {
        if let Some(item) = self.items.get_mut(&lsn) {
            item.response = Some(key.clone());
            self.by_response.insert(key, lsn);
        }
    }
}
