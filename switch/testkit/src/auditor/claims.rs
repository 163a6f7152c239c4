//! The books about claims: what each of their records may say, by the rules in force.

use super::books::Books;
use super::claim::{ClaimRecord, ClaimStands, Draw, ENTERED, HANDED_BACK, ISSUED, NOT_DRAWN, UNCONFIRMED, WITHDRAWN};
use super::facts::{Balance, ClaimTerms, Facts, Lasts};
use super::lottery;
use super::record::Record;
use super::rule::{Rule, Violation};
use std::collections::BTreeMap;

const SECOND_US: i64 = 1_000_000;
const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;

/// Every claim that the journal knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Claims {
    by_id: BTreeMap<u64, Claim>,
    /// What each person made of each pack, in that order.
    of_person: BTreeMap<(String, [u8; 16]), Vec<u64>>,
    /// Made on each civil day.
    of_day: BTreeMap<i64, u32>,
    /// All draws in their order: where each stands, and how many won.
    pub(super) draws: Vec<(u64, Draw, u32)>,
    /// Draws that are under way, by ticket: the rules in force when they were asked for, and the time by the switch's clock.
    pub(super) drawing: BTreeMap<u64, ([u8; 8], i64)>,
}

/// A claim, and the last record about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Claim {
    pub(super) pack: String,
    pub(super) person: [u8; 16],
    pub(super) stands: ClaimStands,
    pub(super) told_by: u64,
}

impl Claims {
    pub(super) fn get(&self, claim: u64) -> Option<&Claim> {
        self.by_id.get(&claim)
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = u64> {
        self.by_id.keys().copied()
    }
}

impl Books {
    /// Enters a record; `live` where it is being made just now.
    pub(super) fn claim(
        &mut self,
        record: &Record,
        said: &ClaimRecord,
        facts: &Facts,
        live: bool,
    ) -> Result<(), Violation> {
        let (lsn, at_us) = (record.lsn, record.at_us);
        let terms = claim_terms(facts, self.rules).ok_or_else(|| wrong(lsn, "nothing is claimed by these rules"))?;
        match said {
            ClaimRecord::Made { claim, campaign, pack, person, stands, rules } => {
                if *rules != self.rules {
                    let what = format!("record {lsn}: a claim by other rules than {:?}", self.rules);
                    return Err(Rule::VersionInForce.broken(what));
                }
                let known = self.claims.by_id.contains_key(claim) || *campaign != terms.campaign;
                let against = self.refusals(terms, pack, person, at_us);
                let what = format!("record {lsn}: a claim of {pack}, which begins as {stands:?}: {against:?}");
                match against.as_slice() {
                    [] if !known && *stands == first(terms, at_us) => {}
                    [] | ["no-pack"] => return Err(Rule::ClaimSteps.broken(what)),
                    ["all-taken-today"] => return Err(Rule::ReleasedPerDay.broken(what)),
                    _ => return Err(Rule::ClaimsOfPerson.broken(what)),
                }
                let made = Claim { pack: pack.clone(), person: *person, stands: *stands, told_by: lsn };
                self.claims.by_id.insert(*claim, made);
                self.claims.of_person.entry((pack.clone(), *person)).or_default().push(*claim);
                *self.claims.of_day.entry(day(terms, at_us)).or_default() += 1;
            }
            ClaimRecord::Changed { claim, stands } => {
                let redeemed = self.redeemed(terms, *claim) != Balance::default();
                let known = self.claims.by_id.get_mut(claim).ok_or_else(|| wrong(lsn, "no such claim"))?;
                let ended = ClaimStands { stage: stands.stage, ..known.stands };
                let right = match (known.stands.stage, stands.stage) {
                    (UNCONFIRMED, ISSUED) => {
                        let in_time = known.stands.until_us == 0 || at_us < known.stands.until_us;
                        *stands == issued(terms, at_us) && in_time
                    }
                    (ENTERED | UNCONFIRMED | ISSUED, HANDED_BACK) => *stands == ended && !redeemed,
                    (ENTERED | UNCONFIRMED | ISSUED, WITHDRAWN) => *stands == ended,
                    _ => false,
                };
                if !right {
                    return Err(wrong(lsn, &format!("from {:?} to {stands:?}, redeemed: {redeemed}", known.stands)));
                }
                (known.stands, known.told_by) = (*stands, lsn);
            }
            ClaimRecord::Drawn { draw, stands, maker, checker } => {
                // By the rules and the time of the command, which no record tells later.
                let mut asked = self.claims.drawing.values().filter_map(|(rules, at_us)| {
                    let terms = claim_terms(facts, *rules)?;
                    Some((terms.winners?, winner(terms, *at_us)))
                });
                if maker == checker || (live && !asked.any(|asked| asked == (draw.winners, *stands))) {
                    return Err(
                        Rule::DrawIsRight.broken(format!("record {lsn}: nobody asked for {draw:?}, {stands:?}"))
                    );
                }
                self.drawn(lsn, terms, draw, *stands)?;
            }
        }
        Ok(())
    }

