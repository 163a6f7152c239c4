//! From ready to stopped: signals, drain, the end, within the time that is promised whatever peers and disks do.

use crate::app_error::AppError;
use crate::applier::Applying;
use crate::limits::{CLOSE, DRAIN};
use crate::links::Ended;
use crate::ops::{Health, Phase};
use crate::rules::Changes;
use lijian_domain::record::RulesCause;
use lijian_store::journal::Journal;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// How the daemon ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Drained; everything that was answered is on disk.
    Stopped,
    /// A second signal: what was in flight is found in doubt by the next start.
    Forced,
    /// Drained, but the journal had failed before or did not close in time.
    JournalFailed,
}

/// Beyond the drain's own limit: the thread that drains is busy or gone.
const DRAIN_RESERVE: Duration = Duration::from_millis(300);

/// Waits for a signal, then drains and closes.
pub(crate) fn until_stopped(
    health: &Health,
    drain: &CancellationToken,
    ended: oneshot::Receiver<Ended>,
    journal: &Arc<Journal>,
    applying: Applying,
    changes: Arc<Changes>,
) -> Result<Verdict, AppError> {
    let resources = |source| AppError::Resources { what: "runtime for signals", source };
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().map_err(resources)?;
    let forced = runtime.block_on(async {
        let mut signals = Signals::listen().map_err(resources)?;
        let mut hang_ups = signal(SignalKind::hangup()).map_err(resources)?;
        let watching = tokio::spawn(Arc::clone(&changes).watch());
        let changing = tokio::spawn(async move {
            while hang_ups.recv().await.is_some() {
                // What became of it is logged, and kept for whoever asks.
                let _ = changes.at_once(RulesCause::Signal, None).await;
            }
        });
        let forced = wait_and_drain(&mut signals, health, drain, ended).await;
        changing.abort();
        watching.abort();
        forced
    })?;
    if forced {
        return Ok(Verdict::Forced);
    }
    Ok(if close(Arc::clone(journal), applying) { Verdict::Stopped } else { Verdict::JournalFailed })
}

/// True if a second signal came before the drain was done.
async fn wait_and_drain(
    signals: &mut Signals,
    health: &Health,
    drain: &CancellationToken,
    mut ended: oneshot::Receiver<Ended>,
) -> Result<bool, AppError> {
    tokio::select! {
        () = signals.next() => {}
        _ = &mut ended => return Err(AppError::Crashed),
    }
    tracing::info!("draining: no new connections, no new sales; what is in flight is finished");
    health.enter(Phase::Draining);
    drain.cancel();
    tokio::select! {
        () = signals.next() => {
            tracing::warn!("second signal: stopping at once; what is in flight will be in doubt");
            return Ok(true);
        }
        end = tokio::time::timeout(DRAIN + DRAIN_RESERVE, ended) => match end {
            Ok(Ok(Ended { in_flight: 0 })) => tracing::info!("drained"),
            Ok(Ok(Ended { in_flight })) => tracing::warn!(in_flight, "not everything was answered in time"),
            Ok(Err(_)) => return Err(AppError::Crashed),
            Err(_) => tracing::error!("the exchange did not drain in time"),
        }
    }
    Ok(false)
}

/// Flushes the journal and ends the applier, within the time there is. False if the journal failed or was not done.
fn close(journal: Arc<Journal>, applying: Applying) -> bool {
    let (done, closed) = mpsc::channel();
    let body = move || {
        let closed = journal.close();
        drop(done.send(closed));
        applying.stop();
        drop(done);
    };
    if thread::Builder::new().name("close".to_owned()).spawn(body).is_err() {
        tracing::error!("the operating system gives no thread to close the journal with");
        return false;
    }
    match closed.recv_timeout(CLOSE) {
        Ok(Ok(head)) => {
            tracing::info!(lsn = head.lsn.0, "journal closed");
            true
        }
        Ok(Err(fault)) => {
            tracing::error!(%fault, "the journal had failed");
            false
        }
        Err(_) => {
            tracing::error!("the journal did not close in time; a restart reads it up to its last whole batch");
            false
        }
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
