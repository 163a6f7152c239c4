//! Returns worked out by hand.

use super::award::{award, budget, person, qualification, serial};
use lijian_domain::campaign::{AllowanceReturn, RefundPolicy, RefundSplit};
use lijian_domain::cap::CapKey;
use lijian_domain::money::MinorUnits;
use lijian_domain::returns::{Ask, Base, Folded, Part, Reject, ReturnLog, Share, Standing, Way, When, share};
use lijian_domain::sale::Award;

const PRO_RATA: RefundPolicy = RefundPolicy { allowance: AllowanceReturn::SameDay, split: RefundSplit::ProRata };
const SUBSIDY_FIRST: RefundPolicy = RefundPolicy { split: RefundSplit::SubsidyFirst, ..PRO_RATA };

fn ask(way: Way, amount: u64, base: Base) -> Ask {
    Ask { way, amount: MinorUnits::new(amount), base, same_batch: true }
}

/// Refunds of these amounts one after the other, and what of each goes to card and sponsors.
fn check(award: &Award, policy: &RefundPolicy, refunds: &[(Base, u64)], expected: &[(u64, &[u64])]) -> Vec<Share> {
    let mut log = ReturnLog::default();
    let mut shares = Vec::new();
    for (number, (base, amount)) in refunds.iter().enumerate() {
        let share = share(award, policy, log.standing(), &ask(Way::Refund, *amount, *base)).unwrap();
        assert_eq!(log.accept(number, award, &share.part), Folded::New);
        shares.push(share);
    }
    let got: Vec<(u64, Vec<u64>)> = shares.iter().map(|share| (share.part.net.get(), sponsors(&share.part))).collect();
    let expected: Vec<(u64, Vec<u64>)> = expected.iter().map(|(net, sponsors)| (*net, sponsors.to_vec())).collect();
    assert_eq!(got, expected, "{refunds:?}");
    shares
}

fn sponsors(part: &Part) -> Vec<u64> {
    part.sponsors.iter().map(|share| share.amount.get()).collect()
}

fn of_cap(share: &Share, key: CapKey) -> (u64, u32) {
    let take = share.part.takes.iter().find(|take| take.key == key);
    take.map_or((0, 0), |take| (take.amount.get(), take.count))
}

#[test]
fn a_hundred_of_twenty_and_eighty() {
    let award = award(80, &[20], &[(20, 1)]);
    check(&award, &PRO_RATA, &[(Base::Gross, 50)], &[(40, &[10])]);
    check(&award, &PRO_RATA, &[(Base::Net, 40)], &[(40, &[10])]);
    check(&award, &PRO_RATA, &[(Base::Gross, 50), (Base::Net, 40)], &[(40, &[10]), (40, &[10])]);
    check(&award, &SUBSIDY_FIRST, &[(Base::Gross, 50), (Base::Gross, 50)], &[(30, &[20]), (50, &[0])]);
    check(&award, &SUBSIDY_FIRST, &[(Base::Gross, 10), (Base::Gross, 90)], &[(0, &[10]), (80, &[10])]);
    check(&award, &SUBSIDY_FIRST, &[(Base::Net, 30), (Base::Net, 50)], &[(30, &[20]), (50, &[0])]);
}

#[test]
fn thirds_leave_nothing_over() {
    // 7 of 10 are subsidy, paid by three sponsors: 3, 3 and 1.
    let award = award(3, &[3, 3, 1], &[(7, 1)]);
    let thirds = [(Base::Gross, 3), (Base::Gross, 3), (Base::Gross, 4)];
    // After 3 of 10: 2 of subsidy (2.1). The first has 3/7 of 2: 0; the second 3/4 of the other 2: 1; the third the rest: 1.
    // After 6 of 10: 4 of subsidy (4.2). 3/7 of 4: 1; 3/4 of the other 3: 2; the rest: 1.
    check(&award, &PRO_RATA, &thirds, &[(1, &[0, 1, 1]), (1, &[1, 1, 0]), (1, &[2, 1, 0])]);
    check(
        &award,
        &PRO_RATA,
        &[(Base::Net, 1), (Base::Net, 1), (Base::Net, 1)],
        &[(1, &[0, 1, 1]), (1, &[1, 1, 0]), (1, &[2, 1, 0])],
    );
}

