//! Each mistake made on purpose is noticed within some seeds, by the rule that it breaks.

use lijian_testkit::auditor::Rule;
use lijian_testkit::simulation::{Mutation, play};

/// Seeds that a mistake may stay unnoticed in.
const SEEDS: u64 = 500;

/// Where the switch's own assertion stops it first, other seeds are played until the rule is named.
pub(crate) fn check(mutation: Mutation, expected: &[Rule]) {
    for failed in (1..=SEEDS).filter_map(|seed| play(seed, Some(mutation)).err()) {
        if expected.contains(&failed.violation.rule) {
            return;
        }
        assert_eq!(failed.violation.rule, Rule::SwitchPanicked, "{mutation:?}: {failed}");
    }
    panic!("nobody notices {mutation:?}");
}

#[test]
fn an_answer_before_its_record_is_durable() {
    check(
        Mutation::DurableBeforeSync,
        &[Rule::IntentBeforeIssuer, Rule::OutcomeBeforeAnswer, Rule::ReversedFirstIsRefused],
    );
}

#[test]
fn a_disk_that_lies_about_its_syncs() {
    check(Mutation::SyncLies, &[Rule::IntentBeforeIssuer, Rule::OutcomeBeforeAnswer, Rule::ReversedFirstIsRefused]);
}

#[test]
fn tombstones_lost_at_a_start() {
    check(Mutation::TombstonesNotReplayed, &[Rule::ReversedFirstIsRefused]);
}

#[test]
fn open_intents_lost_at_a_start() {
    check(Mutation::OpenIntentsForgotten, &[Rule::NothingLeftOpen]);
}

#[test]
fn answers_lost_at_a_start() {
    check(Mutation::AnswersForgotten, &[Rule::RepeatsAreSame, Rule::AskedOnce, Rule::IntentBeforeIssuer]);
}

#[test]
fn a_reversal_that_gives_back_too_little() {
    check(Mutation::GivenBackTooLittle, &[Rule::CapsAreFold]);
}

#[test]
fn a_declined_sale_that_keeps_its_hold() {
    check(Mutation::RollbackForgotten, &[Rule::CapsAreFold]);
}

#[test]
fn an_answer_for_another_request() {
    check(Mutation::AnswerOfAnother, &[Rule::IssuerSaidSo, Rule::ChargeHasOwner, Rule::RelayIsUnchanged]);
}

#[test]
fn a_decline_taken_for_an_approval() {
    check(Mutation::DeclineReadAsApproval, &[Rule::IssuerSaidSo]);
}

#[test]
fn caps_that_are_larger_than_they_should_be() {
    check(Mutation::LimitsIgnored, &[Rule::CapWithinLimit]);
}

#[test]
fn a_repeat_answered_from_another_record() {
    check(Mutation::WrongRecordReadBack, &[Rule::OutcomeBeforeAnswer, Rule::RepeatsAreSame, Rule::NothingLeftOpen]);
}

#[test]
fn a_sale_sent_twice() {
    check(Mutation::SentTwice, &[Rule::AskedOnce]);
}

#[test]
fn a_week_without_its_limit() {
    check(Mutation::WeekIgnored, &[Rule::CapWithinLimit]);
}

#[test]
fn an_order_that_is_taken_apart() {
    check(Mutation::OrderTakenApart, &[Rule::DiscountIsRight]);
}

#[test]
fn sponsors_that_pay_out_of_order() {
    check(Mutation::SponsorsOutOfOrder, &[Rule::SponsorsAreRight]);
}

#[test]
fn a_budget_that_is_not_lowered_with_the_rules() {
    check(Mutation::SwapForgetsBudget, &[Rule::CapWithinLimit]);
}

#[test]
fn a_category_that_goes_on_after_its_stop() {
    check(Mutation::StopIgnored, &[Rule::StoppedIsStopped]);
}

#[test]
fn grants_that_bear_the_version_before() {
    check(Mutation::SwapKeepsVersion, &[Rule::VersionInForce]);
}
