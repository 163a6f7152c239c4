//! Which of a merchant's terminals are admitted, and from when on the merchant, or one of them, is shut out.

use crate::ids::TerminalId;
use crate::time::Validity;
use jiff::civil;

/// What narrows the admission of a merchant: its terminals, where they are listed, and the black list.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Admission {
    /// In the order of their ids.
    terminals: Vec<Terminal>,
    /// Whether terminals are listed, though none may be left; if not, every terminal is admitted.
    is_listed: bool,
    bars: Vec<Bar>,
}

/// A terminal of a merchant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terminal {
    /// DE41.
    pub id: TerminalId,
    /// What kind of device it is.
    pub kind: Box<str>,
    /// The store that it stands in.
    pub store: Box<str>,
    /// When its staff were trained on it; none: not yet.
    pub trained_on: Option<civil::Date>,
    /// When it is admitted.
    pub validity: Validity,
}

/// An entry of the black list that concerns a merchant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bar {
    /// The terminal; none: every one.
    pub terminal: Option<TerminalId>,
    /// From when on, local time.
    pub from: civil::DateTime,
    /// Until when, local time, that instant not included; none: for good.
    pub until: Option<civil::DateTime>,
    /// Why.
    pub reason: Box<str>,
}

impl Bar {
    fn holds(&self, terminal: TerminalId, local: civil::DateTime) -> bool {
        let concerned = self.terminal.is_none_or(|barred| barred == terminal);
        concerned && self.from <= local && self.until.is_none_or(|until| local < until)
    }
}

/// The terminal is listed already.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("terminal {0} a second time")]
pub struct TerminalTwice(pub TerminalId);

/// Why a terminal may not sell now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotAdmitted {
    /// Its merchant is on the black list.
    MerchantBarred,
    /// It is on the black list.
    TerminalBarred,
    /// The merchant's terminals are listed, and it is none of them.
    TerminalUnknown,
    /// Its days have not begun, or are over.
    TerminalNotValid,
    /// Nobody has been trained on it yet.
    TerminalNotTrained,
}

impl NotAdmitted {
    /// In words.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::MerchantBarred => "merchant on the black list at this moment",
            Self::TerminalBarred => "terminal on the black list at this moment",
            Self::TerminalUnknown => "terminal not in the list of the merchant's terminals",
            Self::TerminalNotValid => "terminal not admitted on this day",
            Self::TerminalNotTrained => "nobody trained on this terminal by this day",
        }
    }
}

impl Admission {
    /// Lists a terminal.
    ///
    /// # Errors
    /// It is listed already.
    pub fn list(&mut self, terminal: Terminal) -> Result<(), TerminalTwice> {
        self.has_list();
        match self.terminals.binary_search_by_key(&terminal.id, |known| known.id) {
            Ok(_) => Err(TerminalTwice(terminal.id)),
            Err(place) => {
                self.terminals.insert(place, terminal);
                Ok(())
            }
        }
    }

    /// Its terminals are listed, also where every one of them was withdrawn since: then none is admitted.
    pub fn has_list(&mut self) {
        self.is_listed = true;
    }

    /// Shuts the merchant, or one of its terminals, out.
    pub fn bar(&mut self, bar: Bar) {
        self.bars.push(bar);
    }

    /// Its terminals, in the order of their ids; none where they are not listed.
    pub fn terminals(&self) -> &[Terminal] {
        &self.terminals
    }

    /// What the black list says of it.
    pub fn bars(&self) -> &[Bar] {
        &self.bars
    }

    /// Whether this terminal may sell at this local time.
    ///
    /// # Errors
    /// It may not: the first reason in the order of [`NotAdmitted`].
    pub fn admit(&self, terminal: TerminalId, local: civil::DateTime) -> Result<(), NotAdmitted> {
        let mut holding = self.bars.iter().filter(|bar| bar.holds(terminal, local)).peekable();
        if holding.peek().is_some() {
            let whole = holding.any(|bar| bar.terminal.is_none());
            return Err(if whole { NotAdmitted::MerchantBarred } else { NotAdmitted::TerminalBarred });
        }
        if !self.is_listed {
            return Ok(());
        }
        let place = self.terminals.binary_search_by_key(&terminal, |known| known.id);
        let place = place.map_err(|_| NotAdmitted::TerminalUnknown)?;
        let known = self.terminals.get(place).ok_or(NotAdmitted::TerminalUnknown)?;
        if !known.validity.contains(local.date()) {
            return Err(NotAdmitted::TerminalNotValid);
        }
        if known.trained_on.is_none_or(|day| local.date() < day) {
            return Err(NotAdmitted::TerminalNotTrained);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};

    fn id(text: &str) -> TerminalId {
        TerminalId::new(text).unwrap()
    }

    fn terminal(name: &str, trained_on: Option<civil::Date>) -> Terminal {
        let validity = Validity::new(date(2024, 9, 1), date(2024, 12, 31)).unwrap();
        Terminal { id: id(name), kind: "pos".into(), store: "door 1".into(), trained_on, validity }
    }

    #[test]
    fn a_listed_terminal_is_admitted_from_its_training_on() {
        let mut admission = Admission::default();
        let noon = datetime(2024, 10, 1, 12, 0, 0, 0);
        assert_eq!(admission.admit(id("T9"), noon), Ok(()), "none listed: every one");
        for listed in [terminal("T2", Some(date(2024, 10, 1))), terminal("T1", None)] {
            admission.list(listed).unwrap();
        }
        assert_eq!(admission.list(terminal("T1", None)), Err(TerminalTwice(id("T1"))));
        let check = |name: &str, day: i8, expected| {
            assert_eq!(admission.admit(id(name), datetime(2024, 10, day, 0, 0, 0, 0)), expected, "{name} {day}");
        };
        check("T2", 1, Ok(()));
        check("T9", 1, Err(NotAdmitted::TerminalUnknown));
        check("T1", 1, Err(NotAdmitted::TerminalNotTrained));
        let before = admission.admit(id("T2"), datetime(2024, 9, 30, 23, 59, 59, 0));
        assert_eq!(before, Err(NotAdmitted::TerminalNotTrained));
        let after = admission.admit(id("T2"), datetime(2025, 1, 1, 0, 0, 0, 0));
        assert_eq!(after, Err(NotAdmitted::TerminalNotValid));
    }

    #[test]
    fn the_black_list_holds_from_its_moment_on() {
        let mut admission = Admission::default();
        let (from, until) = (datetime(2024, 10, 1, 10, 0, 0, 0), datetime(2024, 10, 2, 10, 0, 0, 0));
        admission.bar(Bar { terminal: Some(id("T1")), from, until: Some(until), reason: "clones".into() });
        admission.bar(Bar { terminal: None, from: until, until: None, reason: "price gouging".into() });
        let check =
            |name: &str, local, expected| assert_eq!(admission.admit(id(name), local), expected, "{name} {local}");
        check("T1", datetime(2024, 10, 1, 9, 59, 59, 0), Ok(()));
        check("T1", from, Err(NotAdmitted::TerminalBarred));
        check("T2", from, Ok(()));
        check("T2", until, Err(NotAdmitted::MerchantBarred));
        check("T1", until, Err(NotAdmitted::MerchantBarred));
    }
}
