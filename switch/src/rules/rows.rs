//! Which goods, shops, terminals and black-list entries differ between two versions of the rules.

use super::difference::Change;
use lijian_domain::ids::{LinkName, MerchantId, TerminalId};
use lijian_domain::merchants::{Bar, Merchant, Merchants};
use lijian_domain::rules::Rules;
use std::collections::BTreeMap;

/// So many rows are named; the others are counted.
const NAMED_MAX: usize = 50;

/// How the rows of a table differ.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rows {
    /// How many there are before and after.
    pub count: [usize; 2],
    /// Rows that are new.
    pub added: usize,
    /// Rows that are gone.
    pub removed: usize,
    /// Rows that say something else.
    pub changed: usize,
    /// The first of them in the order of their ids, and how each differs.
    pub named: Vec<(String, Change)>,
}

type Shop = (LinkName, MerchantId);

impl Rows {
    /// Goods by their GTIN.
    pub(super) fn of_products(rules: [&Rules; 2]) -> Self {
        let catalogues = rules.map(|rules| &rules.catalogue);
        let ids = catalogues.map(|catalogue| catalogue.products().map(|product| product.gtin));
        let find = |side: Side, gtin| {
            let catalogue = side.of(catalogues);
            Some((catalogue.product(gtin)?, catalogue.texts(gtin)))
        };
        Self::between(ids, find, ToString::to_string)
    }

    /// Shops by link and merchant number, without their terminals and what bars them.
    pub(super) fn of_merchants(rules: [&Rules; 2]) -> Self {
        let merchants = rules.map(|rules| &rules.merchants);
        let ids = merchants.map(|merchants| merchants.iter().map(shop));
        let find = |side: Side, (link, id)| side.of(merchants).merchant(link, id).map(row);
        Self::between(ids, find, |(link, id)| format!("{link} {id}"))
    }

    /// Terminals by link, merchant number and terminal number.
    pub(super) fn of_terminals(rules: [&Rules; 2]) -> Self {
        let merchants = rules.map(|rules| &rules.merchants);
        let listed = |merchant: &Merchant| -> Vec<(Shop, TerminalId)> {
            merchant.admission.terminals().iter().map(|terminal| (shop(merchant), terminal.id)).collect()
        };
        let ids = merchants.map(|merchants| merchants.iter().flat_map(listed));
        let find = |side: Side, ((link, id), terminal)| {
            let terminals = side.of(merchants).merchant(link, id)?.admission.terminals();
            terminals.get(terminals.binary_search_by_key(&terminal, |listed| listed.id).ok()?)
        };
        Self::between(ids, find, |((link, id), terminal)| format!("{link} {id} {terminal}"))
    }

    /// What bars each shop by itself or with its business: link, merchant number, terminal where it is one, and since when.
    pub(super) fn of_black_list(rules: [&Rules; 2]) -> Self {
        let merchants = rules.map(|rules| &rules.merchants);
        let barred = |merchant: &Merchant| {
            let mut bars: Vec<_> =
                merchant.admission.bars().iter().map(|bar| (shop(merchant), bar.terminal, bar.from)).collect();
            bars.sort_unstable();
            bars.dedup();
            bars
        };
        let ids = merchants.map(|merchants: &Merchants| merchants.iter().flat_map(barred));
        let find = |side: Side, ((link, id), terminal, from)| {
            let bars = side.of(merchants).merchant(link, id)?.admission.bars().iter();
            let same: Vec<&Bar> = bars.filter(|bar| (bar.terminal, bar.from) == (terminal, from)).collect();
            (!same.is_empty()).then_some(same)
        };
        Self::between(ids, find, |((link, id), terminal, from)| match terminal {
            Some(terminal) => format!("{link} {id} {terminal} from {from}"),
            None => format!("{link} {id} from {from}"),
        })
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.added + self.removed + self.changed == 0
    }

    fn between<K: Ord + Copy, T: PartialEq>(
        [old, new]: [impl Iterator<Item = K>; 2],
        find: impl Fn(Side, K) -> Option<T>,
        told: impl Fn(&K) -> String,
    ) -> Self {
        let (mut rows, mut named) = (Self::default(), BTreeMap::new());
        let [before, after] = &mut rows.count;
        let old = old.inspect(|_| *before += 1).filter(|key| find(Side::New, *key).is_none());
        let new = new.inspect(|_| *after += 1).filter_map(|key| {
            let (before, after) = (find(Side::Old, key), find(Side::New, key));
            let change = if before.is_none() { Change::Added } else { Change::Changed };
            (before != after).then_some((key, change))
        });
        for (key, change) in old.map(|key| (key, Change::Removed)).chain(new) {
            match change {
                Change::Added => rows.added += 1,
                Change::Removed => rows.removed += 1,
                Change::Changed | Change::Moved => rows.changed += 1,
            }
            named.insert(key, change);
            if named.len() > NAMED_MAX {
                named.pop_last();
            }
        }
        rows.named = named.iter().map(|(key, change)| (told(key), *change)).collect();
        rows
    }
}

/// Which of two.
#[derive(Clone, Copy)]
enum Side {
    Old,
    New,
}

impl Side {
    const fn of<T: Copy>(self, [old, new]: [T; 2]) -> T {
        match self {
            Self::Old => old,
            Self::New => new,
        }
    }
}

const fn shop(merchant: &Merchant) -> Shop {
    (merchant.link, merchant.id)
}

/// What its own row says: all but the link and number that it is known by, and what other files say of it.
fn row(merchant: &Merchant) -> impl PartialEq {
    let Merchant { id: _, link: _, credit_code, name, district, categories, validity, location, admission: _ } =
        merchant;
    (credit_code, name, district, categories, validity, location)
}
