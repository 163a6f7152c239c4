//! Refunds in parts, by item and sponsor, against every fen of the discount laid out in a row.

use super::mixed::asked;
use super::*;
use crate::campaign::{AllowanceReturn, RefundPolicy, RefundSplit};
use crate::record::ReturnOutcome;
use crate::returns::{Ask, Base, ReturnLog, Way};
use proptest::prelude::*;

/// Of a row of fens, item and sponsor of each. A sponsor takes its fens evenly from those that the sponsors before it leave:
/// where the whole number of its share rises.
pub(super) fn fens(discounts: &[u64], sponsors: &[u64]) -> Vec<(usize, usize)> {
    let items = discounts.iter().zip(1..).flat_map(|(discount, item)| (0..*discount).map(move |_| item));
    let items: Vec<usize> = items.collect();
    let mut owners = vec![None; items.len()];
    for (sponsor, amount) in sponsors.iter().enumerate() {
        let left: Vec<usize> = (0..owners.len()).filter(|fen| owners[*fen].is_none()).collect();
        for (place, fen) in left.iter().enumerate() {
            let share = |place: usize| amount * place as u64 / left.len() as u64;
            if share(place + 1) > share(place) {
                owners[*fen] = Some(sponsor);
            }
        }
    }
    items.into_iter().zip(owners.into_iter().map(Option::unwrap)).collect()
}

/// Discount and card payment of each item, and what each sponsor pays, refunded by these parts and then the rest.
fn check(goods: &[(u64, u64)], sponsors: &[u64], split: RefundSplit, refunds: &[u64]) {
    let mut journal = Journal::default();
    let items: Vec<_> = goods.iter().map(|(discount, paid)| ("phone", discount + paid, 1, *discount)).collect();
    let intent = journal.intent(MONDAY, basket(&items, sponsors, 0, 0));
    journal.granted(MONDAY, intent);
    let Record::Intent(Intent { award, .. }) = journal.0[0].record.clone() else { unreachable!() };
    let fens = fens(&goods.iter().map(|(discount, _)| *discount).collect::<Vec<_>>(), sponsors);
    let cell = |fens: &[(usize, usize)], item, sponsor| fens.iter().filter(|fen| **fen == (item, sponsor)).count();
    let check = |rows: &[Row], expected: &[(usize, usize)], what: &str| {
        for (item, sponsor) in (1..=goods.len()).flat_map(|item| (0..sponsors.len()).map(move |at| (item, at))) {
            let row = rows.iter().find(|row| row.item_number == item);
            let got = row.map_or(0, |row| row.sponsors[sponsor].amount.get());
            assert_eq!(
                got,
                cell(expected, item, sponsor) as u64,
                "{what}: item {item}, sponsor {sponsor} of {goods:?}"
            );
        }
    };
    let (granted, _) = journal.settle(MONDAY).unwrap();
    let policy = RefundPolicy { allowance: AllowanceReturn::SameDay, split };
    let (mut log, mut back, mut paid_back) = (ReturnLog::default(), 0, 0);
    for (number, amount) in (1..).zip(refunds.iter().copied().chain([u64::MAX])) {
        let left = award.gross.get() - log.standing().gross().get();
        let amount = MinorUnits::new(amount.min(left));
        let Ok(share) =
            log.share(&award, &policy, &Ask { way: Way::Refund, amount, base: Base::Gross, same_batch: true })
        else {
            continue;
        };
        log.accept(number, &award, &share.part);
        log.confirm(number);
        let date = BusinessDate(MONDAY.0 + number);
        let asked = journal.append(date, Record::ReturnAsked(asked(intent, &share.part)));
        journal.append(date, Record::Returned(ReturnOutcome { asked, intent, answer: answer("") }));
        let next = back + usize::try_from(share.part.discount.get()).unwrap();
        let (rows, _) = journal.settle(date).unwrap();
        check(&rows, &fens[back..next], "a part");
        back = next;
        paid_back += rows.iter().map(|row| row.paid.get()).sum::<u64>();
    }
    check(&granted, &fens, "the grant");
    assert_eq!((back, paid_back), (fens.len(), award.net.get()), "all of it comes back");
}

#[test]
fn the_fens_of_three_sponsors_by_hand() {
    // The bureau's are the 2nd, 4th and 6th, the bank's of the rest (1, 3, 5) the 2nd and 3rd by two thirds, the maker's the first.
    let expected = [(1, 2), (1, 0), (1, 1), (2, 0), (2, 1), (2, 0)];
    assert_eq!(fens(&[3, 3], &[3, 2, 1]), expected);
    check(&[(3, 5), (3, 5)], &[3, 2, 1], RefundSplit::ProRata, &[5, 5]);
}

proptest! {
    #[test]
    fn parts_are_the_grant_item_by_item_and_sponsor_by_sponsor(
        goods in prop::collection::vec((0u64..30, 1u64..60), 1..5),
        cuts in prop::collection::vec(0u64..=100, 0..3),
        subsidy_first in any::<bool>(),
        refunds in prop::collection::vec(1u64..60, 0..6),
    ) {
        let discount: u64 = goods.iter().map(|(discount, _)| discount).sum();
        prop_assume!(discount > 0);
        let mut places: Vec<u64> = cuts.iter().map(|cut| discount * cut / 100).chain([0, discount]).collect();
        places.sort_unstable();
        let sponsors: Vec<u64> = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let split = if subsidy_first { RefundSplit::SubsidyFirst } else { RefundSplit::ProRata };
        check(&goods, &sponsors, split, &refunds);
    }
}
