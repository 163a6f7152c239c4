//! Sales, quotes and what goes back, on claims.

use super::*;
use crate::returns::{back, confirmed, settle_reads};
use lijian_domain::cap::CapKey;
use lijian_domain::record::{Intent, Quoted, Record};

const OTHER_CARD: &str = "6217000000000000019";

impl World {
    /// A sale that the switch refuses: its decision.
    pub(super) fn refusal(&mut self, sale: &Fields) -> String {
        self.till("0200", sale);
        self.sync();
        assert!(self.take_all(ISSUER).is_empty());
        tag(&self.take(TILL).1, 48, "82").unwrap()
    }

    fn view(&mut self, claim: u64) -> (u32, u32) {
        let ClaimView { held, used, .. } = self.told(&look(claim)).unwrap();
        (held, used)
    }

    fn quote_by(&mut self, stan: u32, claim: u64) -> (String, String) {
        let mut quote = sale_by(stan, CARD, claim, 2);
        quote.insert(3, "380000".to_owned());
        self.till("0100", &quote);
        self.sync();
        let answer = self.take(TILL).1;
        (tag(&answer, 48, "82").unwrap(), tag(&answer, 48, "84").unwrap_or_default())
    }
}

/// Two qualifications are issued, one can be redeemed; the sale is of the claim's person, whoever's card pays.
#[test]
fn one_of_a_pack_is_redeemed_once() {
    let mut world = world_of(fridges());
    assert_eq!(world.refusal(&sale(1)), "N108");
    assert_eq!(world.refusal(&sale_by(2, CARD, 7, 0)), "N108", "nobody claimed it");
    world.told(&apply(7, WANG)).unwrap();
    assert_eq!(world.refusal(&sale_by(3, CARD, 7, 1)), "N108", "for another grade");
    assert_eq!(world.refusal(&sale_by(4, CARD, 7, 9)), "N108", "no such member");
    world.sale_asked(&sale_by(5, CARD, 7, 0));
    assert_eq!(world.view(7), (1, 0));
    // The same claim, by its other qualification, while the first sale is open.
    world.till("0200", &sale_by(6, OTHER_CARD, 7, 2));
    assert_eq!(tag(&world.take(TILL).1, 48, "82").unwrap(), "N190");
    assert_eq!(world.told(&hand_back(7, None)), Err(ClaimRefusal::InUse));
    let intent = world.journal.iter().find_map(|entry| match &entry.record {
        Record::Intent(intent) => Some(intent.clone()),
        _ => None,
    });
    let Intent { person, award, qualification, .. } = intent.unwrap();
    assert_eq!((person, qualification.as_str().len()), (WANG, 14));
    let code = ClaimId::new(7).cap_code();
    assert!(award.caps.iter().any(|take| take.key == CapKey::Qualification(trial(), code)));
    let category = CategoryId::new("refrigerator").unwrap();
    assert!(award.caps.iter().any(|take| take.key == CapKey::PersonCategory(trial(), WANG, category)));
}

#[test]
fn what_is_redeemed_is_neither_redeemed_nor_claimed_again() {
    let mut world = world_of(fridges());
    world.told(&apply(7, WANG)).unwrap();
    assert_eq!(world.sale_approved(&sale_by(1, CARD, 7, 0))[&39], "00");
    assert_eq!(world.view(7), (0, 1));
    assert_eq!(world.refusal(&sale_by(2, OTHER_CARD, 7, 2)), "N108");
    assert_eq!(world.told(&hand_back(7, Some(WANG))), Err(ClaimRefusal::InUse));
    world.pass_us(30 * HOUR_US);
    assert_eq!(world.told(&apply(8, WANG)), Err(ClaimRefusal::Redeemed));
    assert_eq!(world.told(&withdraw(7)).unwrap().claim.stage, ClaimStage::Withdrawn);
    assert_eq!(world.told(&apply(8, WANG)), Err(ClaimRefusal::Redeemed));
}

#[test]
fn what_is_left_of_a_pack_is_claimed_again_once_the_claim_is_over() {
    let mut world = world_of(fridges());
    world.swap(|terms| terms.packs[0].redeemable = 2);
    world.told(&apply(7, WANG)).unwrap();
    assert_eq!(world.sale_approved(&sale_by(1, CARD, 7, 0))[&39], "00");
    assert_eq!(world.told(&apply(8, WANG)), Err(ClaimRefusal::NotOver));
    let (code, _) = world.quote_by(2, 7);
    assert_eq!((code.as_str(), world.view(7)), ("G000", (1, 1)));
    world.pass_us(24 * HOUR_US);
    world.sync();
    settle_reads(&mut world);
    world.told(&apply(8, WANG)).unwrap();
    assert_eq!(world.sale_approved(&sale_by(3, CARD, 8, 0))[&39], "00");
    assert_eq!(world.sale_approved(&sale_by(4, CARD, 8, 2))[&39], "00");
    world.pass_us(24 * HOUR_US);
    assert_eq!(world.told(&apply(9, WANG)), Err(ClaimRefusal::Redeemed));
}

#[test]
fn each_member_of_a_pack_is_redeemed_once_however_many_can_be() {
    let mut world = world_of(fridges());
    world.swap(|terms| terms.packs[0].redeemable = 2);
    world.told(&apply(7, WANG)).unwrap();
    assert_eq!(world.sale_approved(&sale_by(1, CARD, 7, 0))[&39], "00");
    assert_eq!(world.refusal(&sale_by(2, OTHER_CARD, 7, 0)), "N108", "whoever saw the code");
    assert_eq!(world.sale_approved(&sale_by(3, OTHER_CARD, 7, 2))[&39], "00");
    assert_eq!(world.view(7), (0, 2));
}

