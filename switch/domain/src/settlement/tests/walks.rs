//! Any mixture of refunds by gross and by net under changing rules, voids and their reversals, with trade-in and bank promotion:
//! the lines of each day, and of all days together, against a row of fens of the discount and one of what the card paid.

use super::mixed::asked;
use super::pieces::fens;
use super::*;
use crate::campaign::{AllowanceReturn, RefundPolicy, RefundSplit};
use crate::record::{ReturnAsked, ReturnOutcome, ReturnWay};
use crate::returns::{Ask, Base, ReturnLog, Way};
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Move {
    /// Thousandths of what is left.
    Refund(u64, Base, RefundSplit),
    /// A void, and its reversal, on that day or a later one.
    VoidAndBack(bool),
    /// What comes next comes on the same day as what was before.
    SameDay,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let split = prop_oneof![Just(RefundSplit::ProRata), Just(RefundSplit::SubsidyFirst)];
    let base = prop_oneof![Just(Base::Gross), Just(Base::Net)];
    prop::collection::vec(
        prop_oneof![
            6 => (0u64..600, base, split).prop_map(|(part, base, split)| Move::Refund(part, base, split)),
            1 => any::<bool>().prop_map(Move::VoidAndBack),
            2 => Just(Move::SameDay),
        ],
        0..9,
    )
}

/// What the lines say: by item the subsidy, what the card paid, and the sponsors' parts; returns below zero.
type Sums = Vec<(i64, i64, Vec<i64>)>;

fn nothing(goods: usize, sponsors: usize) -> Sums {
    vec![(0, 0, vec![0; sponsors]); goods]
}

fn add(sums: &mut Sums, rows: &[Row]) {
    for row in rows {
        let sign = if row.kind == Kind::Grant { 1 } else { -1 };
        let signed = |amount: MinorUnits| sign * i64::try_from(amount.get()).unwrap();
        let sum = &mut sums[row.item_number - 1];
        sum.0 += signed(row.subsidy);
        sum.1 += signed(row.paid);
        for (part, share) in sum.2.iter_mut().zip(&row.sponsors) {
            *part += signed(share.amount);
        }
        assert_eq!(row.gross, row.paid.checked_add(row.subsidy).unwrap());
        assert_eq!(MinorUnits::checked_sum(row.sponsors.iter().map(|share| share.amount)), Some(row.subsidy));
        let asked = MinorUnits::checked_sum([row.trade_in, row.bank_promotion, row.gross]);
        assert_eq!(asked, Some(row.original_amount));
        assert!(row.original_amount <= row.item.unit_price.checked_mul(row.item.quantity.into()).unwrap());
    }
}

