//! Rules, products and sales to decide about.

use jiff::civil::{Time, date, time};
use jiff::tz::TimeZone;
use lijian_domain::campaign::{
    BudgetSettings, CampaignSettings, CategorySettings, PersonSettings, RefundPolicy, SaleForm, SerialNumbers,
    SponsorSettings, SponsorSplit,
};
use lijian_domain::catalogue::{CatalogueBuilder, Product, ProductTexts};
use lijian_domain::ids::{
    CardFingerprint, CategoryId, DistrictCode, Gtin, LinkName, MerchantId, PersonKey, QualificationCode, RulesVersion,
    SerialNumber, TerminalId,
};
use lijian_domain::merchants::{Admission, CreditCode, Merchant, Merchants};
use lijian_domain::money::{MinorUnits, Rounding};
use lijian_domain::rules::Rules;
use lijian_domain::sale::{ItemRequest, SaleRequest};
use lijian_domain::time::{Calendar, Moment, UnixMicros, Validity};

const CATEGORIES: [&str; 11] = [
    "air-conditioner",
    "computer",
    "phone",
    "range-hood",
    "refrigerator",
    "stove",
    "tablet",
    "television",
    "washing-machine",
    "water-heater",
    "wearable",
];
const MERCHANTS: u64 = 20;
/// Sales prepared ahead: more than a cache holds of the products that they ask for.
const SALES: u64 = 1 << 16;

pub(crate) fn gtin(product: u64) -> Gtin {
    Gtin(6_900_000_000_000 + product * 7)
}

fn merchant_id(number: u64) -> MerchantId {
    MerchantId::new(&format!("99958405722{number:04}")).unwrap()
}

pub(crate) fn rules(products: u64) -> Rules {
    let campaign = CampaignSettings {
        id: "shenzhen-2024".to_owned(),
        first_day: date(2024, 9, 6),
        last_day: date(2024, 12, 31),
        daily_window: Some((time(10, 0, 0, 0), time(23, 0, 0, 0))),
        places: vec!["440300".to_owned()],
        sale_form: SaleForm::OneItem,
        serial_numbers: SerialNumbers::Once,
        rounding: Rounding::Floor,
        refund: RefundPolicy::default(),
        per_person: PersonSettings::default(),
        budget: BudgetSettings { campaign_fen: 12_000_000_000, ..BudgetSettings::default() },
        sponsor_split: SponsorSplit::default(),
        sponsors: vec![SponsorSettings {
            id: "bureau".to_owned(),
            share_basis_points: Some(10_000),
            ..SponsorSettings::default()
        }],
        categories: vec![CategorySettings {
            ids: CATEGORIES.map(str::to_owned).to_vec(),
            rate_basis_points: Some(1_500),
            cap_per_item_fen: 200_000,
            items_per_person: Some(1),
            stopped_from: Some(date(2024, 11, 8).to_datetime(Time::midnight())),
            ..CategorySettings::default()
        }],
        ..CampaignSettings::default()
    };
    let mut builder = CatalogueBuilder::default();
    for (number, category) in (0..products).zip(CATEGORIES.into_iter().cycle()) {
        let product = Product {
            gtin: gtin(number),
            category: CategoryId::new(category).unwrap(),
            subtype: None,
            grade: Some(1),
            filed_price: Some(MinorUnits::new(1_699_900)),
            validity: Validity::ALWAYS,
        };
        let model = number.to_string();
        builder.add(&product, ProductTexts { brand: "Qingyan", model: &model, name: "a product" }).unwrap();
    }
    let mut merchants = Merchants::default();
    for number in 0..MERCHANTS {
        let merchant = Merchant {
            id: merchant_id(number),
            link: LinkName::new("ascii").unwrap(),
            credit_code: CreditCode::parse("91350100M000100Y43").unwrap(),
            name: "shop".to_owned(),
            district: DistrictCode::parse("440305").unwrap(),
            categories: Box::default(),
            validity: Validity::ALWAYS,
            location: None,
            admission: Admission::default(),
        };
        merchants.add(merchant).unwrap();
    }
    Rules::new(RulesVersion::default(), vec![campaign.check().unwrap()], builder.build(), merchants)
}

pub(crate) fn request(item: ItemRequest, merchant: MerchantId) -> SaleRequest {
    SaleRequest {
        link: LinkName::new("ascii").unwrap(),
        merchant,
        terminal: TerminalId::new("00000001").unwrap(),
        card: CardFingerprint([1; 16]),
        person: PersonKey([1; 16]),
        district: DistrictCode::default(),
        qualification: QualificationCode::default(),
        currency: None,
        amount: item.unit_price,
        trade_in: MinorUnits::ZERO,
        bank_promotion: MinorUnits::ZERO,
        items: [item].into_iter().collect(),
    }
}

/// Product and merchant of each sale, by a linear congruential sequence.
pub(crate) fn sales(products: u64) -> Vec<(ItemRequest, MerchantId)> {
    let step =
        |state: &u64| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
    let numbers = std::iter::successors(Some(42), step).map(|state| state >> 33);
    let sale = |number: u64| {
        let unit_price = MinorUnits::new(100_000 + number % 1_000_000);
        let serial_number = SerialNumber::default();
        let item = ItemRequest { gtin: gtin(number % products), quantity: 1, unit_price, serial_number };
        (item, merchant_id(number % MERCHANTS))
    };
    numbers.map(sale).take(usize::try_from(SALES).unwrap()).collect()
}

pub(crate) fn noon() -> Moment {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let at = date(2024, 10, 15).at(12, 0, 0, 0).to_zoned(zone.clone()).unwrap().timestamp();
    Calendar::new(zone, Time::midnight()).moment(UnixMicros(at.as_microsecond()))
}
