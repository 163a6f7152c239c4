//! `lijian-load compare`.

use super::{FAILED, Failure, INTERNAL, LATER, USAGE, print};
use clap::Args;
use lijian_load::compare::{News, Part, Plan, Point, run as compare};
use lijian_load::load::LoadError;
use lijian_load::rig::{Programs, RigError, Running};
use std::path::{Path, PathBuf};
use std::{io, thread};
use tokio::signal::unix::{SignalKind, signal};

const AFTER_HELP: &str = "\
Starts an issuer that approves everything, and by turns a bare relay and the switch, each in a process of its own, the switch with a
new data directory for each pair; puts the same closed load on both; prints one line for each part and point, the last point's
lines last. All of it takes about 10 minutes and should have the machine to itself.

  plain       sales without items, against a relay that passes frames on; 2 s a side
  subsidised  sales with an item, against a relay that does two group commits of 192 bytes a message (fdatasync); bursts of 3 s
  sustained   the same for 60 s at the last point; tps counts until the index has caught up

tps, relay_tps, throughput_ratio, p50_added_us, p99_ratio, p50_us and p99_us are medians over pairs, _min and _max their spread.
p50_added_us is what the switch adds to the median latency of the raw relay, also beside the relay that commits;
p50_over_relay_us what it adds to that of the line's own relay. fdatasync_*_us is the machine's own: 4,096 bytes in a prepared file.
The line `generator` says what the load itself could do: its rate against the raw relay, and for each second of a core's time.

Exit code 1 where an answer is not what it must be, or the index does not catch up.

Example, everything, and a short look at one part:
  lijian-load compare
  lijian-load compare --only subsidised --points 64x16 --pairs 2 --seconds 1";

#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct CompareArguments {
    /// This part alone (may be given again).
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
    /// Links x requests in flight on each; `sustained` is measured at the last one.
    #[arg(long, value_name = "LINKSxIN_FLIGHT,...", value_delimiter = ',', default_value = "1x1,64x1,16x16,64x16")]
    points: Vec<Point>,
    /// Pairs of each part and point, instead of 5 (sustained: 2).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pairs: Option<u16>,
    /// How long each side is loaded, instead of the part's own time.
    #[arg(long, value_name = "SECS", value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: Option<u64>,
    /// The switch; without this, `lijian` beside this program.
    #[arg(long, value_name = "FILE")]
    switch: Option<PathBuf>,
    /// A directory on the disk to be measured; what is made in it is removed at the end.
    #[arg(long, value_name = "DIR", default_value = "/var/tmp")]
    folder: PathBuf,
}

/// Measures, and prints a line for each part and point.
pub(super) fn run(arguments: CompareArguments) -> Result<(), Failure> {
    let (switch, load) = programs(arguments.switch)?;
    let running = Running::default();
    end_by_signal(running.clone())?;
    let only = |part: &Part| arguments.only.is_empty() || arguments.only.contains(part);
    let plan = Plan {
        programs: Programs { switch, load, running: running.clone() },
        folder: arguments.folder,
        parts: Part::ALL.into_iter().filter(only).collect(),
        points: arguments.points,
        pairs: arguments.pairs.map(usize::from),
        seconds: arguments.seconds,
    };
    let told = &mut |news: News<'_>| match news {
        News::Pair { part, point, pair, pairs } => {
            print::pair(part.as_str(), point.links, point.in_flight, (pair, pairs));
        }
        News::Line(line) => print::compared(line),
        News::Generator(generator) => print::compared(generator),
    };
    compare(&plan, told).map_err(|error| ended(&running, &error))
}

/// The switch, this one or that beside this program, and this program.
pub(super) fn programs(switch: Option<PathBuf>) -> Result<(PathBuf, PathBuf), Failure> {
    let own = std::env::current_exe().map_err(|error| Failure { code: INTERNAL, text: error.to_string() })?;
    let beside = own.parent().unwrap_or_else(|| Path::new(".")).join("lijian");
    let switch = switch.unwrap_or(beside);
    if switch.is_file() {
        return Ok((switch, own));
    }
    let text = format!("{}: expected the switch here; build it, or say --switch FILE", switch.display());
    Err(Failure { code: USAGE, text })
}

/// Why it ended before its end.
pub(super) fn ended(running: &Running, error: &RigError) -> Failure {
    let stopped = || Failure { code: FAILED, text: "stopped before its end".to_owned() };
    if running.is_ended() { stopped() } else { failed(error) }
}

/// From now on SIGTERM and Ctrl-C end everything that was started, so that nothing is left behind.
pub(super) fn end_by_signal(running: Running) -> Result<(), Failure> {
    listen_for_signals(running).map_err(|error| Failure { code: INTERNAL, text: error.to_string() })
}

fn listen_for_signals(running: Running) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listen = async { io::Result::Ok((signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?)) };
    let (mut terminate, mut interrupt) = runtime.block_on(listen)?;
    thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        });
        running.end();
    });
    Ok(())
}

fn failed(error: &RigError) -> Failure {
    let code = match error {
        RigError::Program { .. } | RigError::File { .. } => USAGE,
        RigError::Load(LoadError::Connect { .. }) => LATER,
        RigError::Wrong { .. } | RigError::Behind { .. } => FAILED,
        RigError::NotReady { .. } | RigError::Page { .. } | RigError::Load(_) => INTERNAL,
    };
    Failure { code, text: error.to_string() }
}
