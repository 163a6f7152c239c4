//! What an acquirer may be told.

use super::Auditor;
use super::books::Hold;
use super::record::{Answer, Body};
use super::returns::Return;
use super::rule::{Rule, Violation};
use super::wire::{Key, Message};

/// Answers of our own that no record stands behind: try again, key taken, in progress, no answer, faults.
const UNRECORDED: [&str; 8] = ["09", "22", "30", "64", "91", "94", "96", "98"];
/// The same of what takes something back: not on this day, nothing left, no such sale, cannot be undone, not permitted.
const NOT_GIVEN_BACK: [&str; 5] = ["12", "13", "25", "40", "57"];

impl Auditor {
    /// An answer to an acquirer.
    pub(super) fn answer(&mut self, connection: u64, payload: &[u8]) -> Result<(), Violation> {
        let Some(message) = Message::read(payload) else {
            return Err(Rule::RelayIsUnchanged.broken("an answer that cannot be read"));
        };
        let key = message.key();
        self.traffic.waiting.remove(&(connection, key.clone()));
        match (message.mti.get(1..2), message.tag("82")) {
            (Some("4"), _) => self.reversal_answer(&key, &message, payload),
            _ if message.is_return() => self.return_answer(&key, &message, payload),
            (Some("1"), Some("G000")) => self.quote_answer(&key, &message, payload),
            (_, Some("N190")) => Ok(()),
            (_, Some("G000")) => self.grant_answer(&key, &message, payload),
            (_, Some("N199")) => self.decline_answer(&key, &message, payload),
            (_, Some("N116")) => self.too_late_answer(&key, payload),
            (_, Some(code)) => self.refusal_answer(&key, code, payload),
            (_, None) => self.plain_answer(&key, &message, payload),
        }
    }

    /// A subsidy is told of once its grant is on the medium, and only to whom it was given.
    fn grant_answer(&mut self, key: &Key, message: &Message, payload: &[u8]) -> Result<(), Violation> {
        let early = |what: String| Err(Rule::OutcomeBeforeAnswer.broken(what));
        let grant = message.tag("84").and_then(|grant| u64::from_str_radix(grant, 16).ok());
        let Some(lsn) = grant.map(|grant| grant & 0xffff_ffff_ffff) else {
            return early(format!("a grant without its id for {key:?}"));
        };
        let Some(hold) = self.books.holds.get(&lsn).filter(|hold| hold.key == *key) else {
            return early(format!("{key:?} is told of grant {lsn}, which is not its own"));
        };
        let granted = self.on_medium(hold).is_some_and(|answer| answer.code == "G000");
        if !granted {
            return early(format!("{key:?} is told of grant {lsn}, which is not on the medium"));
        }
        let told = (message.number(4), message.tag("81").and_then(|discount| discount.parse().ok()));
        if told != (Some(hold.intent.net), Some(hold.intent.discount)) {
            return early(format!("{key:?} is told of {told:?}, grant {lsn} says otherwise"));
        }
        self.same_bytes(lsn, payload)
    }

    /// A price is promised once its hold is on the medium.
    fn quote_answer(&mut self, key: &Key, message: &Message, payload: &[u8]) -> Result<(), Violation> {
        let early = |what: String| Err(Rule::OutcomeBeforeAnswer.broken(what));
        let quote = self.books.sale(key).filter(|(lsn, _)| *lsn <= self.durable);
        let Some((lsn, hold, promise)) = quote.and_then(|(lsn, hold)| Some((lsn, hold, hold.promise?))) else {
            return early(format!("{key:?} is promised a price that is not on the medium"));
        };
        let number = |tag: &str| message.tag(tag).and_then(|value| value.parse().ok());
        let id = message.tag("84").and_then(|id| u64::from_str_radix(id, 16).ok());
        let told = (id, message.number(4), number("81"), number("87"));
        let due = (hold.intent.grant, hold.intent.net, hold.intent.discount, promise.seconds);
        if told != (Some(due.0), Some(due.1), Some(due.2), Some(due.3)) {
            return early(format!("{key:?} is promised {told:?}, quote {lsn} says otherwise"));
        }
        self.same_bytes(lsn, payload)
    }