#[test]
fn a_refrigerator_of_8000_yuan_in_three_parts() {
    // 20 % of 8,000.00 are 1,600.00; the card paid 6,400.00.
    let award = award(640_000, &[160_000], &[(160_000, 1)]);
    let parts = [(Base::Gross, 100_001), (Base::Gross, 300_000), (Base::Gross, 399_999)];
    // 20 % of 1,000.01 are 200.002; of 4,000.01 are 800.002.
    let expected: [(u64, &[u64]); 3] = [(80_001, &[20_000]), (240_000, &[60_000]), (319_999, &[80_000])];
    let shares = check(&award, &PRO_RATA, &parts, &expected);
    let allowance: Vec<_> = shares.iter().map(|share| of_cap(share, person("fridge"))).collect();
    assert_eq!(allowance, [(20_000, 0), (60_000, 0), (80_000, 1)]);
    assert_eq!(shares.iter().map(|share| share.is_last).collect::<Vec<_>>(), [false, false, true]);
    // The amount returned minus the discount enjoyed: nothing, 4,000.01 - 1,600.00, and the rest.
    let expected: [(u64, &[u64]); 3] = [(0, &[100_001]), (240_001, &[59_999]), (399_999, &[0])];
    let shares = check(&award, &SUBSIDY_FIRST, &parts, &expected);
    let spent: Vec<_> = shares.iter().map(|share| of_cap(share, budget())).collect();
    assert_eq!(spent, [(100_001, 0), (59_999, 0), (0, 1)]);
}

#[test]
fn allowances_come_back_as_the_policy_says() {
    let award = award(80, &[20], &[(20, 3)]);
    let check = |allowance, half: (u64, u32, When), rest: (u64, u32, When)| {
        let policy = RefundPolicy { allowance, split: RefundSplit::ProRata };
        let shares = check(&award, &policy, &[(Base::Gross, 50), (Base::Gross, 50)], &[(40, &[10]), (40, &[10])]);
        let got = shares.iter().map(|share| (of_cap(share, person("fridge")), share.allowance));
        let expected = [half, rest].map(|(amount, count, when)| ((amount, count), when));
        assert_eq!(got.collect::<Vec<_>>(), expected, "{allowance:?}");
        for (share, count) in shares.iter().zip([0, 3]) {
            assert_eq!(of_cap(share, budget()), (10, count));
            assert_eq!((of_cap(share, serial()), of_cap(share, qualification())), ((0, 0), (0, 0)));
            assert_eq!(share.takes_due(When::NextDay).len(), usize::from(share.allowance == When::NextDay));
        }
    };
    check(AllowanceReturn::Never, (0, 0, When::Never), (0, 0, When::Never));
    check(AllowanceReturn::SameDay, (10, 0, When::Now), (10, 3, When::Now));
    check(AllowanceReturn::NextDay, (10, 0, When::NextDay), (10, 3, When::NextDay));
    check(AllowanceReturn::OnFullReturnOnly, (0, 0, When::Never), (20, 3, When::Now));
}

#[test]
fn a_sale_undone_gives_everything_back_whatever_the_policy() {
    let award = award(80, &[15, 5], &[(12, 2), (8, 1)]);
    let policy = RefundPolicy { allowance: AllowanceReturn::Never, split: RefundSplit::NotRefundable };
    for way in [Way::Reversal, Way::Void] {
        for amount in [80, 100] {
            let share = share(&award, &policy, &Standing::default(), &ask(way, amount, Base::Net)).unwrap();
            assert_eq!((share.part.gross(), share.part.net, share.is_last), (award.gross, award.net, true));
            assert_eq!(sponsors(&share.part), [15, 5]);
            assert_eq!(share.takes_due(When::Now), share.part.takes);
            let taken = award.caps.iter().map(|take| (take.key, take.amount, take.count));
            assert!(share.part.takes.iter().map(|take| (take.key, take.amount, take.count)).eq(taken));
        }
    }
}

