//! The settings of sponsors: who pays, and which part.

use super::Checker;
use crate::campaign::settings::{CouponSettings, SponsorSettings};
use crate::campaign::{SponsorSplit, Sponsors};
use crate::funding::{AdvancedBy, Coupon, Funding};
use crate::ids::SponsorId;
use crate::money::{BasisPoints, MinorUnits};
use crate::sale::SPONSORS_MAX;
use crate::text::Text;
use arrayvec::ArrayVec;

/// The longest id of a coupon that a record keeps.
const COUPON_ID_BYTES_MAX: usize = 32;
/// The longest text of a coupon.
const COUPON_DESCRIPTION_CHARACTERS_MAX: usize = 64;

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

    /// Either every sponsor's part has a coupon, or none: a network that splits a sale wants all parts of it.
    pub(super) fn funding(&mut self, advanced_by: AdvancedBy, settings: &[SponsorSettings]) -> Funding {
        let mut coupons: ArrayVec<Coupon, SPONSORS_MAX> = ArrayVec::new();
        let any = settings.iter().any(|sponsor| sponsor.coupon.is_some());
        for (at, sponsor) in settings.iter().enumerate().take(SPONSORS_MAX) {
            let key = format!("sponsors[{at}].coupon");
            match &sponsor.coupon {
                Some(coupon) => coupons.extend(self.coupon(&key, coupon)),
                None if any => self.wrong(key, "none", "a coupon for each sponsor, or for none"),
                None => {}
            }
        }
        Funding { advanced_by, coupons }
    }

    fn coupon(&mut self, key: &str, settings: &CouponSettings) -> Option<Coupon> {
        let sponsor = &settings.sponsor_id;
        let issuer = sponsor.len() == 8 && sponsor.bytes().all(|byte| byte.is_ascii_digit());
        let merchant = sponsor.len() == 15 && sponsor.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !issuer && !merchant {
            let expected = "00010000 (UnionPay), the 8 digits of an issuer or the 15 characters of a merchant";
            self.wrong(format!("{key}.sponsor_id"), format!("{sponsor:?}"), expected);
        }
        let id = &settings.id;
        if !(1..=COUPON_ID_BYTES_MAX).contains(&id.len()) || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
            let expected = format!("1 to {COUPON_ID_BYTES_MAX} letters, digits and signs");
            self.wrong(format!("{key}.id"), format!("{id:?}"), expected);
        }
        let length = settings.description.chars().count();
        if length > COUPON_DESCRIPTION_CHARACTERS_MAX || settings.description.chars().any(char::is_control) {
            let expected = format!("at most {COUPON_DESCRIPTION_CHARACTERS_MAX} characters of one line");
            self.wrong(format!("{key}.description"), format!("{length} characters"), expected);
        }
        let (sponsor, id) = (Text::new(sponsor).ok()?, Text::new(id).ok()?);
        Some(Coupon { kind: settings.kind, sponsor, id })
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
