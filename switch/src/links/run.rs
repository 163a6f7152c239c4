//! The exchange's thread, from its first socket to the end of its drain.

use super::acquirers::accept;
use super::backoff::{Backoff, Jitter};
use super::edge::{Edge, EdgeParts};
use super::issuers::{Host, dial};
use super::journal_feed::JournalFeed;
use super::read_back::{Past, ReadBack};
use super::sealing::Sealing;
use crate::clock::{self, Clock};
use crate::keys::KeyError;
use crate::limits::{DRAIN, DRAIN_LOOK, FIRST_CONTACT, FIRST_CONTACT_LOOK, TASKS_PER_WAKE_UP, TICK_MIN_US};
use crate::ops::{Answers, Asked, Board};
use crate::telemetry::{Counters, Latencies};
use lijian_config::switch::{AcquirerLink, IssuerLink};
use lijian_domain::ids::Lsn;
use lijian_domain::record::{QueueOrdered, RulesChanged};
use lijian_domain::rules::Rules;
use lijian_exchange::claims::{ClaimAnswer, ClaimCommand};
use lijian_exchange::queue::QueueRow;
use lijian_exchange::status::{IssuerStatus, Status};
use lijian_exchange::{Effects, Event, Exchange};
use lijian_store::journal::Journal;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::oneshot;
use tokio::task::spawn_local;
use tokio_util::sync::CancellationToken;

/// Everything that the thread owns or shares.
pub struct Parts {
    /// Recovered, and told of nothing yet.
    pub exchange: Exchange,
    /// Holds the record of this start already.
    pub effects: Effects,
    /// The time.
    pub clock: Clock,
    /// Started; `feed` is told by its observer.
    pub journal: Arc<Journal>,
    /// What the journal's observer tells.
    pub feed: Arc<JournalFeed>,
    /// Where the past is kept.
    pub past: Past,
    /// Counters of this thread.
    pub counters: Counters,
    /// Histograms.
    pub latencies: Arc<Latencies>,
    /// Told of sockets.
    pub board: Arc<Board>,
    /// Questions to the exchange.
    pub asked: Asked,
    /// Links to listen for.
    pub acquirers: Vec<AcquirerLink>,
    /// Links to dial.
    pub issuers: Vec<IssuerLink>,
    /// Keys that card numbers are sealed with.
    pub sealing: Sealing,
    /// Seed of the back-offs' jitter.
    pub seed: u64,
    /// Cancelled when the switch is to stop.
    pub drain: CancellationToken,
}

/// Why the thread did not come to listen.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No runtime, or no thread.
    #[error("the operating system gives no resources for the links: {0}")]
    Resources(#[source] io::Error),
    /// An address cannot be listened at.
    #[error(
        "links.acquirers.{link}.listen: cannot listen at {address}: {source}; stop what listens there, or change the address"
    )]
    Listen {
        /// The link's NAME.
        link: String,
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The keys that card numbers are sealed with.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// One of its tasks panicked, at any time.
    #[error("a task of the exchange panicked; a restart recovers what is in the journal")]
    Panicked,
}

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ended {
    /// Requests that were in flight still; a restart finds those of ours in doubt.
    pub in_flight: usize,
}

/// Runs until drained. `listening` is called once when every link listens.
///
/// # Errors
/// Something cannot be listened at.
pub fn run(parts: Parts, listening: impl FnOnce()) -> Result<Ended, StartError> {
    let mut builder = Builder::new_current_thread();
    let runtime = builder.enable_io().enable_time().event_interval(TASKS_PER_WAKE_UP);
    let runtime = runtime.build_local(LocalOptions::default()).map_err(StartError::Resources)?;
    runtime.block_on(serve(parts, listening))
}

async fn serve(parts: Parts, listening: impl FnOnce()) -> Result<Ended, StartError> {
    let listeners = listen(&parts.acquirers, &parts.board).await?;
    let read_back = ReadBack::start(parts.past).map_err(StartError::Resources)?;
    let edge_parts = EdgeParts {
        exchange: parts.exchange,
        clock: parts.clock,
        journal: parts.journal,
        read_back,
        counters: parts.counters,
        latencies: parts.latencies,
    };
    let edge = Rc::new(Edge::new(edge_parts, parts.effects));
    edge.handle(Event::Started);
    spawn(&edge, turns(Rc::clone(&edge)));
    spawn(&edge, ticks(Rc::clone(&edge)));
    spawn(&edge, journal_news(Rc::clone(&edge), parts.feed));
    spawn(&edge, edge.read_back(&edge));
    let sealing = parts.sealing.first(&edge).await?;
    spawn(&edge, sealing.keep(Rc::clone(&edge)));
    let asked = Rc::clone(&edge);
    spawn(&edge, parts.asked.answer_all(asked));
    for host in hosts(parts.issuers, parts.seed, &parts.board) {
        spawn(&edge, dial(Rc::clone(&edge), host));
    }
    drop(tokio::time::timeout(FIRST_CONTACT, first_contact(&edge, &parts.board)).await);
    for (link, listener) in parts.acquirers.into_iter().enumerate().zip(listeners) {
        let (board, drain) = (Arc::clone(&parts.board), parts.drain.clone());
        spawn(&edge, accept(Rc::clone(&edge), link, listener, board, drain));
    }
    listening();
    let to_the_end = async {
        parts.drain.cancelled().await;
        edge.handle(Event::Drain);
        // Nobody's behaviour may keep the daemon from ending.
        drop(tokio::time::timeout(DRAIN, drained(&edge)).await);
        Ok(Ended { in_flight: edge.status().in_flight })
    };
    tokio::select! {
        biased;
        () = edge.broken.cancelled() => Err(StartError::Panicked),
        ended = to_the_end => ended,
    }
}

