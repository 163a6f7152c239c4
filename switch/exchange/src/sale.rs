//! A sale with items: decided, held, recorded; then asked of the issuer at the net amount, and its outcome recorded.

use crate::acquirer::Caller;
use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use crate::flights::{FlightId, Phase};
use crate::inbound::{self, Asks, SaleMessage};
use crate::memory::{Remembered, State};
use crate::misdeed::Misdeed;
use crate::outbound::{self, Asked};
use crate::reply::Tags;
use crate::settings::RefusalPolicy;
use lijian_codecs::message::MessageView;
use lijian_domain::code::DecisionCode;
use lijian_domain::decide::decide;
use lijian_domain::ids::{CampaignId, GrantId, Lsn};
use lijian_domain::record::{Answer, BoundCap, Intent, Recall, Record, Refused};
use lijian_domain::sale::{Award, Decision};
use lijian_domain::text::Text;
use lijian_domain::time::Moment;
use lijian_store::quota::{Bound, Quota};
use std::sync::Arc;

impl Exchange {
    pub(crate) fn sale(&mut self, caller: Caller<'_>, view: &MessageView<'_>, now: Now, effects: &mut Effects) {
        if !view.has(11) {
            // Neither a repeat nor an answer nor a reversal could be told from those of another sale.
            effects.tally.broken += 1;
            return self.reply_now(caller, view, *b"30", &Tags::of(DecisionCode::ItemsUnreadable), effects);
        }
        let mut message = inbound::sale(caller.link, view, &self.cards);
        // Before all else: what was asked at the net amount once must never be asked at another.
        if self.is_repeat(caller, view, &message.origin, now, effects) {
            return;
        }
        let cannot_record = self.poisoned || self.space_low;
        if cannot_record && may_go_on(caller, &message) {
            return self.relay(caller, view, now, effects);
        }
        if self.overloaded(caller.number) {
            effects.tally.overload += 1;
            return self.try_again(caller, view, effects);
        }
        let issuer_ready = self.connections.ready_of(caller.link.issuer) > 0;
        if cannot_record || self.draining || !issuer_ready {
            effects.tally.issuer_down += u64::from(!issuer_ready);
            return self.try_again(caller, view, effects);
        }
        let moment = self.moment(now);
        let buried = self.memory.get(&message.origin.key).is_some_and(|known| known.state == State::Tombstone);
        if buried && !self.misdeeds.include(Misdeed::TombstoneIgnored) {
            let told = Told::of(DecisionCode::ReversalFirst);
            return self.refuse(caller, view, &message, &told, &moment, now, effects);
        }
        if view.mti().is_repeat() && may_go_on(caller, &message) {
            // While nothing could be recorded its first sending may have gone on at full price: it must not be asked at another
            // amount.
            let told = Told::of(DecisionCode::TryAgain);
            return self.refuse(caller, view, &message, &told, &moment, now, effects);
        }
        if let Asks::OnQuote(quote) = message.asks {
            return self.sale_on_quote(caller, view, &message, quote, &moment, now, effects);
        }
        let chip =
            self.settings.issuers.get(caller.link.issuer).is_some_and(|issuer| outbound::chip_forbids(issuer, view));
        match self.decide(&mut message, chip, &moment) {
            Ok(award) => self.hold(caller, view, &message, award, &moment, now, effects),
            Err(refusal) if refusal.code == DecisionCode::TryAgain => self.try_again(caller, view, effects),
            Err(refusal) => self.refuse(caller, view, &message, &refusal, &moment, now, effects),
        }
    }

    /// What the rules say; a message that could not be read, or whose chip forbids another amount, is refused like any
    /// other, and the lowest code wins.
    #[expect(clippy::result_large_err, reason = "it lives on the stack of one sale and is never stored")]
    pub(crate) fn decide(&self, message: &mut SaleMessage, chip: bool, moment: &Moment) -> Result<Award, Told> {
        let presented = self.presented(message);
        let request = message.request.as_ref().map_err(|code| Told::of(*code))?;
        match decide(&self.rules, request, presented.as_ref(), moment) {
            Decision::Grant(award) if chip => {
                Err(Told { campaign: award.campaign, ..Told::of(DecisionCode::QuoteFirst) })
            }
            Decision::Grant(award) => {
                message.is_of(presented.as_ref(), &award);
                Ok(award)
            }
            // In a moment it is known whether the claim has won.
            Decision::Refuse(refusal)
                if refusal.code == DecisionCode::Qualification
                    && presented.is_some_and(|presented| self.is_being_drawn(&presented.claim)) =>
            {
                Err(Told::of(DecisionCode::TryAgain))
            }
            Decision::Refuse(refusal) => {
                let code = if chip { refusal.code.min(DecisionCode::QuoteFirst) } else { refusal.code };
                Err(Told { campaign: refusal.campaign, ..Told::of(code) })
            }
        }
    }

