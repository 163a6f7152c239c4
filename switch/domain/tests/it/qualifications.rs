//! Sales in a campaign that wants a claimed qualification.

use crate::world::{FRIDGE, FRIDGE_2, PHONE, item, noon, rules, sale, settings};
use jiff::civil::date;
use lijian_domain::campaign::{
    CampaignSettings, ClaimValidity, Lottery, MemberSettings, PackSettings, PersonSettings, QualificationSettings,
    SaleForm,
};
use lijian_domain::claims::{Claim, ClaimId, ClaimSpan, ClaimStage, Presented};
use lijian_domain::code::DecisionCode;
use lijian_domain::decide::decide;
use lijian_domain::ids::{CampaignId, PackId, PersonKey, QualificationCode};
use lijian_domain::sale::{Award, Decision, SaleRequest};
use lijian_domain::time::{Moment, UnixMicros};

fn now() -> Moment {
    noon(date(2024, 10, 1))
}

fn member(category: &str, grades: &[u8]) -> MemberSettings {
    MemberSettings { categories: vec![category.to_owned()], grades: grades.to_vec() }
}

/// A fridge by grade 1 or by grade 2, one of them to be redeemed; or a phone.
fn qualification() -> QualificationSettings {
    let pack = |id: &str, redeemable, members| PackSettings { id: id.to_owned(), redeemable, members };
    QualificationSettings {
        window: None,
        validity: ClaimValidity::CalendarDays(8),
        claims_max: 3,
        confirmed_by_staff: true,
        confirm_within: Some(ClaimValidity::Hours(2)),
        released_per_day: None,
        lottery: None,
        packs: vec![
            pack("fridge", 1, vec![member("refrigerator", &[1]), member("refrigerator", &[2])]),
            pack("phone", 1, vec![member("phone", &[])]),
        ],
    }
}

fn claimed() -> CampaignSettings {
    let per_person = PersonSettings { campaign_items: Some(2), ..PersonSettings::default() };
    CampaignSettings { qualification: Some(qualification()), per_person, ..settings("c") }
}

fn presented(pack: &str, member: u8) -> Presented {
    let span = ClaimSpan { from: UnixMicros(now().at.0), until: UnixMicros(now().at.0 + 1) };
    let claim = Claim {
        id: ClaimId::new(0xabc),
        campaign: CampaignId::new("c").unwrap(),
        pack: PackId::new(pack).unwrap(),
        person: PersonKey([9; 16]),
        stage: ClaimStage::Issued,
        span,
    };
    Presented { claim, member, followed: false }
}

fn fridge() -> SaleRequest {
    SaleRequest { qualification: QualificationCode::new("V").unwrap(), ..sale(&[item(FRIDGE, 10_000)]) }
}

fn award(settings: &CampaignSettings, request: &SaleRequest, presented: &Presented) -> Award {
    match decide(&rules(std::slice::from_ref(settings)), request, Some(presented), &now()) {
        Decision::Grant(award) => award,
        Decision::Refuse(refusal) => unreachable!("{refusal:?}"),
    }
}

fn check(request: &SaleRequest, presented: Option<&Presented>, reason: &str) {
    match decide(&rules(&[claimed()]), request, presented, &now()) {
        Decision::Grant(award) => unreachable!("{award:?} instead of {reason}"),
        Decision::Refuse(refusal) => {
            assert_eq!((refusal.code, refusal.reason), (DecisionCode::Qualification, reason));
        }
    }
}

