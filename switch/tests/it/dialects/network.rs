//! A network host that speaks `cups`, and an issuer of `iso87-ascii`.

use crate::daemon::host::{PATIENCE, issuer, plain, refrigerator};
use crate::daemon::process::Daemon;
use lijian_load::till::Till;

#[tokio::test]
async fn a_network_host_gets_its_discount_and_what_is_relayed() {
    let data = tempfile::tempdir().unwrap();
    let (address, observations) = issuer(|_| {});
    let daemon = Daemon::start(data.path(), address, &["links.acquirers.ascii.dialect=cups"]);
    daemon.until_issuer();
    let mut till = Till::connect(daemon.acquirer("ascii"), "cups").await.unwrap();

    let request = refrigerator(1, 800_000).request(till.dialect()).unwrap();
    let answer = till.ask(&request, PATIENCE).await.unwrap();
    assert_eq!((answer.text(39).as_str(), answer.amount_minor()), ("00", Some(640_000)), "{answer:?}");
    assert_eq!((answer.tag(*b"82").as_deref(), answer.tag(*b"81").as_deref()), (Some("G000"), Some("160000")));
    // Header of 46 bytes: its own length, version, and the length of everything behind the frame's header in 4 digits.
    assert_eq!(answer.payload[..2], [46, 0x02]);
    assert_eq!(answer.payload[2..6], *format!("{:04}", answer.payload.len()).as_bytes());
    assert_eq!(observations.seen().last().unwrap().amount_minor, Some(640_000));

    let answer = till.ask(&plain(2, 5_000).request(till.dialect()).unwrap(), PATIENCE).await.unwrap();
    assert_eq!((answer.text(39).as_str(), answer.amount_minor()), ("00", Some(5_000)), "{answer:?}");
}
