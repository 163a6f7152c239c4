//! A load against the issuer simulator: its books count what the load says.

use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_load::issuer::{Issuer, IssuerSettings, Totals};
use lijian_load::load::{Acknowledged, Goods, Interval, Load, Measured, Mix, Skew, Traffic, run};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

fn dialect(name: &str) -> Arc<Dialect> {
    Arc::new(Dialect::shipped(name).unwrap().unwrap())
}

pub(crate) fn load(target: SocketAddr, name: &str, arrivals: &str) -> Load {
    let goods = |price_minor, weight| Goods { gtin: None, price_minor, weight };
    Load {
        target,
        links: 4,
        // In an open loop room for all of them, however slow the machine is.
        in_flight: if arrivals == "closed" { 8 } else { 1_000 },
        arrivals: arrivals.parse().unwrap(),
        duration: Duration::from_millis(500),
        answers_within: Duration::from_secs(10),
        recovers: false,
        traffic: Traffic {
            dialect: dialect(name),
            frame: FrameFormat::default(),
            goods: vec![goods(10_000, 3), goods(7, 1)],
            merchants: vec!["M1".to_owned(), "M2".to_owned()],
            acquirer: "48020000".to_owned(),
            first_card: 77,
            seed: 5,
            first_terminal: 0,
            mix: Mix::default(),
            skew: Skew::default(),
        },
    }
}

/// A load on an issuer: what the load says, what it acknowledged, and the issuer's books.
fn put_on(
    change: impl FnOnce(&mut IssuerSettings),
    of: impl Fn(SocketAddr) -> Load,
) -> (Measured, Vec<Acknowledged>, Totals) {
    put_on_through(change, of, |issuer| issuer)
}

/// The same through something that stands before the issuer.
pub(crate) fn put_on_through(
    change: impl FnOnce(&mut IssuerSettings),
    of: impl Fn(SocketAddr) -> Load,
    through: impl FnOnce(SocketAddr) -> SocketAddr,
) -> (Measured, Vec<Acknowledged>, Totals) {
    let probe = of("127.0.0.1:1".parse().unwrap());
    let mut settings = IssuerSettings::new("127.0.0.1:0".parse().unwrap(), probe.traffic.dialect);
    change(&mut settings);
    let (tell, told) = std::sync::mpsc::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let issuer = Issuer::bind(settings).await.unwrap();
            tell.send(issuer.local_addr()).unwrap();
            issuer.run(async move { drop(stopped.await) }).await
        })
    });
    let address = through(told.recv().unwrap());
    let (mut acknowledged, mut seconds) = (Vec::new(), Vec::new());
    let mut progress = |second: &Interval, _: &_| seconds.push(*second);
    let measured = run(&of(address), &mut progress, &mut |sale| acknowledged.push(*sale)).unwrap();
    assert_eq!(measured.intervals, seconds);
    stop.send(()).unwrap();
    (measured, acknowledged, serving.join().unwrap())
}

fn rrns(acknowledged: &[Acknowledged]) -> usize {
    acknowledged.iter().map(|sale| (sale.link, sale.stan)).collect::<BTreeSet<_>>().len()
}

#[test]
fn the_issuer_counts_what_the_load_says_in_each_dialect() {
    for name in ["iso87-ascii", "iso87-binary", "unionpay-pos", "cups", "iso93-ascii"] {
        for arrivals in ["400", "poisson:400", "closed"] {
            let (measured, acknowledged, totals) = put_on(|_| {}, |target| load(target, name, arrivals));
            let counts = measured.counts;
            assert!(counts.sent() >= 120, "{name} {arrivals}: {counts:?}");
            if arrivals == "400" {
                assert_eq!(counts.sent(), 200);
            }
            assert_eq!(
                (counts.sent(), counts.answered(), counts.approved()),
                (counts.sent(), counts.sent(), counts.sent()),
                "{name}"
            );
            assert_eq!((counts.unanswered(), counts.never_sent, counts.strange), (0, 0, 0), "{name} {arrivals}");
            assert_eq!((totals.messages, totals.approved), (counts.sent(), counts.sent()), "{name} {arrivals}");
            assert_eq!(rrns(&acknowledged), acknowledged.len(), "each sale once");
            let paid: u64 = acknowledged.iter().map(|sale| sale.paid_minor).sum();
            assert_eq!(u64::try_from(totals.sums.paid_minor()).unwrap(), paid, "{name} {arrivals}");
            assert_eq!(measured.latency_us.len(), counts.answered());
        }
    }
}

#[test]
fn silence_declines_and_stalls_are_counted_apart() {
    let silent = |settings: &mut IssuerSettings| settings.silent_amounts.extend([7]);
    let of = |target| Load {
        answers_within: Duration::from_millis(300),
        in_flight: 1_000,
        ..load(target, "iso87-ascii", "400")
    };
    let (measured, _, _) = put_on(silent, of);
    let counts = measured.counts;
    assert!(counts.unanswered() > 20 && counts.answered() + counts.unanswered() == counts.sent(), "{counts:?}");

    let declined = |settings: &mut IssuerSettings| settings.decline_amounts.extend([(7, *b"51")]);
    let (measured, acknowledged, totals) = put_on(declined, |target| load(target, "iso87-ascii", "400"));
    let counts = measured.counts;
    assert!(counts.approved() < counts.answered() && counts.answered() == counts.sent(), "{counts:?}");
    assert_eq!(
        (totals.declined, acknowledged.len() as u64),
        (counts.answered() - counts.approved(), counts.approved())
    );

    // One request at a time on one link, each answered after 100 ms: the others wait for their turn, and that counts.
    let late = |settings: &mut IssuerSettings| settings.latency_ms = 100;
    let of = |target| Load { links: 1, in_flight: 1, ..load(target, "iso87-ascii", "100") };
    let (measured, _, _) = put_on(late, of);
    let counts = measured.counts;
    assert_eq!(counts.sent() + counts.never_sent, 50, "{counts:?}");
    assert!(counts.never_sent > 30, "{counts:?}");
    let (meant, sent) = (measured.latency_us.max(), measured.service_us.value_at_quantile(0.5));
    assert!(meant > 2 * sent && sent >= 100_000, "{meant} {sent}");
}
