//! One connection: bytes in, bytes out, answers that wait for their time.
//!
//! Everything read at once is handled at once and answered with one write. Reading stops while a peer does not take its
//! answers, so that a peer which never reads costs a bounded amount of memory and nobody else's time.

use super::desk::{Answers, Desk};
use super::observations::Observations;
use super::settings::IssuerSettings;
use crate::clock;
use bytes::{Buf, BytesMut};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Bytes asked for in one read: some 200 messages.
const READ_BYTES: usize = 65_536;
/// Answers not taken yet or not due yet, above which nothing more is read: some 5,000 messages.
const BACKLOG_BYTES_MAX: usize = 1 << 20;
/// How long a peer that is cut may take to fetch the answers to what it sent before.
const LAST_WRITE: Duration = Duration::from_secs(1);

/// Serves a connection to its end. Dropping the future closes it.
pub(super) async fn serve(
    mut stream: TcpStream,
    number: u64,
    settings: Arc<IssuerSettings>,
    observations: Observations,
) {
    // Small messages, each waited for: never hold one back to send it with the next. Failing costs speed only.
    let _ = stream.set_nodelay(true);
    let mut desk = Desk::new(settings, observations, number);
    let (mut reader, mut writer) = stream.split();
    let mut input = BytesMut::new();
    let mut output = BytesMut::new();
    let mut waiting = Waiting::default();
    let mut peer_sends = true;
    while peer_sends || !output.is_empty() || waiting.next().is_some() {
        let room = output.len() + waiting.bytes < BACKLOG_BYTES_MAX;
        let next_due = waiting.next();
        tokio::select! {
            written = writer.write(&output), if !output.is_empty() => match written {
                Ok(count) => output.advance(count),
                Err(_) => return,
            },
            () = tokio::time::sleep_until(next_due.unwrap_or_else(clock::now)), if next_due.is_some() => {
                waiting.release(clock::now(), &mut output);
            }
            read = read_some(&mut reader, &mut input), if peer_sends && room => match read {
                Ok(0) => peer_sends = false,
                Ok(_) => {
                    let mut answers = Answers::default();
                    let handled = desk.take(&mut input, &mut answers);
                    output.extend_from_slice(&answers.at_once);
                    waiting.add(answers.later);
                    if handled.is_err() {
                        // The peer may not read either; it is closed all the same.
                        let _ = tokio::time::timeout(LAST_WRITE, writer.write_all(&output)).await;
                        return;
                    }
                }
                Err(_) => return,
            },
        }
    }
}

async fn read_some(reader: &mut (impl AsyncReadExt + Unpin), input: &mut BytesMut) -> std::io::Result<usize> {
    input.reserve(READ_BYTES);
    reader.read_buf(input).await
}

/// Answers whose time has not come.
#[derive(Default)]
struct Waiting {
    by_time: BTreeMap<Instant, Vec<u8>>,
    bytes: usize,
}

impl Waiting {
    fn next(&self) -> Option<Instant> {
        self.by_time.keys().next().copied()
    }

    fn add(&mut self, later: BTreeMap<u32, Vec<u8>>) {
        for (delay_ms, frames) in later {
            self.bytes += frames.len();
            self.by_time.entry(clock::after_ms(delay_ms)).or_default().extend_from_slice(&frames);
        }
    }

    fn release(&mut self, now: Instant, output: &mut BytesMut) {
        while let Some(first) = self.by_time.first_entry() {
            if *first.key() > now {
                return;
            }
            let frames = first.remove();
            self.bytes -= frames.len();
            output.extend_from_slice(&frames);
        }
    }
}
