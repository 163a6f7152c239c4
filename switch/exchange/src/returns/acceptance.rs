//! A return is accepted, on record, once its original and the returns before it have been read back; or it is refused.

use super::Original;
use crate::effects::Effects;
use crate::event::Now;
use crate::exchange::Exchange;
use crate::flights::{FlightId, Phase};
use crate::inbound;
use crate::memory::{Remembered, State};
use crate::misdeed::Misdeed;
use crate::outbound;
use crate::queue;
use lijian_codecs::message::{FieldIndex, parse};
use lijian_domain::cap::CapKind;
use lijian_domain::code::DecisionCode;
use lijian_domain::ids::Lsn;
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{Answer, Entry, Recall, Record, ReturnAsked, ReturnWay};
use lijian_domain::time::BusinessDate;
use std::sync::Arc;

impl Exchange {
    /// A record that a return waited for is here.
    pub(crate) fn return_read(&mut self, id: FlightId, entry: &Entry, now: Now, effects: &mut Effects) {
        let Some(back) = self.flights.get_mut(id).and_then(|flight| flight.back.as_mut()) else { return };
        match &entry.record {
            Record::ReturnAsked(void) if back.way == ReturnWay::VoidReversal => {
                return self.undo(id, entry, void, now, effects);
            }
            Record::Intent(intent) => {
                let intent = Box::new(intent.clone());
                back.original = Some(Original { lsn: entry.lsn, day: entry.business_date, at: entry.at, intent });
            }
            Record::ReturnAsked(asked) => back.earlier.push((entry.lsn, Box::new(asked.clone()))),
            _ => return self.reply_from_request(id, *b"96", effects),
        }
        let Some(intent) = back.original.as_ref().map(|original| original.lsn) else {
            return self.reply_from_request(id, *b"96", effects);
        };
        let is_read = |asked: &&Lsn| back.earlier.iter().any(|(read, _)| read == *asked);
        match self.returns.of(intent).iter().find(|asked| !is_read(asked)).copied() {
            Some(next) => self.read(id, next, effects),
            None => self.accept_return(id, now, effects),
        }
    }

    /// All that can be known is known: what goes back?
    fn accept_return(&mut self, id: FlightId, now: Now, effects: &mut Effects) {
        if self.poisoned {
            return self.reply_from_request(id, *b"96", effects);
        }
        let settings = Arc::clone(&self.settings);
        let today = self.moment(now).business_date;
        let Some(flight) = self.flights.get_mut(id) else { return };
        let Some(acquirer) = settings.acquirers.get(flight.link) else { return };
        let mut index = FieldIndex::new();
        let Ok(request) = parse(&acquirer.dialect, &flight.request, &mut index) else { return };
        let origin = inbound::origin(acquirer, &request, &self.cards);
        let amount = request.digits_u64(4).map_or(MinorUnits::ZERO, MinorUnits::new);
        if self.memory.get(&origin.key).is_some_and(|known| known.state == State::Tombstone) {
            // Its own reversal came first, and went to the issuer.
            effects.tally.count_decision(DecisionCode::ReversalFirst);
            return self.reply_from_request(id, *b"22", effects);
        }
        let Some(back) = flight.back.as_mut() else { return };
        let Some(original) = back.original.take() else { return };
        let policy = self.policies.of(&self.rules, original.intent.award.rules, original.intent.award.campaign);
        let mut links = settings.acquirers.iter();
        let of_sale = links.find(|link| link.name == original.intent.origin.link).map(|link| link.issuer);
        if of_sale != Some(acquirer.issuer) {
            // Only the issuer that approved the sale can take part of it back.
            return self.reply_from_request(id, *b"25", effects);
        }
        let sale = self.memory.get(&original.intent.origin.key);
        let reversing = sale.is_some_and(|sale| matches!(sale.state, State::Reversing));
        if reversing || self.returns.is_under_way(original.lsn) {
            return self.reply_from_request(id, *b"09", effects);
        }
        if self.misdeeds.include(Misdeed::RefundsUnbounded) {
            back.earlier.clear();
        }
        let accepted = self.returns.share(back, &original, &origin, (acquirer, &request), &policy, today);
        let mut share = match accepted {
            Ok(share) => share,
            Err(response_code) => return self.reply_from_request(id, response_code, effects),
        };
        if back.way == ReturnWay::Refund && self.misdeeds.include(Misdeed::RefundFreesClaim) {
            let claims = original.intent.award.caps.iter().filter(|take| take.key.kind() == CapKind::Qualification);
            share.part.takes.extend(claims.copied());
        }
        let gross = share.part.gross();
        // What the issuer is not asked for need not be sent again.
        let recall = match share.part.net.is_zero() {
            true => Some(Recall::default()),
            false => inbound::recall(&request, &origin, today, &mut self.sealer),
        };
        let Some(recall) = recall else {
            // Nothing could be sent again or taken back were the issuer silent.
            effects.tally.no_sealing_key += 1;
            return self.reply_from_request(id, *b"91", effects);
        };
        back.named = Some((original.intent.origin, original.at));
        let asked = ReturnAsked {
            origin,
            intent: original.lsn,
            of: None,
            way: back.way,
            amount,
            gross,
            discount: share.part.discount,
            net: share.part.net,
            sponsors: share.part.sponsors,
            takes: share.part.takes,
            recall,
        };
        self.ask_return(id, asked, today, now, effects);
    }

