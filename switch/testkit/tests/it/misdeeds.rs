//! Each mistake that the exchange itself can be made to make is noticed within some seeds, by the rule that it breaks.

use crate::mutations::check;
use lijian_testkit::auditor::Rule;
use lijian_testkit::simulation::{Misdeed, Mutation};

pub(crate) fn check_inside(misdeed: Misdeed, expected: &[Rule]) {
    check(Mutation::Inside(misdeed), expected);
}

#[test]
fn an_answer_that_does_not_wait_for_its_record() {
    check_inside(Misdeed::AnswerBeforeDurable, &[Rule::OutcomeBeforeAnswer]);
}

#[test]
fn a_return_that_does_not_wait_for_its_record() {
    check_inside(Misdeed::ReturnBeforeDurable, &[Rule::IntentBeforeIssuer]);
}

#[test]
fn a_late_approval_that_becomes_a_grant() {
    check_inside(Misdeed::LateApprovalGrants, &[Rule::EndsOnce]);
}

#[test]
fn a_doubt_that_is_released_twice() {
    check_inside(Misdeed::DoubtReleasedTwice, &[Rule::EndsOnce]);
}

#[test]
fn an_approval_of_another_amount() {
    check_inside(Misdeed::OtherAmountGranted, &[Rule::IssuerSaidSo]);
}

#[test]
fn a_sale_that_is_granted_after_its_reversal() {
    check_inside(Misdeed::TombstoneIgnored, &[Rule::ReversedFirstIsRefused]);
}

#[test]
fn a_sale_that_was_never_sent_and_keeps_its_hold() {
    check_inside(Misdeed::UnsentKeepsHold, &[Rule::CapsAreFold]);
}

#[test]
fn a_quote_that_is_used_twice() {
    check_inside(Misdeed::QuoteStaysOpen, &[Rule::QuoteInTime]);
}

#[test]
fn a_quote_that_never_ends() {
    check_inside(Misdeed::QuoteOutlivesItsTime, &[Rule::QuoteInTime, Rule::NothingLeftOpen]);
}

#[test]
fn refunds_that_are_more_than_the_sale() {
    check_inside(Misdeed::RefundsUnbounded, &[Rule::ReturnsWithinGrant]);
}

#[test]
fn a_void_that_gives_back_at_once() {
    check_inside(Misdeed::VoidGivesBackAtOnce, &[Rule::VoidWaits]);
}

#[test]
fn a_reversed_void_that_gives_back() {
    check_inside(Misdeed::UndoneVoidGivesBack, &[Rule::VoidWaits]);
}

#[test]
fn a_reversal_that_goes_out_after_its_day() {
    check_inside(Misdeed::SentAfterItsDay, &[Rule::OrdersOfTwo]);
}

#[test]
fn a_cancelled_reversal_that_goes_out() {
    check_inside(Misdeed::CancelledIsSent, &[Rule::OrdersOfTwo]);
}

#[test]
fn a_reversal_that_was_ordered_to_go_and_stays() {
    check_inside(Misdeed::OrderToGoIgnored, &[Rule::OrdersOfTwo]);
}

#[test]
fn reversals_of_a_card_out_of_order() {
    check_inside(Misdeed::CardOrderIgnored, &[Rule::CardOrder]);
}

#[test]
fn a_reversal_beside_a_refund() {
    check_inside(Misdeed::ReversedBesideRefund, &[Rule::ReturnsWithinGrant]);
}
