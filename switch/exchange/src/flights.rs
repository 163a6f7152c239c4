//! Requests in flight: one slot each, used again with its buffers, so that nothing is allocated once they have grown. The
//! exchange alone holds this table and lends it to nobody: no lock is in it, and no second thread ever sees it.
//!
//! A slot is found by its number, by the key of the issuer's answer, and by the key of a repeat. Slots of one acquirer link
//! stand in a list in order of their deadlines, which is the order of arrival since a link's time budget is one number.

pub(crate) use crate::phase::Phase;

use crate::event::ConnectionId;
use crate::key::KeyBytes;
use crate::memory::State;
use crate::returns::Back;
use arrayvec::ArrayVec;
use foldhash::fast::FixedState;
use lijian_domain::cap::CapTake;
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{CampaignId, CardFingerprint, ContentDigest, DuplicateKey, GrantId, Lsn};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::Intent;
use lijian_domain::sale::ITEMS_MAX;
use lijian_domain::text::Text;
use lijian_domain::time::{BusinessDate, UnixMicros};
use std::collections::HashMap;

/// Repeats of one request that wait for its answer on other connections, at most; a further one gets no second answer.
const WAITERS_MAX: usize = 4;

/// A slot and which use of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct FlightId {
    slot: u32,
    generation: u32,
}

/// What is known of the grant that a flight makes, repeats or reverses.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grant {
    pub(crate) intent: Lsn,
    pub(crate) id: GrantId,
    pub(crate) at: UnixMicros,
    pub(crate) card: CardFingerprint,
    /// By whose key the card number is sealed: the business date of the intent.
    pub(crate) sealed: Option<BusinessDate>,
    pub(crate) campaign: CampaignId,
    pub(crate) gross: MinorUnits,
    pub(crate) discount: MinorUnits,
    pub(crate) net: MinorUnits,
    pub(crate) item_discounts: ArrayVec<MinorUnits, ITEMS_MAX>,
    pub(crate) takes: Vec<CapTake>,
}

impl Grant {
    /// What an intent, which stands at `lsn` and was made `at`, says of its grant.
    pub(crate) fn remember(&mut self, lsn: Lsn, at: UnixMicros, intent: &Intent) {
        let award = &intent.award;
        (self.intent, self.id, self.at, self.campaign) = (lsn, intent.grant, at, award.campaign);
        self.card = intent.origin.card;
        self.sealed = intent.recall.card.as_ref().map(|card| card.day);
        (self.gross, self.discount, self.net) = (award.gross, award.discount, award.net);
        self.item_discounts = award.items.iter().map(|item| item.discount).collect();
        self.takes.clear();
        self.takes.extend_from_slice(&award.caps);
    }
}

/// A request in flight.
#[derive(Default)]
pub(crate) struct Flight {
    generation: u32,
    earlier: Option<u32>,
    later: Option<u32>,
    queued: bool,
    pub(crate) phase: Phase,
    /// The acquirer link, its place in the settings.
    pub(crate) link: usize,
    /// Where the answer goes.
    pub(crate) acquirer: ConnectionId,
    /// Where repeats of the request wait for the same answer.
    pub(crate) waiters: ArrayVec<ConnectionId, WAITERS_MAX>,
    /// Where the request went.
    pub(crate) issuer: Option<ConnectionId>,
    pub(crate) received_us: u64,
    pub(crate) deadline_us: u64,
    /// When the record waited for was appended, and the sum of waits so far.
    pub(crate) appended_us: u64,
    pub(crate) journal_us: u64,
    pub(crate) asked_us: u64,
    pub(crate) issuer_us: u64,
    /// By which the issuer's answer is found, once the request is sent.
    pub(crate) response_key: Option<KeyBytes>,
    /// Identity among repeats; the default for what is not ours.
    pub(crate) key: DuplicateKey,
    pub(crate) content: ContentDigest,
    /// The request's payload as it came.
    pub(crate) request: Vec<u8>,
    /// The answer's payload, once made.
    pub(crate) answer: Vec<u8>,
    /// The result (DE39) in it.
    pub(crate) result: Text<3>,
    /// What the issuer will be asked, once the record waited for is durable.
    pub(crate) outbound: Vec<u8>,
    /// The cap that bound, of a sale at full price.
    pub(crate) bound: Text<80>,
    /// The key of a reversal's original.
    pub(crate) original: DuplicateKey,
    pub(crate) code: Option<DecisionCode>,
    /// The record that the answer refers to: the refusal of a sale at full price, the acceptance of a reversal, or the
    /// outcome that a repeat asks for.
    pub(crate) record: Lsn,
    /// What the reversal's original becomes once the reversal's outcome is on record.
    pub(crate) original_after: Option<State>,
    pub(crate) grant: Grant,
    /// What a void or refund waits for and gives back.
    pub(crate) back: Option<Box<Back>>,
}

