//! The exchange with everything around it that a turn needs.

use super::claims::ClaimWaiters;
use super::connection::{Connection, End};
use super::read_back::{ReadBack, Wanted};
use super::table::Table;
use crate::clock::{self, Clock};
use crate::limits::{APPEND_EARLY_BYTES, READ_BYTES, REST_BYTES_MAX};
use crate::telemetry::{Counters, Latencies, Part};
use lijian_domain::ids::{Lsn, RulesVersion};
use lijian_domain::rules::Rules;
use lijian_domain::time::BusinessDate;
use lijian_exchange::claims::{ClaimAnswer, ClaimCommand};
use lijian_exchange::queue::QueueRow;
use lijian_exchange::status::Status;
use lijian_exchange::{ConnectionId, Effects, Event, Exchange, LinkId};
use lijian_store::format::RecordBuffer;
use lijian_store::journal::{Journal, ProgressSeen};
use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

/// Shared by all tasks of the exchange's thread.
pub(super) struct Edge {
    core: RefCell<Core>,
    /// Something was handled: a turn is due once all that is ready has been.
    pub(super) due: Notify,
    /// The next deadline came nearer.
    pub(super) sooner: Notify,
    /// A task panicked: what the exchange knows can be half of something, and nobody may go on with it.
    pub(super) broken: CancellationToken,
}

/// Held by a task while it runs.
pub(super) struct Watch(CancellationToken);

impl Watch {
    pub(super) const fn new(broken: CancellationToken) -> Self {
        Self(broken)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.cancel();
        }
    }
}

struct Core {
    exchange: Exchange,
    effects: Effects,
    clock: Clock,
    table: Table,
    /// Connections with something to write, in the order in which it came.
    dirty: Vec<ConnectionId>,
    /// Connections that are not read any more and whose peers may be owed answers.
    ending: Vec<ConnectionId>,
    journal: Arc<Journal>,
    read_back: ReadBack,
    claims: ClaimWaiters,
    counters: Counters,
    latencies: Arc<Latencies>,
    scratch: Box<[u8]>,
    durable: Lsn,
    poisoned: bool,
    space_low: bool,
    /// What the timer waits for.
    armed_us: Option<u64>,
}

/// What an edge is made of.
pub(super) struct EdgeParts {
    pub(super) exchange: Exchange,
    pub(super) clock: Clock,
    pub(super) journal: Arc<Journal>,
    pub(super) read_back: ReadBack,
    pub(super) counters: Counters,
    pub(super) latencies: Arc<Latencies>,
}

impl Edge {
    pub(super) fn new(parts: EdgeParts, effects: Effects) -> Self {
        let EdgeParts { exchange, clock, journal, read_back, counters, latencies } = parts;
        let durable = journal.durable();
        let core = Core {
            exchange,
            effects,
            clock,
            table: Table::default(),
            dirty: Vec::new(),
            ending: Vec::new(),
            journal,
            read_back,
            claims: ClaimWaiters::default(),
            counters,
            latencies,
            scratch: vec![0; READ_BYTES].into_boxed_slice(),
            durable,
            poisoned: false,
            space_low: false,
            armed_us: None,
        };
        Self { core: RefCell::new(core), due: Notify::new(), sooner: Notify::new(), broken: CancellationToken::new() }
    }

    /// To be held by every task that uses the exchange: the runtime catches a panic, and the others would go on.
    pub(super) fn watch(&self) -> Watch {
        Watch::new(self.broken.clone())
    }

    /// A task that hands over what was read back.
    pub(super) fn read_back(&self, edge: &std::rc::Rc<Self>) -> impl Future<Output = ()> + use<> {
        self.core.borrow().read_back.hand_over(std::rc::Rc::clone(edge))
    }

    /// Something happened that is no message.
    pub(super) fn handle(&self, event: Event<'_>) {
        let core = &mut *self.core.borrow_mut();
        core.exchange.handle(event, core.clock.now(), &mut core.effects);
        self.due.notify_one();
    }

    /// Something is asked of claims; `answer` gets what came of it once that is on disk.
    pub(super) fn claim(&self, command: &ClaimCommand, answer: oneshot::Sender<ClaimAnswer>) {
        let ticket = self.core.borrow_mut().claims.ticket(answer);
        self.handle(Event::Claim { ticket, command });
    }

    /// The journal's news.
    pub(super) fn journal(&self, news: ProgressSeen) {
        let (further, newly_poisoned, newly_low) = {
            let core = &mut *self.core.borrow_mut();
            let further = news.durable > core.durable;
            core.durable = core.durable.max(news.durable);
            let newly_poisoned = news.poisoned && !std::mem::replace(&mut core.poisoned, news.poisoned);
            (further, newly_poisoned, news.space_low && !std::mem::replace(&mut core.space_low, news.space_low))
        };
        if further {
            self.handle(Event::Durable(news.durable));
        }
        if newly_poisoned {
            self.handle(Event::Poisoned);
        }
        if newly_low {
            self.handle(Event::SpaceLow);
        }
    }

