//! The issuer simulator, on a thread and a runtime of its own: it shares nothing with the till but sockets.

use super::error::DemoError;
use super::script;
use lijian_codecs::dialect::Dialect;
use lijian_load::issuer::{Issuer, IssuerSettings, Observations};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// What the switch dials, and the issuer speaks.
pub(super) const DIALECT: &str = "iso87-ascii";

/// A running issuer; dropping it ends it.
pub(super) struct Host {
    address: SocketAddr,
    observations: Observations,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    /// Starts it on a free port.
    pub(super) fn start() -> Result<Self, DemoError> {
        let dialect = Dialect::shipped(DIALECT).and_then(Result::ok);
        let dialect = dialect.ok_or_else(|| DemoError::Example(format!("no dialect {DIALECT}")))?;
        let mut settings = IssuerSettings::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), Arc::new(dialect));
        settings.decline_amounts.insert(script::DECLINED_FEN, *b"51");
        settings.silent_amounts.insert(script::SILENT_FEN);
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new().name("issuer".to_owned());
        let thread = thread.spawn(move || serve(settings, &tell, stopped)).map_err(DemoError::System)?;
        let gone = |_| DemoError::System(std::io::Error::other("the issuer's thread ended"));
        let (address, observations) = told.recv().map_err(gone)??;
        Ok(Self { address, observations, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What its sockets saw, and its books.
    pub(super) fn observations(&self) -> &Observations {
        &self.observations
    }
}

type Started = Result<(SocketAddr, Observations), DemoError>;

fn serve(settings: IssuerSettings, tell: &mpsc::Sender<Started>, stopped: oneshot::Receiver<()>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(tell.send(Err(DemoError::System(error)))),
    };
    runtime.block_on(async {
        match Issuer::bind(settings).await {
            Ok(issuer) => {
                drop(tell.send(Ok((issuer.local_addr(), issuer.observe()))));
                issuer.run(async { drop(stopped.await) }).await;
            }
            Err(error) => drop(tell.send(Err(error.into()))),
        }
    });
}

impl Drop for Host {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing more to say here.
            let _ = thread.join();
        }
    }
}
