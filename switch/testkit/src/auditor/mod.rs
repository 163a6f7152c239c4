//! An independent model of the money: it reads the journal on its medium and the bytes on the wire, and has books and
//! arithmetic of its own.
//!
//! It may call nothing of ours, no other room of this crate either, so that no mistake is made twice in the same way; a test
//! holds that. What it must know beforehand (limits, rates) it is handed in plain data.
//!
//! Invariants: it is told everything in the order in which it happens; the first broken rule is the answer of the call that
//! broke it, and what it says afterwards means nothing. A record of a kind that it cannot read is an error that names the
//! kind.

mod acquirers;
mod books;
mod cap;
mod caps;
mod claim;
mod claims;
mod commands;
mod facts;
mod input;
mod issuers;
mod journal;
mod lottery;
mod queue;
mod quotes;
mod record;
mod redeemed;
mod returns;
mod rule;
mod sums;
mod traffic;
mod verdict;
pub mod wire;

pub use claim::ClaimStands;
pub use commands::{ClaimAsk, ClaimAsked, ClaimTold};
pub use facts::{Balance, ClaimTerms, Facts, Good, Lasts, Limit, PackTerms, Sponsor, Terms};
pub use journal::Medium;
pub use rule::{Rule, Violation};
pub use verdict::Standing;

use books::Books;
use claim::ClaimRecord;
use commands::Command;
use journal::Journal;
use queue::Queue;
use record::{Body, Record};
use std::collections::BTreeMap;
use traffic::Traffic;

/// See the module's text.
#[derive(Clone, Debug)]
pub struct Auditor {
    facts: Facts,
    /// Every record that was appended, the first one first.
    records: Vec<Record>,
    /// The last LSN on the medium.
    durable: u64,
    journal: Journal,
    books: Books,
    traffic: Traffic,
    /// Messages of the switch's own that wait for an issuer.
    queue: Queue,
    /// Commands about claims that wait for their answers, by ticket.
    commands: BTreeMap<u64, Command>,
    /// The true time, in microseconds: no clock of the switch.
    now_us: u64,
    /// Whether the switch was told that its journal takes nothing any more.
    poisoned: bool,
    /// Whether it was told that the disk will be full soon.
    space_low: bool,
}

impl Auditor {
    /// Nothing has happened yet.
    pub fn new(facts: Facts) -> Self {
        Self {
            facts,
            records: Vec::new(),
            durable: 0,
            journal: Journal::START,
            books: Books::default(),
            traffic: Traffic::default(),
            queue: Queue::default(),
            commands: BTreeMap::new(),
            now_us: 0,
            poisoned: false,
            space_low: false,
        }
    }

    /// It is now so late, by a clock that nothing moves, and this business day by the switch's own.
    pub fn time_is(&mut self, now_us: u64, day: i64) {
        self.now_us = now_us;
        self.queue.day_is(day);
    }

    /// This version of the rules says that; it is in force once the journal says so.
    pub fn rules_are_known(&mut self, version: [u8; 8], terms: Terms) {
        self.facts.terms.insert(version, terms);
    }

    /// A daemon has opened the journal: everything that was durable must be there, and is what counts from now on.
    ///
    /// # Errors
    /// Something is lost or changed, or a rule is broken.
    pub fn started(&mut self, medium: &dyn Medium) -> Result<(), Violation> {
        let mut journal = Journal::START;
        let found = journal.read_on(medium).map_err(|flaw| Rule::JournalReads.broken(flaw))?;
        let durable = usize::try_from(self.durable).unwrap_or(usize::MAX);
        if found.len() < durable {
            let what = format!("{durable} records were durable, {} are left", found.len());
            return Err(Rule::DurableStays.broken(what));
        }
        let same = |(one, other): (&Record, &Record)| one.raw == other.raw;
        if !found.iter().zip(&self.records).take(durable).all(same) {
            return Err(Rule::DurableStays.broken("a durable record was changed"));
        }
        (self.durable, self.journal, self.books) = (found.len() as u64, journal, Books::default());
        self.records = found;
        (self.poisoned, self.space_low) = (false, false);
        self.commands.clear();
        for record in &self.records {
            self.books.enter(record, &self.facts, None)?;
        }
        // What went through at its full price while nothing could be recorded is known to nobody any more.
        let (traffic, opened) = (&mut self.traffic, &self.books.opened);
        traffic.amounts.retain(|key, _| opened.contains_key(key));
        self.books.quotes_began(self.now_us);
        self.queue.started(self.durable);
        Ok(())
    }

