//! Fields that are no fields of their kind: 30, and nothing else happens.

use super::victim::{Victim, framed};
use crate::daemon::host::{PATIENCE, refrigerator, request};
use lijian_load::till::Till;

/// Where field 2 begins: behind the type and the bitmap.
const FIELD_2: usize = 20;

fn sale(till: &Till, stan: u32) -> Vec<u8> {
    let mut frame = Vec::new();
    till.frame_request(&request(till, &refrigerator(stan, 800_000), "424242424242"), &mut frame).unwrap();
    frame.split_off(2)
}

/// What this payload is answered: type and field 39.
async fn answered(till: &mut Till, payload: &[u8]) -> (String, String) {
    till.send_bytes(&framed(payload)).await.unwrap();
    let answer = till.receive(PATIENCE).await.unwrap();
    (String::from_utf8_lossy(&answer.mti.as_digits()).into_owned(), answer.text(39))
}

#[tokio::test]
async fn lengths_digits_and_bitmaps_that_are_wrong_get_30() {
    let victim = Victim::start(&[]);
    let mut till = victim.till("iso87-ascii").await;
    let good = sale(&till, 1);
    assert_eq!(&good[FIELD_2..FIELD_2 + 2], b"16");
    let length_48 = good.windows(5).position(|window| window == b"01013").unwrap() - 3;
    let amount = good.windows(12).position(|window| window == b"000000800000").unwrap();
    let mut check = async |what: &str, at: usize, bytes: &[u8]| {
        let mut payload = good.clone();
        payload[at..at + bytes.len()].copy_from_slice(bytes);
        assert_eq!(answered(&mut till, &payload).await, ("0210".to_owned(), "30".to_owned()), "{what}");
    };
    check("longer than the field", FIELD_2, b"20").await;
    check("much longer than the field", FIELD_2, b"99").await;
    check("no digits", FIELD_2, b"1A").await;
    check("no digits at all", FIELD_2, b"\x00\xff").await;
    check("a sign", FIELD_2, b"+9").await;
    check("another sign", FIELD_2, b"-1").await;
    check("a space", FIELD_2, b" 9").await;
    check("longer than the frame", length_48, b"999").await;
    check("a sign in three digits", length_48, b"+40").await;
    check("a letter in the card number", FIELD_2 + 6, b"X").await;
    check("a sign in the amount", amount, b"-").await;
    check("a full stop in the amount", amount + 8, b".").await;
    check("another field that is not there", 4, b"F").await;
    check("a second bitmap that is not there", 4, b"FFFFFFFFFFFFFFFF").await;
    check("a bitmap that is none", 4, b"GGGGGGGGGGGGGGGG").await;
    victim.unharmed("iso87-ascii").await;
}

/// In the terminals' dialect field 8 is no field.
#[tokio::test]
async fn a_field_that_the_dialect_does_not_have_gets_30() {
    let victim = Victim::start(&[]);
    let mut till = Till::connect(victim.daemon.acquirer("pos"), "unionpay-pos").await.unwrap();
    let mut payload = sale(&till, 1);
    // TPDU and header of 11 bytes, type of 2, then the bitmap.
    payload[13] |= 1;
    assert_eq!(answered(&mut till, &payload).await, ("0210".to_owned(), "30".to_owned()));
    victim.unharmed("iso87-ascii").await;
}
