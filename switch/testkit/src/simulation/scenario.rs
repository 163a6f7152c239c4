//! The world of one history: rules with small caps, links, and how rough it gets.

use super::dice::Dice;
use crate::auditor::{Facts, Good, Limit};
use jiff::civil::{date, time};
use jiff::tz::TimeZone;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_domain::campaign::{
    AllowanceReturn, BudgetSettings, CampaignSettings, CategorySettings, PersonSettings, RefundPolicy, RefundSplit,
    SaleForm, SerialNumbers, SponsorSettings, SponsorSplit,
};
use lijian_domain::catalogue::{CatalogueBuilder, Product, ProductTexts};
use lijian_domain::ids::{CategoryId, DistrictCode, Gtin, LinkName, MerchantId, RulesVersion};
use lijian_domain::merchants::{CreditCode, Merchant, Merchants};
use lijian_domain::money::Rounding;
use lijian_domain::returns::Base;
use lijian_domain::rules::Rules;
use lijian_domain::time::{Calendar, UnixMicros, Validity};
use lijian_exchange::Settings;
use lijian_exchange::settings::{
    AcquirerLink, IssuerLink, OursRule, Presentation, QueueSettings, QuoteRules, RefusalPolicy,
};
use std::sync::{Arc, OnceLock};

/// GTIN, category, grade, rate in hundredths of a percent.
pub(crate) const GOODS: [(&str, &str, u8, u32); 3] = [
    ("6901234567892", "refrigerator", 1, 2_000),
    ("6901234567908", "refrigerator", 2, 1_500),
    ("6901234567915", "phone", 1, 1_000),
];
/// Shops that are admitted.
pub(crate) const MERCHANTS: [&str; 2] = ["M00000000000001", "M00000000000002"];
/// 2024-10-01 12:00 in Shenzhen.
const NOON_US: i64 = 1_727_755_200_000_000;
const TO_MIDNIGHT_US: i64 = 12 * 3_600_000_000;
const CAP_PER_ITEM: u64 = 50_000;
const ITEMS_PER_PERSON: u32 = 1;
const MONEY_PER_PERSON_IN_A_WEEK: u64 = 60_000;
const ITEMS_PER_PERSON_IN_A_YEAR: u32 = 2;
const MONEY_PER_PERSON: u64 = 80_000;

/// What differs from history to history.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) tills: usize,
    /// What each till does before it goes home.
    pub(crate) till_steps: u64,
    /// Something goes wrong after so many microseconds, at most; none: nothing does.
    pub(crate) trouble_us: Option<u64>,
    pub(crate) segment_bytes: u64,
    pub(crate) sync_us_max: u64,
    /// When it begins: at noon, or shortly before midnight.
    pub(crate) start: UnixMicros,
    quote_us: u64,
    full_price: bool,
    gross_to_issuer: bool,
    refund: RefundPolicy,
    budget: u64,
    day: Option<u64>,
    merchant: Option<u64>,
    phones: Option<u64>,
}

