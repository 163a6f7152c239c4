//! `unionpay-pos` terminals, and an issuer of `iso87-ascii`.

use crate::daemon::host::{PATIENCE, REFRIGERATOR, issuer, plain};
use crate::daemon::process::Daemon;
use lijian_load::issuer::Outcome;
use lijian_load::till::{Answer, Sale, Till};

const BUDGET: &str = "campaign:shenzhen-2024";
const TPDU: usize = 5;

/// A sale at a merchant of the terminals' link.
fn sale(stan: u32, tags: Vec<([u8; 2], String)>) -> Sale {
    Sale { merchant: "999584057220002".to_owned(), tags, ..plain(stan, 800_000) }
}

/// The answer's destination is the request's source, and the other way round.
fn is_swapped(answer: &Answer, request: &[u8]) -> bool {
    let (to, back) = (&answer.payload[..TPDU], &request[..TPDU]);
    to[0] == back[0] && to[1..3] == back[3..5] && to[3..5] == back[1..3] && to[1..3] != to[3..5]
}

#[tokio::test]
async fn a_terminal_gets_its_discount_its_reversal_and_what_is_relayed() {
    let data = tempfile::tempdir().unwrap();
    let (address, observations) = issuer(|_| {});
    let daemon = Daemon::start(data.path(), address, &[]);
    daemon.until_issuer();
    let (_, _, opening) = daemon.budget(BUDGET);
    let mut till = Till::connect(daemon.acquirer("pos"), "unionpay-pos").await.unwrap();

    // 20 % of 8,000 yuan is 1,600.
    let item = vec![(*b"01", REFRIGERATOR.to_owned()), (*b"03", "800000".to_owned())];
    let bought = sale(1, item).request(till.dialect()).unwrap();
    let mut written = Vec::new();
    bought.write(till.dialect(), &mut written).unwrap();
    let answer = till.ask(&bought, PATIENCE).await.unwrap();
    assert_eq!((answer.text(39).as_str(), answer.amount_minor()), ("00", Some(640_000)), "{answer:?}");
    assert_eq!((answer.tag(*b"82").as_deref(), answer.tag(*b"81").as_deref()), (Some("G000"), Some("160000")));
    assert!(is_swapped(&answer, &written), "{:02x?}", &answer.payload[..TPDU]);
    assert!(answer.field(48).is_none() && answer.field(59).is_some());
    let tags = answer.tags.unwrap();
    let receipt = &tags.iter().find(|(tag, _)| tag == b"85").unwrap().1;
    // "国" in GB 18030, which no UTF-8 text holds.
    assert!(receipt.windows(2).any(|pair| pair == [0xb9, 0xfa]), "{receipt:02x?}");
    assert_eq!(daemon.budget(BUDGET), (0, 160_000, opening - 160_000));
    let asked = observations.seen();
    assert_eq!((asked.last().unwrap().amount_minor, asked.last().unwrap().mti.as_digits()), (Some(640_000), *b"0200"));

    // The terminal takes it back: the issuer sees the net, and the money returns.
    let answer = till.ask(&bought.reversal(till.dialect(), 1), PATIENCE).await.unwrap();
    assert_eq!((answer.mti.as_digits(), answer.text(39)), (*b"0410", "00".to_owned()), "{answer:?}");
    assert_eq!(daemon.budget(BUDGET), (0, 0, opening));
    let asked = observations.seen();
    let reversed = asked.last().unwrap();
    assert_eq!((reversed.outcome, reversed.amount_minor), (Outcome::Reversed, Some(640_000)));

    // A plain sale is relayed field by field.
    let plain = sale(2, Vec::new()).request(till.dialect()).unwrap();
    let mut written = Vec::new();
    plain.write(till.dialect(), &mut written).unwrap();
    let answer = till.ask(&plain, PATIENCE).await.unwrap();
    assert_eq!((answer.text(39).as_str(), answer.amount_minor()), ("00", Some(800_000)), "{answer:?}");
    assert!(is_swapped(&answer, &written));
    assert_eq!(answer.text(11), "000002");
    assert_eq!(observations.totals().approved, 2);
    assert_eq!(daemon.metric("lijian_relayed_total"), 1);
}
