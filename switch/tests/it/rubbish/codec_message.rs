//! A message of 22 fields cut at every place, and with every byte set to 00, 41 and FF.

use super::victim::{Victim, framed};
use crate::daemon::host::{PATIENCE, plain, request};

const DIALECT: &str = "iso87-ascii-binary-bitmap";
/// A purchase with a test card, in hexadecimal.
const MESSAGE: &str = concat!(
    "30323030723c448128e19011313634373631373339303031303130313139303030303030303030303030303032333435313132323039",
    "313533303030343231373039313533303131323232383132353431313035313030303634353738393633373437363137333930303130",
    "31303131393d32383132323031313134333837383038393030303633323630393030343231375445524d303030314d45524348414e54",
    "3030303030313241434d452053555045524d41524b4554203034322020204e455720594f524b20202020204e59555331323230313031",
    "5030323230504f53205445524d494e414c2056342e322e3137313031383034322d3030372d303030303132333435363230313155532d",
    "4e592d31303030313236313945434f4d3d4e3b50494e3d593b434849503d593432303332313236313132303030303030303030383430",
    "39323036435643322d4d3834303f1a9c07e25d84b630323530313530303030303030303132333435202056303031523032a1b2c3d4e5",
    "f60718",
);

fn variants() -> Vec<Vec<u8>> {
    let original: Vec<u8> =
        (0..MESSAGE.len()).step_by(2).map(|at| u8::from_str_radix(&MESSAGE[at..at + 2], 16).unwrap()).collect();
    let mut variants: Vec<_> = (1..original.len()).map(|length| original[..length].to_vec()).collect();
    for at in 0..original.len() {
        for byte in [0x00, 0x41, 0xff] {
            let mut variant = original.clone();
            variant[at] = byte;
            variants.push(variant);
        }
    }
    variants
}

/// Each variant is followed by a good message, which goes the longer way: when that is answered, so is the variant, if ever.
#[tokio::test]
async fn every_variant_is_answered_or_counted() {
    let victim = Victim::start(&[&format!("links.acquirers.ascii.dialect={DIALECT}")]);
    let mut till = victim.till(DIALECT).await;
    let (mut answered, mut unanswered) = (0, 0);
    let variants = variants();
    assert!(variants.len() > 1_520);
    for (stan, variant) in (100_000..).zip(&variants) {
        let mut bytes = framed(variant);
        till.frame_request(&request(&till, &plain(stan, 100), "424242424242"), &mut bytes).unwrap();
        till.send_bytes(&bytes).await.unwrap();
        let first = till.receive(PATIENCE).await.unwrap();
        if first.text(11) == stan.to_string() {
            unanswered += 1;
            continue;
        }
        answered += 1;
        assert_eq!(first.mti.as_digits()[..2], *b"02", "{first:?}");
        assert_eq!(till.receive(PATIENCE).await.unwrap().text(11), stan.to_string());
    }
    assert_eq!(victim.counted(&["unreadable"]), unanswered);
    // Those cut within the type, and those with a byte of the type replaced.
    assert_eq!((answered, unanswered), (u64::try_from(variants.len()).unwrap() - 15, 15));
    victim.unharmed(DIALECT).await;
}
