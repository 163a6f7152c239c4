//! Each mistake about claims is noticed within some seeds, by the rule that it breaks.

use crate::misdeeds::check_inside;
use crate::mutations::check;
use lijian_testkit::auditor::Rule;
use lijian_testkit::simulation::{Misdeed, Mutation};

#[test]
fn a_claim_beside_one_that_is_redeemed() {
    check_inside(Misdeed::ClaimedBesideRedeemed, &[Rule::ClaimsOfPerson]);
}

#[test]
fn more_claims_than_a_person_may_make() {
    check(Mutation::ClaimsUnlimited, &[Rule::ClaimsOfPerson]);
}

#[test]
fn more_claims_in_a_day_than_are_released() {
    check(Mutation::ReleaseIgnored, &[Rule::ReleasedPerDay]);
}

#[test]
fn claims_that_can_be_redeemed_for_longer() {
    check(Mutation::ClaimsOutlive, &[Rule::ClaimSteps]);
}

#[test]
fn claims_that_no_staff_confirmed() {
    check(Mutation::StaffIgnored, &[Rule::ClaimSteps, Rule::DrawIsRight]);
}

#[test]
fn claims_that_staff_confirmed_too_late() {
    check(Mutation::ConfirmationOutlives, &[Rule::ClaimSteps, Rule::ClaimsOfPerson, Rule::DrawIsRight]);
}

#[test]
fn a_draw_with_a_winner_too_many() {
    check(Mutation::WinnersIgnored, &[Rule::DrawIsRight]);
}

#[test]
fn a_qualification_for_other_goods() {
    check(Mutation::MembersIgnored, &[Rule::RedeemsClaim]);
}

#[test]
fn an_expired_claim_that_is_redeemed() {
    check_inside(Misdeed::ExpiredIsRedeemed, &[Rule::RedeemsClaim]);
}

#[test]
fn a_claim_that_is_redeemed_twice() {
    check(Mutation::RedeemableIgnored, &[Rule::RedeemedWithin]);
}

#[test]
fn a_refund_that_frees_the_claim() {
    check_inside(Misdeed::RefundFreesClaim, &[Rule::RefundedStaysRedeemed]);
}

#[test]
fn an_answer_about_a_claim_that_does_not_wait_for_its_record() {
    check_inside(Misdeed::ClaimAnsweredEarly, &[Rule::ClaimAnswered]);
}

#[test]
fn claims_lost_at_a_start() {
    check(Mutation::ClaimsForgotten, &[Rule::ClaimAnswered]);
}
