//! `lijian-load run`.

use super::profile::Profile;
use super::{FAILED, Failure, INTERNAL, USAGE, dialect, figures, limit, machine, oracle, print};
use clap::Args;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriter, IntervalLogWriterBuilder};
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::{FrameFormat, FrameHeader};
use lijian_load::admin;
use lijian_load::clock;
use lijian_load::load::{Acknowledged, Arrivals, Bounds, Interval, Load, LoadError, Measured, Traffic, run as put_on};
use lijian_load::report::{Report, page};
use lijian_load::stages::{Histograms, Stage};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const AFTER_HELP: &str = "\
Open loop: requests are sent when they are meant to be, whatever becomes of those before, and latencies count from the moment
meant. Where no link has room for a request it waits its turn, and that counts. --arrivals closed sends as fast as answers come.

A profile is a table of what is sold: merchants (field 42), acquirer (field 32), and [[goods]] with gtin (none for a plain sale),
price_fen and weight. Each sale is paid with a card of its own, or with one of so many persons. merchants_exponent, goods_exponent
and persons_exponent let few come often, by Zipf's law (0: all alike). [kinds] weighs sales, repeats, reversals, voids, refunds and
bad (messages that cannot be read). Without a profile: plain sales of 100.00.

With --recover the tills go on as tills do: they connect again where a connection ended, reverse each sale that was not answered,
and send a reversal, void or refund again until it is, for two minutes after the end if need be. With --admin the switch's own histograms are told beside the load's.

With --find-limit rates are doubled until one does not hold, then halved in between, to within a twentieth: a rate holds where its
99th percentile keeps within --p99-ms from the moment meant, and every request is sent, answered and approved. What is told held
twice. Each sale of a search has a card of its own.

Exit code 1 where a request was not answered, or an answer fits none (with --recover: where something is still owed at the end); of
a search, where no rate held; with --oracle, where a fen differs.

Example, 5,000 sales a second for 30 seconds over 16 connections, as customers come:
  lijian-load run --target 127.0.0.1:8583 --dialect iso87-ascii --arrivals poisson:5000 --duration 30 --json out.json
How many a second the switch takes within 20 ms:
  lijian-load run --target 127.0.0.1:8583 --dialect iso87-ascii --find-limit --p99-ms 20 --duration 5";

#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct RunArguments {
    /// The switch's acquirer link.
    #[arg(long, value_name = "ADDR")]
    target: SocketAddr,
    /// A shipped dialect, or a file with the table of one (*.toml).
    #[arg(long, value_name = "NAME|FILE", value_parser = dialect::named)]
    dialect: Arc<Dialect>,
    /// Frame header: len2, len4-ascii, len2-bcd or len4-binary.
    #[arg(long, value_name = "HEADER", default_value = "len2")]
    frame: FrameHeader,
    /// Requests a second, evenly.
    #[arg(long, value_name = "TPS", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    rate: Option<u64>,
    /// How they come: closed, RATE, poisson:RATE, steps:RATE,RATE,... or ramp:FROM-TO.
    #[arg(long, value_name = "ARRIVALS", conflicts_with = "rate", required_unless_present_any = ["rate", "find_limit"])]
    arrivals: Option<Arrivals>,
    /// How long requests are sent.
    #[arg(long, value_name = "SECS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    duration: u64,
    /// Connections.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    links: u16,
    /// Requests that wait on one connection, at most.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    in_flight: u16,
    /// How long an answer is waited for, and how long all of them are at the end.
    #[arg(long, value_name = "SECS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
    answers_within: u64,
    /// Searches the highest rate that holds, from --rate on (1,000 without it); each rate is put on for --duration.
    #[arg(long, requires = "p99_ms", conflicts_with_all = ["arrivals", "acked", "hdr"])]
    find_limit: bool,
    /// With --find-limit: the 99th percentile, from the moment meant, that a rate must keep to hold.
    #[arg(long, value_name = "MS", requires = "find_limit", value_parser = clap::value_parser!(u64).range(1..=60_000))]
    p99_ms: Option<u64>,
    /// With --find-limit: requests in 10,000 that may be declined, for a profile some of whose sales are.
    #[arg(long, value_name = "N", requires = "find_limit", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=10_000))]
    declined_per_10_000: u64,
    /// What is sold.
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// The last ten digits of the first card; each sale takes the next one.
    #[arg(long, value_name = "N", default_value_t = 0)]
    first_card: u64,
    /// What goods, merchants and pauses are drawn from.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The first terminal of each link: another one for each load on the same data, or it repeats what the one before sent.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..10_000))]
    first_terminal: u32,
    /// Connects again, and reverses what was not answered.
    #[arg(long, conflicts_with = "find_limit")]
    recover: bool,
    /// Writes a line for each approved request, and for each that was left without an answer:
    /// outcome,kind,link,terminal,stan,original,rrn,grant,paid,discount.
    #[arg(long, value_name = "FILE")]
    acked: Option<PathBuf>,
    /// Holds those lines against the ledger at the end (see `lijian-load oracle`).
    #[arg(long, requires = "acked")]
    oracle: bool,
    #[command(flatten)]
    switch: oracle::SwitchArguments,
    /// Writes latencies of each second as an HDR histogram log.
    #[arg(long, value_name = "FILE")]
    hdr: Option<PathBuf>,
    /// Writes the figures as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Writes a page that shows them: percentiles, and second by second.
    #[arg(long, value_name = "FILE", conflicts_with = "find_limit")]
    html: Option<PathBuf>,
}

