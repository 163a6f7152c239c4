//! What has gone over the wire, cut into messages.

use super::Auditor;
use super::rule::Violation;
use super::wire::{self, Key, Message};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that the auditor remembers of messages.
#[derive(Clone, Debug, Default)]
pub(super) struct Traffic {
    /// Bytes that are no whole frame yet, by connection and whether they come from the switch.
    rest: BTreeMap<(u64, bool), Vec<u8>>,
    /// Every payload that an acquirer sent.
    pub(super) asked: BTreeSet<Vec<u8>>,
    /// Every payload that reached the switch from an issuer.
    pub(super) answered: BTreeSet<Vec<u8>>,
    /// Reversals that reached the switch, by their key: which sale they name.
    pub(super) reversals: BTreeMap<Key, Key>,
    /// What the issuer was asked: the amount.
    pub(super) amounts: BTreeMap<Key, u64>,
    /// Intents whose sale was sent to the issuer.
    pub(super) sent: BTreeSet<u64>,
    /// Answers of the issuer that reached the switch: result, and amount if it names one.
    pub(super) results: BTreeMap<Key, Vec<(String, Option<u64>)>>,
    /// What the issuer charged, as it says itself.
    pub(super) charges: BTreeMap<Key, u64>,
    /// Voids and refunds that the issuer did, as it says itself.
    pub(super) given_back: BTreeSet<Key>,
    /// Sales and voids whose reversal the issuer confirmed, as it says itself.
    pub(super) taken_back: BTreeSet<Key>,
    /// The same, as it reached the switch.
    pub(super) confirmed: BTreeSet<Key>,
    /// Which connection each sale or return was sent over first.
    pub(super) carried: BTreeMap<Key, u64>,
    /// Sales that the issuer does not know, as it says to their reversal over another connection.
    pub(super) not_found: BTreeSet<Key>,
    /// Reversals that an acquirer was told 98 about.
    pub(super) put_off: BTreeSet<Key>,
    /// Answers already given: by the record that opened the request.
    pub(super) answers: BTreeMap<u64, Vec<u8>>,
    /// Who waits for an answer, and to what.
    pub(super) waiting: BTreeSet<(u64, Key)>,
}

impl Auditor {
    /// Bytes from an acquirer reached the switch.
    pub fn from_acquirer(&mut self, connection: u64, bytes: &[u8]) {
        for payload in self.traffic.cut((connection, false), bytes) {
            if let Some(message) = Message::read(&payload) {
                let key = message.key();
                if matches!(message.mti.as_bytes(), [_, _, b'0' | b'2' | b'4', _]) {
                    self.traffic.waiting.insert((connection, key.clone()));
                }
                if let Some(original) = message.reversed() {
                    self.traffic.reversals.insert(key, original);
                }
            }
            self.traffic.asked.insert(payload);
        }
    }

    /// The switch hands bytes over to the wire, for an acquirer.
    ///
    /// # Errors
    /// It must not.
    pub fn to_acquirer(&mut self, connection: u64, bytes: &[u8]) -> Result<(), Violation> {
        for payload in self.traffic.cut((connection, true), bytes) {
            self.answer(connection, &payload)?;
        }
        Ok(())
    }

    /// The switch hands bytes over to the wire, for an issuer.
    ///
    /// # Errors
    /// It must not.
    pub fn to_issuer(&mut self, connection: u64, bytes: &[u8]) -> Result<(), Violation> {
        for payload in self.traffic.cut((connection, true), bytes) {
            if let Some(message) = Message::read(&payload).filter(|message| message.reversed().is_none()) {
                self.traffic.carried.entry(message.key()).or_insert(connection);
            }
            self.question(&payload)?;
        }
        Ok(())
    }

    /// Bytes from an issuer reached the switch.
    pub fn from_issuer(&mut self, connection: u64, bytes: &[u8]) {
        for payload in self.traffic.cut((connection, false), bytes) {
            if let Some(message) = Message::read(&payload) {
                let result = (message.field(39).to_owned(), message.number(4));
                match (message.reversed(), message.field(39)) {
                    (Some(original), "00") => drop(self.traffic.confirmed.insert(original)),
                    // Over the same connection nothing overtakes: what is not known there never came.
                    (Some(original), "25") if self.traffic.carried.get(&original) == Some(&connection) => {
                        self.traffic.confirmed.insert(original);
                    }
                    (Some(original), "25") => drop(self.traffic.not_found.insert(original)),
                    _ => {}
                }
                self.traffic.results.entry(message.key()).or_default().push(result);
            }
            self.traffic.answered.insert(payload);
        }
    }

    /// The issuer has decided, and says so; nobody may hear it.
    pub fn issuer_says(&mut self, payload: &[u8]) {
        let Some(message) = Message::read(payload).filter(|message| message.field(39) == "00") else { return };
        if let Some(original) = message.reversed() {
            self.traffic.taken_back.insert(original);
        } else if message.is_return() {
            self.traffic.given_back.insert(message.key());
        } else if message.mti.starts_with("02") {
            self.traffic.charges.insert(message.key(), message.number(4).unwrap_or(0));
        }
    }

    /// A connection is gone: nobody waits there any more.
    pub fn closed(&mut self, connection: u64) {
        self.traffic.waiting.retain(|(waiting, _)| *waiting != connection);
        self.traffic.rest.retain(|(of, _), _| *of != connection);
    }
}

impl Traffic {
    fn cut(&mut self, stream: (u64, bool), bytes: &[u8]) -> Vec<Vec<u8>> {
        let rest = self.rest.entry(stream).or_default();
        rest.extend_from_slice(bytes);
        wire::frames(rest)
    }
}