    /// Why no claim of this pack can be made now: all reasons that apply.
    pub(super) fn refusals(&self, terms: &ClaimTerms, pack: &str, person: &[u8; 16], at_us: i64) -> Vec<&'static str> {
        let Some(redeemable) = terms.pack(pack).map(|pack| pack.redeemable) else { return vec!["no-pack"] };
        let mut against = Vec::new();
        let made = self.claims.of_person.get(&(pack.to_owned(), *person)).map_or(&[][..], Vec::as_slice);
        if let Some((id, latest)) = made.last().and_then(|id| Some((*id, self.claims.by_id.get(id)?))) {
            let redeemed = self.redeemed(terms, id);
            if redeemed.held_count > 0 || redeemed.used_count >= redeemable {
                against.push("redeemed");
            }
            match latest.stands.stage {
                ENTERED => against.push("not-over"),
                UNCONFIRMED if latest.stands.until_us == 0 => against.push("not-over"),
                UNCONFIRMED | ISSUED if at_us < latest.stands.until_us => against.push("not-over"),
                _ => {}
            }
        }
        if u32::try_from(made.len()).is_ok_and(|made| made >= terms.claims_max) {
            against.push("all-made");
        }
        let today = self.claims.of_day.get(&day(terms, at_us)).copied().unwrap_or_default();
        if terms.released_per_day.is_some_and(|most| today >= most) {
            against.push("all-taken-today");
        }
        against
    }

    /// What is held and used of a claim.
    pub(super) fn redeemed(&self, terms: &ClaimTerms, claim: u64) -> Balance {
        self.caps.balance(&cap(terms, claim))
    }

    /// What is redeemed of one member of a claim's pack.
    pub(super) fn redeemed_of(&self, terms: &ClaimTerms, claim: u64, member: usize) -> Balance {
        self.caps.balance(&member_cap(terms, claim, member))
    }

    /// Of all who entered those with the lowest ranks win.
    fn drawn(&mut self, lsn: u64, terms: &ClaimTerms, draw: &Draw, stands: ClaimStands) -> Result<(), Violation> {
        let broken = |what: &str| Err(Rule::DrawIsRight.broken(format!("record {lsn}: {what}")));
        let last = self.claims.draws.last().map(|(_, last, _)| last.seed);
        if lottery::commitment(&draw.seed) != last.unwrap_or(terms.published) {
            return broken("nobody was bound to this seed");
        }
        let entered = self.claims.by_id.iter().filter(|(_, claim)| claim.stands.stage == ENTERED);
        let entered: Vec<u64> = entered.map(|(id, _)| *id).collect();
        if usize::try_from(draw.entered) != Ok(entered.len()) || entered.is_empty() {
            return broken(&format!("{} entered, {} are drawn among", entered.len(), draw.entered));
        }
        let won = lottery::winners(&draw.seed, &entered, draw.winners);
        for id in entered {
            let lost = ClaimStands { stage: NOT_DRAWN, from_us: 0, until_us: 0 };
            if let Some(claim) = self.claims.by_id.get_mut(&id) {
                (claim.stands, claim.told_by) = (if won.contains(&id) { stands } else { lost }, lsn);
            }
        }
        self.claims.draws.push((lsn, *draw, u32::try_from(won.len()).unwrap_or(u32::MAX)));
        Ok(())
    }
}

/// What these rules say of claims.
pub(super) fn claim_terms(facts: &Facts, rules: [u8; 8]) -> Option<&ClaimTerms> {
    facts.terms.get(&rules)?.claims.as_ref()
}

/// The cap of what is redeemed of a claim.
pub(super) fn cap(terms: &ClaimTerms, claim: u64) -> String {
    format!("qualification:{}:{claim:015x}", terms.campaign)
}

/// The cap of one member of a claim's pack.
pub(super) fn member_cap(terms: &ClaimTerms, claim: u64, member: usize) -> String {
    format!("{}-{member}", cap(terms, claim))
}

fn wrong(lsn: u64, what: &str) -> Violation {
    Rule::ClaimSteps.broken(format!("record {lsn}: {what}"))
}

fn day(terms: &ClaimTerms, at_us: i64) -> i64 {
    (at_us.div_euclid(SECOND_US) + terms.zone_s).div_euclid(DAY_S)
}

/// As a claim is made.
fn first(terms: &ClaimTerms, at_us: i64) -> ClaimStands {
    match terms.winners {
        Some(_) => ClaimStands { stage: ENTERED, from_us: 0, until_us: 0 },
        None => winner(terms, at_us),
    }
}

/// Once it need not be drawn any more.
fn winner(terms: &ClaimTerms, at_us: i64) -> ClaimStands {
    if !terms.confirmed_by_staff {
        return issued(terms, at_us);
    }
    let without_end = ClaimStands { stage: UNCONFIRMED, from_us: 0, until_us: 0 };
    terms.confirm_within.map_or(without_end, |lasts| timed(UNCONFIRMED, lasts, terms, at_us))
}

fn issued(terms: &ClaimTerms, at_us: i64) -> ClaimStands {
    timed(ISSUED, terms.lasts, terms, at_us)
}

/// Whole seconds: the one that has begun on both sides.
fn timed(stage: u8, lasts: Lasts, terms: &ClaimTerms, at_us: i64) -> ClaimStands {
    let from_s = at_us.div_euclid(SECOND_US);
    let until_s = match lasts {
        Lasts::Days(days) => (day(terms, at_us) + days) * DAY_S - terms.zone_s,
        Lasts::MonthEnd(ends) => ends.iter().copied().find(|end_s| from_s < *end_s).unwrap_or(terms.ends_s),
        Lasts::Hours(hours) => (at_us + SECOND_US - 1).div_euclid(SECOND_US) + hours * HOUR_S,
    };
    let until_us = until_s.min(terms.ends_s) * SECOND_US;
    ClaimStands { stage, from_us: from_s * SECOND_US, until_us }
}
