//! What may be asked of an issuer, and what may be believed of its answers.

use super::Auditor;
use super::books::{Asked, Hold, State};
use super::queue::Order;
use super::record::{Body, Record, Reversal};
use super::returns::Return;
use super::rule::{Rule, Violation};
use super::wire::{Key, Message};

/// An hour after it was decided a sale does not reach the issuer any more.
const LIFETIME_US: i64 = 3_600_000_000;

impl Auditor {
    /// A message to the issuer.
    pub(super) fn question(&mut self, payload: &[u8]) -> Result<(), Violation> {
        let Some(message) = Message::read(payload) else {
            return Err(Rule::RelayIsUnchanged.broken("a message to the issuer that cannot be read"));
        };
        match message.mti.get(1..2) {
            Some("8") => Ok(()),
            Some("4") => self.reversal_question(&message, payload),
            _ if message.is_return() => self.return_question(&message, payload),
            _ if self.gross_named(&message).is_some() => self.subsidised_question(&message),
            _ => self.plain_question(&message, payload),
        }
    }

    /// The gross amount of a subsidised sale: field 54 adds it, or field 4 is it and tags split it.
    fn gross_named(&self, message: &Message) -> Option<u64> {
        if self.facts.gross_to_issuer {
            return message.tag("81").and(message.number(4));
        }
        let named = message.field(54);
        let place = named.len().checked_sub(20)?;
        let last = named.get(place..)?.strip_prefix(self.facts.gross_amount_type.as_str())?;
        last.get(4..)?.parse().ok()
    }

    fn subsidised_question(&mut self, message: &Message) -> Result<(), Violation> {
        let key = message.key();
        let amount = message.number(4);
        let sale = self.books.sale(&key).filter(|(lsn, _)| *lsn <= self.durable);
        let Some((lsn, hold)) = sale else {
            return Err(Rule::IntentBeforeIssuer.broken(format!("no durable intent of {key:?}")));
        };
        if hold.state != State::Held || hold.doubted.is_some() {
            return Err(Rule::IntentBeforeIssuer.broken(format!("intent {lsn} of {key:?} is not open any more")));
        }
        let intent = &hold.intent;
        let due = (Some(self.facts.asked(intent.gross, intent.net)), Some(intent.gross));
        let split = message.tag("81").and_then(|discount| discount.parse().ok());
        let split_right = !self.facts.gross_to_issuer || split == Some(intent.discount);
        if (amount, self.gross_named(message)) != due || !split_right {
            return Err(Rule::IntentBeforeIssuer.broken(format!("intent {lsn} says other amounts than {amount:?}")));
        }
        if !self.traffic.sent.insert(lsn) {
            return Err(Rule::AskedOnce.broken(format!("intent {lsn} of {key:?} is asked twice")));
        }
        self.one_amount(key, amount)
    }

    /// What is asked without a subsidy is asked as the acquirer asked it.
    fn plain_question(&mut self, message: &Message, payload: &[u8]) -> Result<(), Violation> {
        let key = message.key();
        if !self.traffic.asked.contains(payload) {
            return Err(Rule::RelayIsUnchanged.broken(format!("nobody asked {key:?} in these bytes")));
        }
        let on_record = self.books.opened.get(&key).is_some_and(|lsn| *lsn <= self.durable);
        if message.has_items() && message.mti.starts_with("02") {
            if !on_record && !self.poisoned && !self.space_low {
                return Err(Rule::IntentBeforeIssuer.broken(format!("no durable refusal of {key:?} at full price")));
            }
            return self.one_amount(key, message.number(4));
        }
        Ok(())
    }

    fn one_amount(&mut self, key: Key, amount: Option<u64>) -> Result<(), Violation> {
        let amount = amount.unwrap_or(0);
        match self.traffic.amounts.insert(key.clone(), amount) {
            Some(before) if before != amount => {
                Err(Rule::AskedOnce.broken(format!("{key:?} is asked at {before} and at {amount}")))
            }
            _ => Ok(()),
        }
    }

