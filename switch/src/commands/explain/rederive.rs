//! A decision made once more, by the version of the rules that made it, as the archive of the data directory keeps it.
//!
//! What the rules say is compared; what only caps can say (an allowance or a budget used up) is held against what stood on the cap.

use super::fact::{Facts, Value};
use super::follow::{Case, Step};
use super::label::Label;
use super::language::{Both, both};
use super::zone::Zone;
use crate::commands::whatif::request::{Again, of_intent, of_refused};
use crate::rules::Archive;
use lijian_domain::cap::CapBalance;
use lijian_domain::code::DecisionCode;
use lijian_domain::decide::decide;
use lijian_domain::ids::RulesVersion;
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{Intent, Record, Refused};
use lijian_domain::rules::Rules;
use lijian_domain::sale::{Award, Decision, SaleRequest};
use std::collections::BTreeMap;

/// Versions that were made anew.
#[derive(Debug)]
pub(super) struct Versions {
    archive: Archive,
    /// Why not, where one could not be.
    made: BTreeMap<RulesVersion, Result<Rules, String>>,
}

/// How the decision made anew stands to the recorded one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    Same,
    SameButForACap,
    Different,
    NotByRules,
    NotRecorded,
    NoVersion,
}

impl Verdict {
    const fn json(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::SameButForACap => "same-but-for-a-cap",
            Self::Different => "different",
            Self::NotByRules => "not-by-rules",
            Self::NotRecorded => "not-recorded",
            Self::NoVersion => "no-version",
        }
    }

    const fn words(self) -> Both {
        match self {
            Self::Same => both("the rules of that time say the same", "按当时规则重算，结果一致"),
            Self::SameButForACap => both(
                "the rules of that time would have given it; the cap above had nothing left",
                "按当时规则应予补贴，因上述额度不足被拒",
            ),
            Self::Different => both(
                "the rules of that time say something else: tell the operator",
                "按当时规则重算结果不同，请报告运营方",
            ),
            Self::NotByRules => both("nothing that rules decide", "与规则无关"),
            Self::NotRecorded => both(
                "an earlier version of the software did not record all that was asked",
                "早期软件版本未记录全部请求内容，无法重算",
            ),
            Self::NoVersion => both("the rules of that time cannot be read", "无法读取当时的规则"),
        }
    }
}

impl Versions {
    pub(super) const fn of(archive: Archive) -> Self {
        Self { archive, made: BTreeMap::new() }
    }

    /// What the rules of its time say of a transaction; none where it is about no request of a sale.
    pub(super) fn rederive(&mut self, case: &Case, zone: &Zone) -> Option<Facts> {
        let decided = |step: &&Step| match &step.entry.record {
            Record::Quoted(_) | Record::Refused(_) => true,
            Record::Intent(intent) => intent.quote.is_none(),
            _ => false,
        };
        let step = case.steps.iter().find(decided)?;
        match &step.entry.record {
            Record::Intent(intent) => Some(self.granted(step, intent, zone)),
            Record::Quoted(quoted) => Some(self.granted(step, &quoted.sale, zone)),
            Record::Refused(refused) => Some(self.refused(step, refused, zone)),
            _ => None,
        }
    }

    fn granted(&mut self, step: &Step, intent: &Intent, zone: &Zone) -> Facts {
        let version = intent.award.rules;
        match self.decide(version, &of_intent(intent), step, zone) {
            Err(why) => told(version, Verdict::NoVersion).text(Label::Reason, &why),
            Ok(Decision::Grant(award)) if same(&award, &intent.award) => told(version, Verdict::Same),
            Ok(decision) => different(version, &decision),
        }
    }

    fn refused(&mut self, step: &Step, refused: &Refused, zone: &Zone) -> Facts {
        let (version, code) = (refused.rules, refused.answer.code);
        let (request, chip) = match of_refused(refused) {
            Again::Stays => return told(version, Verdict::NotByRules),
            Again::NotRecorded => return told(version, Verdict::NotRecorded),
            Again::Decide(request, chip) => (request, chip),
        };
        let by_cap = !refused.bound.is_empty();
        match self.decide(version, &request, step, zone) {
            Err(why) => told(version, Verdict::NoVersion).text(Label::Reason, &why),
            Ok(Decision::Grant(award)) if by_cap && gave_too_little(&award, refused, step) => {
                told(version, Verdict::SameButForACap)
            }
            Ok(decision @ Decision::Grant(_)) if by_cap => different(version, &decision),
            Ok(Decision::Grant(_)) if chip => told(version, Verdict::Same),
            Ok(Decision::Refuse(refusal)) if !by_cap && (refusal.code == code || chip && refusal.code > code) => {
                let reason = if refusal.code == code { refusal.reason } else { "" };
                told(version, Verdict::Same).text(Label::Reason, reason)
            }
            Ok(decision) => different(version, &decision),
        }
    }