#[test]
fn a_sale_redeems_one_of_its_pack_for_the_person_who_claimed_it() {
    let award = award(&claimed(), &fridge(), &presented("fridge", 0));
    let caps: Vec<_> = award.caps.iter().map(|take| (take.key.to_string(), take.count, take.limit.count)).collect();
    let expected = [
        // The claim's, and that of the member that was shown.
        ("qualification:c", 1, Some(1)),
        ("qualification:c", 1, Some(1)),
        ("person-category:c:refrigerator", 1, Some(1)),
        ("person-campaign:c", 1, Some(2)),
        ("campaign:c", 1, None),
    ];
    assert_eq!(caps, expected.map(|(key, count, limit)| (key.to_owned(), count, limit)));
    let of_person = |person: u8| format!("{:?}", PersonKey([person; 16]));
    let keys = format!("{:?}", award.caps);
    assert!(keys.contains(&of_person(9)) && !keys.contains(&of_person(2)), "the card's person counts for nothing");
    assert!(keys.contains("000000000000abc"), "the claim names the cap");
}

#[test]
fn each_way_in_which_a_qualification_is_not_good_has_its_reason() {
    check(&sale(&[item(FRIDGE, 10_000)]), None, "the campaign wants a qualification, and none was given");
    check(&fridge(), None, "nobody claimed this qualification");
    let with = |change: &dyn Fn(&mut Presented)| {
        let mut presented = presented("fridge", 0);
        change(&mut presented);
        presented
    };
    let check_changed = |change: &dyn Fn(&mut Presented), reason| check(&fridge(), Some(&with(change)), reason);
    check_changed(&|it| it.claim.campaign = CampaignId::new("d").unwrap(), "the qualification is of another campaign");
    for (stage, reason) in [
        (ClaimStage::Entered, "the lottery for the qualification is not drawn yet"),
        (ClaimStage::NotDrawn, "the claim did not win the lottery"),
        (ClaimStage::Unconfirmed, "store staff have not confirmed the claim"),
        (ClaimStage::HandedBack, "the qualification was handed back"),
        (ClaimStage::Withdrawn, "the qualification was withdrawn"),
    ] {
        check_changed(&|it| it.claim.stage = stage, reason);
    }
    check_changed(&|it| it.claim.span.from.0 += 1, "the qualification is not valid yet");
    check_changed(&|it| it.claim.span.until.0 -= 1, "the qualification has expired");
    check_changed(
        &|it| it.claim.pack = PackId::new("gone").unwrap(),
        "the campaign has no such qualification any more",
    );
    check_changed(&|it| it.member = 2, "the campaign has no such qualification any more");
    check_changed(&|it| it.claim.pack = PackId::new("phone").unwrap(), "the qualification is not for this category");
    check_changed(&|it| it.member = 1, "the qualification is not for this grade");
}

#[test]
fn a_member_without_grades_is_good_for_goods_without_one() {
    let phone = SaleRequest { items: [item(PHONE, 10_000)].into_iter().collect(), ..fridge() };
    assert_eq!(award(&claimed(), &phone, &presented("phone", 0)).discount.get(), 1_000);
    let second = SaleRequest { items: [item(FRIDGE_2, 10_000)].into_iter().collect(), ..fridge() };
    assert_eq!(award(&claimed(), &second, &presented("fridge", 1)).discount.get(), 1_500);
}

#[test]
fn what_does_not_add_up_is_told_before_and_a_price_after_the_qualification() {
    let code = |request: &SaleRequest| match decide(&rules(&[claimed()]), request, None, &now()) {
        Decision::Grant(award) => unreachable!("{award:?}"),
        Decision::Refuse(refusal) => refusal.code,
    };
    let wrong_sum = SaleRequest { amount: lijian_domain::money::MinorUnits::new(9_999), ..fridge() };
    assert_eq!(code(&wrong_sum), DecisionCode::ItemsUnreadable);
    let too_dear = SaleRequest { qualification: QualificationCode::default(), ..sale(&[item(FRIDGE, 1_000_001)]) };
    assert_eq!(code(&too_dear), DecisionCode::Qualification);
}

#[test]
fn a_campaign_that_wants_none_takes_the_card_for_the_person() {
    let award = award(&settings("c"), &fridge(), &presented("fridge", 0));
    let keys = format!("{:?}", award.caps);
    assert!(keys.contains(&format!("{:?}", PersonKey([2; 16]))) && !keys.contains("Qualification"), "{keys}");
}