    /// Puts the asking on record, and what the issuer will be asked behind it. `sealed` is by whose key the card number is
    /// sealed that a message of the queue would need.
    pub(super) fn ask_return(
        &mut self,
        id: FlightId,
        asked: ReturnAsked,
        sealed: BusinessDate,
        now: Now,
        effects: &mut Effects,
    ) {
        // A part that the sponsors alone get back is none of the issuer's business.
        let asks_issuer = !asked.net.is_zero();
        if asks_issuer && !self.write_return(id, &asked, now, effects) {
            return self.reply_from_request(id, *b"30", effects);
        }
        let moment = self.moment(now);
        let (intent, of, way, origin) = (asked.intent, asked.of, asked.way, asked.origin);
        let (takes, net, gross) = (asked.takes.clone(), asked.net, asked.gross);
        let lsn = effects.journal.push(moment.at, moment.business_date, &Record::ReturnAsked(asked));
        effects.tally.returns += 1;
        self.returns.asked(lsn, intent, way, of, origin.key);
        if let Some(flight) = self.flights.get_mut(id) {
            flight.phase = Phase::ReturnAppended;
            flight.appended_us = now.monotonic_us;
            flight.record = lsn;
            flight.grant.intent = intent;
            if let Some(back) = &mut flight.back {
                (back.of, back.takes, back.day) = (of, takes, Some(moment.business_date));
                // A message about a void in doubt names the void; one about a refund, or about a void's reversal, what they do.
                let named = back.named.filter(|_| way == ReturnWay::VoidReversal);
                let at = named.map_or(moment.at, |(_, at)| at);
                let card = back.named.map(|(origin, _)| origin.card).unwrap_or_default();
                back.message = Some(queue::Original { at, day: Some(sealed), card, net, gross });
            }
        }
        let request =
            Remembered { state: State::ReturnAsked, content: origin.content, opened: lsn, answered: Lsn::NONE };
        self.memory.open(moment.business_date, origin.key, request);
        if asks_issuer && self.misdeeds.include(Misdeed::ReturnBeforeDurable) {
            self.ask_issuer(id, now, effects);
        } else if asks_issuer {
            self.stage.push_back((lsn, id));
        } else {
            self.return_of_sponsors(id, now, effects);
        }
    }

    /// A part that the sponsors alone get back is confirmed without the issuer.
    fn return_of_sponsors(&mut self, id: FlightId, now: Now, effects: &mut Effects) {
        let acquirer = self.flights.get_mut(id).map(|flight| flight.link);
        let Some(link) = acquirer.and_then(|link| self.settings.acquirers.get(link)) else { return };
        let code = inbound::short(link.dialect.semantics().results.from_canonical(*b"00").as_bytes());
        self.return_ended(id, true, Answer::bare(DecisionCode::Granted, code), now, effects);
    }

    /// Fills the flight's message to the issuer; false where that cannot be written.
    fn write_return(&mut self, id: FlightId, asked: &ReturnAsked, now: Now, effects: &mut Effects) -> bool {
        let settings = Arc::clone(&self.settings);
        let Some(flight) = self.flights.get_mut(id) else { return false };
        let Some(acquirer) = settings.acquirers.get(flight.link) else { return false };
        let Some(issuer) = settings.issuers.get(acquirer.issuer) else { return false };
        let mut index = FieldIndex::new();
        let Ok(view) = parse(&acquirer.dialect, &flight.request, &mut index) else { return false };
        flight.outbound.clear();
        let request = outbound::Asked { issuer, view: &view, at: now.wall };
        let named = flight.back.as_ref().and_then(|back| back.named);
        let (runs, out) = (&mut self.runs, &mut flight.outbound);
        let written = outbound::returned(request, named, (asked.net, asked.gross), runs, out, &mut effects.tally);
        effects.tally.not_carried += u64::from(written.is_err());
        written.is_ok()
    }
}
