//! A sale as benchmarks record it.

use lijian_domain::cap::CapKey;
use lijian_domain::ids::{
    AcquirerId, CampaignId, CardFingerprint, CategoryId, ContentDigest, DistrictCode, DuplicateKey, GrantId, Gtin,
    LinkName, Lsn, MerchantId, PersonKey, QualificationCode, Rrn, RulesVersion, SerialNumber, SponsorId, Stan,
    TerminalId, TransmissionTime,
};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{Intent, Origin, Recall, recorded_take};
use lijian_domain::sale::{Award, AwardedItem, ItemRequest, SponsorShare};
use lijian_domain::time::BusinessDate;

/// An ordinary sale of one telephone.
pub(crate) fn intent() -> Intent {
    let campaign = CampaignId::new("shenzhen-2024").unwrap();
    let category = CategoryId::new("phone").unwrap();
    let (person, discount) = (PersonKey([9; 16]), MinorUnits::new(50_000));
    let origin = Origin {
        link: LinkName::new("ascii").unwrap(),
        key: DuplicateKey([1; 16]),
        content: ContentDigest([2; 8]),
        terminal: TerminalId::new("10000001").unwrap(),
        merchant: MerchantId::new("898440353110001").unwrap(),
        stan: Stan(123),
        rrn: Rrn::new("000000000123").unwrap(),
        transmission: TransmissionTime::new("0906101500").unwrap(),
        acquirer: AcquirerId::new("48021000").unwrap(),
        card: CardFingerprint([9; 16]),
    };
    let item = ItemRequest {
        gtin: Gtin(6_901_234_567_892),
        quantity: 1,
        unit_price: MinorUnits::new(500_000),
        serial_number: SerialNumber::new("356938035643809").unwrap(),
    };
    let keys = [
        CapKey::SerialNumber(item.serial_number),
        CapKey::PersonCategory(campaign, person, category),
        CapKey::Category(campaign, category),
        CapKey::Day(campaign, BusinessDate(19_972)),
        CapKey::Campaign(campaign),
    ];
    let award = Award {
        campaign,
        rules: RulesVersion([3; 8]),
        gross: MinorUnits::new(500_000),
        discount,
        net: MinorUnits::new(450_000),
        district: DistrictCode::new("440305").unwrap(),
        items: [AwardedItem { item, category, grade: None, discount }].into_iter().collect(),
        sponsors: [SponsorShare { sponsor: SponsorId::new("bureau").unwrap(), amount: discount }].into_iter().collect(),
        funding: Default::default(),
        caps: keys.into_iter().map(|key| recorded_take(key, discount, 1)).collect(),
    };
    let grant = GrantId::new(1, Lsn(1));
    let qualification = QualificationCode::default();
    let recall = Recall::default();
    let (place, currency) = (DistrictCode::default(), None);
    let (trade_in, bank_promotion) = (MinorUnits::ZERO, MinorUnits::ZERO);
    Intent {
        origin,
        grant,
        person,
        qualification,
        trade_in,
        bank_promotion,
        place,
        currency,
        award,
        quote: None,
        recall,
    }
}
