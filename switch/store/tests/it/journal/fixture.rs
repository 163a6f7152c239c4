//! Journals of format 1, kept so that old ones stay readable: one with the first eleven kinds of record at version 1, one
//! with the first eighteen at the versions of their time, one with every kind at the version that is written. The bytes of the first were also read by a program written from FORMAT.md
//! alone, which is where its chain hash below comes from.

use super::options;
use arrayvec::ArrayVec;
use lijian_domain::cap::{CapBalance, CapKey, CapLimit};
use lijian_domain::claims::{ClaimId, ClaimSpan, ClaimStage};
use lijian_domain::code::DecisionCode;
use lijian_domain::funding::{AdvancedBy, Coupon, CouponKind, Funding};
use lijian_domain::ids::{
    AcquirerId, AuthorisationCode, CampaignId, CardFingerprint, CategoryId, ContentDigest, DistrictCode, DuplicateKey,
    GrantId, Gtin, LinkName, Lsn, MerchantId, PackId, PersonKey, QualificationCode, Rrn, RulesVersion, SerialNumber,
    SponsorId, Stan, TerminalId, TransmissionTime,
};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{
    Answer, AskedTerms, BoundCap, ClaimChanged, Claimed, DoubtCause, Drawn, GaveBack, InDoubt, Intent, Opened, Origin,
    Outcome, QueueOrder, QueueOrdered, Quoted, Recall, Record, Refused, ReleaseCause, Released, ReturnAsked,
    ReturnOutcome, ReturnWay, ReversalAsked, ReversalOutcome, RulesCause, RulesChanged, SealedCard, Tombstone,
    recorded_take,
};
use lijian_domain::sale::{Award, AwardedItem, ItemRequest, SponsorShare};
use lijian_domain::text::Text;
use lijian_domain::time::{BusinessDate, UnixMicros};
use lijian_store::format::RecordBuffer;
use lijian_store::journal::{Journal, JournalReader};
use lijian_store::storage::Storage;
use lijian_store::storage::faulty::MemoryStorage;
use std::sync::Arc;

const SEGMENT: &str = "0000000001.segment";
const FIRST: &str = include_str!("../../fixtures/journal-format-1.hex");
const SECOND: &str = include_str!("../../fixtures/journal-format-1-kinds-18.hex");
const LATEST: &str = include_str!("../../fixtures/journal-format-1-kinds-22.hex");
const CHAIN_HEAD: &str = "6173c427f1c1d07f326ee2dc7d62ed7d907242056ad99dc9ed44e39cc376a174";

/// Lines of an offset and the bytes there, both in hexadecimal; all others are zero.
fn fixture(lines: &str) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(options().segment_bytes).unwrap()];
    for line in lines.lines() {
        let (offset, digits) = line.split_once(' ').unwrap();
        let offset = usize::from_str_radix(offset, 16).unwrap();
        for (place, pair) in digits.as_bytes().chunks(2).enumerate() {
            bytes[offset + place] = u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        }
    }
    bytes
}

#[test]
fn journals_of_format_1_are_read() {
    check(FIRST, records(), Some(CHAIN_HEAD));
    check(SECOND, second(), None);
    check(LATEST, latest(), None);
}

fn check(lines: &str, expected: Vec<Record>, chain_head: Option<&str>) {
    let storage = MemoryStorage::default();
    storage.create(SEGMENT, options().segment_bytes).unwrap().write_all_at(&fixture(lines), 0).unwrap();
    let mut reader = JournalReader::open(Arc::new(storage.clone())).unwrap();
    if let Some(head) = chain_head {
        assert_eq!(reader.head().chain.to_string(), head);
    }
    let entries: Vec<_> = reader.entries(Lsn(1)).collect::<Result<_, _>>().unwrap();
    let numbers: Vec<_> = reader.numbers(Lsn(1)).collect::<Result<_, _>>().unwrap();
    assert_eq!(numbers, entries.iter().map(crate::history::numbered).collect::<Vec<_>>());
    for (place, entry) in (0..).zip(&entries) {
        assert_eq!((entry.lsn, entry.at, entry.business_date), (Lsn(place + 1), time(place), BusinessDate(19_972)));
    }
    assert_eq!(entries.into_iter().map(|entry| entry.record).collect::<Vec<_>>(), expected);
    assert_eq!(Journal::open(Arc::new(storage), options()).unwrap().report().batches, 3);
}

