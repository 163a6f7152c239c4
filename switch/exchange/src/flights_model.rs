//! The pending table against a naive one that remembers everything: whatever is done in whatever order, an answer finds the
//! request that waits for it and no other, and never one that has ended.

use crate::event::ConnectionId;
use crate::flights::{FlightId, Flights, Phase};
use crate::key::KeyBytes;
use lijian_domain::ids::DuplicateKey;
use proptest::prelude::*;
use std::collections::BTreeMap;

const LINKS: usize = 3;
const KEYS: u8 = 6;
const CONNECTIONS: u64 = 3;
const PHASES: [Phase; 4] = [Phase::IntentAppended, Phase::Asked, Phase::Relayed, Phase::AnswerAppended];

/// One thing done to the table; numbers choose among the flights ever opened, the keys and so on.
#[derive(Clone, Debug)]
enum Step {
    Open { link: usize, later_us: u64 },
    Close { flight: usize },
    Settle { flight: usize },
    NameRequest { flight: usize, key: u8 },
    NameResponse { flight: usize, key: u8 },
    Forget { flight: usize },
    Send { flight: usize, over: u64, phase: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let flight = || 0..24_usize;
    prop_oneof![
        4 => (0..LINKS, 0..5_u64).prop_map(|(link, later_us)| Step::Open { link, later_us }),
        3 => flight().prop_map(|flight| Step::Close { flight }),
        1 => flight().prop_map(|flight| Step::Settle { flight }),
        2 => (flight(), 0..KEYS).prop_map(|(flight, key)| Step::NameRequest { flight, key }),
        3 => (flight(), 0..KEYS).prop_map(|(flight, key)| Step::NameResponse { flight, key }),
        1 => flight().prop_map(|flight| Step::Forget { flight }),
        2 => (flight(), 0..CONNECTIONS, 0..PHASES.len())
            .prop_map(|(flight, over, phase)| Step::Send { flight, over, phase }),
    ]
}

/// A flight as the model remembers it, for ever.
struct Known {
    id: FlightId,
    link: usize,
    deadline_us: u64,
    ended: bool,
    queued: bool,
    phase: Phase,
    over: Option<u64>,
    request: Option<u8>,
    response: Option<u8>,
}

#[derive(Default)]
struct Model {
    now_us: u64,
    known: Vec<Known>,
}

impl Model {
    fn budget_us(link: usize) -> u64 {
        10 + 7 * link as u64
    }

    fn step(&mut self, flights: &mut Flights, step: &Step) {
        match *step {
            Step::Open { link, later_us } => self.open(flights, link, later_us),
            Step::Close { flight } => {
                if let Some(known) = self.known.get_mut(flight) {
                    flights.close(known.id);
                    (known.ended, known.queued, known.request, known.response) = (true, false, None, None);
                }
            }
            Step::Settle { flight } => {
                if let Some(known) = self.known.get_mut(flight) {
                    flights.settle(known.id);
                    known.queued = false;
                }
            }
            Step::Forget { flight } => {
                if let Some(known) = self.known.get_mut(flight) {
                    flights.forget_response_key(known.id);
                    known.response = None;
                }
            }
            Step::Send { flight, over, phase } => self.send(flights, flight, over, PHASES[phase]),
            // The exchange names a living flight, once, by a key that finds no other.
            Step::NameRequest { flight, key } => {
                let taken = self.known.iter().any(|known| known.request == Some(key));
                if let Some(known) = self.living(flight).filter(|known| known.request.is_none() && !taken) {
                    flights.name_request(known.id, DuplicateKey([key + 1; 16]));
                    known.request = Some(key);
                }
            }
            Step::NameResponse { flight, key } => {
                let taken = self.known.iter().any(|known| known.response == Some(key));
                if let Some(known) = self.living(flight).filter(|known| known.response.is_none() && !taken) {
                    flights.name_response(known.id, response_key(key));
                    known.response = Some(key);
                }
            }
        }
    }

    fn open(&mut self, flights: &mut Flights, link: usize, later_us: u64) {
        self.now_us += later_us;
        let number = self.known.len();
        let (acquirer, budget_us) = (ConnectionId(number as u64), Self::budget_us(link));
        let id = flights.open(link, acquirer, self.now_us, budget_us, &number.to_le_bytes());
        flights.opened(id).unwrap().phase = Phase::RelayAppended;
        self.known.push(Known {
            id,
            link,
            deadline_us: self.now_us + budget_us,
            ended: false,
            queued: true,
            phase: Phase::RelayAppended,
            over: None,
            request: None,
            response: None,
        });
    }

