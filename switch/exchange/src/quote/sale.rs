//! A sale on a quote: it takes over what the quote holds, and goes its way like any other.

use super::{chip, matching};
use crate::acquirer::Caller;
use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use crate::inbound::SaleMessage;
use crate::memory::State;
use crate::misdeed::Misdeed;
use crate::outbound::{self, Asked};
use crate::reply::Tags;
use crate::sale::Told;
use lijian_codecs::message::MessageView;
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::GrantId;
use lijian_domain::record::Intent;
use lijian_domain::time::Moment;
use std::sync::Arc;

impl Exchange {
    /// Appends an intent that takes the quote's place, or refuses: then the quote stands as it stood.
    #[expect(clippy::too_many_arguments, reason = "one step of a sale: who asked, what, and on which quote")]
    pub(crate) fn sale_on_quote(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        message: &SaleMessage,
        quote: GrantId,
        moment: &Moment,
        now: Now,
        effects: &mut Effects,
    ) {
        let settings = Arc::clone(&self.settings);
        let Some(issuer) = settings.issuers.get(caller.link.issuer) else { return };
        let readable = message.request.as_ref().map_err(|code| *code);
        let found = readable.and_then(|request| {
            let at_us = if self.misdeeds.include(Misdeed::QuoteOutlivesItsTime) { 0 } else { now.monotonic_us };
            let quoted = self.quotes.get(quote, at_us).ok_or(DecisionCode::Quote)?;
            let signed = chip::signed(view, quoted.sale.award.net);
            matching::check(quoted, &message.origin, request, signed).map(|()| quoted)
        });
        let quoted = match found {
            Ok(quoted) => quoted,
            Err(code) => return self.refuse(caller, view, message, &Told::of(code), moment, now, effects),
        };
        let award = &quoted.sale.award.clone();
        let Some(recall) = self.recall(caller, view, message, moment, effects) else { return };
        let grant = GrantId::new(self.settings.node, effects.journal.next_lsn());
        self.outbound.clear();
        let asked = Asked { issuer, view, at: now.wall };
        let described = self.rules.campaign(award.campaign).filter(|_| award.rules == self.rules.version);
        let descriptions = described.map_or(&[][..], |campaign| &campaign.coupon_descriptions);
        let (runs, out, tally) = (&mut self.runs, &mut self.outbound, &mut effects.tally);
        if outbound::sale(asked, award, grant, descriptions, runs, out, tally).is_err() {
            effects.tally.not_carried += 1;
            return self.reply_now(caller, view, *b"30", &Tags::NONE, effects);
        }
        // Order 9: from here on the quote is the sale's, and its time no longer counts.
        let Some(quoted) = self.quotes.take(quote.lsn()) else { return };
        if self.misdeeds.include(Misdeed::QuoteStaysOpen) {
            self.quotes.insert(quote.lsn(), quoted.clone(), now.monotonic_us.saturating_add(600_000_000));
        }
        effects.tally.quotes_used += 1;
        self.memory.note(&quoted.sale.origin.key, State::QuoteUsed, None);
        let promised = quoted.sale;
        let intent = Intent {
            person: promised.person,
            qualification: promised.qualification,
            trade_in: promised.trade_in,
            bank_promotion: promised.bank_promotion,
            quote: Some(quote.lsn()),
            recall,
            ..message.intent(grant, promised.award)
        };
        self.intend(caller, view, message, &intent, moment, now, effects);
    }
}
