//! Messages of our own that wait for an issuer: reversals of sales and voids in doubt, reversals and refunds that an acquirer
//! asked for and that the issuer did not answer. Store and forward: they stand in the journal before they are sent, and are
//! sent until the issuer confirms them.
//!
//! What is sent follows what ISO 8583 lets be done about a message without an answer. A request (a sale, a void) is taken back
//! by its reversal: nobody was told that it happened, and repeated it could happen after the till has given up. So a void in
//! doubt ends as one that was not done: the grant stands, the void sent again is told 21 (no action taken), and the till may
//! void anew. An advice (a refund) and a reversal tell of what has happened, and are repeated until they are answered. A late
//! no to a void ends its doubt at once; a late yes ends nothing, since the reversal is on its way.
//!
//! The way of one: it enters once the record that it stands for is durable (`entering`); when its turn comes its original is
//! read back (`sending`) and the message made of journal data alone (`message`); `answers` says what confirms it. What an
//! acquirer asks for meanwhile joins it (`joining`); what two people decide about it is carried out (`orders`). A restart finds
//! all of it in the journal again (`recovery`).
//!
//! Invariants: nothing is sent before its record is durable; of one card on one link one message is under way at a time, in
//! the order of their records; nothing is sent where the link is not ready; nothing whose business day is over is sent unless
//! two people said so; what it stood for ends once, the record first. A further kind of message is a [`Target`] and its arms in
//! `message`, `answers` and `row`.

mod answers;
mod entering;
mod joining;
mod message;
mod orders;
mod recovery;
mod returned;
mod row;
mod schedule;
mod sending;

pub(crate) use entering::Original;
pub(crate) use message::TYPE;
pub use row::{QueueRow, QueueState};

use crate::event::{ConnectionId, Ticket};
use crate::key::KeyBytes;
use crate::memory::State;
use arrayvec::ArrayVec;
use foldhash::fast::FixedState;
use lijian_domain::cap::{CapTake, Takes};
use lijian_domain::ids::{CardFingerprint, DuplicateKey, Lsn};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{DoubtCause, Origin, QueueOrdered, ReturnAsked, ReturnWay};
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::recovery::OpenReturn;
use schedule::Schedule;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// What a message in the queue stands for.
#[derive(Debug)]
pub(crate) enum Target {
    /// The reversal of a sale in doubt; the item's number is that of the intent.
    Doubt(DoubtCause),
    /// The reversal of a grant, which an acquirer asked for; the item's number is that of the asking.
    Reversal(Box<Asked>),
    /// A void, a refund or the reversal of a void that the issuer did not answer; the item's number is that of the asking.
    Return(Box<Returning>),
}

/// A reversal that an acquirer asked for.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The acquirer's own message.
    origin: Origin,
    /// By which the sale is known.
    original: DuplicateKey,
    /// What the caps get back.
    takes: Box<[CapTake]>,
}

/// A return that an acquirer asked for. Of a void in doubt the message is its reversal, of the others it is their own.
#[derive(Debug)]
pub(crate) struct Returning {
    /// The acquirer's own message.
    origin: Origin,
    way: ReturnWay,
    /// The void that a void's reversal undoes.
    of: Option<Lsn>,
    /// The business day on which it was asked for.
    asked_on: BusinessDate,
    /// What the caps get back once it is done.
    takes: Takes,
    /// The asking, read back, and when that was: a refund waits for its sale, which it names.
    asking: Option<(UnixMicros, Box<ReturnAsked>)>,
}

impl Target {
    /// The record by which others know what this takes back: the intent of a grant, or the asking of a void.
    fn takes_back(&self, intent: Lsn) -> Option<Lsn> {
        match self {
            Self::Doubt(_) => None,
            Self::Reversal(_) => Some(intent),
            Self::Return(returning) => returning.of,
        }
    }

    /// The record that its message is made of.
    fn source(&self, lsn: Lsn, intent: Lsn) -> Lsn {
        match self {
            Self::Doubt(_) | Self::Reversal(_) => intent,
            Self::Return(returning) => returning.of.unwrap_or(lsn),
        }
    }
}

/// Why one is not sent although it is not confirmed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Why {
    /// Its business day is over.
    DayOver,
    /// The key that its card number was sealed with is not there.
    KeyGone,
    /// It cannot be written for the issuer's link, or the link is not configured any more.
    NotWritten,
}

/// How far one has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    /// Its record is not durable yet.
    Recorded,
    /// It may go out from then on, in its card's order.
    Waiting { due_us: u64 },
    /// Its original is being read back.
    Reading,
    /// It is with the issuer.
    Sent { over: ConnectionId, deadline_us: u64 },
    /// It is not sent.
    Parked(Why),
    /// Its end is appended, and not durable yet.
    Ending,
}

/// A message that waits.
#[derive(Debug)]
struct Item {
    target: Target,
    /// The record of its original sale.
    intent: Lsn,
    /// When that was made.
    original_at: UnixMicros,
    card: CardFingerprint,
    /// The issuer link, its place in the settings; none where it is not configured any more.
    issuer: Option<usize>,
    /// The amount that the issuer sees.
    amount: MinorUnits,
    /// On whose end it is not sent any more.
    day: BusinessDate,
    /// By whose key the card number is sealed: the day of the original.
    sealed: BusinessDate,
    since: UnixMicros,
    /// How often it was sent by this run of the daemon.
    tries: u32,
    /// An earlier run may have sent it.
    sent_before: bool,
    /// Two people said that it is to be sent whatever the day.
    ordered: bool,
    /// Over which connection its original went.
    carried: Option<ConnectionId>,
    /// By which the issuer's answer is known, once it was sent.
    response: Option<KeyBytes>,
    /// The same of a void in doubt, whose own answer may come late.
    late: Option<KeyBytes>,
    step: Step,
}

