//! What other rules would change, for whoever has to agree to them.

use super::counting::begin_to_count;
use super::rows::Rows;
use lijian_domain::campaign::Campaign;
use lijian_domain::rules::Rules;
use std::collections::{BTreeMap, BTreeSet};

/// So many keys are named; the others are counted.
const KEYS_NAMED_MAX: usize = 200;
/// So many characters of a value are told.
const VALUE_CHARS_MAX: usize = 200;

/// What is different, part by part.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Difference {
    /// Campaigns that are not the same.
    pub campaigns: Vec<(String, Change)>,
    /// Keys of campaigns that say something else; none where the files of one version cannot be read any more.
    pub keys: Option<Keys>,
    /// Caps that are new to campaigns that run, in the campaigns' order: they count from the change on, not what was given before.
    pub caps_that_begin: Vec<String>,
    /// Products.
    pub products: Rows,
    /// Merchants.
    pub merchants: Rows,
    /// Terminals.
    pub terminals: Rows,
    /// Entries of the black list, one for each merchant that they concern.
    pub black_list: Rows,
}

/// How a campaign or a row differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
    /// It is tried earlier or later than before.
    Moved,
}

impl Change {
    /// Its name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Moved => "moved",
        }
    }
}

/// Keys of campaigns that differ.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Keys {
    /// How many.
    pub count: usize,
    /// The first of them, in alphabetical order.
    pub named: Vec<Key>,
}

/// A key that says something else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// Its path: `shenzhen-2024.categories.tablet.rate_basis_points`.
    pub path: String,
    /// What it said, in TOML; none: it was not there.
    pub before: Option<String>,
    /// What it says; none: it is gone.
    pub after: Option<String>,
}

impl Keys {
    /// Between what the campaign files of two versions say.
    pub(super) fn between([old, new]: [&BTreeMap<String, String>; 2]) -> Self {
        let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let mut keys = Self::default();
        for path in paths.into_iter().filter(|path| old.get(*path) != new.get(*path)) {
            keys.count += 1;
            if keys.named.len() < KEYS_NAMED_MAX {
                let told = |said: &String| said.chars().take(VALUE_CHARS_MAX).collect();
                let [before, after] = [old, new].map(|keys| keys.get(path).map(told));
                keys.named.push(Key { path: path.clone(), before, after });
            }
        }
        keys
    }
}

impl Difference {
    /// Between these; what stands in the files is not looked at.
    pub fn between(old: &Rules, new: &Rules) -> Self {
        let place = |rules: &Rules, campaign: &Campaign| rules.campaigns.iter().position(|each| each.id == campaign.id);
        let mut campaigns = Vec::new();
        for (at, campaign) in new.campaigns.iter().enumerate() {
            let before = place(old, campaign).and_then(|before| Some((before, old.campaigns.get(before)?)));
            let difference = match before {
                None => Change::Added,
                Some((_, before)) if before != campaign => Change::Changed,
                Some((before, _)) if before != at => Change::Moved,
                Some(_) => continue,
            };
            campaigns.push((campaign.id.to_string(), difference));
        }
        for campaign in old.campaigns.iter().filter(|campaign| place(new, campaign).is_none()) {
            campaigns.push((campaign.id.to_string(), Change::Removed));
        }
        let rules = [old, new];
        Self {
            campaigns,
            keys: None,
            caps_that_begin: begin_to_count(old, new),
            products: Rows::of_products(rules),
            merchants: Rows::of_merchants(rules),
            terminals: Rows::of_terminals(rules),
            black_list: Rows::of_black_list(rules),
        }
    }

    /// The tables, by the names that people know them by.
    pub const fn tables(&self) -> [(&'static str, &Rows); 4] {
        [
            ("products", &self.products),
            ("merchants", &self.merchants),
            ("terminals", &self.terminals),
            ("black_list", &self.black_list),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_differ_are_told_up_to_a_bound() {
        let keys = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let long = "x".repeat(VALUE_CHARS_MAX + 1);
        let (old, new) = (keys(&[("a", "1"), ("b", "1"), ("c", "1")]), keys(&[("a", "1"), ("b", &long), ("d", "2")]));
        let key = |path: &str, before: Option<&str>, after: Option<&str>| Key {
            path: path.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        let found = Keys::between([&old, &new]);
        assert_eq!(found.count, 3);
        let b = key("b", Some("1"), Some(&long[1..]));
        assert_eq!(found.named, [b, key("c", Some("1"), None), key("d", None, Some("2"))]);

        let many: BTreeMap<_, _> = (0..=KEYS_NAMED_MAX).map(|at| (at.to_string(), String::new())).collect();
        let found = Keys::between([&BTreeMap::new(), &many]);
        assert_eq!((found.count, found.named.len()), (KEYS_NAMED_MAX + 1, KEYS_NAMED_MAX));
    }
}
