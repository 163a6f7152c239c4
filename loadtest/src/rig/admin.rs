//! The switch's pages: whether it reaches the issuer, and how far its index is.

use super::error::RigError;
use crate::admin::page;
use serde_json::Value;
use std::net::SocketAddr;

/// See the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Admin(pub(crate) SocketAddr);

/// Last records: on the disk, and in the index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Progress {
    pub(crate) durable: u64,
    pub(crate) applied: u64,
}

impl Admin {
    /// Whether the issuer link can be used.
    pub(crate) fn reaches_issuer(self) -> Result<bool, RigError> {
        let path = "/api/v1/links";
        let page: Value = serde_json::from_str(&page(self.0, path).map_err(|error| wrong(path, error))?)
            .map_err(|error| wrong(path, error))?;
        Ok(page.pointer("/issuers/0/ready").and_then(Value::as_u64).is_some_and(|ready| ready > 0))
    }

    /// Whether nothing is under way any more: no request, no sale in doubt, no message of the switch's own.
    pub(crate) fn is_quiet(self) -> Result<bool, RigError> {
        let path = "/metrics";
        let page = page(self.0, path).map_err(|error| wrong(path, error))?;
        let names = ["lijian_in_flight 0", "lijian_in_doubt 0", "lijian_queue_length 0"];
        Ok(names.iter().all(|name| page.lines().any(|line| line == *name)))
    }

    /// How far journal and index are.
    pub(crate) fn progress(self) -> Result<Progress, RigError> {
        let path = "/metrics";
        let page = page(self.0, path).map_err(|error| wrong(path, error))?;
        let number = |name: &'static str| {
            let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
            value.ok_or_else(|| wrong(path, format!("no {name}")))
        };
        // Read in this order a page can only say that the index is behind where it is.
        let (applied, durable) = (number("lijian_index_applied_lsn")?, number("lijian_journal_durable_lsn")?);
        Ok(Progress { durable, applied })
    }
}

fn wrong(path: &'static str, problem: impl ToString) -> RigError {
    RigError::Page { path, problem: problem.to_string() }
}