    /// A reversal of ours is on record before the issuer sees it; so is one whose original nobody has seen.
    fn reversal_question(&mut self, message: &Message, payload: &[u8]) -> Result<(), Violation> {
        let key = message.key();
        let original = message.original();
        if let Some(asked) = self.return_on_record(&key) {
            return self.as_recorded(&key, asked, message);
        }
        let void = original.as_ref().and_then(|original| self.return_on_record(original));
        if let Some(void) = void.filter(|(_, asked)| asked.is_open_void()) {
            // In doubt, it is taken back under its own numbers; what an acquirer asks for is on record by itself.
            let key = original.unwrap_or(key);
            return self.as_recorded(&key, void, message);
        }
        self.own_reversal(&key, original.as_ref())?;
        let sale = original.as_ref().and_then(|original| self.books.sale(original));
        if let Some((lsn, hold)) = sale.filter(|(_, hold)| may_be_charged(hold)) {
            let asked = self.books.opened.get(&key).and_then(|asked| Some((asked, self.books.asked.get(asked)?)));
            let on_record = asked.is_some_and(|(at, asked)| *at <= self.durable && asked.intent == lsn);
            let queued = hold.doubted.is_some_and(|doubted| doubted <= self.durable);
            if !on_record && !queued {
                return Err(Rule::IntentBeforeIssuer.broken(format!("no durable reversal of intent {lsn}: {key:?}")));
            }
            let due = self.facts.asked(hold.intent.gross, hold.intent.net);
            return if message.number(4) == Some(due) {
                Ok(())
            } else {
                Err(Rule::AskedOnce.broken(format!("intent {lsn} is taken back at another amount")))
            };
        }
        if !self.traffic.asked.contains(payload) {
            return Err(Rule::RelayIsUnchanged.broken(format!("nobody reversed {key:?} in these bytes")));
        }
        let known = original.as_ref().is_none_or(|original| self.books.opened.contains_key(original));
        let buried = |(reversal, named): (&Key, &Key)| {
            Some(named) == original.as_ref()
                && self.books.buried_by.get(reversal).is_some_and(|lsn| *lsn <= self.durable)
        };
        if known || self.poisoned || self.traffic.reversals.iter().any(buried) {
            return Ok(());
        }
        Err(Rule::ReversedFirstIsRefused.broken(format!("no durable tombstone of {original:?}")))
    }

    /// A void or refund of a grant is on record before the issuer sees it; another one passes as it is.
    fn return_question(&self, message: &Message, payload: &[u8]) -> Result<(), Violation> {
        let key = message.key();
        if let Some(asked) = self.return_on_record(&key) {
            return self.as_recorded(&key, asked, message);
        }
        if !self.traffic.asked.contains(payload) {
            return Err(Rule::RelayIsUnchanged.broken(format!("nobody returned {key:?} in these bytes")));
        }
        let granted = |hold: &Hold| hold.state == State::Granted;
        let named = message.tag("84").and_then(|grant| u64::from_str_radix(grant, 16).ok());
        let by_id = named.and_then(|grant| self.books.holds.get(&(grant & 0xffff_ffff_ffff))).is_some_and(granted);
        let by_name =
            message.original().is_some_and(|sale| self.books.sale(&sale).is_some_and(|(_, sale)| granted(sale)));
        if by_id || by_name {
            return Err(Rule::IntentBeforeIssuer.broken(format!("no durable record of the return {key:?}")));
        }
        Ok(())
    }

    fn return_on_record(&self, key: &Key) -> Option<(u64, &Asked)> {
        let lsn = *self.books.opened.get(key)?;
        Some((lsn, self.books.asked.get(&lsn).filter(|asked| asked.returns.is_some())?))
    }

    fn as_recorded(&self, key: &Key, (lsn, asked): (u64, &Asked), message: &Message) -> Result<(), Violation> {
        if lsn > self.durable {
            return Err(Rule::IntentBeforeIssuer.broken(format!("record {lsn} of {key:?} is not durable")));
        }
        if let Some((ended, _)) = asked.ended {
            return Err(Rule::AskedOnce.broken(format!("return {lsn} of {key:?} is asked, and ended at {ended}")));
        }
        let due = asked.returns.as_ref().map_or(0, |returns| self.facts.asked(returns.gross, returns.net));
        if message.number(4) != Some(due) {
            return Err(
                Rule::AskedOnce.broken(format!("return {lsn} of {key:?} is asked at another amount than {due}"))
            );
        }
        Ok(())
    }

