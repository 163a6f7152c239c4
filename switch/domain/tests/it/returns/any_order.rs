//! Any sequence of reversals, voids and refunds, with repeats, withdrawals and changes of policy.

use super::award::{awards, one_of};
use super::model::Model;
use lijian_domain::campaign::{AllowanceReturn, RefundPolicy, RefundSplit};
use lijian_domain::money::MinorUnits;
use lijian_domain::returns::{Ask, Base, Folded, Part, ReturnLog, Way, share};
use lijian_domain::sale::Award;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_compose, prop_oneof, proptest};
use proptest::sample::Index;
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug)]
enum Amount {
    Exactly(u64),
    /// Thousandths of what is left.
    Left(u64),
    /// What is left and this much more.
    Over(u64),
    Gross,
    Net,
}

#[derive(Clone, Debug)]
enum Step {
    Ask {
        way: Way,
        amount: Amount,
        base: Base,
        same_batch: bool,
        policy: RefundPolicy,
    },
    /// The news of a return again.
    Again(Index),
    /// A return is not done after all.
    TakeOut(Index),
    /// The news that a return is not done comes before that of its acceptance.
    TakeOutFirst,
}

fn policies() -> impl Strategy<Value = RefundPolicy> {
    use AllowanceReturn::{Never, NextDay, OnFullReturnOnly, SameDay};
    use RefundSplit::{NotRefundable, ProRata, SubsidyFirst, WholeOrderOnly};
    let split = one_of(&[ProRata, ProRata, ProRata, SubsidyFirst, SubsidyFirst, WholeOrderOnly, NotRefundable]);
    (one_of(&[Never, SameDay, NextDay, OnFullReturnOnly]), split)
        .prop_map(|(allowance, split)| RefundPolicy { allowance, split })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let amount = prop_oneof![
        12 => (0..500u64).prop_map(Amount::Left),
        6 => (1..4u64).prop_map(Amount::Exactly),
        2 => Just(Amount::Left(1_000)),
        1 => (1..3u64).prop_map(Amount::Over),
        1 => Just(Amount::Gross),
        1 => Just(Amount::Net),
        1 => any::<u64>().prop_map(Amount::Exactly),
    ];
    let way = prop_oneof![20 => Just(Way::Refund), 1 => Just(Way::Void), 1 => Just(Way::Reversal)];
    let ask = (way, amount, one_of(&[Base::Gross, Base::Net]), any::<bool>(), policies())
        .prop_map(|(way, amount, base, same_batch, policy)| Step::Ask { way, amount, base, same_batch, policy });
    let step = prop_oneof![
        12 => ask,
        2 => any::<Index>().prop_map(Step::Again),
        1 => any::<Index>().prop_map(Step::TakeOut),
        1 => Just(Step::TakeOutFirst),
    ];
    prop::collection::vec(step, 1..40)
}

/// The log under test beside its model, and what happened.
struct Trial {
    log: ReturnLog<u32>,
    model: Model,
    /// Every part ever accepted, by id.
    accepted: BTreeMap<u32, Part>,
    next: u32,
    /// The one policy; none: each step brings its own.
    steady: Option<RefundPolicy>,
    withdrawn: bool,
}

