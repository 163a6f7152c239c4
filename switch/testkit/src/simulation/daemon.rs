//! The daemon's process: the very exchange, journal and recovery, with the edges of a simulation around them.

use super::caps_seen::CapsSeen;
use super::disk::Disk;
use super::mutation::Mutation;
use super::scenario::Scenario;
use super::snapshot::{self, Remembering};
use crate::auditor::{Balance, Rule, Violation};
use lijian_domain::ids::{Lsn, Rrn};
use lijian_domain::record::{Entry, Opened, Record};
use lijian_domain::rules::Rules;
use lijian_domain::text::Text;
use lijian_domain::time::BusinessDate;
use lijian_exchange::{ConnectionId, Effects, Event, Exchange, Now, SealingKey, Settings};
use lijian_store::claims::Claims;
use lijian_store::format::{self, RecordBuffer};
use lijian_store::journal::{Journal, JournalEvent, JournalOptions, JournalReader};
use lijian_store::quota::Quota;
use lijian_store::recovery::replay;
use lijian_store::storage::Storage;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

/// With more than this waiting, records leave for the journal before the disk is free.
const EARLY_BYTES: usize = 12_000;

/// Keys to seal with are there for so many days around the start: longer than any history.
const KEY_DAYS: i32 = 40;

/// A running daemon.
pub(crate) struct Daemon {
    pub(crate) exchange: Exchange,
    pub(crate) effects: Effects,
    quota: Arc<Quota>,
    journal: Journal,
    events: Receiver<JournalEvent>,
    reader: JournalReader,
    /// Bytes of each connection that were not consumed yet.
    pub(crate) rest: BTreeMap<ConnectionId, Vec<u8>>,
    /// How much of the effects' records has been looked at.
    seen_bytes: usize,
    /// Records on their way to the disk: the first ones are being written.
    pub(crate) writing: VecDeque<RecordBuffer>,
    pub(crate) poisoned: bool,
    /// Whether a sale was accepted since this was asked last.
    pub(crate) intended: bool,
    caps: CapsSeen,
    mutation: Option<Mutation>,
}

impl Daemon {
    /// Starts as the daemon does: journal, recovery, its own record.
    pub(crate) fn start(
        disk: &Disk,
        scenario: &Scenario,
        rules: &Arc<Rules>,
        settings: Settings,
        now: Now,
        mutation: Option<Mutation>,
    ) -> Result<Self, Violation> {
        let refused = |error: &dyn std::fmt::Display| Rule::JournalReads.broken(format!("the start failed: {error}"));
        let storage: Arc<dyn Storage> = Arc::new(disk.clone());
        let options = JournalOptions { segment_bytes: scenario.segment_bytes, ..JournalOptions::default() };
        let open = Journal::open(Arc::clone(&storage), options).map_err(|error| refused(&error))?;
        let reader = || JournalReader::open(Arc::clone(&storage)).map_err(|error| refused(&error));
        let quota = Arc::<Quota>::default();
        let date = settings.calendar.moment(now.wall).business_date;
        let remembering = Remembering { answers_days: settings.answers_days, hash_seed: settings.hash_seed };
        let mut exchange = Exchange::new(settings, Arc::clone(rules), Arc::clone(&quota));
        if let Some(Mutation::Inside(misdeed)) = mutation {
            exchange.misdo(misdeed);
        }
        // Every other start, and none that is to go wrong, goes on from a snapshot.
        let by_snapshot = mutation.is_none() && open.next_lsn().0.is_multiple_of(2);
        let (mut first, mut again, mut caps) = (reader()?, reader()?, CapsSeen::default());
        let entries = first.entries(Lsn(1)).inspect(|entry| {
            if let Ok(entry) = entry {
                caps.see(entry);
                if !by_snapshot && !is_forgotten(&entry.record, mutation) {
                    exchange.replay(entry);
                }
            }
        });
        let mut recovered = if by_snapshot {
            entries.for_each(drop);
            snapshot::take_over(&storage, &mut exchange, &quota, remembering).map_err(|error| refused(&error))?
        } else {
            replay(entries, &quota, |lsn| again.record(lsn)).map_err(|error| refused(&error))?
        };
        if mutation == Some(Mutation::OpenIntentsForgotten) {
            recovered.open.clear();
            recovered.quotes.clear();
        }
        if mutation == Some(Mutation::ClaimsForgotten) {
            recovered.claims = Claims::new();
        }
        if !by_snapshot {
            exchange.recover(&recovered, |lsn| again.record(lsn)).map_err(|error| refused(&error))?;
        }
        let mut effects = Effects::new(open.next_lsn());
        let opened = Opened {
            incarnation: recovered.incarnation + 1,
            node: 1,
            rules: rules.version,
            software: Text::new("simulation").unwrap_or_default(),
        };
        effects.journal.push(now.wall, date, &Record::Opened(opened));
        let (sender, events) = channel();
        let journal = open.start(move |event| drop(sender.send(event))).map_err(|error| refused(&error))?;
        let mut daemon = Self {
            exchange,
            effects,
            quota,
            journal,
            events,
            reader: reader()?,
            rest: BTreeMap::new(),
            seen_bytes: 0,
            writing: VecDeque::new(),
            poisoned: false,
            intended: false,
            caps,
            mutation,
        };
        daemon.handle(Event::Started, now);
        let days = (-KEY_DAYS..=KEY_DAYS).map(|days| BusinessDate(date.0 + days));
        let keys: Vec<_> = days.map(|day| SealingKey::new(day, [5; 32])).collect();
        daemon.handle(Event::SealingKeys(&keys), now);
        Ok(daemon)
    }

