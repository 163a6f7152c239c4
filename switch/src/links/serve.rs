//! The task of a connection.

use super::connection::End;
use super::edge::Edge;
use crate::limits::LINGER;
use lijian_exchange::{ConnectionId, LinkId};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::time::timeout;

/// Bytes thrown away at a time.
const THROWN_AWAY_BYTES: usize = 4_096;

/// What a connection may cost.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    /// Bytes waiting for a peer that does not read, at most.
    pub(super) unsent_bytes_max: usize,
    /// How long answers are waited for and sent once nothing more is read.
    pub(super) owed_max: Duration,
}

/// Serves a connection to its end and says why it ended.
pub(super) async fn serve(edge: Rc<Edge>, link: LinkId, stream: TcpStream, patience: Patience) -> End {
    let _watch = edge.watch();
    if let Err(error) = stream.set_nodelay(true) {
        return End::Socket(error.kind());
    }
    let (mut reader, writer) = stream.into_split();
    let Some(id) = edge.connected(link, writer, patience.unsent_bytes_max) else { return End::NotConsumed };
    let end = poll_fn(|cx| edge.poll(id, &mut reader, cx)).await;
    if end.is_orderly() {
        drop(timeout(patience.owed_max, owed(&edge, id, &mut reader, end)).await);
    }
    // Drops the half that writes, which tells the peer that nothing more comes.
    edge.disconnected(id, end);
    if end.lingers() {
        drop(timeout(LINGER, read_to_end(reader)).await);
    }
    end
}

/// Answers to what came before the end still go out: a peer may have closed its side of the connection alone. What comes
/// meanwhile is thrown away, lest a peer that writes before it reads should wait for ever.
async fn owed(edge: &Edge, id: ConnectionId, reader: &mut OwnedReadHalf, end: End) {
    let mut silent = end == End::Peer;
    poll_fn(|cx| {
        silent = silent || throw_away(reader, cx);
        edge.poll_owed(id, cx)
    })
    .await;
}

/// Throws away what is there. True if nothing more comes.
fn throw_away(reader: &mut OwnedReadHalf, cx: &mut Context<'_>) -> bool {
    let mut thrown_away = [0; THROWN_AWAY_BYTES];
    loop {
        let mut buffer = ReadBuf::new(&mut thrown_away);
        match Pin::new(&mut *reader).poll_read(cx, &mut buffer) {
            Poll::Pending => return false,
            Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
            Poll::Ready(_) => return true,
        }
    }
}

/// What still comes is thrown away: closing on unread bytes would reset the connection, and with it what was sent last.
async fn read_to_end(mut reader: OwnedReadHalf) {
    let mut thrown_away = vec![0; THROWN_AWAY_BYTES];
    while matches!(reader.read(&mut thrown_away).await, Ok(1..)) {}
}
