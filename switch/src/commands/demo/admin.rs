//! The admin API, read as any client reads it: HTTP over TCP.

use super::error::DemoError;
use super::row::Budget;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than any page takes.
const PATIENCE: Duration = Duration::from_secs(10);
/// More than any page of the demo has.
const PAGE_BYTES_MAX: u64 = 1 << 20;
/// Between two looks at whether the issuer link is up.
const PAUSE: Duration = Duration::from_millis(20);
const LOOKS_MAX: u32 = 1_500;

/// The switch's admin side.
pub(super) struct Admin {
    address: SocketAddr,
}

impl Admin {
    /// At this address.
    pub(super) fn at(address: SocketAddr) -> Self {
        Self { address }
    }

    /// Waits until the switch can reach the issuer.
    pub(super) async fn until_issuer(&self) -> Result<(), DemoError> {
        let path = "/api/v1/links";
        for _ in 0..LOOKS_MAX {
            let ready = self.json(path)?.pointer("/issuers/0/ready").and_then(Value::as_u64);
            if ready.is_some_and(|connections| connections > 0) {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(wrong(path, "the issuer link did not come up"))
    }

    /// Waits until no message of the switch's own waits for the issuer.
    pub(super) async fn until_queue_is_empty(&self) -> Result<(), DemoError> {
        let path = "/api/v1/queue";
        for _ in 0..LOOKS_MAX {
            if self.json(path)?.pointer("/messages").and_then(Value::as_array).is_some_and(Vec::is_empty) {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(wrong(path, "what waits for the issuer is not confirmed"))
    }

    /// What a budget holds now.
    pub(super) fn budget(&self, id: &str) -> Result<Budget, DemoError> {
        let path = "/api/v1/budgets";
        let page = self.json(path)?;
        let budgets = page.pointer("/budgets").and_then(Value::as_array);
        let budget = budgets.and_then(|budgets| budgets.iter().find(|budget| budget.get("id") == Some(&id.into())));
        let number = |name| budget.and_then(|budget| budget.get(name)).and_then(Value::as_u64);
        let read = || {
            Some(Budget {
                limit: number("limit")?,
                held: number("held")?,
                used: number("used")?,
                remaining: number("remaining")?,
            })
        };
        read().ok_or_else(|| wrong(path, &format!("no budget {id} with limit, held, used and remaining")))
    }

    fn json(&self, path: &str) -> Result<Value, DemoError> {
        let answer = self.get(path).map_err(|error| wrong(path, &error.to_string()))?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| wrong(path, "no HTTP answer"))?;
        let status = head.split(' ').nth(1).unwrap_or_default();
        if status != "200" {
            return Err(wrong(path, &format!("status {status}")));
        }
        serde_json::from_str(body).map_err(|error| wrong(path, &format!("no JSON: {error}")))
    }

    fn get(&self, path: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address)?;
        let mut answer = String::new();
        stream.take(PAGE_BYTES_MAX).read_to_string(&mut answer)?;
        Ok(answer)
    }
}

fn wrong(path: &str, problem: &str) -> DemoError {
    DemoError::Admin { path: path.to_owned(), problem: problem.to_owned() }
}
