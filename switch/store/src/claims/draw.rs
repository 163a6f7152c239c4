//! Draws: who wins follows from the seed and from who entered.

use super::{ClaimError, Claims, fits};
use lijian_domain::claims::lottery::rank;
use lijian_domain::claims::{ClaimId, ClaimSpan, ClaimStage};
use lijian_domain::ids::CampaignId;
use lijian_domain::record::Drawn;
use std::collections::BinaryHeap;

/// What a draw came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LastDraw {
    /// The seed.
    pub seed: [u8; 32],
    /// Claims that took part.
    pub entered: u32,
    /// Those that won.
    pub won: u32,
}

/// A draw that is being worked out, a part at a time: first the winners, then, once it is on record, where each claim stands.
///
/// While it goes on, the caller keeps claims of this campaign as they are.
#[derive(Debug)]
pub struct Drawing {
    seed: [u8; 32],
    most: usize,
    places: Vec<u32>,
    /// How many of them are looked at, in this pass.
    passed: usize,
    entered: u32,
    lowest: BinaryHeap<([u8; 32], ClaimId, u32)>,
    won: Vec<u32>,
}

impl Drawing {
    /// Claims that take part, once all are ranked.
    pub fn entered(&self) -> u32 {
        self.entered
    }

    /// The next part of this pass.
    fn part(&mut self, most: usize) -> std::ops::Range<usize> {
        let from = self.passed;
        self.passed = from.saturating_add(most).min(self.places.len());
        from..self.passed
    }
}

impl Claims {
    /// Takes a draw in: of the claims that entered, those with the lowest ranks win.
    ///
    /// # Errors
    /// As of [`Self::claimed`].
    pub fn drawn(&mut self, drawn: &Drawn) -> Result<LastDraw, ClaimError> {
        let Drawn { campaign, seed, entered, winners, stage, span, .. } = *drawn;
        can_stand(stage, span)?;
        let mut drawing = self.draw(&campaign, seed, winners);
        while !self.rank(&mut drawing, usize::MAX) {}
        if entered != drawing.entered {
            let expected = drawing.entered;
            self.give_up(campaign, drawing);
            return Err(ClaimError::Entered { expected, got: entered });
        }
        loop {
            if let Some(last) = self.place_part(drawn, &mut drawing, usize::MAX)? {
                return Ok(last);
            }
        }
    }

    /// Begins a draw among all who entered since the last one. Nothing of it counts before it is on record.
    pub fn draw(&mut self, campaign: &CampaignId, seed: [u8; 32], winners: u32) -> Drawing {
        let places = self.entered.remove(campaign).unwrap_or_default();
        let most = usize::try_from(winners).unwrap_or(usize::MAX);
        Drawing { seed, most, places, passed: 0, entered: 0, lowest: BinaryHeap::new(), won: Vec::new() }
    }

    /// Ranks so many more of the claims; true once all are. Memory is for so many as win, not for all who entered.
    pub fn rank(&self, drawing: &mut Drawing, most: usize) -> bool {
        for at in drawing.part(most) {
            let Some(place) = drawing.places.get(at).copied() else { continue };
            let Some(row) = self.rows.get(place).filter(|row| row.stage() == ClaimStage::Entered) else { continue };
            drawing.entered = drawing.entered.saturating_add(1);
            let ranked = (rank(&drawing.seed, row.id().get()), row.id(), place);
            if drawing.lowest.len() < drawing.most {
                drawing.lowest.push(ranked);
            } else if let Some(mut highest) = drawing.lowest.peek_mut().filter(|highest| ranked < **highest) {
                *highest = ranked;
            }
        }
        let all = drawing.passed == drawing.places.len();
        if all {
            drawing.won = std::mem::take(&mut drawing.lowest).into_iter().map(|(_, _, place)| place).collect();
            drawing.won.sort_unstable();
            drawing.passed = 0;
        }
        all
    }

