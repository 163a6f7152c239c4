//! A small world to sell in.

use arrayvec::ArrayVec;
use jiff::civil::{Date, DateTime, Time, date, time};
use jiff::tz::TimeZone;
use lijian_domain::campaign::{
    BudgetSettings, CampaignSettings, CategorySettings, PersonSettings, RefundPolicy, SaleForm, SerialNumbers,
    SponsorSettings, SponsorSplit,
};
use lijian_domain::catalogue::{Catalogue, CatalogueBuilder, Product, ProductTexts};
use lijian_domain::ids::{
    CardFingerprint, CategoryId, DistrictCode, Gtin, LinkName, MerchantId, PersonKey, QualificationCode, RulesVersion,
    SerialNumber, SubtypeId, TerminalId,
};
use lijian_domain::merchants::{Admission, CreditCode, Merchant, Merchants};
use lijian_domain::money::{MinorUnits, Rounding};
use lijian_domain::rules::Rules;
use lijian_domain::sale::{ItemRequest, SaleRequest};
use lijian_domain::time::{Calendar, Moment, UnixMicros, Validity};

/// A refrigerator of grade 1, filed at 10,000 yuan.
pub(crate) const FRIDGE: Gtin = Gtin(1);
/// A refrigerator of grade 2 and of two doors, without a filed price.
pub(crate) const FRIDGE_2: Gtin = Gtin(2);
/// A phone.
pub(crate) const PHONE: Gtin = Gtin(3);
/// A kettle, which no campaign names.
pub(crate) const KETTLE: Gtin = Gtin(4);

pub(crate) fn settings(id: &str) -> CampaignSettings {
    CampaignSettings {
        id: id.to_owned(),
        first_day: date(2024, 9, 6),
        last_day: date(2024, 12, 31),
        daily_window: Some((time(10, 0, 0, 0), time(23, 0, 0, 0))),
        places: vec!["440300".to_owned()],
        sale_form: SaleForm::OneItem,
        serial_numbers: SerialNumbers::Once,
        rounding: Rounding::Floor,
        refund: RefundPolicy::default(),
        per_person: PersonSettings::default(),
        budget: BudgetSettings { campaign_fen: 1_000_000, ..BudgetSettings::default() },
        sponsor_split: SponsorSplit::default(),
        sponsors: vec![SponsorSettings {
            id: "bureau".to_owned(),
            share_basis_points: Some(10_000),
            ..SponsorSettings::default()
        }],
        categories: vec![category("refrigerator"), category("phone")],
        ..CampaignSettings::default()
    }
}

pub(crate) fn category(id: &str) -> CategorySettings {
    CategorySettings {
        ids: vec![id.to_owned()],
        rate_basis_points_by_grade: vec![("1".to_owned(), 2_000), ("2".to_owned(), 1_500)],
        rate_basis_points_without_grade: Some(1_000),
        cap_per_item_fen: 200_000,
        items_per_person: Some(1),
        ..CategorySettings::default()
    }
}

pub(crate) fn rules(campaigns: &[CampaignSettings]) -> Rules {
    let campaigns = campaigns.iter().map(|settings| settings.check().unwrap()).collect();
    Rules::new(RulesVersion([7; 8]), campaigns, catalogue(), merchants())
}

fn catalogue() -> Catalogue {
    let mut builder = CatalogueBuilder::default();
    for (gtin, category, grade, filed) in [
        (FRIDGE, "refrigerator", Some(1), Some(1_000_000)),
        (FRIDGE_2, "refrigerator", Some(2), None),
        (PHONE, "phone", None, None),
        (KETTLE, "kettle", Some(1), None),
    ] {
        let category = CategoryId::new(category).unwrap();
        let filed_price = filed.map(MinorUnits::new);
        let subtype = (gtin == FRIDGE_2).then(|| SubtypeId::new("two-door").unwrap());
        let product = Product { gtin, category, subtype, grade, filed_price, validity: Validity::ALWAYS };
        builder.add(&product, ProductTexts { brand: "B", model: "M", name: "N" }).unwrap();
    }
    builder.build()
}

fn merchants() -> Merchants {
    let mut merchants = Merchants::default();
    for (id, district) in [("NANSHAN", "440305"), ("FUTIAN", "440304"), ("GUANGZHOU", "440106")] {
        let merchant = Merchant {
            id: MerchantId::new(id).unwrap(),
            link: LinkName::new("ascii").unwrap(),
            credit_code: CreditCode::parse("91350100M000100Y43").unwrap(),
            name: id.to_owned(),
            district: DistrictCode::parse(district).unwrap(),
            categories: Box::default(),
            validity: Validity::ALWAYS,
            location: None,
            admission: Admission::default(),
        };
        merchants.add(merchant).unwrap();
    }
    merchants
}

pub(crate) fn item(gtin: Gtin, unit_price: u64) -> ItemRequest {
    ItemRequest { gtin, quantity: 1, unit_price: MinorUnits::new(unit_price), serial_number: SerialNumber::default() }
}

/// A sale of these items in Nanshan, its amount their sum.
pub(crate) fn sale(items: &[ItemRequest]) -> SaleRequest {
    let sum = items.iter().map(|item| item.unit_price.get().saturating_mul(item.quantity.into()));
    SaleRequest {
        link: LinkName::new("ascii").unwrap(),
        merchant: MerchantId::new("NANSHAN").unwrap(),
        terminal: TerminalId::new("00000001").unwrap(),
        card: CardFingerprint([1; 16]),
        person: PersonKey([2; 16]),
        district: DistrictCode::default(),
        qualification: QualificationCode::default(),
        currency: None,
        amount: MinorUnits::new(sum.fold(0, u64::saturating_add)),
        trade_in: MinorUnits::ZERO,
        bank_promotion: MinorUnits::ZERO,
        items: items.iter().copied().collect::<ArrayVec<_, 8>>(),
    }
}

pub(crate) fn noon(day: Date) -> Moment {
    moment(day.to_datetime(Time::constant(12, 0, 0, 0)))
}

pub(crate) fn moment(local: DateTime) -> Moment {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let at = local.to_zoned(zone.clone()).unwrap().timestamp().as_microsecond();
    Calendar::new(zone, Time::midnight()).moment(UnixMicros(at))
}
