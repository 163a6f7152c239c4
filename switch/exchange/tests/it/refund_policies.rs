//! By which version's policy a grant goes back.

use crate::messages::sale;
use crate::returns::{back, confirmed, settle_reads};
use crate::world::{rules_with, world};
use lijian_domain::campaign::{AllowanceReturn, RefundPolicy, RefundSplit};
use lijian_domain::ids::RulesVersion;
use lijian_domain::record::Record;
use lijian_domain::returns::Base;
use lijian_exchange::RefundPolicies;

/// Bought under one policy, given back under another, or when the campaign is over and its file gone.
#[test]
fn a_grant_goes_back_by_the_policy_that_it_was_given_under() {
    let of = |split| RefundPolicy { allowance: AllowanceReturn::OnFullReturnOnly, split };
    for leave_campaign in [true, false] {
        for restart in [false, true] {
            let mut world = world();
            world.settings.acquirers[0].refund_amount = Base::Gross;
            world.restart(0);
            let mut first = rules_with(100_000_000, of(RefundSplit::SubsidyFirst));
            first.version = RulesVersion([11; 8]);
            world.change_rules(first.clone());
            world.sale_approved(&sale(1));
            let mut second = rules_with(100_000_000, of(RefundSplit::ProRata));
            second.version = RulesVersion([12; 8]);
            if !leave_campaign {
                second.campaigns.clear();
            }
            world.change_rules(second);
            if restart {
                world.restart(world.journal.len());
                let mut policies = RefundPolicies::default();
                policies.insert(first.version, first.campaigns[0].id, first.campaigns[0].refund);
                world.exchange.remember_policies(policies);
            }
            // 100.00 of 2,000.00: the subsidy's part first, so that the card gets nothing and the issuer is not asked.
            let before = world.campaign().used.get();
            let refund = back(&sale(1), 2, 10_000);
            world.till("0220", &refund);
            settle_reads(&mut world);
            world.sync();
            world.sync();
            assert_eq!(before - world.campaign().used.get(), 10_000, "{leave_campaign} {restart}");
        }
    }
}

#[test]
fn an_allowance_that_comes_back_on_the_next_day_does_so_whatever_the_rules_say_by_then() {
    let of = |allowance| RefundPolicy { allowance, split: RefundSplit::ProRata };
    let mut world = world();
    for (version, allowance) in [(11, AllowanceReturn::NextDay), (12, AllowanceReturn::SameDay)] {
        let mut rules = rules_with(100_000_000, of(allowance));
        rules.version = RulesVersion([version; 8]);
        world.change_rules(rules);
        if version == 11 {
            world.sale_approved(&sale(1));
        }
    }
    let of_person = |world: &crate::world::World| {
        let taken = world.journal.iter().find_map(|entry| match &entry.record {
            Record::Intent(intent) => intent.award.caps.iter().find(|take| take.key.allowance_of().is_some()).cloned(),
            _ => None,
        });
        world.quota.balance(&taken.unwrap().key).used_count
    };
    assert_eq!(confirmed(&mut world, "0220", &back(&sale(1), 2, 160_000))[&39], "00");
    assert_eq!(of_person(&world), 1, "not on this day");
    world.pass_us(24 * 3_600_000_000);
    world.sync();
    assert_eq!(of_person(&world), 0);
}