#[test]
fn what_is_not_accepted_says_why() {
    let award = award(80, &[20], &[(20, 1)]);
    let whole_only = RefundPolicy { split: RefundSplit::WholeOrderOnly, ..PRO_RATA };
    let not_refundable = RefundPolicy { split: RefundSplit::NotRefundable, ..PRO_RATA };
    let fresh = Standing::default();
    let after = |way, amount| {
        let share = share(&award, &PRO_RATA, &fresh, &ask(way, amount, Base::Gross)).unwrap();
        fresh.with(&award, &share.part).unwrap()
    };
    let check = |policy: &RefundPolicy, standing: &Standing, asked: Ask, expected: Option<(Reject, &str)>| {
        let got = share(&award, policy, standing, &asked).err().map(|reject| (reject, reject.response_code()));
        assert_eq!(got, expected, "{asked:?}");
    };
    let refund = |amount, base| ask(Way::Refund, amount, base);
    check(&PRO_RATA, &fresh, refund(0, Base::Net), Some((Reject::Zero, "13")));
    check(&PRO_RATA, &fresh, refund(101, Base::Gross), Some((Reject::TooMuch, "64")));
    check(&PRO_RATA, &fresh, refund(81, Base::Net), Some((Reject::TooMuch, "64")));
    check(&PRO_RATA, &after(Way::Refund, 50), refund(51, Base::Gross), Some((Reject::TooMuch, "64")));
    check(&PRO_RATA, &after(Way::Refund, 100), refund(1, Base::Net), Some((Reject::TooMuch, "64")));
    check(&whole_only, &fresh, refund(99, Base::Gross), Some((Reject::WholeOnly, "64")));
    check(&whole_only, &fresh, refund(79, Base::Net), Some((Reject::WholeOnly, "64")));
    check(&whole_only, &fresh, refund(100, Base::Gross), None);
    check(&whole_only, &fresh, refund(80, Base::Net), None);
    check(&not_refundable, &fresh, refund(100, Base::Gross), Some((Reject::NotRefundable, "57")));
    check(&PRO_RATA, &fresh, ask(Way::Void, 99, Base::Gross), Some((Reject::WrongAmount, "64")));
    check(&PRO_RATA, &fresh, ask(Way::Reversal, 79, Base::Net), Some((Reject::WrongAmount, "64")));
    let late = |way| Ask { same_batch: false, ..ask(way, 100, Base::Gross) };
    check(&PRO_RATA, &fresh, late(Way::Void), Some((Reject::OtherDay, "12")));
    check(&PRO_RATA, &fresh, late(Way::Reversal), None);
    check(&PRO_RATA, &fresh, late(Way::Refund), None);
    for way in [Way::Reversal, Way::Void] {
        check(&PRO_RATA, &after(Way::Refund, 1), ask(way, 100, Base::Gross), Some((Reject::AlreadyRefunded, "22")));
        check(&PRO_RATA, &after(way, 100), refund(1, Base::Net), Some((Reject::AlreadyReversed, "22")));
        check(&PRO_RATA, &after(way, 80), ask(Way::Reversal, 100, Base::Net), Some((Reject::AlreadyReversed, "22")));
    }
    assert!(Reject::ALL.iter().all(|reject| reject.response_code() != "00"));
}

#[test]
fn a_void_that_is_reversed_leaves_the_sale_as_it_was() {
    let award = award(80, &[20], &[(20, 1)]);
    let mut log = ReturnLog::default();
    let void = share(&award, &PRO_RATA, log.standing(), &ask(Way::Void, 100, Base::Gross)).unwrap();
    assert_eq!(log.accept(1, &award, &void.part), Folded::New);
    assert_eq!(log.standing().undone(), Some(Way::Void));
    assert_eq!(log.take_out(1, &Part { way: Way::Reversal, ..void.part.clone() }), Folded::Contradiction);
    assert_eq!(log.take_out(1, &void.part), Folded::New);
    assert_eq!(log.standing(), &Standing::default());
    assert_eq!(log.accept(1, &award, &void.part), Folded::Repeat);
    assert_eq!(log.accept(2, &award, &void.part), Folded::New);
}

#[test]
fn one_return_is_in_flight_at_a_time() {
    let award = award(80, &[20], &[(20, 1)]);
    let refund = ask(Way::Refund, 50, Base::Gross);
    let mut log = ReturnLog::default();
    let half = log.share(&award, &PRO_RATA, &refund).unwrap().part;
    assert_eq!(log.confirm(1), Folded::Contradiction);
    assert_eq!(log.accept(1, &award, &half), Folded::New);
    assert_eq!(log.share(&award, &PRO_RATA, &refund), Err(Reject::InProgress));
    assert_eq!(log.share(&award, &PRO_RATA, &ask(Way::Refund, 51, Base::Gross)), Err(Reject::TooMuch));
    assert_eq!(log.take_out(1, &half), Folded::New);
    let half = log.share(&award, &PRO_RATA, &refund).unwrap().part;
    assert_eq!(log.accept(2, &award, &half), Folded::New);
    assert_eq!((log.confirm(2), log.confirm(2), log.confirm(1)), (Folded::New, Folded::Repeat, Folded::Contradiction));
    assert!(log.share(&award, &PRO_RATA, &refund).unwrap().is_last);
}

#[test]
fn a_part_that_contradicts_the_grant_changes_nothing() {
    let award = award(80, &[20], &[(20, 1)]);
    let fresh = Standing::default();
    let half = share(&award, &PRO_RATA, &fresh, &ask(Way::Refund, 60, Base::Gross)).unwrap().part;
    let once = fresh.with(&award, &half).unwrap();
    // Two refunds decided on the same standing: the second one finds that too little is left.
    assert_eq!(once.with(&award, &half), None);
    assert_eq!(once.with(&award, &Part::whole(&award, Way::Void)), None);
    assert_eq!(fresh.with(&award, &Part { way: Way::Void, ..half.clone() }), None);
    assert_eq!(fresh.with(&award, &Part { discount: MinorUnits::new(1), ..half.clone() }), None);
    let mut foreign = half.clone();
    foreign.takes[0].key = person("stove");
    assert_eq!(fresh.with(&award, &foreign), None);
    assert_eq!(once.without(&half), Some(fresh.clone()));
    assert_eq!(fresh.without(&half), None);
}
