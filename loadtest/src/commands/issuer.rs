//! `lijian-load issuer`.

use super::{Failure, INTERNAL, LATER, USAGE, dialect, print};
use clap::Args;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::{FrameFormat, FrameHeader};
use lijian_load::issuer::{BareIssuer, Issuer, IssuerError, IssuerSettings};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

const AFTER_HELP: &str = "\
Amounts are field 4 as the issuer sees it, in minor units. Declines, silence and lateness are for authorisation and
financial requests; advices, reversals and network management are always answered. A request that meets silence or
lateness is approved and booked: it is the answer that gets lost. Which requests the percentages hit depends on the
seed and the request alone, so a run can be replayed.

Standard output: one line once the issuer listens, totals at the end. Errors go to standard error.

Example, an issuer that answers after 20 ms, declines one request in ten, declines 66.60 with 59 and never answers 77.70:
  lijian-load issuer --listen 127.0.0.1:9583 --dialect iso87-ascii --latency-ms 20 --decline-percent 10 \\
      --decline-amount 6660=59 --silent-amount 7770";

#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct IssuerArguments {
    /// Address to listen at; port 0 takes any free one.
    #[arg(long, value_name = "ADDR")]
    listen: SocketAddr,
    /// A shipped dialect, or a file with the table of one (*.toml).
    #[arg(long, value_name = "NAME|FILE", value_parser = dialect::named)]
    dialect: Arc<Dialect>,
    /// Frame header: len2, len4-ascii, len2-bcd or len4-binary.
    #[arg(long, value_name = "HEADER", default_value = "len2")]
    frame: FrameHeader,
    /// The frame's length counts its header too.
    #[arg(long)]
    frame_inclusive: bool,
    /// Approve everything at once, without books, by one thread: for measurements. Ends when it is killed, without totals.
    #[arg(
        long,
        conflicts_with_all = [
            "latency_ms", "decline_percent", "silent_percent", "decline_amount", "silent_amount", "late_amount", "seed"
        ]
    )]
    bare: bool,
    /// Delay of every answer about money.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=600_000))]
    latency_ms: u32,
    /// Requests declined with 51, of a hundred.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(..=100))]
    decline_percent: u8,
    /// Requests never answered, of a hundred.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(..=100))]
    silent_percent: u8,
    /// Decline this amount with this result code (may be given again).
    #[arg(long, value_name = "AMOUNT=CODE", value_parser = decline)]
    decline_amount: Vec<(u64, [u8; 2])>,
    /// Never answer this amount (may be given again).
    #[arg(long, value_name = "AMOUNT")]
    silent_amount: Vec<u64>,
    /// Answer this amount so many milliseconds late (may be given again).
    #[arg(long, value_name = "AMOUNT=MS", value_parser = late)]
    late_amount: Vec<(u64, u32)>,
    /// What the percentages are drawn from.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

/// Serves until Ctrl-C or SIGTERM.
pub(super) fn run(arguments: IssuerArguments) -> Result<(), Failure> {
    let internal = |error: io::Error| Failure { code: INTERNAL, text: error.to_string() };
    if arguments.bare {
        return bare(arguments);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(internal)?;
    runtime.block_on(async {
        let dialect = arguments.dialect.clone();
        let issuer = Issuer::bind(settings(arguments)).await.map_err(|error| refused(&error))?;
        let mut terminate = signal(SignalKind::terminate()).map_err(internal)?;
        print::listening(issuer.local_addr(), dialect.name());
        let shutdown = async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        };
        print::totals(&issuer.run(shutdown).await);
        Ok(())
    })
}

fn bare(arguments: IssuerArguments) -> Result<(), Failure> {
    let internal = |error: io::Error| Failure { code: INTERNAL, text: error.to_string() };
    let name = arguments.dialect.name().to_owned();
    let IssuerArguments { listen, dialect, frame, frame_inclusive, .. } = arguments;
    let frame = FrameFormat { header: frame, inclusive: frame_inclusive, ..FrameFormat::default() };
    let issuer = BareIssuer::bind(listen, dialect, frame).map_err(|error| refused(&error))?;
    print::listening(issuer.local_addr().map_err(internal)?, &name);
    issuer.run().map_err(internal)
}

fn settings(arguments: IssuerArguments) -> IssuerSettings {
    let frame = FrameFormat { header: arguments.frame, inclusive: arguments.frame_inclusive, ..FrameFormat::default() };
    IssuerSettings {
        frame,
        latency_ms: arguments.latency_ms,
        decline_percent: arguments.decline_percent,
        silent_percent: arguments.silent_percent,
        decline_amounts: arguments.decline_amount.into_iter().collect(),
        silent_amounts: arguments.silent_amount.into_iter().collect(),
        late_amounts: arguments.late_amount.into_iter().collect(),
        seed: arguments.seed,
        // Nobody observes a process of its own message by message.
        observed_max: 0,
        ..IssuerSettings::new(arguments.listen, arguments.dialect)
    }
}

fn refused(error: &IssuerError) -> Failure {
    let code = match error {
        IssuerError::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => LATER,
        _ => USAGE,
    };
    Failure { code, text: error.to_string() }
}

fn decline(text: &str) -> Result<(u64, [u8; 2]), String> {
    let wrong = || "expected AMOUNT=CODE, for example 6660=59".to_owned();
    let (amount, code) = text.split_once('=').ok_or_else(wrong)?;
    let code: [u8; 2] = code.as_bytes().try_into().map_err(|_| wrong())?;
    let amount = amount.parse().map_err(|_| wrong())?;
    if code.iter().all(u8::is_ascii_alphanumeric) && code != *b"00" { Ok((amount, code)) } else { Err(wrong()) }
}

fn late(text: &str) -> Result<(u64, u32), String> {
    let wrong = || "expected AMOUNT=MS, for example 8880=2000".to_owned();
    let (amount, delay_ms) = text.split_once('=').ok_or_else(wrong)?;
    Ok((amount.parse().map_err(|_| wrong())?, delay_ms.parse().map_err(|_| wrong())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_read_or_refused() {
        assert_eq!(decline("6660=59"), Ok((6_660, *b"59")));
        assert_eq!(late("8880=2000"), Ok((8_880, 2_000)));
        for text in ["", "6660", "6660=", "=59", "6660=5", "6660=590", "6660=00", "-1=59", "1.5=59"] {
            assert!(decline(text).is_err(), "{text}");
        }
        for text in ["8880", "8880=-1", "x=1"] {
            assert!(late(text).is_err(), "{text}");
        }
    }
}
