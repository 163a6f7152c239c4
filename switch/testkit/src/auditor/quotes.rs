//! Quotes: what is promised holds for a while, for one sale.

use super::books::{Books, Hold, State};
use super::facts::Facts;
use super::record::Intent;
use super::rule::{Rule, Violation};

/// What a quote promised.
#[derive(Clone, Copy, Debug)]
pub(super) struct Promise {
    /// How long it holds, as its record says.
    pub(super) seconds: u64,
    /// Since when the running process knows of it, in true time.
    pub(super) since_us: u64,
}

/// What ends a quote, and nothing else: its time is over, or it was taken back.
const ENDS_QUOTES: [u8; 2] = [4, 5];

impl Hold {
    /// A quote that nobody has used and that has not ended.
    pub(super) fn is_open_promise(&self) -> bool {
        self.promise.is_some() && self.state == State::Held
    }
}

impl Books {
    /// A process took over all open quotes: none of them holds longer than it was promised for, from now on.
    pub(super) fn quotes_began(&mut self, now_us: u64) {
        let promises = self.holds.values_mut().filter_map(|hold| hold.promise.as_mut());
        promises.for_each(|promise| promise.since_us = now_us);
    }

    /// A sale on a quote that is made just now is made before the quote's time is over.
    pub(super) fn in_time(
        &self,
        lsn: u64,
        intent: &Intent,
        facts: &Facts,
        now_us: Option<u64>,
    ) -> Result<(), Violation> {
        let Some((quote, now_us)) = intent.quote.zip(now_us) else { return Ok(()) };
        let broken = |what: String| Err(Rule::QuoteInTime.broken(format!("record {lsn}: {what}")));
        let Some(hold) = self.holds.get(&quote).filter(|hold| hold.is_open_promise()) else {
            return broken(format!("quote {quote} is used, over, or none"));
        };
        let age_us = hold.promise.map_or(0, |promise| now_us.saturating_sub(promise.since_us));
        if age_us >= facts.quote_us {
            return broken(format!("quote {quote} is {age_us} microseconds old"));
        }
        let (one, other) = (&hold.intent, intent);
        if (one.gross, one.net, one.discount) != (other.gross, other.net, other.discount) {
            return broken(format!("quote {quote} promised another amount"));
        }
        if (&one.origin.terminal, &one.origin.merchant) != (&other.origin.terminal, &other.origin.merchant) {
            return broken(format!("quote {quote} was promised to another till"));
        }
        Ok(())
    }

    /// Quotes end in their own ways, and doubts in theirs.
    pub(super) fn may_release(&self, lsn: u64, intent: u64, cause: u8) -> Result<(), Violation> {
        let Some(hold) = self.holds.get(&intent) else { return Ok(()) };
        let quote = ENDS_QUOTES.contains(&cause);
        if hold.promise.is_some() != quote || (!quote && hold.doubted.is_none()) {
            return Err(
                Rule::EndsOnce.broken(format!("record {lsn} releases {intent} for a cause that is not its own"))
            );
        }
        Ok(())
    }
}
