//! Which claims are made, and what becomes of them.

use super::*;
use jiff::civil::time;
use lijian_domain::record::Record;
use lijian_domain::time::{DailyWindow, UnixMicros};

#[test]
fn a_claim_is_answered_once_it_is_on_disk_and_again_when_it_is_asked_again() {
    let mut world = world_of(fridges());
    world.ask(1, &apply(7, WANG));
    world.ask(2, &look(7));
    world.ask(3, &apply(7, WANG));
    assert_eq!((world.answers(), world.kinds()), (vec![], vec!["claimed"]));
    world.sync();
    let answers = world.answers();
    let tickets: Vec<_> = answers.iter().map(|(ticket, _)| *ticket).collect();
    assert_eq!(tickets, [1, 2, 3]);
    let ClaimAnswer::Stands(ClaimView { claim, held: 0, used: 0 }) = answers[0].1 else { panic!("{answers:?}") };
    let Claim { id, campaign, pack, person, stage, span } = claim;
    assert_eq!((id.get(), campaign, pack.as_str(), person), (7, trial(), "fridge", WANG));
    let noon_s = world.now().wall.0.div_euclid(1_000_000);
    assert_eq!(span.from, UnixMicros(noon_s * 1_000_000));
    assert_eq!((stage, span.until.0 - span.from.0), (ClaimStage::Issued, 24 * 3_600 * 1_000_000));
    assert!(answers.iter().all(|(_, answer)| *answer == answers[0].1));
    // On disk already: at once.
    world.ask(4, &apply(7, WANG));
    assert_eq!(world.answers().len(), 1);
    assert_eq!(world.told(&apply(7, LI)), Err(ClaimRefusal::IdTaken));
    assert_eq!(world.told(&apply_for(7, WANG, "second-fridge")), Err(ClaimRefusal::IdTaken));
    assert_eq!(world.kinds(), ["claimed"]);
}

#[test]
fn one_claim_follows_another_that_is_over_until_all_are_made() {
    let mut world = world_of(fridges());
    world.told(&apply(1, WANG)).unwrap();
    assert_eq!(world.told(&apply(2, WANG)), Err(ClaimRefusal::NotOver));
    world.told(&apply_for(20, WANG, "second-fridge")).unwrap();
    world.told(&apply(21, LI)).unwrap();
    world.told(&hand_back(1, Some(WANG))).unwrap();
    world.told(&apply(2, WANG)).unwrap();
    // It expires.
    world.pass_us(24 * HOUR_US - 2_000_000);
    assert_eq!(world.told(&apply(3, WANG)), Err(ClaimRefusal::NotOver));
    world.pass_us(2_000_000);
    world.told(&apply(3, WANG)).unwrap();
    let latest = |world: &mut World, person| {
        let pack = PackId::new("fridge").unwrap();
        world.drawn_or_told(&ClaimCommand::Look { at: Looked::Latest { campaign: trial(), pack, person } })
    };
    let view = world.told(&look(3)).unwrap();
    assert_eq!(latest(&mut world, WANG), ClaimAnswer::Latest(view, 3));
    assert_eq!(latest(&mut world, PersonKey([9; 16])), ClaimAnswer::Refused(ClaimRefusal::Unknown));
    world.told(&hand_back(3, None)).unwrap();
    assert_eq!(world.told(&apply(4, WANG)), Err(ClaimRefusal::AllMade));
    world.told(&apply(5, LI)).unwrap();
}

#[test]
fn campaigns_hours_and_days_decide() {
    let mut world = world_of(QualificationTerms {
        window: DailyWindow::new(time(10, 0, 0, 0), time(13, 0, 0, 0)),
        released_per_day: Some(2),
        validity: ClaimValidity::SameDay,
        ..fridges()
    });
    let other = |campaign: &str| {
        let Apply { claim, pack, person, by, .. } = match apply(9, LI) {
            ClaimCommand::Apply(apply) => apply,
            other => panic!("{other:?}"),
        };
        ClaimCommand::Apply(Apply { campaign: CampaignId::new(campaign).unwrap(), claim, pack, person, by })
    };
    assert_eq!(world.told(&other("nowhere")), Err(ClaimRefusal::NoCampaign));
    assert_eq!(world.told(&apply_for(9, LI, "phone")), Err(ClaimRefusal::NoPack));
    world.told(&apply(1, WANG)).unwrap();
    world.told(&apply_for(2, WANG, "second-fridge")).unwrap();
    assert_eq!(world.told(&apply(3, LI)), Err(ClaimRefusal::AllTakenToday));
    // What is given up is taken all the same.
    world.told(&hand_back(2, None)).unwrap();
    assert_eq!(world.told(&apply(3, LI)), Err(ClaimRefusal::AllTakenToday));
    world.pass_us(HOUR_US);
    assert_eq!(world.told(&apply(3, LI)), Err(ClaimRefusal::OutsideHours));
    world.pass_us(23 * HOUR_US);
    world.told(&apply(3, LI)).unwrap();
    // 1 January.
    world.pass_us(92 * 24 * HOUR_US);
    assert_eq!(world.told(&apply(4, LI)), Err(ClaimRefusal::NoCampaign));
    world.rules.campaigns[0].qualification = None;
    world.restart(world.journal.len());
    world.now_us = 1_000_000;
    assert_eq!(world.told(&apply(4, LI)), Err(ClaimRefusal::NothingToClaim));
}

