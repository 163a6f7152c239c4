//! The task of a connection.

use super::connection::End;
use super::edge::Edge;
use crate::limits::LINGER;
use lijian_exchange::LinkId;
use std::future::poll_fn;
use std::rc::Rc;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::time::timeout;

/// Serves a connection to its end and says why it ended.
pub(super) async fn serve(edge: Rc<Edge>, link: LinkId, stream: TcpStream, unsent_bytes_max: usize) -> End {
    let _watch = edge.watch();
    if let Err(error) = stream.set_nodelay(true) {
        return End::Socket(error.kind());
    }
    let (mut reader, writer) = stream.into_split();
    let Some(id) = edge.connected(link, writer, unsent_bytes_max) else { return End::NotConsumed };
    let end = poll_fn(|cx| edge.poll(id, &mut reader, cx)).await;
    // Drops the half that writes, which tells the peer that nothing more comes.
    edge.disconnected(id, end);
    if end.lingers() {
        drop(timeout(LINGER, read_to_end(reader)).await);
    }
    end
}

/// What still comes is thrown away: closing on unread bytes would reset the connection, and with it what was sent last.
async fn read_to_end(mut reader: OwnedReadHalf) {
    let mut thrown_away = vec![0; 4_096];
    while matches!(reader.read(&mut thrown_away).await, Ok(1..)) {}
}
