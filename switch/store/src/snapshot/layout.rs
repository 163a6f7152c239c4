//! The parts of a snapshot's file.

use super::Moment;
use super::requests::RequestRow;
use crate::claims::{CLAIM_ROW_BYTES, LastDraw, SavedClaims};
use crate::format::{ChainHash, Field, FormatError, Input};
use crate::journal::JournalHead;
use crate::quota::{PERSONAL_ROW_BYTES, PersonalClass};
use crate::recovery::{LsnSet, Standing, StandingReturn};
use lijian_domain::cap::{CapBalance, CapKey, CapTake};
use lijian_domain::ids::Lsn;
use lijian_domain::record::{DoubtCause, QueueOrdered, recorded_take};
use lijian_domain::time::BusinessDate;

const MAGIC: [u8; 8] = *b"LJSNAPSH";
/// The first one named classes of categories and qualifications only, the second knew no claims, the third no rules in force; they
/// are passed over.
const FORMAT: u32 = 4;

/// Bytes of the head.
pub(super) const HEAD_BYTES: usize = 96;
/// Bytes of the SHA-256 at the end.
pub(super) const DIGEST_BYTES: usize = 32;

/// The first bytes of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Head {
    pub(super) moment: Moment,
    pub(super) standing_bytes: u64,
    pub(super) personal_rows: u64,
    pub(super) request_rows: u64,
    pub(super) claim_rows: u64,
}

impl Head {
    pub(super) fn encode(&self) -> Vec<u8> {
        let Self { moment, standing_bytes, personal_rows, request_rows, claim_rows } = self;
        let mut out = MAGIC.to_vec();
        FORMAT.put(&mut out);
        u32::from(moment.answers_days).put(&mut out);
        moment.head.lsn.put(&mut out);
        moment.head.chain.0.put(&mut out);
        moment.latest_date.put(&mut out);
        0_u32.put(&mut out);
        standing_bytes.put(&mut out);
        personal_rows.put(&mut out);
        request_rows.put(&mut out);
        claim_rows.put(&mut out);
        out
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut input = Input::new(bytes);
        if input.array()? != MAGIC {
            return Err(FormatError::Magic { what: "snapshot" });
        }
        match u32::take(&mut input)? {
            FORMAT => {}
            got => return Err(FormatError::Unknown { what: "snapshot format", got }),
        }
        let at = input.at();
        let answers_days = u16::try_from(u32::take(&mut input)?);
        let answers_days = answers_days.map_err(|_| FormatError::Value { at, what: "number of days" })?;
        let head = JournalHead { lsn: Field::take(&mut input)?, chain: ChainHash(input.array()?) };
        let latest_date: BusinessDate = Field::take(&mut input)?;
        let _reserved = u32::take(&mut input)?;
        Ok(Self {
            moment: Moment { head, answers_days, latest_date },
            standing_bytes: Field::take(&mut input)?,
            personal_rows: Field::take(&mut input)?,
            request_rows: Field::take(&mut input)?,
            claim_rows: Field::take(&mut input)?,
        })
    }

    /// The length of the whole file; none where it cannot be counted.
    pub(super) fn file_bytes(&self) -> Option<u64> {
        let rows = |rows: u64, bytes: usize| rows.checked_mul(bytes as u64);
        (HEAD_BYTES as u64 + DIGEST_BYTES as u64)
            .checked_add(self.standing_bytes)?
            .checked_add(rows(self.personal_rows, PERSONAL_ROW_BYTES)?)?
            .checked_add(rows(self.request_rows, RequestRow::BYTES)?)?
            .checked_add(rows(self.claim_rows, CLAIM_ROW_BYTES)?)
    }
}

/// What stands between the head and the rows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Middle {
    pub(super) standing: Standing,
    /// What is used of each budget.
    pub(super) budgets: Vec<(CapKey, CapBalance)>,
    /// What the numbers of classes in personal rows mean, from 0.
    pub(super) classes: Vec<PersonalClass>,
    pub(super) claims: SavedClaims,
}

impl Field for Middle {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { standing, budgets, classes, claims } = self;
        standing.put(out);
        many(budgets.len(), out);
        for (key, stands) in budgets {
            key.put(out);
            stands.used.put(out);
            stands.used_count.put(out);
        }
        many(classes.len(), out);
        for class in classes {
            class.campaign.put(out);
            class.counted.put(out);
        }
        claims.put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            standing: Field::take(input)?,
            budgets: all(input, |input| {
                let (key, used, used_count) = (Field::take(input)?, Field::take(input)?, Field::take(input)?);
                Ok((key, CapBalance { used, used_count, ..CapBalance::default() }))
            })?,
            classes: all(input, |input| {
                Ok(PersonalClass { campaign: Field::take(input)?, counted: Field::take(input)? })
            })?,
            claims: Field::take(input)?,
        })
    }
}