#[test]
fn a_basket_redeems_a_qualification_for_each_piece() {
    let two = item(FRIDGE, 10_000);
    let basket = SaleRequest { ..sale(&[two, lijian_domain::sale::ItemRequest { quantity: 2, ..two }]) };
    let settings = CampaignSettings { sale_form: SaleForm::Basket, ..claimed() };
    let award = award(&settings, &basket, &presented("fridge", 0));
    assert_eq!(award.caps[0].count, 3);
}

#[test]
fn a_pack_that_is_claimed_again_in_parts_has_an_allowance_beside_it() {
    let check = |items_per_person, claims_max, expected: &[&str]| {
        let mut of = CampaignSettings { qualification: Some(qualification()), ..settings("c") };
        of.categories.iter_mut().for_each(|category| category.items_per_person = items_per_person);
        if let Some(terms) = &mut of.qualification {
            (terms.packs[0].redeemable, terms.claims_max) = (2, claims_max);
        }
        let errors = of.check().err().unwrap_or_default();
        assert_eq!(errors.iter().map(|error| error.key.as_str()).collect::<Vec<_>>(), expected, "{errors:?}");
    };
    check(None, 2, &["qualification.packs[0].redeemable"]);
    check(None, 1, &[]);
    check(Some(2), 2, &[]);
}

#[test]
fn qualifications_that_contradict_themselves_are_refused() {
    let check = |change: &dyn Fn(&mut QualificationSettings), expected: &[&str]| {
        let mut qualification = qualification();
        change(&mut qualification);
        let settings = CampaignSettings { qualification: Some(qualification), ..settings("c") };
        let errors = settings.check().unwrap_err();
        assert_eq!(errors.iter().map(|error| error.key.as_str()).collect::<Vec<_>>(), expected, "{errors:?}");
    };
    let midday = now().local.time();
    check(&|it| it.window = Some((midday, midday)), &["qualification.window.until"]);
    check(&|it| it.validity = ClaimValidity::CalendarDays(0), &["qualification.validity.calendar_days"]);
    check(&|it| it.validity = ClaimValidity::Hours(0), &["qualification.validity.hours"]);
    let within = "qualification.confirm_within";
    check(
        &|it| it.confirm_within = Some(ClaimValidity::CalendarDays(0)),
        &["qualification.confirm_within.calendar_days"],
    );
    check(&|it| it.confirmed_by_staff = false, &[within]);
    check(&|it| it.claims_max = 0, &["qualification.claims_max"]);
    check(&|it| it.released_per_day = Some(0), &["qualification.released_per_day"]);
    check(
        &|it| it.lottery = Some(Lottery { draw_from: midday, winners: 0, commitment: [0; 32] }),
        &["qualification.lottery.winners"],
    );
    check(&|it| it.packs.clear(), &["qualification.packs"]);
    check(&|it| it.packs[1].id = "fridge".to_owned(), &["qualification.packs[1].id"]);
    check(&|it| it.packs[1].id = "Phone".to_owned(), &["qualification.packs[1].id"]);
    check(&|it| it.packs[0].redeemable = 3, &["qualification.packs[0].redeemable"]);
    check(&|it| it.packs[0].redeemable = 0, &["qualification.packs[0].redeemable"]);
    check(&|it| it.packs[0].members.clear(), &["qualification.packs[0].members"]);
    check(&|it| it.packs[0].members = vec![member("phone", &[]); 32], &["qualification.packs[0].members"]);
    check(&|it| it.packs[0].members[1] = member("kettle", &[]), &["qualification.packs[0].members[1].categories[0]"]);
    check(&|it| it.packs[0].members[1].categories.clear(), &["qualification.packs[0].members[1].categories"]);
    check(&|it| it.packs[0].members[0].grades = vec![6], &["qualification.packs[0].members[0].grades[0]"]);
    check(&|it| it.packs[0].members[0].grades = vec![1, 3], &["qualification.packs[0].members[0].grades[1]"]);
}
