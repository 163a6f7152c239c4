//! How a quote ends without a sale: its time is over, or the acquirer takes it back. The record first, then the money.

use crate::acquirer::Caller;
use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use crate::flights::Phase;
use crate::inbound;
use crate::memory::{Remembered, State};
use crate::misdeed::Misdeed;
use crate::reply::{self, Tags};
use crate::settings::AcquirerLink;
use lijian_codecs::message::MessageView;
use lijian_codecs::{Mti, MtiClass};
use lijian_domain::ids::{DuplicateKey, Lsn};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{Quoted, Record, ReleaseCause, Released};

/// Quotes that one step ends at most: the next step follows at once, and others get their turn between.
const EXPIRIES_MAX: usize = 1_000;

/// The class of what a reversal takes back where the message does not name it: a quote's, if its processing code is one of
/// a quote (a reversal says that of its original), otherwise a sale's.
pub(crate) fn class_of_original(link: &AcquirerLink, view: &MessageView<'_>) -> MtiClass {
    let mut buffer = [0; 8];
    let processing = view.text(3, &mut buffer).unwrap_or_default();
    let mut rules = link.quotes.rules.iter();
    let quote = rules.find(|rule| rule.processing.is_some_and(|start| processing.starts_with(&start)));
    let mti = quote.and_then(|rule| Mti::parse(std::str::from_utf8(&rule.mti).ok()?));
    mti.map_or(MtiClass::Financial, |mti| mti.class())
}

impl Exchange {
    /// The time of recovered quotes runs on; those whose time went by meanwhile are over.
    pub(crate) fn quotes_started(&mut self, now: Now, effects: &mut Effects) {
        for (lsn, open) in self.quotes.take_recovered() {
            // A wall clock that was put back prolongs nothing beyond what was promised.
            let promised = open.quoted.expires.0.saturating_sub(open.at.0);
            let left = open.quoted.expires.0.saturating_sub(now.wall.0).min(promised);
            let left_us = u64::try_from(left).unwrap_or_default();
            self.quotes.insert(lsn, open.quoted, now.monotonic_us.saturating_add(left_us));
        }
        self.expire_quotes(now, effects);
    }

    /// Ends the quotes whose time is over.
    pub(crate) fn expire_quotes(&mut self, now: Now, effects: &mut Effects) {
        if self.misdeeds.include(Misdeed::QuoteOutlivesItsTime) {
            return;
        }
        for _ in 0..EXPIRIES_MAX {
            let due = self.quotes.due(now.monotonic_us).filter(|_| !self.poisoned);
            let Some((lsn, quoted)) = due.and_then(|lsn| Some((lsn, self.quotes.take(lsn)?))) else { return };
            effects.tally.quotes_expired += 1;
            self.release_quote(lsn, &quoted, ReleaseCause::QuoteExpired, now, effects);
            self.memory.note(&quoted.sale.origin.key, State::QuoteExpired, None);
        }
    }

    /// Order 1: what a quote held is given back only after the record of that has its place.
    fn release_quote(
        &mut self,
        lsn: Lsn,
        quoted: &Quoted,
        cause: ReleaseCause,
        now: Now,
        effects: &mut Effects,
    ) -> Lsn {
        let moment = self.moment(now);
        let record = Record::Released(Released { intent: lsn, cause });
        let end = effects.journal.push(moment.at, moment.business_date, &record);
        self.quota.release(&quoted.sale.award.caps);
        end
    }

    /// A reversal whose original is a quote. The issuer has never heard of it.
    pub(crate) fn withdraw_quote(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        key: DuplicateKey,
        original: Remembered,
        now: Now,
        effects: &mut Effects,
    ) {
        let origin = inbound::origin(caller.link, view, &self.cards);
        if self.is_repeat(caller, view, &origin, now, effects) {
            return;
        }
        let quoted =
            self.quotes.made_by(original.opened).map(|quoted| (quoted.sale.award.gross, quoted.sale.award.net));
        let (gross, net) = match (original.state, quoted) {
            (State::Quoted, Some(amounts)) => amounts,
            // Nothing is held any more.
            (State::QuoteExpired, _) => {
                return self.reply_when_durable(caller, view, &origin, *b"00", now, effects);
            }
            // It became a sale: that is what has to be reversed.
            _ => return self.reply_now(caller, view, *b"22", &Tags::NONE, effects),
        };
        let amount = view.digits_u64(4).map_or(MinorUnits::ZERO, MinorUnits::new);
        if amount != gross && amount != net {
            return self.reply_now(caller, view, *b"64", &Tags::NONE, effects);
        }
        if self.poisoned || self.draining || self.overloaded(caller.number) {
            return self.reply_now(caller, view, *b"96", &Tags::NONE, effects);
        }
        let Some(quoted) = self.quotes.take(original.opened) else { return };
        effects.tally.quotes_withdrawn += 1;
        let end = self.release_quote(original.opened, &quoted, ReleaseCause::QuoteWithdrawn, now, effects);
        // Another reversal is told of it only when it is on record; until then this one counts as under way.
        self.memory.note(&key, State::Reversing, None);
        let budget_us = caller.link.time_budget_us;
        let id = self.flights.open(caller.number, caller.connection, now.monotonic_us, budget_us, view.bytes());
        self.flights.name_request(id, origin.key);
        if let Some(flight) = self.flights.opened(id) {
            flight.phase = Phase::AnswerAppended;
            flight.content = origin.content;
            flight.appended_us = now.monotonic_us;
            flight.original = key;
            flight.original_after = Some(State::Reversed);
            flight.result = inbound::short(b"00");
            reply::refusal(view, *b"00", &Tags::NONE, &mut self.runs, &mut flight.answer).unwrap_or_default();
        }
        self.flights.settle(id);
        self.stage.push_back((end, id));
    }
}
