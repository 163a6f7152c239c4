//! The settings of sponsors: who pays, and which part.

use super::Checker;
use crate::campaign::settings::SponsorSettings;
use crate::campaign::{SponsorSplit, Sponsors};
use crate::ids::SponsorId;
use crate::money::{BasisPoints, MinorUnits};
use crate::sale::SPONSORS_MAX;
use arrayvec::ArrayVec;

impl Checker {
    pub(super) fn sponsors(&mut self, split: SponsorSplit, settings: &[SponsorSettings]) -> Option<Sponsors> {
        if settings.is_empty() || settings.len() > SPONSORS_MAX {
            self.wrong("sponsors", format!("{} sponsors", settings.len()), format!("1 to {SPONSORS_MAX} sponsors"));
            return None;
        }
        let mut ids: ArrayVec<SponsorId, SPONSORS_MAX> = ArrayVec::new();
        for (at, sponsor) in settings.iter().enumerate() {
            let key = format!("sponsors[{at}].id");
            let id = self.id(&key, &sponsor.id, SponsorId::new, SponsorId::BYTES_MAX);
            if id.is_some_and(|id| ids.contains(&id)) {
                self.wrong(key, format!("{:?} a second time", sponsor.id), "each sponsor once");
            } else {
                ids.extend(id);
            }
        }
        let all_read = ids.len() == settings.len();
        let sponsors = match split {
            SponsorSplit::LargestRemainder => self.shares(&ids, settings),
            SponsorSplit::InOrder => self.in_order(&ids, settings),
        };
        sponsors.filter(|_| all_read)
    }

    fn shares(&mut self, ids: &[SponsorId], settings: &[SponsorSettings]) -> Option<Sponsors> {
        let mut shares: ArrayVec<BasisPoints, SPONSORS_MAX> = ArrayVec::new();
        for (at, sponsor) in settings.iter().enumerate() {
            let share = sponsor.share_basis_points.unwrap_or(BasisPoints::WHOLE.get());
            shares.extend(self.rate(&format!("sponsors[{at}].share_basis_points"), share));
            if let Some(fen) = sponsor.at_most_fen {
                let expected = "share_basis_points, or sponsor_split = \"in-order\"";
                self.wrong(format!("sponsors[{at}].at_most_fen"), fen, expected);
            }
        }
        let all_read = ids.len() == settings.len() && shares.len() == settings.len();
        let total: u32 = shares.iter().map(|share| share.get()).sum();
        let sponsors = Sponsors::by_share(ids.iter().copied().zip(shares).collect());
        if all_read && sponsors.is_none() {
            self.wrong("sponsors", format!("shares of {total} in all"), "share_basis_points that add up to 10000");
        }
        sponsors
    }

    /// Each pays up to its limit, and the last one the rest.
    fn in_order(&mut self, ids: &[SponsorId], settings: &[SponsorSettings]) -> Option<Sponsors> {
        let last = settings.len().checked_sub(1)?;
        let mut limits: ArrayVec<MinorUnits, SPONSORS_MAX> = ArrayVec::new();
        for (at, sponsor) in settings.iter().enumerate() {
            let key = format!("sponsors[{at}].at_most_fen");
            match sponsor.at_most_fen {
                Some(fen) if at < last => limits.extend(self.amount(&key, fen)),
                Some(fen) => self.wrong(key, fen, "no limit for the last sponsor: it pays what the others leave"),
                None if at < last => self.wrong(key, "no limit", "a number of fen: only the last sponsor has none"),
                None => {}
            }
            if let Some(share) = sponsor.share_basis_points {
                let expected = "no share with sponsor_split \"in-order\"";
                self.wrong(format!("sponsors[{at}].share_basis_points"), share, expected);
            }
        }
        let first = ids.iter().copied().zip(limits).collect();
        Sponsors::in_order(first, *ids.last()?)
    }
}