    /// A socket is open. None if there are more than can be numbered.
    pub(super) fn connected(&self, link: LinkId, writer: OwnedWriteHalf, unsent_max: usize) -> Option<ConnectionId> {
        let core = &mut *self.core.borrow_mut();
        let id = core.table.insert(|id| Connection::new(id, link, writer, unsent_max))?;
        core.counters.connection_opened(side(link));
        core.exchange.handle(Event::Connected { connection: id, link }, core.clock.now(), &mut core.effects);
        self.due.notify_one();
        Some(id)
    }

    /// The socket is gone.
    pub(super) fn disconnected(&self, id: ConnectionId, end: End) {
        let core = &mut *self.core.borrow_mut();
        let Some(connection) = core.table.remove(id) else { return };
        core.ending.retain(|other| *other != id);
        // A peer that is gone before the turn that would have closed it was closed for the exchange's reason.
        let asked = core.effects.closes.iter().find(|(closed, _)| *closed == id);
        let end = asked.map_or(connection.end.unwrap_or(end), |(_, reason)| End::Exchange(*reason));
        core.counters.connection_closed(side(connection.link), end.as_str());
        core.exchange.handle(Event::Disconnected { connection: id }, core.clock.now(), &mut core.effects);
        self.due.notify_one();
    }

    /// A connection beyond the limit of its link was closed at once.
    pub(super) fn refused(&self) {
        self.core.borrow().counters.connection_refused();
    }

    /// Reads and writes what its socket allows, until the connection ends.
    pub(super) fn poll(&self, id: ConnectionId, reader: &mut OwnedReadHalf, cx: &mut Context<'_>) -> Poll<End> {
        let core = &mut *self.core.borrow_mut();
        loop {
            let Some(connection) = core.table.get_mut(id) else { return Poll::Ready(End::Peer) };
            connection.remember(cx.waker());
            // Whether the socket takes more or not, what it has is read.
            let _ = connection.poll_write(cx);
            if let Some(end) = connection.end {
                return Poll::Ready(end);
            }
            let before = connection.rest.len();
            let Some((front, behind)) = core.scratch.split_at_mut_checked(before) else {
                return Poll::Ready(End::NotConsumed);
            };
            let mut buffer = ReadBuf::new(behind);
            match Pin::new(&mut *reader).poll_read(cx, &mut buffer) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(error)) => return Poll::Ready(End::Socket(error.kind())),
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    connection.finish(End::Peer);
                    return Poll::Ready(End::Peer);
                }
                Poll::Ready(Ok(())) => {}
            }
            let (read, all_room) = (buffer.filled().len(), buffer.remaining() == 0);
            front.copy_from_slice(&connection.rest);
            core.received(id, before + read);
            self.due.notify_one();
            if all_room {
                // There may be more; others come first.
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            // A short read has emptied the socket and said so to the runtime: the next poll costs no system call.
        }
    }

    /// A connection that ended in order and is not read any more: ready once its peer is owed nothing.
    pub(super) fn poll_owed(&self, id: ConnectionId, cx: &mut Context<'_>) -> Poll<()> {
        let core = &mut *self.core.borrow_mut();
        let Some(connection) = core.table.get_mut(id) else { return Poll::Ready(()) };
        connection.remember(cx.waker());
        let _ = connection.poll_write(cx);
        if !core.owes(id) {
            return Poll::Ready(());
        }
        if !core.ending.contains(&id) {
            core.ending.push(id);
        }
        Poll::Pending
    }

    /// Carries out what the exchange wants.
    pub(super) fn turn(&self) {
        let core = &mut *self.core.borrow_mut();
        core.append();
        core.send();
        core.effects.reads.drain(..).for_each(|(ticket, lsn)| core.read_back.ask(ticket, Wanted::Record(lsn)));
        core.effects.finds.drain(..).for_each(|(ticket, rrn)| core.read_back.ask(ticket, Wanted::Sales(rrn)));
        core.effects.claims.drain(..).for_each(|(ticket, answer)| core.claims.answer(ticket, answer));
        core.close();
        core.effects.clear();
        core.wake_ending();
        core.counters.take(&mut core.effects.tally);
        core.latencies.take_samples(&mut core.effects.samples);
        let next = core.exchange.next_deadline_us();
        if next.is_some_and(|next| core.armed_us.is_none_or(|armed| next < armed)) {
            self.sooner.notify_one();
        }
    }

    /// The next deadline, which the caller waits for from now on.
    pub(super) fn arm(&self) -> Option<u64> {
        let core = &mut *self.core.borrow_mut();
        core.armed_us = core.exchange.next_deadline_us();
        core.armed_us
    }

    pub(super) fn status(&self) -> Status {
        self.core.borrow().exchange.status()
    }

    /// What speaks against these rules.
    pub(super) fn objections(&self, rules: &Rules) -> Vec<String> {
        self.core.borrow().exchange.objections_to(rules)
    }

    /// The version of the rules that decide.
    pub(super) fn rules_version(&self) -> RulesVersion {
        self.core.borrow().exchange.rules_version()
    }

    /// How far the disk is.
    pub(super) fn durable(&self) -> Lsn {
        self.core.borrow().journal.durable()
    }

    pub(super) fn is_poisoned(&self) -> bool {
        self.core.borrow().poisoned
    }

    /// The business date.
    pub(super) fn today(&self) -> BusinessDate {
        let core = &mut *self.core.borrow_mut();
        core.exchange.moment(core.clock.now()).business_date
    }

    /// Messages of our own that wait for an issuer, from this record on.
    pub(super) fn queue_rows(&self, from: Lsn, most: usize) -> Vec<QueueRow> {
        let core = &mut *self.core.borrow_mut();
        core.exchange.queue_rows(from, most, core.clock.now())
    }

    /// Whether nothing is in flight, nothing waits for the disk and nobody is owed anything.
    pub(super) fn is_idle(&self) -> bool {
        let core = self.core.borrow();
        let on_disk = core.poisoned || core.journal.durable() >= core.effects.journal.last_lsn();
        let sent = core.effects.sends.is_empty();
        core.exchange.in_flight() == 0 && on_disk && sent && core.table.iter().all(|each| each.unsent_bytes() == 0)
    }
}

