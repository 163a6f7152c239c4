//! Puts the daemon together, in the order that money depends on: configuration, keys, journal, recovery, then sockets.
//!
//! Knows every room; no room knows it.

use crate::admin;
use crate::app_error::AppError;
use crate::applier::Applying;
use crate::clock::{self, Clock};
use crate::descriptors;
use crate::entropy;
use crate::handing_over::hand_over;
use crate::keys;
use crate::lifecycle::{self, Verdict};
use crate::limits::INDEX_BYTES;
use crate::links::{self, JournalFeed, Parts, Past, Sealing};
use crate::observer::observer;
use crate::ops::forecast::{Before, Sampler};
use crate::ops::{Apps, Board, ClaimDesk, ClaimList, Health, Ops, People, Phase, Transactions, asker};
use crate::rules::{
    Archive, BeginError, Beginning, Changes, Ground, Schedule, Shared, Source, TwoPeople, begin, keep_promises,
    keep_rules,
};
use crate::sealing::SealingKeys;
use crate::settings;
use crate::snapshots::{self, Keeper, Remembering};
use crate::telemetry::{Latencies, Page};
use lijian_config::switch::{Durability, Loaded, StoreConfig, SwitchConfig};
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Opened, Record};
use lijian_domain::rules::Rules;
use lijian_domain::text::Text;
use lijian_domain::time::Moment;
use lijian_exchange::{Chronicle, Effects, Exchange, RefundPolicies};
use lijian_store::index::AnyIndex;
use lijian_store::journal::{Journal, JournalOptions, JournalReader, OpenJournal, ReadAhead};
use lijian_store::quota::Quota;
use lijian_store::recovery::Recovered;
use lijian_store::snapshot::Snapshots;
use lijian_store::storage::{FileStorage, Storage};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// What was recovered, and with what the switch goes on.
struct Recovery {
    journal: OpenJournal,
    storage: Arc<dyn Storage>,
    exchange: Exchange,
    beginning: Beginning,
    quota: Arc<Quota>,
    recovered: Recovered,
    snapshots: Snapshots,
    /// The record of the snapshot that was taken in.
    snapshot: Lsn,
}

