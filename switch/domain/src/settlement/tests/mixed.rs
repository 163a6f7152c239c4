//! Goods of several categories that come back in parts: what a category's budget and a person's allowance in it get back,
//! and what the lines of the day say of the category, against every fen of the discount laid out in a row.

use super::*;
use crate::campaign::{AllowanceReturn, RefundPolicy, RefundSplit};
use crate::cap::CapLimit;
use crate::cap::CapTake;
use crate::record::{ReturnAsked, ReturnOutcome, ReturnWay};
use crate::returns::{Ask, Base, ReturnLog, Way};

/// What the card pays for each of the goods.
const PAID: u64 = 2;
const NAMES: [&str; 2] = ["phone", "tablet"];

/// Category and discount of each of the goods, in order.
type Goods = Vec<(&'static str, u64)>;

fn caps_of(name: &str) -> [CapKey; 2] {
    let category = CategoryId::new(name).unwrap();
    [CapKey::PersonCategory(campaign(), PersonKey([7; 16]), category), CapKey::Category(campaign(), category)]
}

fn sale(goods: &Goods) -> Intent {
    let items: Vec<_> = goods.iter().map(|(name, discount)| (*name, PAID + discount, 1, *discount)).collect();
    let discount: u64 = goods.iter().map(|(_, discount)| discount).sum();
    let mut intent = basket(&items, &[discount], 0, 0);
    let take = |key, amount| CapTake { key, amount: MinorUnits::new(amount), count: 1, limit: CapLimit::of_count(9) };
    let mut caps: Vec<CapTake> = vec![take(CapKey::Campaign(campaign()), discount)];
    for name in NAMES.into_iter().filter(|name| goods.iter().any(|(own, _)| own == name)) {
        let amount = goods.iter().filter(|(own, _)| *own == name).map(|(_, discount)| discount).sum();
        caps.extend(caps_of(name).map(|key| take(key, amount)));
    }
    caps.sort_by_key(|take| take.key);
    intent.award.caps = caps.into_iter().collect();
    intent
}

/// Refunds these parts of the price, and then the rest, each on a day of its own.
fn check(goods: &Goods, split: RefundSplit, refunds: &[u64]) {
    let mut journal = Journal::default();
    let intent = journal.intent(MONDAY, sale(goods));
    journal.granted(MONDAY, intent);
    let Record::Intent(Intent { award, .. }) = &journal.0[0].record.clone() else { unreachable!() };
    let policy = RefundPolicy { allowance: AllowanceReturn::SameDay, split };
    let fens: Vec<&str> =
        goods.iter().flat_map(|(name, discount)| vec![*name; usize::try_from(*discount).unwrap()]).collect();
    let (mut log, mut back) = (ReturnLog::default(), 0);
    for (number, amount) in (1..).zip(refunds.iter().copied().chain([u64::MAX])) {
        let left = award.gross.get() - log.standing().gross().get();
        let ask =
            Ask { way: Way::Refund, amount: MinorUnits::new(amount.min(left)), base: Base::Gross, same_batch: true };
        let Ok(share) = log.share(award, &policy, &ask) else { break };
        log.accept(number, award, &share.part);
        log.confirm(number);
        let next = back + usize::try_from(share.part.discount.get()).unwrap();
        let expected = NAMES.map(|name| fens[back..next].iter().filter(|fen| **fen == name).count() as u64);
        back = next;
        for (name, expected) in NAMES.into_iter().zip(expected) {
            let got = caps_of(name)
                .map(|cap| share.part.takes.iter().find(|take| take.key == cap).map_or(0, |take| take.amount.get()));
            assert_eq!(got, [expected; 2], "{name}: part {number} of {refunds:?} of {goods:?}, {split:?}");
        }
        let date = BusinessDate(MONDAY.0 + number);
        let asked = journal.append(date, Record::ReturnAsked(asked(intent, &share.part)));
        journal.append(date, Record::Returned(ReturnOutcome { asked, intent, answer: answer("") }));
        let (_, day) = journal.settle(date).unwrap();
        let lines = day.totals.lines();
        for (name, expected) in NAMES.into_iter().zip(expected) {
            let line = |key: &TotalKey| key.dimension() == "category" && key.key() == name;
            let line = lines.iter().find(|(key, _)| line(key)).map_or(0, |(_, figures)| figures.returned.get());
            let cap = day.totals.caps().into_iter().find(|(key, _)| *key == caps_of(name)[1]);
            assert_eq!([line, cap.map_or(0, |(_, cap)| cap.returned.get())], [expected; 2], "{name}: {goods:?}");
        }
    }
    assert_eq!(back, fens.len(), "all of it comes back");
    let (given, got_back) = (&award.caps, log.standing());
    assert!(given.iter().all(|take| got_back.of_cap(&take.key) == (take.amount, take.count)), "and of every cap");
}

pub(super) fn asked(intent: Lsn, part: &crate::returns::Part) -> ReturnAsked {
    ReturnAsked {
        origin: origin(),
        intent,
        of: None,
        way: ReturnWay::Refund,
        amount: part.gross(),
        gross: part.gross(),
        discount: part.discount,
        net: part.net,
        sponsors: part.sponsors.clone(),
        takes: part.takes.clone(),
        recall: Recall::default(),
    }
}

/// Every sale of up to three goods of two categories with 0 to 2 fen of discount each, cut in every way into three parts.
#[test]
fn caps_and_lines_of_a_category_say_the_same_of_every_small_sale() {
    let kinds = || NAMES.into_iter().flat_map(|name| (0..3).map(move |discount| (name, discount)));
    let mut sales: Vec<Goods> = vec![Vec::new()];
    let mut checked = 0;
    for _ in 0..3 {
        sales = sales.iter().flat_map(|goods| kinds().map(|kind| [goods.as_slice(), &[kind]].concat())).collect();
        for goods in sales.iter().filter(|goods| goods.iter().any(|(_, discount)| *discount > 0)) {
            let gross: u64 = goods.iter().map(|(_, discount)| PAID + discount).sum();
            for split in [RefundSplit::ProRata, RefundSplit::SubsidyFirst] {
                for first in (1..gross).step_by(2) {
                    check(goods, split, &[first]);
                    check(goods, split, &[first, 1 + (gross - first) / 2]);
                    checked += 2;
                }
            }
        }
    }
    assert!(checked > 1_000, "{checked}");
}

#[test]
fn goods_come_back_in_their_order_by_hand() {
    // Of 9 fen the phones gave 2 and 4, the tablet between them 3. Half of the price brings 4 of them (4.5, down).
    let goods = vec![("phone", 2), ("tablet", 3), ("phone", 4)];
    check(&goods, RefundSplit::ProRata, &[7]);
    check(&goods, RefundSplit::SubsidyFirst, &[4, 2, 1]);
}
