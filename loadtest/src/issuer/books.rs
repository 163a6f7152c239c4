//! The issuer's own books: what each card paid, what was given back, and which requests were seen before.
//!
//! Pure: no socket, no clock. The arithmetic is this crate's own, in integer minor units; nothing here knows the switch.
//! Each request is booked at most once, and each reversal gives back at most once, however often either is sent.

use super::card::Card;
use super::memory::{Memory, Place, Remembered};
use super::script::{Fate, fate};
use super::seen::Outcome;
use super::settings::IssuerSettings;
use super::totals::{Sums, Totals};
use std::collections::HashMap;

/// Cards that get an account of their own; the totals count further ones all the same.
const CARDS_MAX: usize = 262_144;

/// Which way the money goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Movement {
    /// From the card: sale, completion, authorisation.
    Debit,
    /// To the card: refund, void of a sale, cancelled authorisation.
    Credit,
    /// Nowhere: balance inquiry.
    None,
}

impl Movement {
    /// By the first digit of the processing code (ISO 8583:1987, field 3): 2 credits, 3 inquires, all others debit.
    pub(super) fn of(processing_code: &[u8]) -> Self {
        match processing_code {
            [b'2', ..] => Self::Credit,
            [b'3', ..] => Self::None,
            _ => Self::Debit,
        }
    }
}

/// A message that asks for money, or says that money moved.
pub(super) struct MoneyRequest<'a> {
    pub(super) movement: Movement,
    /// Field 4; `None` when it is absent.
    pub(super) amount_minor: Option<u64>,
    pub(super) card: Option<Card>,
    /// Whether it tells instead of asking: then there is nothing to decline.
    pub(super) advice: bool,
    /// The sale that a refund or void names; `None` where it names none.
    pub(super) original: Option<Original<'a>>,
    pub(super) identity: Identity<'a>,
}

/// A message that takes another one back.
pub(super) struct ReversalRequest<'a> {
    pub(super) amount_minor: Option<u64>,
    pub(super) original: Original<'a>,
}

/// By what a message names an earlier one.
pub(super) struct Original<'a> {
    /// Trace number of the original: from the original's data elements; of a reversal without them its own.
    pub(super) stan: &'a [u8],
    pub(super) terminal: &'a [u8],
    /// Time of the original, where it is named.
    pub(super) transmitted: Option<&'a [u8]>,
}

/// What tells a request from others.
pub(super) struct Identity<'a> {
    pub(super) stan: &'a [u8],
    pub(super) terminal: &'a [u8],
    /// Times by which a reversal may name it: fields 7 and 12, empty when absent.
    pub(super) times: [&'a [u8]; 2],
    /// The dialect's key of repeats: equal keys are one request.
    pub(super) key: &'a [u8],
}

/// What came of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ruling {
    pub(super) outcome: Outcome,
    /// Result code in the notation of the 1987 version.
    pub(super) code: [u8; 2],
    /// Number of the booking: retrieval reference and authorisation code are made of it.
    pub(super) number: u64,
    pub(super) silent: bool,
    /// Beyond the usual latency.
    pub(super) delay_ms: u32,
}

impl Ruling {
    fn plain(outcome: Outcome, code: [u8; 2], number: u64) -> Self {
        Self { outcome, code, number, silent: false, delay_ms: 0 }
    }
}

/// The books.
#[derive(Debug, Default)]
pub(super) struct Books {
    accounts: HashMap<Card, Sums>,
    memory: Memory,
    totals: Totals,
    numbered: u64,
    /// Reversals heard.
    reversals: u64,
}

impl Books {
    /// Decides about a request, once, and books it.
    pub(super) fn request(&mut self, settings: &IssuerSettings, request: &MoneyRequest<'_>) -> Ruling {
        if let Some(known) = self.memory.repeated(&request.identity) {
            if known.amount_minor == request.amount_minor && known.card == request.card {
                let ruling = Ruling { outcome: Outcome::Repeat, ..known.ruling };
                self.totals.repeats += 1;
                return ruling;
            }
            self.totals.conflicts += 1;
            return Ruling::plain(Outcome::Conflict, *b"94", self.next_number());
        }
        let ruling = self.decide(settings, request);
        let of = request.original.as_ref().and_then(|original| self.memory.place_of(original));
        self.memory.keep(&request.identity, Remembered { of, ..Remembered::new(request, ruling) });
        ruling
    }

    fn decide(&mut self, settings: &IssuerSettings, request: &MoneyRequest<'_>) -> Ruling {
        let number = self.next_number();
        let refuse = |totals: &mut Totals, code| {
            totals.declined += 1;
            Ruling::plain(Outcome::Declined, code, number)
        };
        let Some(card) = request.card else { return refuse(&mut self.totals, *b"14") };
        let amount_minor = match (request.amount_minor, request.movement) {
            (None | Some(0), Movement::None) => 0,
            (None | Some(0), _) => return refuse(&mut self.totals, *b"13"),
            (Some(amount_minor), _) => amount_minor,
        };
        let returned = match self.returnable(request, card, amount_minor) {
            Ok(original) => original,
            Err(code) => return refuse(&mut self.totals, code),
        };
        let fate = if request.advice { Fate::Approve } else { fate(settings, amount_minor, request.identity.key) };
        let mut ruling = Ruling::plain(Outcome::Approved, *b"00", number);
        match fate {
            Fate::Decline(code) => return refuse(&mut self.totals, code),
            Fate::Approve => {}
            Fate::Silent => {
                self.totals.silent += 1;
                ruling.silent = true;
            }
            Fate::Late { delay_ms } => {
                self.totals.late += 1;
                ruling.delay_ms = delay_ms;
            }
        }
        if let Some(original) = returned.and_then(|place| self.memory.at(place)) {
            original.returned_minor += amount_minor;
        }
        self.book(card, request.movement, amount_minor);
        ruling
    }

