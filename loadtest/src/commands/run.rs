//! `lijian-load run`.

use super::profile::Profile;
use super::{FAILED, Failure, INTERNAL, USAGE, dialect, limit, oracle, print};
use clap::Args;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriter, IntervalLogWriterBuilder};
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::{FrameFormat, FrameHeader};
use lijian_load::clock;
use lijian_load::load::{Acknowledged, Arrivals, Bounds, Interval, Load, LoadError, Measured, Traffic, run as put_on};
use lijian_load::report::{Report, page};
use serde_json::json;
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
and persons_exponent let few come often, by Zipf's law (0: all alike). Without a profile: plain sales of 100.00.

With --find-limit rates are doubled until one does not hold, then halved in between, to within a twentieth: a rate holds where its
99th percentile keeps within --p99-ms from the moment meant, and every request is sent, answered and approved. What is told held
twice. Each sale of a search has a card of its own.

Exit code 1 where a request was not answered, or an answer fits none; of a search, where no rate held.

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
    /// How long answers are waited for at the end.
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
    /// Writes a line for each approved sale: link,stan,rrn,grant,paid,discount.
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
        let mut acknowledged = |sale: &Acknowledged| {
            if let Some(file) = &mut acked
                && let Err(error) = write_acked(file, sale)
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
    if let Some(path) = &arguments.json {
        let mut file = create(path)?;
        let written = serde_json::to_writer_pretty(&mut file, &figures(&measured)).map_err(io::Error::from);
        written.and_then(|()| file.flush()).map_err(|error| not_written("--json", &error))?;
    }
    if let Some(path) = &arguments.html {
        let shown = page(&report(arguments, began, profile_text, &measured));
        let mut file = create(path)?;
        let written = file.write_all(shown.as_bytes());
        written.and_then(|()| file.flush()).map_err(|error| not_written("--html", &error))?;
    }
    print::measured(&measured);
    // Closed first, so that all of its lines are on record.
    drop(acked);
    let judged = match arguments.acked.as_deref().filter(|_| arguments.oracle) {
        Some(path) => oracle::check(path, &profile.rates(), &arguments.switch),
        None => Ok(()),
    };
    let counts = &measured.counts;
    if counts.unanswered + counts.strange + counts.never_sent > 0 {
        let text = format!(
            "{} unanswered, {} strange answers, {} never sent",
            counts.unanswered, counts.strange, counts.never_sent
        );
        judged.err().into_iter().for_each(|failure| print::error(&failure.text));
        return Err(Failure { code: FAILED, text });
    }
    judged
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
        traffic: Traffic {
            dialect: Arc::clone(&arguments.dialect),
            frame: FrameFormat { header: arguments.frame, ..FrameFormat::default() },
            goods: profile.goods(),
            merchants: profile.merchants.clone(),
            acquirer: profile.acquirer.clone(),
            first_card: arguments.first_card,
            seed: arguments.seed,
            first_terminal: 0,
            skew: profile.skew(),
        },
    }
}

/// The command line as it can be shown: names of files need not be text.
fn command() -> String {
    let words: Vec<_> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    words.join(" ")
}

/// What the page shows beside the figures.
fn report<'a>(arguments: &RunArguments, began: String, profile: Option<String>, measured: &'a Measured) -> Report<'a> {
    let cores = std::thread::available_parallelism().map_or_else(|error| error.to_string(), |cores| cores.to_string());
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let settings = vec![
        ("command", command()),
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("target", arguments.target.to_string()),
        ("dialect", arguments.dialect.name().to_owned()),
        ("links, and requests in flight on each", format!("{}, {}", arguments.links, arguments.in_flight)),
        ("sent for", format!("{} s", arguments.duration)),
        ("this machine", format!("{cores} cores, {} {}", std::env::consts::OS, kernel.trim())),
    ];
    Report { began, settings, profile, measured }
}

/// Latencies in microseconds, from the moment at which each request was meant to be sent.
fn figures(measured: &Measured) -> serde_json::Value {
    let Measured { counts, latency_us, service_us, sending_ns, intervals } = measured;
    let at = |histogram: &Histogram<u64>, quantile: f64| histogram.value_at_quantile(quantile);
    let interval = |it: &Interval| json!({ "second": it.second, "sent": it.sent, "answered": it.answered, "p50_us": it.p50_us, "p99_us": it.p99_us, "max_us": it.max_us });
    json!({
        "sent": counts.sent,
        "answered": counts.answered,
        "unanswered": counts.unanswered,
        "approved": counts.approved,
        "granted": counts.granted,
        "discount_minor": counts.discount_minor,
        "never_sent": counts.never_sent,
        "strange": counts.strange,
        "sending_ms": sending_ns / 1_000_000,
        "rate": measured.rate(),
        "p50_us": at(latency_us, 0.5),
        "p90_us": at(latency_us, 0.9),
        "p99_us": at(latency_us, 0.99),
        "p999_us": at(latency_us, 0.999),
        "max_us": latency_us.max(),
        "service_p50_us": at(service_us, 0.5),
        "service_p99_us": at(service_us, 0.99),
        "intervals": intervals.iter().map(interval).collect::<Vec<_>>(),
    })
}

fn write_second(
    log: &mut IntervalLogWriter<'_, '_, BufWriter<File>, V2DeflateSerializer>,
    second: &Interval,
    of_second: &Histogram<u64>,
) -> io::Result<()> {
    let (begin, length) = (Duration::from_secs(second.second - 1), Duration::from_secs(1));
    log.write_histogram(of_second, begin, length, None).map_err(|error| io::Error::other(format!("{error:?}")))
}

fn write_acked(file: &mut BufWriter<File>, sale: &Acknowledged) -> io::Result<()> {
    let Acknowledged { link, stan, rrn, grant, paid_minor, discount_minor } = sale;
    let text = |bytes: &[u8]| -> String {
        bytes.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(|byte| char::from(*byte)).collect()
    };
    writeln!(file, "{link},{stan:06},{},{},{paid_minor},{discount_minor}", text(rrn), text(grant))
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
