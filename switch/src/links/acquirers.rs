//! Listening for acquirers.

use super::edge::Edge;
use super::serve::{Patience, serve};
use crate::limits::{ACCEPT_PAUSE, LINGER};
use crate::ops::Board;
use lijian_config::switch::AcquirerLink;
use lijian_exchange::LinkId;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Takes connections of a link until `drain` is cancelled; then the listener is closed and the connections go on.
pub(super) async fn accept(
    edge: Rc<Edge>,
    link: (usize, AcquirerLink),
    listener: TcpListener,
    board: Arc<Board>,
    drain: CancellationToken,
) {
    let (place, link) = link;
    let open = Rc::new(Cell::new(0_usize));
    loop {
        let accepted = tokio::select! {
            biased;
            () = drain.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(link = %link.name, %error, "cannot take a connection; trying again");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        if open.get() >= link.connections_max {
            edge.refused();
            tracing::debug!(link = %link.name, at_most = link.connections_max, "connection beyond the limit closed");
            continue;
        }
        open.set(open.get() + 1);
        // By then every request is answered, or was never to be.
        let patience = Patience { unsent_bytes_max: link.unsent_bytes_max, owed_max: link.time_budget + LINGER };
        let served = serve(Rc::clone(&edge), LinkId::Acquirer(place), stream, patience);
        let (open, board, name) = (Rc::clone(&open), Arc::clone(&board), link.name);
        board.acquirer_connections(place, open.get());
        tokio::task::spawn_local(async move {
            let end = served.await;
            open.set(open.get() - 1);
            board.acquirer_connections(place, open.get());
            tracing::debug!(link = %name, reason = end.as_str(), "acquirer connection closed");
        });
    }
}