#[test]
fn staff_confirm_and_the_time_runs_from_then() {
    let mut world = world_of(QualificationTerms { confirmed_by_staff: true, ..fridges() });
    let made = world.told(&apply(1, WANG)).unwrap().claim;
    assert_eq!((made.stage, made.span), (ClaimStage::Unconfirmed, Default::default()));
    assert_eq!(world.told(&apply(2, WANG)), Err(ClaimRefusal::NotOver));
    world.pass_us(48 * HOUR_US);
    let confirmed = world.told(&confirm(1)).unwrap().claim;
    assert_eq!((confirmed.stage, confirmed.span.contains(world.now().wall)), (ClaimStage::Issued, true));
    assert_eq!(world.told(&confirm(1)).unwrap().claim, confirmed);
    assert_eq!(world.kinds(), ["claimed", "claim-changed"]);
    let Record::ClaimChanged(changed) = &world.journal[1].record else { panic!() };
    assert_eq!(changed.merchant.as_str(), "M00000000000001");
    assert_eq!(world.told(&confirm(8)), Err(ClaimRefusal::Unknown));
}

#[test]
fn what_staff_do_not_confirm_in_time_is_over() {
    let within = Some(ClaimValidity::Hours(2));
    let terms = QualificationTerms { confirmed_by_staff: true, confirm_within: within, ..fridges() };
    let mut world = world_of(terms);
    let made = world.told(&apply(1, WANG)).unwrap().claim;
    assert_eq!(made.stage, ClaimStage::Unconfirmed);
    assert_eq!(made.span.until.0 - made.span.from.0, 2 * i64::try_from(HOUR_US).unwrap());
    world.pass_us(2 * HOUR_US - 1_000_000);
    assert_eq!(world.told(&apply(2, WANG)), Err(ClaimRefusal::NotOver));
    world.pass_us(1_000_000);
    assert_eq!(world.told(&confirm(1)), Err(ClaimRefusal::Over));
    // A start finds it as it was, and another may follow.
    world.restart(world.journal.len());
    world.told(&apply(2, WANG)).unwrap();
    assert_eq!(world.told(&confirm(2)).unwrap().claim.stage, ClaimStage::Issued);
    // Nor does a clock that is put back bring the first one back.
    world.now_us = 1_000_000;
    assert_eq!(world.told(&confirm(1)), Err(ClaimRefusal::Over));
}

#[test]
fn what_is_over_stays_over() {
    let mut world = world_of(fridges());
    world.told(&apply(1, WANG)).unwrap();
    assert_eq!(world.told(&hand_back(1, Some(LI))), Err(ClaimRefusal::Unknown));
    assert_eq!(world.told(&hand_back(2, None)), Err(ClaimRefusal::Unknown));
    for _ in 0..2 {
        assert_eq!(world.told(&hand_back(1, Some(WANG))).unwrap().claim.stage, ClaimStage::HandedBack);
    }
    assert_eq!(world.told(&withdraw(1)), Err(ClaimRefusal::Over));
    assert_eq!(world.told(&confirm(1)), Err(ClaimRefusal::Over));
    world.told(&apply(2, WANG)).unwrap();
    for _ in 0..2 {
        assert_eq!(world.told(&withdraw(2)).unwrap().claim.stage, ClaimStage::Withdrawn);
    }
    assert_eq!(world.told(&hand_back(2, None)), Err(ClaimRefusal::Over));
    assert_eq!(world.kinds(), ["claimed", "claim-changed", "claimed", "claim-changed"]);
}

#[test]
fn what_cannot_be_recorded_is_not_done() {
    let mut world = world_of(fridges());
    world.told(&apply(1, WANG)).unwrap();
    world.happen(Event::SpaceLow);
    assert_eq!(world.told(&apply(2, LI)), Err(ClaimRefusal::TryAgain));
    assert_eq!(world.stage(1), ClaimStage::Issued);

    let mut world = world_of(fridges());
    world.ask(1, &apply(1, WANG));
    world.ask(2, &look(1));
    world.happen(Event::Poisoned);
    let again = ClaimAnswer::Refused(ClaimRefusal::TryAgain);
    assert_eq!(world.answers(), [(1, again), (2, again)]);
    world.ask(3, &look(1));
    assert_eq!(world.answers(), [(3, again)]);

    let mut world = world_of(fridges());
    world.happen(Event::Drain);
    assert_eq!(world.told(&apply(1, WANG)), Err(ClaimRefusal::TryAgain));
    assert_eq!(world.kinds(), [""; 0]);
}

#[test]
fn every_refusal_has_a_name_and_a_text_of_its_own() {
    let mut names = std::collections::BTreeSet::new();
    let table = ClaimRefusal::Table(lijian_store::claims::ClaimError::Full);
    let all = [
        ClaimRefusal::TryAgain,
        ClaimRefusal::NoCampaign,
        ClaimRefusal::NothingToClaim,
        ClaimRefusal::NoPack,
        ClaimRefusal::OutsideHours,
        ClaimRefusal::IdTaken,
        ClaimRefusal::NotOver,
        ClaimRefusal::Redeemed,
        ClaimRefusal::AllMade,
        ClaimRefusal::AllTakenToday,
        ClaimRefusal::Unknown,
        ClaimRefusal::NotDrawnYet,
        ClaimRefusal::Over,
        ClaimRefusal::InUse,
        ClaimRefusal::NoLottery,
        ClaimRefusal::TooEarly,
        ClaimRefusal::NobodyEntered,
        ClaimRefusal::OnePerson,
        table,
    ];
    for refusal in all {
        assert!(names.insert(refusal.as_str()) && names.insert(Box::leak(refusal.to_string().into_boxed_str())));
    }
}
