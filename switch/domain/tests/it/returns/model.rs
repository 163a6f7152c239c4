//! The model that returns are held against: a list of what was given back, signed sums over it, and each rounding stated
//! as the inequality that it has to keep, not as a division.

use lijian_domain::campaign::{AllowanceReturn, RefundPolicy, RefundSplit};
use lijian_domain::cap::CapKey;
use lijian_domain::returns::{Ask, Base, Part, Reject, Share, Standing, Way, When};
use lijian_domain::sale::Award;
use std::collections::BTreeMap;

#[derive(Clone)]
pub(crate) struct Model {
    pub(crate) award: Award,
    /// By id. None: taken out.
    pub(crate) parts: BTreeMap<u32, Option<Part>>,
}

fn number(amount: lijian_domain::money::MinorUnits) -> i128 {
    i128::from(amount.get())
}

impl Model {
    fn counted(&self) -> impl Iterator<Item = &Part> {
        self.parts.values().flatten()
    }

    pub(crate) fn discount(&self) -> i128 {
        self.counted().map(|part| number(part.discount)).sum()
    }

    pub(crate) fn net(&self) -> i128 {
        self.counted().map(|part| number(part.net)).sum()
    }

    fn of_sponsor(&self, at: usize) -> i128 {
        self.counted().map(|part| number(part.sponsors[at].amount)).sum()
    }

    fn of_cap(&self, key: CapKey) -> (i128, i128) {
        let takes = self.counted().flat_map(|part| &part.takes).filter(|take| take.key == key);
        takes.fold((0, 0), |sum, take| (sum.0 + number(take.amount), sum.1 + i128::from(take.count)))
    }

    pub(crate) fn left(&self, base: Base) -> i128 {
        let net = number(self.award.net) - self.net();
        match base {
            Base::Net => net,
            Base::Gross => net + number(self.award.discount) - self.discount(),
        }
    }

    /// Why this return cannot be, if so.
    pub(crate) fn refusal(&self, policy: &RefundPolicy, ask: &Ask) -> Option<Reject> {
        let amount = number(ask.amount);
        if amount == 0 {
            return Some(Reject::Zero);
        }
        if self.counted().any(|part| part.way != Way::Refund) {
            return Some(Reject::AlreadyReversed);
        }
        if ask.way == Way::Refund {
            let left = self.left(ask.base);
            return match policy.split {
                RefundSplit::NotRefundable => Some(Reject::NotRefundable),
                _ if amount > left => Some(Reject::TooMuch),
                RefundSplit::WholeOrderOnly if amount < left => Some(Reject::WholeOnly),
                _ => None,
            };
        }
        let of_another_day = ask.way == Way::Void && !ask.same_batch;
        let whole = [number(self.award.gross), number(self.award.net)];
        [
            (of_another_day, Reject::OtherDay),
            (self.counted().count() > 0, Reject::AlreadyRefunded),
            (!whole.contains(&amount), Reject::WrongAmount),
        ]
        .into_iter()
        .find_map(|(so, reject)| so.then_some(reject))
    }

    /// What must hold of the sums, whatever happened.
    pub(crate) fn check(&self, standing: &Standing) {
        assert_eq!((number(standing.discount()), number(standing.net())), (self.discount(), self.net()));
        assert!((0..=number(self.award.discount)).contains(&self.discount()));
        assert!((0..=number(self.award.net)).contains(&self.net()));
        for (at, share) in self.award.sponsors.iter().enumerate() {
            assert_eq!(number(standing.of_sponsor(share.sponsor)), self.of_sponsor(at));
            assert!((0..=number(share.amount)).contains(&self.of_sponsor(at)), "{share:?}");
        }
        for take in &self.award.caps {
            let (amount, count) = self.of_cap(take.key);
            let (given, given_count) = standing.of_cap(&take.key);
            assert_eq!((number(given), i128::from(given_count)), (amount, count), "{take:?}");
            assert!((0..=number(take.amount)).contains(&amount) && count <= i128::from(take.count), "{take:?}");
        }
    }

