//! Lotteries: who entered, who won, what a draw takes.

use super::*;
use jiff::civil::time;
use lijian_domain::campaign::Lottery;
use lijian_domain::claims::lottery;
use lijian_exchange::claims::Draw;
use lijian_store::claims::LastDraw;

/// The seed of the second draw; that of the first is its SHA-256, and that of the first what was published.
pub(super) const SECOND: [u8; 32] = [6; 32];

pub(super) fn first() -> [u8; 32] {
    lottery::commitment(&SECOND)
}

pub(super) fn draw(seed: [u8; 32], checker: &str) -> ClaimCommand {
    let (maker, checker) = (Text::new("wang").unwrap(), Text::new(checker).unwrap());
    ClaimCommand::Draw(Draw { campaign: trial(), seed, maker, checker })
}

pub(super) fn lottery_at(hour: i8, winners: u32) -> QualificationTerms {
    let lottery = Some(Lottery { draw_from: time(hour, 0, 0, 0), winners, commitment: lottery::commitment(&first()) });
    QualificationTerms { lottery, ..fridges() }
}

fn refused(refusal: ClaimRefusal) -> ClaimAnswer {
    ClaimAnswer::Refused(refusal)
}

#[test]
fn the_lowest_ranks_win_and_the_time_runs_from_the_draw() {
    let mut world = world_of(lottery_at(12, 3));
    assert_eq!(world.drawn_or_told(&draw(first(), "li")), refused(ClaimRefusal::NobodyEntered));
    let ids: Vec<u64> = (1..=10).map(|number| number * 0x0123_4567_89ab).collect();
    for (id, person) in ids.iter().zip(1_u8..) {
        let entered = world.told(&apply(*id, PersonKey([person; 16]))).unwrap().claim;
        assert_eq!((entered.stage, entered.span), (ClaimStage::Entered, Default::default()));
    }
    assert_eq!(world.told(&confirm(ids[0])), Err(ClaimRefusal::NotDrawnYet));
    assert_eq!(world.told(&apply(77, PersonKey([1; 16]))), Err(ClaimRefusal::NotOver));
    // Who gives up takes no part.
    let won = |ids: &[u64]| lottery::winners(&first(), ids.iter().copied().map(ClaimId::new), 3);
    let best = won(&ids)[0].get();
    world.told(&hand_back(best, None)).unwrap();
    for checker in ["", "wang"] {
        assert_eq!(world.drawn_or_told(&draw(first(), checker)), refused(ClaimRefusal::OnePerson));
    }
    for seed in [SECOND, [7; 32]] {
        assert_eq!(world.drawn_or_told(&draw(seed, "li")), refused(ClaimRefusal::OtherSeed));
    }
    let left: Vec<u64> = ids.iter().copied().filter(|id| *id != best).collect();
    let drawn = ClaimAnswer::Drawn(LastDraw { seed: first(), entered: 9, won: 3 });
    assert_eq!(world.drawn_or_told(&draw(first(), "li")), drawn);
    assert_eq!(world.drawn_or_told(&draw(first(), "li")), drawn, "once more the same");
    for id in left.iter().copied() {
        let view = world.told(&look(id)).unwrap().claim;
        let is_winner = won(&left).contains(&ClaimId::new(id));
        let expected = if is_winner { ClaimStage::Issued } else { ClaimStage::NotDrawn };
        assert_eq!((view.stage, view.span.contains(world.now().wall)), (expected, is_winner));
    }
    assert_eq!(world.stage(best), ClaimStage::HandedBack);
    assert_eq!(world.kinds().iter().filter(|kind| **kind == "drawn").count(), 1);
    // The losers may enter again; the seed that everybody knows draws nothing.
    let loser = left.iter().position(|id| !won(&left).contains(&ClaimId::new(*id))).unwrap();
    let loser = ids.iter().position(|id| *id == left[loser]).unwrap();
    world.told(&apply(78, PersonKey([u8::try_from(loser + 1).unwrap(); 16]))).unwrap();
    assert_eq!(world.drawn_or_told(&draw(first(), "li")), drawn);
    let again = ClaimAnswer::Drawn(LastDraw { seed: SECOND, entered: 1, won: 1 });
    assert_eq!(world.drawn_or_told(&draw(SECOND, "li")), again);
    assert_eq!(world.stage(78), ClaimStage::Issued);
}