impl Default for ConnectionId {
    fn default() -> Self {
        Self(u64::MAX)
    }
}

#[derive(Clone, Copy, Default)]
struct Queue {
    first: Option<u32>,
    last: Option<u32>,
    length: usize,
}

/// All requests in flight.
pub(crate) struct Flights {
    slots: Vec<Flight>,
    free: Vec<u32>,
    queues: Vec<Queue>,
    by_response: HashMap<KeyBytes, FlightId, FixedState>,
    by_request: HashMap<DuplicateKey, FlightId, FixedState>,
    length: usize,
}

impl Flights {
    pub(crate) fn new(links: usize, hash_seed: u64) -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            queues: vec![Queue::default(); links],
            by_response: HashMap::with_hasher(FixedState::with_seed(hash_seed)),
            by_request: HashMap::with_hasher(FixedState::with_seed(hash_seed)),
            length: 0,
        }
    }

    /// Requests in flight, over all links.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Requests of one link in flight.
    pub(crate) fn len_of(&self, link: usize) -> usize {
        self.queues.get(link).map_or(0, |queue| queue.length)
    }

    /// Takes a slot for a request of `link` and puts it last in the link's order of deadlines.
    pub(crate) fn open(
        &mut self,
        link: usize,
        acquirer: ConnectionId,
        now_us: u64,
        budget_us: u64,
        request: &[u8],
    ) -> FlightId {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Flight::default());
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        });
        self.length += 1;
        let last = self.queues.get(link).and_then(|queue| queue.last);
        let Some(flight) = self.slots.get_mut(slot as usize) else { return FlightId { slot, generation: 0 } };
        flight.generation = flight.generation.wrapping_add(1);
        flight.link = link;
        flight.acquirer = acquirer;
        flight.received_us = now_us;
        flight.deadline_us = now_us.saturating_add(budget_us);
        flight.request.extend_from_slice(request);
        flight.earlier = last;
        flight.queued = true;
        let id = FlightId { slot, generation: flight.generation };
        if let Some(before) = last.and_then(|last| self.slots.get_mut(last as usize)) {
            before.later = Some(slot);
        }
        if let Some(queue) = self.queues.get_mut(link) {
            queue.first = queue.first.or(Some(slot));
            queue.last = Some(slot);
            queue.length += 1;
        }
        id
    }

    /// The flight, unless it has ended since.
    pub(crate) fn get_mut(&mut self, id: FlightId) -> Option<&mut Flight> {
        self.slots
            .get_mut(id.slot as usize)
            .filter(|flight| flight.generation == id.generation && flight.phase != Phase::Free)
    }

    /// The flight just opened, before its phase is set.
    pub(crate) fn opened(&mut self, id: FlightId) -> Option<&mut Flight> {
        self.slots.get_mut(id.slot as usize).filter(|flight| flight.generation == id.generation)
    }

    /// The first flight of a link whose deadline has come.
    pub(crate) fn overdue(&self, link: usize, now_us: u64) -> Option<FlightId> {
        let slot = self.queues.get(link)?.first?;
        let flight = self.slots.get(slot as usize)?;
        (flight.deadline_us <= now_us).then_some(FlightId { slot, generation: flight.generation })
    }

    /// The earliest deadline of all.
    pub(crate) fn next_deadline_us(&self) -> Option<u64> {
        let firsts = self.queues.iter().filter_map(|queue| self.slots.get(queue.first? as usize));
        firsts.map(|flight| flight.deadline_us).min()
    }

    /// Takes a flight out of the order of deadlines: its fate no longer hangs on the issuer.
    pub(crate) fn settle(&mut self, id: FlightId) {
        let Some(flight) = self.slots.get_mut(id.slot as usize) else { return };
        if !flight.queued || flight.generation != id.generation {
            return;
        }
        flight.queued = false;
        let (earlier, later, link) = (flight.earlier.take(), flight.later.take(), flight.link);
        if let Some(before) = earlier.and_then(|slot| self.slots.get_mut(slot as usize)) {
            before.later = later;
        }
        if let Some(after) = later.and_then(|slot| self.slots.get_mut(slot as usize)) {
            after.earlier = earlier;
        }
        if let Some(queue) = self.queues.get_mut(link) {
            queue.length -= 1;
            if queue.first == Some(id.slot) {
                queue.first = later;
            }
            if queue.last == Some(id.slot) {
                queue.last = earlier;
            }
        }
    }

    /// Ends a flight: its slot is free, its keys are forgotten.
    pub(crate) fn close(&mut self, id: FlightId) {
        self.settle(id);
        self.forget_response_key(id);
        let Some(flight) = self.slots.get_mut(id.slot as usize) else { return };
        if flight.generation != id.generation {
            return;
        }
        if self.by_request.get(&flight.key) == Some(&id) {
            self.by_request.remove(&flight.key);
        }
        flight.key = DuplicateKey::default();
        flight.phase = Phase::Free;
        flight.generation = flight.generation.wrapping_add(1);
        flight.waiters.clear();
        flight.issuer = None;
        flight.request.clear();
        flight.answer.clear();
        flight.result = Text::EMPTY;
        flight.outbound.clear();
        flight.bound = Text::EMPTY;
        flight.code = None;
        flight.original_after = None;
        flight.grant.takes.clear();
        flight.back = None;
        (flight.journal_us, flight.issuer_us) = (0, 0);
        self.free.push(id.slot);
        self.length -= 1;
    }

    /// Makes a flight findable by its request's key.
    pub(crate) fn name_request(&mut self, id: FlightId, key: DuplicateKey) {
        self.by_request.insert(key, id);
        if let Some(flight) = self.opened(id) {
            flight.key = key;
        }
    }

    /// The flight of a request with this key.
    pub(crate) fn by_request(&self, key: &DuplicateKey) -> Option<FlightId> {
        self.by_request.get(key).copied()
    }

    /// Makes a flight findable by its answer's key.
    pub(crate) fn name_response(&mut self, id: FlightId, key: KeyBytes) {
        self.by_response.insert(key.clone(), id);
        if let Some(flight) = self.opened(id) {
            flight.response_key = Some(key);
        }
    }

    /// The flight that waits for an answer with this key.
    pub(crate) fn by_response(&self, key: &KeyBytes) -> Option<FlightId> {
        self.by_response.get(key).copied()
    }

    /// No answer is waited for any more.
    pub(crate) fn forget_response_key(&mut self, id: FlightId) {
        let Some(flight) = self.slots.get_mut(id.slot as usize).filter(|flight| flight.generation == id.generation)
        else {
            return;
        };
        if let Some(key) = flight.response_key.take()
            && self.by_response.get(&key) == Some(&id)
        {
            self.by_response.remove(&key);
        }
    }

    /// All flights that were sent over this issuer connection and are not answered.
    pub(crate) fn sent_over(&self, connection: ConnectionId) -> Vec<FlightId> {
        let waiting = |flight: &Flight| {
            let asked = [Phase::Relayed, Phase::Asked, Phase::FullPriceAsked, Phase::ReversalAsked, Phase::ReturnAsked];
            flight.issuer == Some(connection) && asked.contains(&flight.phase)
        };
        self.ids(waiting)
    }

    /// All flights in one of these phases.
    pub(crate) fn in_phases(&self, phases: &[Phase]) -> Vec<FlightId> {
        self.ids(|flight| phases.contains(&flight.phase))
    }

    fn ids(&self, wanted: impl Fn(&Flight) -> bool) -> Vec<FlightId> {
        let numbered = self.slots.iter().zip(0u32..);
        numbered
            .filter(|(flight, _)| wanted(flight))
            .map(|(flight, slot)| FlightId { slot, generation: flight.generation })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(flights: &mut Flights, link: usize, now_us: u64) -> FlightId {
        let id = flights.open(link, ConnectionId(1), now_us, 10, b"request");
        flights.opened(id).unwrap().phase = Phase::Relayed;
        id
    }

    #[test]
    fn deadlines_come_in_order_and_ended_flights_are_gone() {
        let mut flights = Flights::new(2, 7);
        let [first, second, third] = [0, 1, 2].map(|now_us| open(&mut flights, 0, now_us));
        flights.close(second);
        assert_eq!(flights.get_mut(second).map(|flight| flight.phase), None);
        assert_eq!(flights.overdue(0, 9), None);
        assert_eq!(flights.overdue(0, 20), Some(first));
        flights.settle(first);
        assert_eq!(flights.overdue(0, 20), Some(third));
        assert_eq!((flights.len(), flights.len_of(0), flights.len_of(1)), (2, 1, 0));
        let again = open(&mut flights, 1, 3);
        assert_ne!(again, second, "a slot used again is another flight");
        flights.close(second);
        assert!(flights.get_mut(again).is_some(), "an old number closes nothing");
    }

    #[test]
    fn keys_find_flights_until_they_end() {
        let mut flights = Flights::new(1, 7);
        let id = open(&mut flights, 0, 0);
        let key = KeyBytes::try_from(&b"stan"[..]).unwrap();
        flights.name_response(id, key.clone());
        flights.name_request(id, DuplicateKey([1; 16]));
        assert_eq!(flights.by_response(&key), Some(id));
        assert_eq!(flights.by_request(&DuplicateKey([1; 16])), Some(id));
        flights.close(id);
        assert_eq!(flights.by_response(&key), None);
        assert_eq!(flights.by_request(&DuplicateKey([1; 16])), None);
    }
}