#[test]
fn a_clock_that_is_put_back_revives_no_claim_that_another_has_followed() {
    let mut world = world_of(fridges());
    world.told(&apply(7, WANG)).unwrap();
    world.pass_us(24 * HOUR_US);
    world.told(&apply(8, WANG)).unwrap();
    world.now_us -= HOUR_US;
    world.restart(world.journal.len());
    assert_eq!(world.refusal(&sale_by(1, CARD, 7, 0)), "N108");
    world.pass_us(HOUR_US + 1_000_000);
    assert_eq!(world.sale_approved(&sale_by(2, CARD, 8, 0))[&39], "00");
}

#[test]
fn an_expired_or_unconfirmed_claim_buys_nothing() {
    let mut world = world_of(fridges());
    world.told(&apply(7, WANG)).unwrap();
    world.pass_us(24 * HOUR_US);
    assert_eq!(world.refusal(&sale_by(1, CARD, 7, 0)), "N108");
    world.swap(|terms| terms.confirmed_by_staff = true);
    world.told(&apply(8, WANG)).unwrap();
    assert_eq!(world.refusal(&sale_by(2, CARD, 8, 0)), "N108");
    world.told(&confirm(8)).unwrap();
    assert_eq!(world.sale_approved(&sale_by(3, CARD, 8, 0))[&39], "00");
}

#[test]
fn a_reversal_and_a_void_give_it_back_and_a_refund_does_not() {
    let mut world = world_of(fridges());
    world.told(&apply(7, WANG)).unwrap();
    let first = sale_by(1, CARD, 7, 0);
    world.sale_approved(&first);
    let request = world.reversal_asked(&reversal_of(&first, 2, 160_000));
    assert_eq!(world.view(7), (0, 1), "not before the issuer says so");
    world.issuer("0410", &answer_to(&request, "00"));
    world.sync();
    world.take_all(TILL);
    assert_eq!(world.view(7), (0, 0));
    // Redeemed again, and voided: given back at the end of the day, since until then the void can be reversed.
    let second = sale_by(3, CARD, 7, 0);
    world.sale_approved(&second);
    assert_eq!(confirmed(&mut world, "0200", &back(&second, 4, 160_000))[&39], "00");
    assert_eq!(world.told(&hand_back(7, None)), Err(ClaimRefusal::InUse));
    world.pass_us(13 * HOUR_US);
    settle_reads(&mut world);
    assert_eq!(world.view(7), (0, 0));
    world.told(&hand_back(7, None)).unwrap();
    world.told(&apply(8, WANG)).unwrap();
    let third = sale_by(5, CARD, 8, 0);
    world.sale_approved(&third);
    assert_eq!(confirmed(&mut world, "0220", &back(&third, 6, 160_000))[&39], "00");
    world.pass_us(48 * HOUR_US);
    settle_reads(&mut world);
    assert_eq!(world.view(8), (0, 1));
    assert_eq!(world.told(&apply(9, WANG)), Err(ClaimRefusal::Redeemed));
}

#[test]
fn a_quote_holds_the_claim_and_its_sale_takes_it_over() {
    let mut world = world_of(fridges());
    world.told(&apply(7, WANG)).unwrap();
    let (code, id) = world.quote_by(1, 7);
    assert_eq!((code.as_str(), world.view(7)), ("G000", (1, 0)));
    assert_eq!(world.quote_by(2, 7).0, "N190");
    assert_eq!(world.told(&hand_back(7, None)), Err(ClaimRefusal::InUse));
    // Taken back meanwhile: what was promised stands.
    world.told(&withdraw(7)).unwrap();
    assert_eq!(world.sale_approved(&sale_of(3, CARD, &format!("84016{id}"), 160_000))[&39], "00");
    assert_eq!(world.view(7), (0, 1));
    let persons: Vec<PersonKey> = world
        .journal
        .iter()
        .filter_map(|entry| match &entry.record {
            Record::Intent(sale) | Record::Quoted(Quoted { sale, .. }) => Some(sale.person),
            _ => None,
        })
        .collect();
    assert_eq!(persons, [WANG, WANG]);
    // A quote that nobody uses gives it back.
    world.told(&apply(8, LI)).unwrap();
    assert_eq!(world.quote_by(4, 8).0, "G000");
    world.pass_us(200_000_000);
    assert_eq!(world.view(8), (0, 0));
}

/// A campaign that asks for no claim counts the card, whatever claim a till names.
#[test]
fn without_qualification_a_person_is_a_card() {
    let mut world = world_of(fridges());
    world.told(&apply(7, WANG)).unwrap();
    world.rules.campaigns[0].qualification = None;
    world.restart(world.journal.len());
    assert_eq!(world.sale_approved(&sale_by(1, CARD, 7, 0))[&39], "00");
    let intent = world.journal.iter().find_map(|entry| match &entry.record {
        Record::Intent(intent) => Some(intent.clone()),
        _ => None,
    });
    let intent = intent.unwrap();
    assert_eq!(intent.person.0, intent.origin.card.0);
    assert_eq!(world.view(7), (0, 0));
}