    /// Lets one thing happen.
    pub(crate) fn handle(&mut self, event: Event<'_>, now: Now) {
        self.exchange.handle(event, now, &mut self.effects);
    }

    /// Bytes of a connection, with those before them that were not consumed.
    pub(crate) fn receive(&mut self, connection: ConnectionId, bytes: &[u8], now: Now) {
        let mut all = self.rest.remove(&connection).unwrap_or_default();
        all.extend_from_slice(bytes);
        self.handle(Event::Received { connection, bytes: &all }, now);
        all.drain(..self.effects.consumed);
        if !all.is_empty() {
            self.rest.insert(connection, all);
        }
    }

    /// The records that were appended since this was asked last, encoded.
    pub(crate) fn appended(&mut self) -> Vec<u8> {
        let new = self.effects.journal.encoded().get(self.seen_bytes..).unwrap_or_default().to_vec();
        self.seen_bytes += new.len();
        let mut rest = new.as_slice();
        while let [a, b, c, d, ..] = rest {
            let length = usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX);
            let Some((record, after)) = rest.split_at_checked(length) else { break };
            if let Ok(entry) = format::decode(record) {
                self.caps.see(&entry);
                self.intended |= matches!(entry.record, Record::Intent(_));
                self.misdo(&entry.record);
            }
            rest = after;
        }
        new
    }

    /// Hands records over to the disk. Whether a write begins with it.
    pub(crate) fn hand_over(&mut self) -> bool {
        let idle = self.writing.is_empty();
        if self.poisoned {
            // What the journal does not take is gone.
            self.forget_records();
            return false;
        }
        if self.effects.journal.is_empty() || !(idle || self.effects.journal.len_bytes() > EARLY_BYTES) {
            return false;
        }
        let next = RecordBuffer::new(self.effects.journal.next_lsn());
        self.writing.push_back(std::mem::replace(&mut self.effects.journal, next));
        self.seen_bytes = 0;
        idle
    }

    fn forget_records(&mut self) {
        self.writing.clear();
        self.effects.journal = RecordBuffer::new(self.effects.journal.next_lsn());
        self.seen_bytes = 0;
    }

    /// The disk does what it does to the records being written; what becomes of them. None where nothing is written.
    pub(crate) fn write(&mut self) -> Option<Event<'static>> {
        let mut batch = self.writing.pop_front()?;
        let last = batch.last_lsn();
        if self.journal.append(&mut batch).is_err() {
            return Some(Event::Poisoned);
        }
        loop {
            match self.events.recv() {
                Ok(JournalEvent::Durable(lsn)) if lsn >= last => return Some(Event::Durable(lsn)),
                Ok(JournalEvent::Poisoned(_)) | Err(_) => return Some(Event::Poisoned),
                Ok(_) => {}
            }
        }
    }

    /// A record, read back from the disk.
    pub(crate) fn read(&mut self, lsn: Lsn) -> Option<Entry> {
        let entry = self.reader.record(lsn).ok().flatten()?;
        if self.mutation == Some(Mutation::WrongRecordReadBack) {
            let kind = std::mem::discriminant(&entry.record);
            let others = (1..lsn.0).rev().filter_map(|lsn| self.reader.record(Lsn(lsn)).ok().flatten());
            let other = others.map(|other| other.record).find(|other| std::mem::discriminant(other) == kind);
            return Some(Entry { record: other.unwrap_or(entry.record), ..entry });
        }
        Some(entry)
    }

    /// The sales with this number, as far as the journal is durable.
    pub(crate) fn find(&mut self, rrn: Rrn) -> Option<Vec<Lsn>> {
        let durable = self.journal.durable();
        let mut sales = Vec::new();
        for entry in self.reader.entries(Lsn(1)) {
            let entry = entry.ok()?;
            if entry.lsn > durable {
                break;
            }
            sales.extend(match &entry.record {
                Record::Intent(intent) if intent.origin.rrn == rrn => Some(entry.lsn),
                Record::Granted(outcome) if outcome.answer.rrn == rrn => Some(outcome.intent),
                _ => None,
            });
        }
        sales.sort_unstable();
        sales.dedup();
        Some(sales)
    }

    /// Everything that stands on caps.
    pub(crate) fn balances(&self) -> impl Iterator<Item = (&str, Balance)> {
        self.caps.balances(&self.quota)
    }

    /// Mistakes with money that follow a record: its caps are held or used once more than they should be.
    fn misdo(&self, record: &Record) {
        let of = |intent: Lsn| self.caps.of(intent);
        match (record, self.mutation) {
            (Record::Declined(outcome), Some(Mutation::RollbackForgotten)) => {
                drop(self.quota.replay_hold(of(outcome.intent)));
            }
            (Record::Reversed(outcome), Some(Mutation::GivenBackTooLittle)) => {
                let takes = of(outcome.intent);
                drop(self.quota.replay_hold(takes).and_then(|()| self.quota.replay_grant(takes)));
            }
            _ => {}
        }
    }
}

/// What a start does not tell the exchange of.
fn is_forgotten(record: &Record, mutation: Option<Mutation>) -> bool {
    match mutation {
        Some(Mutation::TombstonesNotReplayed) => matches!(record, Record::Tombstone(_)),
        Some(Mutation::AnswersForgotten) => !matches!(record, Record::Tombstone(_)),
        _ => false,
    }
}