/// Runs the daemon until it is told to stop. `source` is where it was loaded from: a change of the rules reads that again.
///
/// # Errors
/// It did not come up, or ended by itself.
pub fn run(loaded: Loaded, source: Source) -> Result<Verdict, AppError> {
    let Loaded { config, rules: files, rules_digest, keys: settings, .. } = loaded;
    admin::refuse_open_address(config.admin_listen)?;
    descriptors::raise_limit();
    let seed = entropy::seed().map_err(|source| AppError::Resources { what: "randomness", source })?;
    let recovery = recover(&config, seed, |chronicle| {
        let objections = |before: &[_], after: &[_]| chronicle.objections(before, after);
        begin(&config, files, rules_digest, chronicle.rules_version(), objections)
    })?;
    let Recovery { journal: open, storage, mut exchange, beginning, quota, recovered, snapshots, snapshot } = recovery;
    let Beginning { scheduled, rules, of_files } = beginning;
    let clock = start_clock(&config, &recovered);
    let moment = exchange.moment(clock.now());
    if moment.at < recovered.latest {
        let (now, latest) = (clock::rfc3339(moment.at), clock::rfc3339(recovered.latest));
        tracing::warn!(%now, %latest, "the clock stands before the journal's latest record; the business date does not go back");
    }
    let archive = Archive::of(&config.store.path);
    keep_promises(&archive, recovered.rules, &rules, |before, after| exchange.objections(before, after))?;
    if of_files {
        keep_rules(&archive, &config, rules.version, moment.at)?;
    }
    let mut policies = RefundPolicies::default();
    archive.refund_policies()?.into_iter().for_each(|(version, id, policy)| policies.insert(version, id, policy));
    exchange.remember_policies(policies);
    let effects = opened(&open, &config, &rules, &recovered, moment);

    let health = Arc::<Health>::default();
    let feed = Arc::<JournalFeed>::default();
    let latencies = Latencies::new().ok_or(AppError::Crashed)?;
    let page = Arc::new(Page::new(Arc::new(latencies)));
    let journal = Arc::new(open.start(observer(Arc::clone(&feed), Arc::clone(&health), Arc::clone(&page)))?);

    let index = open_index(&config.store, recovered.last)?;
    let reader = || JournalReader::open(Arc::clone(&storage));
    let applied = Arc::<AtomicU64>::default();
    let applying = Applying::start(index.clone(), reader()?, Arc::clone(&journal), Arc::clone(&applied))?;

    let stop = Arc::<AtomicBool>::default();
    let keeper = Keeper {
        snapshots,
        storage: Arc::clone(&storage),
        journal: Arc::clone(&journal),
        health: Arc::clone(&health),
        remembering: remembering(&config, seed),
        records: config.store.snapshot_records,
        started_from: snapshot,
        stop: Arc::clone(&stop),
    };

    let claims = match &config.claims {
        Some(claims) => Some(ClaimDesk::open(claims, &config.store.path, entropy::fill, ClaimList::new(reader()?))?),
        None => None,
    };
    let (asker, asked) = asker();
    let board = Arc::new(Board::new(settings::board(&config)));
    let two_people = if source.environment.production || !config.people.is_empty() {
        TwoPeople::Needed
    } else {
        TwoPeople::NotNeeded
    };
    let shared = Arc::new(Shared::new(rules, moment.at));
    let schedule = Schedule::of(&config.store.path);
    let ground = Ground { source, archive, schedule, signing: config.signing.clone(), keys: settings };
    let changes = Arc::new(Changes::new(
        ground,
        shared,
        scheduled,
        hand_over(asker.clone(), Arc::clone(&journal)),
        clock,
        two_people,
    ));
    let burning = Arc::new(Sampler::new(Arc::clone(&quota), clock));
    let before = Before { reader: reader()?, again: reader()?, last: recovered.last };
    let ops = Arc::new(Ops {
        health: Arc::clone(&health),
        board: Arc::clone(&board),
        asker,
        page: Arc::clone(&page),
        quota,
        changes: Arc::clone(&changes),
        calendar: config.clock.calendar.clone(),
        clock,
        people: People::new(config.people),
        apps: Apps::new(config.apps),
        data: config.store.path.clone(),
        claims,
        journal: Arc::clone(&journal),
        applied,
        transactions: Transactions::new(index.clone(), reader()?),
        burning: Arc::clone(&burning),
    });
    let admin_address = admin::start(config.admin_listen, ops)?;

    let drain = CancellationToken::new();
    let parts = Parts {
        exchange,
        effects,
        clock,
        journal: Arc::clone(&journal),
        feed,
        past: Past { reader: reader()?, index, journal: Arc::clone(&journal) },
        counters: page.counters(),
        latencies: Arc::clone(page.latencies()),
        board: Arc::clone(&board),
        asked,
        acquirers: config.acquirers,
        issuers: config.issuers,
        sealing: Sealing {
            keys: SealingKeys::new(&config.store.path, entropy::fill),
            kept_days: config.sealed_days,
            opened: recovered.last.next(),
        },
        seed,
        drain: drain.clone(),
    };
    let ended = start_links(parts)?;
    health.enter(Phase::Ready);
    tell_ready(&board, admin_address, clock);
    keeper.start();
    burning.start(before, Arc::clone(&stop));
    let verdict = lifecycle::until_stopped(&health, &drain, ended, &journal, applying, changes);
    stop.store(true, Ordering::Release);
    verdict
}

