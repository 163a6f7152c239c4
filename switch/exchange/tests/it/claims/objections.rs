//! Other rules, where people hold claims of the ones in force.

use super::lotteries::{SECOND, draw, first, lottery_at};
use super::*;
use lijian_domain::claims::lottery;

/// What speaks against these terms in the place of those in force.
fn against(world: &World, change: impl FnOnce(&mut Option<QualificationTerms>)) -> usize {
    let mut rules = world.rules.clone();
    change(&mut rules.campaigns[0].qualification);
    let objections = world.exchange.objections_to(&rules);
    assert!(objections.iter().all(|line| line.starts_with("trial: ")), "{objections:?}");
    objections.len()
}

fn packs(terms: &mut Option<QualificationTerms>, change: impl FnOnce(&mut Vec<Pack>)) {
    let terms = terms.as_mut().unwrap();
    let mut packs = terms.packs.to_vec();
    change(&mut packs);
    terms.packs = packs.into();
}

fn members(terms: &mut Option<QualificationTerms>, change: impl FnOnce(&mut Vec<Member>)) {
    packs(terms, |packs| {
        let mut members = packs[0].members.to_vec();
        change(&mut members);
        packs[0].members = members.into();
    });
}

#[test]
fn what_a_voucher_names_stays_what_it_was() {
    let mut world = world_of(fridges());
    let reorder = |terms: &mut _| members(terms, |members| members.swap(0, 1));
    assert_eq!(against(&world, reorder), 0, "nobody claimed yet");
    world.told(&apply(1, WANG)).unwrap();
    assert_eq!(against(&world, reorder), 1);
    assert_eq!(against(&world, |terms| members(terms, |members| drop(members.pop()))), 1);
    assert_eq!(against(&world, |terms| members(terms, |members| members[2].grades = Box::from([5]))), 1);
    assert_eq!(against(&world, |terms| packs(terms, |packs| drop(packs.remove(0)))), 1);
    assert_eq!(against(&world, |terms| *terms = None), 1);
    // What takes nothing from anybody.
    assert_eq!(against(&world, |terms| members(terms, |members| members.push(members[0].clone()))), 0);
    assert_eq!(against(&world, |terms| packs(terms, |packs| drop(packs.remove(1)))), 0, "nobody claimed that one");
    assert_eq!(against(&world, |terms| packs(terms, |packs| packs.swap(0, 1))), 0);
    assert_eq!(against(&world, |terms| terms.as_mut().unwrap().claims_max = 9), 0);
    let mut none = world.rules.clone();
    none.campaigns.clear();
    assert_eq!(world.exchange.objections_to(&none).len(), 1, "it could come back as something else");
    // Rules against which something speaks do not decide.
    let version = world.exchange.rules_version();
    let mut rules = world.rules.clone();
    rules.version = RulesVersion([9; 8]);
    reorder(&mut rules.campaigns[0].qualification);
    world.change_rules(rules);
    assert_eq!((world.exchange.rules_version(), world.kinds().last()), (version, Some(&"claimed")));
    // Claims that are over could be looked at again: the pack stays, also over a restart.
    world.told(&hand_back(1, None)).unwrap();
    world.restart(world.journal.len());
    assert_eq!(against(&world, reorder), 1);
    // The day after its last one: it may go.
    world.pass_us(92 * 24 * HOUR_US);
    assert_eq!(world.told(&apply(4, LI)), Err(ClaimRefusal::NoCampaign));
    assert_eq!(world.exchange.objections_to(&none), [""; 0]);
}

#[test]
fn whoever_entered_a_lottery_did_so_for_the_seed_that_was_published() {
    let mut world = world_of(lottery_at(12, 1));
    let no_lottery = |terms: &mut Option<QualificationTerms>| terms.as_mut().unwrap().lottery = None;
    let other_seed = |terms: &mut Option<QualificationTerms>| {
        terms.as_mut().unwrap().lottery.as_mut().unwrap().commitment = [1; 32];
    };
    let winners = |terms: &mut Option<QualificationTerms>| {
        terms.as_mut().unwrap().lottery.as_mut().unwrap().winners = 2;
    };
    assert_eq!((against(&world, no_lottery), against(&world, other_seed)), (0, 0));
    world.told(&apply(1, WANG)).unwrap();
    assert_eq!((against(&world, no_lottery), against(&world, other_seed), against(&world, winners)), (1, 1, 0));
    world.ask(1, &draw(first(), "li"));
    assert_eq!(against(&world, winners), 1, "a draw is under way");
    world.draw_on();
    world.sync();
    assert_eq!(world.answers().len(), 1);
    assert_eq!((against(&world, no_lottery), against(&world, other_seed), against(&world, winners)), (0, 0, 0));
}

#[test]
fn a_chain_of_seeds_that_is_gone_back_to_goes_on_where_it_was_left() {
    let other = [8; 32];
    let published = |seed: [u8; 32]| {
        move |terms: &mut QualificationTerms| terms.lottery.as_mut().unwrap().commitment = lottery::commitment(&seed)
    };
    let drawn = |world: &mut World, claim: u64, seed| {
        world.told(&apply(claim, PersonKey([u8::try_from(claim).unwrap(); 16]))).unwrap();
        world.drawn_or_told(&draw(seed, "li"))
    };
    let is_drawn = |answer: &ClaimAnswer| matches!(answer, ClaimAnswer::Drawn(_));
    let mut world = world_of(lottery_at(12, 1));
    assert!(is_drawn(&drawn(&mut world, 1, first())));
    world.swap(published(other));
    assert!(is_drawn(&drawn(&mut world, 2, other)));
    world.swap(published(first()));
    let refused = drawn(&mut world, 3, first());
    assert_eq!(refused, ClaimAnswer::Refused(ClaimRefusal::OtherSeed), "everybody knows it");
    world.restart(world.journal.len());
    assert_eq!(world.drawn_or_told(&draw(first(), "li")), refused, "after a start too");
    assert!(is_drawn(&world.drawn_or_told(&draw(SECOND, "li"))));
}
