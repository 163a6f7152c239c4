//! Loads on a daemon: what the tills were told is what the budget and the ledger say, to the fen.

use crate::daemon::host::issuer;
use crate::daemon::process::Daemon;
use crate::settlement::commands::{EXAMPLE, ended, lijian};
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_load::issuer::{IssuerSettings, Observations};
use lijian_load::load::{Acknowledged, Goods, Kind, Load, Measured, Mix, Outcome, Skew, Traffic, run};
use lijian_load::oracle::{Acked, Budgets, Ledger, Rate, Rates, Verdict, judge};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A refrigerator of the best grade: 20 %. The other one too, and a plain sale.
const GOODS: [(Option<&str>, u64, u32); 3] =
    [(Some("6901840100070"), 123_456, 2), (Some("6945660300074"), 99_999, 1), (None, 5_000, 1)];

/// Shops of the example's two links.
const ASCII_SHOPS: [&str; 2] = ["999584057220001", "999584057220003"];
const POS_SHOPS: [&str; 1] = ["999584057220002"];

fn load(target: SocketAddr, dialect: &str, shops: &[&str], mix: Mix) -> Load {
    let goods = GOODS.map(|(gtin, price_minor, weight)| Goods { gtin: gtin.map(str::to_owned), price_minor, weight });
    Load {
        target,
        links: 8,
        // Room for all of them, however slow the machine is.
        in_flight: 100,
        arrivals: "poisson:600".parse().unwrap(),
        duration: Duration::from_secs(1),
        answers_within: Duration::from_secs(20),
        recovers: false,
        traffic: Traffic {
            dialect: Arc::new(Dialect::shipped(dialect).unwrap().unwrap()),
            frame: FrameFormat::default(),
            goods: goods.into(),
            merchants: shops.iter().map(|shop| (*shop).to_owned()).collect(),
            acquirer: "48020000".to_owned(),
            mix,
            first_card: 0,
            seed: 1,
            first_terminal: 0,
            skew: Skew::default(),
        },
    }
}

/// The load, what its tills were told against the ledger and the budgets of the daemon, which is quiet then, and what the cards
/// have paid as the tills know it.
fn judged(daemon: &Daemon, data: &Path, load: &Load) -> (Measured, Verdict, i128) {
    let (mut lines, mut paid) = (String::new(), 0);
    let mut sold = HashMap::new();
    let mut tell = |told: &Acknowledged| {
        writeln!(lines, "{told}").unwrap();
        let amount = i128::from(told.paid_minor);
        match (told.kind, told.outcome) {
            (Kind::Sale, Outcome::Approved) => {
                paid += amount;
                sold.insert((told.terminal, told.stan), amount);
            }
            (Kind::Reversal | Kind::Void, Outcome::Approved) => {
                paid -= sold.get(&(told.terminal, told.original_stan)).unwrap_or(&0);
            }
            (Kind::Refund, Outcome::Approved) => paid -= amount,
            _ => {}
        }
    };
    let measured = run(load, &mut |_, _| {}, &mut tell).unwrap();
    daemon.until(|daemon| daemon.metric("lijian_in_flight") == 0 && daemon.metric("lijian_in_doubt") == 0);
    let mut export = lijian("ledger");
    export.args(["export", "--config", EXAMPLE, "--data"]).arg(data);
    let (code, ledger, errors) = ended(export);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let rate = Rate { basis_points: 2_000, cap_minor: Some(200_000) };
    let rates = GOODS.iter().filter_map(|(gtin, ..)| Some((gtin.as_ref()?.to_string(), rate)));
    let budgets = Budgets::read(daemon.json("/api/v1/budgets").to_string().as_bytes()).unwrap();
    let (acked, ledger) = (Acked::read(lines.as_bytes()).unwrap(), Ledger::read(ledger.as_bytes()).unwrap());
    (measured, judge(&acked, &ledger, &Rates::from_iter(rates), Some(&budgets)), paid)
}

fn start(data: &Path, set: &[&str], change: impl FnOnce(&mut IssuerSettings)) -> (Daemon, Observations) {
    let (address, observations) = issuer(change);
    let daemon = Daemon::start(data, address, set);
    daemon.until_issuer();
    (daemon, observations)
}

