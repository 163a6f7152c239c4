//! Frames that are none, or end too early.

use super::victim::{Victim, framed, throw};
use crate::daemon::host::{PATIENCE, plain, refrigerator, request};
use lijian_load::till::{Sale, Till};

/// xorshift: the same bytes in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn bytes(&mut self, count: u64) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[3]).collect()
    }
}

fn payload(till: &Till, sale: &Sale) -> Vec<u8> {
    let mut frame = Vec::new();
    till.frame_request(&request(till, sale, "424242424242"), &mut frame).unwrap();
    frame.split_off(2)
}

#[tokio::test]
async fn random_bytes_close_their_connection_or_are_counted() {
    let victim = Victim::start(&[]);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..150 {
        let count = random.next() % 3_000;
        throw(victim.acquirer(), &random.bytes(count));
        // The same, with a length that is right.
        let count = random.next() % 500;
        let answer = throw(victim.acquirer(), &framed(&random.bytes(count)));
        assert!(answer.is_empty(), "an answer to random bytes: {answer:02x?}");
    }
    victim.daemon.until(|daemon| {
        daemon.metric("lijian_connections_closed_total{side=\"acquirer\",reason=\"frame\"}") > 100
            && daemon.metric("lijian_unreadable_total") > 100
    });
    victim.unharmed("iso87-ascii").await;
}

#[tokio::test]
async fn a_sale_whose_connection_ends_before_it_does_is_no_sale() {
    let victim = Victim::start(&[]);
    let till = victim.till("iso87-ascii").await;
    let frame = framed(&payload(&till, &refrigerator(1, 800_000)));
    for length in 0..frame.len() {
        assert_eq!(throw(victim.acquirer(), &frame[..length]), b"", "after {length} bytes");
    }
    assert_eq!(victim.counted(&["acquirer_frames"]), 0);
    victim.unharmed("iso87-ascii").await;
}

#[tokio::test]
async fn a_sale_cut_within_its_frame_gets_30_as_soon_as_its_type_can_be_read() {
    let victim = Victim::start(&[]);
    let mut till = victim.till("iso87-ascii").await;
    let payload = payload(&till, &refrigerator(1, 800_000));
    let frames: Vec<u8> = (0..payload.len()).flat_map(|length| framed(&payload[..length])).collect();
    till.send_bytes(&frames).await.unwrap();
    // The type is the first 4 characters; without it there is nothing to answer.
    for length in 4..payload.len() {
        let answer = till.receive(PATIENCE).await.unwrap();
        assert_eq!((answer.mti.as_digits(), answer.text(39)), (*b"0210", "30".to_owned()), "{length} characters");
    }
    assert_eq!(victim.counted(&["unreadable"]), 3);
    assert_eq!(victim.counted(&["broken"]), u64::try_from(payload.len()).unwrap() - 4);
    victim.unharmed("iso87-ascii").await;
}

#[tokio::test]
async fn empty_frames_are_passed_over_and_too_long_ones_close_the_connection() {
    let victim = Victim::start(&[]);
    let mut till = victim.till("iso87-ascii").await;
    till.send_bytes(&[0; 20]).await.unwrap();
    let good = request(&till, &plain(7, 100), "424242424242");
    assert_eq!(till.ask(&good, PATIENCE).await.unwrap().text(39), "00");
    assert_eq!(throw(victim.acquirer(), &[&[0xff; 2], &[b'0'; 100][..]].concat()), b"");
    victim
        .daemon
        .until(|daemon| daemon.metric("lijian_connections_closed_total{side=\"acquirer\",reason=\"frame\"}") == 1);
    // Longer than the link allows, all of it there.
    assert_eq!(throw(victim.acquirer(), &framed(&[b'0'; 9_000])), b"");
    victim.unharmed("iso87-ascii").await;
}
