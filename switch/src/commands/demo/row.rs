//! What a step shows: the cells of its row. The expected row and the observed one have the same shape.

use super::table::yuan;

/// All that is compared.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// What the issuer's socket got; nothing where the switch answered alone.
    pub(super) asked: Option<Asked>,
    /// What came back over the till's socket.
    pub(super) told: Told,
    /// What the campaign's budget holds then, by the admin API.
    pub(super) budget: Budget,
}

/// A request as the issuer got it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// Message type.
    pub(super) mti: String,
    /// Field 4 in fen.
    pub(super) amount: Option<u64>,
    /// The full price out of field 54 in fen.
    pub(super) gross: Option<u64>,
}

/// An answer as the till got it.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// Message type.
    pub(super) mti: String,
    /// Field 39.
    pub(super) response_code: String,
    /// Tag 82.
    pub(super) decision: Option<String>,
    /// Field 4 in fen.
    pub(super) amount: Option<u64>,
    /// Tag 81 in fen.
    pub(super) discount: Option<u64>,
    /// Tag 88.
    pub(super) bound: Option<String>,
    /// Of a repeat: whether its answer is that of the original, grant id and all. Of a sale that was not answered: its
    /// reversal by the switch, as the issuer saw it.
    pub(super) remark: Option<String>,
}

/// A budget in fen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Budget {
    /// Its limit.
    pub(super) limit: u64,
    /// Held for sales whose outcome is not known.
    pub(super) held: u64,
    /// Granted and not given back.
    pub(super) used: u64,
    /// What can still be given.
    pub(super) remaining: u64,
}

/// A cell: what it is, and its text.
pub(super) struct Cell {
    pub(super) name: &'static str,
    pub(super) text: String,
}

/// Cells of [`Row::cells`] that stand in the columns of the table; the others have lines of their own.
pub(super) const COLUMNS: usize = 11;

impl Row {
    /// Every cell, in the order of the columns.
    pub(super) fn cells(&self) -> [Cell; COLUMNS + 3] {
        let cell = |name, text: String| Cell { name, text };
        let amount = |amount: Option<u64>| amount.map(yuan).unwrap_or_default();
        let asked = self.asked.as_ref();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let Told { mti, response_code, decision, amount: paid, discount, bound, remark } = &self.told;
        [
            cell("type of the issuer's request", asked.map(|asked| asked.mti.clone()).unwrap_or_default()),
            cell("field 4 at the issuer", amount(asked.and_then(|asked| asked.amount))),
            cell("full price in field 54 at the issuer", amount(asked.and_then(|asked| asked.gross))),
            cell("type of the answer", mti.clone()),
            cell("field 39 of the answer", response_code.clone()),
            cell("tag 82 of the answer", text(decision)),
            cell("field 4 of the answer", amount(*paid)),
            cell("tag 81 of the answer", amount(*discount)),
            cell("budget held", yuan(self.budget.held)),
            cell("budget used", yuan(self.budget.used)),
            cell("budget remaining", yuan(self.budget.remaining)),
            cell("tag 88 of the answer", text(bound)),
            cell("remark", text(remark)),
            cell("limit of the budget", yuan(self.budget.limit)),
        ]
    }
}