    /// The issuer's word on a void or refund is on the medium before the till is told.
    fn return_answer(&mut self, key: &Key, message: &Message, payload: &[u8]) -> Result<(), Violation> {
        let code = message.field(39);
        if let Some(told) = self.as_ended(key, code, payload) {
            return told;
        }
        let on_record = self.books.opened.get(key).is_some_and(|lsn| self.books.asked.contains_key(lsn));
        let relayed = !on_record && self.traffic.answered.contains(payload);
        if relayed || UNRECORDED.contains(&code) || NOT_GIVEN_BACK.contains(&code) {
            return Ok(());
        }
        Err(Rule::OutcomeBeforeAnswer.broken(format!("{key:?} is told {code}, which is not on the medium")))
    }

    /// Where a reversal or return ended on the medium with this result: whether this is what it was told before.
    fn as_ended(&mut self, key: &Key, code: &str, payload: &[u8]) -> Option<Result<(), Violation>> {
        let lsn = *self.books.opened.get(key)?;
        let (at, answer) = self.books.asked.get(&lsn)?.ended.as_ref()?;
        if *at > self.durable || answer.response_code != code {
            return None;
        }
        if self.is_ordered_away(lsn) {
            // People decided otherwise than the till was told.
            return Some(Ok(()));
        }
        Some(self.same_bytes(lsn, payload))
    }

    /// The issuer's no, or nobody's word, is on the medium; unless nothing can be written any more.
    fn decline_answer(&mut self, key: &Key, message: &Message, payload: &[u8]) -> Result<(), Violation> {
        let sale = self.books.sale(key).filter(|(lsn, _)| *lsn <= self.durable);
        let Some((lsn, hold)) = sale else {
            return Err(Rule::OutcomeBeforeAnswer.broken(format!("{key:?} is declined without a durable intent")));
        };
        let doubted = hold.doubted.is_some_and(|at| at <= self.durable);
        let declined = self.on_medium(hold).is_some_and(|answer| answer.code == "N199");
        if doubted || declined {
            return self.same_bytes(lsn, payload);
        }
        if self.poisoned && message.field(39) == "98" {
            return Ok(());
        }
        Err(Rule::OutcomeBeforeAnswer.broken(format!("{key:?} is told that intent {lsn} failed, which is not durable")))
    }

    /// Its reversal came first, or was accepted since.
    fn too_late_answer(&mut self, key: &Key, payload: &[u8]) -> Result<(), Violation> {
        if self.books.sale(key).is_some() {
            return Ok(());
        }
        self.refusal_answer(key, "N116", payload)
    }

    fn refusal_answer(&mut self, key: &Key, code: &str, payload: &[u8]) -> Result<(), Violation> {
        let lsn = self.books.opened.get(key).copied().filter(|lsn| *lsn <= self.durable);
        let refusal = lsn.and_then(|lsn| Some((lsn, self.books.refusals.get(&lsn)?)));
        match refusal.filter(|(_, refusal)| refusal.answer.code == code) {
            Some((lsn, refusal)) => {
                // At full price the issuer's answer is the outcome.
                let at_full_price = refusal.answer.response_code.is_empty();
                let answered = refusal.full_price.as_ref().is_some_and(|(at, _)| *at <= self.durable);
                if at_full_price && !answered && !self.poisoned {
                    return self.unrecorded(key, payload);
                }
                if at_full_price && !answered { Ok(()) } else { self.same_bytes(lsn, payload) }
            }
            None => {
                Err(Rule::OutcomeBeforeAnswer.broken(format!("{key:?} is told {code}, which is not on the medium")))
            }
        }
    }

    /// Without tags: the issuer's own bytes, or a word of ours that moves no money.
    fn plain_answer(&self, key: &Key, message: &Message, payload: &[u8]) -> Result<(), Violation> {
        if self.traffic.answered.contains(payload) || UNRECORDED.contains(&message.field(39)) {
            return Ok(());
        }
        Err(Rule::RelayIsUnchanged.broken(format!("{key:?} is told {}, nobody said so", message.field(39))))
    }