    fn send(&mut self, flights: &mut Flights, flight: usize, over: u64, phase: Phase) {
        if let Some(known) = self.known.get_mut(flight)
            && let Some(found) = flights.get_mut(known.id)
        {
            (found.issuer, found.phase) = (Some(ConnectionId(over)), phase);
            (known.over, known.phase) = (Some(over), phase);
        }
    }

    fn living(&mut self, flight: usize) -> Option<&mut Known> {
        self.known.get_mut(flight).filter(|known| !known.ended)
    }

    fn ids(&self, wanted: impl Fn(&Known) -> bool) -> Vec<FlightId> {
        self.known.iter().filter(|known| !known.ended && wanted(known)).map(|known| known.id).collect()
    }

    /// Everything that can be asked of the table has the answer of the model.
    fn check(&self, flights: &mut Flights) {
        assert_eq!(flights.len(), self.ids(|_| true).len());
        for link in 0..LINKS {
            let waiting: Vec<&Known> = self.known.iter().filter(|known| known.queued && known.link == link).collect();
            assert_eq!(flights.len_of(link), waiting.len());
            // Of one link, the first to come is the first to be overdue.
            for now_us in [self.now_us, self.now_us + 12, u64::MAX] {
                let first = waiting.iter().min_by_key(|known| known.deadline_us);
                let overdue = first.filter(|known| known.deadline_us <= now_us).map(|known| known.id);
                assert_eq!(flights.overdue(link, now_us), overdue);
            }
        }
        let deadlines = self.known.iter().filter(|known| known.queued).map(|known| known.deadline_us);
        assert_eq!(flights.next_deadline_us(), deadlines.min());
        for key in 0..KEYS {
            assert_eq!(flights.by_response(&response_key(key)), self.named(|known| known.response == Some(key)));
            let request = DuplicateKey([key + 1; 16]);
            assert_eq!(flights.by_request(&request), self.named(|known| known.request == Some(key)));
        }
        for (number, known) in self.known.iter().enumerate() {
            let found = flights.get_mut(known.id);
            assert_eq!(found.is_some(), !known.ended, "flight {number}");
            if let Some(found) = found {
                assert_eq!(found.request, number.to_le_bytes(), "another flight's request");
                assert_eq!((found.acquirer, found.phase), (ConnectionId(number as u64), known.phase));
                assert_eq!(found.issuer, known.over.map(ConnectionId));
            }
        }
        let asked = |phase| matches!(phase, Phase::Asked | Phase::Relayed);
        for over in 0..CONNECTIONS {
            let sent = self.ids(|known| known.over == Some(over) && asked(known.phase));
            assert_eq!(sorted(flights.sent_over(ConnectionId(over))), sorted(sent));
        }
        for phase in PHASES {
            assert_eq!(sorted(flights.in_phases(&[phase])), sorted(self.ids(|known| known.phase == phase)));
        }
    }

    fn named(&self, wanted: impl Fn(&Known) -> bool) -> Option<FlightId> {
        self.known.iter().find(|known| wanted(known)).map(|known| known.id)
    }
}

fn response_key(key: u8) -> KeyBytes {
    KeyBytes::try_from(&[b'r', key][..]).unwrap()
}

fn sorted(ids: Vec<FlightId>) -> BTreeMap<String, FlightId> {
    ids.into_iter().map(|id| (format!("{id:?}"), id)).collect()
}

proptest! {
    #[test]
    fn the_table_does_what_a_naive_one_does(steps in prop::collection::vec(step(), 1..60)) {
        let mut flights = Flights::new(LINKS, 7);
        let mut model = Model::default();
        for step in &steps {
            model.step(&mut flights, step);
            model.check(&mut flights);
        }
    }
}

/// The table is no thread's but its owner's: the exchange lends it out to change it, and to one at a time. This would not
/// compile if a flight could be opened, named or ended through a reference that others hold too.
#[test]
fn nothing_changes_without_the_owner() {
    let _: fn(&mut Flights, FlightId) = Flights::close;
    let _: fn(&mut Flights, FlightId) = Flights::settle;
    let _: fn(&mut Flights, FlightId) = Flights::forget_response_key;
    let _: fn(&mut Flights, FlightId, KeyBytes) = Flights::name_response;
    let _: fn(&mut Flights, FlightId, DuplicateKey) = Flights::name_request;
    let _: fn(&mut Flights, usize, ConnectionId, u64, u64, &[u8]) -> FlightId = Flights::open;
    // No cell, no lock, no atomic inside: what only reads is no door either.
    fn plain<T: Send + Sync + std::panic::RefUnwindSafe>() {}
    plain::<Flights>();
}
