//! `lijian ledger rebuild`: whatever became of the index, what the journal says comes out.

use super::{ledger, told};
use crate::settlement::journal::{Bench, once_free};
use crate::settlement::two_days;
use lijian_domain::ids::{Lsn, Rrn};
use lijian_domain::record::Record;
use lijian_store::index::{AnyIndex, Applier, Index, IndexError, IndexKind};
use lijian_store::journal::JournalReader;
use std::fs;

const INDEX_BYTES: u64 = 16 << 20;

type Rows = (Lsn, Vec<(Rrn, Vec<Lsn>)>);

/// What the index finds by the numbers of the journal's sales.
fn rows(bench: &Bench, index: &AnyIndex) -> Rows {
    let mut reader = JournalReader::open(bench.storage()).unwrap();
    let numbers: Vec<Rrn> = reader
        .entries(Lsn(1))
        .filter_map(|entry| match entry.unwrap().record {
            Record::Intent(intent) => Some(intent.origin.rrn),
            _ => None,
        })
        .collect();
    let found = numbers.into_iter().map(|rrn| (rrn, index.by_rrn(&rrn).unwrap()));
    (index.applied().unwrap(), found.collect())
}

/// What the applier makes of the journal.
fn expected(bench: &Bench) -> Rows {
    let mut reader = JournalReader::open(bench.storage()).unwrap();
    let last = reader.refresh().unwrap().lsn;
    let opened = AnyIndex::open(IndexKind::Runs, &bench.path("other"), INDEX_BYTES, last).unwrap();
    let mut applier = Applier::new(opened.index, reader);
    while applier.step(last).unwrap() < last {}
    rows(bench, applier.index())
}

/// Runs the command; the index must be whole then.
fn check(bench: &Bench, kind: IndexKind, expected: &Rows) {
    let store = if kind == IndexKind::Sled { "store.index=sled" } else { "store.index=runs" };
    assert_eq!(told(ledger(bench, "rebuild", &["--set", store])), "the index was made anew from 8 records\n");
    let open = || AnyIndex::open(kind, &bench.path("index"), INDEX_BYTES, expected.0);
    let rebuilt = once_free(open, |error| matches!(error, IndexError::InUse { .. })).unwrap();
    assert_eq!((rows(bench, &rebuilt.index), rebuilt.thrown_away), (expected.clone(), None));
}

const SPOILS: [fn(&mut Vec<u8>); 3] = [
    |bytes| bytes.truncate(bytes.len() / 2),
    |bytes| bytes.fill(0xA5),
    |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    },
];

#[test]
fn a_deleted_and_a_spoiled_index_are_made_anew_as_the_applier_makes_it() {
    let bench = two_days();
    let expected = expected(&bench);
    assert_eq!(expected.1.len(), 3, "sales");
    let index = bench.path("index");
    for kind in [IndexKind::Runs, IndexKind::Sled] {
        check(&bench, kind, &expected);
        let files = fs::read_dir(&index).unwrap().map(|entry| entry.unwrap().path());
        let files: Vec<_> = files.filter(|path| path.is_file() && fs::metadata(path).unwrap().len() > 0).collect();
        assert!(!files.is_empty());
        for (file, spoil) in files.iter().flat_map(|file| SPOILS.map(|spoil| (file, spoil))) {
            // What sled snapshots has another name each time.
            let Ok(mut bytes) = fs::read(file) else { continue };
            spoil(&mut bytes);
            fs::write(file, bytes).unwrap();
            check(&bench, kind, &expected);
        }
        fs::write(index.join("snap.0000000000000ABC.generating"), []).unwrap();
        check(&bench, kind, &expected);
        fs::remove_dir_all(&index).unwrap();
        check(&bench, kind, &expected);
    }
}