    fn decide(
        &mut self,
        version: RulesVersion,
        request: &SaleRequest,
        step: &Step,
        zone: &Zone,
    ) -> Result<Decision, String> {
        let archive = &self.archive;
        let rules =
            self.made.entry(version).or_insert_with(|| archive.rules(version).map_err(|error| error.to_string()));
        let mut moment = zone.moment(step.entry.at);
        moment.business_date = step.entry.business_date;
        rules.as_ref().map(|rules| decide(rules, request, step.presented.as_ref(), &moment)).map_err(Clone::clone)
    }
}

/// Whether the cap that is recorded is one that this award takes, with the limit of that time, and had too little left: by the
/// record, and by the journal up to it. Earlier versions of the software recorded its name only.
fn gave_too_little(award: &Award, refused: &Refused, step: &Step) -> bool {
    let Some(bound) = &refused.bound_cap else { return true };
    let Some(take) = award.caps.iter().find(|take| take.key == bound.key) else { return false };
    let is_over = |stands: &CapBalance| {
        let amount =
            [stands.held, stands.used, take.amount].into_iter().try_fold(MinorUnits::ZERO, MinorUnits::checked_add);
        let count = [stands.held_count, stands.used_count, take.count].into_iter().try_fold(0, u32::checked_add);
        let over_amount = take.limit.amount.is_some_and(|limit| amount.is_none_or(|amount| amount > limit));
        over_amount || take.limit.count.is_some_and(|limit| count.is_none_or(|count| count > limit))
    };
    let by_journal = step.caps.iter().find(|seen| seen.key == bound.key).is_none_or(|seen| is_over(&seen.folded));
    take.limit == bound.limit && is_over(&bound.balance) && by_journal
}

/// Whether two awards give the same to the same; what was taken from caps is told as recorded.
fn same(one: &Award, other: &Award) -> bool {
    let plain = |award: &Award| (award.campaign, award.gross, award.discount, award.net, award.district);
    plain(one) == plain(other)
        && one.items == other.items
        && one.sponsors == other.sponsors
        && one.funding == other.funding
        && one.caps.iter().map(|take| take.key).eq(other.caps.iter().map(|take| take.key))
}

fn told(version: RulesVersion, verdict: Verdict) -> Facts {
    Facts::default()
        .text(Label::Verdict, verdict.json())
        .with(Label::VerdictWords, Value::Words(verdict.words()))
        .text(Label::Rules, &version.to_string())
}

