//! Terminals and the black list, as a sale meets them.

use crate::world::{PHONE, category, item, moment, rules, sale, settings};
use jiff::civil::{Date, DateTime, date, datetime};
use lijian_domain::campaign::CampaignSettings;
use lijian_domain::code::DecisionCode;
use lijian_domain::decide::decide;
use lijian_domain::ids::{LinkName, MerchantId, TerminalId};
use lijian_domain::merchants::{Bar, Terminal};
use lijian_domain::rules::Rules;
use lijian_domain::sale::Decision;
use lijian_domain::time::Validity;

const FROM: DateTime = datetime(2024, 10, 1, 12, 0, 0, 0);

/// Nanshan sells phones from terminal 00000001, listed under this name with this training, and is perhaps shut out.
fn world(listed: Option<(&str, Option<Date>)>, bar: bool) -> Rules {
    let terms = CampaignSettings { categories: vec![category("phone")], ..settings("c") };
    let mut rules = rules(&[terms]);
    let (link, id) = (LinkName::new("ascii").unwrap(), MerchantId::new("NANSHAN").unwrap());
    let admission = &mut rules.merchants.merchant_mut(link, id).unwrap().admission;
    if let Some((id, trained_on)) = listed {
        let id = TerminalId::new(id).unwrap();
        let (kind, store) = ("pos".into(), "Door 1".into());
        admission.list(Terminal { id, kind, store, trained_on, validity: Validity::ALWAYS }).unwrap();
    }
    if bar {
        admission.bar(Bar { terminal: None, from: FROM, until: None, reason: "price gouging".into() });
    }
    rules
}

#[test]
fn each_reason_is_told_and_nothing_else_is_refused() {
    let check = |rules: &Rules, local: DateTime, expected: Option<&str>| {
        let refused = match decide(rules, &sale(&[item(PHONE, 10_000)]), None, &moment(local)) {
            Decision::Grant(_) => None,
            Decision::Refuse(refusal) => Some((refusal.code, refusal.reason)),
        };
        assert_eq!(refused, expected.map(|reason| (DecisionCode::MerchantNotAdmitted, reason)), "{local}");
    };
    let before = datetime(2024, 10, 1, 11, 59, 59, 0);
    check(&world(None, false), FROM, None);
    check(&world(None, true), before, None);
    check(&world(None, true), FROM, Some("merchant on the black list at this moment"));
    check(&world(Some(("00000001", Some(date(2024, 10, 1)))), false), FROM, None);
    let late = world(Some(("00000001", Some(date(2024, 10, 2)))), false);
    check(&late, FROM, Some("nobody trained on this terminal by this day"));
    check(&world(Some(("00000001", None)), false), FROM, Some("nobody trained on this terminal by this day"));
    let other = world(Some(("00000002", Some(date(2024, 9, 1)))), false);
    check(&other, FROM, Some("terminal not in the list of the merchant's terminals"));
}