    /// The switch appended records, encoded one after the other; they are not on the medium yet.
    ///
    /// # Errors
    /// A rule is broken.
    pub fn appended(&mut self, encoded: &[u8]) -> Result<(), Violation> {
        let unreadable = |flaw: &str| Rule::JournalReads.broken(flaw);
        for raw in journal::split(encoded).ok_or_else(|| unreadable("no whole records were appended"))? {
            let record = record::read(raw).map_err(|flaw| unreadable(&flaw))?;
            if record.lsn != self.records.len() as u64 + 1 {
                return Err(unreadable(&format!("record {} stands at {}", record.lsn, self.records.len() + 1)));
            }
            self.books.enter(&record, &self.facts, Some(self.now_us))?;
            self.believe(&record)?;
            self.records.push(record);
        }
        Ok(())
    }

    /// Looks how far the journal is on the medium.
    ///
    /// # Errors
    /// What stands there is not what was appended.
    pub fn look(&mut self, medium: &dyn Medium) -> Result<(), Violation> {
        for found in self.journal.read_on(medium).map_err(|flaw| Rule::JournalReads.broken(flaw))? {
            let place = usize::try_from(found.lsn - 1).unwrap_or(usize::MAX);
            if self.records.get(place).is_none_or(|record| record.raw != found.raw) {
                return Err(Rule::JournalReads.broken(format!("record {} was never appended", found.lsn)));
            }
            self.durable = found.lsn;
        }
        Ok(())
    }

    /// The switch counts this on its caps, all of them.
    ///
    /// # Errors
    /// The journal says otherwise.
    pub fn balances<'a>(&self, counted: impl IntoIterator<Item = (&'a str, Balance)>) -> Result<(), Violation> {
        let mut seen = 0;
        for (cap, counted) in counted {
            seen += 1;
            let due = self.books.caps.balance(cap);
            if counted != due {
                return Err(Rule::CapsAreFold.broken(format!("{cap}: counted {counted:?}, recorded {due:?}")));
            }
        }
        let recorded = self.books.caps.names().count();
        if seen < recorded {
            return Err(Rule::CapsAreFold.broken(format!("{seen} caps counted, {recorded} recorded")));
        }
        Ok(())
    }

    /// The switch was told that its journal takes nothing any more.
    pub fn poisoned(&mut self) {
        self.poisoned = true;
    }

    /// The switch was told that the disk will be full soon.
    pub fn space_is_low(&mut self) {
        self.space_low = true;
    }

    /// Records in the journal, by the name of their kind; those that redeem a claim a second time.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        let redeems = |record: &&Record| match &record.body {
            Body::Intent(sale) | Body::Quoted { sale, .. } => sale.caps.iter().any(|take| take.cap.starts_with("qual")),
            _ => false,
        };
        let redeeming = self.records.iter().filter(redeems).map(|_| "redeeming a claim");
        self.records.iter().map(|record| kind(&record.body)).chain(redeeming)
    }
}

/// The name of a record's kind.
const fn kind(body: &Body) -> &'static str {
    match body {
        Body::Opened { .. } => "opened",
        Body::Intent(_) => "intent",
        Body::Granted(_) => "granted",
        Body::Declined(_) => "declined",
        Body::Refused(_) => "refused",
        Body::FullPrice(_) => "full price",
        Body::InDoubt { .. } => "in doubt",
        Body::Released { .. } => "released",
        Body::ReversalAsked { .. } => "reversal asked",
        Body::Reversed(_) => "reversed",
        Body::ReversalRefused(_) => "reversal refused",
        Body::Tombstone { .. } => "tombstone",
        Body::Quoted { .. } => "quoted",
        Body::ReturnAsked(_) => "return asked",
        Body::Returned(_) => "returned",
        Body::ReturnRefused(_) => "return refused",
        Body::GaveBack { .. } => "gave back",
        Body::QueueOrdered { .. } => "queue ordered",
        Body::RulesChanged { .. } => "rules changed",
        Body::Claim(ClaimRecord::Made { .. }) => "claimed",
        Body::Claim(ClaimRecord::Changed { .. }) => "claim changed",
        Body::Claim(ClaimRecord::Drawn { .. }) => "drawn",
    }
}