pub(super) fn run(arguments: &RunArguments) -> Result<(), Failure> {
    let usage = |text| Failure { code: USAGE, text };
    let profile = arguments.profile.as_deref().map_or_else(|| Ok(Profile::plain()), Profile::read).map_err(usage)?;
    if arguments.oracle && !arguments.switch.names_a_ledger() {
        return Err(usage("--oracle: expected --ledger FILE, or --config FILE with --data DIR".to_owned()));
    }
    let load = load(arguments, &profile);
    if let Some(p99_ms) = arguments.p99_ms {
        let bounds = Bounds { p99_us: p99_ms * 1_000, declined_per_10_000: arguments.declined_per_10_000 };
        return limit::search(load, arguments.rate, bounds, arguments.json.as_deref());
    }
    let profile_text = arguments.html.as_ref().and(arguments.profile.as_deref()).map(std::fs::read_to_string);
    let profile_text = profile_text.transpose().map_err(|error| usage(format!("--profile: {error}")))?;
    let began = clock::utc();
    let before = arguments.switch.admin.map(histograms).transpose()?;
    let mut acked = arguments.acked.as_deref().map(create).transpose()?;
    let mut hdr = arguments.hdr.as_deref().map(create).transpose()?;
    let mut serializer = V2DeflateSerializer::new();
    let mut log = hdr.as_mut().map(|file| IntervalLogWriterBuilder::new().begin_log_with(file, &mut serializer));
    let mut log = log.take().transpose().map_err(|error| not_written("--hdr", &error))?;
    let (mut failed, mut acked_failed) = (None, None);
    let measured = {
        let mut progress = |second: &Interval, of_second: &Histogram<u64>| {
            print::second(second);
            if let Some(log) = &mut log
                && let Err(error) = write_second(log, second, of_second)
            {
                failed.get_or_insert(error);
            }
        };
        let mut acknowledged = |told: &Acknowledged| {
            if let Some(file) = &mut acked
                && let Err(error) = writeln!(file, "{told}")
            {
                acked_failed.get_or_insert(error);
            }
        };
        put_on(&load, &mut progress, &mut acknowledged).map_err(|error| not_put_on(&error))?
    };
    let flushed = acked.as_mut().map_or(Ok(()), Write::flush);
    if let Some(error) = acked_failed.or(flushed.err()).or(failed) {
        return Err(not_written("--acked or --hdr", &error));
    }
    let mut stages: Vec<Stage> = Vec::new();
    if let (Some(before), Some(admin)) = (before, arguments.switch.admin) {
        stages = histograms(admin)?.since(&before);
    }
    if let Some(path) = &arguments.json {
        let mut file = create(path)?;
        let written =
            serde_json::to_writer_pretty(&mut file, &figures::of(&measured, &stages)).map_err(io::Error::from);
        written.and_then(|()| file.flush()).map_err(|error| not_written("--json", &error))?;
    }
    if let Some(path) = &arguments.html {
        let settings = settings(arguments)?;
        let shown =
            page(&Report { began, settings, profile: profile_text, stages: stages.clone(), measured: &measured });
        let mut file = create(path)?;
        let written = file.write_all(shown.as_bytes());
        written.and_then(|()| file.flush()).map_err(|error| not_written("--html", &error))?;
    }
    print::measured(&measured);
    print::stages(&stages);
    // Closed first, so that all of its lines are on record.
    drop(acked);
    let judged = match arguments.acked.as_deref().filter(|_| arguments.oracle) {
        Some(path) => oracle::check(path, &profile.rates(), &arguments.switch),
        None => Ok(()),
    };
    let Some(text) = missing(arguments, &measured) else { return judged };
    judged.err().into_iter().for_each(|failure| print::error(&failure.text));
    Err(Failure { code: FAILED, text })
}

