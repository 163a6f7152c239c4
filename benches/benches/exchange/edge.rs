//! What a daemon is to its exchange, without sockets and disk: it hands frames over, has records written and read back, and
//! answers as an issuer that approves everything.

use crate::messages::Request;
use crate::meter::Meter;
use crate::nowhere::Nowhere;
use crate::world;
use lijian_codecs::Mti;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_codecs::message::{FieldIndex, parse};
use lijian_codecs::write::MessageWriter;
use lijian_domain::ids::Lsn;
use lijian_domain::time::UnixMicros;
use lijian_exchange::{ConnectionId, Effects, Event, Exchange, LinkId, Now, SealingKey, Ticket};
use lijian_store::format;
use lijian_store::journal::{Journal, JournalEvent, JournalOptions};
use lijian_store::quota::Quota;
use lijian_store::recovery::Recovered;
use std::collections::HashMap;
use std::convert::Infallible;
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

const TILL: ConnectionId = ConnectionId(1);
const ISSUER: ConnectionId = ConnectionId(2);
/// Between two turns.
const PAUSE_US: u64 = 100;

pub(crate) struct Edge {
    exchange: Exchange,
    effects: Effects,
    dialect: Arc<Dialect>,
    journal: Journal,
    durable: Receiver<Lsn>,
    /// The records of this round: what can be asked for again.
    written: Vec<u8>,
    places: HashMap<Lsn, Range<usize>>,
    start: UnixMicros,
    now_us: u64,
}

/// What became of a batch.
pub(crate) struct Served {
    /// DE39 of the answers.
    pub(crate) response_codes: Vec<String>,
    /// Records made.
    pub(crate) records: u64,
}

impl Edge {
    pub(crate) fn new() -> Self {
        let settings = world::settings();
        let dialect = Arc::clone(&settings.issuers[0].dialect);
        let opened = Journal::open(Arc::new(Nowhere), JournalOptions::default()).unwrap();
        let effects = Effects::new(opened.next_lsn());
        let (sender, durable) = sync_channel(64);
        let observer = move |event| {
            if let JournalEvent::Durable(lsn) = event {
                sender.send(lsn).unwrap();
            }
        };
        let journal = opened.start(observer).unwrap();
        let calendar = settings.calendar.clone();
        let mut exchange = Exchange::new(settings, Arc::new(world::rules()), Arc::new(Quota::new()));
        exchange.recover(&Recovered::default(), |_| Ok::<_, Infallible>(None)).unwrap();
        let (written, places, start) = (Vec::new(), HashMap::new(), world::noon());
        let mut edge = Self { exchange, effects, dialect, journal, durable, written, places, start, now_us: 0 };
        let key = SealingKey::new(calendar.moment(start).business_date, [9; 32]);
        edge.turn(Event::Started, &mut Meter::off());
        edge.turn(Event::SealingKeys(&[key]), &mut Meter::off());
        for (connection, link) in [(ISSUER, LinkId::Issuer(0)), (TILL, LinkId::Acquirer(0))] {
            edge.turn(Event::Connected { connection, link }, &mut Meter::off());
        }
        edge
    }

    /// A request as it stands on the wire.
    pub(crate) fn framed(&self, request: &Request) -> Vec<u8> {
        let mut writer = MessageWriter::build(&self.dialect, Mti::parse(request.mti).unwrap());
        for (field, text) in &request.fields {
            writer.set(*field, text.as_bytes());
        }
        framed(&writer)
    }

