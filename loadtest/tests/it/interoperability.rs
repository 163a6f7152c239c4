//! A frame that an independent implementation wrote.

use crate::stage::{PATIENCE, Stage, answered, result};
use lijian_load::issuer::Outcome;

const SALE: &str = include_str!("../fixtures/pyiso8583-sale.hex");

#[tokio::test]
async fn a_sale_of_pyiso8583() {
    let digits: Vec<u8> = SALE.lines().filter(|line| !line.starts_with('#')).flat_map(str::bytes).collect();
    let frame: Vec<u8> =
        digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect();
    let stage = Stage::plain().await;
    let mut till = stage.till().await;
    till.send_bytes(&frame).await.unwrap();
    let answer = till.receive(PATIENCE).await.unwrap();
    assert_eq!(result(&answer), answered("0210", "00"));
    assert_eq!((answer.text(11), answer.amount_minor()), ("004711".to_owned(), Some(123_456)));
    let seen = stage.last_seen();
    assert_eq!((seen.outcome, seen.masked_pan.as_str()), (Outcome::Approved, "622202******7890"));
    assert_eq!(seen.field48.as_deref(), Some(&b"01013690123456789202001103006123456"[..]));
}
