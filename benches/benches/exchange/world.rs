//! One acquirer, one issuer, one campaign.

use crate::messages::{FRIDGE, MERCHANT};
use jiff::civil::{Time, date, datetime};
use jiff::tz::TimeZone;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_domain::campaign::{
    BudgetSettings, CampaignSettings, CategorySettings, PersonSettings, RefundPolicy, SaleForm, SerialNumbers,
    SponsorSettings, SponsorSplit,
};
use lijian_domain::catalogue::{CatalogueBuilder, Product, ProductTexts};
use lijian_domain::ids::{CategoryId, DistrictCode, Gtin, LinkName, MerchantId, RulesVersion};
use lijian_domain::merchants::{Admission, CreditCode, Merchant, Merchants};
use lijian_domain::money::Rounding;
use lijian_domain::returns::Base;
use lijian_domain::rules::Rules;
use lijian_domain::time::{Calendar, UnixMicros, Validity};
use lijian_exchange::settings::{
    AcquirerLink, IssuerLink, OursRule, Presentation, QueueSettings, QuoteRules, RefusalPolicy, Settings,
};
use std::sync::Arc;

/// More than all sales of a run.
const BUDGET_FEN: u64 = 1 << 50;

fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

/// Noon of a day in the campaign.
pub(crate) fn noon() -> UnixMicros {
    let noon = datetime(2024, 10, 1, 12, 0, 0, 0).to_zoned(zone()).unwrap();
    UnixMicros(noon.timestamp().as_microsecond())
}

pub(crate) fn settings() -> Settings {
    let dialect = Arc::new(Dialect::shipped("iso87-ascii").unwrap().unwrap());
    let acquirer = AcquirerLink {
        name: LinkName::new("ascii").unwrap(),
        dialect: Arc::clone(&dialect),
        frame: FrameFormat::default(),
        issuer: 0,
        time_budget_us: 15_000_000,
        in_flight_max: 10_000,
        ours: vec![OursRule { mti: *b"0200", processing: Some(*b"00") }],
        quotes: QuoteRules::default(),
        refusal: RefusalPolicy::Decline,
        refund_amount: Base::Net,
    };
    let issuer = IssuerLink {
        name: LinkName::new("issuer").unwrap(),
        dialect,
        frame: FrameFormat::default(),
        destination: Box::default(),
        source: Box::default(),
        presentation: Presentation::Net,
        accepts_changed_chip_amount: false,
        gross_amount_type: *b"57",
        coupon_info_tag: None,
        sign_on: false,
        echo_after_us: None,
        session_answer_us: 5_000_000,
    };
    Settings {
        node: 1,
        calendar: Calendar::new(zone(), Time::midnight()),
        acquirers: vec![acquirer],
        issuers: vec![issuer],
        in_flight_max: 10_000,
        answers_days: 2,
        queue: QueueSettings::default(),
        card_key: [7; 32],
        hash_seed: 7,
    }
}

/// Each sale takes its serial number, the person's allowance, and the budgets of merchant, day and campaign.
pub(crate) fn rules() -> Rules {
    let campaign = CampaignSettings {
        id: "trial".to_owned(),
        first_day: date(2024, 9, 6),
        last_day: date(2024, 12, 31),
        daily_window: None,
        places: Vec::new(),
        sale_form: SaleForm::OneItem,
        serial_numbers: SerialNumbers::Once,
        rounding: Rounding::Floor,
        refund: RefundPolicy::default(),
        per_person: PersonSettings::default(),
        budget: BudgetSettings {
            campaign_fen: BUDGET_FEN,
            day_fen: Some(BUDGET_FEN),
            merchant_fen: Some(BUDGET_FEN),
            ..BudgetSettings::default()
        },
        sponsor_split: SponsorSplit::default(),
        sponsors: vec![SponsorSettings {
            id: "bureau".to_owned(),
            share_basis_points: Some(10_000),
            ..SponsorSettings::default()
        }],
        categories: vec![CategorySettings {
            ids: vec!["refrigerator".to_owned()],
            rate_basis_points_by_grade: vec![("1".to_owned(), 2_000)],
            cap_per_item_fen: 200_000,
            items_per_person: Some(1),
            ..CategorySettings::default()
        }],
        ..CampaignSettings::default()
    };
    let mut catalogue = CatalogueBuilder::default();
    let fridge = Product {
        gtin: Gtin::parse(FRIDGE.as_bytes()).unwrap(),
        category: CategoryId::new("refrigerator").unwrap(),
        subtype: None,
        grade: Some(1),
        filed_price: None,
        validity: Validity::ALWAYS,
    };
    catalogue.add(&fridge, ProductTexts { brand: "Yunfeng", model: "BCD-1", name: "fridge" }).unwrap();
    let mut merchants = Merchants::default();
    let merchant = Merchant {
        id: MerchantId::new(MERCHANT).unwrap(),
        link: LinkName::new("ascii").unwrap(),
        credit_code: CreditCode::parse("91350100M000100Y43").unwrap(),
        name: "shop".to_owned(),
        district: DistrictCode::new("440304").unwrap(),
        categories: Box::default(),
        validity: Validity::ALWAYS,
        location: None,
        admission: Admission::default(),
    };
    merchants.add(merchant).unwrap();
    Rules::new(RulesVersion([1; 8]), vec![campaign.check().unwrap()], catalogue.build(), merchants)
}