    /// Takes all caps and appends the intent, or refuses by the cap that bound.
    #[expect(clippy::too_many_arguments, reason = "one step of a sale: who asked, what, and what was decided")]
    fn hold(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        message: &SaleMessage,
        award: Award,
        moment: &Moment,
        now: Now,
        effects: &mut Effects,
    ) {
        let settings = Arc::clone(&self.settings);
        let Some(issuer) = settings.issuers.get(caller.link.issuer) else { return };
        let Some(recall) = self.recall(caller, view, message, moment, effects) else { return };
        if let Err(bound) = self.quota.hold(&award.caps) {
            let told = Told::bound(&award, &bound, &self.quota);
            if told.code == DecisionCode::TryAgain {
                return self.try_again(caller, view, effects);
            }
            return self.refuse(caller, view, message, &told, moment, now, effects);
        }
        let grant = GrantId::new(self.settings.node, effects.journal.next_lsn());
        self.outbound.clear();
        let asked = Asked { issuer, view, at: now.wall };
        let described = self.rules.campaign(award.campaign).filter(|_| award.rules == self.rules.version);
        let descriptions = described.map_or(&[][..], |campaign| &campaign.coupon_descriptions);
        let (runs, out, tally) = (&mut self.runs, &mut self.outbound, &mut effects.tally);
        if outbound::sale(asked, &award, grant, descriptions, runs, out, tally).is_err() {
            self.quota.release(&award.caps);
            effects.tally.not_carried += 1;
            return self.reply_now(caller, view, *b"30", &Tags::NONE, effects);
        }
        let intent = Intent { recall, ..message.intent(grant, award) };
        self.intend(caller, view, message, &intent, moment, now, effects);
    }

    /// What the reversal of this sale will need; where it cannot be sealed, the sale gets nothing, since the switch could not
    /// take it back, and is told to try again.
    pub(crate) fn recall(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        message: &SaleMessage,
        moment: &Moment,
        effects: &mut Effects,
    ) -> Option<Recall> {
        let recall = inbound::recall(view, &message.origin, moment.business_date, &mut self.sealer);
        if recall.is_none() {
            effects.tally.no_sealing_key += 1;
            self.try_again(caller, view, effects);
        }
        recall
    }

    /// Appends an intent whose caps are held; once it is durable the issuer is asked what stands in [`Self::outbound`].
    #[expect(clippy::too_many_arguments, reason = "one step of a sale: who asked, what, and what was decided")]
    pub(crate) fn intend(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        message: &SaleMessage,
        intent: &Intent,
        moment: &Moment,
        now: Now,
        effects: &mut Effects,
    ) {
        let lsn = effects.journal.push_intent(moment.at, moment.business_date, intent);
        let id = self.open(caller, view, message, Phase::IntentAppended, lsn, now);
        if let Some(flight) = self.flights.get_mut(id) {
            flight.code = Some(DecisionCode::Granted);
            flight.grant.remember(lsn, moment.at, intent);
        }
        self.remember(message, moment, State::Open, lsn);
    }

