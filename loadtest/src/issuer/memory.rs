//! Which requests were seen: to know a repeat, and to find what a reversal takes back.
//!
//! Requests of one trace number and terminal form a chain, newest first; most chains have one link. The oldest requests
//! are forgotten, so that memory stays bounded however long the issuer runs.

use super::books::{Identity, MoneyRequest, Movement, Original, Ruling};
use super::card::Card;
use std::collections::{HashMap, VecDeque};

/// Requests remembered: more than a minute of 4,000 a second, about 60 MiB.
const REMEMBERED_MAX: usize = 262_144;
/// Requests of one trace number and terminal that are looked at, so that a peer that never counts on costs no more.
const CHAIN_MAX: usize = 64;

/// A request that was decided.
#[derive(Debug)]
pub(super) struct Remembered {
    pub(super) movement: Movement,
    pub(super) amount_minor: Option<u64>,
    pub(super) card: Option<Card>,
    pub(super) ruling: Ruling,
    /// Whether it was taken back.
    pub(super) reversed: bool,
    /// What refunds and voids gave back of it.
    pub(super) returned_minor: u64,
    /// The sale that this refund or void gave back of.
    pub(super) of: Option<Place>,
}

/// Where a request is remembered: its number in the order of arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(u64);

impl Remembered {
    pub(super) fn new(request: &MoneyRequest<'_>, ruling: Ruling) -> Self {
        let MoneyRequest { movement, amount_minor, card, .. } = *request;
        Self { movement, amount_minor, card, ruling, reversed: false, returned_minor: 0, of: None }
    }
}

#[derive(Debug)]
struct Link {
    request: Remembered,
    key: Box<[u8]>,
    times: [Box<[u8]>; 2],
    place: Box<[u8]>,
    /// The request before this one with the same trace number and terminal.
    before: Option<u64>,
}

/// The requests, oldest first.
#[derive(Debug, Default)]
pub(super) struct Memory {
    links: VecDeque<Link>,
    /// Position, counted from the very first request, of the oldest one kept.
    first: u64,
    newest: HashMap<Box<[u8]>, u64>,
}

impl Memory {
    /// The request that this one repeats.
    pub(super) fn repeated(&self, identity: &Identity<'_>) -> Option<&Remembered> {
        let at = self.find(identity.stan, identity.terminal, |link| *link.key == *identity.key)?;
        self.links.get(at).map(|link| &link.request)
    }

    /// The newest request that can be meant.
    pub(super) fn place_of(&self, original: &Original<'_>) -> Option<Place> {
        let named =
            |link: &Link| original.transmitted.is_none_or(|time| link.times.iter().any(|known| **known == *time));
        let at = self.find(original.stan, original.terminal, named)?;
        Some(Place(self.first + u64::try_from(at).ok()?))
    }

    /// What is remembered there, unless it is forgotten.
    pub(super) fn at(&mut self, place: Place) -> Option<&mut Remembered> {
        let at = usize::try_from(place.0.checked_sub(self.first)?).ok()?;
        self.links.get_mut(at).map(|link| &mut link.request)
    }

    /// Remembers a request, and forgets the oldest one if there are too many.
    pub(super) fn keep(&mut self, identity: &Identity<'_>, request: Remembered) {
        if self.links.len() >= REMEMBERED_MAX {
            self.forget_oldest();
        }
        let place = place(identity.stan, identity.terminal);
        let position = self.first + length(&self.links);
        let before = self.newest.insert(place.clone(), position);
        let (key, times) = (identity.key.into(), identity.times.map(Into::into));
        self.links.push_back(Link { request, key, times, place, before });
    }

    fn forget_oldest(&mut self) {
        let Some(oldest) = self.links.pop_front() else { return };
        if self.newest.get(&oldest.place) == Some(&self.first) {
            self.newest.remove(&oldest.place);
        }
        self.first += 1;
    }

    /// Index of the newest link of the chain that is wanted.
    fn find(&self, stan: &[u8], terminal: &[u8], wanted: impl Fn(&Link) -> bool) -> Option<usize> {
        let mut position = *self.newest.get(&place(stan, terminal))?;
        for _ in 0..CHAIN_MAX {
            // A position before the first is of a request that is forgotten.
            let at = usize::try_from(position.checked_sub(self.first)?).ok()?;
            let link = self.links.get(at)?;
            if wanted(link) {
                return Some(at);
            }
            position = link.before?;
        }
        None
    }
}

/// The trace number has a fixed length, so that both together are unique.
fn place(stan: &[u8], terminal: &[u8]) -> Box<[u8]> {
    [stan, terminal].concat().into()
}

fn length(links: &VecDeque<Link>) -> u64 {
    u64::try_from(links.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::seen::Outcome;
    use super::*;

    fn remembered(number: u64) -> Remembered {
        let ruling = Ruling { outcome: Outcome::Approved, code: *b"00", number, silent: false, delay_ms: 0 };
        let (movement, amount_minor) = (Movement::Debit, Some(1));
        Remembered { movement, amount_minor, card: None, ruling, reversed: false, returned_minor: 0, of: None }
    }

    fn identity<'a>(stan: &'a str, key: &'a str) -> Identity<'a> {
        Identity { stan: stan.as_bytes(), terminal: b"T", times: [key.as_bytes(), b""], key: key.as_bytes() }
    }

    #[test]
    fn a_trace_number_used_again_is_another_request() {
        let mut memory = Memory::default();
        memory.keep(&identity("000001", "monday"), remembered(1));
        memory.keep(&identity("000001", "tuesday"), remembered(2));
        assert_eq!(memory.repeated(&identity("000001", "monday")).unwrap().ruling.number, 1);
        assert!(memory.repeated(&identity("000001", "sunday")).is_none());
        let number = |memory: &mut Memory, transmitted| {
            let place = memory.place_of(&Original { stan: b"000001", terminal: b"T", transmitted })?;
            memory.at(place).map(|request| request.ruling.number)
        };
        assert_eq!(number(&mut memory, None), Some(2));
        assert_eq!(number(&mut memory, Some(b"monday")), Some(1));
        assert_eq!(number(&mut memory, Some(b"sunday")), None);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut memory = Memory::default();
        memory.keep(&identity("000001", "old"), remembered(1));
        memory.keep(&identity("000002", "lone"), remembered(2));
        memory.keep(&identity("000001", "new"), remembered(3));
        memory.forget_oldest();
        memory.forget_oldest();
        assert!(memory.repeated(&identity("000001", "old")).is_none());
        assert!(memory.repeated(&identity("000002", "lone")).is_none());
        assert_eq!(memory.repeated(&identity("000001", "new")).unwrap().ruling.number, 3);
        assert_eq!((memory.links.len(), memory.newest.len()), (1, 1));
    }
}
