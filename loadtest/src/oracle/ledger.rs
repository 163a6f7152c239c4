//! The switch's journal as JSON lines, folded into sales.

use super::difference::Difference;
use super::lines::{ReadError, each};
use serde::Deserialize;
use std::collections::HashMap;
use std::fmt;
use std::io::BufRead;

/// What became of a grant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// No outcome yet.
    Open,
    /// The issuer approved.
    Granted,
    /// Nobody knows what the issuer did.
    InDoubt,
    /// Declined, released or at full price: nothing was granted.
    Released,
    /// Reversed.
    Reversed,
}

/// A sale that asked for a grant. Amounts in minor units.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LedgerSale {
    /// Its id.
    pub grant: String,
    /// Field 41 of the request.
    pub terminal: String,
    /// Field 11 of the request.
    pub stan: u32,
    /// Field 37 of the answer; empty before there is one.
    pub rrn: String,
    /// What became of it.
    pub state: State,
    /// Before the discount.
    pub gross_minor: u64,
    /// What the card pays.
    pub net_minor: u64,
    /// What sponsors pay.
    pub discount_minor: u64,
    pub(super) items: Vec<LedgerItem>,
    sponsors: Vec<Share>,
    pub(super) caps: Vec<Take>,
    /// A reversal of it is under way, or done.
    pub(super) is_reversal_asked: bool,
    /// Voids and refunds that were asked for, in their order.
    pub(super) returns: Vec<LedgerReturn>,
    /// What its caps got back by them.
    pub(super) given_back: Vec<Take>,
}

/// A void or refund. Amounts in minor units.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LedgerReturn {
    /// By its record.
    lsn: u64,
    /// Field 41 of the request.
    pub(super) terminal: String,
    /// Field 11 of the request.
    pub(super) stan: u32,
    /// What the card gets back.
    pub(super) net_minor: u64,
    /// What the sponsors get back.
    pub(super) discount_minor: u64,
    /// Both.
    pub(super) gross_minor: u64,
    /// The issuer confirmed it.
    pub(super) is_done: bool,
}

/// All sales that asked for a grant.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// By the LSN of its intent.
    sales: HashMap<u64, LedgerSale>,
    /// In their order.
    order: Vec<u64>,
    by_grant: HashMap<String, u64>,
    twice: Vec<String>,
}

/// A product of a sale.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct LedgerItem {
    pub(super) gtin: String,
    pub(super) quantity: u64,
    pub(super) unit_price: u64,
    pub(super) discount: u64,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
struct Share {
    amount: u64,
}

