//! Claims in the order in which they were made. The journal tells which there are, a part of it at a time, so that a list of
//! millions costs the exchange a page's worth of looks and nothing else.

use lijian_domain::ids::{CampaignId, Lsn, PackId};
use lijian_domain::record::{Claimed, Record};
use lijian_domain::time::UnixMicros;
use lijian_store::journal::{JournalError, JournalReader};
use std::sync::{Mutex, PoisonError};

/// Records read for one page at most: a tenth of a second or two.
const RECORDS_MAX: u64 = 200_000;

/// Which claims are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ListedClaims {
    /// Of this campaign only.
    pub campaign: Option<CampaignId>,
    /// Of this pack only.
    pub pack: Option<PackId>,
}

/// A part of the list. It can be empty where there are more.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ClaimPage {
    /// As they were made, and when.
    pub claims: Vec<(UnixMicros, Claimed)>,
    /// Where the list goes on; none: this was its end.
    pub next: Option<Lsn>,
}

/// Lists claims, for one who asks at a time.
#[derive(Debug)]
pub struct ClaimList {
    reader: Mutex<JournalReader>,
}

impl ClaimList {
    /// A list with a reader of its own.
    pub const fn new(reader: JournalReader) -> Self {
        Self { reader: Mutex::new(reader) }
    }

    /// Claims from record `from` on, up to record `durable`, at most so many. Reads files: not to be called where others wait.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn page(&self, listed: &ListedClaims, from: Lsn, durable: Lsn, most: usize) -> Result<ClaimPage, JournalError> {
        let from = Lsn(from.0.max(1));
        let to = Lsn(durable.0.min(from.0.saturating_add(RECORDS_MAX - 1)));
        let mut page = ClaimPage { claims: Vec::new(), next: (to < durable).then(|| to.next()) };
        if from > to {
            return Ok(page);
        }
        let reader = &mut *self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in reader.entries(from) {
            let entry = entry?;
            if entry.lsn > to {
                break;
            }
            let Record::Claimed(claimed) = entry.record else { continue };
            if page.claims.len() == most {
                page.next = Some(entry.lsn);
                break;
            }
            if listed.include(&claimed) {
                page.claims.push((entry.at, claimed));
            }
        }
        Ok(page)
    }
}

impl ListedClaims {
    fn include(&self, claimed: &Claimed) -> bool {
        self.campaign.is_none_or(|campaign| campaign == claimed.campaign)
            && self.pack.is_none_or(|pack| pack == claimed.pack)
    }
}