impl Scenario {
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        Self {
            tills: dice.one_of(3, &[2, 4, 5]),
            till_steps: dice.between(15, 40),
            trouble_us: dice.one_of(Some(20_000_000), &[Some(5_000_000), Some(60_000_000), None]),
            segment_bytes: dice.one_of(24 << 10, &[64 << 10, 256 << 10]),
            sync_us_max: dice.one_of(2_000, &[200, 100_000, 2_000_000]),
            start: UnixMicros(NOON_US + if dice.percent(30) { TO_MIDNIGHT_US - 40_000_000 } else { 0 }),
            quote_us: dice.one_of(20_000_000, &[2_000_000, 60_000_000]),
            full_price: dice.percent(30),
            gross_to_issuer: dice.percent(25),
            refund: RefundPolicy {
                allowance: dice.one_of(
                    AllowanceReturn::OnFullReturnOnly,
                    &[AllowanceReturn::Never, AllowanceReturn::SameDay, AllowanceReturn::NextDay],
                ),
                split: dice.one_of(
                    RefundSplit::ProRata,
                    &[RefundSplit::SubsidyFirst, RefundSplit::WholeOrderOnly, RefundSplit::NotRefundable],
                ),
            },
            budget: dice.one_of(300_000, &[100_000, 200_000, 1_000_000]),
            day: dice.one_of(None, &[Some(150_000), Some(400_000)]),
            merchant: dice.one_of(None, &[Some(120_000)]),
            phones: dice.one_of(None, &[Some(40_000)]),
        }
    }

    /// What the auditor is told.
    pub(crate) fn facts(&self) -> Facts {
        let amount = |cap: &str, amount| Limit { cap: cap.to_owned(), amount: Some(amount), count: None };
        let count = |cap: &str, count| Limit { cap: cap.to_owned(), amount: None, count: Some(count) };
        let mut limits = vec![
            amount("campaign:", self.budget),
            count("person-category:", ITEMS_PER_PERSON),
            count("serial-number:", 1),
        ];
        if self.limits_persons() {
            limits.push(amount("person-week:", MONEY_PER_PERSON_IN_A_WEEK));
            limits.push(count("person-year:", ITEMS_PER_PERSON_IN_A_YEAR));
            limits.push(amount("person-campaign:", MONEY_PER_PERSON));
        }
        limits.extend(self.day.map(|day| amount("day:", day)));
        limits.extend(self.merchant.map(|merchant| amount("merchant:", merchant)));
        limits.extend(self.phones.map(|phones| amount("category:trial:phone", phones)));
        let goods = GOODS.iter().map(|(gtin, _, _, rate)| Good {
            gtin: gtin.parse().unwrap_or(0),
            rate_basis_points: u64::from(*rate),
            cap_per_item: CAP_PER_ITEM,
        });
        Facts {
            limits,
            goods: goods.collect(),
            gross_amount_type: "0057".to_owned(),
            gross_to_issuer: self.gross_to_issuer,
            quote_us: self.quote_us,
        }
    }

    /// Whether a person has allowances over all categories: where merchants have budgets, so that all kinds of caps meet.
    const fn limits_persons(&self) -> bool {
        self.merchant.is_some()
    }

    /// What the switch is told; with `slack`, of limits that nobody should know of.
    pub(crate) fn rules(&self, slack: u64) -> Option<Rules> {
        let category = |id: &str, rates: Vec<(String, u32)>, budget: Option<u64>| CategorySettings {
            ids: vec![id.to_owned()],
            rate_basis_points_by_grade: rates,
            cap_per_item_fen: CAP_PER_ITEM,
            items_per_person: Some(ITEMS_PER_PERSON),
            budget_fen: budget.map(|budget| budget + slack),
            ..CategorySettings::default()
        };
        let fridges = vec![("1".to_owned(), 2_000), ("2".to_owned(), 1_500)];
        let campaign = CampaignSettings {
            id: "trial".to_owned(),
            first_day: date(2024, 9, 6),
            last_day: date(2025, 12, 31),
            daily_window: None,
            places: Vec::new(),
            sale_form: SaleForm::OneItem,
            serial_numbers: SerialNumbers::Once,
            rounding: Rounding::Floor,
            refund: self.refund,
            per_person: if self.limits_persons() {
                PersonSettings {
                    week_fen: Some(MONEY_PER_PERSON_IN_A_WEEK),
                    year_items: Some(ITEMS_PER_PERSON_IN_A_YEAR),
                    campaign_fen: Some(MONEY_PER_PERSON),
                    ..PersonSettings::default()
                }
            } else {
                PersonSettings::default()
            },
            budget: BudgetSettings {
                campaign_fen: self.budget + slack,
                day_fen: self.day.map(|day| day + slack),
                merchant_fen: self.merchant.map(|merchant| merchant + slack),
                ..BudgetSettings::default()
            },
            sponsor_split: SponsorSplit::default(),
            sponsors: vec![
                SponsorSettings {
                    id: "bureau".to_owned(),
                    share_basis_points: Some(9_000),
                    ..SponsorSettings::default()
                },
                SponsorSettings {
                    id: "district".to_owned(),
                    share_basis_points: Some(1_000),
                    ..SponsorSettings::default()
                },
            ],
            categories: vec![
                category("refrigerator", fridges, None),
                category("phone", vec![("1".to_owned(), 1_000)], self.phones),
            ],
            ..CampaignSettings::default()
        };
        let mut catalogue = CatalogueBuilder::default();
        for (gtin, category, grade, _) in GOODS {
            let product = Product {
                gtin: Gtin::parse(gtin.as_bytes())?,
                category: CategoryId::new(category).ok()?,
                subtype: None,
                grade: Some(grade),
                filed_price: None,
                validity: Validity::ALWAYS,
            };
            catalogue.add(&product, ProductTexts { brand: "Yunfeng", model: "X-1", name: "goods" }).ok()?;
        }
        let mut merchants = Merchants::default();
        for id in MERCHANTS {
            let merchant = Merchant {
                id: MerchantId::new(id).ok()?,
                link: LinkName::new("ascii").ok()?,
                credit_code: CreditCode::parse("91350100M000100Y43")?,
                name: "shop".to_owned(),
                district: DistrictCode::new("440304").ok()?,
                categories: Box::default(),
                validity: Validity::ALWAYS,
            };
            merchants.add(merchant).ok()?;
        }
        Some(Rules::new(RulesVersion([1; 8]), vec![campaign.check().ok()?], catalogue.build(), merchants))
    }

    /// How the exchange is set up.
    pub(crate) fn settings(&self) -> Option<Settings> {
        let dialect = dialect()?;
        let refusal = if self.full_price { RefusalPolicy::FullPrice } else { RefusalPolicy::Decline };
        Some(Settings {
            node: 1,
            calendar: Calendar::new(TimeZone::get("Asia/Shanghai").ok()?, time(0, 0, 0, 0)),
            acquirers: vec![AcquirerLink {
                name: LinkName::new("ascii").ok()?,
                dialect: Arc::clone(&dialect),
                frame: FrameFormat::default(),
                issuer: 0,
                time_budget_us: 15_000_000,
                in_flight_max: 10_000,
                ours: vec![OursRule { mti: *b"0200", processing: Some(*b"00") }],
                quotes: QuoteRules {
                    rules: vec![OursRule { mti: *b"0100", processing: Some(*b"38") }],
                    lifetime_us: self.quote_us,
                    open_max: 6,
                    of_terminal_max: 3,
                },
                refusal,
                refund_amount: Base::Gross,
            }],
            issuers: vec![IssuerLink {
                name: LinkName::new("issuer").ok()?,
                dialect,
                frame: FrameFormat::default(),
                destination: Box::default(),
                source: Box::default(),
                presentation: if self.gross_to_issuer { Presentation::Gross } else { Presentation::Net },
                accepts_changed_chip_amount: false,
                gross_amount_type: *b"57",
                sign_on: true,
                echo_after_us: Some(30_000_000),
                session_answer_us: 5_000_000,
            }],
            in_flight_max: 10_000,
            // One more than tills rely on: what they send is under way for a while.
            answers_days: 3,
            queue: QueueSettings::default(),
            card_key: [7; 32],
            hash_seed: 7,
        })
    }
}

/// Read once: thousands of histories use it.
fn dialect() -> Option<Arc<Dialect>> {
    static DIALECT: OnceLock<Option<Arc<Dialect>>> = OnceLock::new();
    DIALECT.get_or_init(|| Some(Arc::new(Dialect::shipped("iso87-ascii")?.ok()?))).clone()
}
