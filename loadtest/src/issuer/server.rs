//! The listening socket: takes connections until told to stop.

use super::connection;
use super::observations::Observations;
use super::settings::IssuerSettings;
use super::totals::Totals;
use crate::clock;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Connections at once. Far above what a switch opens to its host, below the usual limit of open files when raised.
const CONNECTIONS_MAX: usize = 16_384;
/// Pause after the system refused to hand over a connection, for example for lack of file descriptors.
const ACCEPT_PAUSE_MS: u32 = 50;

/// Why an issuer cannot start.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// The address cannot be listened at.
    #[error("cannot listen at {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// More than everything was to go wrong.
    #[error("{decline_percent} % declined and {silent_percent} % silent are more than 100 % together")]
    Percentages {
        /// Declines asked for.
        decline_percent: u8,
        /// Silence asked for.
        silent_percent: u8,
    },
}

/// An issuer that listens.
#[derive(Debug)]
pub struct Issuer {
    listener: TcpListener,
    local_address: SocketAddr,
    settings: Arc<IssuerSettings>,
    observations: Observations,
}

impl Issuer {
    /// Listens; connections wait until [`Self::run`].
    ///
    /// # Errors
    /// The address is taken or not ours, or the percentages add up to more than 100.
    pub async fn bind(settings: IssuerSettings) -> Result<Self, IssuerError> {
        let IssuerSettings { decline_percent, silent_percent, listen: address, .. } = settings;
        if !settings.percentages_fit() {
            return Err(IssuerError::Percentages { decline_percent, silent_percent });
        }
        let refused = |source| IssuerError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let local_address = listener.local_addr().map_err(refused)?;
        let observations = Observations::new(settings.observed_max);
        Ok(Self { listener, local_address, settings: Arc::new(settings), observations })
    }

    /// The address that is listened at, with the port that was found for port 0.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_address
    }

    /// A view on what this issuer sees and does, good beyond its end.
    #[must_use]
    pub fn observe(&self) -> Observations {
        self.observations.clone()
    }

    /// Serves until `shutdown` is done; then closes every connection and gives the totals. Dropping the future closes
    /// everything too.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Totals {
        let stop = CancellationToken::new();
        let _closes_when_dropped = stop.clone().drop_guard();
        let connections = TaskTracker::new();
        tokio::select! {
            () = shutdown => {}
            () = self.accept(&connections, &stop) => {}
        }
        stop.cancel();
        connections.close();
        connections.wait().await;
        self.observations.totals()
    }

    async fn accept(&self, connections: &TaskTracker, stop: &CancellationToken) {
        loop {
            let Ok((stream, _)) = self.listener.accept().await else {
                tokio::time::sleep_until(clock::after_ms(ACCEPT_PAUSE_MS)).await;
                continue;
            };
            let full = connections.len() >= CONNECTIONS_MAX;
            let number = self.observations.change(|state| {
                let totals = state.books.totals_mut();
                let counter = if full { &mut totals.connections_refused } else { &mut totals.connections };
                *counter += 1;
                totals.connections
            });
            if !full {
                let serve = connection::serve(stream, number, self.settings.clone(), self.observations.clone());
                connections.spawn(stop.clone().run_until_cancelled_owned(serve));
            }
        }
    }
}