/// `begin` chooses the rules, told what the journal came to.
fn recover(
    config: &SwitchConfig,
    seed: u64,
    begin: impl FnOnce(&Chronicle<'_>) -> Result<Beginning, BeginError>,
) -> Result<Recovery, AppError> {
    let StoreConfig { path, durability, segment_bytes, space_bytes_min, .. } = &config.store;
    let failed = |source| AppError::Data { path: path.clone(), source };
    std::fs::create_dir_all(path).map_err(failed)?;
    let card_key = keys::card_key(path, entropy::fill)?;
    // Its days are signed beside it, by who settles them: no sale needs this key.
    if let Err(error) = keys::settlement(path, entropy::fill) {
        tracing::warn!(%error, "settlements of this data directory cannot be signed with its key by this user");
    }
    let storage: Arc<dyn Storage> = Arc::new(FileStorage::open(&path.join("journal")).map_err(failed)?);
    let options = JournalOptions {
        segment_bytes: *segment_bytes,
        durability: match durability {
            Durability::Fdatasync => lijian_store::journal::Durability::Fdatasync,
            Durability::PageCache => lijian_store::journal::Durability::OperatingSystem,
        },
        free_bytes_min: *space_bytes_min,
        monotonic_us: Some(clock::monotonic_us),
        // The fold below reads, and so proves, what the snapshot has not; the thread that makes snapshots reads the rest.
        check_from: Lsn(u64::MAX),
        ..JournalOptions::default()
    };
    let journal = Journal::open(Arc::clone(&storage), options)?;
    let report = journal.report();
    let snapshots = snapshots::of(&config.store).map_err(failed)?;
    let quota = Arc::<Quota>::default();
    let mut again = JournalReader::open(Arc::clone(&storage))?;
    let mut chronicle = snapshots::begin(&snapshots, &mut again, &quota, remembering(config, seed))?;
    let snapshot = chronicle.last();
    let entries = ReadAhead::start(JournalReader::open(Arc::clone(&storage))?, snapshot.next());
    for entry in entries.map_err(|source| AppError::Resources { what: "threads", source })? {
        let entry = entry?;
        chronicle.apply(&entry, &mut again)?;
    }
    let beginning = begin(&chronicle)?;
    let rules = Arc::clone(&beginning.rules);
    let mut exchange = Exchange::new(settings::exchange(config, &card_key, seed), rules, Arc::clone(&quota));
    let mut recovered = exchange.take_over(chronicle, &mut again)?;
    tracing::info!(
        records = recovered.last.0,
        snapshot = snapshot.0,
        cut_bytes = report.cut_bytes,
        open_intents = recovered.open.len(),
        open_reversals = recovered.reversals.len(),
        open_quotes = recovered.quotes.len(),
        durability = %options.durability,
        survives = options.durability.survives(),
        "journal recovered"
    );
    recovered.open.clear();
    recovered.quotes.clear();
    Ok(Recovery { journal, storage, exchange, beginning, quota, recovered, snapshots, snapshot })
}

fn remembering(config: &SwitchConfig, seed: u64) -> Remembering {
    Remembering { answers_days: config.exchange.answers_days, hash_seed: seed }
}

/// A rehearsal goes on where the journal ends, so that its time never goes back.
fn start_clock(config: &SwitchConfig, recovered: &Recovered) -> Clock {
    match config.clock.rehearsal_start {
        None => Clock::machine(),
        Some(start) => Clock::rehearsal(start.max(recovered.latest)),
    }
}

/// The record of this start is the first that goes into the journal.
fn opened(
    journal: &OpenJournal,
    config: &SwitchConfig,
    rules: &Rules,
    recovered: &Recovered,
    moment: Moment,
) -> Effects {
    let mut effects = Effects::new(journal.next_lsn());
    let opened = Opened {
        incarnation: recovered.incarnation.saturating_add(1),
        node: config.exchange.node,
        rules: rules.version,
        software: Text::new(concat!("lijian ", env!("CARGO_PKG_VERSION"))).unwrap_or_default(),
    };
    effects.journal.push(moment.at, moment.business_date, &Record::Opened(opened));
    effects
}

fn open_index(store: &StoreConfig, durable: Lsn) -> Result<AnyIndex, AppError> {
    let opened = AnyIndex::open(settings::index(store.index), &store.path.join("index"), INDEX_BYTES, durable)?;
    if let Some(reason) = opened.thrown_away {
        tracing::warn!(%reason, "the index is folded from the journal again; sales do not wait for it");
    }
    Ok(opened.index)
}

/// Starts the exchange's thread and waits until every link listens. What it gives tells how the thread ended.
fn start_links(parts: Parts) -> Result<oneshot::Receiver<links::Ended>, AppError> {
    let (listens, listening) = mpsc::channel();
    let (tell_end, ended) = oneshot::channel();
    let body = move || {
        let told = listens.clone();
        match links::run(parts, move || drop(told.send(Ok(())))) {
            Ok(end) => drop(tell_end.send(end)),
            Err(error) => drop(listens.send(Err(error))),
        }
    };
    let started = thread::Builder::new().name("exchange".to_owned()).spawn(body);
    started.map_err(|source| AppError::Resources { what: "threads", source })?;
    listening.recv().map_err(|_| AppError::Crashed)??;
    Ok(ended)
}

/// One line that says where to find everything: ports can have been left to the system.
fn tell_ready(board: &Board, admin: SocketAddr, clock: Clock) {
    let links = board.links();
    let acquirers: Vec<_> =
        links.acquirers.iter().filter_map(|row| row.listen.map(|address| format!("{}={address}", row.name))).collect();
    if clock.is_rehearsal() {
        let now = clock::rfc3339(clock.now().wall);
        tracing::warn!(%now, "REHEARSAL: the clock is not the machine's (clock.now is set); nothing granted here is real");
    }
    tracing::info!(acquirers = %acquirers.join(" "), %admin, "ready");
}
