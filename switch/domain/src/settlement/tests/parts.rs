//! Voids and refunds, worked out by hand.

use super::*;
use crate::record::{Recall, ReturnAsked, ReturnOutcome, ReturnWay};

/// Of a return: gross, discount, and the sponsors' parts of it.
type Parts = (u64, u64, [u64; 2]);

impl Journal {
    fn returned(&mut self, date: BusinessDate, intent: Lsn, way: ReturnWay, of: Option<Lsn>, parts: Parts) -> Lsn {
        let (gross, discount, sponsors) = parts;
        let Record::Intent(original) = &self.0[usize::try_from(intent.0).unwrap() - 1].record else { unreachable!() };
        let asked = ReturnAsked {
            origin: Origin { stan: Stan(888), ..origin() },
            intent,
            of,
            way,
            amount: MinorUnits::new(gross),
            gross: MinorUnits::new(gross),
            discount: MinorUnits::new(discount),
            net: MinorUnits::new(gross - discount),
            sponsors: original
                .award
                .sponsors
                .iter()
                .zip(sponsors)
                .map(|(share, amount)| SponsorShare { sponsor: share.sponsor, amount: MinorUnits::new(amount) })
                .collect(),
            takes: [recorded_take(CapKey::Campaign(campaign()), MinorUnits::new(discount), 0)].into_iter().collect(),
            recall: Recall::default(),
        };
        let asked = self.append(date, Record::ReturnAsked(asked));
        self.append(date, Record::Returned(ReturnOutcome { asked, intent, answer: answer("") }));
        asked
    }
}

fn amounts(row: &Row) -> ([u64; 4], Vec<u64>) {
    let all = [row.original_amount, row.gross, row.subsidy, row.paid].map(MinorUnits::get);
    (all, row.sponsors.iter().map(|share| share.amount.get()).collect())
}

/// Two items of 60,000 and 40,000 with 12,000 and 6,000 subsidy, of which the bureau funds 13,500 and the bank 4,500. First
/// 50,000 go back (9,000 of them subsidy), a day later the rest.
#[test]
fn parts_of_a_refund_are_the_grant_together() {
    let mut journal = Journal::default();
    let items = [("phone", 60_000, 1, 12_000), ("tablet", 40_000, 1, 6_000)];
    let intent = journal.intent(MONDAY, basket(&items, &[13_500, 4_500], 0, 0));
    journal.granted(MONDAY, intent);
    journal.returned(MONDAY, intent, ReturnWay::Refund, None, (50_000, 9_000, [6_750, 2_250]));
    journal.returned(TUESDAY, intent, ReturnWay::Refund, None, (50_000, 9_000, [6_750, 2_250]));

    let (rows, day) = journal.settle(MONDAY).unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!((rows[2].kind, rows[2].stan, rows[2].item_number), (Kind::Return, Stan(888), 1));
    // 41,000 of the 48,000 that the card paid for the first item, and 9,000 of its subsidy.
    assert_eq!(amounts(&rows[2]), ([50_000, 50_000, 9_000, 41_000], vec![6_750, 2_250]));
    assert_eq!((day.totals.all.granted.get(), day.totals.all.returned.get()), (18_000, 9_000));

    let (rows, day) = journal.settle(TUESDAY).unwrap();
    assert_eq!(amounts(&rows[0]), ([10_000, 10_000, 3_000, 7_000], vec![2_250, 750]));
    assert_eq!(amounts(&rows[1]), ([40_000, 40_000, 6_000, 34_000], vec![4_500, 1_500]));
    assert_eq!((rows.len(), rows[0].sale_date, day.totals.returns), (2, MONDAY, 1));
    assert_eq!(day.totals.caps().iter().map(|(_, cap)| cap.net()).collect::<Vec<_>>(), [-9_000]);
}

#[test]
fn a_void_shows_the_whole_sale_and_its_reversal_gives_it_again() {
    let mut journal = Journal::default();
    let intent = journal.intent(MONDAY, basket(&[("phone", 60_000, 1, 12_000)], &[12_000], 5_000, 0));
    journal.granted(MONDAY, intent);
    let void = journal.returned(MONDAY, intent, ReturnWay::Void, None, (55_000, 12_000, [12_000, 0]));
    journal.returned(MONDAY, intent, ReturnWay::VoidReversal, Some(void), (0, 0, [0, 0]));
    journal.returned(TUESDAY, intent, ReturnWay::Void, None, (55_000, 12_000, [12_000, 0]));

    let (rows, day) = journal.settle(MONDAY).unwrap();
    let kinds: Vec<_> = rows.iter().map(|row| row.kind).collect();
    assert_eq!(kinds, [Kind::Grant, Kind::Return, Kind::Grant]);
    assert!(rows.iter().all(|row| amounts(row) == ([60_000, 55_000, 12_000, 43_000], vec![12_000])), "{rows:?}");
    assert_eq!((day.totals.all.net(), day.totals.grants, day.totals.returns), (12_000, 2, 1));
    assert_eq!(journal.settle(TUESDAY).unwrap().1.totals.all.net(), -12_000);
}

#[test]
fn a_return_of_more_than_the_grant_is_an_error() {
    let mut journal = Journal::default();
    let intent = journal.intent(MONDAY, one(100_000, 10_000));
    journal.granted(MONDAY, intent);
    journal.returned(MONDAY, intent, ReturnWay::Refund, None, (60_000, 6_000, [6_000, 0]));
    journal.returned(MONDAY, intent, ReturnWay::Refund, None, (60_000, 6_000, [6_000, 0]));
    let expected =
        SettlementError::AmountsOff { lsn: Lsn(6), grant: GrantId::new(1, Lsn(1)), sum: "the parts that went back" };
    assert_eq!(journal.settle(MONDAY).map(|_| ()), Err(expected));
}

#[test]
fn a_return_in_flight_is_counted_and_one_refused_moves_nothing() {
    let mut journal = Journal::default();
    let intent = journal.intent(MONDAY, one(100_000, 10_000));
    journal.granted(MONDAY, intent);
    let asked = journal.returned(MONDAY, intent, ReturnWay::Refund, None, (60_000, 6_000, [6_000, 0]));
    journal.0.pop();
    assert_eq!(journal.settle(MONDAY).unwrap().1.reversals_open, 1);
    journal.append(MONDAY, Record::ReturnRefused(ReturnOutcome { asked, intent, answer: answer("") }));
    let (rows, day) = journal.settle(MONDAY).unwrap();
    assert_eq!((rows.len(), day.reversals_open, day.totals.all.net()), (1, 0, 10_000));
}
