//! Pages of a running switch's admin address, as texts: a bounded GET, and nothing more.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than any page takes.
const PATIENCE: Duration = Duration::from_secs(20);
/// Any page is far shorter.
const PAGE_BYTES_MAX: u64 = 16 << 20;

/// A page that cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("http://{admin}{path}: {why}")]
pub struct PageError {
    admin: SocketAddr,
    path: &'static str,
    why: String,
}

/// The body of a page that is there (status 200).
///
/// # Errors
/// No connection, no page, or none within 20 seconds.
pub fn page(admin: SocketAddr, path: &'static str) -> Result<String, PageError> {
    let failed = |why: String| PageError { admin, path, why };
    let answer = get(admin, path).map_err(|error| failed(error.to_string()))?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| failed("no HTTP answer".to_owned()))?;
    match head.split(' ').nth(1) {
        Some("200") => Ok(body.to_owned()),
        status => Err(failed(format!("expected status 200, got {}", status.unwrap_or("none")))),
    }
}

fn get(admin: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&admin, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(PAGE_BYTES_MAX).read_to_string(&mut answer)?;
    Ok(answer)
}