fn different(version: RulesVersion, decision: &Decision) -> Facts {
    let facts = told(version, Verdict::Different);
    match decision {
        Decision::Grant(award) => {
            facts.text(Label::Code, DecisionCode::Granted.as_str()).money(Label::Discount, award.discount)
        }
        Decision::Refuse(refusal) => facts.text(Label::Code, refusal.code.as_str()).text(Label::Reason, refusal.reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lijian_config::switch::{self, RuleFiles};
    use lijian_domain::cap::{CapKey, CapLimit};
    use lijian_domain::ids::*;
    use lijian_domain::record::{Answer, AskedTerms, BoundCap, Entry, Origin, Recall};
    use lijian_domain::sale::ItemRequest;
    use lijian_domain::text::Text;
    use lijian_domain::time::UnixMicros;
    use std::path::Path;

    fn rules() -> Rules {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
        let files = [
            ("campaigns", root.join("campaigns/shenzhen-2024.toml")),
            ("catalogue", root.join("examples/shenzhen-2024/catalogue.csv")),
            ("merchants", root.join("examples/shenzhen-2024/merchants.csv")),
        ];
        switch::rules(&RuleFiles::of_kinds(files).unwrap()).unwrap()
    }

    /// A sale of the library's first phone at 10:00 on 1 October 2024, and its award.
    fn sale(rules: &Rules, at: UnixMicros) -> Intent {
        let phone = CategoryId::new("phone").unwrap();
        let mut phones: Vec<_> = rules.catalogue.products().filter(|product| product.category == phone).collect();
        phones.sort_by_key(|product| product.gtin);
        let merchant = rules.merchants.iter().find(|merchant| merchant.categories.is_empty()).unwrap();
        let item = ItemRequest {
            gtin: phones[0].gtin,
            quantity: 1,
            unit_price: MinorUnits::new(100_000),
            serial_number: SerialNumber::default(),
        };
        let request = SaleRequest {
            link: merchant.link,
            merchant: merchant.id,
            terminal: TerminalId::new("T0000001").unwrap(),
            card: CardFingerprint([7; 16]),
            person: PersonKey([7; 16]),
            district: DistrictCode::default(),
            qualification: QualificationCode::default(),
            amount: MinorUnits::new(100_000),
            currency: None,
            trade_in: MinorUnits::ZERO,
            bank_promotion: MinorUnits::ZERO,
            items: [item].into_iter().collect(),
        };
        let mut moment = Zone::china().moment(at);
        moment.business_date = lijian_domain::time::BusinessDate::parse("2024-10-01").unwrap();
        let Decision::Grant(award) = decide(rules, &request, None, &moment) else { panic!("granted") };
        let origin = Origin {
            link: request.link,
            key: DuplicateKey::default(),
            content: ContentDigest::default(),
            terminal: request.terminal,
            merchant: request.merchant,
            stan: Stan(1),
            rrn: Rrn::default(),
            transmission: TransmissionTime::default(),
            acquirer: AcquirerId::default(),
            card: request.card,
        };
        Intent {
            origin,
            grant: GrantId::new(1, Lsn(2)),
            person: request.person,
            qualification: request.qualification,
            trade_in: request.trade_in,
            bank_promotion: request.bank_promotion,
            place: request.district,
            currency: request.currency,
            award,
            quote: None,
            recall: Recall::default(),
        }
    }

    #[test]
    fn another_amount_than_the_rules_of_that_time_give_is_told() {
        let rules = rules();
        let at = UnixMicros("2024-10-01T10:00:00+08:00".parse::<jiff::Timestamp>().unwrap().as_microsecond());
        let check = |change: &dyn Fn(&mut Intent), expected: Verdict| {
            let mut intent = sale(&rules, at);
            change(&mut intent);
            let business_date = lijian_domain::time::BusinessDate::parse("2024-10-01").unwrap();
            let entry = Entry { lsn: Lsn(2), at, business_date, record: Record::Intent(intent) };
            let case = Case { steps: vec![Step { entry, caps: Vec::new(), presented: None }] };
            let made = [(rules.version, Ok(rules.clone()))].into_iter().collect();
            let mut versions = Versions { archive: Archive::of(Path::new("nowhere")), made };
            let facts = versions.rederive(&case, &Zone::china()).unwrap();
            assert!(facts.0.iter().any(|fact| fact.value == Value::Text(expected.json().to_owned())), "{facts:?}");
        };
        check(&|_| {}, Verdict::Same);
        check(&|intent| intent.award.discount = MinorUnits::new(10_001), Verdict::Different);
        check(&|intent| intent.award.sponsors[0].amount = MinorUnits::new(1), Verdict::Different);
        check(&|intent| intent.award.caps.clear(), Verdict::Different);
        check(&|intent| intent.award.items[0].item.unit_price = MinorUnits::new(100_001), Verdict::Different);
        check(&|intent| intent.award.rules = RulesVersion([9; 8]), Verdict::NoVersion);
    }
    #[test]
    fn a_refusal_by_a_cap_that_had_enough_left_is_told() {
        let rules = rules();
        let at = UnixMicros("2024-10-01T10:00:00+08:00".parse::<jiff::Timestamp>().unwrap().as_microsecond());
        let Intent { origin, award, person, .. } = sale(&rules, at);
        let take = award.caps[award.caps.len() - 1];
        let full = CapBalance { used: take.limit.amount.unwrap(), ..CapBalance::default() };
        let room = CapBalance { used: full.used.checked_sub(take.amount).unwrap(), ..full };
        let check = |bound: BoundCap, expected: Verdict| {
            let refused = Refused {
                origin,
                campaign: award.campaign,
                rules: rules.version,
                amount: award.gross,
                items: award.items.iter().map(|awarded| awarded.item).collect(),
                answer: Answer::bare(DecisionCode::BudgetUsed, Text::new("61").unwrap()),
                bound: Text::new("campaign:shenzhen-2024").unwrap(),
                bound_cap: Some(bound),
                asked: Some(AskedTerms {
                    person,
                    qualification: QualificationCode::default(),
                    place: DistrictCode::default(),
                    currency: None,
                    trade_in: MinorUnits::ZERO,
                    bank_promotion: MinorUnits::ZERO,
                }),
            };
            let business_date = lijian_domain::time::BusinessDate::parse("2024-10-01").unwrap();
            let entry = Entry { lsn: Lsn(2), at, business_date, record: Record::Refused(refused) };
            let case = Case { steps: vec![Step { entry, caps: Vec::new(), presented: None }] };
            let made = [(rules.version, Ok(rules.clone()))].into_iter().collect();
            let mut versions = Versions { archive: Archive::of(Path::new("nowhere")), made };
            let facts = versions.rederive(&case, &Zone::china()).unwrap();
            assert!(facts.0.iter().any(|fact| fact.value == Value::Text(expected.json().to_owned())), "{facts:?}");
        };
        let bound = BoundCap { key: take.key, limit: take.limit, balance: full };
        check(bound, Verdict::SameButForACap);
        check(BoundCap { balance: room, ..bound }, Verdict::Different);
        check(BoundCap { limit: CapLimit::of_count(1), ..bound }, Verdict::Different);
        let another = CapKey::Campaign(CampaignId::new("another").unwrap());
        check(BoundCap { key: another, ..bound }, Verdict::Different);
    }
}
