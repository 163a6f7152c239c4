//! Caps that other rules bring to a campaign that runs: what was given before nobody counted for them.

use lijian_domain::campaign::{Campaign, SerialNumbers};
use lijian_domain::rules::Rules;

/// The caps of campaigns of both that only the new rules have, as `day:shenzhen-2024` or `category:shenzhen-2024:phone`: they
/// count from the change on. A category that is new gave nothing before and is not named.
pub(super) fn begin_to_count(old: &Rules, new: &Rules) -> Vec<String> {
    let both = new
        .campaigns
        .iter()
        .filter_map(|campaign| Some((old.campaigns.iter().find(|it| it.id == campaign.id)?, campaign)));
    both.flat_map(|(before, after)| of_campaign(before, after)).collect()
}

fn of_campaign(before: &Campaign, after: &Campaign) -> Vec<String> {
    let (one, other) = (&before.budget, &after.budget);
    let mut names = Vec::new();
    for (name, was, is) in [
        ("tranche", one.tranches.is_some(), other.tranches.is_some()),
        ("day", one.day.is_some(), other.day.is_some()),
        ("merchant", one.merchant.is_some(), other.merchant.is_some()),
        ("terminal", one.terminal.is_some(), other.terminal.is_some()),
        ("person-week", !before.per_person.week.is_none(), !after.per_person.week.is_none()),
        ("person-year", !before.per_person.year.is_none(), !after.per_person.year.is_none()),
        ("person-campaign", !before.per_person.campaign.is_none(), !after.per_person.campaign.is_none()),
        ("serial-number", before.serial_numbers == SerialNumbers::Once, after.serial_numbers == SerialNumbers::Once),
    ] {
        if is && !was {
            names.push(format!("{name}:{}", after.id));
        }
    }
    let districts = other.districts.iter().filter(|(code, _)| one.district(code).is_none());
    names.extend(districts.map(|(code, _)| format!("district:{}:{}", after.id, code.as_str())));
    for category in after.categories() {
        let Some(known) = before.category(&category.id) else { continue };
        let caps = [
            ("category", known.budget.is_some(), category.budget.is_some()),
            ("person-category", !known.per_person.is_none(), !category.per_person.is_none()),
        ];
        let begin = caps.into_iter().filter(|(_, was, is)| *is && !was);
        names.extend(begin.map(|(name, ..)| format!("{name}:{}:{}", after.id, category.id)));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use lijian_config::campaign;
    use lijian_domain::ids::RulesVersion;
    use std::fs;
    use std::path::Path;

    fn rules(change: &[(&str, &str)]) -> Rules {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/campaigns/shenzhen-2024.toml");
        let mut text = fs::read_to_string(shipped).unwrap();
        for (from, to) in change {
            assert!(text.contains(from), "{from}");
            text = text.replacen(from, to, 1);
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        let loaded = campaign::load(file.path()).unwrap().value;
        Rules::new(RulesVersion([1; 8]), vec![loaded], Default::default(), Default::default())
    }

    #[test]
    fn caps_that_are_new_to_a_campaign_are_named() {
        let old = rules(&[]);
        let check = |change: &[(&str, &str)], expected: &[&str]| {
            assert_eq!(begin_to_count(&old, &rules(change)), expected, "{change:?}");
        };
        check(&[], &[]);
        let day = ("[budget]\n", "[budget]\nday_fen = 5000000\nmerchant_fen = 7000000\n");
        check(&[day], &["day:shenzhen-2024", "merchant:shenzhen-2024"]);
        assert_eq!(begin_to_count(&rules(&[day]), &old), [""; 0], "what goes counts nothing");
        assert_eq!(begin_to_count(&rules(&[day]), &rules(&[day])), [""; 0]);
        check(
            &[("[budget]\n", "[budget]\ndistricts_fen = { 440305 = 5000000 }\n")],
            &["district:shenzhen-2024:440305"],
        );
        check(&[("[budget]\n", "[per_person]\nweek_items = 1\n[budget]\n")], &["person-week:shenzhen-2024"]);
    }
}