    /// The sale that a refund or void gives back of, if it names one and no more goes back than was paid: else 25 or 64. A
    /// void gives all of it back, and nothing went back before.
    fn returnable(
        &mut self,
        request: &MoneyRequest<'_>,
        card: Card,
        amount_minor: u64,
    ) -> Result<Option<Place>, [u8; 2]> {
        let named = request.original.as_ref().filter(|_| request.movement == Movement::Credit);
        let Some(named) = named else { return Ok(None) };
        let place = self.memory.place_of(named).ok_or(*b"25")?;
        let sale = self.memory.at(place).ok_or(*b"25")?;
        let sold = sale.movement == Movement::Debit && sale.ruling.outcome == Outcome::Approved;
        if !sold || sale.reversed || sale.card != Some(card) {
            return Err(*b"25");
        }
        let paid_minor = sale.amount_minor.unwrap_or(0);
        let left_minor = paid_minor.saturating_sub(sale.returned_minor);
        let too_much = amount_minor > left_minor;
        let in_part = !request.advice && amount_minor != paid_minor;
        if too_much || in_part { Err(*b"64") } else { Ok(Some(place)) }
    }

    fn book(&mut self, card: Card, movement: Movement, amount_minor: u64) {
        self.totals.approved += 1;
        self.totals.sums.book(movement, amount_minor);
        if let Some(account) = self.account(card) {
            account.book(movement, amount_minor);
        }
    }

    /// Takes a request back, once. Its original may be unknown here: 25.
    pub(super) fn reverse(&mut self, settings: &IssuerSettings, reversal: &ReversalRequest<'_>) -> Ruling {
        let silent = self.reversals < settings.silent_reversals;
        self.reversals += 1;
        Ruling { silent, ..self.take_back(reversal) }
    }

    fn take_back(&mut self, reversal: &ReversalRequest<'_>) -> Ruling {
        let number = self.next_number();
        let place = self.memory.place_of(&reversal.original);
        let Some(original) = place.and_then(|place| self.memory.at(place)) else {
            self.totals.reversals_unknown += 1;
            return Ruling::plain(Outcome::ReversalUnknown, *b"25", number);
        };
        if original.reversed {
            self.totals.reversals_repeated += 1;
            return Ruling::plain(Outcome::ReversalRepeated, *b"00", number);
        }
        let other_amount = reversal.amount_minor.is_some() && reversal.amount_minor != original.amount_minor;
        // What went back by a refund or void does not go back again.
        if other_amount || original.returned_minor > 0 {
            self.totals.reversals_wrong_amount += 1;
            return Ruling::plain(Outcome::ReversalWrongAmount, *b"64", number);
        }
        original.reversed = true;
        let booked = original.ruling.outcome == Outcome::Approved;
        let (card, movement) = (original.card, original.movement);
        let amount_minor = original.amount_minor.unwrap_or(0);
        let of = original.of.filter(|_| booked);
        // A void or refund that never was: its sale stands again.
        if let Some(sale) = of.and_then(|sale| self.memory.at(sale)) {
            sale.returned_minor = sale.returned_minor.saturating_sub(amount_minor);
        }
        if !booked {
            self.totals.reversals_of_declined += 1;
            return Ruling::plain(Outcome::ReversalOfDeclined, *b"00", number);
        }
        self.totals.reversed += 1;
        self.totals.sums.take_back(movement, amount_minor);
        if let Some(account) = card.and_then(|card| self.account(card)) {
            account.take_back(movement, amount_minor);
        }
        Ruling::plain(Outcome::Reversed, *b"00", number)
    }

    /// Sign-on, sign-off, echo, cut-over: always fine.
    pub(super) fn network(&mut self) -> Ruling {
        self.totals.network += 1;
        let number = self.next_number();
        Ruling::plain(Outcome::Network, *b"00", number)
    }

    /// A message that cannot be read to its end, but well enough to be answered.
    pub(super) fn unreadable(&mut self) -> Ruling {
        self.totals.format_errors += 1;
        let number = self.next_number();
        Ruling::plain(Outcome::FormatError, *b"30", number)
    }

    /// A request that this issuer does not serve.
    pub(super) fn unsupported(&mut self) -> Ruling {
        self.totals.unsupported += 1;
        let number = self.next_number();
        Ruling::plain(Outcome::Unsupported, *b"40", number)
    }

    pub(super) fn totals_mut(&mut self) -> &mut Totals {
        &mut self.totals
    }

    pub(super) fn totals(&self) -> Totals {
        self.totals
    }

    /// Every account, by card.
    pub(super) fn accounts(&self) -> Vec<(Card, Sums)> {
        let mut accounts: Vec<_> = self.accounts.iter().map(|(card, account)| (*card, *account)).collect();
        accounts.sort_unstable_by_key(|(card, _)| *card);
        accounts
    }

    fn account(&mut self, card: Card) -> Option<&mut Sums> {
        if self.accounts.len() >= CARDS_MAX && !self.accounts.contains_key(&card) {
            return None;
        }
        Some(self.accounts.entry(card).or_default())
    }

    fn next_number(&mut self) -> u64 {
        self.numbered += 1;
        self.numbered
    }
}

#[cfg(test)]
#[path = "books_tests.rs"]
mod tests;
