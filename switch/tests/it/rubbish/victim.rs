//! The daemon that rubbish is thrown at, and the proof that it came to no harm.

use crate::daemon::host::{ask, issuer, refrigerator, tag};
use crate::daemon::process::Daemon;
use lijian_load::till::Till;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

const BUDGET: &str = "campaign:shenzhen-2024";

/// A daemon before anything was sold.
pub(super) struct Victim {
    pub(super) daemon: Daemon,
    remaining: u64,
    _data: tempfile::TempDir,
}

impl Victim {
    pub(super) fn start(set: &[&str]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let (address, _) = issuer(|_| {});
        let daemon = Daemon::start(data.path(), address, set);
        daemon.until_issuer();
        let (_, _, remaining) = daemon.budget(BUDGET);
        Self { daemon, remaining, _data: data }
    }

    pub(super) fn acquirer(&self) -> SocketAddr {
        self.daemon.acquirer("ascii")
    }

    /// A connection of a well-meaning till; `dialect` is that of the link.
    pub(super) async fn till(&self, dialect: &str) -> Till {
        Till::connect(self.acquirer(), dialect).await.unwrap()
    }

    /// Frames counted with any of these names.
    pub(super) fn counted(&self, names: &[&str]) -> u64 {
        names.iter().map(|name| self.daemon.metric(&format!("lijian_{name}_total"))).sum()
    }

    /// No money has moved, nothing hangs, nothing panicked; and a good sale on a new connection gets its discount.
    pub(super) async fn unharmed(self, dialect: &str) {
        self.daemon.until(|daemon| daemon.metric("lijian_in_flight") == 0);
        assert_eq!(self.daemon.budget(BUDGET), (0, 0, self.remaining));
        let mut sale = refrigerator(999_999, 800_000);
        sale.card = "6222029999999999".to_owned();
        let answer = ask(&mut self.till(dialect).await, &sale, "999999999999").await;
        assert_eq!((answer.text(39).as_str(), tag(&answer, "82").as_str()), ("00", "G000"));
        assert_eq!(self.daemon.budget(BUDGET), (0, 160_000, self.remaining - 160_000));
        let log = self.daemon.log();
        assert!(!log.iter().any(|line| line.contains("panic")), "{log:#?}");
    }
}

/// Sends bytes on a connection of their own, says that nothing more comes, and gives what is answered until the daemon
/// closes it too.
pub(super) fn throw(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    let mut answer = Vec::new();
    // It may be closed before everything is sent, and even reset: the answer is what came until then.
    if stream.write_all(bytes).and_then(|()| stream.shutdown(Shutdown::Write)).is_ok() {
        let _ = stream.read_to_end(&mut answer);
    }
    answer
}

/// With its length in front.
pub(super) fn framed(payload: &[u8]) -> Vec<u8> {
    let mut frame = u16::try_from(payload.len()).unwrap().to_be_bytes().to_vec();
    frame.extend_from_slice(payload);
    frame
}
