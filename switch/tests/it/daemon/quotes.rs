//! Quotes over real sockets: the price first, then the sale; and what a crash leaves of a quote.

use super::host::{PATIENCE, issuer, plain, refrigerator, request};
use super::process::Daemon;
use lijian_codecs::Mti;
use lijian_load::till::{Answer, Request, Sale, Till};

const BUDGET: &str = "campaign:shenzhen-2024";

/// The request for a quote of what a sale would sell.
fn quote(till: &Till, sale: &Sale, rrn: &str) -> Request {
    Request { mti: Mti::parse("0100").unwrap(), ..request(till, sale, rrn) }.with(3, "380000")
}

/// The chip sale at the net amount, on a quote.
fn sale_on(till: &Till, stan: u32, sale: &Sale, quoted: &Answer, rrn: &str) -> Request {
    let net = quoted.amount_minor().unwrap();
    let tags = vec![(*b"84", quoted.tag(*b"84").unwrap())];
    let digits = format!("{net:012}");
    let amount = (0..12).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap());
    let chip: Vec<u8> = [0x9f, 0x02, 6].into_iter().chain(amount).collect();
    let sale = Sale { stan, amount_minor: net, tags, ..sale.clone() };
    request(till, &sale, rrn).with(55, chip)
}

fn told(answer: &Answer) -> (String, String, Option<u64>) {
    (answer.text(39), answer.tag(*b"82").unwrap_or_default(), answer.amount_minor())
}

#[tokio::test]
async fn a_chip_sale_pays_what_was_quoted_in_both_dialects() {
    let data = tempfile::tempdir().unwrap();
    let (address, observations) = issuer(|_| {});
    let daemon = Daemon::start(data.path(), address, &[]);
    daemon.until_issuer();
    let (_, _, opening) = daemon.budget(BUDGET);
    // 20 % of 8,000.00 for a refrigerator; 10 % of 3,998.99 for a phone, down to the fen.
    let phone = Sale {
        merchant: "999584057320008".to_owned(),
        card: "6222021234567906".to_owned(),
        tags: vec![(*b"01", "6962410800639".to_owned()), (*b"03", "399899".to_owned())],
        ..plain(1, 399_899)
    };
    let mut used = 0;
    for (link, dialect, sale, discount) in
        [("ascii", "iso87-ascii", refrigerator(1, 800_000), 160_000), ("pos", "unionpay-pos", phone, 39_989)]
    {
        let net = sale.amount_minor - discount;
        let before = observations.totals().messages;
        let mut till = Till::connect(daemon.acquirer(link), dialect).await.unwrap();
        let asked = quote(&till, &sale, "424242424241");
        let quoted = till.ask(&asked, PATIENCE).await.unwrap();
        assert_eq!(
            (quoted.mti.to_string(), told(&quoted)),
            ("0110".to_owned(), ("00".into(), "G000".into(), Some(net)))
        );
        assert_eq!((quoted.tag(*b"81"), quoted.tag(*b"87")), (Some(discount.to_string()), Some("180".to_owned())));
        assert_eq!(daemon.budget(BUDGET), (discount, used, opening - discount - used));
        assert_eq!(daemon.metric("lijian_quotes_open"), 1);
        assert_eq!(till.ask(&asked.repeat(), PATIENCE).await.unwrap().payload, quoted.payload, "the same bytes");
        assert_eq!(observations.totals().messages, before, "the issuer is not asked for a price");

        let sale = sale_on(&till, 2, &sale, &quoted, "424242424242");
        let answer = till.ask(&sale, PATIENCE).await.unwrap();
        assert_eq!(told(&answer), ("00".into(), "G000".into(), Some(net)));
        assert_ne!(answer.tag(*b"84"), quoted.tag(*b"84"));
        assert_eq!(observations.seen().last().unwrap().amount_minor, Some(net));
        used += discount;
        assert_eq!(daemon.budget(BUDGET), (0, used, opening - used));
        let again = till.ask(&sale.clone().with(11, "000003"), PATIENCE).await.unwrap();
        assert_eq!(told(&again), ("57".into(), "N115".into(), Some(net)), "used once");
    }
    assert_eq!((daemon.metric("lijian_quotes_total"), daemon.metric("lijian_quotes_used_total")), (2, 2));
    assert_eq!(daemon.json("/api/v1/links")["quotes_open"], 0);
}

#[tokio::test]
async fn a_quote_is_taken_back_and_outlives_a_crash_until_its_time_is_over() {
    let data = tempfile::tempdir().unwrap();
    let (address, observations) = issuer(|_| {});
    let daemon = Daemon::start(data.path(), address, &[]);
    daemon.until_issuer();
    for (link, dialect, merchant, gtin, price) in [
        ("ascii", "iso87-ascii", "999584057220001", super::host::REFRIGERATOR, 800_000),
        ("pos", "unionpay-pos", "999584057320008", "6962410800639", 399_899),
    ] {
        let mut till = Till::connect(daemon.acquirer(link), dialect).await.unwrap();
        let tags = vec![(*b"01", gtin.to_owned()), (*b"03", price.to_string())];
        let asked = quote(&till, &Sale { merchant: merchant.to_owned(), tags, ..plain(1, price) }, "424242424241");
        assert_eq!(till.ask(&asked, PATIENCE).await.unwrap().text(39), "00");
        let answer = till.ask(&asked.reversal(till.dialect(), 2), PATIENCE).await.unwrap();
        assert_eq!((answer.mti.to_string(), answer.text(39)), ("0410".to_owned(), "00".to_owned()), "{link}");
        assert_eq!(daemon.budget(BUDGET).0, 0, "{link}");
    }
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let first = till.ask(&quote(&till, &refrigerator(3, 800_000), "424242424243"), PATIENCE).await.unwrap();
    let other = Sale { card: "6222021234567906".to_owned(), ..refrigerator(4, 800_000) };
    let second = till.ask(&quote(&till, &other, "424242424244"), PATIENCE).await.unwrap();
    assert_eq!(daemon.budget(BUDGET).0, 320_000);
    daemon.kill();

    let daemon = Daemon::start(data.path(), address, &[]);
    daemon.until_issuer();
    assert_eq!((daemon.budget(BUDGET).0, daemon.metric("lijian_quotes_open")), (320_000, 2));
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let sale = sale_on(&till, 5, &refrigerator(3, 800_000), &first, "424242424245");
    assert_eq!(told(&till.ask(&sale, PATIENCE).await.unwrap()), ("00".into(), "G000".into(), Some(640_000)));
    daemon.kill();

    // Started later than the other one was honoured.
    let daemon = Daemon::start(data.path(), address, &["clock.now=2024-10-01T10:30:00+08:00"]);
    daemon.until_issuer();
    let (held, used, _) = daemon.budget(BUDGET);
    assert_eq!((held, used, daemon.metric("lijian_quotes_open")), (0, 160_000, 0));
    let mut till = Till::connect(daemon.acquirer("ascii"), "iso87-ascii").await.unwrap();
    let asked = observations.totals().messages;
    let late = sale_on(&till, 6, &other, &second, "424242424246");
    assert_eq!(told(&till.ask(&late, PATIENCE).await.unwrap()), ("57".into(), "N115".into(), Some(640_000)));
    assert_eq!(observations.totals().messages, asked);
}
