//! Records to draw histories from: what matters to caps and to the index is given, everything else is the same in all.

use arrayvec::ArrayVec;
use lijian_domain::cap::{CapKey, CapLimit, CapTake, Takes};
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::{
    AcquirerId, AuthorisationCode, CampaignId, CardFingerprint, CategoryId, ContentDigest, DistrictCode, DuplicateKey,
    GrantId, LinkName, Lsn, MerchantId, PersonKey, QualificationCode, Rrn, RulesVersion, SerialNumber, Stan,
    TerminalId, TransmissionTime,
};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{
    Answer, Intent, Opened, Origin, Outcome, Recall, Record, Refused, ReturnAsked, ReturnWay, Tombstone,
};
use lijian_domain::sale::Award;
use lijian_domain::text::Text;
use lijian_domain::time::BusinessDate;

/// The caps of sale number `pick`, with limits that soon bind.
pub(super) fn sale(pick: usize) -> Vec<CapTake> {
    let campaign = CampaignId::new("c").unwrap();
    let small = |modulus: usize| u8::try_from(pick % modulus).unwrap();
    let amount = MinorUnits::new(100 + u64::from(small(50)));
    let category = CategoryId::new(["phone", "tablet"][pick % 2]).unwrap();
    let person = PersonKey([small(20); 16]);
    let take = |key, limit| CapTake { key, amount, count: 1, limit };
    vec![
        take(CapKey::SerialNumber(SerialNumber::new(&(pick % 300).to_string()).unwrap()), CapLimit::of_count(1)),
        take(CapKey::PersonCategory(campaign, person, category), CapLimit::of_count(2)),
        take(
            CapKey::PersonWeek(campaign, person, BusinessDate(19_814 + 7 * i32::from(small(3)))),
            CapLimit::of_count(2),
        ),
        take(CapKey::PersonYear(campaign, person, 2024 + u16::from(small(2))), CapLimit::of_count(3)),
        take(CapKey::PersonCampaign(campaign, person), CapLimit::of_count(4)),
        take(CapKey::Merchant(campaign, MerchantId::new(["M1", "M2"][pick % 2]).unwrap()), CapLimit::default()),
        take(CapKey::Day(campaign, BusinessDate(20_000)), CapLimit::of_count(30)),
        take(CapKey::Campaign(campaign), CapLimit::of_amount(MinorUnits::new(2_500))),
    ]
}

/// One of ten, so that they repeat.
pub(crate) fn rrn(pick: usize) -> Rrn {
    Rrn::new(&format!("{:012}", pick % 10)).unwrap()
}

pub(crate) fn origin(rrn: Rrn) -> Origin {
    Origin {
        link: LinkName::new("till").unwrap(),
        key: DuplicateKey([1; 16]),
        content: ContentDigest([2; 8]),
        terminal: TerminalId::new("T1").unwrap(),
        merchant: MerchantId::new("M1").unwrap(),
        stan: Stan(7),
        rrn,
        transmission: TransmissionTime::default(),
        acquirer: AcquirerId::default(),
        card: CardFingerprint([3; 16]),
    }
}

/// An intent as it is read back: its takes know no limits.
pub(crate) fn intent(lsn: Lsn, rrn: Rrn, takes: &[CapTake]) -> Intent {
    let recorded = takes.iter().map(|take| CapTake { limit: CapLimit::default(), ..*take });
    let award = Award {
        campaign: CampaignId::new("c").unwrap(),
        rules: RulesVersion([4; 8]),
        gross: MinorUnits::new(1_000),
        discount: MinorUnits::new(100),
        net: MinorUnits::new(900),
        district: DistrictCode::default(),
        items: Default::default(),
        sponsors: ArrayVec::new(),
        funding: Default::default(),
        caps: recorded.collect(),
    };
    Intent {
        origin: origin(rrn),
        grant: GrantId::new(1, lsn),
        person: PersonKey([5; 16]),
        qualification: QualificationCode::default(),
        trade_in: MinorUnits::ZERO,
        bank_promotion: MinorUnits::ZERO,
        place: Default::default(),
        currency: None,
        award,
        quote: None,
        recall: Recall::default(),
    }
}

pub(crate) fn answer(rrn: Rrn) -> Answer {
    Answer {
        code: DecisionCode::Granted,
        response_code: Text::new("00").unwrap(),
        rrn,
        authorisation: AuthorisationCode::default(),
        issuer_fields: ArrayVec::new(),
    }
}

pub(crate) fn outcome(intent: Lsn) -> Outcome {
    Outcome { intent, answer: answer(Rrn::new(&format!("A{}", intent.0 % 5)).unwrap()) }
}

pub(crate) fn opened(incarnation: u32) -> Record {
    Record::Opened(Opened { incarnation, node: 1, rules: RulesVersion([4; 8]), software: Text::new("0.1.0").unwrap() })
}

pub(super) fn refused(pick: usize) -> Refused {
    Refused {
        origin: origin(rrn(pick)),
        campaign: CampaignId::default(),
        rules: RulesVersion([4; 8]),
        amount: MinorUnits::new(1),
        items: ArrayVec::new(),
        answer: answer(Rrn::default()),
        bound: Text::EMPTY,
        bound_cap: None,
        asked: None,
    }
}

pub(super) fn tombstone(pick: usize) -> Tombstone {
    Tombstone { origin: origin(rrn(pick)), original: DuplicateKey([6; 16]) }
}

/// What is asked for of the grant of `intent`; sums of money stand in no relation to it, and move nothing.
pub(crate) fn return_asked(rrn: Rrn, intent: Lsn, of: Option<Lsn>, way: ReturnWay, takes: Takes) -> ReturnAsked {
    ReturnAsked {
        origin: origin(rrn),
        intent,
        of,
        way,
        amount: MinorUnits::new(1),
        gross: MinorUnits::new(1),
        discount: MinorUnits::ZERO,
        net: MinorUnits::new(1),
        sponsors: ArrayVec::new(),
        takes,
        recall: Recall::default(),
    }
}
