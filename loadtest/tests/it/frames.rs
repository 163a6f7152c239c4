//! Frames that come in pieces or together, and bytes that are no frames.

use crate::stage::{PATIENCE, Stage, answered, ask, echo, request, result, start};
use lijian_codecs::frame::{FrameFormat, FrameHeader};
use lijian_load::till::{Till, TillError};
use std::sync::Arc;

#[tokio::test]
async fn a_frame_in_pieces() {
    let stage = Stage::plain().await;
    let mut till = stage.till().await;
    let mut bytes = Vec::new();
    till.frame_request(&request(&till, 1, 100), &mut bytes).unwrap();
    for byte in &bytes {
        till.send_bytes(std::slice::from_ref(byte)).await.unwrap();
    }
    assert_eq!(result(&till.receive(PATIENCE).await.unwrap()), answered("0210", "00"));
}

#[tokio::test]
async fn many_frames_at_once_with_keep_alives_between() {
    let stage = Stage::plain().await;
    let mut till = stage.till().await;
    let mut bytes = Vec::new();
    for stan in 0..50 {
        till.frame_request(&request(&till, stan, 100), &mut bytes).unwrap();
        bytes.extend_from_slice(&[0, 0]);
    }
    let (most, rest) = bytes.split_at(bytes.len() - 10);
    till.send_bytes(most).await.unwrap();
    till.send_bytes(rest).await.unwrap();
    for stan in 0..50_u32 {
        assert_eq!(till.receive(PATIENCE).await.unwrap().text(11), format!("{stan:06}"));
    }
    assert_eq!(stage.end().await.sums.paid_minor(), 5_000);
}

/// Sends `bytes` after one good sale: the sale is answered, the connection closed with this reason.
async fn cut(bytes: &[u8], reason: &str) {
    let stage = Stage::plain().await;
    let mut till = stage.till().await;
    let mut all = Vec::new();
    till.frame_request(&request(&till, 1, 100), &mut all).unwrap();
    all.extend_from_slice(bytes);
    till.send_bytes(&all).await.unwrap();
    assert_eq!(result(&till.receive(PATIENCE).await.unwrap()), answered("0210", "00"));
    assert!(matches!(till.receive(PATIENCE).await, Err(TillError::Closed | TillError::Io(_))), "{reason}");
    let cuts = stage.observations.cuts();
    assert_eq!((cuts.len(), cuts[0].connection), (1, 1));
    assert!(cuts[0].reason.contains(reason), "{}", cuts[0].reason);
    // Others are served as before.
    let mut other = stage.till().await;
    assert_eq!(result(&ask(&mut other, &echo(1)).await), answered("0810", "00"));
    assert_eq!(stage.end().await.connections_cut, 1);
}

#[tokio::test]
async fn rubbish_closes_the_connection_with_a_reason() {
    cut(b"GET / HTTP/1.1\r\n\r\n", "no frame: frame of 18245 bytes").await;
    cut(&[0xff; 64], "no frame: frame of 65535 bytes").await;
    cut(&[0, 8, 1, 2, 3, 4, 5, 6, 7, 8], "no message: ").await;
    cut(b"\x00\x020x", "no message: ").await;
}

#[tokio::test]
async fn every_truncation_of_a_sale_is_answered_or_cut() {
    let stage = Stage::plain().await;
    let mut whole = Vec::new();
    let till = stage.till().await;
    request(&till, 1, 100).write(till.dialect(), &mut whole).unwrap();
    let mut answered_30 = 0;
    for length in 1..whole.len() {
        let mut till = stage.till().await;
        let mut bytes = Vec::new();
        FrameFormat::default().write(&whole[..length], &mut bytes).unwrap();
        till.send_bytes(&bytes).await.unwrap();
        match till.receive(PATIENCE).await {
            Ok(answer) => {
                assert_eq!(result(&answer), answered("0210", "30"));
                answered_30 += 1;
            }
            Err(TillError::Closed | TillError::Io(_)) => {}
            Err(other) => panic!("{length} bytes: {other}"),
        }
    }
    // From the message type of 4 bytes on there is something to answer.
    assert_eq!(answered_30, whole.len() - 4);
    let totals = stage.end().await;
    assert_eq!(
        (totals.format_errors, totals.connections_cut, totals.sums.paid_minor()),
        (answered_30.try_into().unwrap(), 3, 0)
    );
}

#[tokio::test]
async fn every_frame_header_is_served() {
    for header in [FrameHeader::Len2, FrameHeader::Len4Ascii, FrameHeader::Len2Bcd, FrameHeader::Len4Binary] {
        for inclusive in [false, true] {
            let frame = FrameFormat { header, inclusive, ..FrameFormat::default() };
            let stage = start("iso87-ascii", |settings| settings.frame = frame).await;
            let dialect = lijian_codecs::dialect::Dialect::shipped("iso87-ascii").unwrap().unwrap();
            let mut till = Till::connect_with(stage.address, Arc::new(dialect), frame).await.unwrap();
            assert_eq!(result(&ask(&mut till, &echo(1)).await), answered("0810", "00"), "{frame:?}");
        }
    }
}
