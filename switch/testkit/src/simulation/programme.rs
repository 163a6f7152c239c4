//! The campaign of one history: small caps, goods, shops; as the switch is told of it, and as the auditor is.

use super::claiming::Claiming;
use super::dice::Dice;
use super::mutation::Mutation;
use crate::auditor::{Good, Limit, Sponsor, Terms};
use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;
use lijian_domain::campaign::{
    AllowanceReturn, BudgetSettings, CampaignSettings, CategorySettings, PersonSettings, RefundPolicy, RefundSplit,
    SaleForm, SerialNumbers, SponsorSettings, SponsorSplit,
};
use lijian_domain::catalogue::{Catalogue, CatalogueBuilder, Product, ProductTexts};
use lijian_domain::ids::{CategoryId, DistrictCode, Gtin, LinkName, MerchantId, RulesVersion};
use lijian_domain::merchants::{Admission, CreditCode, Merchant, Merchants};
use lijian_domain::rules::Rules;
use lijian_domain::time::{UnixMicros, Validity};

/// GTIN, category, grade, rate in hundredths of a percent.
pub(crate) const GOODS: [(&str, &str, u8, u32); 3] = [
    ("6901234567892", "refrigerator", 1, 2_000),
    ("6901234567908", "refrigerator", 2, 1_500),
    ("6901234567915", PHONE, 1, 1_000),
];
const PHONE: &str = "phone";
/// Shops that are admitted.
pub(crate) const MERCHANTS: [&str; 2] = ["M00000000000001", "M00000000000002"];
const CAP_PER_ITEM: u64 = 50_000;
/// Of an order, in hundredths of a percent.
const RATE_OF_ORDERS: u32 = 1_700;
const ITEMS_PER_PERSON: u32 = 1;
const MONEY_PER_PERSON_IN_A_WEEK: u64 = 60_000;
const ORDERS_PER_PERSON_IN_A_WEEK: u32 = 2;
const ITEMS_PER_PERSON_IN_A_YEAR: u32 = 2;
const MONEY_PER_PERSON: u64 = 80_000;
/// The brand's part of a discount at most, where sponsors pay in order.
const BRAND_AT_MOST: u64 = 15_000;
/// What a switch that ignores its limits gives beyond them.
const SLACK: u64 = 200_000;

/// What one version of the rules says.
#[derive(Clone, Debug)]
pub(crate) struct Programme {
    /// Versions are counted.
    number: u8,
    /// An order is subsidised as one.
    whole_order: bool,
    /// The brand pays first, the bureau the rest.
    in_order: bool,
    refund: RefundPolicy,
    budget: u64,
    day: Option<u64>,
    merchant: Option<u64>,
    phones: Option<u64>,
    /// From then on phones are no longer subsidised.
    stopped_from: Option<UnixMicros>,
    /// Where something has to be claimed.
    claiming: Option<Claiming>,
}

