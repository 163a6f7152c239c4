//! Sells what the cases name, by the campaign's rules, out of a quota.

use super::qualification::{shown, shown_before};
use super::table::{Case, Goods};
use arrayvec::ArrayVec;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use lijian_domain::campaign::Campaign;
use lijian_domain::catalogue::{Catalogue, CatalogueBuilder, Product, ProductTexts};
use lijian_domain::claims::Presented;
use lijian_domain::decide::decide;
use lijian_domain::ids::{
    CardFingerprint, CategoryId, DistrictCode, Gtin, LinkName, MerchantId, PersonKey, QualificationCode, RulesVersion,
    SerialNumber, SubtypeId, TerminalId,
};
use lijian_domain::merchants::{Admission, CreditCode, Merchant, Merchants};
use lijian_domain::money::MinorUnits;
use lijian_domain::rules::Rules;
use lijian_domain::sale::{Award, Decision, ItemRequest, SaleRequest};
use lijian_domain::time::{Calendar, Moment, UnixMicros, Validity};
use lijian_store::quota::Quota;

/// A till of each district, with the goods of all cases.
pub(super) struct Till {
    rules: Rules,
    /// The place is the GTIN.
    goods: Vec<Kind>,
}

impl Till {
    pub(super) fn of(campaign: Campaign, cases: &[Case]) -> Self {
        let earlier = cases.iter().flat_map(|case| case.before.iter().flat_map(|(_, goods)| goods));
        let mut goods: Vec<Kind> = cases.iter().flat_map(|case| &case.goods).chain(earlier).map(kind).collect();
        goods.sort_unstable();
        goods.dedup();
        let mut districts: Vec<&str> = cases.iter().map(|case| case.district.as_str()).collect();
        districts.sort_unstable();
        districts.dedup();
        let (catalogue, merchants) = (catalogue(&goods), merchants(&districts));
        Self { rules: Rules::new(RulesVersion::default(), vec![campaign], catalogue, merchants), goods }
    }

    /// The code and the discount in yuan (empty where none is given) of a case, with counters of its own.
    pub(super) fn sell(&self, case: &Case) -> (String, String) {
        let quota = Quota::new();
        let (none, noon) = (("0.00", "0.00"), "12:00:00");
        let [campaign] = self.rules.campaigns.as_slice() else { unreachable!("one campaign") };
        let wanted = campaign.qualification.is_some();
        for (place, (day, goods)) in case.before.iter().enumerate() {
            let alike = |(_, other): &&(String, Vec<Goods>)| other[0].category == goods[0].category;
            let earlier = case.before[..place].iter().filter(alike).count();
            let shown = wanted.then(|| shown_before(campaign, &goods[0], day, case.claimed.as_ref(), earlier));
            let (code, _) = self.sale(&quota, &format!("{day} {noon}"), &case.district, goods, shown.as_ref(), none);
            assert_eq!(code, "G000", "bought before: {case:?}");
        }
        let shown = case.claimed.as_ref().and_then(|claimed| shown(campaign, claimed));
        self.sale(&quota, &case.at, &case.district, &case.goods, shown.as_ref(), (&case.trade_in, &case.bank))
    }

    fn sale(
        &self,
        quota: &Quota,
        at: &str,
        district: &str,
        goods: &[Goods],
        shown: Option<&Presented>,
        (trade_in, bank): (&str, &str),
    ) -> (String, String) {
        let items: ArrayVec<ItemRequest, 8> = goods.iter().map(|goods| self.item(goods)).collect();
        let sum: u64 = items.iter().map(|item| item.unit_price.get()).sum();
        let (trade_in, bank_promotion) = (fen(trade_in), fen(bank));
        let request = SaleRequest {
            link: LinkName::new("till").unwrap(),
            merchant: MerchantId::new(district).unwrap(),
            terminal: TerminalId::new("00000001").unwrap(),
            card: CardFingerprint([7; 16]),
            person: PersonKey([7; 16]),
            district: DistrictCode::default(),
            qualification: QualificationCode::default(),
            currency: None,
            amount: MinorUnits::new(sum - trade_in.get() - bank_promotion.get()),
            trade_in,
            bank_promotion,
            items,
        };
        match decide(&self.rules, &request, shown, &moment(at)) {
            Decision::Grant(award) => taken(quota, &award),
            Decision::Refuse(refusal) => (refusal.code.to_string(), String::new()),
        }
    }

    fn item(&self, goods: &Goods) -> ItemRequest {
        let place = self.goods.iter().position(|known| *known == kind(goods)).unwrap();
        let gtin = Gtin(place as u64);
        ItemRequest { gtin, quantity: 1, unit_price: fen(&goods.price), serial_number: SerialNumber::default() }
    }
}

/// What the counters say to an award: all of it is taken, and granted at once, or the cap that bound is told.
fn taken(quota: &Quota, award: &Award) -> (String, String) {
    let of_items: u64 = award.items.iter().map(|item| item.discount.get()).sum();
    assert_eq!(of_items, award.discount.get(), "the items' parts add up");
    assert_eq!(award.gross.get(), award.net.get() + award.discount.get());
    match quota.hold(&award.caps) {
        Ok(()) => {
            quota.grant(&award.caps);
            ("G000".to_owned(), award.discount.to_string())
        }
        Err(bound) => (bound.key.kind().refusal().to_string(), String::new()),
    }
}

/// Category, subtype, grade.
type Kind = (String, Option<String>, Option<u8>);

fn kind(goods: &Goods) -> Kind {
    (goods.category.clone(), goods.subtype.clone(), goods.grade)
}

fn catalogue(goods: &[Kind]) -> Catalogue {
    let mut builder = CatalogueBuilder::default();
    for (gtin, (category, subtype, grade)) in (0..).map(Gtin).zip(goods) {
        let category = CategoryId::new(category).unwrap();
        let subtype = subtype.as_deref().map(|subtype| SubtypeId::new(subtype).unwrap());
        let product = Product { gtin, category, subtype, grade: *grade, filed_price: None, validity: Validity::ALWAYS };
        builder.add(&product, ProductTexts { brand: "B", model: "M", name: "N" }).unwrap();
    }
    builder.build()
}

fn merchants(districts: &[&str]) -> Merchants {
    let mut merchants = Merchants::default();
    for district in districts {
        let merchant = Merchant {
            id: MerchantId::new(district).unwrap(),
            link: LinkName::new("till").unwrap(),
            credit_code: CreditCode::parse("91350100M000100Y43").unwrap(),
            name: (*district).to_owned(),
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

pub(super) fn moment(local: &str) -> Moment {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let at = local.parse::<DateTime>().unwrap().to_zoned(zone.clone()).unwrap().timestamp().as_microsecond();
    Calendar::new(zone, jiff::civil::Time::midnight()).moment(UnixMicros(at))
}

/// Fen of an amount in yuan with two decimals.
fn fen(yuan: &str) -> MinorUnits {
    let (whole, part) = yuan.split_once('.').unwrap();
    assert_eq!(part.len(), 2, "{yuan}");
    MinorUnits::new(format!("{whole}{part}").parse().unwrap())
}
