//! What the tills were told: a line for each approved sale, `link,stan,rrn,grant,paid,discount`.

use super::lines::{ReadError, each};
use std::io::BufRead;

/// An approved sale.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AckedSale {
    /// Field 37.
    pub rrn: String,
    /// Tag 84; empty for a plain sale.
    pub grant: String,
    /// What the card paid, in minor units.
    pub paid_minor: u64,
    /// In minor units.
    pub discount_minor: u64,
}

/// All approved sales of a load.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Acked {
    /// In the order in which they were told.
    pub sales: Vec<AckedSale>,
}

impl Acked {
    /// Reads the lines of `lijian-load run --acked`.
    ///
    /// # Errors
    /// A line that is none; none is left out in silence.
    pub fn read(input: impl BufRead) -> Result<Self, ReadError> {
        let mut sales = Vec::new();
        each(input, |line| {
            sales.push(sale(line).ok_or("expected link,stan,rrn,grant,paid,discount, amounts in minor units")?);
            Ok(())
        })?;
        Ok(Self { sales })
    }
}

fn sale(line: &[u8]) -> Option<AckedSale> {
    let mut cells = std::str::from_utf8(line).ok()?.split(',');
    let mut next = || cells.next();
    let (_link, _stan, rrn, grant) = (next()?, next()?, next()?, next()?);
    let (paid, discount) = (next()?.parse().ok()?, next()?.parse().ok()?);
    // What stands here is printed when it differs.
    let named = |text: &str| text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if next().is_some() || !named(rrn) || !named(grant) {
        return None;
    }
    Some(AckedSale { rrn: rrn.to_owned(), grant: grant.to_owned(), paid_minor: paid, discount_minor: discount })
}
