//! All claims, in memory: a till's voucher code finds its claim here, in the path of a sale.
//!
//! A fold over the journal's records about claims, like caps: the exchange takes each record in before it appends it, a start
//! takes in what it reads. A claim is 36 bytes in a segment of many, and stands in two indexes of 5 bytes each, by its id and by
//! who claimed what; ten million come to about 550 MB.
//!
//! # Invariants
//! - Claims stand in the order of their records and are never removed: what the table holds is a function of the journal alone.
//! - Reading allocates nothing. Growing moves no claim, and of an index one part in 1,024 at a time.
//! - Ids come from whoever holds a till, so they are hashed under a key that nobody knows.
//! - A record that cannot follow those before it changes nothing and is a named error.
//!
//! Calls domain types only.

mod draw;
mod error;
mod index;
mod kinds;
mod row;
mod rows;
mod saved;

pub use draw::{Drawing, LastDraw, can_stand};
pub use error::ClaimError;
pub use saved::{CLAIM_ROW_BYTES, ClaimRow, SavedClaims};

use index::Index;
use kinds::Kinds;
use lijian_domain::claims::lottery::{Seed, commitment};
use lijian_domain::claims::voucher::VoucherCode;
use lijian_domain::claims::{Claim, ClaimId, ClaimSpan, ClaimStage, Presented};
use lijian_domain::ids::{CampaignId, PackId, PersonKey};
use lijian_domain::record::{ClaimChanged, Claimed};
use lijian_domain::time::UnixMicros;
use row::Row;
use rows::Rows;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Claims taken are counted by quarters of an hour in UTC: days of every zone begin and end with one, so that the count needs no
/// zone.
const QUARTER_US: i64 = 900_000_000;

/// See the module.
#[derive(Clone, Default)]
pub struct Claims {
    rows: Rows,
    by_id: Index,
    /// The latest claim of each person and pack.
    by_person: Index,
    kinds: Kinds,
    /// Claims that entered a lottery since the last draw of their campaign, in their order; some were given up since.
    entered: BTreeMap<CampaignId, Vec<u32>>,
    /// Claims taken in each quarter of an hour.
    taken: BTreeMap<(CampaignId, i64), u32>,
    draws: BTreeMap<CampaignId, LastDraw>,
    /// The last seeds of chains from which another chain took over.
    left: BTreeSet<(CampaignId, Seed)>,
}

/// What a person claimed of a pack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Made {
    /// How many claims.
    pub count: u32,
    /// The latest.
    pub latest: Claim,
}

impl Claims {
    /// No claims.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A claim as it stands.
    pub fn get(&self, id: ClaimId) -> Option<Claim> {
        self.rows.get(self.place(id)?).and_then(|row| self.claim(row))
    }

    /// What a voucher code stands for; none where nobody claimed it.
    pub fn presented(&self, code: VoucherCode) -> Option<Presented> {
        let claim = self.get(code.claim())?;
        let latest = self.made(&claim.campaign, &claim.pack, &claim.person)?.latest;
        Some(Presented { claim, member: code.member(), followed: latest.id != claim.id })
    }

    /// What this person claimed of this pack; none where that is nothing.
    pub fn made(&self, campaign: &CampaignId, pack: &PackId, person: &PersonKey) -> Option<Made> {
        let kind = self.kinds.find(campaign, pack)?;
        let row = self.rows.get(self.place_of_person(kind, person)?)?;
        Some(Made { count: row.count(), latest: self.claim(row)? })
    }

    /// Whether anybody ever claimed a pack.
    pub fn was_claimed(&self, campaign: &CampaignId, pack: &PackId) -> bool {
        self.kinds.find(campaign, pack).is_some()
    }

    /// Claims of a campaign that were taken in this span, whatever became of them; it begins and ends with a quarter of an hour.
    pub fn taken(&self, campaign: CampaignId, span: ClaimSpan) -> u64 {
        let quarters = quarter(span.from)..quarter(span.until);
        if quarters.is_empty() {
            return 0;
        }
        let counts = self.taken.range((campaign, quarters.start)..(campaign, quarters.end));
        counts.map(|(_, count)| u64::from(*count)).sum()
    }

