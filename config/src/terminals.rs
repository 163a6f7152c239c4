//! The terminals of merchants as CSV: `merchant_id,acquirer,terminal_id,type,store,trained_on,valid_from,valid_to`. Of a merchant
//! that has a row here only these terminals are admitted, each from the day on which its staff were trained on it; one
//! without that day waits for it. Type, store and dates may be empty.

use crate::catalogue::validity;
use crate::csv_file::{Columns, Row};
use crate::digest::FileDigest;
use crate::error::ConfigErrors;
use crate::fields::{date, link_name, merchant_id, terminal_id};
use crate::library::{Deed, Keep, Keys, Register, Sources, Standing, fold};
use lijian_domain::ids::{LinkName, MerchantId, TerminalId};
use lijian_domain::merchants::{Merchants, Terminal};
use std::collections::HashSet;

/// The file's heading.
pub const COLUMNS: [&str; 8] =
    ["merchant_id", "acquirer", "terminal_id", "type", "store", "trained_on", "valid_from", "valid_to"];

pub(crate) const HEADING: Columns<'static> = Columns { required: &COLUMNS, optional: &[] };

/// Lists the terminals with their merchants. A row whose merchant has left the registry since lists nothing.
pub(crate) fn load_into(merchants: &mut Merchants, sources: Sources<'_>) -> Result<Vec<FileDigest>, ConfigErrors> {
    let mut errors = ConfigErrors::default();
    let mut withdrawn = HashSet::new();
    for (change, _) in sources.library.of(Register::Merchants) {
        if let Deed::Withdrawn { keys } = &change.deed {
            withdrawn.extend(keys.iter().cloned());
        }
    }
    let mut kept = Kept { merchants, keys: Keys::default(), from_configuration: false, withdrawn };
    let digests = fold(sources, &mut errors, &mut kept);
    errors.or(digests)
}

struct Kept<'m> {
    merchants: &'m mut Merchants,
    keys: Keys<(LinkName, MerchantId, TerminalId)>,
    from_configuration: bool,
    /// Merchants that the library took out at some time: their terminals stay in the files.
    withdrawn: HashSet<String>,
}

impl Keep for Kept<'_> {
    fn next_layer(&mut self, from_configuration: bool) {
        self.keys.next_layer();
        self.from_configuration = from_configuration;
    }

    fn row(&mut self, row: &mut Row<'_>) {
        let Some(Listed { link, merchant, terminal }) = terminal(row) else { return };
        let id = terminal.id;
        match self.keys.take((link, merchant, id), || Register::Terminals.key(|column| row.field(column))) {
            Standing::Superseded => {
                // A list of which nothing is left is still a list.
                if let Some(known) = self.merchants.merchant_mut(link, merchant) {
                    known.admission.has_list();
                }
                return;
            }
            Standing::Twice => return twice(row, link, merchant, id),
            Standing::InForce => {}
        }
        let Some(known) = self.merchants.merchant_mut(link, merchant) else {
            if self.from_configuration && !self.withdrawn.contains(&format!("{link}/{merchant}")) {
                unknown_merchant(row);
            }
            return;
        };
        if known.admission.list(terminal).is_err() {
            twice(row, link, merchant, id);
        }
    }

    fn withdraw(&mut self, key: &str) {
        self.keys.withdraw(key);
    }
}

/// A terminal, and whose it is.
pub(crate) struct Listed {
    pub(crate) link: LinkName,
    pub(crate) merchant: MerchantId,
    pub(crate) terminal: Terminal,
}

/// A row as a terminal; none where something is wrong with it.
pub(crate) fn terminal(row: &mut Row<'_>) -> Option<Listed> {
    let merchant = row.read(0, "a DE42 of 1 to 15 letters and digits", merchant_id);
    let link = row.read(1, "the NAME of an acquirer link", link_name);
    let id = row.read(2, "a DE41 of 1 to 8 letters and digits", terminal_id);
    let kind = row.optional_text(3);
    let store = row.optional_text(4);
    let trained_on = row.read_optional(5, "a date such as 2024-09-06, or nothing where nobody was trained yet", date);
    let validity = validity(row, 6, 7);
    let (kind, store) = (kind?.into(), store?.into());
    let terminal = Terminal { id: id?, kind, store, trained_on: trained_on?, validity: validity? };
    Some(Listed { link: link?, merchant: merchant?, terminal })
}

/// A terminal must belong to somebody.
pub(crate) fn unknown_merchant(row: &mut Row<'_>) {
    row.wrong(0, "a merchant of the registry, on this acquirer link");
}

fn twice(row: &mut Row<'_>, link: LinkName, merchant: MerchantId, terminal: TerminalId) {
    let found = format_args!("terminal {terminal} of merchant {merchant} on link {link} a second time");
    row.wrong_as(2, found, "each terminal of a merchant once");
}