    fn unrecorded(&self, key: &Key, payload: &[u8]) -> Result<(), Violation> {
        let code = Message::read(payload).map(|message| message.field(39).to_owned()).unwrap_or_default();
        if UNRECORDED.contains(&code.as_str()) {
            return Ok(());
        }
        Err(Rule::OutcomeBeforeAnswer.broken(format!("{key:?} is told {code} before that is on the medium")))
    }

    fn reversal_answer(&mut self, key: &Key, message: &Message, payload: &[u8]) -> Result<(), Violation> {
        let code = message.field(39);
        let asked = self.books.opened.get(key).and_then(|lsn| Some((*lsn, self.books.asked.get(lsn)?)));
        if let Some((lsn, asked)) = asked {
            // On record and not over, after it was put off: the switch sees to it by itself.
            let since = usize::try_from(lsn).ok().and_then(|lsn| self.records.get(lsn..)).unwrap_or_default();
            let started = since.iter().any(|record| matches!(record.body, Body::Opened { .. }));
            let reverses = asked.returns.as_ref().is_none_or(Return::is_reversal);
            let open = reverses && asked.ended.is_none() && lsn <= self.durable;
            if code == "00" && open && (started || self.traffic.put_off.contains(key)) {
                return self.same_bytes(lsn, payload);
            }
        }
        if code == "98" {
            self.traffic.put_off.insert(key.clone());
        }
        if let Some(told) = self.as_ended(key, code, payload) {
            return told;
        }
        if UNRECORDED.contains(&code) || NOT_GIVEN_BACK.contains(&code) || self.traffic.answered.contains(payload) {
            return Ok(());
        }
        let named = self.traffic.reversals.get(key);
        if code == "00" && named.is_some_and(|named| self.void_is_over(named)) {
            return Ok(());
        }
        let original = named.and_then(|original| self.books.sale(original));
        let over = |hold: &Hold| {
            let reversed = hold.reversed.is_some_and(|at| at <= self.durable);
            let released = hold.ended.as_ref().is_some_and(|(at, answer)| *at <= self.durable && answer.is_none());
            reversed || released
        };
        if code == "00" && original.is_some_and(|(_, hold)| over(hold)) {
            return Ok(());
        }
        Err(Rule::OutcomeBeforeAnswer.broken(format!("{key:?} is told {code}, which is not on the medium")))
    }

    /// Whether the void with this key was refused or undone before, and that is on the medium.
    fn void_is_over(&self, key: &Key) -> bool {
        let asked = self.books.opened.get(key).and_then(|lsn| self.books.asked.get(lsn));
        let returned = asked.and_then(|asked| Some((asked, asked.returns.as_ref()?)));
        returned.is_some_and(|(asked, returns)| {
            let refused = asked.ended.as_ref().is_some_and(|(at, _)| *at <= self.durable && !returns.stands());
            refused || returns.undone.is_some_and(|at| at <= self.durable)
        })
    }

    /// How a hold ended, if that is on the medium.
    fn on_medium<'a>(&self, hold: &'a Hold) -> Option<&'a Answer> {
        hold.ended.as_ref().filter(|(at, _)| *at <= self.durable).and_then(|(_, answer)| answer.as_ref())
    }

    /// The same request gets the same bytes, whatever type of message it repeats.
    fn same_bytes(&mut self, opened: u64, payload: &[u8]) -> Result<(), Violation> {
        let bytes = payload.get(4..).unwrap_or_default();
        let before = self.traffic.answers.entry(opened).or_insert_with(|| bytes.to_vec());
        if before == bytes {
            return Ok(());
        }
        let (before, now) = (String::from_utf8_lossy(before), String::from_utf8_lossy(bytes));
        Err(Rule::RepeatsAreSame.broken(format!("request of record {opened} was told {before}, now {now}")))
    }
}
