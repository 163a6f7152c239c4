//! Draws: who wins follows from the seed and from who entered.

use super::{ClaimError, Claims, fits};
use lijian_domain::claims::lottery::rank;
use lijian_domain::claims::{ClaimId, ClaimSpan, ClaimStage};
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

impl Claims {
    /// Takes a draw in: of the claims that entered, those with the lowest ranks win.
    ///
    /// # Errors
    /// As of [`Self::claimed`].
    pub fn drawn(&mut self, drawn: &Drawn) -> Result<LastDraw, ClaimError> {
        let Drawn { campaign, seed, entered, winners, stage, span, .. } = *drawn;
        if !matches!(stage, ClaimStage::Unconfirmed | ClaimStage::Issued) {
            return Err(ClaimError::Winners(stage));
        }
        fits(stage, span)?;
        let expected = self.entered(&campaign);
        if entered != expected {
            return Err(ClaimError::Entered { expected, got: entered });
        }
        let won = self.winners(drawn);
        for place in self.entered.remove(&campaign).unwrap_or_default() {
            let Some(row) = self.rows.get_mut(place).filter(|row| row.stage() == ClaimStage::Entered) else { continue };
            if won.binary_search(&place).is_ok() {
                row.set(stage, span)?;
            } else {
                row.set(ClaimStage::NotDrawn, ClaimSpan::default())?;
            }
        }
        let won = u32::try_from(won.len()).unwrap_or(winners);
        let last = LastDraw { seed, entered, won };
        self.draws.insert(campaign, last);
        Ok(last)
    }

    /// Where the winners stand, in order. Memory is for so many as win, not for all who entered.
    fn winners(&self, drawn: &Drawn) -> Vec<u32> {
        let most = usize::try_from(drawn.winners).unwrap_or(usize::MAX);
        let mut lowest: BinaryHeap<([u8; 32], ClaimId, u32)> = BinaryHeap::new();
        for (place, id) in self.entrants(&drawn.campaign) {
            let ranked = (rank(&drawn.seed, id.get()), id, place);
            if lowest.len() < most {
                lowest.push(ranked);
            } else if let Some(mut highest) = lowest.peek_mut().filter(|highest| ranked < **highest) {
                *highest = ranked;
            }
        }
        let mut places: Vec<_> = lowest.into_iter().map(|(_, _, place)| place).collect();
        places.sort_unstable();
        places
    }
}