    /// A record that says what an issuer said must be true.
    pub(super) fn believe(&self, record: &Record) -> Result<(), Violation> {
        match &record.body {
            Body::Granted(outcome) => {
                let Some(hold) = self.books.holds.get(&outcome.intent) else { return Ok(()) };
                let due = self.facts.asked(hold.intent.gross, hold.intent.net);
                let approved =
                    |(code, amount): &(String, Option<u64>)| code == "00" && amount.is_none_or(|amount| amount == due);
                if self.said(&hold.key, approved) {
                    return Ok(());
                }
                let what = format!("record {}: the issuer did not approve {:?} at {due}", record.lsn, hold.key);
                Err(Rule::IssuerSaidSo.broken(what))
            }
            Body::Returned(done) => {
                let Some(asked) = self.books.asked.get(&done.asked) else { return Ok(()) };
                // What goes to sponsors alone is none of the issuer's business.
                let alone = asked.returns.as_ref().is_some_and(|returns| returns.net == 0);
                // What waits of a void in doubt is its reversal: without that it stands.
                let void = asked.returns.as_ref().is_some_and(Return::is_void);
                let by_order = self.is_ordered(done.asked, if void { Order::Drop } else { Order::Confirmed });
                if alone || by_order || self.said(&asked.key, |(code, _)| code == "00") {
                    return Ok(());
                }
                Err(Rule::IssuerSaidSo.broken(format!("record {}: the issuer did not do {:?}", record.lsn, asked.key)))
            }
            Body::ReturnRefused(done) => self.not_returned(record, done),
            Body::Reversed(reversal) => self.confirmed(record, reversal.intent),
            Body::Released { intent, cause: 6 } if !self.is_ordered_of(*intent, Order::Drop) => {
                let what = format!("record {} gives back {intent} by an order that nobody gave", record.lsn);
                Err(Rule::OrdersOfTwo.broken(what))
            }
            Body::Released { intent, cause: 1 } => self.confirmed(record, *intent),
            Body::Released { intent, cause: 2 } => {
                let Some(hold) = self.books.holds.get(intent) else { return Ok(()) };
                if self.said(&hold.key, |(code, _)| code != "00") {
                    return Ok(());
                }
                Err(Rule::IssuerSaidSo.broken(format!("record {}: the issuer declined nothing", record.lsn)))
            }
            _ => Ok(()),
        }
    }

    /// What was not returned was never asked, or the issuer said no; or it is a void in doubt that was taken back, or joins
    /// what takes one back.
    fn not_returned(&self, record: &Record, done: &Reversal) -> Result<(), Violation> {
        let Some((asked, returns)) = self.asked_return(done.asked) else { return Ok(()) };
        let unclear = ["00", "", "98"];
        let no = self.said(&asked.key, |(code, _)| !unclear.contains(&code.as_str()));
        let taken_back = returns.is_void() && self.is_taken_back(record, done.asked, &asked.key);
        let undone = |void: u64| {
            let of_it = |other: &Return| other.undoes() == Some(void);
            let open = |other: &Asked| other.ended.is_none() && other.returns.as_ref().is_some_and(of_it);
            let stands = self.asked_return(void).is_some_and(|(_, void)| void.stands());
            !stands || self.books.asked.values().any(open)
        };
        let sent = self.traffic.carried.contains_key(&asked.key) || returns.undoes().is_some();
        let dropped = self.is_ordered(done.asked, if returns.is_void() { Order::Confirmed } else { Order::Drop });
        if !sent || no || taken_back || dropped || returns.undoes().is_some_and(undone) {
            return Ok(());
        }
        Err(Rule::IssuerSaidSo.broken(format!("record {}: nobody refused {:?}", record.lsn, asked.key)))
    }

    fn asked_return(&self, lsn: u64) -> Option<(&Asked, &Return)> {
        let asked = self.books.asked.get(&lsn)?;
        Some((asked, asked.returns.as_ref()?))
    }

    fn confirmed(&self, record: &Record, intent: u64) -> Result<(), Violation> {
        let hold = self.books.holds.get(&intent);
        let by_order = self.is_ordered_of(intent, Order::Confirmed);
        if by_order || hold.is_none_or(|hold| self.is_taken_back(record, intent, &hold.key)) {
            return Ok(());
        }
        let lsn = record.lsn;
        Err(Rule::IssuerSaidSo.broken(format!("record {lsn}: the issuer confirmed no reversal of {intent}")))
    }

    /// Whether the issuer confirmed a reversal of the request on record at `lsn`, before `record` says so.
    fn is_taken_back(&self, record: &Record, lsn: u64, key: &Key) -> bool {
        let request = usize::try_from(lsn).ok().and_then(|lsn| self.records.get(lsn.checked_sub(1)?));
        // Too old to arrive any more: an issuer that does not know it never will.
        let old =
            request.is_none_or(|request| record.date > request.date || record.at_us - request.at_us >= LIFETIME_US);
        self.traffic.confirmed.contains(key) || (old && self.traffic.not_found.contains(key))
    }

    fn said(&self, key: &Key, what: impl FnMut(&(String, Option<u64>)) -> bool) -> bool {
        self.traffic.results.get(key).is_some_and(|results| results.iter().any(what))
    }
}

/// Whether the issuer may have charged this sale and not taken it back.
fn may_be_charged(hold: &Hold) -> bool {
    hold.state == State::Granted || (hold.state == State::Held && hold.doubted.is_some())
}