    /// Claims that take part in the next draw of a campaign.
    pub fn entered(&self, campaign: &CampaignId) -> u32 {
        let count = self.entrants(campaign).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The last draw of a campaign.
    pub fn last_draw(&self, campaign: &CampaignId) -> Option<&LastDraw> {
        self.draws.get(campaign)
    }

    /// The last seed that each campaign told of each chain: everybody knows those, whichever campaign they are used in next.
    pub fn told(&self) -> impl Iterator<Item = &Seed> {
        self.draws.values().map(|last| &last.seed).chain(self.left.iter().map(|(_, seed)| seed))
    }

    /// A draw is done. Its seed goes on from that of its chain, which it takes the place of.
    fn drew(&mut self, campaign: CampaignId, draw: LastDraw) {
        let before = commitment(&draw.seed);
        self.left.remove(&(campaign, before));
        if let Some(last) = self.draws.insert(campaign, draw).filter(|last| last.seed != before) {
            self.left.insert((campaign, last.seed));
        }
    }

    /// All of them, in the order of their records.
    pub fn iter(&self) -> impl Iterator<Item = Claim> {
        self.rows.iter().filter_map(|row| self.claim(row))
    }

    /// Takes a claim in that was made `at` this time.
    ///
    /// # Errors
    /// It cannot follow the records so far; nothing is changed.
    pub fn claimed(&mut self, at: UnixMicros, claimed: &Claimed) -> Result<(), ClaimError> {
        let Claimed { claim, campaign, pack, person, stage, span, .. } = *claimed;
        if self.place(claim).is_some() {
            return Err(ClaimError::Taken);
        }
        if !matches!(stage, ClaimStage::Entered | ClaimStage::Unconfirmed | ClaimStage::Issued) {
            return Err(ClaimError::Stage { from: None, to: stage });
        }
        fits(stage, span)?;
        let kind = self.kinds.number(&campaign, &pack)?;
        let before = self.place_of_person(kind, &person).and_then(|place| self.rows.get(place));
        let count = before.map_or(Some(1), |row| row.count().checked_add(1)).ok_or(ClaimError::Full)?;
        let row = Row::new(claim, person, kind, count, stage, span)?;
        let quarter = (campaign, quarter(at));
        let taken = self.taken.get(&quarter).copied().unwrap_or_default().checked_add(1).ok_or(ClaimError::Full)?;
        self.kinds.list(campaign, pack)?;
        self.insert(row, campaign)?;
        self.taken.insert(quarter, taken);
        Ok(())
    }

    /// Takes a change in.
    ///
    /// # Errors
    /// As of [`Self::claimed`].
    pub fn changed(&mut self, changed: &ClaimChanged) -> Result<(), ClaimError> {
        use ClaimStage::{Entered, HandedBack, Issued, Unconfirmed, Withdrawn};
        let place = self.place(changed.claim).ok_or(ClaimError::Unknown)?;
        let row = self.rows.get_mut(place).ok_or(ClaimError::Unknown)?;
        let (from, to) = (row.stage(), changed.stage);
        match (from, to) {
            (Unconfirmed, Issued) => fits(Issued, changed.span)?,
            (Entered | Unconfirmed | Issued, HandedBack | Withdrawn) if changed.span == row.span() => {}
            (Entered | Unconfirmed | Issued, HandedBack | Withdrawn) => return Err(ClaimError::Span),
            _ => return Err(ClaimError::Stage { from: Some(from), to }),
        }
        row.set(to, changed.span)
    }

    fn claim(&self, row: &Row) -> Option<Claim> {
        let (campaign, pack) = self.kinds.get(row.kind())?;
        Some(Claim { id: row.id(), campaign, pack, person: row.person(), stage: row.stage(), span: row.span() })
    }

    fn place(&self, id: ClaimId) -> Option<u32> {
        self.by_id.find(&id, |place| self.rows.get(place).is_some_and(|row| row.id() == id))
    }

    fn place_of_person(&self, kind: u16, person: &PersonKey) -> Option<u32> {
        let same = |place| self.rows.get(place).is_some_and(|row| row.kind() == kind && row.person() == *person);
        self.by_person.find(&(kind, *person), same)
    }

    /// Puts in a row whose id is not there yet.
    fn insert(&mut self, row: Row, campaign: CampaignId) -> Result<(), ClaimError> {
        let (id, key) = (row.id(), (row.kind(), row.person()));
        let before = self.place_of_person(key.0, &key.1);
        let place = self.rows.push(row).ok_or(ClaimError::Full)?;
        let rows = &self.rows;
        self.by_id.insert(&id, place, |place| rows.get(place).map(Row::id));
        match before {
            Some(before) => self.by_person.replace(&key, before, place),
            None => self.by_person.insert(&key, place, |place| rows.get(place).map(|row| (row.kind(), row.person()))),
        }
        if row.stage() == ClaimStage::Entered {
            self.entered.entry(campaign).or_default().push(place);
        }
        Ok(())
    }

    /// Where those stand that take part in the next draw of a campaign.
    fn entrants(&self, campaign: &CampaignId) -> impl Iterator<Item = (u32, ClaimId)> {
        let places = self.entered.get(campaign).into_iter().flatten();
        let rows = places.filter_map(|place| Some((*place, self.rows.get(*place)?)));
        rows.filter(|(_, row)| row.stage() == ClaimStage::Entered).map(|(place, row)| (place, row.id()))
    }
}

impl PartialEq for Claims {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
            && self.rows.iter().map(Row::count).eq(other.rows.iter().map(Row::count))
            && (&self.taken, &self.draws, &self.left) == (&other.taken, &other.draws, &other.left)
    }
}

impl Eq for Claims {}

impl fmt::Debug for Claims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Claims({})", self.len())
    }
}

/// Whether a claim in this stage can have this span: one that is issued has one, one to be confirmed may have, another has none.
fn fits(stage: ClaimStage, span: ClaimSpan) -> Result<(), ClaimError> {
    let (some, none) = (span.from < span.until, span == ClaimSpan::default());
    let right = match stage {
        ClaimStage::Issued => some,
        ClaimStage::Unconfirmed => some || none,
        ClaimStage::Entered | ClaimStage::HandedBack | ClaimStage::NotDrawn | ClaimStage::Withdrawn => none,
    };
    if right { row::seconds(span).map(drop) } else { Err(ClaimError::Span) }
}

const fn quarter(at: UnixMicros) -> i64 {
    at.0.div_euclid(QUARTER_US)
}