/// What the rows of fens say of a piece of the sale.
fn piece(sums: &mut Sums, sign: i64, discount: &[(usize, usize)], paid: &[usize]) {
    for (item, sponsor) in discount {
        sums[item - 1].0 += sign;
        sums[item - 1].2[*sponsor] += sign;
    }
    for item in paid {
        sums[item - 1].1 += sign;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_way_back_is_told_item_by_item_and_sponsor_by_sponsor(
        goods in prop::collection::vec((0u64..25, 1u64..50), 1..5),
        cuts in prop::collection::vec(0u64..=100, 0..3),
        off in (0u64..=50, 0u64..=50),
        moves in moves(),
    ) {
        let discount: u64 = goods.iter().map(|(discount, _)| discount).sum();
        let left: u64 = goods.iter().map(|(_, paid)| paid).sum();
        prop_assume!(discount > 0);
        let (trade_in, bank) = (left * off.0 / 101, left * off.1 / 101);
        let mut places: Vec<u64> = cuts.iter().map(|cut| discount * cut / 100).chain([0, discount]).collect();
        places.sort_unstable();
        let sponsors: Vec<u64> = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let items: Vec<_> = goods.iter().map(|(discount, paid)| ("phone", discount + paid, 1, *discount)).collect();
        let mut journal = Journal::default();
        let intent = journal.intent(MONDAY, basket(&items, &sponsors, trade_in, bank));
        journal.granted(MONDAY, intent);
        let Record::Intent(Intent { award, .. }) = journal.0[0].record.clone() else { unreachable!() };

        // The card's fens as the grant's own lines split them: that they add up is looked at, where each is rounded is not.
        let (granted, _) = journal.settle(MONDAY).unwrap();
        prop_assert_eq!(granted.iter().map(|row| row.paid.get()).sum::<u64>(), award.net.get());
        prop_assert_eq!(granted.iter().map(|row| row.trade_in.get()).sum::<u64>(), trade_in);
        prop_assert_eq!(granted.iter().map(|row| row.bank_promotion.get()).sum::<u64>(), bank);
        let paid: Vec<usize> =
            granted.iter().flat_map(|row| vec![row.item_number; usize::try_from(row.paid.get()).unwrap()]).collect();
        let discounts = fens(&goods.iter().map(|(discount, _)| *discount).collect::<Vec<_>>(), &sponsors);

        let (mut log, mut number, mut day) = (ReturnLog::default(), 0, MONDAY);
        // What is expected of each day.
        let mut expected = std::collections::BTreeMap::from([(MONDAY, nothing(goods.len(), sponsors.len()))]);
        piece(expected.get_mut(&MONDAY).unwrap(), 1, &discounts, &paid);
        let (mut back, mut card) = (0, 0);
        let mut same_day = false;
        let finish = [Move::Refund(1_000, Base::Gross, RefundSplit::ProRata)];
        for step in moves.iter().chain(&finish) {
            number += 1;
            if !same_day {
                day = BusinessDate(MONDAY.0 + number);
            }
            same_day = matches!(step, Move::SameDay);
            let sums = expected.entry(day).or_insert_with(|| nothing(goods.len(), sponsors.len()));
            match *step {
                Move::SameDay => {}
                Move::VoidAndBack(_) if back + card > 0 => {}
                Move::VoidAndBack(later) => {
                    let policy = RefundPolicy { allowance: AllowanceReturn::SameDay, split: RefundSplit::ProRata };
                    let ask = Ask { way: Way::Void, amount: award.net, base: Base::Net, same_batch: true };
                    let share = log.share(&award, &policy, &ask).unwrap();
                    log.accept(number, &award, &share.part);
                    log.confirm(number);
                    let void = ReturnAsked { way: ReturnWay::Void, ..asked(intent, &share.part) };
                    let void_lsn = journal.append(day, Record::ReturnAsked(void.clone()));
                    journal.append(day, Record::Returned(ReturnOutcome { asked: void_lsn, intent, answer: answer("") }));
                    piece(sums, -1, &discounts, &paid);
                    if later {
                        number += 1;
                        day = BusinessDate(MONDAY.0 + number);
                    }
                    let undoing = ReturnAsked { way: ReturnWay::VoidReversal, of: Some(void_lsn), takes: Takes::new(), ..void };
                    let undoing = journal.append(day, Record::ReturnAsked(undoing));
                    journal.append(day, Record::Returned(ReturnOutcome { asked: undoing, intent, answer: answer("") }));
                    prop_assert_eq!(log.take_out(if later { number - 1 } else { number }, &share.part), crate::returns::Folded::New);
                    let sums = expected.entry(day).or_insert_with(|| nothing(goods.len(), sponsors.len()));
                    piece(sums, 1, &discounts, &paid);
                }
                Move::Refund(thousandths, base, split) => {
                    let left = match base {
                        Base::Gross => award.gross.get() - log.standing().gross().get(),
                        Base::Net => award.net.get() - log.standing().net().get(),
                    };
                    let amount = MinorUnits::new(left * thousandths / 1_000);
                    let policy = RefundPolicy { allowance: AllowanceReturn::NextDay, split };
                    let ask = Ask { way: Way::Refund, amount, base, same_batch: false };
                    let Ok(share) = log.share(&award, &policy, &ask) else { continue };
                    log.accept(number, &award, &share.part);
                    log.confirm(number);
                    let part = journal.append(day, Record::ReturnAsked(asked(intent, &share.part)));
                    journal.append(day, Record::Returned(ReturnOutcome { asked: part, intent, answer: answer("") }));
                    let next = back + usize::try_from(share.part.discount.get()).unwrap();
                    let next_card = card + usize::try_from(share.part.net.get()).unwrap();
                    piece(sums, -1, &discounts[back..next], &paid[card..next_card]);
                    (back, card) = (next, next_card);
                }
            }
        }
        prop_assert_eq!((back, card), (discounts.len(), paid.len()), "all of it came back");
        let mut together = nothing(goods.len(), sponsors.len());
        for (date, expected) in &expected {
            let (rows, day) = journal.settle(*date).unwrap();
            let mut sums = nothing(goods.len(), sponsors.len());
            add(&mut sums, &rows);
            prop_assert_eq!(&sums, expected, "{:?}", date);
            add(&mut together, &rows);
            let net: i64 = rows.iter().map(|row| {
                let amount = i64::try_from(row.subsidy.get()).unwrap();
                if row.kind == Kind::Grant { amount } else { -amount }
            }).sum();
            prop_assert_eq!(i128::from(net), day.totals.all.net());
        }
        prop_assert_eq!(together, nothing(goods.len(), sponsors.len()));
    }
}
