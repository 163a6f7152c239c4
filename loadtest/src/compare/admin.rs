//! The switch's pages: whether it reaches the issuer, and how far its index is.

use super::error::CompareError;
use serde_json::Value;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than any page takes.
const PATIENCE: Duration = Duration::from_secs(10);
const PAGE_BYTES_MAX: u64 = 4 << 20;

/// See the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Admin(pub(super) SocketAddr);

/// Last records: on the disk, and in the index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Progress {
    pub(super) durable: u64,
    pub(super) applied: u64,
}

impl Admin {
    /// Whether the issuer link can be used.
    pub(super) fn reaches_issuer(self) -> Result<bool, CompareError> {
        let path = "/api/v1/links";
        let page: Value = serde_json::from_str(&self.page(path)?).map_err(|error| wrong(path, error))?;
        Ok(page.pointer("/issuers/0/ready").and_then(Value::as_u64).is_some_and(|ready| ready > 0))
    }

    /// How far journal and index are.
    pub(super) fn progress(self) -> Result<Progress, CompareError> {
        let path = "/metrics";
        let page = self.page(path)?;
        let number = |name: &'static str| {
            let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
            value.ok_or_else(|| wrong(path, format!("no {name}")))
        };
        // Read in this order a page can only say that the index is behind where it is.
        let (applied, durable) = (number("lijian_index_applied_lsn")?, number("lijian_journal_durable_lsn")?);
        Ok(Progress { durable, applied })
    }

    fn page(self, path: &'static str) -> Result<String, CompareError> {
        let answer = self.get(path).map_err(|error| wrong(path, error))?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| wrong(path, "no HTTP answer"))?;
        match head.split(' ').nth(1) {
            Some("200") => Ok(body.to_owned()),
            status => Err(wrong(path, format!("status {}", status.unwrap_or("missing")))),
        }
    }

    fn get(self, path: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&self.0, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.0)?;
        let mut answer = String::new();
        stream.take(PAGE_BYTES_MAX).read_to_string(&mut answer)?;
        Ok(answer)
    }
}

fn wrong(path: &'static str, problem: impl ToString) -> CompareError {
    CompareError::Page { path, problem: problem.to_string() }
}