    /// Records the refusal; then the answer goes out, or the sale goes on at full price, as the link says.
    #[expect(clippy::too_many_arguments, reason = "one step of a sale: who asked, what, and what was decided")]
    pub(crate) fn refuse(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        message: &SaleMessage,
        told: &Told,
        moment: &Moment,
        now: Now,
        effects: &mut Effects,
    ) {
        effects.tally.count_decision(told.code);
        // A sale that was reversed before it came is over: nobody pays for it at any price.
        let over = told.code == DecisionCode::ReversalFirst;
        let full_price = may_go_on(caller, message) && !over;
        self.outbound.clear();
        if full_price && self.copy_out(caller, view, now, effects).is_err() {
            return self.reply_now(caller, view, *b"30", &Tags::NONE, effects);
        }
        let results = &caller.link.dialect.semantics().results;
        let canonical = told.code.response_code().as_bytes().try_into().unwrap_or(*b"05");
        let response_code =
            if full_price { Text::EMPTY } else { inbound::short(results.from_canonical(canonical).as_bytes()) };
        let refused = Refused {
            origin: message.origin,
            campaign: told.campaign,
            rules: self.rules.version,
            amount: message.amount,
            items: message.items(),
            answer: Answer::bare(told.code, response_code),
            bound: told.bound,
            bound_cap: told.bound_cap,
            asked: message.asked(),
        };
        let lsn = effects.journal.push(moment.at, moment.business_date, &Record::Refused(refused.clone()));
        let phase = if full_price { Phase::FullPriceAppended } else { Phase::AnswerAppended };
        let id = self.open(caller, view, message, phase, lsn, now);
        self.remember(message, moment, if full_price { State::FullPrice } else { State::Refused }, lsn);
        let Some(flight) = self.flights.get_mut(id) else { return };
        flight.code = Some(told.code);
        flight.grant.campaign = told.campaign;
        flight.bound = told.bound;
        if !full_price {
            flight.result = refused.answer.response_code;
            crate::reply::recorded(view, &refused.answer, &Tags::refused(&refused), &mut self.runs, &mut flight.answer)
                .unwrap_or_default();
            self.memory.note(&message.origin.key, State::Refused, Some(lsn));
            self.flights.settle(id);
        }
    }

    /// A flight that waits for record `lsn`, with its message to the issuer in [`Self::outbound`].
    pub(crate) fn open(
        &mut self,
        caller: Caller<'_>,
        view: &MessageView<'_>,
        message: &SaleMessage,
        phase: Phase,
        lsn: Lsn,
        now: Now,
    ) -> FlightId {
        let id = self.flights.open(
            caller.number,
            caller.connection,
            now.monotonic_us,
            caller.link.time_budget_us,
            view.bytes(),
        );
        self.flights.name_request(id, message.origin.key);
        if let Some(flight) = self.flights.opened(id) {
            flight.phase = phase;
            flight.content = message.origin.content;
            flight.record = lsn;
            flight.appended_us = now.monotonic_us;
            flight.outbound.extend_from_slice(&self.outbound);
        }
        self.stage.push_back((lsn, id));
        id
    }

    pub(crate) fn remember(&mut self, message: &SaleMessage, moment: &Moment, state: State, opened: Lsn) {
        let content = message.origin.content;
        let request = Remembered { state, content, opened, answered: Lsn::NONE };
        self.memory.open(moment.business_date, message.origin.key, request);
    }
}

/// Whether what gets no subsidy goes on at full price. A price alone is nothing to go on with, and who sends the net amount
/// of a quote does not send the full price.
fn may_go_on(caller: Caller<'_>, message: &SaleMessage) -> bool {
    caller.link.refusal == RefusalPolicy::FullPrice && message.asks == Asks::Sale
}

/// What a sale is told when it gets no subsidy.
pub(crate) struct Told {
    pub(crate) code: DecisionCode,
    pub(crate) campaign: CampaignId,
    /// The cap that bound, empty where none did.
    pub(crate) bound: Text<80>,
    /// That cap as it stands.
    pub(crate) bound_cap: Option<BoundCap>,
}

impl Told {
    pub(crate) fn of(code: DecisionCode) -> Self {
        Self { code, campaign: CampaignId::default(), bound: Text::EMPTY, bound_cap: None }
    }

    /// A personal cap that an earlier try of the same person still holds may come free again: try again then.
    pub(crate) fn bound(award: &Award, bound: &Bound, quota: &Quota) -> Self {
        let code = match bound.key.kind() {
            kind if kind.is_personal() && bound.held => DecisionCode::TryAgain,
            kind => kind.refusal(),
        };
        let limit = award.caps.iter().find(|take| take.key == bound.key).map(|take| take.limit).unwrap_or_default();
        let bound_cap = BoundCap { key: bound.key, limit, balance: quota.balance(&bound.key) };
        Self { code, campaign: award.campaign, bound: Text::printed(&bound.key), bound_cap: Some(bound_cap) }
    }
}