/// As long as nothing new is written, the writer writes these bytes.
#[test]
fn the_writer_writes_the_latest_layouts() {
    let storage = MemoryStorage::default();
    let journal = Journal::open(Arc::new(storage.clone()), options()).unwrap().start(|_| {}).unwrap();
    let mut buffer = RecordBuffer::new(Lsn(1));
    for (place, record) in (0..).zip(latest()) {
        buffer.push(time(place), BusinessDate(19_972), &record);
        // Three batches: 1, 2 and the rest.
        if [0, 2, latest().len() - 1].contains(&usize::try_from(place).unwrap()) {
            journal.append(&mut buffer).unwrap();
            while journal.durable() < buffer.last_lsn() {
                std::thread::yield_now();
            }
        }
    }
    journal.close().unwrap();
    let mut written = vec![0; fixture(LATEST).len()];
    storage.open(SEGMENT).unwrap().read_at(&mut written, 0).unwrap();
    assert!(written == fixture(LATEST), "a layout changed without a new version");
}

fn time(place: u64) -> UnixMicros {
    UnixMicros(1_725_588_900_000_000 + i64::try_from(place).unwrap())
}

fn records() -> Vec<Record> {
    let granted = answer(DecisionCode::Granted, "00");
    let declined = answer(DecisionCode::IssuerDeclined, "51");
    let reversal =
        |code| ReversalOutcome { asked: Lsn(9), intent: Lsn(2), answer: answer(DecisionCode::Granted, code) };
    vec![
        Record::Opened(Opened {
            incarnation: 1,
            node: 7,
            rules: RulesVersion([0xA1; 8]),
            software: Text::new("lijian 0.1.0").unwrap(),
        }),
        Record::Intent(intent()),
        Record::Granted(Outcome { intent: Lsn(2), answer: granted.clone() }),
        Record::Declined(Outcome { intent: Lsn(2), answer: declined.clone() }),
        Record::Refused(Refused {
            origin: origin(),
            campaign: CampaignId::new("shenzhen-2024").unwrap(),
            rules: RulesVersion([0xA1; 8]),
            amount: MinorUnits::new(599_900),
            items: [item()].into_iter().collect(),
            answer: answer(DecisionCode::AllowanceUsed, "65"),
            bound: Text::new("person-category:shenzhen-2024:phone").unwrap(),
            bound_cap: None,
            asked: None,
        }),
        Record::FullPrice(Outcome { intent: Lsn(5), answer: granted }),
        Record::InDoubt(InDoubt { intent: Lsn(2), cause: DoubtCause::OtherAmount }),
        Record::Released(Released { intent: Lsn(2), cause: ReleaseCause::LateDecline }),
        Record::ReversalAsked(ReversalAsked { origin: origin(), intent: Lsn(2), amount: MinorUnits::new(599_900) }),
        Record::Reversed(reversal("00")),
        Record::ReversalRefused(reversal("25")),
    ]
}

