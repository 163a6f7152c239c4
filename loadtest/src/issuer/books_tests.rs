//! The books against sums kept by hand.

use super::*;

const CARD: &[u8] = b"6222021234567890";

fn money<'a>(stan: &'a str, amount_minor: u64) -> MoneyRequest<'a> {
    let identity = Identity { stan: stan.as_bytes(), terminal: b"TERM0001", times: [b"", b""], key: stan.as_bytes() };
    let (card, amount_minor) = (Card::from_digits(CARD), Some(amount_minor));
    MoneyRequest { movement: Movement::Debit, amount_minor, card, advice: false, original: None, identity }
}

fn reversal(stan: &str, amount_minor: Option<u64>) -> ReversalRequest<'_> {
    ReversalRequest { amount_minor, original: named(stan) }
}

fn named(stan: &str) -> Original<'_> {
    Original { stan: stan.as_bytes(), terminal: b"TERM0001", transmitted: None }
}

/// A void, or as an advice a refund, of the request with the trace number `of`.
fn back<'a>(stan: &'a str, of: &'a str, amount_minor: u64, advice: bool) -> MoneyRequest<'a> {
    MoneyRequest { movement: Movement::Credit, advice, original: Some(named(of)), ..money(stan, amount_minor) }
}

fn ruled(ruling: Ruling) -> (Outcome, [u8; 2]) {
    (ruling.outcome, ruling.code)
}

#[test]
fn a_request_is_booked_once_however_often_it_comes() {
    let (settings, mut books) = (IssuerSettings::for_tests(), Books::default());
    let first = books.request(&settings, &money("000001", 12_345));
    let again = books.request(&settings, &money("000001", 12_345));
    assert_eq!(ruled(first), (Outcome::Approved, *b"00"));
    assert_eq!((again.outcome, again.number, again.code), (Outcome::Repeat, first.number, *b"00"));
    assert_eq!(ruled(books.request(&settings, &money("000001", 12_346))), (Outcome::Conflict, *b"94"));
    let totals = books.totals();
    assert_eq!((totals.approved, totals.repeats, totals.conflicts), (1, 1, 1));
    assert_eq!((totals.sums.debited_minor, totals.sums.paid_minor()), (12_345, 12_345));
    assert_eq!(books.accounts()[0].1.paid_minor(), 12_345);
}

#[test]
fn a_reversal_gives_back_once() {
    let (settings, mut books) = (IssuerSettings::for_tests(), Books::default());
    books.request(&settings, &money("000001", 500));
    books.request(&settings, &money("000002", 70));
    assert_eq!(
        ruled(books.reverse(&IssuerSettings::for_tests(), &reversal("000001", Some(501)))),
        (Outcome::ReversalWrongAmount, *b"64")
    );
    assert_eq!(
        ruled(books.reverse(&IssuerSettings::for_tests(), &reversal("000001", Some(500)))),
        (Outcome::Reversed, *b"00")
    );
    assert_eq!(
        ruled(books.reverse(&IssuerSettings::for_tests(), &reversal("000001", None))),
        (Outcome::ReversalRepeated, *b"00")
    );
    assert_eq!(
        ruled(books.reverse(&IssuerSettings::for_tests(), &reversal("000009", None))),
        (Outcome::ReversalUnknown, *b"25")
    );
    let (totals, accounts) = (books.totals(), books.accounts());
    assert_eq!(
        (totals.sums.debited_minor, totals.sums.debits_reversed_minor, totals.sums.paid_minor()),
        (570, 500, 70)
    );
    assert_eq!((totals.reversed, totals.reversals_repeated, totals.reversals_unknown), (1, 1, 1));
    assert_eq!(accounts[0].1.paid_minor(), 70);
}

#[test]
fn refunds_go_the_other_way_and_inquiries_nowhere() {
    let (settings, mut books) = (IssuerSettings::for_tests(), Books::default());
    books.request(&settings, &money("000001", 900));
    books.request(&settings, &MoneyRequest { movement: Movement::of(b"200000"), ..money("000002", 300) });
    let inquiry = MoneyRequest { movement: Movement::of(b"310000"), amount_minor: None, ..money("000003", 0) };
    assert_eq!(ruled(books.request(&settings, &inquiry)), (Outcome::Approved, *b"00"));
    assert_eq!(books.totals().sums.paid_minor(), 600);
    assert_eq!(
        ruled(books.reverse(&IssuerSettings::for_tests(), &reversal("000002", Some(300)))),
        (Outcome::Reversed, *b"00")
    );
    assert_eq!(books.totals().sums.paid_minor(), 900);
}

