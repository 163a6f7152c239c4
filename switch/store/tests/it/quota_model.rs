//! The quota against a model of one thread that a person can check by eye.

use lijian_domain::cap::{CapBalance, CapKey, CapLimit, CapTake};
use lijian_domain::ids::{CampaignId, CategoryId, PersonKey, QualificationCode, SerialNumber};
use lijian_domain::money::MinorUnits;
use lijian_domain::time::BusinessDate;
use lijian_store::quota::{Bound, Quota};
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use std::collections::{BTreeMap, HashMap};

#[derive(Clone, Debug)]
enum Action {
    Hold(Vec<CapTake>),
    Grant(usize),
    Release(usize),
    GiveBack(usize),
}

fn keys() -> Vec<CapKey> {
    let (one, other) = (CampaignId::new("one").unwrap(), CampaignId::new("other").unwrap());
    let category = CategoryId::new("phone").unwrap();
    vec![
        CapKey::SerialNumber(SerialNumber::new("A").unwrap()),
        CapKey::Qualification(one, QualificationCode::new("A").unwrap()),
        CapKey::Qualification(other, QualificationCode::new("A").unwrap()),
        CapKey::PersonCategory(one, PersonKey([1; 16]), category),
        CapKey::PersonCategory(one, PersonKey([2; 16]), category),
        CapKey::PersonCategory(other, PersonKey([1; 16]), category),
        CapKey::PersonWeek(one, PersonKey([1; 16]), BusinessDate(19_814)),
        CapKey::PersonWeek(one, PersonKey([1; 16]), BusinessDate(19_821)),
        CapKey::PersonYear(one, PersonKey([1; 16]), 2024),
        CapKey::PersonCampaign(one, PersonKey([1; 16])),
        CapKey::Category(one, category),
        CapKey::Tranche(one, 1),
        CapKey::Campaign(one),
        CapKey::Campaign(other),
    ]
}

fn takes() -> impl Strategy<Value = CapTake> {
    let limit = (proptest::option::of(0..60u64), proptest::option::of(0..6u32));
    (0..keys().len(), 0..20u64, 0..3u32, limit).prop_map(|(key, amount, count, (money, items))| CapTake {
        key: keys()[key],
        amount: MinorUnits::new(amount),
        count,
        limit: CapLimit { amount: money.map(MinorUnits::new), count: items },
    })
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let action = prop_oneof![
        3 => proptest::collection::vec(takes(), 0..6).prop_map(Action::Hold),
        2 => any::<usize>().prop_map(Action::Grant),
        1 => any::<usize>().prop_map(Action::Release),
        1 => any::<usize>().prop_map(Action::GiveBack),
        1 => Just(Action::Hold(Vec::new())),
    ];
    proptest::collection::vec(action, 1..60)
}

/// Money held, money used, items held, items used.
type Model = HashMap<CapKey, [u64; 4]>;

fn hold(model: &mut Model, takes: &[CapTake]) -> Result<(), Bound> {
    // Takes of one key count together, under the tighter limit.
    let mut sums: BTreeMap<CapKey, (u64, u64, u64, u64)> = BTreeMap::new();
    for take in takes {
        let sum = sums.entry(take.key).or_insert((0, 0, u64::MAX, u64::MAX));
        sum.0 += take.amount.get();
        sum.1 += u64::from(take.count);
        sum.2 = sum.2.min(take.limit.amount.map_or(u64::MAX, MinorUnits::get));
        sum.3 = sum.3.min(take.limit.count.map_or(u64::MAX, u64::from));
    }
    for (key, (money, items, money_max, items_max)) in &sums {
        let [money_held, money_used, items_held, items_used] = model.get(key).copied().unwrap_or_default();
        let over = |stands: u64, more: u64, most: u64| more > 0 && stands + more > most;
        let gives = |held: u64, held_items: u64| {
            !over(money_used + held, *money, *money_max) && !over(items_used + held_items, *items, *items_max)
        };
        if !gives(money_held, items_held) {
            return Err(Bound { key: *key, held: gives(0, 0) });
        }
    }
    for (key, (money, items, ..)) in sums {
        let stands = model.entry(key).or_default();
        stands[0] += money;
        stands[2] += items;
    }
    Ok(())
}

fn shift(model: &mut Model, takes: &[CapTake], from: Option<usize>, to: Option<usize>) {
    for take in takes {
        let stands = model.get_mut(&take.key).unwrap();
        for (offset, amount) in [(0, take.amount.get()), (2, u64::from(take.count))] {
            from.into_iter().for_each(|place| stands[offset + place] -= amount);
            to.into_iter().for_each(|place| stands[offset + place] += amount);
        }
    }
}