#[test]
fn what_the_tills_were_told_is_what_the_budget_says() {
    let data = tempfile::tempdir().unwrap();
    let (daemon, _) = start(data.path(), &[], |_| {});
    let load = load(daemon.acquirer("ascii"), "iso87-ascii", &ASCII_SHOPS, Mix::default());
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
    assert_eq!((counts.approved(), counts.unanswered(), counts.never_sent), (counts.sent(), 0, 0));
    let (held, used, _) = daemon.budget("campaign:shenzhen-2024");
    assert_eq!((held, used, discount), (0, counts.discount_minor, counts.discount_minor));
    assert!(paid > 0 && counts.strange == 0);
}

/// Each kind of request in the two dialects of the example, of which one finds its originals by batch and trace number.
#[test]
fn sales_that_are_repeated_reversed_and_refunded_add_up() {
    // Terminals repeat no sale, they reverse it: what they send has no time by which an issuer would know a repeat.
    let (ascii, pos) = (Mix([60, 6, 8, 5, 10, 3]), Mix([60, 0, 8, 5, 10, 3]));
    for (link, dialect, shops, mix) in
        [("ascii", "iso87-ascii", ASCII_SHOPS.as_slice(), ascii), ("pos", "unionpay-pos", POS_SHOPS.as_slice(), pos)]
    {
        let data = tempfile::tempdir().unwrap();
        let (daemon, observations) = start(data.path(), &[], |_| {});
        let load = load(daemon.acquirer(link), dialect, shops, mix);
        let (measured, verdict, paid) = judged(&daemon, data.path(), &load);
        let counts = measured.counts;
        assert_eq!(verdict.differences, [], "{dialect}");
        assert_eq!((counts.unanswered(), counts.never_sent, counts.strange), (0, 0, 0), "{dialect} {counts:?}");
        for (kind, _) in Kind::ALL.into_iter().zip(mix.0).filter(|(_, weight)| *weight > 0) {
            let of = counts.of(kind);
            let approved = if kind == Kind::Bad { 0 } else { of.sent };
            assert!(of.sent > 5, "{dialect} {kind:?}: {of:?}");
            assert_eq!((of.answered, of.approved), (of.sent, approved), "{dialect} {kind:?}: {:?}", measured.answers);
        }
        let bad = measured.answers.iter().filter(|answers| answers.kind == Kind::Bad);
        assert!(bad.into_iter().all(|answers| answers.code == *b"30\0"), "{:?}", measured.answers);
        assert!(verdict.reversed > 5 && verdict.returned > 10 && verdict.grants > 100, "{verdict:?}");
        // The issuer's books say what the tills say, plain sales included.
        assert_eq!(observations.totals().sums.paid_minor(), paid, "{dialect} {:?} {counts:?}", observations.totals());
    }
}

/// An issuer that is silent now and then: tills reverse what they got no answer to, until they do.
#[test]
fn tills_that_get_no_answer_owe_nothing_at_the_end() {
    let data = tempfile::tempdir().unwrap();
    // A till gives up before the switch does.
    let set = ["links.acquirers.ascii.time_budget_ms=3000", "queue.answer_ms_max=1000", "queue.retry_ms_min=500"];
    let (daemon, observations) = start(data.path(), &set, |settings| settings.silent_amounts.extend([80_000]));
    let base = load(daemon.acquirer("ascii"), "iso87-ascii", &ASCII_SHOPS, Mix([60, 6, 8, 5, 10, 0]));
    let load = Load { recovers: true, answers_within: Duration::from_secs(1), ..base };
    let (measured, verdict, paid) = judged(&daemon, data.path(), &load);
    let counts = measured.counts;
    assert_eq!(verdict.differences, [], "{counts:?}");
    assert!(counts.timed_out() > 30 && counts.owed == 0, "{counts:?} {:?}", measured.answers);
    assert!(verdict.unanswered > 30 && verdict.reversed > 0, "{verdict:?}");
    assert_eq!(observations.totals().sums.paid_minor(), paid);
}