impl Programme {
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        let whole_order = dice.percent(25);
        Self {
            number: 1,
            whole_order,
            in_order: dice.percent(30),
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
            stopped_from: None,
            claiming: dice.percent(35).then(|| Claiming::draw(whole_order, dice)),
        }
    }

    /// The next version: budgets raised, lowered, switched on or off; phones stopped some seconds from `now` on, or again
    /// subsidised.
    pub(crate) fn next(&self, now: UnixMicros, dice: &mut Dice) -> Self {
        let seconds = i64::try_from(dice.between(0, 20)).unwrap_or(0);
        Self {
            number: self.number.saturating_add(1),
            budget: dice.one_of(self.budget, &[self.budget / 2, self.budget * 2, 50_000]),
            day: dice.one_of(self.day, &[Some(80_000), Some(500_000), None]),
            phones: dice.one_of(self.phones, &[Some(20_000), Some(90_000), None]),
            stopped_from: dice.percent(50).then_some(UnixMicros((now.0 / 1_000_000 + seconds) * 1_000_000)),
            claiming: self.claiming.as_ref().map(|claiming| claiming.next(dice)),
            ..self.clone()
        }
    }

    /// Whether something has to be claimed.
    pub(crate) const fn claims(&self) -> bool {
        self.claiming.is_some()
    }

    /// Whether claims are drawn.
    pub(crate) fn draws(&self) -> bool {
        self.claiming.as_ref().is_some_and(Claiming::draws)
    }

    pub(crate) const fn version(&self) -> RulesVersion {
        RulesVersion([self.number; 8])
    }

    /// What the auditor is told of this version.
    pub(crate) fn terms(&self) -> Terms {
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
        if self.whole_order {
            limits.push(count("person-week:", ORDERS_PER_PERSON_IN_A_WEEK));
        }
        let stops = self.stopped_from.filter(|_| !self.whole_order);
        limits.extend(self.day.map(|day| amount("day:", day)));
        limits.extend(self.merchant.map(|merchant| amount("merchant:", merchant)));
        // Orders have one group of categories, without money of its own.
        let phones = self.phones.filter(|_| !self.whole_order);
        limits.extend(phones.map(|phones| amount("category:trial:phone", phones)));
        let goods = GOODS.iter().map(|(gtin, category, _, rate)| Good {
            gtin: gtin.parse().unwrap_or(0),
            rate_basis_points: u64::from(*rate),
            cap_per_item: CAP_PER_ITEM,
            stopped_from_us: stops.filter(|_| *category == PHONE).map(|from| from.0),
        });
        let sponsor = |name: &str, share_basis_points, at_most| {
            let (name, share_basis_points) = (name.to_owned(), share_basis_points);
            Sponsor { name, share_basis_points, at_most }
        };
        Terms {
            limits,
            goods: goods.collect(),
            order: self.whole_order.then_some((u64::from(RATE_OF_ORDERS), CAP_PER_ITEM)),
            sponsors: if self.in_order {
                vec![sponsor("brand", 0, Some(BRAND_AT_MOST)), sponsor("bureau", 0, None)]
            } else {
                vec![sponsor("bureau", 9_000, None), sponsor("district", 1_000, None)]
            },
            claims: self.claiming.as_ref().map(Claiming::terms),
        }
    }

    /// Whether a person has allowances over all categories: where merchants have budgets, so that all kinds of caps meet.
    const fn limits_persons(&self) -> bool {
        self.merchant.is_some()
    }

    /// What the switch is told, `before` being the version before this one. Some mistakes are here: rules that nobody should know of.
    pub(crate) fn rules(&self, before: Option<&Self>, mutation: Option<Mutation>) -> Option<Rules> {
        let campaign = self.settings(before, mutation)?.check().ok()?;
        let version = match (mutation, before) {
            (Some(Mutation::SwapKeepsVersion), Some(before)) => before.version(),
            _ => self.version(),
        };
        Some(Rules::new(version, vec![campaign], catalogue()?, merchants()?))
    }

    fn settings(&self, before: Option<&Self>, mutation: Option<Mutation>) -> Option<CampaignSettings> {
        let slack = if mutation == Some(Mutation::LimitsIgnored) { SLACK } else { 0 };
        let budget = match (mutation, before) {
            (Some(Mutation::SwapForgetsBudget), Some(before)) => before.budget.max(self.budget),
            _ => self.budget,
        };
        let stopped_from = self.stopped_from.filter(|_| mutation != Some(Mutation::StopIgnored));
        let (mut per_person, categories) = (self.per_person(), self.categories(slack, stopped_from)?);
        if mutation == Some(Mutation::WeekIgnored) {
            (per_person.week_items, per_person.week_fen) = (Some(99), per_person.week_fen.map(|week| week + SLACK));
        }
        let taken_apart = self.whole_order && mutation == Some(Mutation::OrderTakenApart);
        let form = if self.whole_order { SaleForm::WholeOrder } else { SaleForm::OneItem };
        Some(CampaignSettings {
            id: "trial".to_owned(),
            first_day: date(2024, 9, 6),
            last_day: date(2025, 12, 31),
            sale_form: if taken_apart { SaleForm::Basket } else { form },
            serial_numbers: SerialNumbers::Once,
            refund: self.refund,
            per_person,
            budget: BudgetSettings {
                campaign_fen: budget + slack,
                day_fen: self.day.map(|day| day + slack),
                merchant_fen: self.merchant.map(|merchant| merchant + slack),
                ..BudgetSettings::default()
            },
            sponsor_split: if self.in_order { SponsorSplit::InOrder } else { SponsorSplit::LargestRemainder },
            sponsors: self.sponsors(mutation == Some(Mutation::SponsorsOutOfOrder)),
            categories,
            qualification: self.claiming.as_ref().map(|claiming| claiming.settings(mutation)),
            ..CampaignSettings::default()
        })
    }

    fn per_person(&self) -> PersonSettings {
        let limited = self.limits_persons();
        PersonSettings {
            week_items: self.whole_order.then_some(ORDERS_PER_PERSON_IN_A_WEEK),
            week_fen: limited.then_some(MONEY_PER_PERSON_IN_A_WEEK),
            year_items: limited.then_some(ITEMS_PER_PERSON_IN_A_YEAR),
            campaign_fen: limited.then_some(MONEY_PER_PERSON),
            ..PersonSettings::default()
        }
    }

    fn categories(&self, slack: u64, stopped_from: Option<UnixMicros>) -> Option<Vec<CategorySettings>> {
        let zone = TimeZone::get("Asia/Shanghai").ok()?;
        let local = |at: UnixMicros| Some(Timestamp::from_microsecond(at.0).ok()?.to_zoned(zone.clone()).datetime());
        let category = |id: &str, rates: &[(&str, u32)]| CategorySettings {
            ids: vec![id.to_owned()],
            rate_basis_points_by_grade: rates.iter().map(|(grade, rate)| ((*grade).to_owned(), *rate)).collect(),
            cap_per_item_fen: CAP_PER_ITEM,
            items_per_person: Some(ITEMS_PER_PERSON),
            ..CategorySettings::default()
        };
        if self.whole_order {
            return Some(vec![CategorySettings {
                ids: vec!["refrigerator".to_owned(), PHONE.to_owned()],
                rate_basis_points: Some(RATE_OF_ORDERS),
                rate_basis_points_by_grade: Vec::new(),
                items_per_person: None,
                ..category("", &[])
            }]);
        }
        let phone = CategorySettings {
            budget_fen: self.phones.map(|phones| phones + slack),
            stopped_from: stopped_from.and_then(local),
            ..category(PHONE, &[("1", 1_000)])
        };
        Some(vec![category("refrigerator", &[("1", 2_000), ("2", 1_500)]), phone])
    }

    fn sponsors(&self, out_of_order: bool) -> Vec<SponsorSettings> {
        let sponsor = |id: &str, share_basis_points, at_most_fen| SponsorSettings {
            id: id.to_owned(),
            share_basis_points,
            at_most_fen,
            ..SponsorSettings::default()
        };
        match (self.in_order, out_of_order) {
            (true, false) => vec![sponsor("brand", None, Some(BRAND_AT_MOST)), sponsor("bureau", None, None)],
            (true, true) => vec![sponsor("bureau", None, Some(BRAND_AT_MOST)), sponsor("brand", None, None)],
            (false, _) => vec![sponsor("bureau", Some(9_000), None), sponsor("district", Some(1_000), None)],
        }
    }
}

fn catalogue() -> Option<Catalogue> {
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
    Some(catalogue.build())
}

fn merchants() -> Option<Merchants> {
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
            location: None,
            admission: Admission::default(),
        };
        merchants.add(merchant).ok()?;
    }
    Some(merchants)
}
