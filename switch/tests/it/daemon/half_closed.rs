//! What a peer is owed goes out, also when one side of the connection is closed already.

use super::host::{issuer, plain, refrigerator, request};
use super::process::Daemon;
use lijian_codecs::dialect::Dialect;
use lijian_load::till::{Answer, Request, Till};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// A length that no frame has.
const BAD_FRAME: &[u8] = b"\xff\xff0200";

/// Sends these requests, then `more`, closes the sending side if asked to, and gives all answers up to the end.
async fn answers(daemon: &Daemon, requests: &[Request], more: &[u8], half_close: bool) -> Vec<Answer> {
    let till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let mut bytes = Vec::new();
    for request in requests {
        till.frame_request(request, &mut bytes).unwrap();
    }
    drop(till);
    bytes.extend_from_slice(more);
    let mut stream = TcpStream::connect(daemon.acquirer("ascii")).await.unwrap();
    stream.write_all(&bytes).await.unwrap();
    if half_close {
        stream.shutdown().await.unwrap();
    }
    let mut read = Vec::new();
    // The daemon ends it too: else this waits for ever.
    stream.read_to_end(&mut read).await.unwrap();
    let dialect = Dialect::shipped("iso87-ascii").unwrap().unwrap();
    let mut rest = read.as_slice();
    let mut answers = Vec::new();
    while let [high, low, behind @ ..] = rest {
        let (frame, after) = behind.split_at(usize::from(u16::from_be_bytes([*high, *low])));
        answers.push(Answer::read(&dialect, frame).unwrap());
        rest = after;
    }
    answers
}

fn codes(answers: &[Answer]) -> Vec<String> {
    answers.iter().map(|answer| answer.text(39)).collect()
}

#[tokio::test]
async fn a_peer_that_closed_its_sending_side_gets_its_answers_and_then_the_end() {
    let data = tempfile::tempdir().unwrap();
    let (address, _) = issuer(|settings| settings.latency_ms = 300);
    let daemon = Daemon::start(data.path(), address, &[]);
    daemon.until_issuer();
    let till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let sale = request(&till, &refrigerator(1, 800_000), "424242424242");
    let relayed = request(&till, &plain(2, 5_000), "424242424243");
    // Refused without the issuer: the answer waits for the disk alone.
    let refused = request(&till, &refrigerator(3, 800_000), "424242424244").with(42, "000000000000000");
    let cases = [
        (vec![refused.clone()], vec!["57"]),
        (vec![relayed.clone()], vec!["00"]),
        (vec![sale.clone(), relayed.with(11, "000004")], vec!["00", "00"]),
        (vec![sale, refused.with(11, "000005")], vec!["00", "57"]),
    ];
    for (requests, expected) in cases {
        let mut codes = codes(&answers(&daemon, &requests, b"", true).await);
        codes.sort();
        assert_eq!(codes, expected);
    }
    assert!(answers(&daemon, &[], b"", true).await.is_empty());
    assert!(answers(&daemon, &[], b"\x01\x000200", true).await.is_empty(), "half a frame is no request");
    daemon.until(|daemon| daemon.metric("lijian_connections_closed_total{side=\"acquirer\",reason=\"peer\"}") >= 6);
}

#[tokio::test]
async fn a_frame_that_is_none_ends_the_connection_after_the_answers_before_it() {
    let data = tempfile::tempdir().unwrap();
    let (address, _) = issuer(|settings| settings.latency_ms = 300);
    let daemon = Daemon::start(data.path(), address, &[]);
    daemon.until_issuer();
    let till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let sale = request(&till, &refrigerator(1, 800_000), "424242424242");
    let relayed = request(&till, &plain(2, 5_000), "424242424243");
    for half_close in [false, true] {
        let answers = answers(&daemon, &[sale.clone(), relayed.clone()], BAD_FRAME, half_close).await;
        assert_eq!(codes(&answers), ["00", "00"]);
    }
    assert!(answers(&daemon, &[], BAD_FRAME, false).await.is_empty());
    daemon.until(|daemon| daemon.metric("lijian_connections_closed_total{side=\"acquirer\",reason=\"frame\"}") == 3);
}

/// More than the sockets hold is owed when the bad frame comes: a peer that reads on gets all of it.
#[tokio::test]
async fn answers_that_the_socket_did_not_take_yet_go_out_before_the_end() {
    const REQUESTS: u32 = 20_000;
    let data = tempfile::tempdir().unwrap();
    let (address, _) = issuer(|settings| settings.observed_max = 0);
    let unsent = "links.acquirers.ascii.unsent_bytes_max=67108864";
    let in_flight = ["links.acquirers.ascii.in_flight_max=65536", "exchange.in_flight_max=65536"];
    let daemon = Daemon::start(data.path(), address, &[unsent, in_flight[0], in_flight[1]]);
    daemon.until_issuer();
    let till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let requests: Vec<_> = (0..REQUESTS).map(|stan| request(&till, &plain(stan, 100), "424242424242")).collect();
    let answers = answers(&daemon, &requests, BAD_FRAME, false).await;
    assert_eq!(answers.len(), requests.len());
}

/// It holds its own place alone, and not for long: others are served, and a drain ends.
#[tokio::test]
async fn a_peer_that_is_owed_and_never_reads_ends_in_bounded_time() {
    let data = tempfile::tempdir().unwrap();
    let (address, _) = issuer(|settings| settings.observed_max = 0);
    let daemon = Daemon::start(data.path(), address, &["links.acquirers.ascii.time_budget_ms=1000"]);
    daemon.until_issuer();
    let till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let mut frames = Vec::new();
    for stan in 0..4_000 {
        till.frame_request(&request(&till, &plain(stan, 100), "424242424242"), &mut frames).unwrap();
    }
    frames.extend_from_slice(BAD_FRAME);
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut deaf = socket.connect(daemon.acquirer("ascii")).await.unwrap();
    deaf.write_all(&frames).await.unwrap();
    daemon.until(|daemon| daemon.metric("lijian_connections_closed_total{side=\"acquirer\",reason=\"frame\"}") == 1);
    daemon.until(|daemon| daemon.metric("lijian_in_flight") == 0);
    let mut till = till;
    let answer = till.ask(&request(&till, &plain(1, 100), "424242424243"), super::host::PATIENCE).await.unwrap();
    assert_eq!(answer.text(39), "00");
    let mut daemon = daemon;
    daemon.terminate();
    assert_eq!(daemon.wait().code(), Some(0));
}