/// What is missing of the answers, in words.
fn missing(arguments: &RunArguments, measured: &Measured) -> Option<String> {
    let counts = &measured.counts;
    if arguments.recover {
        let owed = format!("{} reversals or refunds were not answered to the end", counts.owed);
        return (counts.owed > 0).then_some(owed);
    }
    let missing = counts.unanswered() + counts.strange + counts.never_sent;
    (missing > 0).then(|| {
        format!(
            "{} timed out, {} cut off, {} strange answers, {} never sent",
            counts.timed_out(),
            counts.cut_off(),
            counts.strange,
            counts.never_sent
        )
    })
}

/// What the switch has measured so far.
fn histograms(admin: SocketAddr) -> Result<Histograms, Failure> {
    let page = admin::page(admin, "/metrics");
    page.map(|page| Histograms::read(&page)).map_err(|error| Failure { code: super::LATER, text: error.to_string() })
}

fn load(arguments: &RunArguments, profile: &Profile) -> Load {
    let constant = arguments.rate.map(Arrivals::Constant);
    Load {
        target: arguments.target,
        links: usize::from(arguments.links),
        in_flight: usize::from(arguments.in_flight),
        arrivals: constant.or_else(|| arguments.arrivals.clone()).unwrap_or(Arrivals::Closed),
        duration: Duration::from_secs(arguments.duration),
        answers_within: Duration::from_secs(arguments.answers_within),
        recovers: arguments.recover,
        traffic: Traffic {
            dialect: Arc::clone(&arguments.dialect),
            frame: FrameFormat { header: arguments.frame, ..FrameFormat::default() },
            goods: profile.goods(),
            merchants: profile.merchants.clone(),
            acquirer: profile.acquirer.clone(),
            first_card: arguments.first_card,
            seed: arguments.seed,
            first_terminal: arguments.first_terminal,
            mix: profile.mix(),
            skew: profile.skew(),
        },
    }
}

/// What the page shows beside the figures.
fn settings(arguments: &RunArguments) -> Result<Vec<(&'static str, String)>, Failure> {
    let durability = match arguments.switch.admin {
        Some(admin) => machine::durability(admin)?,
        None => "not asked (--admin)".to_owned(),
    };
    Ok(vec![
        ("command", machine::command()),
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("target", arguments.target.to_string()),
        ("dialect", arguments.dialect.name().to_owned()),
        ("links, and requests in flight on each", format!("{}, {}", arguments.links, arguments.in_flight)),
        ("sent for", format!("{} s", arguments.duration)),
        ("when the switch's records count as written", durability),
        ("this machine", machine::described()),
    ])
}

fn write_second(
    log: &mut IntervalLogWriter<'_, '_, BufWriter<File>, V2DeflateSerializer>,
    second: &Interval,
    of_second: &Histogram<u64>,
) -> io::Result<()> {
    let (begin, length) = (Duration::from_secs(second.second - 1), Duration::from_secs(1));
    log.write_histogram(of_second, begin, length, None).map_err(|error| io::Error::other(format!("{error:?}")))
}

pub(super) fn create(path: &Path) -> Result<BufWriter<File>, Failure> {
    let file =
        File::create(path).map_err(|error| Failure { code: USAGE, text: format!("{}: {error}", path.display()) })?;
    Ok(BufWriter::new(file))
}

pub(super) fn not_written(what: &str, error: &impl std::fmt::Display) -> Failure {
    Failure { code: INTERNAL, text: format!("{what} cannot be written: {error}") }
}

pub(super) fn not_put_on(error: &LoadError) -> Failure {
    let code = match error {
        LoadError::Connect { .. } => super::LATER,
        LoadError::Traffic { .. } => USAGE,
        LoadError::Wait(_) | LoadError::Histograms => INTERNAL,
    };
    Failure { code, text: error.to_string() }
}
