//! `lijian-load soak`.

use super::{FAILED, Failure, compare, print};
use clap::Args;
use lijian_load::rig::{Programs, Running};
use lijian_load::soak::{News, Soak, run as soak};
use std::path::PathBuf;
use std::time::Duration;

const AFTER_HELP: &str = "\
Starts an issuer that approves everything and the switch, each in a process of its own, with a data directory that goes at the end, and
puts an open load on: sales with and without items, repeats, reversals, voids, refunds and messages that cannot be read. Tills
connect again where a connection ended, reverse what nobody answered, and send a refund again until it is answered. Meanwhile, by turns, the
issuer is killed for 2 s, the switch is killed and started again, the issuer says nothing for 2 s, and the switch is stopped in order and
started again. A line each minute: rate, latencies from the moment meant (those of outages are among them), memory of the switch.

At the end, when nothing is under way any more, what the tills were told is held against the journal and the budgets, to the fen. The
journal grows by about a kilobyte a request, and the oracle holds all sales in memory, about a kilobyte each.

Exit code 1 where a fen differs, or a till is still owed an answer.

Example, two minutes, and an hour:
  lijian-load soak --minutes 2 --rate 5000 --fault-every 15
  lijian-load soak --minutes 60 --rate 5000";

#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct SoakArguments {
    /// How long.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_080))]
    minutes: u64,
    /// Requests a second, as customers come.
    #[arg(long, value_name = "TPS", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    rate: u64,
    /// Connections.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=512))]
    links: u16,
    /// Requests that wait on one connection, at most.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    in_flight: u16,
    /// Seconds between two faults.
    #[arg(long, value_name = "SECS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(5..=86_400))]
    fault_every: u64,
    /// The switch; without this, `lijian` beside this program.
    #[arg(long, value_name = "FILE")]
    switch: Option<PathBuf>,
    /// A directory on the disk to be used; what is made in it is removed at the end.
    #[arg(long, value_name = "DIR", default_value = "/var/tmp")]
    folder: PathBuf,
}

/// Does it, and prints a line for each minute.
pub(super) fn run(arguments: SoakArguments) -> Result<(), Failure> {
    let running = Running::default();
    let (switch, load) = compare::programs(arguments.switch)?;
    compare::end_by_signal(running.clone())?;
    let plan = Soak {
        programs: Programs { switch, load, running: running.clone() },
        folder: arguments.folder,
        duration: Duration::from_secs(arguments.minutes * 60),
        rate: arguments.rate,
        links: arguments.links.into(),
        in_flight: arguments.in_flight.into(),
        fault_every: Duration::from_secs(arguments.fault_every),
    };
    let mut tell = |news: News<'_>| match news {
        News::Fault(fault) => print::fault(fault),
        News::Broken(error) => print::broken(error),
        News::Minute(minute) => print::minute(minute),
    };
    let ended = soak(&plan, &mut tell).map_err(|error| compare::ended(&running, &error))?;
    print::measured(&ended.measured);
    print::verdict(&ended.verdict);
    print::faults(ended.faults);
    let (differences, owed) = (ended.verdict.differences.len(), ended.measured.counts.owed);
    if differences > 0 || owed > 0 {
        let text =
            format!("{differences} differences of money; {owed} reversals or refunds were not answered to the end");
        return Err(Failure { code: FAILED, text });
    }
    Ok(())
}