/// What is remembered of a request from now on.
type Note = (DuplicateKey, State, Option<Lsn>);

/// What waits for a record to be durable.
#[derive(Debug)]
enum Staged {
    /// An item may go out.
    Enter(Lsn),
    /// An item is over: what becomes of its requests.
    End(Lsn, ArrayVec<Note, 2>),
    /// Two people's decision is carried out.
    Order(QueueOrdered),
}

/// All messages that wait.
pub(crate) struct Queue {
    items: BTreeMap<Lsn, Item>,
    schedule: Schedule,
    /// The reversal that waits, by the LSN of the grant's intent or of the void's asking.
    reversal_of: BTreeMap<Lsn, Lsn>,
    /// By which the issuer's answer is known, also one that comes after its time.
    by_response: HashMap<KeyBytes, Lsn, FixedState>,
    reads: HashMap<Ticket, Lsn, FixedState>,
    staged: VecDeque<(Lsn, Staged)>,
    /// Decisions that a restart found and that are not carried out yet.
    recovered_orders: Vec<QueueOrdered>,
    /// Returns that a restart found open and that need no word of the issuer.
    recovered_ends: Vec<(Lsn, Box<OpenReturn>)>,
    /// Sales of each business date whose card number is needed.
    sealed: BTreeMap<BusinessDate, usize>,
    parked: usize,
    /// The business date when it was looked at last, and when it is looked at again.
    today: BusinessDate,
    look_us: u64,
}

impl Queue {
    pub(crate) fn new(issuers: usize, hash_seed: u64) -> Self {
        let hasher = FixedState::with_seed(hash_seed);
        Self {
            items: BTreeMap::new(),
            schedule: Schedule::new(issuers, hash_seed),
            reversal_of: BTreeMap::new(),
            by_response: HashMap::with_hasher(hasher.clone()),
            reads: HashMap::with_hasher(hasher),
            staged: VecDeque::new(),
            recovered_orders: Vec::new(),
            recovered_ends: Vec::new(),
            sealed: BTreeMap::new(),
            parked: 0,
            today: BusinessDate::default(),
            look_us: 0,
        }
    }

    /// Whether a reversal of this sale (by its intent) or void (by its asking), in doubt or not, waits. Its end counts only
    /// when that is durable.
    pub(crate) fn reverses(&self, original: Lsn) -> bool {
        self.items.contains_key(&original) || self.reversal_of.contains_key(&original)
    }

    /// Whether what asks for the reversal of this void may join one that waits, and is not over.
    pub(crate) fn takes_back(&self, void: Lsn) -> bool {
        let lsn = self.reversal_of.get(&void).unwrap_or(&void);
        self.items.get(lsn).is_some_and(|item| item.step != Step::Ending)
    }

    /// The item whose answer has this key.
    pub(crate) fn by_response(&self, key: &KeyBytes) -> Option<Lsn> {
        self.by_response.get(key).copied()
    }

    /// Takes a message in; it has its place in its card's order from now on.
    fn insert(&mut self, lsn: Lsn, item: Item) {
        if let Some(original) = item.target.takes_back(item.intent) {
            self.reversal_of.insert(original, lsn);
        }
        *self.sealed.entry(item.sealed).or_default() += 1;
        self.parked += usize::from(matches!(item.step, Step::Parked(_)));
        if let Some(issuer) = item.issuer {
            self.schedule.enter((issuer, item.card), lsn, item.step);
        }
        self.items.insert(lsn, item);
    }

    /// What an item stood for ends by this record; others are told so once that is durable.
    pub(crate) fn ends(&mut self, lsn: Lsn, record: Lsn, notes: impl IntoIterator<Item = Note>) {
        self.go(lsn, Step::Ending);
        self.staged.push_back((record, Staged::End(lsn, notes.into_iter().collect())));
    }

    /// Takes a message out, wherever it stands.
    fn remove(&mut self, lsn: Lsn) {
        self.go(lsn, Step::Ending);
        let Some(item) = self.items.remove(&lsn) else { return };
        let original = item.target.takes_back(item.intent);
        if let Some(original) = original.filter(|original| self.reversal_of.get(original) == Some(&lsn)) {
            self.reversal_of.remove(&original);
        }
        if let Some(count) = self.sealed.get_mut(&item.sealed) {
            *count -= 1;
            if *count == 0 {
                self.sealed.remove(&item.sealed);
            }
        }
        for key in item.response.iter().chain(&item.late) {
            self.by_response.remove(key);
        }
    }

    /// Moves an item to another step, and its card's turn with it.
    fn go(&mut self, lsn: Lsn, step: Step) {
        let Some(item) = self.items.get_mut(&lsn) else { return };
        self.parked -= usize::from(matches!(item.step, Step::Parked(_)));
        self.parked += usize::from(matches!(step, Step::Parked(_)));
        let before = std::mem::replace(&mut item.step, step);
        if let Some(issuer) = item.issuer {
            self.schedule.moved((issuer, item.card), lsn, before, step);
        }
    }
}