impl Core {
    /// The first `length` bytes of the scratch buffer are all that `id` has not consumed.
    fn received(&mut self, id: ConnectionId, length: usize) {
        let Some(connection) = self.table.get_mut(id) else { return };
        let bytes = self.scratch.get(..length).unwrap_or_default();
        let frames_before = self.effects.tally.acquirer_frames;
        let began_ns = clock::monotonic_ns();
        self.exchange.handle(Event::Received { connection: id, bytes }, self.clock.now(), &mut self.effects);
        let frames = self.effects.tally.acquirer_frames.saturating_sub(frames_before);
        if let Some(each_ns) = clock::monotonic_ns().saturating_sub(began_ns).checked_div(frames) {
            self.latencies.record(Part::Decision, each_ns, frames);
        }
        connection.asked += frames;
        connection.rest.clear();
        connection.rest.extend_from_slice(bytes.get(self.effects.consumed..).unwrap_or_default());
        if connection.rest.len() > REST_BYTES_MAX {
            connection.finish(End::NotConsumed);
        }
        if self.effects.journal.len_bytes() > APPEND_EARLY_BYTES {
            self.append();
        }
    }

    /// Records that the journal does not take are gone: what they would have acknowledged never is.
    fn append(&mut self) {
        if self.effects.journal.is_empty() {
            return;
        }
        if let Err(error) = self.journal.append(&mut self.effects.journal) {
            tracing::error!(%error, "the journal does not take records: nothing is granted any more");
            self.effects.journal = RecordBuffer::new(self.effects.journal.next_lsn());
            if !std::mem::replace(&mut self.poisoned, true) {
                // What reached the disk before the fault is answered as what it is, though its news is still on the way.
                let durable = self.journal.durable();
                if durable > self.durable {
                    self.durable = durable;
                    self.exchange.handle(Event::Durable(durable), self.clock.now(), &mut self.effects);
                }
                self.exchange.handle(Event::Poisoned, self.clock.now(), &mut self.effects);
            }
        }
    }

    fn send(&mut self) {
        for (id, bytes) in self.effects.sends.iter() {
            if self.table.get_mut(id).is_some_and(|connection| connection.queue(bytes)) {
                self.dirty.push(id);
            }
        }
        for id in self.dirty.drain(..) {
            if let Some(connection) = self.table.get_mut(id) {
                connection.write();
            }
        }
    }

    /// Whether a peer may still get an answer, or did not take all of one. What is in flight may be others': then it waits
    /// for nothing, for a bounded time.
    fn owes(&mut self, id: ConnectionId) -> bool {
        let under_way = self.exchange.in_flight() > 0 || !self.effects.sends.is_empty();
        self.table.get_mut(id).is_some_and(|connection| {
            let open = connection.end.is_some_and(End::is_orderly);
            open && (connection.unsent_bytes() > 0 || (under_way && connection.is_asked()))
        })
    }

    /// Lets those end that are owed nothing any more.
    fn wake_ending(&mut self) {
        for place in (0..self.ending.len()).rev() {
            let Some(id) = self.ending.get(place).copied() else { continue };
            if !self.owes(id) {
                self.ending.swap_remove(place);
                if let Some(connection) = self.table.get_mut(id) {
                    connection.wake();
                }
            }
        }
    }

    fn close(&mut self) {
        for (id, reason) in &self.effects.closes {
            if let Some(connection) = self.table.get_mut(*id) {
                connection.finish(End::Exchange(*reason));
            }
        }
    }
}

const fn side(link: LinkId) -> &'static str {
    match link {
        LinkId::Acquirer(_) => "acquirer",
        LinkId::Issuer(_) => "issuer",
    }
}
