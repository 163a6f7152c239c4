//! What the tills were told: a line for each request,
//! `outcome,kind,link,terminal,stan,original,rrn,grant,paid,discount`.

use super::lines::{ReadError, each};
use std::io::BufRead;

/// What a line must look like.
const EXPECTED: &str =
    "expected outcome,kind,link,terminal,stan,original,rrn,grant,paid,discount, amounts in minor units";

/// What a till asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// A sale.
    Sale,
    /// The same sale once more.
    Repeat,
    /// A sale taken back.
    Reversal,
    /// A sale given back, whole.
    Void,
    /// A sale given back, in part or whole.
    Refund,
}

/// What it was told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word {
    /// Done.
    Approved,
    /// Of a reversal: there is nothing to reverse.
    Unknown,
    /// Nothing, or neither yes nor no.
    Unanswered,
}

/// A request, as its till knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// What was asked.
    pub what: What,
    /// What was said.
    pub word: Word,
    /// Field 41.
    pub terminal: String,
    /// Field 11.
    pub stan: u32,
    /// Field 11 of the sale that it is about; 0 of a sale.
    pub original_stan: u32,
    /// Field 37.
    pub rrn: String,
    /// Tag 84, of a reversal, void or refund that of its sale; empty for a plain sale, and where none was told.
    pub grant: String,
    /// What the card paid, or was given back, in minor units.
    pub paid_minor: u64,
    /// In minor units.
    pub discount_minor: u64,
}

/// All that the tills of a load were told.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Acked {
    /// In the order in which they were told.
    pub told: Vec<Told>,
}

impl Acked {
    /// Reads the lines of `lijian-load run --acked`.
    ///
    /// # Errors
    /// A line that is none; none is left out in silence.
    pub fn read(input: impl BufRead) -> Result<Self, ReadError> {
        let mut told = Vec::new();
        each(input, |line| {
            told.push(read(line).ok_or(EXPECTED)?);
            Ok(())
        })?;
        Ok(Self { told })
    }
}

fn read(line: &[u8]) -> Option<Told> {
    let mut cells = std::str::from_utf8(line).ok()?.split(',');
    let mut next = || cells.next();
    let word = match next()? {
        "approved" => Word::Approved,
        "unknown" => Word::Unknown,
        "unanswered" => Word::Unanswered,
        _ => return None,
    };
    let what = match next()? {
        "sale" => What::Sale,
        "repeat" => What::Repeat,
        "reversal" => What::Reversal,
        "void" => What::Void,
        "refund" => What::Refund,
        _ => return None,
    };
    let (_link, terminal, stan, original, rrn, grant) = (next()?, next()?, next()?, next()?, next()?, next()?);
    let (stan, original_stan) = (stan.parse().ok()?, original.parse().ok()?);
    let (paid_minor, discount_minor) = (next()?.parse().ok()?, next()?.parse().ok()?);
    // What stands here is printed when it differs.
    let named = |text: &str| text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if next().is_some() || ![terminal, rrn, grant].into_iter().all(named) {
        return None;
    }
    let [terminal, rrn, grant] = [terminal, rrn, grant].map(str::to_owned);
    Some(Told { what, word, terminal, stan, original_stan, rrn, grant, paid_minor, discount_minor })
}
