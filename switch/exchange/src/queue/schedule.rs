//! Whose turn it is: of each card on each link the first, and of those whoever is due.

use super::Step;
use foldhash::fast::FixedState;
use lijian_domain::ids::{CardFingerprint, Lsn};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One card on one issuer link.
pub(super) type Lane = (usize, CardFingerprint);

/// The messages of one card on one link.
#[derive(Default)]
struct Waiting {
    /// Those that are to go out, each with when; none of those that may not yet.
    in_order: BTreeMap<Lsn, Option<u64>>,
    /// The one under way.
    busy: Option<Lsn>,
    /// The one that stands among those that are due.
    listed: Option<(u64, Lsn)>,
}

/// See the module's text.
pub(super) struct Schedule {
    lanes: HashMap<Lane, Waiting, FixedState>,
    /// Of each link: the first of each card that is not busy, by when it may go.
    due: Vec<BTreeSet<(u64, Lsn)>>,
    /// Of each link: how many are under way.
    busy: Vec<usize>,
    /// When the answers of those that are sent are given up.
    deadlines: BTreeSet<(u64, Lsn)>,
}

impl Schedule {
    pub(super) fn new(issuers: usize, hash_seed: u64) -> Self {
        Self {
            lanes: HashMap::with_hasher(FixedState::with_seed(hash_seed)),
            due: vec![BTreeSet::new(); issuers],
            busy: vec![0; issuers],
            deadlines: BTreeSet::new(),
        }
    }

    /// A message enters its card's order.
    pub(super) fn enter(&mut self, lane: Lane, lsn: Lsn, step: Step) {
        self.moved(lane, lsn, Step::Ending, step);
    }

    /// A message moves from one step to the next.
    pub(super) fn moved(&mut self, lane: Lane, lsn: Lsn, before: Step, after: Step) {
        if let Step::Sent { deadline_us, .. } = before {
            self.deadlines.remove(&(deadline_us, lsn));
        }
        if let Step::Sent { deadline_us, .. } = after {
            self.deadlines.insert((deadline_us, lsn));
        }
        let waiting = self.lanes.entry(lane).or_default();
        let busy = |step| matches!(step, Step::Reading | Step::Sent { .. });
        if let Some(count) = self.busy.get_mut(lane.0) {
            *count = *count + usize::from(busy(after)) - usize::from(busy(before));
        }
        if waiting.busy == Some(lsn) {
            waiting.busy = None;
        }
        match after {
            Step::Recorded => drop(waiting.in_order.insert(lsn, None)),
            Step::Waiting { due_us } => drop(waiting.in_order.insert(lsn, Some(due_us))),
            Step::Reading | Step::Sent { .. } => {
                waiting.in_order.insert(lsn, None);
                waiting.busy = Some(lsn);
            }
            Step::Parked(_) | Step::Ending => drop(waiting.in_order.remove(&lsn)),
        }
        let first = waiting.in_order.first_key_value().filter(|_| waiting.busy.is_none());
        let next = first.and_then(|(lsn, due_us)| Some(((*due_us)?, *lsn)));
        if let Some(due) = self.due.get_mut(lane.0).filter(|_| next != waiting.listed) {
            if let Some(listed) = std::mem::replace(&mut waiting.listed, next) {
                due.remove(&listed);
            }
            due.extend(next);
        }
        if waiting.in_order.is_empty() {
            self.lanes.remove(&lane);
        }
    }

    /// The next message of a link that may go out at this time, if fewer than `most` are under way.
    pub(super) fn next(&self, link: usize, most: usize, now_us: u64) -> Option<Lsn> {
        let (due_us, lsn) = *self.due.get(link)?.first()?;
        let room = self.busy.get(link).is_some_and(|busy| *busy < most);
        (room && due_us <= now_us).then_some(lsn)
    }

    /// When the next message of a link may go out; none where nothing waits for the time.
    pub(super) fn due_us(&self, link: usize, most: usize) -> Option<u64> {
        let room = self.busy.get(link).is_some_and(|busy| *busy < most);
        self.due.get(link)?.first().filter(|_| room).map(|(due_us, _)| *due_us)
    }

    /// The first message whose answer is overdue.
    pub(super) fn overdue(&self, now_us: u64) -> Option<Lsn> {
        self.deadlines.first().filter(|(deadline_us, _)| *deadline_us <= now_us).map(|(_, lsn)| *lsn)
    }

    /// When the next answer is given up.
    pub(super) fn deadline_us(&self) -> Option<u64> {
        self.deadlines.first().map(|(deadline_us, _)| *deadline_us)
    }
}

/// How long to wait after the try of this number: doubling from `first_us` to `most_us`, less up to a quarter, so that what
/// failed together does not come together again. The same message waits the same time in every replay.
pub(super) fn pause_us(lsn: Lsn, tries: u32, first_us: u64, most_us: u64) -> u64 {
    let doublings = tries.saturating_sub(1).min(32);
    let whole = first_us.saturating_mul(1 << doublings).min(most_us);
    // SplitMix64 (Steele, Lea, Flood 2014) of the message and the try.
    let mut mixed = lsn.0.wrapping_add(u64::from(tries).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    whole - (mixed ^ (mixed >> 31)) % (whole / 4 + 1)
}

#[cfg(test)]
mod tests {
    use super::super::Why;
    use super::*;
    use crate::event::ConnectionId;

    const ONE: Lane = (0, CardFingerprint([1; 16]));
    const OTHER: Lane = (0, CardFingerprint([2; 16]));
    const SENT: Step = Step::Sent { over: ConnectionId(1), deadline_us: 90 };

    #[test]
    fn of_a_card_one_goes_at_a_time_in_order() {
        let mut schedule = Schedule::new(1, 7);
        let ready = Step::Waiting { due_us: 10 };
        schedule.enter(ONE, Lsn(5), ready);
        schedule.enter(ONE, Lsn(3), Step::Recorded);
        schedule.enter(OTHER, Lsn(7), ready);
        assert_eq!(schedule.next(0, 9, 10), Some(Lsn(7)), "the first of the other card may not go yet");
        schedule.moved(ONE, Lsn(3), Step::Recorded, ready);
        assert_eq!((schedule.next(0, 9, 10), schedule.next(0, 9, 9)), (Some(Lsn(3)), None));
        schedule.moved(ONE, Lsn(3), ready, SENT);
        assert_eq!((schedule.next(0, 9, 10), schedule.next(0, 1, 10)), (Some(Lsn(7)), None));
        assert_eq!((schedule.overdue(90), schedule.overdue(89)), (Some(Lsn(3)), None));
        schedule.moved(ONE, Lsn(3), SENT, Step::Waiting { due_us: 200 });
        assert_eq!(schedule.next(0, 9, 100), Some(Lsn(7)), "the later one of the card waits behind the first");
        schedule.moved(ONE, Lsn(3), Step::Waiting { due_us: 200 }, Step::Parked(Why::DayOver));
        assert_eq!(schedule.next(0, 9, 100), Some(Lsn(5)), "what is not sent at all holds up nobody");
    }

    #[test]
    fn pauses_double_to_their_most_and_differ() {
        let pause = |tries| pause_us(Lsn(9), tries, 1_000, 60_000);
        for (tries, whole) in [(1, 1_000), (2, 2_000), (3, 4_000), (40, 60_000)] {
            let least = whole - whole / 4;
            assert!((least..=whole).contains(&pause(tries)), "{tries}: {}", pause(tries));
        }
        assert_ne!(pause_us(Lsn(9), 6, 1_000, 60_000), pause_us(Lsn(10), 6, 1_000, 60_000));
    }
}
