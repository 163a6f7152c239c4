//! The same rows in fjall 3.1, behind the same trait, for the comparison alone: the switch has no use for it unless it is better.

use fjall::{Database, Keyspace, KeyspaceCreateOptions};
use lijian_domain::ids::{Lsn, Rrn};
use lijian_store::index::{BY_RRN_MAX, Batch, Index, IndexError};
use std::io;
use std::path::{Path, PathBuf};

const APPLIED: [u8; 1] = [0];

/// All rows in one keyspace, so that a batch is one atomic write.
pub(crate) struct FjallIndex {
    path: PathBuf,
    database: Database,
    rows: Keyspace,
}

impl FjallIndex {
    pub(crate) fn open(path: &Path, cache_bytes: u64) -> Self {
        let database = Database::builder(path).cache_size(cache_bytes).open().unwrap();
        let rows = database.keyspace("rows", KeyspaceCreateOptions::default).unwrap();
        Self { path: path.to_owned(), database, rows }
    }

    fn failed(&self, step: &'static str) -> impl FnOnce(fjall::Error) -> IndexError + use<> {
        let path = self.path.clone();
        move |error| IndexError::File { path, step, source: io::Error::other(error.to_string()) }
    }
}

fn prefix(rrn: &Rrn) -> Vec<u8> {
    let text = rrn.as_str().as_bytes();
    [&[1, u8::try_from(text.len()).unwrap()], text].concat()
}

impl Index for FjallIndex {
    fn apply(&mut self, batch: &Batch) -> Result<(), IndexError> {
        let mut rows = self.database.batch();
        for (rrn, lsn) in &batch.rows {
            let mut key = prefix(rrn);
            key.extend(lsn.0.to_be_bytes());
            rows.insert(&self.rows, key, []);
        }
        rows.insert(&self.rows, APPLIED, batch.applied.0.to_be_bytes());
        rows.commit().map_err(self.failed("written"))
    }

    fn applied(&self) -> Result<Lsn, IndexError> {
        let row = self.rows.get(APPLIED).map_err(self.failed("read"))?;
        Ok(row.map_or(Lsn::NONE, |row| Lsn(u64::from_be_bytes(row[..].try_into().unwrap()))))
    }

    fn by_rrn(&self, rrn: &Rrn) -> Result<Vec<Lsn>, IndexError> {
        let newest_first = self.rows.prefix(prefix(rrn)).rev().take(BY_RRN_MAX);
        let mut lsns = Vec::new();
        for row in newest_first {
            let key = row.key().map_err(self.failed("read"))?;
            lsns.push(Lsn(u64::from_be_bytes(*key.last_chunk().unwrap())));
        }
        lsns.reverse();
        Ok(lsns)
    }

    fn clear(&mut self) -> Result<(), IndexError> {
        unreachable!("a benchmark begins with an empty directory")
    }
}