#[test]
fn what_is_declined_is_not_booked_and_nothing_comes_back_of_it() {
    let mut settings = IssuerSettings::for_tests();
    settings.decline_amounts.insert(66_600, *b"59");
    let mut books = Books::default();
    assert_eq!(ruled(books.request(&settings, &money("000001", 66_600))), (Outcome::Declined, *b"59"));
    assert_eq!(
        ruled(books.reverse(&IssuerSettings::for_tests(), &reversal("000001", Some(66_600)))),
        (Outcome::ReversalOfDeclined, *b"00")
    );
    let no_card = MoneyRequest { card: None, ..money("000002", 100) };
    assert_eq!(ruled(books.request(&settings, &no_card)), (Outcome::Declined, *b"14"));
    let nothing = MoneyRequest { amount_minor: None, ..money("000003", 0) };
    assert_eq!(ruled(books.request(&settings, &nothing)), (Outcome::Declined, *b"13"));
    let advice = MoneyRequest { advice: true, ..money("000004", 66_600) };
    assert_eq!(ruled(books.request(&settings, &advice)), (Outcome::Approved, *b"00"));
    assert_eq!((books.totals().declined, books.totals().sums.paid_minor()), (3, 66_600));
}

#[test]
fn a_silent_request_is_booked_and_can_be_reversed() {
    let mut settings = IssuerSettings::for_tests();
    settings.silent_amounts.insert(777);
    let mut books = Books::default();
    let ruling = books.request(&settings, &money("000001", 777));
    assert!(ruling.silent && books.request(&settings, &money("000001", 777)).silent);
    assert_eq!((books.totals().silent, books.totals().sums.paid_minor()), (1, 777));
    assert_eq!(
        ruled(books.reverse(&IssuerSettings::for_tests(), &reversal("000001", Some(777)))),
        (Outcome::Reversed, *b"00")
    );
    assert_eq!(books.totals().sums.paid_minor(), 0);
}

#[test]
fn no_more_goes_back_than_was_paid() {
    let (settings, mut books) = (IssuerSettings::for_tests(), Books::default());
    books.request(&settings, &money("000001", 900));
    let mut check = |request: MoneyRequest<'_>, code: &[u8; 2], paid_minor: i128| {
        assert_eq!(books.request(&settings, &request).code, *code);
        assert_eq!(books.totals().sums.paid_minor(), paid_minor);
    };
    check(back("000002", "000001", 901, true), b"64", 900);
    check(back("000003", "000001", 600, true), b"00", 300);
    check(back("000003", "000001", 600, true), b"00", 300);
    check(back("000004", "000001", 301, true), b"64", 300);
    check(back("000005", "000001", 300, true), b"00", 0);
    check(back("000006", "000001", 1, true), b"64", 0);
    check(back("000007", "000009", 1, true), b"25", 0);
    check(back("000008", "000003", 1, true), b"25", 0);
    let other = Card::from_digits(b"6222021234567891");
    check(MoneyRequest { card: other, ..back("000009", "000001", 1, true) }, b"25", 0);
    assert_eq!(books.reverse(&settings, &reversal("000001", Some(900))).code, *b"64");
    assert_eq!(books.totals().sums.paid_minor(), 0);
}

#[test]
fn a_void_is_whole_and_its_reversal_lets_the_sale_stand_again() {
    let (settings, mut books) = (IssuerSettings::for_tests(), Books::default());
    books.request(&settings, &money("000001", 900));
    assert_eq!(books.request(&settings, &back("000002", "000001", 899, false)).code, *b"64");
    assert_eq!(books.request(&settings, &back("000003", "000001", 900, false)).code, *b"00");
    assert_eq!(books.request(&settings, &back("000004", "000001", 1, true)).code, *b"64");
    assert_eq!(books.totals().sums.paid_minor(), 0);
    assert_eq!(ruled(books.reverse(&settings, &reversal("000003", Some(900)))), (Outcome::Reversed, *b"00"));
    assert_eq!(books.totals().sums.paid_minor(), 900);
    assert_eq!(books.request(&settings, &back("000005", "000001", 900, true)).code, *b"00");
    assert_eq!(books.totals().sums.paid_minor(), 0);
    // What was reversed before is not voided.
    books.request(&settings, &money("000006", 70));
    books.reverse(&settings, &reversal("000006", Some(70)));
    assert_eq!(books.request(&settings, &back("000007", "000006", 70, false)).code, *b"25");
}
