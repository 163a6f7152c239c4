//! A claim at rest.

use super::ClaimError;
use lijian_domain::claims::{ClaimId, ClaimSpan, ClaimStage};
use lijian_domain::ids::PersonKey;
use lijian_domain::time::UnixMicros;

const SECOND_US: i64 = 1_000_000;

/// A claim in the smallest alignment.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// The id, and the stage in the four bits that it leaves: two halves, so that nothing is lost to alignment.
    id_and_stage: [u32; 2],
    person: PersonKey,
    from_s: u32,
    until_s: u32,
    /// Campaign and pack.
    kind: u16,
    /// Which claim of its person and pack it is, from 1.
    count: u16,
}

const _: () = assert!(size_of::<Row>() == 36, "ten million claims are to fit");

impl Row {
    pub(super) fn new(
        id: ClaimId,
        person: PersonKey,
        kind: u16,
        count: u32,
        stage: ClaimStage,
        span: ClaimSpan,
    ) -> Result<Self, ClaimError> {
        let count = u16::try_from(count).map_err(|_| ClaimError::Full)?;
        let mut row = Self { id_and_stage: halves(id.get()), person, from_s: 0, until_s: 0, kind, count };
        row.set(stage, span)?;
        Ok(row)
    }

    /// Another stage, another span; both or none.
    pub(super) fn set(&mut self, stage: ClaimStage, span: ClaimSpan) -> Result<(), ClaimError> {
        (self.from_s, self.until_s) = seconds(span)?;
        self.id_and_stage = halves(self.id().get() | (number(stage) << ClaimId::BITS));
        Ok(())
    }

    pub(super) fn id(&self) -> ClaimId {
        ClaimId::new(self.word())
    }

    pub(super) fn stage(&self) -> ClaimStage {
        let number = usize::try_from(self.word() >> ClaimId::BITS).unwrap_or_default();
        ClaimStage::ALL.get(number).copied().unwrap_or(ClaimStage::Withdrawn)
    }

    pub(super) const fn person(&self) -> PersonKey {
        self.person
    }

    pub(super) const fn kind(&self) -> u16 {
        self.kind
    }

    pub(super) fn count(&self) -> u32 {
        self.count.into()
    }

    pub(super) fn span(&self) -> ClaimSpan {
        let micros = |seconds: u32| UnixMicros(i64::from(seconds) * SECOND_US);
        ClaimSpan { from: micros(self.from_s), until: micros(self.until_s) }
    }

    const fn word(&self) -> u64 {
        let [[a, b, c, d], [e, f, g, h]] = [self.id_and_stage[0].to_le_bytes(), self.id_and_stage[1].to_le_bytes()];
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

const fn halves(word: u64) -> [u32; 2] {
    let [a, b, c, d, e, f, g, h] = word.to_le_bytes();
    [u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h])]
}

/// Its place in [`ClaimStage::ALL`].
const fn number(stage: ClaimStage) -> u64 {
    match stage {
        ClaimStage::Entered => 0,
        ClaimStage::Unconfirmed => 1,
        ClaimStage::Issued => 2,
        ClaimStage::HandedBack => 3,
        ClaimStage::NotDrawn => 4,
        ClaimStage::Withdrawn => 5,
    }
}

/// Both ends in whole seconds since 1970.
pub(super) fn seconds(span: ClaimSpan) -> Result<(u32, u32), ClaimError> {
    let end = |at: UnixMicros| {
        let whole = at.0.rem_euclid(SECOND_US) == 0;
        u32::try_from(at.0.div_euclid(SECOND_US)).ok().filter(|_| whole).ok_or(ClaimError::Span)
    };
    Ok((end(span.from)?, end(span.until)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_say_what_was_put_in() {
        let span = ClaimSpan { from: UnixMicros(1_000_000), until: UnixMicros(4_294_967_295_000_000) };
        let person = PersonKey([7; 16]);
        for id in [0, 1, u64::MAX, 0x0123_4567_89ab_cdef] {
            let id = ClaimId::new(id);
            let mut row = Row::new(id, person, u16::MAX, 65_535, ClaimStage::Entered, ClaimSpan::default()).unwrap();
            for (number, stage) in ClaimStage::ALL.into_iter().enumerate() {
                row.set(stage, span).unwrap();
                assert_eq!((row.id(), row.stage(), row.span()), (id, stage, span));
                assert_eq!((row.person(), row.kind(), row.count()), (person, u16::MAX, 65_535));
                assert_eq!(super::number(stage), u64::try_from(number).unwrap());
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error_and_changes_nothing() {
        let new = |count, from, until| {
            let span = ClaimSpan { from: UnixMicros(from), until: UnixMicros(until) };
            Row::new(ClaimId::new(1), PersonKey::default(), 0, count, ClaimStage::Issued, span).err()
        };
        assert_eq!(new(65_536, 0, 1_000_000), Some(ClaimError::Full));
        for (from, until) in [(1, 1_000_000), (0, 1_000_001), (-1_000_000, 1_000_000), (0, 4_294_967_296_000_000)] {
            assert_eq!(new(1, from, until), Some(ClaimError::Span));
        }
    }
}
