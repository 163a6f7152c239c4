//! What tills were told: a line for each request that was approved, or that nobody answered.

use super::kind::Kind;
use std::fmt;

/// What a till was told of a request, or that it was told nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Acknowledged {
    /// What was asked.
    pub kind: Kind,
    /// What it was told.
    pub outcome: Outcome,
    /// Which link's.
    pub link: usize,
    /// Field 41, a number of eight digits.
    pub terminal: u32,
    /// Field 11.
    pub stan: u32,
    /// Field 11 of the sale that a reversal, void or refund is about; 0 of a sale.
    pub original_stan: u32,
    /// Field 37; zeros where there is none.
    pub rrn: [u8; 12],
    /// Tag 84, of a reversal, void or refund that of its sale; zeros where there is none.
    pub grant: [u8; 16],
    /// Field 4 of the answer: what the card paid, or got back, in minor units.
    pub paid_minor: u64,
    /// Tag 81, in minor units.
    pub discount_minor: u64,
}

/// What became of a request, as far as its till knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Outcome {
    /// Result 00.
    #[default]
    Approved,
    /// A reversal: what it reverses is not known (25), so that nothing of it stands.
    Unknown,
    /// No answer came in its time.
    Unanswered,
}

impl Outcome {
    /// Its name in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Unknown => "unknown",
            Self::Unanswered => "unanswered",
        }
    }
}

impl fmt::Display for Acknowledged {
    /// `outcome,kind,link,terminal,stan,original,rrn,grant,paid,discount`, as the money oracle reads it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, outcome, link, terminal, stan, original_stan, rrn, grant, paid_minor, discount_minor } = self;
        let (outcome, kind) = (outcome.as_str(), kind.as_str());
        write!(out, "{outcome},{kind},{link},{terminal:08},{stan:06},{original_stan:06},")?;
        for number in [rrn.as_slice(), grant.as_slice()] {
            for byte in number.iter().filter(|byte| byte.is_ascii_alphanumeric()) {
                write!(out, "{}", char::from(*byte))?;
            }
            out.write_str(",")?;
        }
        write!(out, "{paid_minor},{discount_minor}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::{Acked, What, Word};

    #[test]
    fn the_oracle_reads_what_is_written() {
        let sale = Acknowledged {
            link: 3,
            terminal: 30_000,
            stan: 7,
            rrn: *b"000000000042",
            grant: *b"0A1\0\0\0\0\0\0\0\0\0\0\0\0\0",
            paid_minor: 800,
            discount_minor: 200,
            ..Acknowledged::default()
        };
        let reversal = Acknowledged { kind: Kind::Reversal, outcome: Outcome::Unknown, original_stan: 7, ..sale };
        let lines = format!("{sale}\n{reversal}\n");
        assert!(lines.starts_with("approved,sale,3,00030000,000007,000000,000000000042,0A1,800,200\n"), "{lines}");
        let acked = Acked::read(lines.as_bytes()).unwrap();
        let [sale, reversal] = acked.told.as_slice() else { unreachable!("{acked:?}") };
        assert_eq!(
            (sale.what, sale.word, sale.terminal.as_str(), sale.stan),
            (What::Sale, Word::Approved, "00030000", 7)
        );
        assert_eq!((sale.rrn.as_str(), sale.grant.as_str()), ("000000000042", "0A1"));
        assert_eq!((sale.paid_minor, sale.discount_minor), (800, 200));
        assert_eq!((reversal.what, reversal.word, reversal.original_stan), (What::Reversal, Word::Unknown, 7));
    }
}
