//! One campaign, and other rules in the middle of a history.

use crate::messages::{CARD, FRIDGE};
use crate::queue::{OTHER_CARD, fridge};
use crate::world::{Setup, World};
use jiff::civil::date;
use lijian_domain::campaign::{
    BudgetSettings, CampaignSettings, CategorySettings, CouponSettings, PersonSettings, RefundPolicy, SaleForm,
    SerialNumbers, SponsorSettings, SponsorSplit,
};
use lijian_domain::catalogue::{CatalogueBuilder, Product, ProductTexts};
use lijian_domain::funding::CouponKind;
use lijian_domain::ids::*;
use lijian_domain::merchants::{Admission, CreditCode, Merchant, Merchants};
use lijian_domain::money::Rounding;
use lijian_domain::record::{Record, RulesCause, RulesChanged};
use lijian_domain::rules::Rules;
use lijian_domain::text::Text;
use lijian_domain::time::Validity;
use lijian_exchange::Event;
use std::sync::Arc;

pub(crate) fn rules(budget_fen: u64) -> Rules {
    rules_with(budget_fen, RefundPolicy::default())
}

pub(crate) fn rules_with(budget_fen: u64, refund: RefundPolicy) -> Rules {
    rules_of(budget_fen, refund, 1)
}

/// A person may buy several.
pub(crate) fn several_a_person() -> Rules {
    rules_of(100_000_000, RefundPolicy::default(), 9)
}

fn rules_of(budget_fen: u64, refund: RefundPolicy, items_per_person: u32) -> Rules {
    let coupon = CouponSettings {
        kind: CouponKind::Unclaimed,
        sponsor_id: "00010000".to_owned(),
        id: "SZ2024".to_owned(),
        description: "国补".to_owned(),
    };
    let campaign = CampaignSettings {
        id: "trial".to_owned(),
        first_day: date(2024, 9, 6),
        last_day: date(2024, 12, 31),
        daily_window: None,
        places: Vec::new(),
        sale_form: SaleForm::OneItem,
        serial_numbers: SerialNumbers::Once,
        rounding: Rounding::Floor,
        refund,
        per_person: PersonSettings::default(),
        budget: BudgetSettings { campaign_fen: budget_fen, ..BudgetSettings::default() },
        sponsor_split: SponsorSplit::default(),
        sponsors: vec![SponsorSettings { id: "bureau".to_owned(), coupon: Some(coupon), ..SponsorSettings::default() }],
        categories: vec![CategorySettings {
            ids: vec!["refrigerator".to_owned()],
            rate_basis_points_by_grade: vec![("1".to_owned(), 2_000), ("2".to_owned(), 1_500)],
            cap_per_item_fen: 200_000,
            items_per_person: Some(items_per_person),
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
        id: MerchantId::new("M00000000000001").unwrap(),
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

impl World {
    /// These rules are to decide.
    pub(crate) fn change_rules(&mut self, rules: Rules) {
        let (maker, checker) = (Text::default(), Text::default());
        let changed = RulesChanged { rules: rules.version, cause: RulesCause::Request, maker, checker };
        self.happen(Event::Rules { rules: Arc::new(rules), changed });
    }
}

#[test]
fn a_change_is_on_record_before_what_it_decides_and_a_failed_journal_keeps_the_old_rules() {
    let mut world = Setup::default().build();
    let [first, second, third] = [7, 8, 9].map(|number| RulesVersion([number; 8]));
    let of_version = |world: &World, version| Rules { version, ..world.rules.clone() };
    let rules = of_version(&world, first);
    world.change_rules(rules);
    world.till("0200", &fridge(1, CARD));
    let rules = of_version(&world, second);
    world.change_rules(rules);
    world.till("0200", &fridge(2, OTHER_CARD));
    world.sync();
    let seen: Vec<_> = world
        .journal
        .iter()
        .filter_map(|entry| match &entry.record {
            Record::RulesChanged(changed) => Some(("changed", changed.rules)),
            Record::Intent(intent) => Some(("intent", intent.award.rules)),
            _ => None,
        })
        .collect();
    assert_eq!(seen, [("changed", first), ("intent", first), ("changed", second), ("intent", second)]);

    world.happen(Event::Poisoned);
    let rules = of_version(&world, third);
    world.change_rules(rules);
    assert_eq!(world.exchange.rules_version(), second);
}
