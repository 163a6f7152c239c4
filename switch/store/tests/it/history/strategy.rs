//! Random histories: what a test asks for.

use super::Day;
use lijian_domain::ids::Lsn;
use lijian_domain::record::Entry;
use lijian_domain::time::{BusinessDate, UnixMicros};
use proptest::prelude::{Strategy, any};

/// What to do next, and to which of the sales that it could be done to.
pub(crate) type Action = (u8, u16);

/// How many kinds of actions there are.
const ACTIONS: u8 = 25;

/// Days of random actions.
pub(crate) fn actions() -> impl Strategy<Value = Vec<Action>> {
    proptest::collection::vec((0..ACTIONS, any::<u16>()), 0..220)
}

/// Whole journals of records of every kind, as the exchange would write them: numbered from 1, over some business days, by a
/// clock that steps back now and then. Every prefix of one is a history too. They shrink to few records.
pub(crate) fn histories() -> impl Strategy<Value = Vec<Entry>> {
    (actions(), 0..5_000_u16).prop_map(|(actions, wander)| wandering(Day::of(&actions).journal.0, wander))
}

/// One history of several thousand records, more than an index takes in at once.
pub(crate) fn long_history() -> Vec<Entry> {
    let mut dice = 1_u32;
    let mut roll = || {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        u16::try_from(dice >> 16).unwrap()
    };
    let actions: Vec<Action> =
        (0..10_000).map(|_| (u8::try_from(roll() % u16::from(ACTIONS)).unwrap(), roll())).collect();
    wandering(Day::of(&actions).journal.0, 77)
}

fn wandering(mut entries: Vec<Entry>, wander: u16) -> Vec<Entry> {
    for Entry { lsn: Lsn(lsn), at, business_date, .. } in &mut entries {
        let lsn = i64::try_from(*lsn).unwrap();
        *at = UnixMicros(lsn * 1_000 + lsn * i64::from(wander) % 7_919);
        *business_date = BusinessDate(20_000 + i32::try_from(lsn / 32).unwrap());
    }
    entries
}
