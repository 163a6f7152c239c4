//! The black list as CSV: `merchant_id,acquirer,credit_code,terminal_id,from,until,reason`. An entry names a merchant of a link, or
//! the business behind it by its credit code, and of a merchant perhaps one terminal. It holds from a local date-time such as
//! `2024-10-01T10:00` on, until another or for good.

use crate::csv_file::{Columns, Row};
use crate::digest::FileDigest;
use crate::error::ConfigErrors;
use crate::fields::{date_time, link_name, merchant_id, terminal_id};
use crate::library::{Keep, Keys, Register, Sources, Standing, fold};
use lijian_domain::ids::{LinkName, MerchantId};
use lijian_domain::merchants::{Bar, CreditCode, Merchants};
use std::collections::HashMap;

/// The file's heading.
pub const COLUMNS: [&str; 7] = ["merchant_id", "acquirer", "credit_code", "terminal_id", "from", "until", "reason"];

pub(crate) const HEADING: Columns<'static> = Columns { required: &COLUMNS, optional: &[] };

/// Tells the merchants what the black list says of them. It may name some that are not in the registry.
pub(crate) fn load_into(merchants: &mut Merchants, sources: Sources<'_>) -> Result<Vec<FileDigest>, ConfigErrors> {
    let mut errors = ConfigErrors::default();
    let mut kept = Kept::default();
    let digests = fold(sources, &mut errors, &mut kept);
    for merchant in merchants.iter_mut() {
        let of_merchant = kept.bars.get(&Whom::Merchant(merchant.link, merchant.id));
        let of_business = kept.bars.get(&Whom::Business(merchant.credit_code));
        let bars = of_merchant.into_iter().chain(of_business).flatten();
        bars.for_each(|bar| merchant.admission.bar(bar.clone()));
    }
    errors.or(digests)
}

#[derive(Default)]
struct Kept {
    bars: HashMap<Whom, Vec<Bar>>,
    keys: Keys<String>,
}

/// Whom an entry concerns.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Whom {
    Merchant(LinkName, MerchantId),
    Business(CreditCode),
}

impl Keep for Kept {
    fn next_layer(&mut self, _: bool) {
        self.keys.next_layer();
    }

    fn row(&mut self, row: &mut Row<'_>) {
        let Some((whom, bar)) = entry(row) else { return };
        let key = Register::BlackList.key(|column| row.field(column));
        match self.keys.take(key.clone(), || key) {
            Standing::Superseded => {}
            Standing::InForce => self.bars.entry(whom).or_default().push(bar),
            Standing::Twice => row.wrong_as(0, "this entry a second time", "each entry once"),
        }
    }

    fn withdraw(&mut self, key: &str) {
        self.keys.withdraw(key);
    }
}

/// A row as an entry; none where something is wrong with it.
pub(crate) fn entry(row: &mut Row<'_>) -> Option<(Whom, Bar)> {
    let merchant = row.read_optional(0, "a DE42 of 1 to 15 letters and digits, or nothing", merchant_id);
    let link = row.read_optional(1, "the NAME of an acquirer link, or nothing", link_name);
    let code = row.read_optional(2, "18 characters with a right check character, or nothing", CreditCode::parse);
    let terminal = row.read_optional(3, "a DE41 of 1 to 8 letters and digits, or nothing", terminal_id);
    let from = row.read(4, "a local date-time such as 2024-10-01T10:00", date_time);
    let until = row.read_optional(5, "a local date-time such as 2024-10-01T10:00, or nothing", date_time);
    let reason = row.text(6);
    let (from, until, terminal) = (from?, until?, terminal?);
    if until.is_some_and(|until| until <= from) {
        row.wrong(5, format_args!("later than {from} (from)"));
        return None;
    }
    let whom = match (merchant?, link?, code?) {
        (Some(merchant), Some(link), None) => Whom::Merchant(link, merchant),
        (None, None, Some(code)) if terminal.is_none() => Whom::Business(code),
        _ => {
            let found = "a row that names neither or both, or a terminal without its merchant";
            row.wrong_as(0, found, "merchant_id and acquirer (and perhaps terminal_id), or credit_code alone");
            return None;
        }
    };
    Some((whom, Bar { terminal, from, until, reason: reason?.into() }))
}
