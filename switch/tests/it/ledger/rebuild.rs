//! `lijian ledger rebuild`: whatever became of the index, what the journal says comes out.

use super::{ledger, told};
use crate::settlement::journal::{Bench, once_free};
use crate::settlement::two_days;
use lijian_domain::cap::{CapBalance, CapKey};
use lijian_domain::ids::Lsn;
use lijian_store::index::{Applier, Index, IndexError, SledIndex};
use lijian_store::journal::JournalReader;
use std::fs;

const INDEX_BYTES: u64 = 16 << 20;

type Rows = (Lsn, Vec<(CapKey, CapBalance)>);

fn rows(index: &SledIndex) -> Rows {
    let mut rows = Vec::new();
    index.for_each_balance(&mut |key, balance| rows.push((key, balance))).unwrap();
    (index.applied().unwrap(), rows)
}

/// What the applier makes of the journal.
fn expected(bench: &Bench) -> Rows {
    let mut reader = JournalReader::open(bench.storage()).unwrap();
    let last = reader.refresh().unwrap().lsn;
    let mut applier = Applier::new(SledIndex::open(&bench.path("other"), INDEX_BYTES, last).unwrap().index, reader);
    while applier.step(last).unwrap() < last {}
    rows(applier.index())
}

/// Runs the command; the index must be whole then.
fn check(bench: &Bench, expected: &Rows) {
    assert_eq!(told(ledger(bench, "rebuild", &[])), "the index was made anew from 8 records\n");
    let open = || SledIndex::open(&bench.path("index"), INDEX_BYTES, expected.0);
    let rebuilt = once_free(open, |error| matches!(error, IndexError::InUse { .. })).unwrap();
    assert_eq!((rows(&rebuilt.index), rebuilt.thrown_away), (expected.clone(), None));
}

#[test]
fn a_deleted_and_a_spoiled_index_are_made_anew_as_the_applier_makes_it() {
    let bench = two_days();
    let expected = expected(&bench);
    assert_eq!(expected.1.len(), 2, "the campaign and the category");
    check(&bench, &expected);
    let index = bench.path("index");
    for name in ["conf", "db"] {
        let spoils: [fn(&mut Vec<u8>); 3] = [
            |bytes| bytes.truncate(bytes.len() / 2),
            |bytes| bytes.fill(0xA5),
            |bytes| {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
            },
        ];
        for spoil in spoils {
            let mut bytes = fs::read(index.join(name)).unwrap();
            spoil(&mut bytes);
            fs::write(index.join(name), bytes).unwrap();
            check(&bench, &expected);
        }
    }
    fs::write(index.join("snap.0000000000000ABC.generating"), []).unwrap();
    check(&bench, &expected);
    fs::remove_dir_all(&index).unwrap();
    check(&bench, &expected);
}
