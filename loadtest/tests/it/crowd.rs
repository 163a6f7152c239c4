//! Many connections, many messages.

use crate::stage::{PATIENCE, Stage, answered, ask, echo, request, result, start};
use lijian_load::till::Till;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

#[tokio::test]
async fn a_thousand_connections_opened_and_dropped() {
    let stage = Stage::plain().await;
    for at in 0..1_000_u32 {
        let stream = TcpStream::connect(stage.address).await.unwrap();
        if at % 3 == 0 {
            // Half a frame, then gone.
            stream.writable().await.unwrap();
            let _ = stream.try_write(&[0, 100, b'0']);
        }
    }
    let mut till = stage.till().await;
    assert_eq!(result(&ask(&mut till, &echo(1)).await), answered("0810", "00"));
    let totals = stage.end().await;
    assert_eq!((totals.connections, totals.messages, totals.connections_cut), (1_001, 1, 0));
}

#[tokio::test]
async fn a_thousand_and_twenty_four_in_flight() {
    let stage = Stage::plain().await;
    let mut till = stage.till().await;
    let requests: Vec<_> = (0..1_024).map(|stan| request(&till, stan, u64::from(stan) + 1)).collect();
    let answers = till.pipeline(&requests, PATIENCE).await.unwrap();
    for (request, answer) in requests.iter().zip(answers) {
        let answer = answer.unwrap();
        assert_eq!((answer.field(11), answer.text(39)), (request.fields.get(&11).map(Vec::as_slice), "00".to_owned()));
    }
    let totals = stage.observations.wait_until(|totals| totals.answered == 1_024).await;
    assert_eq!((totals.approved, totals.sums.paid_minor()), (1_024, 1_024 * 1_025 / 2));
}

#[tokio::test]
async fn many_connections_share_the_books() {
    let stage = Stage::plain().await;
    let mut tills = Vec::new();
    for at in 0..16_u32 {
        let mut till = stage.till().await;
        tills.push(tokio::spawn(async move {
            let requests: Vec<_> = (0..64).map(|stan| request(&till, at * 64 + stan, 10)).collect();
            till.pipeline(&requests, PATIENCE).await.unwrap().into_iter().flatten().count()
        }));
    }
    for till in tills {
        assert_eq!(till.await.unwrap(), 64);
    }
    let totals = stage.end().await;
    assert_eq!((totals.connections, totals.approved, totals.sums.paid_minor()), (16, 1_024, 10_240));
}

#[tokio::test]
async fn an_issuer_that_stops_closes_its_connections() {
    let stage = Stage::plain().await;
    let mut till = stage.till().await;
    ask(&mut till, &echo(1)).await;
    let address = stage.address;
    stage.end().await;
    assert!(till.receive(PATIENCE).await.is_err());
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn an_issuer_that_is_dropped_closes_its_connections() {
    let stage = Stage::plain().await;
    let mut till = stage.till().await;
    ask(&mut till, &echo(1)).await;
    stage.abort();
    assert!(till.receive(PATIENCE).await.is_err());
}

#[tokio::test]
async fn a_peer_that_never_reads_is_not_read_to_its_end_and_harms_nobody() {
    let stage = start("iso87-ascii", |settings| settings.observed_max = 0).await;
    let mut till = stage.till().await;
    let mut frames = Vec::new();
    while frames.len() < 64 << 10 {
        till.frame_request(&echo(1), &mut frames).unwrap();
    }
    let mut deaf = TcpStream::connect(stage.address).await.unwrap();
    // 64 MiB: far more than what fits into the buffers of both systems and the issuer's backlog.
    let sending = tokio::spawn(async move {
        for _ in 0..1_024 {
            deaf.write_all(&frames).await.unwrap();
        }
    });
    let others = async |till: &mut Till| {
        let before = stage.observations.totals().messages;
        for stan in 0..20 {
            assert_eq!(result(&ask(till, &echo(stan)).await), answered("0810", "00"));
        }
        stage.observations.totals().messages - before
    };
    while others(&mut till).await > 20 || stage.observations.totals().messages < 10_000 {
        assert!(!sending.is_finished(), "everything was read, although no answer was taken");
    }
    sending.abort();
    stage.end().await;
}