/// Every kind at the version that is written, with everything that it can say.
fn latest() -> Vec<Record> {
    let (campaign, by) = (CampaignId::new("shenzhen-2024").unwrap(), Text::new("app").unwrap());
    let (place, currency) = (DistrictCode::new("440304").unwrap(), Some(156));
    let coupon = Coupon {
        kind: CouponKind::Claimed,
        sponsor: Text::new("00010000").unwrap(),
        id: Text::new("3102024090600001").unwrap(),
    };
    let say_more = |intent: &mut Intent| {
        (intent.place, intent.currency) = (place, currency);
        intent.award.funding =
            Funding { advanced_by: AdvancedBy::Merchant, coupons: [coupon, coupon].into_iter().collect() };
    };
    let mut all = second();
    for record in &mut all {
        match record {
            Record::Intent(intent) => say_more(intent),
            Record::Quoted(quoted) => say_more(&mut quoted.sale),
            Record::Refused(refused) => {
                let Intent { person, qualification, trade_in, bank_promotion, .. } = intent();
                refused.asked = Some(AskedTerms { person, qualification, place, currency, trade_in, bank_promotion });
            }
            _ => {}
        }
    }
    let span = ClaimSpan { from: time(0), until: time(691_200_000_000) };
    let claim = ClaimId::new(0x0123_4567_89ab_cdef);
    all.extend([
        Record::RulesChanged(RulesChanged {
            rules: RulesVersion([0xA2; 8]),
            cause: RulesCause::Request,
            maker: Text::new("wang").unwrap(),
            checker: Text::new("li").unwrap(),
        }),
        Record::Claimed(Claimed {
            claim,
            campaign,
            pack: PackId::new("phone").unwrap(),
            person: PersonKey([0x44; 16]),
            stage: ClaimStage::Unconfirmed,
            span: ClaimSpan::default(),
            rules: RulesVersion([0xA2; 8]),
            by,
        }),
        Record::ClaimChanged(ClaimChanged {
            claim,
            stage: ClaimStage::Issued,
            span,
            merchant: MerchantId::new("898440353110001").unwrap(),
            by,
        }),
        Record::Drawn(Drawn {
            campaign,
            seed: [0x88; 32],
            entered: 3,
            winners: 2,
            stage: ClaimStage::Issued,
            span,
            maker: Text::new("wang").unwrap(),
            checker: Text::new("li").unwrap(),
        }),
    ]);
    all
}

/// The first eighteen kinds, with everything that they could say at the time.
fn second() -> Vec<Record> {
    let limit = CapLimit { amount: Some(MinorUnits::new(10_000_000_000)), count: Some(3) };
    let mut recall = Recall::default();
    recall.fields.try_extend_from_slice(&[49, 0, 3, b'1', b'5', b'6']).unwrap();
    recall.card =
        Some(SealedCard { day: BusinessDate(19_972), nonce: [0x55; 12], bytes: [0x66; 35].into_iter().collect() });
    let full = |quote| {
        let mut intent = Intent { quote, recall: recall.clone(), ..intent() };
        intent.award.caps.iter_mut().for_each(|take| take.limit = limit);
        intent
    };
    let returned = ReturnOutcome { asked: Lsn(15), intent: Lsn(2), answer: answer(DecisionCode::Granted, "00") };
    let balance = CapBalance { held: MinorUnits::new(1), used: MinorUnits::new(2), held_count: 3, used_count: 4 };
    let mut all = records();
    all[1] = Record::Intent(full(Some(Lsn(1))));
    if let Record::Refused(refused) = &mut all[4] {
        refused.bound_cap = Some(BoundCap { key: intent().award.caps[2].key, limit, balance });
    }
    all.extend([
        Record::Tombstone(Tombstone { origin: origin(), original: DuplicateKey([0x77; 16]) }),
        Record::Quoted(Quoted { sale: full(None), expires: time(180_000_000) }),
        Record::ReturnAsked(ReturnAsked {
            origin: origin(),
            intent: Lsn(2),
            of: Some(Lsn(3)),
            way: ReturnWay::Refund,
            amount: MinorUnits::new(100),
            gross: MinorUnits::new(100),
            discount: MinorUnits::new(10),
            net: MinorUnits::new(90),
            sponsors: intent().award.sponsors,
            takes: intent().award.caps,
            recall,
        }),
        Record::Returned(returned.clone()),
        Record::ReturnRefused(returned),
        Record::GaveBack(GaveBack { asked: Lsn(15), intent: Lsn(2), takes: intent().award.caps }),
        Record::QueueOrdered(QueueOrdered {
            target: Lsn(2),
            order: QueueOrder::Drop,
            maker: Text::new("wang").unwrap(),
            checker: Text::new("li").unwrap(),
        }),
    ]);
    all
}

