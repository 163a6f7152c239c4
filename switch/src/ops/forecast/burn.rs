//! How much was taken lately, in steps of five minutes.

use lijian_domain::cap::CapKey;
use lijian_domain::time::UnixMicros;
use std::collections::HashMap;

/// Microseconds of a step.
pub(super) const STEP_US: i64 = 300_000_000;
/// Steps of an hour, and of a day.
pub(super) const HOUR_STEPS: i64 = 12;
pub(super) const DAY_STEPS: i64 = 288;
const STEPS: usize = 288;

/// What was taken from caps in the last day, less what they got back.
#[derive(Clone, Debug, Default)]
pub struct Burns(HashMap<CapKey, Ring>);

/// A day of one cap.
#[derive(Clone, Debug)]
struct Ring {
    /// The latest step, counted from 1970.
    latest: i64,
    /// Minor units of each step, at the place of its number.
    steps: Box<[i64; STEPS]>,
}

impl Burns {
    /// So many minor units were taken from a cap at this time; given back where they are fewer than none.
    pub fn add(&mut self, key: CapKey, at: UnixMicros, amount: i64) {
        if amount != 0 {
            let step = step(at);
            self.0.entry(key).or_insert_with(|| Ring { latest: step, steps: Box::new([0; STEPS]) }).add(step, amount);
        }
    }

    /// What was taken in the last so many steps, the one under way included; never less than nothing.
    pub(super) fn of(&self, key: &CapKey, now: UnixMicros, steps: i64) -> u64 {
        let Some(ring) = self.0.get(key) else { return 0 };
        let now = step(now);
        let sum = (now - steps + 1..=now).fold(0_i64, |sum, step| sum.saturating_add(ring.at(step)));
        u64::try_from(sum).unwrap_or(0)
    }

    /// Takes in what another one counted.
    pub fn merge(&mut self, other: Self) {
        for (key, ring) in other.0 {
            for step in ring.latest - DAY_STEPS + 1..=ring.latest {
                self.add(key, UnixMicros(step.saturating_mul(STEP_US)), ring.at(step));
            }
        }
    }

    /// Forgets caps of which nothing was taken for a day.
    pub fn forget_before(&mut self, now: UnixMicros) {
        let now = step(now);
        self.0.retain(|_, ring| ring.latest > now - DAY_STEPS);
    }
}

impl Ring {
    fn add(&mut self, step: i64, amount: i64) {
        if step <= self.latest - DAY_STEPS {
            return;
        }
        if step > self.latest {
            let passed = (step - self.latest).min(DAY_STEPS);
            (step - passed + 1..=step).for_each(|step| self.steps[place(step)] = 0);
            self.latest = step;
        }
        let sum = &mut self.steps[place(step)];
        *sum = sum.saturating_add(amount);
    }

    fn at(&self, step: i64) -> i64 {
        let known = step <= self.latest && step > self.latest - DAY_STEPS;
        if known { self.steps[place(step)] } else { 0 }
    }
}

fn step(at: UnixMicros) -> i64 {
    at.0.div_euclid(STEP_US)
}

/// When the first of so many steps began, the one of `now` being the last.
pub(super) fn first_of(now: UnixMicros, steps: i64) -> UnixMicros {
    UnixMicros((step(now) - steps + 1).saturating_mul(STEP_US))
}

fn place(step: i64) -> usize {
    usize::try_from(step.rem_euclid(DAY_STEPS)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lijian_domain::ids::CampaignId;

    #[test]
    fn only_the_last_day_counts() {
        let key = CapKey::Campaign(CampaignId::default());
        let minute = |minutes: i64| UnixMicros(minutes * 60_000_000);
        let mut burns = Burns::default();
        let mut other = Burns::default();
        for (at, amount) in [(0, 100), (30, 7), (61, 20), (62, -5)] {
            if at < 40 { &mut other } else { &mut burns }.add(key, minute(at), amount);
        }
        burns.merge(other);
        let check = |at, hour, day| {
            let sums = [HOUR_STEPS, DAY_STEPS].map(|steps| burns.of(&key, minute(at), steps));
            assert_eq!(sums, [hour, day], "{at}");
        };
        check(63, 22, 122);
        check(119, 15, 122);
        check(120, 0, 122);
        check(24 * 60 + 4, 0, 22);
        check(24 * 60 + 40, 0, 15);
        check(48 * 60, 0, 0);
        let mut late = burns.clone();
        late.add(key, minute(48 * 60), 1);
        late.add(key, minute(0), 1_000);
        assert_eq!(late.of(&key, minute(48 * 60), DAY_STEPS), 1);
        late.forget_before(minute(96 * 60));
        assert_eq!(late.0.len(), 0);
        // More came back than was taken: nothing burns.
        let mut back = Burns::default();
        back.add(key, minute(5), -3);
        assert_eq!(back.of(&key, minute(5), HOUR_STEPS), 0);
    }
}
