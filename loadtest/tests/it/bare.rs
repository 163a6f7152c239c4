//! The issuer without books: it answers as one with books does, also when requests change their shape.

use crate::load::load;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_load::issuer::BareIssuer;
use lijian_load::load::{Goods, Load, run};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

fn bare(name: &str) -> SocketAddr {
    let dialect = Arc::new(Dialect::shipped(name).unwrap().unwrap());
    let issuer = BareIssuer::bind("127.0.0.1:0".parse().unwrap(), dialect, FrameFormat::default()).unwrap();
    let address = issuer.local_addr().unwrap();
    std::thread::spawn(move || issuer.run());
    address
}

#[test]
fn everything_is_approved_once_in_each_dialect() {
    for name in ["iso87-ascii", "iso87-ascii-binary-bitmap", "iso87-binary", "unionpay-pos", "cups", "iso93-ascii"] {
        let base = load(bare(name), name, "closed");
        // Requests of two shapes, one of which has items.
        let with_item = Goods { gtin: Some("6901840100070".to_owned()), price_minor: 123_456, weight: 1 };
        let mut traffic = base.traffic.clone();
        traffic.goods.push(with_item);
        let load = Load { traffic, ..base };
        let (mut references, mut prices) = (BTreeSet::new(), BTreeSet::new());
        let measured = run(&load, &mut |_, _| {}, &mut |sale| {
            assert!(sale.rrn.iter().all(u8::is_ascii_digit), "{name}");
            references.insert(sale.rrn);
            prices.insert((sale.paid_minor, sale.discount_minor));
        })
        .unwrap();
        let counts = measured.counts;
        assert!(counts.sent() > 100, "{name}: {counts:?}");
        assert_eq!((counts.approved(), counts.answered(), counts.strange), (counts.sent(), counts.sent(), 0), "{name}");
        assert_eq!(u64::try_from(references.len()).unwrap(), counts.sent(), "{name}: each reference once");
        assert_eq!(prices, BTreeSet::from([(7, 0), (10_000, 0), (123_456, 0)]), "{name}");
    }
}
