//! Quotes: a till asks for the price before the card is charged. The switch alone answers, once what it promises is held and
//! on record; the till then sells at the net amount and names the quote. That is also the way of chip cards, whose
//! cryptogram covers the amount.
//!
//! # Invariants
//! - What a quote holds is given back exactly once, or taken over by exactly one sale: whoever removes it from [`Quotes`]
//!   appends the record of its end in the same step, so expiry and a sale in flight never both have it.
//! - A sale on a quote is not decided again: what was promised stands until the quote expires. It never goes on at full
//!   price, since the till sent the net amount.
//! - Time runs on the monotonic clock; the record keeps the wall time at which it ends, from which a restart goes on.
//!
//! May call what a sale may.

mod chip;
mod end;
mod matching;
mod sale;
mod table;

pub(crate) use end::class_of_original;
pub(crate) use table::Quotes;

use crate::acquirer::Caller;
use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use crate::flights::Phase;
use crate::inbound::{self, SaleMessage};
use crate::memory::State;
use crate::reply::Tags;
use crate::sale::Told;
use lijian_codecs::message::MessageView;
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::GrantId;
use lijian_domain::record::{Quoted, Record};
use lijian_domain::sale::Award;
use lijian_domain::time::{Moment, UnixMicros};

/// Seconds that a quote, made `at`, is honoured (tag 87): what its record says, so that a repeat is told the same.
pub(crate) fn seconds(quoted: &Quoted, at: UnixMicros) -> u64 {
    u64::try_from(quoted.expires.0.saturating_sub(at.0)).unwrap_or_default() / 1_000_000
}

impl Exchange {
    /// A request for a quote: decided like a sale, answered by the switch alone.
    pub(crate) fn quote(&mut self, caller: Caller<'_>, view: &MessageView<'_>, now: Now, effects: &mut Effects) {
        if !view.has(11) {
            effects.tally.broken += 1;
            return self.reply_now(caller, view, *b"30", &Tags::of(DecisionCode::ItemsUnreadable), effects);
        }
        let mut message = inbound::quote(caller.link, view, &self.cards);
        if self.is_repeat(caller, view, &message.origin, now, effects) {
            return;
        }
        if self.overloaded(caller.number) {
            effects.tally.overload += 1;
            return self.try_again(caller, view, effects);
        }
        if self.poisoned || self.space_low || self.draining {
            return self.try_again(caller, view, effects);
        }
        let moment = self.moment(now);
        if self.memory.get(&message.origin.key).is_some_and(|known| known.state == State::Tombstone) {
            let told = Told::of(DecisionCode::ReversalFirst);
            return self.refuse(caller, view, &message, &told, &moment, now, effects);
        }
        // The chip will sign the net amount.
        match self.decide(&mut message, false, &moment) {
            Ok(award) => self.promise(caller, view, &message, award, &moment, now, effects),
            Err(told) if told.code == DecisionCode::TryAgain => self.try_again(caller, view, effects),
            Err(told) => self.refuse(caller, view, &message, &told, &moment, now, effects),
        }
    }

    /// Takes all caps and appends the quote, or refuses by the cap that bound.
    #[expect(clippy::too_many_arguments, reason = "one step of a quote: who asked, what, and what was decided")]
    fn promise(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        message: &SaleMessage,
        award: Award,
        moment: &Moment,
        now: Now,
        effects: &mut Effects,
    ) {
        let rules = &caller.link.quotes;
        if !self.quotes.has_room(rules, &message.origin) {
            effects.tally.quotes_over_limit += 1;
            return self.try_again(caller, view, effects);
        }
        if let Err(bound) = self.quota.hold(&award.caps) {
            let told = Told::bound(&award, &bound, &self.quota);
            return match told.code {
                DecisionCode::TryAgain => self.try_again(caller, view, effects),
                _ => self.refuse(caller, view, message, &told, moment, now, effects),
            };
        }
        let grant = GrantId::new(self.settings.node, effects.journal.next_lsn());
        let lifetime_us = i64::try_from(rules.lifetime_us).unwrap_or(i64::MAX);
        let expires = UnixMicros(moment.at.0.saturating_add(lifetime_us));
        let record = Record::Quoted(Quoted { sale: message.intent(grant, award), expires });
        let lsn = effects.journal.push(moment.at, moment.business_date, &record);
        effects.tally.quotes += 1;
        self.outbound.clear();
        let id = self.open(caller, view, message, Phase::AnswerAppended, lsn, now);
        // Its fate no longer hangs on anybody but the journal.
        self.flights.settle(id);
        self.remember(message, moment, State::Quoted, lsn);
        self.memory.note(&message.origin.key, State::Quoted, Some(lsn));
        if let (Some(flight), Record::Quoted(quoted)) = (self.flights.get_mut(id), &record) {
            flight.grant.remember(lsn, moment.at, &quoted.sale);
        }
        self.make_answer(id, &record);
        if let Record::Quoted(quoted) = record {
            self.quotes.insert(lsn, Box::new(quoted), now.monotonic_us.saturating_add(rules.lifetime_us));
        }
    }
}
