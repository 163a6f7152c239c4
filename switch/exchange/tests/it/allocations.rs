//! With 1,024 requests in flight, nothing is allocated for each of them: neither for what is relayed, nor for a sale.
#![expect(unsafe_code, reason = "an allocator that counts is an allocator, and that trait is unsafe")]

use crate::messages::*;
use crate::world::*;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_codecs::message::{FieldIndex, parse};
use lijian_codecs::write::MessageWriter;
use lijian_exchange::{ConnectionId, Effects, Event, Exchange, LinkId};
use lijian_store::journal::{Journal, JournalOptions};
use lijian_store::storage::faulty::MemoryStorage;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

const IN_FLIGHT: u32 = 1_024;
/// Frames that come with one read.
const FRAMES_PER_READ: usize = 32;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// Counts for each thread: tests run beside each other, and the journal's thread beside them.
// SAFETY: everything is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a daemon is to its exchange, with a journal in memory, counting what both allocate on this thread.
struct Edge {
    world: World,
    journal: Journal,
    allocated: u64,
    stan: u32,
}

impl Edge {
    fn new() -> Self {
        let setup = Setup { in_flight_max: 2 * IN_FLIGHT as usize, budget_fen: 100_000_000_000, ..Setup::default() };
        let options = JournalOptions { free_bytes_min: 0, ..JournalOptions::default() };
        let journal = Journal::open(Arc::new(MemoryStorage::default()), options).unwrap().start(drop).unwrap();
        Self { world: setup.build(), journal, allocated: 0, stan: 0 }
    }

    fn counted(&mut self, of: impl FnOnce(&mut Exchange, &mut Effects, &Journal)) {
        let before = ALLOCATIONS.with(Cell::get);
        of(&mut self.world.exchange, &mut self.world.effects, &self.journal);
        self.allocated += ALLOCATIONS.with(Cell::get) - before;
    }

    /// Hands over everything, as many frames at a time as one read brings.
    fn receive(&mut self, connection: ConnectionId, frames: &[Vec<u8>]) {
        for read in frames.chunks(FRAMES_PER_READ) {
            let (bytes, now) = (read.concat(), self.world.now());
            self.counted(|exchange, effects, _| {
                exchange.handle(Event::Received { connection, bytes: &bytes }, now, effects);
            });
            assert_eq!(self.world.effects.consumed, bytes.len());
        }
    }

    /// What waits is written, and what waited for that goes on.
    fn sync(&mut self) {
        let now = self.world.now();
        self.counted(|exchange, effects, journal| {
            journal.append(&mut effects.journal).unwrap();
            while journal.durable() < effects.journal.last_lsn() {
                std::thread::yield_now();
            }
            exchange.handle(Event::Durable(journal.durable()), now, effects);
        });
    }

    /// The frames' payloads for one connection; what else there was is forgotten.
    fn take(&mut self, connection: ConnectionId) -> Vec<Vec<u8>> {
        let mut payloads = Vec::new();
        for (_, bytes) in self.world.effects.sends.iter().filter(|(to, _)| *to == connection) {
            let mut rest = bytes;
            while let Some(frame) = FrameFormat::default().next(rest).unwrap() {
                payloads.push(frame.payload.to_vec());
                rest = &rest[frame.consumed..];
            }
        }
        self.world.effects.clear();
        self.world.effects.samples.clear();
        payloads
    }

    /// 1,024 requests like this one at once, through issuer and journal, to their answers; what was allocated for them.
    fn round(&mut self, like: &Fields, answered: &[u8]) -> u64 {
        self.allocated = 0;
        let stans = self.stan..self.stan + IN_FLIGHT;
        self.stan = stans.end;
        let template = self.world.encode(LinkId::Acquirer(0), "0200", like);
        let frames: Vec<_> = stans.map(|stan| numbered(&template, stan)).collect();
        self.receive(TILL, &frames);
        self.sync();
        assert_eq!(self.world.exchange.in_flight(), frames.len());
        let asked = self.take(ISSUER);
        assert_eq!(asked.len(), frames.len());
        let dialect = &self.world.settings.issuers[0].dialect;
        let approvals: Vec<_> = asked.iter().map(|asked| approved(dialect, asked)).collect();
        self.receive(ISSUER, &approvals);
        self.sync();
        let answers = self.take(TILL);
        assert_eq!(answers.iter().filter(|answer| contains(answer, answered)).count(), frames.len());
        assert_eq!(self.world.exchange.in_flight(), 0);
        self.allocated
    }
}

/// An issuer's yes, framed.
fn approved(dialect: &Dialect, asked: &[u8]) -> Vec<u8> {
    let mut index = FieldIndex::new();
    let view = parse(dialect, asked, &mut index).unwrap();
    let mut frame = Vec::new();
    let begun = FrameFormat::default().begin(&mut frame);
    let mut answer = MessageWriter::patch(view);
    answer.respond().set(37, b"424242424242").set(38, b"A1B2C3").set(39, b"00").remove(48).remove(54);
    answer.write(&mut frame).unwrap();
    FrameFormat::default().finish(&mut frame, begun).unwrap();
    frame
}

fn contains(payload: &[u8], text: &[u8]) -> bool {
    payload.windows(text.len()).any(|window| window == text)
}

/// Stands in a template wherever the trace number goes.
const STAN: u32 = 918_273;

/// The template with another trace number, and with it another card.
fn numbered(template: &[u8], stan: u32) -> Vec<u8> {
    let (from, to) = (STAN.to_string().into_bytes(), format!("{stan:06}").into_bytes());
    let mut frame = template.to_vec();
    for at in 0..=frame.len() - from.len() {
        if template[at..].starts_with(&from) {
            frame[at..at + to.len()].copy_from_slice(&to);
        }
    }
    frame
}

#[test]
fn none_from_frame_in_to_frame_out_on_the_relay_path() {
    let mut edge = Edge::new();
    let mut plain = sale_of(STAN, CARD, "", 200_000);
    plain.remove(&48);
    let mut round = || edge.round(&plain, b"A1B2C300");
    assert!(round() > 0, "the counter counts");
    let grown: Vec<_> = (0..3).map(|_| round()).collect();
    let counted: u64 = (0..8).map(|_| round()).sum();
    assert_eq!(counted, 0, "while buffers grew: {grown:?}");
}

/// Each sale is remembered and each card has an allowance: the tables that hold these grow by doubling, now and then, and
/// that is all there may be. The warm-up ends where most of their many parts have just done so.
#[test]
fn none_for_each_subsidised_sale() {
    const WARM_UP: usize = 17;
    const ROUNDS: usize = 4;
    let mut edge = Edge::new();
    let tags = format!("01013{FRIDGE}03006200000");
    let fridge = sale_of(STAN, &format!("6217000000000{STAN}"), &tags, 200_000);
    let mut round = || edge.round(&fridge, b"82004G000");
    let grown: Vec<_> = (0..WARM_UP).map(|_| round()).collect();
    assert!(grown[0] > 0, "the counter counts");
    let counted: Vec<_> = (0..ROUNDS).map(|_| round()).collect();
    let sales = u64::from(IN_FLIGHT) * ROUNDS as u64;
    let allocated: u64 = counted.iter().sum();
    assert!(allocated * 100 < sales, "{allocated} for {sales} sales, by rounds {counted:?}, after {grown:?}");
}