#[test]
fn a_draw_has_its_hour_and_its_campaign() {
    let mut world = world_of(lottery_at(13, 1));
    world.told(&apply(1, WANG)).unwrap();
    assert_eq!(world.drawn_or_told(&draw(first(), "li")), refused(ClaimRefusal::TooEarly));
    world.pass_us(HOUR_US);
    world.swap(|terms| terms.confirmed_by_staff = true);
    let drawn = world.drawn_or_told(&draw(first(), "li"));
    assert_eq!(drawn, ClaimAnswer::Drawn(LastDraw { seed: first(), entered: 1, won: 1 }));
    assert_eq!(world.stage(1), ClaimStage::Unconfirmed);
    assert_eq!(world.told(&confirm(1)).unwrap().claim.stage, ClaimStage::Issued);
    world.swap(|terms| terms.lottery = None);
    assert_eq!(world.drawn_or_told(&draw(SECOND, "li")), refused(ClaimRefusal::NoLottery));
}

#[test]
fn a_draw_under_way_keeps_its_claims_as_they_are_and_others_go_on() {
    let again = Err(ClaimRefusal::TryAgain);
    let mut world = world_of(lottery_at(12, 1));
    for (id, person) in [(1, WANG), (2, LI)] {
        world.told(&apply(id, person)).unwrap();
    }
    world.ask(1, &draw(first(), "li"));
    assert_eq!(world.answers(), [], "it is worked out first");
    assert_eq!(world.drawn_by_now(&apply(3, PersonKey([3; 16]))), again);
    assert_eq!(world.drawn_by_now(&hand_back(1, None)), again);
    assert_eq!(world.drawn_by_now(&withdraw(1)), again);
    assert_eq!(world.drawn_by_now(&draw(first(), "zhao")), again);
    assert_eq!(world.drawn_by_now(&look(1)).unwrap().claim.stage, ClaimStage::Entered);
    // Whoever is at the till already is told to try again: nobody knows yet who won.
    for (stan, claim) in [(1, 1), (2, 2)] {
        assert_eq!(world.refusal(&sale_by(stan, CARD, claim, 0)), "N190");
    }
    // A switch that dies before the record has drawn nothing.
    world.restart(world.journal.len());
    assert_eq!((world.stage(1), world.stage(2)), (ClaimStage::Entered, ClaimStage::Entered));
    assert!(!world.kinds().contains(&"drawn"));

    // One that dies behind it has drawn, whether each claim was told or not.
    world.ask(1, &draw(first(), "li"));
    world.happen(Event::Tick);
    assert_eq!((world.kinds().last(), world.answers().len()), (Some(&"drawn"), 0));
    world.sync();
    world.restart(world.journal.len());
    let mut stages = [world.stage(1), world.stage(2)];
    stages.sort_unstable_by_key(|stage| *stage == ClaimStage::Issued);
    assert_eq!(stages, [ClaimStage::NotDrawn, ClaimStage::Issued]);
    let drawn = ClaimAnswer::Drawn(LastDraw { seed: first(), entered: 2, won: 1 });
    assert_eq!(world.drawn_or_told(&draw(first(), "li")), drawn);
}

#[test]
fn a_draw_that_cannot_be_recorded_leaves_the_claims_where_they_were() {
    let mut world = world_of(lottery_at(12, 1));
    world.told(&apply(1, WANG)).unwrap();
    world.ask(1, &draw(first(), "li"));
    world.happen(Event::SpaceLow);
    world.draw_on();
    world.sync();
    assert_eq!(world.answers(), [(1, refused(ClaimRefusal::TryAgain))]);
    assert_eq!(world.stage(1), ClaimStage::Entered);
    world.restart(world.journal.len());
    let drawn = ClaimAnswer::Drawn(LastDraw { seed: first(), entered: 1, won: 1 });
    assert_eq!(world.drawn_or_told(&draw(first(), "li")), drawn);
}

#[test]
fn a_seed_that_one_campaign_told_draws_in_no_other() {
    let mut world = world_of(lottery_at(12, 1));
    world.told(&apply(1, WANG)).unwrap();
    assert!(matches!(world.drawn_or_told(&draw(first(), "li")), ClaimAnswer::Drawn(_)));
    // The next programme is made from a copy of this one's file, with the seed that was published for this one.
    let next = CampaignId::new("next").unwrap();
    let mut copy = world.rules.campaigns[0].clone();
    copy.id = next;
    world.rules.campaigns.push(copy);
    world.change_rules(world.rules.clone());
    let of_next = |command| match command {
        ClaimCommand::Apply(apply) => ClaimCommand::Apply(Apply { campaign: next, ..apply }),
        ClaimCommand::Draw(draw) => ClaimCommand::Draw(Draw { campaign: next, ..draw }),
        other => other,
    };
    world.told(&of_next(apply(2, WANG))).unwrap();
    assert_eq!(world.drawn_or_told(&of_next(draw(first(), "li"))), refused(ClaimRefusal::OtherSeed), "known to all");
    let drawn = ClaimAnswer::Drawn(LastDraw { seed: SECOND, entered: 1, won: 1 });
    assert_eq!(world.drawn_or_told(&of_next(draw(SECOND, "li"))), drawn);
}
