//! `lijian demo`: a whole till day on a fresh machine, with nothing else installed.
//!
//! An issuer simulator in this process, the switch as a child process of this same program (`lijian run`, no path of its
//! own for the demo), a till that speaks ISO 8583 over TCP between them. A script of steps is played; each cell that is
//! shown was read from the till's socket, the issuer's socket or the admin API, and is held against what was worked out by
//! hand. One wrong cell makes exit code 1.
//!
//! Files: `script` (steps and what is expected of them), `row` (what a step shows), `play` (does a step), `table` (prints
//! it), `closing` (whether the money adds up), `settlement` (settles the day and checks it), `serving` (what to try then),
//! `directory`, `host`, `switch` and `admin` (what the demo runs on).
//!
//! May call: the commands of this program as processes, `lijian_load` (this room alone may), nothing else of the daemon.

mod admin;
mod closing;
mod directory;
mod error;
mod host;
mod play;
mod row;
mod script;
mod serving;
mod settlement;
mod switch;
mod table;

use admin::Admin;
use directory::Directory;
use error::DemoError;
use host::Host;
use play::Player;
use std::io::Write as _;
use std::process::ExitCode;
use switch::Switch;
use table::Table;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Shows a whole till day: an issuer, the switch and a till on this machine, real ISO 8583 over real TCP.
///
/// Everything runs in a throw-away directory and on free ports. The day is played, printed, held against what was worked
/// out by hand, and settled; then the switch goes on serving until Ctrl-C.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  lijian demo --once")]
pub struct DemoArguments {
    /// Ends after the settlement instead of serving until Ctrl-C
    #[arg(long)]
    pub once: bool,
    /// Leaves the directory where it is, with journal, settlement and log
    #[arg(long)]
    pub keep: bool,
}

/// Runs the command. Exit code 0 if everything came out as worked out by hand, 1 if anything did not, 70 if the demo could
/// not be run, 75 if it was interrupted before the end.
pub fn run(arguments: &DemoArguments) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let ended = runtime.map_err(DemoError::System).and_then(|runtime| runtime.block_on(demo(arguments)));
    match ended {
        Ok(End::Right) => ExitCode::SUCCESS,
        Ok(End::Wrong) => ExitCode::from(1),
        Ok(End::Interrupted) => ExitCode::from(75),
        Err(error) => {
            // There is nobody to tell where standard error is closed.
            let _ = writeln!(std::io::stderr(), "lijian demo: {error}");
            ExitCode::from(70)
        }
    }
}

/// How the demo ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Right,
    Wrong,
    Interrupted,
}

async fn demo(arguments: &DemoArguments) -> Result<End, DemoError> {
    let mut signals = Signals::listen().map_err(DemoError::System)?;
    let directory = Directory::make()?;
    let host = Host::start()?;
    let switch = Switch::start(&directory, host.address())?;
    let ended = tokio::select! {
        played = day(&directory, &host, &switch, arguments) => match played {
            Ok(right) => {
                if !arguments.once {
                    signals.next().await;
                }
                Ok(if right { End::Right } else { End::Wrong })
            }
            Err(error) => Err(error),
        },
        () = signals.next() => Ok(End::Interrupted),
    };
    let in_order = switch.stop();
    if arguments.keep {
        let path = directory.keep();
        print(&format!("The directory is kept: {}\n", path.display()));
    }
    match (ended?, in_order?) {
        (End::Right, false) => {
            print("WRONG: the switch did not stop in order.\n");
            Ok(End::Wrong)
        }
        (end, _) => Ok(end),
    }
}

/// Plays, closes and settles the day; true if all of it is right.
async fn day(
    directory: &Directory,
    host: &Host,
    switch: &Switch,
    arguments: &DemoArguments,
) -> Result<bool, DemoError> {
    let admin = Admin::at(switch.admin());
    admin.until_issuer().await?;
    print(&serving::opening(directory, host, switch, arguments)?);
    let steps = script::steps();
    let mut table = Table::default();
    print(&Table::header());
    let mut player = Player::start(host, switch, &admin).await?;
    for step in &steps {
        print(&Table::heading(step, &player.about(step)?));
        let row = player.play(step).await?;
        print(&table.row(&step.expected, &row));
    }
    print(&Table::footer());
    let closing = closing::close(&player.paid(), &admin.budget(script::BUDGET)?, host);
    print(&closing.text);
    let settled = settlement::settle(directory)?;
    print(&settled.text);
    let right = table.wrong() == 0 && closing.right && settled.right;
    print(&serving::verdict(steps.len(), right));
    if !arguments.once {
        print(&serving::invitation(directory, switch, &player)?);
    } else if !arguments.keep {
        print("The directory is removed now, and the dumps with it; --keep leaves it.\n");
    }
    Ok(right)
}

fn print(text: &str) {
    let mut output = std::io::stdout().lock();
    // There is nobody to tell where standard output is closed.
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}

/// What ends the demo: Ctrl-C, a service manager, a terminal that is closed.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        let [terminate, interrupt, hangup] =
            [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].map(signal);
        Ok(Self { terminate: terminate?, interrupt: interrupt?, hangup: hangup? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}