impl Trial {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Ask { way, amount, base, same_batch, policy } => {
                let left = u64::try_from(self.model.left(*base)).unwrap();
                let amount = match *amount {
                    Amount::Exactly(amount) => amount,
                    Amount::Left(thousandths) => {
                        u64::try_from(u128::from(left) * u128::from(thousandths) / 1_000).unwrap()
                    }
                    Amount::Over(more) => left + more,
                    Amount::Gross => self.model.award.gross.get(),
                    Amount::Net => self.model.award.net.get(),
                };
                let ask = Ask { way: *way, amount: MinorUnits::new(amount), base: *base, same_batch: *same_batch };
                self.ask(&self.steady.unwrap_or(*policy), &ask);
            }
            Step::Again(which) => {
                let Some((id, part)) = self.chosen(which) else { return };
                assert_eq!(self.log.accept(id, &self.model.award, &part), Folded::Repeat);
            }
            Step::TakeOut(which) => {
                let Some((id, part)) = self.chosen(which) else { return };
                let standing = self.model.parts.insert(id, None).flatten().is_some();
                let folded = self.log.take_out(id, &part);
                assert_eq!(folded, if standing { Folded::New } else { Folded::Repeat });
                self.withdrawn = true;
            }
            Step::TakeOutFirst => {
                let part = Part::whole(&self.model.award, Way::Void);
                assert_eq!(self.log.take_out(self.next, &part), Folded::New);
                assert_eq!(self.log.accept(self.next, &self.model.award, &part), Folded::Repeat);
                self.next += 1;
            }
        }
        self.model.check(self.log.standing());
    }

    fn ask(&mut self, policy: &RefundPolicy, ask: &Ask) {
        let before = self.log.standing().clone();
        let answer = share(&self.model.award, policy, &before, ask);
        let Ok(share) = answer else {
            assert_eq!(answer.err(), self.model.refusal(policy, ask), "{ask:?} {policy:?}");
            return;
        };
        assert_eq!(None, self.model.refusal(policy, ask), "{ask:?} {policy:?}");
        assert_eq!(self.log.accept(self.next, &self.model.award, &share.part), Folded::New);
        self.model.parts.insert(self.next, Some(share.part.clone()));
        self.accepted.insert(self.next, share.part.clone());
        self.next += 1;
        self.model.check_share(policy, ask, &share);
        if ask.way == Way::Refund && !share.is_last && self.steady.is_some() && !self.withdrawn {
            self.model.check_rounding(policy, ask.base);
        }
    }

    fn chosen(&self, which: &Index) -> Option<(u32, Part)> {
        let (id, part) = self.accepted.iter().nth(which.index(self.accepted.len().max(1)))?;
        Some((*id, part.clone()))
    }

    /// The rest is refunded: everything is back that a refund gives back.
    fn finish(&mut self, base: Base) {
        let policy = RefundPolicy { allowance: AllowanceReturn::SameDay, split: RefundSplit::ProRata };
        for base in [base, Base::Gross] {
            let left = MinorUnits::new(u64::try_from(self.model.left(base)).unwrap());
            let ask = Ask { way: Way::Refund, amount: left, base, same_batch: false };
            self.ask(&policy, &ask);
        }
        assert_eq!(self.log.standing().gross(), self.model.award.gross);
        assert_eq!(self.log.standing().discount(), self.model.award.discount);
        self.model.check(self.log.standing());
    }

    /// The same parts in another order, each told twice, come to the same.
    fn check_order(&self, order: &[Index]) {
        let mut parts: Vec<(u32, &Part)> =
            self.model.parts.iter().filter_map(|(id, part)| part.as_ref().map(|part| (*id, part))).collect();
        for (at, other) in order.iter().enumerate().take(parts.len()) {
            let other = other.index(parts.len());
            parts.swap(at, other);
        }
        let mut again = ReturnLog::default();
        for (id, part) in parts.iter().chain(&parts) {
            assert_ne!(again.accept(*id, &self.model.award, part), Folded::Contradiction);
        }
        let (one, other) = (again.standing(), self.log.standing());
        assert_eq!(one, other);
    }
}

prop_compose! {
    fn trials()(award in awards(), steady in prop::option::weighted(0.7, policies())) -> (Award, Option<RefundPolicy>) {
        (award, steady)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_returns_gives_back_more_or_less_than_was_given(
        (award, steady) in trials(),
        steps in steps(),
        order in prop::collection::vec(any::<Index>(), 10),
        base in one_of(&[Base::Gross, Base::Net]),
    ) {
        let model = Model { award, parts: BTreeMap::new() };
        let (log, accepted) = (ReturnLog::default(), BTreeMap::new());
        let mut trial = Trial { log, model, accepted, next: 0, steady, withdrawn: false };
        for step in &steps {
            trial.step(step);
        }
        if trial.log.standing().undone().is_none() {
            trial.finish(base);
        }
        trial.check_order(&order);
    }
}
