//! Which caps were ever taken, under the auditor's names for them.

use crate::auditor::Balance;
use lijian_domain::cap::{CapKey, CapTake};
use lijian_domain::ids::{Lsn, PersonKey};
use lijian_domain::record::{Entry, Record};
use lijian_store::quota::Quota;
use std::collections::BTreeMap;

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct CapsSeen {
    names: BTreeMap<String, CapKey>,
    intents: BTreeMap<Lsn, Vec<CapTake>>,
}

impl CapsSeen {
    pub(super) fn see(&mut self, entry: &Entry) {
        let sale = match &entry.record {
            Record::Intent(intent) => Some(intent),
            Record::Quoted(quoted) => Some(&quoted.sale),
            _ => None,
        };
        if let Some(intent) = sale {
            let takes = &intent.award.caps;
            self.names.extend(takes.iter().map(|take| (name(&take.key), take.key)));
            self.intents.insert(entry.lsn, takes.to_vec());
        }
    }

    /// What an intent or a quote took.
    pub(super) fn of(&self, intent: Lsn) -> &[CapTake] {
        self.intents.get(&intent).map_or(&[], Vec::as_slice)
    }

    /// What stands on each of them.
    pub(super) fn balances(&self, quota: &Quota) -> impl Iterator<Item = (&str, Balance)> {
        self.names.iter().map(|(name, key)| {
            let stands = quota.balance(key);
            let balance = Balance {
                held: stands.held.get(),
                used: stands.used.get(),
                held_count: stands.held_count,
                used_count: stands.used_count,
            };
            (name.as_str(), balance)
        })
    }
}

fn digits(person: &PersonKey) -> String {
    person.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn name(key: &CapKey) -> String {
    match key {
        CapKey::SerialNumber(serial) => format!("serial-number:{serial}"),
        CapKey::Qualification(campaign, code) => format!("qualification:{campaign}:{code}"),
        CapKey::PersonCategory(campaign, person, category) => {
            format!("person-category:{campaign}:{}:{category}", digits(person))
        }
        CapKey::PersonWeek(campaign, person, monday) => {
            format!("person-week:{campaign}:{}:{}", digits(person), monday.0)
        }
        CapKey::PersonYear(campaign, person, year) => format!("person-year:{campaign}:{}:{year}", digits(person)),
        CapKey::PersonCampaign(campaign, person) => format!("person-campaign:{campaign}:{}", digits(person)),
        CapKey::Day(campaign, date) => format!("day:{campaign}:{}", date.0),
        other => other.to_string(),
    }
}