    /// Requests that come with one read, and everything that follows until they are answered.
    pub(crate) fn serve(&mut self, frames: &[u8], meter: &mut Meter) -> Served {
        let mut response_codes = Vec::new();
        let (mut approvals, mut reads) = (Vec::new(), Vec::new());
        let before = self.effects.journal.last_lsn();
        self.turn(Event::Received { connection: TILL, bytes: frames }, meter);
        assert_eq!(self.effects.consumed, frames.len());
        loop {
            for payload in self.sent_to(ISSUER) {
                approvals.extend(approved(&self.dialect, payload));
            }
            response_codes.extend(self.sent_to(TILL).map(|payload| response_code(&self.dialect, payload)));
            reads.append(&mut self.effects.reads);
            assert!(self.effects.finds.is_empty() && self.effects.closes.is_empty());
            self.effects.clear();
            if let Some((ticket, lsn)) = reads.pop() {
                self.read(ticket, lsn, meter);
            } else if !self.effects.journal.is_empty() {
                self.append(meter);
            } else if !approvals.is_empty() {
                self.turn(Event::Received { connection: ISSUER, bytes: &approvals }, meter);
                assert_eq!(self.effects.consumed, approvals.len());
                approvals.clear();
            } else {
                break;
            }
        }
        assert_eq!(self.exchange.in_flight(), 0);
        self.effects.samples.clear();
        Served { response_codes, records: self.effects.journal.last_lsn().0 - before.0 }
    }

    /// Forgets the records that nobody asks for any more.
    pub(crate) fn forget(&mut self) {
        self.written.clear();
        self.places.clear();
    }

    fn turn(&mut self, event: Event<'_>, meter: &mut Meter) {
        let now = self.now();
        meter.measure(|| self.exchange.handle(event, now, &mut self.effects));
    }

    fn now(&mut self) -> Now {
        self.now_us += PAUSE_US;
        let passed = i64::try_from(self.now_us).unwrap();
        Now { wall: UnixMicros(self.start.0 + passed), monotonic_us: self.now_us }
    }

    /// Decoding is a part of what a request costs; finding it on a disk is not.
    fn read(&mut self, ticket: Ticket, lsn: Lsn, meter: &mut Meter) {
        let now = self.now();
        let place = self.places.get(&lsn).cloned().unwrap();
        meter.measure(|| {
            let entry = Box::new(format::decode(&self.written[place]).unwrap());
            self.exchange.handle(Event::Read { ticket, entry: Some(&entry) }, now, &mut self.effects);
        });
    }

    fn append(&mut self, meter: &mut Meter) {
        let last = self.effects.journal.last_lsn();
        let mut lsn = Lsn(last.0 - u64::from(self.effects.journal.count()));
        let mut encoded = self.effects.journal.encoded();
        while let [a, b, c, d, ..] = encoded {
            let length = usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).unwrap();
            let (record, rest) = encoded.split_at(length);
            lsn = lsn.next();
            self.places.insert(lsn, self.written.len()..self.written.len() + length);
            self.written.extend_from_slice(record);
            encoded = rest;
        }
        assert_eq!(lsn, last);
        self.journal.append(&mut self.effects.journal).unwrap();
        while self.durable.recv().unwrap() < last {}
        self.turn(Event::Durable(last), meter);
    }

    fn sent_to(&self, connection: ConnectionId) -> impl Iterator<Item = &[u8]> {
        let to = self.effects.sends.iter().filter(move |(to, _)| *to == connection);
        to.flat_map(|(_, bytes)| {
            let mut rest = bytes;
            std::iter::from_fn(move || {
                let frame = FrameFormat::default().next(rest).unwrap()?;
                rest = &rest[frame.consumed..];
                Some(frame.payload)
            })
        })
    }
}

fn framed(writer: &MessageWriter<'_>) -> Vec<u8> {
    let mut frame = Vec::new();
    let begun = FrameFormat::default().begin(&mut frame);
    writer.write(&mut frame).unwrap();
    FrameFormat::default().finish(&mut frame, begun).unwrap();
    frame
}

/// An issuer's yes, framed.
fn approved(dialect: &Dialect, asked: &[u8]) -> Vec<u8> {
    let mut index = FieldIndex::new();
    let mut answer = MessageWriter::patch(parse(dialect, asked, &mut index).unwrap());
    answer.respond().set(38, b"A1B2C3").set(39, b"00").remove(48).remove(54).remove(90);
    framed(&answer)
}

fn response_code(dialect: &Dialect, answer: &[u8]) -> String {
    let mut index = FieldIndex::new();
    let view = parse(dialect, answer, &mut index).unwrap();
    String::from_utf8_lossy(view.raw(39).unwrap_or_default()).into_owned()
}
