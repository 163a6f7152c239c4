//! Peers that behave badly cost themselves, and nobody else.

use super::host::{ask, issuer, plain, request};
use super::process::Daemon;
use lijian_load::till::Till;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};

#[tokio::test]
async fn a_peer_that_never_reads_is_closed_and_counted() {
    let data = tempfile::tempdir().unwrap();
    let (address, _) = issuer(|settings| settings.observed_max = 0);
    let daemon = Daemon::start(data.path(), address, &["links.acquirers.ascii.unsent_bytes_max=65536"]);
    daemon.until_issuer();
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut deaf = socket.connect(daemon.acquirer("ascii")).await.unwrap();
    // Ends when the daemon closes the connection.
    let mut closed = false;
    for batch in 0..500 {
        let mut frames = Vec::new();
        for stan in batch * 1_000..(batch + 1) * 1_000 {
            till.frame_request(&request(&till, &plain(stan, 100), "424242424242"), &mut frames).unwrap();
        }
        if deaf.write_all(&frames).await.is_err() {
            closed = true;
            break;
        }
    }
    assert!(closed, "the daemon reads on from a peer that takes no answers:\n{}", daemon.page("/metrics").1);
    daemon.until(|daemon| {
        daemon.metric("lijian_connections_closed_total{side=\"acquirer\",reason=\"not_reading\"}") == 1
    });
    daemon.until(|daemon| daemon.metric("lijian_in_flight") == 0);
    assert_eq!(ask(&mut till, &plain(999_999, 100), "424242424243").await.text(39), "00");
}

#[tokio::test]
async fn connections_opened_and_dropped_by_the_thousand_leave_nothing_behind() {
    const CONNECTIONS: u64 = 3_000;
    let data = tempfile::tempdir().unwrap();
    let (address, _) = issuer(|_| {});
    let daemon = Daemon::start(data.path(), address, &[]);
    daemon.until_issuer();
    for number in 0..CONNECTIONS {
        let mut stream = TcpStream::connect(daemon.acquirer("ascii")).await.unwrap();
        if number % 2 == 0 {
            // The beginning of a frame that never ends.
            stream.write_all(b"\x01\x000200").await.unwrap();
        }
    }
    daemon.until(|daemon| {
        daemon.metric("lijian_connections_opened_total{side=\"acquirer\"}") >= CONNECTIONS
            && daemon.json("/api/v1/links")["acquirers"][0]["connections"] == 0
    });
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    assert_eq!(ask(&mut till, &plain(1, 100), "424242424242").await.text(39), "00");
}

#[tokio::test]
async fn a_length_beyond_the_limit_closes_the_connection_and_is_counted() {
    let data = tempfile::tempdir().unwrap();
    let (address, _) = issuer(|_| {});
    let daemon = Daemon::start(data.path(), address, &[]);
    let mut stream = TcpStream::connect(daemon.acquirer("ascii")).await.unwrap();
    stream.write_all(b"\xff\xff0200").await.unwrap();
    daemon.until(|daemon| daemon.metric("lijian_connections_closed_total{side=\"acquirer\",reason=\"frame\"}") == 1);
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed_at_once() {
    let data = tempfile::tempdir().unwrap();
    let (address, _) = issuer(|_| {});
    let daemon = Daemon::start(data.path(), address, &["links.acquirers.ascii.connections_max=2"]);
    daemon.until_issuer();
    let mut first = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let _second = TcpStream::connect(daemon.acquirer("ascii")).await.unwrap();
    let _third = TcpStream::connect(daemon.acquirer("ascii")).await.unwrap();
    daemon.until(|daemon| daemon.metric("lijian_connections_refused_total") == 1);
    assert_eq!(ask(&mut first, &plain(1, 100), "424242424242").await.text(39), "00");
}
