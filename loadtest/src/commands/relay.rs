//! `lijian-load relay`.

use super::{Failure, INTERNAL, LATER, USAGE, print};
use clap::Args;
use lijian_codecs::frame::{FrameFormat, FrameHeader};
use lijian_load::relay::{Mode, Relay, RelayError};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

const AFTER_HELP: &str = "\
A bare relay stands where the switch stands and decides nothing: what the machine can do. With --durable each request and each answer
waits for a record of 192 bytes on the disk, by group commits that all messages share. All acquirers share one connection to the
issuer, which must answer requests in their order.

Example:
  lijian-load relay --listen 127.0.0.1:7583 --issuer 127.0.0.1:9583 --durable /var/tmp/relay.records";

#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct RelayArguments {
    /// Address to listen at; port 0 takes any free one.
    #[arg(long, value_name = "ADDR")]
    listen: SocketAddr,
    /// Where everything goes.
    #[arg(long, value_name = "ADDR")]
    issuer: SocketAddr,
    /// Frame header: len2, len4-ascii, len2-bcd or len4-binary.
    #[arg(long, value_name = "HEADER", default_value = "len2")]
    frame: FrameHeader,
    /// The file of records; it is written over.
    #[arg(long, value_name = "FILE")]
    durable: Option<PathBuf>,
}

/// Relays until it is killed.
pub(super) fn run(arguments: RelayArguments) -> Result<(), Failure> {
    let frame = FrameFormat { header: arguments.frame, ..FrameFormat::default() };
    let mode = arguments.durable.map_or(Mode::Raw, Mode::Durable);
    let relay = Relay::bind(arguments.listen, arguments.issuer, frame, &mode).map_err(|error| failed(&error))?;
    let address = relay.local_addr().map_err(|error| Failure { code: INTERNAL, text: error.to_string() })?;
    print::relaying(address);
    relay.run().map_err(|error| failed(&error))
}

fn failed(error: &RelayError) -> Failure {
    let code = match error {
        RelayError::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => LATER,
        RelayError::Listen { .. } | RelayError::File { .. } => USAGE,
        RelayError::Wait(_) | RelayError::Sync(_) => INTERNAL,
    };
    Failure { code, text: error.to_string() }
}
