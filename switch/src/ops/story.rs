//! What became of one request, told from its journal records: values only, without card or personal data.

use super::course::Course;
use lijian_domain::ids::Lsn;
use lijian_domain::record::{Answer, Entry, Origin, Quoted, Record};
use lijian_domain::sale::ItemRequest;

/// A sale with items and everything that happened to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transaction {
    /// Its first record.
    pub lsn: Lsn,
    /// Where it came from.
    pub origin: Origin,
    /// 16 digits; none for a refusal.
    pub grant: Option<String>,
    /// By which campaign; empty where none was found.
    pub campaign: String,
    /// DE4 as the till sent it, in minor units.
    pub gross: u64,
    /// The subsidy decided on, in minor units; 0 for a refusal.
    pub discount: u64,
    /// Item by item. Serial numbers are left out: they can be a phone's.
    pub items: Vec<Item>,
    /// The caps taken, or the one that bound, as ids.
    pub caps: Vec<String>,
    /// Where its records leave it.
    pub course: Course,
    /// Its records in order, the first one included.
    pub happenings: Vec<Happening>,
}

/// An item of a transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// As printed on the shelf.
    pub gtin: String,
    /// How many.
    pub quantity: u32,
    /// In minor units.
    pub unit_price: u64,
    /// As the library says; none where it was not asked.
    pub category: Option<String>,
    /// In minor units; none for a refusal.
    pub discount: Option<u64>,
}

/// A record of a transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Happening {
    /// Its place in the journal.
    pub lsn: Lsn,
    /// Microseconds since 1970.
    pub at_us: i64,
    /// Its settlement day.
    pub business_date: String,
    /// As [`Record::kind`] names it.
    pub kind: &'static str,
    /// Tag 82, where an answer was given.
    pub code: Option<&'static str>,
    /// DE39, where an answer was given.
    pub response_code: Option<String>,
}

impl Transaction {
    /// The transaction that a record begins; none if it begins none.
    pub fn begin(entry: &Entry) -> Option<Self> {
        let mut transaction = match &entry.record {
            Record::Intent(intent) | Record::Quoted(Quoted { sale: intent, .. }) => {
                let award = &intent.award;
                let items = award.items.iter().map(|awarded| Item {
                    category: Some(awarded.category.to_string()),
                    discount: Some(awarded.discount.get()),
                    ..Item::of(&awarded.item)
                });
                Self {
                    lsn: entry.lsn,
                    origin: intent.origin,
                    grant: Some(intent.grant.to_string()),
                    campaign: award.campaign.to_string(),
                    gross: award.gross.get(),
                    discount: award.discount.get(),
                    items: items.collect(),
                    caps: award.caps.iter().map(|take| take.key.to_string()).collect(),
                    course: Course::default(),
                    happenings: Vec::new(),
                }
            }
            Record::Refused(refused) => Self {
                lsn: entry.lsn,
                origin: refused.origin,
                grant: None,
                campaign: refused.campaign.to_string(),
                gross: refused.amount.get(),
                discount: 0,
                items: refused.items.iter().map(Item::of).collect(),
                caps: (!refused.bound.is_empty()).then(|| refused.bound.to_string()).into_iter().collect(),
                course: Course::default(),
                happenings: Vec::new(),
            },
            _ => return None,
        };
        transaction.go_on(entry);
        Some(transaction)
    }

    /// Takes in a later record that is about this transaction.
    pub fn go_on(&mut self, entry: &Entry) {
        self.course.take(entry);
        self.happenings.extend(Happening::of(entry));
    }
}

impl Item {
    fn of(item: &ItemRequest) -> Self {
        Self {
            gtin: item.gtin.to_string(),
            quantity: item.quantity,
            unit_price: item.unit_price.get(),
            category: None,
            discount: None,
        }
    }
}

impl Happening {
    fn of(entry: &Entry) -> Option<Self> {
        let answer: Option<&Answer> = match &entry.record {
            Record::Opened(_)
            | Record::Tombstone(_)
            | Record::QueueOrdered(_)
            | Record::RulesChanged(_)
            | Record::Claimed(_)
            | Record::ClaimChanged(_)
            | Record::Drawn(_) => return None,
            Record::Granted(outcome) | Record::Declined(outcome) | Record::FullPrice(outcome) => Some(&outcome.answer),
            Record::Refused(refused) => Some(&refused.answer),
            Record::Reversed(outcome) | Record::ReversalRefused(outcome) => Some(&outcome.answer),
            Record::Returned(outcome) | Record::ReturnRefused(outcome) => Some(&outcome.answer),
            Record::Intent(_)
            | Record::InDoubt(_)
            | Record::Released(_)
            | Record::ReversalAsked(_)
            | Record::Quoted(_)
            | Record::ReturnAsked(_)
            | Record::GaveBack(_) => None,
        };
        Some(Self {
            lsn: entry.lsn,
            at_us: entry.at.0,
            business_date: entry.business_date.to_string(),
            kind: entry.record.kind(),
            code: answer.map(|answer| answer.code.as_str()),
            response_code: answer.map(|answer| answer.response_code.to_string()).filter(|code| !code.is_empty()),
        })
    }
}
