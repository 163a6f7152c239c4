//! A running issuer, a till at it, and messages that most tests send.

use lijian_codecs::Mti;
use lijian_codecs::dialect::Dialect;
use lijian_load::issuer::{Issuer, IssuerSettings, Observations, Seen, Totals};
use lijian_load::till::{Answer, Request, Sale, Till};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Only a test that fails waits so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Stage {
    pub(crate) address: SocketAddr,
    pub(crate) observations: Observations,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Totals>,
}

pub(crate) async fn start(dialect: &str, change: impl FnOnce(&mut IssuerSettings)) -> Stage {
    let dialect = Arc::new(Dialect::shipped(dialect).unwrap().unwrap());
    let mut settings = IssuerSettings::new(SocketAddr::from(([127, 0, 0, 1], 0)), dialect);
    change(&mut settings);
    let issuer = Issuer::bind(settings).await.unwrap();
    let (address, observations) = (issuer.local_addr(), issuer.observe());
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(issuer.run(async {
        let _ = stopped.await;
    }));
    Stage { address, observations, stop, ended }
}

impl Stage {
    pub(crate) async fn plain() -> Self {
        start("iso87-ascii", |_| {}).await
    }

    pub(crate) async fn till(&self) -> Till {
        Till::connect(self.address, "iso87-ascii").await.unwrap()
    }

    pub(crate) fn last_seen(&self) -> Seen {
        self.observations.seen().pop().unwrap()
    }

    /// Drops the issuer where it stands.
    pub(crate) fn abort(self) {
        self.ended.abort();
    }

    /// Stops the issuer; its last totals.
    pub(crate) async fn end(self) -> Totals {
        let _ = self.stop.send(());
        tokio::time::timeout(PATIENCE, self.ended).await.unwrap().unwrap()
    }
}

pub(crate) fn sale(stan: u32, amount_minor: u64) -> Sale {
    Sale {
        card: "6222021234567890".to_owned(),
        amount_minor,
        stan,
        terminal: "TERM0001".to_owned(),
        merchant: "MERCHANT0000001".to_owned(),
        acquirer: "48025840".to_owned(),
        local_time: "240910143005".to_owned(),
        batch: 1,
        tags: Vec::new(),
    }
}

pub(crate) fn request(till: &Till, stan: u32, amount_minor: u64) -> Request {
    sale(stan, amount_minor).request(till.dialect()).unwrap()
}

pub(crate) fn echo(stan: u32) -> Request {
    let mti = Mti::parse("0800").unwrap();
    Request::new(mti).with(7, "0910143005").with(11, format!("{stan:06}")).with(70, "301")
}

pub(crate) async fn ask(till: &mut Till, request: &Request) -> Answer {
    till.ask(request, PATIENCE).await.unwrap()
}

/// Message type and result code.
pub(crate) fn result(answer: &Answer) -> (String, String) {
    (answer.mti.to_string(), answer.text(39))
}

pub(crate) fn answered(mti: &str, code: &str) -> (String, String) {
    (mti.to_owned(), code.to_owned())
}
