//! Dialling issuers: one task for each host, for ever.

use super::backoff::Backoff;
use super::edge::Edge;
use super::serve::{Patience, serve};
use crate::clock;
use crate::ops::Board;
use lijian_config::switch::IssuerLink;
use lijian_exchange::LinkId;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A host of an issuer link.
pub(super) struct Host {
    /// The link's place in the configuration.
    pub(super) link: usize,
    /// The host's place in the link.
    pub(super) place: usize,
    pub(super) settings: Arc<IssuerLink>,
    pub(super) backoff: Backoff,
    pub(super) board: Arc<Board>,
}

/// Connects, serves, and connects again.
pub(super) async fn dial(edge: Rc<Edge>, mut host: Host) {
    let settings = Arc::clone(&host.settings);
    let Some(address) = settings.hosts.get(host.place) else { return };
    let link = settings.name;
    // Told once for each change, not with each try.
    let mut told_down = false;
    loop {
        match connect(address, settings.connect_max).await {
            Ok(stream) => {
                tracing::info!(%link, host = %address, "issuer connected");
                told_down = false;
                host.board.issuer_up(host.link, host.place, true);
                let since_us = clock::monotonic_us();
                // Nobody asked there: what was sent goes to another host, or is taken back.
                let patience = Patience { unsent_bytes_max: settings.unsent_bytes_max, owed_max: Duration::ZERO };
                let end = serve(Rc::clone(&edge), LinkId::Issuer(host.link), stream, patience).await;
                host.board.issuer_up(host.link, host.place, false);
                tracing::warn!(%link, host = %address, reason = end.as_str(), "issuer connection lost; dialling again");
                let lived = Duration::from_micros(clock::monotonic_us().saturating_sub(since_us));
                if lived >= settings.reconnect_max {
                    host.backoff.reset();
                }
            }
            Err(error) if told_down => tracing::debug!(%link, host = %address, %error, "issuer still not reached"),
            Err(error) => {
                host.board.issuer_up(host.link, host.place, false);
                tracing::warn!(%link, host = %address, %error, "issuer not reached; trying again");
                told_down = true;
            }
        }
        tokio::time::sleep(host.backoff.pause()).await;
    }
}

async fn connect(address: &str, at_most: Duration) -> io::Result<TcpStream> {
    timeout(at_most, TcpStream::connect(address)).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