/// What a grant takes of a cap.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub(super) struct Take {
    pub(super) id: String,
    pub(super) amount: u64,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Line {
    Intent(Asked),
    Quoted(Asked),
    Granted {
        intent: u64,
        answer: Answer,
    },
    Declined {
        intent: u64,
    },
    FullPrice {
        intent: u64,
    },
    InDoubt {
        intent: u64,
    },
    Released {
        intent: u64,
    },
    ReversalAsked {
        intent: u64,
    },
    ReversalRefused {
        intent: u64,
    },
    Reversed {
        intent: u64,
    },
    ReturnAsked(Return),
    Returned {
        intent: u64,
        asked: u64,
    },
    ReturnRefused {
        intent: u64,
        asked: u64,
    },
    GaveBack {
        intent: u64,
        caps: Vec<Take>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Asked {
    lsn: u64,
    origin: Origin,
    grant: String,
    gross: u64,
    net: u64,
    discount: u64,
    items: Vec<LedgerItem>,
    sponsors: Vec<Share>,
    caps: Vec<Take>,
    quote: Option<u64>,
}

#[derive(Deserialize)]
struct Return {
    lsn: u64,
    origin: Origin,
    intent: u64,
    of: Option<u64>,
    way: String,
    gross: u64,
    discount: u64,
    net: u64,
}

#[derive(Deserialize)]
struct Origin {
    terminal: String,
    stan: String,
}

#[derive(Deserialize)]
struct Answer {
    rrn: String,
}

impl Ledger {
    /// Folds what `lijian ledger export` prints.
    ///
    /// # Errors
    /// A line that is no record.
    pub fn read(input: impl BufRead) -> Result<Self, ReadError> {
        let mut ledger = Self::default();
        each(input, |line| {
            let record: Line =
                serde_json::from_slice(line).map_err(|error| format!("expected a journal record: {error}"))?;
            ledger.fold(record)
        })?;
        Ok(ledger)
    }

    /// In the order of the journal.
    pub fn sales(&self) -> impl Iterator<Item = &LedgerSale> {
        self.order.iter().filter_map(|lsn| self.sales.get(lsn))
    }

    /// By its grant id.
    #[must_use]
    pub fn sale(&self, grant: &str) -> Option<&LedgerSale> {
        self.sales.get(self.by_grant.get(grant)?)
    }

    /// Grant ids that stand there more than once.
    pub(super) fn twice(&self) -> &[String] {
        &self.twice
    }

    fn fold(&mut self, record: Line) -> Result<(), String> {
        let (intent, state) = match record {
            Line::Intent(asked) | Line::Quoted(asked) => {
                self.asked(asked);
                return Ok(());
            }
            Line::Granted { intent, answer } => {
                self.sales.entry(intent).and_modify(|sale| sale.rrn = answer.rrn);
                (intent, State::Granted)
            }
            Line::Declined { intent } | Line::FullPrice { intent } | Line::Released { intent } => {
                (intent, State::Released)
            }
            Line::InDoubt { intent } => (intent, State::InDoubt),
            Line::Reversed { intent } => (intent, State::Reversed),
            Line::ReversalAsked { intent } => {
                self.sale_of(intent)?.is_reversal_asked = true;
                return Ok(());
            }
            Line::ReversalRefused { intent } => {
                self.sale_of(intent)?.is_reversal_asked = false;
                return Ok(());
            }
            Line::ReturnAsked(asked) => return self.return_asked(asked),
            Line::Returned { intent, asked } => {
                let returns = &mut self.sale_of(intent)?.returns;
                returns.iter_mut().filter(|known| known.lsn == asked).for_each(|known| known.is_done = true);
                return Ok(());
            }
            Line::ReturnRefused { intent, asked } => {
                self.sale_of(intent)?.returns.retain(|known| known.lsn != asked);
                return Ok(());
            }
            Line::GaveBack { intent, caps } => {
                self.sale_of(intent)?.given_back.extend(caps);
                return Ok(());
            }
            Line::Other => return Ok(()),
        };
        self.sale_of(intent)?.state = state;
        Ok(())
    }

    fn sale_of(&mut self, intent: u64) -> Result<&mut LedgerSale, String> {
        let sale = self.sales.get_mut(&intent);
        sale.ok_or_else(|| format!("no intent {intent} stands before it: give the whole journal"))
    }

    fn return_asked(&mut self, asked: Return) -> Result<(), String> {
        let Return { lsn, origin, intent, of, way, gross, discount, net } = asked;
        let (terminal, stan) = origin.read();
        let (gross_minor, discount_minor, net_minor) = (gross, discount, net);
        let back = LedgerReturn { lsn, terminal, stan, net_minor, discount_minor, gross_minor, is_done: false };
        let returns = &mut self.sale_of(intent)?.returns;
        match way.as_str() {
            // A load takes back no void; where somebody else did, the void is none.
            "void-reversal" => returns.retain(|known| Some(known.lsn) != of),
            _ => returns.push(back),
        }
        Ok(())
    }

    fn asked(&mut self, asked: Asked) {
        let Asked { lsn, origin, grant, gross, net, discount, items, sponsors, caps, quote } = asked;
        let (terminal, stan) = origin.read();
        // The sale takes over what its quote held, under the same grant id.
        if let Some(quote) = quote.filter(|quote| *quote > 0) {
            self.sales.entry(quote).and_modify(|sale| sale.state = State::Released);
        } else if self.by_grant.contains_key(&grant) {
            self.twice.push(grant.clone());
        }
        self.by_grant.insert(grant.clone(), lsn);
        self.order.push(lsn);
        let (gross_minor, net_minor, discount_minor) = (gross, net, discount);
        let (rrn, state) = (String::new(), State::Open);
        let sale = LedgerSale {
            grant,
            terminal,
            stan,
            rrn,
            state,
            gross_minor,
            net_minor,
            discount_minor,
            items,
            sponsors,
            caps,
            is_reversal_asked: false,
            returns: Vec::new(),
            given_back: Vec::new(),
        };
        self.sales.insert(lsn, sale);
    }
}

impl Origin {
    fn read(self) -> (String, u32) {
        (self.terminal.trim().to_owned(), self.stan.parse().unwrap_or(0))
    }
}

impl LedgerSale {
    /// Gross is what the card pays and what the sponsors pay, and the discount is that of its items.
    pub(super) fn wrong_in_itself(&self) -> impl Iterator<Item = Difference> {
        let sponsors: u128 = self.sponsors.iter().map(|share| u128::from(share.amount)).sum();
        let items: u128 = self.items.iter().map(|item| u128::from(item.discount)).sum();
        let whole = u128::from(self.net_minor) + u128::from(self.discount_minor);
        let sums = [
            ("paid and discount", whole, self.gross_minor),
            ("sponsors' parts", sponsors, self.discount_minor),
            ("items' discounts", items, self.discount_minor),
        ];
        let returned = self.returns.iter().map(|back| {
            let whole = u128::from(back.net_minor) + u128::from(back.discount_minor);
            ("a return's paid and discount", whole, back.gross_minor)
        });
        sums.into_iter().chain(returned).filter(|(_, sum, ledger)| *sum != u128::from(*ledger)).map(
            |(what, sum, ledger)| Difference::Sum {
                grant: self.grant.clone(),
                rrn: self.rrn.clone(),
                what,
                sum,
                ledger,
            },
        )
    }
}

impl fmt::Display for State {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Open => "without an outcome",
            Self::Granted => "granted",
            Self::InDoubt => "in doubt",
            Self::Released => "released",
            Self::Reversed => "reversed",
        })
    }
}