    /// Says of so many more claims whether they won; what the draw came to once all are told.
    ///
    /// # Errors
    /// As of [`Self::claimed`].
    pub fn place_part(
        &mut self,
        drawn: &Drawn,
        drawing: &mut Drawing,
        most: usize,
    ) -> Result<Option<LastDraw>, ClaimError> {
        for at in drawing.part(most) {
            let Some(place) = drawing.places.get(at).copied() else { continue };
            let Some(row) = self.rows.get_mut(place).filter(|row| row.stage() == ClaimStage::Entered) else { continue };
            if drawing.won.binary_search(&place).is_ok() {
                row.set(drawn.stage, drawn.span)?;
            } else {
                row.set(ClaimStage::NotDrawn, ClaimSpan::default())?;
            }
        }
        if drawing.passed < drawing.places.len() {
            return Ok(None);
        }
        let won = u32::try_from(drawing.won.len()).unwrap_or(drawn.winners);
        let last = LastDraw { seed: drawn.seed, entered: drawn.entered, won };
        self.drew(drawn.campaign, last);
        Ok(Some(last))
    }

    /// A draw that is not on record never was.
    pub fn give_up(&mut self, campaign: CampaignId, drawing: Drawing) {
        let later = self.entered.insert(campaign, drawing.places).unwrap_or_default();
        self.entered.entry(campaign).or_default().extend(later);
    }
}

/// Where winners can stand.
///
/// # Errors
/// Neither issued nor waiting for a confirmation.
pub fn can_stand(stage: ClaimStage, span: ClaimSpan) -> Result<(), ClaimError> {
    if !matches!(stage, ClaimStage::Unconfirmed | ClaimStage::Issued) {
        return Err(ClaimError::Winners(stage));
    }
    fits(stage, span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lijian_domain::ids::{PackId, PersonKey, RulesVersion};
    use lijian_domain::record::Claimed;
    use lijian_domain::text::Text;
    use lijian_domain::time::UnixMicros;

    fn table(claims: u8) -> Claims {
        let mut table = Claims::new();
        for number in 0..claims {
            let (claim, person) = (ClaimId::new(u64::from(number) * 0x0123_4567), PersonKey([number; 16]));
            let (campaign, pack) = (CampaignId::new("c").unwrap(), PackId::new("p").unwrap());
            let (stage, span, by) = (ClaimStage::Entered, ClaimSpan::default(), Text::new("app").unwrap());
            let claimed = Claimed { claim, campaign, pack, person, stage, span, rules: RulesVersion([1; 8]), by };
            table.claimed(UnixMicros(0), &claimed).unwrap();
        }
        table
    }

    #[test]
    fn parts_of_any_size_come_to_what_the_whole_does() {
        for (part, winners) in [(1, 7), (3, 0), (7, 50), (64, 200), (1_000, 7)] {
            let (mut whole, mut parts) = (table(100), table(100));
            let (campaign, text) = (CampaignId::new("c").unwrap(), |text| Text::new(text).unwrap());
            let span = ClaimSpan { from: UnixMicros(0), until: UnixMicros(1_000_000) };
            let (seed, stage, maker, checker) = ([9; 32], ClaimStage::Issued, text("a"), text("b"));
            let drawn = Drawn { campaign, seed, entered: 100, winners, stage, span, maker, checker };
            let expected = whole.drawn(&drawn).unwrap();
            let mut drawing = parts.draw(&campaign, seed, winners);
            while !parts.rank(&mut drawing, part) {}
            assert_eq!(drawing.entered(), 100);
            let last = loop {
                if let Some(last) = parts.place_part(&drawn, &mut drawing, part).unwrap() {
                    break last;
                }
            };
            assert_eq!((last, last.won), (expected, winners.min(100)));
            assert!(parts == whole && parts.entered(&campaign) == 0, "{part} {winners}");
        }
    }

    #[test]
    fn a_draw_that_is_given_up_never_was() {
        let campaign = CampaignId::new("c").unwrap();
        let mut table = table(10);
        let mut drawing = table.draw(&campaign, [9; 32], 3);
        assert!(!table.rank(&mut drawing, 4));
        table.give_up(campaign, drawing);
        assert_eq!((table.entered(&campaign), table.last_draw(&campaign)), (10, None));
    }
}