fn answer(code: DecisionCode, response_code: &str) -> Answer {
    let mut issuer_fields = ArrayVec::new();
    issuer_fields.try_extend_from_slice(&[44, 0, 2, b'O', b'K']).unwrap();
    Answer {
        code,
        response_code: Text::new(response_code).unwrap(),
        rrn: Rrn::new("425000000123").unwrap(),
        authorisation: AuthorisationCode::new("A1B2C3").unwrap(),
        issuer_fields,
    }
}

fn origin() -> Origin {
    Origin {
        link: LinkName::new("ascii").unwrap(),
        key: DuplicateKey([0x11; 16]),
        content: ContentDigest([0x22; 8]),
        terminal: TerminalId::new("10000001").unwrap(),
        merchant: MerchantId::new("898440353110001").unwrap(),
        stan: Stan(999_999),
        rrn: Rrn::default(),
        transmission: TransmissionTime::new("0906101500").unwrap(),
        acquirer: AcquirerId::new("48021000").unwrap(),
        card: CardFingerprint([0x33; 16]),
    }
}

fn item() -> ItemRequest {
    ItemRequest {
        gtin: Gtin(6_901_234_567_892),
        quantity: 1,
        unit_price: MinorUnits::new(599_900),
        serial_number: SerialNumber::new("356938035643809").unwrap(),
    }
}

/// Every kind of cap.
fn intent() -> Intent {
    let campaign = CampaignId::new("shenzhen-2024").unwrap();
    let (category, merchant) = (CategoryId::new("phone").unwrap(), origin().merchant);
    let (person, discount) = (PersonKey([0x44; 16]), MinorUnits::new(59_990));
    let qualification = QualificationCode::new("Q-1").unwrap();
    let district = DistrictCode::new("440305").unwrap();
    let keys = [
        CapKey::SerialNumber(item().serial_number),
        CapKey::Qualification(campaign, qualification),
        CapKey::PersonCategory(campaign, person, category),
        CapKey::Terminal(campaign, merchant, origin().terminal),
        CapKey::Merchant(campaign, merchant),
        CapKey::District(campaign, district),
        CapKey::Category(campaign, category),
        CapKey::Day(campaign, BusinessDate(19_972)),
        CapKey::Tranche(campaign, 3),
        CapKey::Campaign(campaign),
    ];
    let share =
        |sponsor, amount| SponsorShare { sponsor: SponsorId::new(sponsor).unwrap(), amount: MinorUnits::new(amount) };
    let award = Award {
        campaign,
        rules: RulesVersion([0xA1; 8]),
        gross: MinorUnits::new(599_900),
        discount,
        net: MinorUnits::new(539_910),
        district,
        items: [AwardedItem { item: item(), category, grade: Some(2), discount }].into_iter().collect(),
        sponsors: [share("bureau", 50_000), share("减免", 9_990)].into_iter().collect(),
        funding: Funding::default(),
        caps: keys.into_iter().map(|key| recorded_take(key, discount, 1)).collect(),
    };
    let (trade_in, bank_promotion) = (MinorUnits::new(1), MinorUnits::new(2));
    Intent {
        origin: origin(),
        grant: GrantId::new(7, Lsn(2)),
        person,
        qualification,
        trade_in,
        bank_promotion,
        place: DistrictCode::default(),
        currency: None,
        award,
        quote: None,
        recall: Recall::default(),
    }
}
