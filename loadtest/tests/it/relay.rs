//! A bare relay between a load and the issuer simulator: nothing is lost, doubled or changed.

use crate::load::{load, put_on_through};
use lijian_codecs::frame::FrameFormat;
use lijian_load::relay::{Mode, Relay};

#[test]
fn everything_goes_through_once_raw_and_after_two_commits() {
    let folder = tempfile::tempdir().unwrap();
    let records = folder.path().join("records");
    for mode in [Mode::Raw, Mode::Durable(records.clone())] {
        let through = |issuer| {
            let relay = Relay::bind("127.0.0.1:0".parse().unwrap(), issuer, FrameFormat::default(), &mode).unwrap();
            let address = relay.local_addr().unwrap();
            std::thread::spawn(move || relay.run());
            address
        };
        let (measured, _, totals) = put_on_through(|_| {}, |target| load(target, "iso87-ascii", "closed"), through);
        let counts = measured.counts;
        assert_eq!(
            (counts.answered(), counts.approved(), counts.strange),
            (counts.sent(), counts.sent(), 0),
            "{mode:?}"
        );
        assert_eq!((totals.messages, totals.approved), (counts.sent(), counts.sent()), "{mode:?}");
        if mode == Mode::Raw {
            continue;
        }
        // Of each message a record for its request and one for its answer.
        let written = std::fs::read(&records).unwrap();
        let written = u64::try_from(written.iter().filter(|byte| **byte == 0x5a).count()).unwrap();
        assert_eq!(written, counts.sent() * 2 * 192);
    }
}
