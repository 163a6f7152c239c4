//! What has to be claimed in a history, as the switch is told of it, and as the auditor is.

use super::dice::Dice;
use super::mutation::Mutation;
use super::programme::GOODS;
use crate::auditor::{ClaimTerms, Lasts, PackTerms};
use jiff::civil;
use lijian_domain::campaign::{ClaimValidity, Lottery, MemberSettings, PackSettings, QualificationSettings};
use lijian_domain::claims::lottery::{Seed, chain};
use std::sync::OnceLock;

/// A pack whose members are a refrigerator, a phone, and either.
pub(crate) const HOME: &str = "home";
/// A refrigerator of the best grade.
pub(crate) const COLD: &str = "cold";
/// More draws than any history sees.
const DRAWS: usize = 200;
/// 2026-01-01 00:00 in Shenzhen, in seconds: the day after the campaign's last.
const ENDS_S: i64 = 1_767_196_800;
const ZONE_S: i64 = 8 * 3_600;

/// See the module's text.
#[derive(Clone, Debug)]
pub(crate) struct Claiming {
    whole_order: bool,
    lasts: ClaimValidity,
    claims_max: u32,
    released_per_day: Option<u32>,
    confirmed_by_staff: bool,
    confirm_within: Option<ClaimValidity>,
    winners: Option<u32>,
    /// Of the pack with several members.
    redeemable: u32,
}

impl Claiming {
    /// Of an order a claim stands for the whole.
    pub(crate) fn draw(whole_order: bool, dice: &mut Dice) -> Self {
        use ClaimValidity::{CalendarDays, Hours, MonthEnd, SameDay};
        let redeemable = dice.one_of(1, &[2]);
        Self {
            whole_order,
            lasts: dice.one_of(SameDay, &[SameDay, SameDay, Hours(1), CalendarDays(2), MonthEnd]),
            claims_max: dice.one_of(2, &[1, 3, 5]),
            released_per_day: dice.one_of(None, &[Some(10), Some(30)]),
            confirmed_by_staff: dice.percent(30),
            confirm_within: dice.one_of(None, &[Some(Hours(1)), Some(SameDay)]),
            winners: dice.one_of(None, &[None, Some(3)]),
            redeemable: if whole_order { 1 } else { redeemable },
        }
    }

    /// The same by the next version of the rules.
    pub(crate) fn next(&self, dice: &mut Dice) -> Self {
        let next = Self::draw(self.whole_order, dice);
        Self { claims_max: self.claims_max, lasts: self.lasts, ..next }
    }

    /// Whether there is a lottery.
    pub(crate) const fn draws(&self) -> bool {
        self.winners.is_some()
    }

    /// The seeds of all draws in their order; what is published of them.
    pub(crate) fn seeds() -> &'static (Vec<Seed>, [u8; 32]) {
        static SEEDS: OnceLock<(Vec<Seed>, [u8; 32])> = OnceLock::new();
        SEEDS.get_or_init(|| chain([9; 32], DRAWS))
    }

    /// What the auditor is told.
    pub(crate) fn terms(&self) -> ClaimTerms {
        let of = |at: &[usize]| -> Vec<u64> {
            at.iter().filter_map(|at| GOODS.get(*at)).map(|(gtin, ..)| gtin.parse().unwrap_or(0)).collect()
        };
        let pack = |name: &str, redeemable, members| PackTerms { name: name.to_owned(), redeemable, members };
        ClaimTerms {
            campaign: "trial".to_owned(),
            packs: vec![
                pack(HOME, self.redeemable, vec![of(&[0, 1]), of(&[2]), of(&[0, 1, 2])]),
                pack(COLD, 1, vec![of(&[0])]),
            ],
            claims_max: self.claims_max,
            released_per_day: self.released_per_day,
            confirmed_by_staff: self.confirmed_by_staff,
            winners: self.winners,
            published: Self::seeds().1,
            confirm_within: self.confirm_within.map(lasts),
            lasts: lasts(self.lasts),
            ends_s: ENDS_S,
            zone_s: ZONE_S,
        }
    }

    /// What the switch is told. Some mistakes are here.
    pub(crate) fn settings(&self, mutation: Option<Mutation>) -> QualificationSettings {
        let mistaken = |mistake: Mutation| mutation == Some(mistake);
        let both = || vec!["refrigerator".to_owned(), "phone".to_owned()];
        let member = |categories: &[&str], grades: &[u8]| {
            if mistaken(Mutation::MembersIgnored) {
                return MemberSettings { categories: both(), grades: Vec::new() };
            }
            let categories = categories.iter().map(|category| (*category).to_owned()).collect();
            MemberSettings { categories, grades: grades.to_vec() }
        };
        let home =
            vec![member(&["refrigerator"], &[]), member(&["phone"], &[]), member(&["refrigerator", "phone"], &[])];
        let pack = |id: &str, redeemable, members| PackSettings { id: id.to_owned(), redeemable, members };
        let more = mistaken(Mutation::RedeemableIgnored) && !self.whole_order;
        let staff = self.confirmed_by_staff && !mistaken(Mutation::StaffIgnored);
        let winners = self.winners.map(|winners| winners + u32::from(mistaken(Mutation::WinnersIgnored)));
        QualificationSettings {
            window: None,
            validity: if mistaken(Mutation::ClaimsOutlive) { ClaimValidity::CalendarDays(40) } else { self.lasts },
            claims_max: self.claims_max + if mistaken(Mutation::ClaimsUnlimited) { 9 } else { 0 },
            confirmed_by_staff: staff,
            confirm_within: self.confirm_within.filter(|_| staff && !mistaken(Mutation::ConfirmationOutlives)),
            released_per_day: self.released_per_day.filter(|_| !mistaken(Mutation::ReleaseIgnored)),
            lottery: winners.map(|winners| Lottery {
                draw_from: civil::Time::midnight(),
                winners,
                commitment: Self::seeds().1,
            }),
            packs: vec![
                pack(HOME, if more { 2 } else { self.redeemable }, home),
                pack(COLD, 1, vec![member(&["refrigerator"], &[1])]),
            ],
        }
    }
}

fn lasts(validity: ClaimValidity) -> Lasts {
    match validity {
        ClaimValidity::CalendarDays(days) => Lasts::Days(days.into()),
        ClaimValidity::Hours(hours) => Lasts::Hours(hours.into()),
        ClaimValidity::SameDay => Lasts::Days(1),
        // All histories are of October 2024; a clock that is put back may show September.
        ClaimValidity::MonthEnd => Lasts::MonthEnd(&[1_727_712_000, 1_730_390_400]),
    }
}