fn balance(stands: [u64; 4]) -> CapBalance {
    CapBalance {
        held: MinorUnits::new(stands[0]),
        used: MinorUnits::new(stands[1]),
        held_count: u32::try_from(stands[2]).unwrap(),
        used_count: u32::try_from(stands[3]).unwrap(),
    }
}

fn run(actions: Vec<Action>) {
    const HELD: usize = 0;
    const USED: usize = 1;
    let (quota, mut model) = (Quota::new(), Model::new());
    let (mut open, mut granted): (Vec<Vec<CapTake>>, Vec<Vec<CapTake>>) = Default::default();
    let pick =
        |list: &mut Vec<Vec<CapTake>>, place: usize| (!list.is_empty()).then(|| list.swap_remove(place % list.len()));
    for action in actions {
        match action {
            Action::Hold(takes) => {
                let expected = hold(&mut model, &takes);
                assert_eq!(quota.hold(&takes), expected, "{takes:?}");
                if expected.is_ok() {
                    open.push(takes);
                }
            }
            Action::Grant(place) => {
                if let Some(takes) = pick(&mut open, place) {
                    quota.grant(&takes);
                    shift(&mut model, &takes, Some(HELD), Some(USED));
                    granted.push(takes);
                }
            }
            Action::Release(place) => {
                if let Some(takes) = pick(&mut open, place) {
                    quota.release(&takes);
                    shift(&mut model, &takes, Some(HELD), None);
                }
            }
            Action::GiveBack(place) => {
                if let Some(takes) = pick(&mut granted, place) {
                    quota.give_back(&takes);
                    shift(&mut model, &takes, Some(USED), None);
                }
            }
        }
        for key in keys() {
            assert_eq!(quota.balance(&key), balance(model.get(&key).copied().unwrap_or_default()), "{key}");
        }
        let mut budgets: Vec<_> = model.iter().filter(|(key, _)| !key.kind().is_personal()).collect();
        budgets.retain(|(_, stands)| **stands != [0; 4]);
        budgets.sort();
        assert_eq!(quota.budgets(), budgets.iter().map(|(key, stands)| (**key, balance(**stands))).collect::<Vec<_>>());
    }
}

proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_step_is_that_of_the_model(actions in actions()) {
        run(actions);
    }
}

fn one(key: CapKey) -> [CapTake; 1] {
    [CapTake { key, amount: MinorUnits::new(5), count: 1, limit: CapLimit::default() }]
}

#[test]
fn what_was_never_held_stops_everything() {
    for key in keys() {
        for step in [Quota::grant, Quota::release, Quota::give_back] {
            let quota = Quota::new();
            quota.hold(&one(key)).unwrap();
            let [twice] = one(key);
            let twice = [CapTake { amount: MinorUnits::new(6), ..twice }];
            let stopped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| step(&quota, &twice))).unwrap_err();
            let text = stopped.downcast_ref::<String>().unwrap();
            assert!(text.contains("broken invariant of money") && text.contains(&key.to_string()), "{text}");
        }
    }
}

#[test]
fn history_is_held_beyond_any_limit_and_contradictions_are_errors() {
    for key in keys() {
        let quota = Quota::new();
        quota.replay_hold(&one(key)).unwrap();
        quota.replay_grant(&one(key)).unwrap();
        let [more] = one(key);
        let more = [CapTake { limit: CapLimit { amount: Some(MinorUnits::new(5)), count: None }, ..more }];
        assert_eq!(quota.hold(&more), Err(Bound { key, held: false }));
        quota.replay_hold(&more).unwrap();
        assert_eq!(quota.balance(&key).held, MinorUnits::new(5));
        let [mut all] = one(key);
        all.amount = MinorUnits::new(u64::MAX);
        assert!(quota.replay_hold(&[all]).unwrap_err().to_string().contains(&key.to_string()));
        assert!(quota.replay_give_back(&[all]).is_err());
        quota.replay_give_back(&one(key)).unwrap();
        assert!(quota.replay_give_back(&one(key)).is_err());
        quota.replay_release(&one(key)).unwrap();
        assert!(quota.replay_release(&one(key)).is_err() && quota.replay_grant(&one(key)).is_err());
    }
}

#[test]
fn a_sum_that_cannot_be_counted_is_refused() {
    let key = CapKey::Campaign(CampaignId::new("one").unwrap());
    let huge = CapTake { key, amount: MinorUnits::new(u64::MAX), count: u32::MAX, limit: CapLimit::default() };
    let quota = Quota::new();
    assert_eq!(quota.hold(&[huge, huge]), Err(Bound { key, held: false }));
    quota.hold(&[huge]).unwrap();
    assert_eq!(quota.hold(&one(key)), Err(Bound { key, held: true }));
    quota.release(&[huge]);
}
