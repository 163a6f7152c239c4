//! The day's set, made in one pass over the journal.

use super::directory::OutputDirectory;
use super::error::SettleError;
use super::files::Files;
use super::manifest::{AMOUNTS_IN, CapTotals, Counts, Cut, FORMAT, FileEntry, Held, Manifest, Status, Totals};
use super::names::Names;
use super::signature::Signer;
use lijian_domain::ids::{LinkName, Lsn};
use lijian_domain::settlement::{CapFigures, Day, Rows, Settlement, Step};
use lijian_domain::time::BusinessDate;
use lijian_store::format::ChainHash;
use lijian_store::journal::JournalReader;
use lijian_store::storage::Storage;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// What is to be settled, and what that takes beside the journal.
pub struct Order<'a> {
    /// The day.
    pub date: BusinessDate,
    /// Where the set is put; made if need be.
    pub directory: &'a Path,
    /// Who signs it.
    pub signer: &'a Signer,
    /// The acquirers that get files on a day without trades too.
    pub acquirers: &'a [LinkName],
    /// What people call goods and shops.
    pub names: Names<'a>,
}

/// Settles a day from the journal in `storage`; `progress` is told of each record read. What comes back is what stands in
/// `manifest.json`. On an error no file of a set is made, changed or removed.
///
/// # Errors
/// See [`SettleError`].
pub fn settle(
    storage: Arc<dyn Storage>,
    order: Order<'_>,
    progress: &mut dyn FnMut(Lsn),
) -> Result<Manifest, SettleError> {
    let Order { date, directory, signer, acquirers, mut names } = order;
    let mut journal = JournalReader::open(Arc::clone(&storage))?;
    // Looks up the originals of returns, while the other reader goes on through the records.
    let mut originals = JournalReader::open(storage)?;
    let directory = OutputDirectory::open(directory, date)?;

    let mut files = Files::new(&directory, acquirers)?;
    let mut settlement = Settlement::new(date);
    let mut rows = Rows::new();
    for entry in journal.entries(Lsn(1)) {
        let entry = entry?;
        progress(entry.lsn);
        match settlement.apply(entry, &mut rows)? {
            Step::Applied => {}
            Step::Return(wanted) => {
                let original = originals.record(wanted.original)?;
                let original = original.ok_or(SettleError::OriginalMissing { lsn: wanted.original.0 })?;
                settlement.apply_return(wanted, &original, &mut rows)?;
            }
            Step::DayIsOver => break,
        }
        files.write(&rows, &mut names)?;
    }
    let day = settlement.finish()?;
    let chain = journal.chain_at(day.cut)?.ok_or(SettleError::BatchMissing { lsn: day.cut.0 })?.chain;
    let entries = files.finish(&day)?;
    let manifest = manifest(&day, chain, entries, signer).ok_or(SettleError::OutOfRange { date })?;
    let bytes = signer.sign(&manifest.to_bytes()?).ok_or(SettleError::Unsigned)?;
    let manifest = Manifest::from_bytes(&bytes)?;
    directory.publish(&bytes)?;
    Ok(manifest)
}

/// None where a net amount leaves 64 bits.
fn manifest(day: &Day, chain: ChainHash, files: Vec<FileEntry>, signer: &Signer) -> Option<Manifest> {
    let all = &day.totals.all;
    let by_cap = day.totals.caps().into_iter().map(|(key, figures)| Some((key.to_string(), cap_totals(figures)?)));
    Some(Manifest {
        format: FORMAT.to_owned(),
        business_date: day.date.to_string(),
        amounts_in: AMOUNTS_IN.to_owned(),
        status: if day.is_over { Status::Final } else { Status::Provisional },
        cut: Cut {
            first_lsn: day.range.map(|(first, _)| first.0),
            last_lsn: day.range.map(|(_, last)| last.0),
            records: day.records,
            late_records: day.late_records,
            up_to_lsn: day.cut.0,
            chain_head: chain.to_string(),
        },
        counts: Counts {
            grants: day.totals.grants,
            returns: day.totals.returns,
            granted_rows: all.granted_rows,
            returned_rows: all.returned_rows,
        },
        totals: Totals {
            granted: all.granted.get(),
            returned: all.returned.get(),
            net: i64::try_from(all.net()).ok()?,
            by_cap: by_cap.collect::<Option<BTreeMap<_, _>>>()?,
        },
        held: Held {
            count: day.held.count,
            amount: day.held.amount.get(),
            in_doubt_count: day.in_doubt.count,
            in_doubt_amount: day.in_doubt.amount.get(),
        },
        reversals_open: day.reversals_open,
        files,
        public_key: signer.public_key(),
        signature: String::new(),
    })
}

fn cap_totals(figures: CapFigures) -> Option<CapTotals> {
    let net = i64::try_from(figures.net()).ok()?;
    Some(CapTotals { granted: figures.granted.get(), returned: figures.returned.get(), net })
}
