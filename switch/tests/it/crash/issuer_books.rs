//! What the issuer's socket saw, by the request that it was about.

use super::books::Name;
use lijian_load::issuer::{Observations, Outcome, Seen};
use std::collections::HashMap;

/// What the issuer did about one request.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct AtIssuer {
    pub(super) approved: u32,
    pub(super) declined: u32,
    /// The same request again, or its identity with another amount.
    pub(super) again: u32,
    pub(super) reversed: bool,
    /// Field 4 of the request.
    pub(super) amount: Option<u64>,
}

impl AtIssuer {
    pub(super) fn asked(&self) -> bool {
        self.approved + self.declined + self.again > 0
    }
}

/// All that was seen so far.
#[derive(Default)]
pub(super) struct IssuerBooks {
    last: u64,
    requests: HashMap<Name, AtIssuer>,
}

impl IssuerBooks {
    pub(super) fn read(&mut self, observations: &Observations) -> Result<(), String> {
        for seen in observations.seen_since(self.last) {
            if seen.order != self.last + 1 {
                return Err(format!("the issuer forgot what it saw before #{}", seen.order));
            }
            self.last = seen.order;
            self.note(&seen)?;
        }
        Ok(())
    }

    pub(super) fn of(&self, name: &Name) -> AtIssuer {
        self.requests.get(name).copied().unwrap_or_default()
    }

    fn note(&mut self, seen: &Seen) -> Result<(), String> {
        // A reversal names its original in field 90, behind the four digits of its type.
        let original = seen.field(90).and_then(|field| std::str::from_utf8(field.get(4..10)?).ok());
        let stan = if seen.mti.is_reversal() { original.unwrap_or_default() } else { &seen.stan };
        let Ok(stan) = stan.parse() else { return Ok(()) };
        let request = self.requests.entry((seen.terminal.clone(), stan)).or_default();
        if !seen.mti.is_reversal() {
            request.amount = request.amount.or(seen.amount_minor);
        }
        match seen.outcome {
            Outcome::Approved => request.approved += 1,
            Outcome::Declined => request.declined += 1,
            Outcome::Repeat | Outcome::Conflict => request.again += 1,
            Outcome::Reversed => request.reversed = true,
            Outcome::ReversalWrongAmount | Outcome::FormatError | Outcome::Unsupported | Outcome::Unasked => {
                return Err(format!("the issuer got what it cannot use: {seen:?}"));
            }
            _ => {}
        }
        Ok(())
    }
}