impl Answers for Rc<Edge> {
    fn status(&self) -> Status {
        Edge::status(self)
    }

    fn queue(&self, from: Lsn, most: usize) -> Vec<QueueRow> {
        self.queue_rows(from, most)
    }

    fn order(&self, order: QueueOrdered) {
        self.handle(Event::Ordered(order));
    }

    fn rules(&self, rules: Arc<Rules>, changed: Option<RulesChanged>) -> Option<Vec<String>> {
        let objections = self.objections(&rules);
        let Some(changed) = changed.filter(|_| objections.is_empty()) else { return Some(objections) };
        self.handle(Event::Rules { rules, changed });
        (self.rules_version() == changed.rules).then_some(objections)
    }

    fn claim(&self, command: ClaimCommand, answer: oneshot::Sender<ClaimAnswer>) {
        Edge::claim(self, &command, answer);
    }
}

/// A task whose panic ends them all.
fn spawn(edge: &Edge, task: impl Future<Output = ()> + 'static) {
    let watch = edge.watch();
    spawn_local(async move {
        let _watch = watch;
        task.await;
    });
}

async fn listen(links: &[AcquirerLink], board: &Board) -> Result<Vec<TcpListener>, StartError> {
    let mut listeners = Vec::with_capacity(links.len());
    for (place, link) in links.iter().enumerate() {
        let failed = |source| StartError::Listen { link: link.name.to_string(), address: link.listen, source };
        let listener = TcpListener::bind(link.listen).await.map_err(failed)?;
        board.listens(place, listener.local_addr().map_err(failed)?);
        listeners.push(listener);
    }
    Ok(listeners)
}

fn hosts(issuers: Vec<IssuerLink>, seed: u64, board: &Arc<Board>) -> Vec<Host> {
    let mut seeds = Jitter::new(seed);
    let mut hosts = Vec::new();
    for (link, settings) in issuers.into_iter().map(Arc::new).enumerate() {
        for place in 0..settings.hosts.len() {
            let jitter = Jitter::new(seeds.draw());
            let backoff = Backoff::new(settings.reconnect_min, settings.reconnect_max, jitter);
            hosts.push(Host { link, place, settings: Arc::clone(&settings), backoff, board: Arc::clone(board) });
        }
    }
    hosts
}

/// A turn after all that was ready has been handled: tasks run in the order in which they were woken, and this one is woken
/// by the first of them.
async fn turns(edge: Rc<Edge>) {
    loop {
        edge.due.notified().await;
        edge.turn();
    }
}

/// Lets the exchange know when a deadline has come.
async fn ticks(edge: Rc<Edge>) {
    loop {
        let Some(deadline_us) = edge.arm() else {
            edge.sooner.notified().await;
            continue;
        };
        let left_us = deadline_us.saturating_sub(clock::monotonic_us()).max(TICK_MIN_US);
        tokio::select! {
            () = edge.sooner.notified() => {}
            () = tokio::time::sleep(Duration::from_micros(left_us)) => {
                if clock::monotonic_us() >= deadline_us {
                    edge.handle(Event::Tick);
                    // The deadline moves with the turn.
                    edge.turn();
                }
            }
        }
    }
}

async fn journal_news(edge: Rc<Edge>, feed: Arc<JournalFeed>) {
    loop {
        edge.journal(feed.news().await);
    }
}

/// Until sales can go to each issuer, or it is known to be away.
async fn first_contact(edge: &Edge, board: &Board) {
    let waits = |(link, stands): (usize, IssuerStatus)| stands.ready == 0 && !board.issuer_away(link);
    while edge.status().issuers.into_iter().enumerate().any(waits) {
        // Dialling and sign-on end in several tasks, and this is waited for once in a life: no notice of its own.
        tokio::time::sleep(FIRST_CONTACT_LOOK).await;
    }
}

async fn drained(edge: &Edge) {
    while !edge.is_idle() {
        tokio::time::sleep(DRAIN_LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::super::edge::Watch;
    use super::*;

    #[test]
    fn a_panic_of_one_task_is_told() {
        let runtime = Builder::new_current_thread().build_local(LocalOptions::default()).unwrap();
        let broken = CancellationToken::new();
        let [well, ill] = [Watch::new(broken.clone()), Watch::new(broken.clone())];
        runtime.block_on(async {
            drop(spawn_local(async move { drop(well) }).await);
            assert!(!broken.is_cancelled());
            let panicked = spawn_local(async move {
                let _ill = ill;
                panic!("on purpose");
            });
            assert!(panicked.await.is_err() && broken.is_cancelled());
        });
    }
}