    /// What must hold of a return just counted: its identities, and what its last part brings.
    /// Items can be back before, where a part that came before the last was withdrawn.
    pub(crate) fn check_share(&self, policy: &RefundPolicy, ask: &Ask, share: &Share) {
        let withdrawn = self.parts.values().any(Option::is_none);
        let part = &share.part;
        assert_eq!(part.sponsors.iter().map(|share| number(share.amount)).sum::<i128>(), number(part.discount));
        let asked = number(ask.amount);
        match (ask.way, ask.base) {
            (Way::Refund, Base::Gross) => assert_eq!(asked, number(part.net) + number(part.discount)),
            (Way::Refund, Base::Net) => assert_eq!(asked, number(part.net)),
            _ => assert!(share.is_last),
        }
        assert_eq!(share.is_last, self.left(Base::Gross) == 0);
        let later = part.takes.iter().filter(|take| take.key.kind().is_personal()).count();
        let (now, next) = (share.takes_due(When::Now).len(), share.takes_due(When::NextDay).len());
        assert_eq!(now + next, part.takes.len(), "each take is due once");
        let tomorrow = ask.way == Way::Refund && policy.allowance == AllowanceReturn::NextDay;
        assert_eq!(next, if tomorrow { later } else { 0 });
        for (at, of_award) in self.award.sponsors.iter().enumerate().filter(|_| share.is_last) {
            assert_eq!(self.of_sponsor(at), number(of_award.amount));
        }
        for take in &self.award.caps {
            let once = matches!(take.key, CapKey::SerialNumber(_) | CapKey::Qualification(..));
            let stays = ask.way == Way::Refund && (once || policy.allowance == AllowanceReturn::Never);
            let (amount, count) = self.of_cap(take.key);
            if take.key.kind().is_personal() && stays {
                assert!(part.takes.iter().all(|of_part| of_part.key != take.key), "{take:?}");
            } else if share.is_last {
                assert_eq!((amount, count), (number(take.amount), i128::from(take.count)), "{take:?}");
            } else if !withdrawn {
                assert_eq!(count, 0, "items come back with the last part");
            }
        }
    }

    /// The roundings, after a part that is not the last of refunds under one policy, none of them taken out.
    pub(crate) fn check_rounding(&self, policy: &RefundPolicy, base: Base) {
        let (discount, net) = (number(self.award.discount), number(self.award.net));
        let back = self.discount();
        // back = floor(discount * returned / whole), said without a division.
        let floor = |whole: i128, returned: i128| {
            let miss = discount * returned - back * whole;
            assert!((0..whole).contains(&miss), "{back} is not {discount} * {returned} / {whole}");
        };
        match (policy.split, base) {
            (RefundSplit::ProRata, Base::Gross) => floor(discount + net, back + self.net()),
            (RefundSplit::ProRata, Base::Net) => floor(net, self.net()),
            (RefundSplit::SubsidyFirst, _) => assert!(self.net() == 0 || back == discount),
            _ => unreachable!("no parts"),
        }
        for (at, share) in self.award.sponsors.iter().enumerate() {
            let miss = number(share.amount) * back - self.of_sponsor(at) * discount;
            assert!(miss.abs() <= 4 * discount, "{share:?} is {miss} of {discount} off");
        }
        let mut before = 0;
        let of_goods: Vec<i128> = (self.award.items.iter())
            .map(|item| {
                let part = (back - before).clamp(0, number(item.discount));
                before += number(item.discount);
                part
            })
            .collect();
        for take in &self.award.caps {
            let miss = number(take.amount) * back - self.of_cap(take.key).0 * discount;
            let of_category = |category| {
                let goods = self.award.items.iter().zip(&of_goods).filter(|(item, _)| item.category == category);
                goods.map(|(_, part)| part).sum::<i128>()
            };
            let right = match take.key {
                CapKey::SerialNumber(_) | CapKey::Qualification(..) => self.of_cap(take.key).0 == 0,
                CapKey::PersonCategory(_, _, category) => match policy.allowance {
                    AllowanceReturn::SameDay | AllowanceReturn::NextDay => {
                        self.of_cap(take.key).0 == of_category(category)
                    }
                    AllowanceReturn::Never | AllowanceReturn::OnFullReturnOnly => self.of_cap(take.key).0 == 0,
                },
                CapKey::Category(_, category) => self.of_cap(take.key).0 == of_category(category),
                _ => (0..discount).contains(&miss),
            };
            assert!(right, "{take:?}");
        }
    }
}