impl Field for Standing {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { incarnation, rules, latest, granted, open, reversals, quotes, returns, returned, orders } = self;
        incarnation.put(out);
        rules.put(out);
        latest.put(out);
        many(granted.words().len(), out);
        granted.words().iter().for_each(|word| word.put(out));
        many(open.len(), out);
        for (lsn, doubt) in open {
            lsn.put(out);
            doubt.put(out);
        }
        many(reversals.len(), out);
        reversals.iter().for_each(|lsn| lsn.put(out));
        many(quotes.len(), out);
        quotes.iter().for_each(|lsn| lsn.put(out));
        many(returns.len(), out);
        for StandingReturn { asked, confirmed, outstanding } in returns {
            asked.put(out);
            u8::from(*confirmed).put(out);
            outstanding.put(out);
        }
        many(returned.len(), out);
        for (intent, asked) in returned {
            intent.put(out);
            many(asked.len(), out);
            asked.iter().for_each(|lsn| lsn.put(out));
        }
        many(orders.len(), out);
        orders.values().for_each(|order| order.put(out));
    }

    fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            incarnation: Field::take(input)?,
            rules: Field::take(input)?,
            latest: Field::take(input)?,
            granted: LsnSet::from_words(all(input, u64::take)?),
            open: all(input, |input| Ok((Lsn::take(input)?, <Option<DoubtCause> as Field>::take(input)?)))?,
            reversals: all(input, Lsn::take)?,
            quotes: all(input, Lsn::take)?,
            returns: all(input, |input| {
                let asked = Field::take(input)?;
                let confirmed = u8::take(input)? != 0;
                Ok(StandingReturn { asked, confirmed, outstanding: Field::take(input)? })
            })?,
            returned: all(input, |input| Ok((Lsn::take(input)?, all(input, Lsn::take)?)))?.into_iter().collect(),
            orders: all(input, QueueOrdered::take)?.into_iter().map(|order| (order.target, order)).collect(),
        })
    }
}

impl Field for SavedClaims {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { packs, taken, draws, left } = self;
        many(packs.len(), out);
        for (campaign, pack) in packs {
            campaign.put(out);
            pack.put(out);
        }
        many(taken.len(), out);
        for (campaign, quarter, count) in taken {
            campaign.put(out);
            quarter.put(out);
            count.put(out);
        }
        many(draws.len(), out);
        for (campaign, LastDraw { seed, entered, won }) in draws {
            campaign.put(out);
            seed.put(out);
            entered.put(out);
            won.put(out);
        }
        many(left.len(), out);
        for (campaign, seed) in left {
            campaign.put(out);
            seed.put(out);
        }
    }

    fn take(input: &mut Input<'_>) -> Result<Self, FormatError> {
        let draw = |input: &mut Input<'_>| {
            Ok(LastDraw { seed: Field::take(input)?, entered: Field::take(input)?, won: Field::take(input)? })
        };
        Ok(Self {
            packs: all(input, |input| Ok((Field::take(input)?, Field::take(input)?)))?,
            taken: all(input, |input| Ok((Field::take(input)?, Field::take(input)?, Field::take(input)?)))?,
            draws: all(input, |input| Ok((Field::take(input)?, draw(input)?)))?,
            left: all(input, |input| Ok((Field::take(input)?, Field::take(input)?)))?,
        })
    }
}

/// The number of values, before each.
fn many(count: usize, out: &mut Vec<u8>) {
    u32::try_from(count).unwrap_or(u32::MAX).put(out);
}

/// As many values as are there; memory grows with what was read, not with what is claimed.
fn all<T>(
    input: &mut Input<'_>,
    mut take: impl FnMut(&mut Input<'_>) -> Result<T, FormatError>,
) -> Result<Vec<T>, FormatError> {
    let count = u32::take(input)?;
    let mut values = Vec::new();
    for _ in 0..count {
        values.push(take(input)?);
    }
    Ok(values)
}

/// What is used of a cap, as a take of it.
pub(super) fn used(key: CapKey, stands: &CapBalance) -> CapTake {
    recorded_take(key, stands.used, stands.used_count)
}
