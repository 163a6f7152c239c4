//! A load of subsidised sales on a daemon: what the tills were told is what the budget says, to the fen.

use crate::daemon::host::issuer;
use crate::daemon::process::Daemon;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_load::load::{Goods, Load, Traffic, run};
use std::sync::Arc;
use std::time::Duration;

/// A refrigerator of the best grade: 20 %. A phone: 10 %.
const GOODS: [(Option<&str>, u64, u32); 3] =
    [(Some("6901840100070"), 123_456, 2), (Some("6945660300074"), 99_999, 1), (None, 5_000, 1)];

#[test]
fn what_the_tills_were_told_is_what_the_budget_says() {
    let data = tempfile::tempdir().unwrap();
    let (address, _) = issuer(|_| {});
    let daemon = Daemon::start(data.path(), address, &[]);
    daemon.until_issuer();
    let goods = GOODS.map(|(gtin, price_minor, weight)| Goods { gtin: gtin.map(str::to_owned), price_minor, weight });
    let load = Load {
        target: daemon.acquirer("ascii"),
        links: 8,
        // Room for all of them, however slow the machine is.
        in_flight: 100,
        arrivals: "poisson:600".parse().unwrap(),
        duration: Duration::from_secs(1),
        answers_within: Duration::from_secs(20),
        traffic: Traffic {
            dialect: Arc::new(Dialect::shipped("iso87-ascii").unwrap().unwrap()),
            frame: FrameFormat::default(),
            goods: goods.into(),
            merchants: vec!["999584057220001".to_owned(), "999584057220003".to_owned()],
            acquirer: "48020000".to_owned(),
            first_card: 0,
            seed: 1,
            first_terminal: 0,
            skew: Default::default(),
        },
    };
    let (mut paid, mut discount, mut plain) = (0, 0, 0);
    let measured = run(&load, &mut |_, _| {}, &mut |sale| {
        // 20 % down to the fen, of either refrigerator; nothing of the plain sale.
        match sale.paid_minor + sale.discount_minor {
            123_456 => assert_eq!(sale.discount_minor, 24_691),
            99_999 => assert_eq!(sale.discount_minor, 19_999),
            5_000 => plain += 1,
            other => unreachable!("nothing costs {other}"),
        }
        paid += sale.paid_minor;
        discount += sale.discount_minor;
    })
    .unwrap();
    let counts = measured.counts;
    assert!(counts.granted > 200 && plain > 50, "{counts:?}");
    assert_eq!((counts.approved, counts.unanswered, counts.never_sent, counts.strange), (counts.sent, 0, 0, 0));
    let (held, used, _) = daemon.budget("campaign:shenzhen-2024");
    assert_eq!((held, used, discount), (0, counts.discount_minor, counts.discount_minor));
    assert!(paid > 0);
}
