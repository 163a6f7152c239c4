//! Claims out of memory and back: for snapshots.

use super::row::Row;
use super::{ClaimError, Claims, LastDraw};
use crate::format::{Field, FormatError, Input};
use lijian_domain::claims::lottery::Seed;
use lijian_domain::claims::{ClaimId, ClaimSpan, ClaimStage};
use lijian_domain::ids::{CampaignId, PackId, PersonKey};

/// Bytes of a [`ClaimRow`] in a file.
pub const CLAIM_ROW_BYTES: usize = 43;

/// A claim as a file keeps it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClaimRow {
    /// Which.
    pub claim: ClaimId,
    /// Where it stands.
    pub stage: ClaimStage,
    /// Whose.
    pub person: PersonKey,
    /// The place of its pack in [`SavedClaims::packs`], from 0.
    pub pack: u16,
    /// When it can be redeemed.
    pub span: ClaimSpan,
}

impl Field for ClaimRow {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { claim, stage, person, pack, span } = self;
        claim.put(out);
        stage.put(out);
        person.put(out);
        pack.put(out);
        span.put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            claim: Field::take(input)?,
            stage: Field::take(input)?,
            person: Field::take(input)?,
            pack: Field::take(input)?,
            span: Field::take(input)?,
        })
    }
}

/// What is to be said beside the claims themselves.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SavedClaims {
    /// Packs, in the order in which they were first claimed.
    pub packs: Vec<(CampaignId, PackId)>,
    /// Claims taken by quarter of an hour, as a number since 1970 in UTC.
    pub taken: Vec<(CampaignId, i64, u32)>,
    /// The last draw of each campaign.
    pub draws: Vec<(CampaignId, LastDraw)>,
    /// The last seeds of chains from which another chain took over.
    pub left: Vec<(CampaignId, Seed)>,
}

impl Claims {
    /// What is to be said beside the rows.
    pub fn saved(&self) -> SavedClaims {
        SavedClaims {
            packs: self.kinds.listed().to_vec(),
            taken: self.taken.iter().map(|((campaign, quarter), count)| (*campaign, *quarter, *count)).collect(),
            draws: self.draws.iter().map(|(campaign, draw)| (*campaign, *draw)).collect(),
            left: self.left.iter().copied().collect(),
        }
    }

    /// Every claim, in the order of its record.
    pub fn saved_rows(&self) -> impl Iterator<Item = ClaimRow> {
        self.rows.iter().map(|row| ClaimRow {
            claim: row.id(),
            stage: row.stage(),
            person: row.person(),
            pack: row.kind(),
            span: row.span(),
        })
    }

    /// Takes back what was said beside the rows, which follow in their order ([`Self::restore`]).
    ///
    /// # Errors
    /// There are too many packs.
    pub fn of(saved: SavedClaims) -> Result<Self, ClaimError> {
        let mut claims = Self::new();
        for (campaign, pack) in saved.packs {
            claims.kinds.list(campaign, pack)?;
        }
        claims.taken = saved.taken.into_iter().map(|(campaign, quarter, count)| ((campaign, quarter), count)).collect();
        claims.draws = saved.draws.into_iter().collect();
        claims.left = saved.left.into_iter().collect();
        Ok(claims)
    }

    /// Takes the next row back.
    ///
    /// # Errors
    /// It cannot stand there.
    pub fn restore(&mut self, row: &ClaimRow) -> Result<(), ClaimError> {
        let ClaimRow { claim, stage, person, pack, span } = *row;
        let (campaign, _) = self.kinds.get(pack).ok_or(ClaimError::Pack)?;
        if self.place(claim).is_some() {
            return Err(ClaimError::Taken);
        }
        let before = self.place_of_person(pack, &person).and_then(|place| self.rows.get(place));
        let count = before.map_or(1, |before| before.count().saturating_add(1));
        self.insert(Row::new(claim, person, pack, count, stage, span)?, campaign)
    }
}
