//! A load for long, with faults, and the money oracle at its end.
//!
//! Tills that recover put an open load of all kinds of requests on a switch whose issuer is cut off and stalls, and which is itself
//! killed and stopped in order, by turns. Each minute is told: rate, latencies, memory. When the load is over and nothing is under way any
//! more, what the tills were told is held against the journal and the budgets, to the fen.
//!
//! `faults` does what goes wrong, `minute` adds up, `books` holds the two sides against each other. May call `load`, `oracle` and `rig`.

mod books;
mod faults;
mod minute;

pub use faults::Fault;
pub use minute::Minute;

use crate::clock;
use crate::load::{Acknowledged, Interval, Load, Measured, Mix, Skew, Traffic, run as put_on};
use crate::oracle::Verdict;
use crate::rig::{Peer, Programs, RigError, Stage, Switch, SwitchAt};
use faults::{Scene, Told};
use hdrhistogram::Histogram;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// A till gives up after this; the switch answers before, with 98 if need be.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);
/// Keys that make the switch's own patience shorter than the tills', so that faults end within the load.
const SET: [&str; 4] = [
    "links.acquirers.ascii.time_budget_ms=3000",
    "queue.answer_ms_max=2000",
    "queue.retry_ms_min=500",
    "queue.retry_ms_max=4000",
];
/// Before the load ends nothing goes wrong any more for so long.
const CALM: Duration = Duration::from_secs(10);
/// Afterwards the switch is quiet within so many looks.
const LOOKS_MAX: u32 = 1_200;
const PAUSE: Duration = Duration::from_millis(100);

/// What is done, and for how long.
#[derive(Clone, Debug)]
pub struct Soak {
    /// The programs that are started.
    pub programs: Programs,
    /// A directory on the disk to be used; everything made in it goes at the end.
    pub folder: PathBuf,
    /// How long.
    pub duration: Duration,
    /// Requests a second, as customers come.
    pub rate: u64,
    /// Connections, and requests on each.
    pub links: usize,
    /// Requests that wait on one connection, at most.
    pub in_flight: usize,
    /// Between two faults.
    pub fault_every: Duration,
}

/// What is told on the way.
#[derive(Debug)]
pub enum News<'a> {
    /// Something goes wrong, on purpose.
    Fault(Fault),
    /// A process did not come back: the load goes on to its end without it.
    Broken(&'a str),
    /// A minute is over.
    Minute(&'a Minute),
}

/// What it came to.
#[derive(Debug)]
pub struct Ended {
    /// What the load saw.
    pub measured: Measured,
    /// What the oracle found.
    pub verdict: Verdict,
    /// How often something went wrong on purpose.
    pub faults: u64,
}

/// Does all of it.
///
/// # Errors
/// A process does not start, or the switch does not become quiet afterwards.
pub fn run(soak: &Soak, tell: &mut dyn FnMut(News<'_>)) -> Result<Ended, RigError> {
    let stage = Stage::set_up(&soak.folder)?;
    let data = stage.data()?;
    let issuer = Peer::issuer(&soak.programs)?;
    let began_ns = clock::monotonic_ns();
    let switch = Switch::start_at(&soak.programs, issuer.address, &stage, &SwitchAt::first(data.path(), &SET))?;
    let target = switch.peer.address;
    let process = Arc::new(AtomicU32::new(switch.peer.process()));
    let over = Arc::new(AtomicBool::new(false));
    let (said, told) = mpsc::channel();
    let breaks = said.clone();
    let scene = Scene {
        programs: soak.programs.clone(),
        data: data.path().to_owned(),
        set: &SET,
        every: soak.fault_every,
        until_ns: began_ns.saturating_add(nanoseconds(soak.duration.saturating_sub(CALM))),
        began_ns,
        process: Arc::clone(&process),
        over: Arc::clone(&over),
        said,
        issuer,
        switch,
    };
    let mut books = books::Books::open(&stage)?;
    let mut minutes = minute::Minutes::new(process).ok_or(crate::load::LoadError::Histograms)?;
    let load = load(soak, target)?;
    let (measured, scene) = thread::scope(|scope| {
        let playing = scope.spawn(|| {
            let tell = |error: &RigError| drop(breaks.send(Told::Broken(error.to_string())));
            scene.play(&stage).inspect_err(tell)
        });
        let mut progress = |second: &Interval, of_second: &Histogram<u64>| {
            told.try_iter().for_each(|told| match told {
                Told::Fault(fault) => tell(News::Fault(fault)),
                Told::Broken(error) => tell(News::Broken(&error)),
            });
            if let Some(minute) = minutes.add(second, of_second) {
                tell(News::Minute(&minute));
            }
        };
        let measured = put_on(&load, &mut progress, &mut |told: &Acknowledged| books.told(told));
        over.store(true, Ordering::Release);
        (measured, playing.join())
    });
    let measured = measured?;
    let said = "the thread that plays faults ended".to_owned();
    let scene = scene.unwrap_or(Err(RigError::NotReady { name: "soak", said }))?;
    if let Some(minute) = minutes.rest() {
        tell(News::Minute(&minute));
    }
    quiet(&scene.switch)?;
    let verdict = books.judge(&soak.programs, &stage, data.path(), scene.switch.admin.0)?;
    Ok(Ended { measured, verdict, faults: scene.faults })
}

fn quiet(switch: &Switch) -> Result<(), RigError> {
    for _ in 0..LOOKS_MAX {
        if switch.admin.is_quiet()? {
            return Ok(());
        }
        thread::sleep(PAUSE);
    }
    let problem = "expected nothing in flight, in doubt or queued two minutes after the load".to_owned();
    Err(RigError::Page { path: "/metrics", problem })
}

fn load(soak: &Soak, target: std::net::SocketAddr) -> Result<Load, RigError> {
    let dialect = Dialect::shipped("iso87-ascii").and_then(Result::ok);
    let dialect = dialect.ok_or_else(|| crate::load::LoadError::Traffic { dialect: "iso87-ascii".to_owned() })?;
    Ok(Load {
        target,
        links: soak.links,
        in_flight: soak.in_flight,
        arrivals: crate::load::Arrivals::Poisson(soak.rate),
        duration: soak.duration,
        answers_within: ANSWERS_WITHIN,
        recovers: true,
        traffic: Traffic {
            dialect: Arc::new(dialect),
            frame: FrameFormat::default(),
            goods: books::goods(),
            merchants: books::SHOPS.map(str::to_owned).into(),
            acquirer: "48020000".to_owned(),
            mix: Mix([900, 20, 25, 10, 40, 5]),
            skew: Skew { merchants: 0.7, ..Skew::default() },
            first_card: 0,
            seed: 1,
            first_terminal: 0,
        },
    })
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
