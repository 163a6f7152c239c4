//! The message type identifier: four digits that say version, class, function and origin.

use std::fmt;

/// What a message is about: the second digit of its type (ISO 8583-1, message class).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MtiClass {
    /// x1xx: is the money there?
    Authorization,
    /// x2xx: take or return the money.
    Financial,
    /// x3xx: files and batch uploads.
    FileAction,
    /// x4xx: undo what was asked before.
    Reversal,
    /// x5xx: totals of a batch or day.
    Reconciliation,
    /// x6xx: administration.
    Administrative,
    /// x7xx: fees.
    FeeCollection,
    /// x8xx: sign-on, echo, keys.
    NetworkManagement,
    /// 0 or 9: reserved by the standard.
    Reserved,
}

impl MtiClass {
    /// The name that dialect tables use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::Financial => "financial",
            Self::FileAction => "file-action",
            Self::Reversal => "reversal",
            Self::Reconciliation => "reconciliation",
            Self::Administrative => "administrative",
            Self::FeeCollection => "fee-collection",
            Self::NetworkManagement => "network-management",
            Self::Reserved => "reserved",
        }
    }

    /// The class that a dialect table names.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// Every class, in the order of its digit; reserved last.
    pub const ALL: [Self; 9] = [
        Self::Authorization,
        Self::Financial,
        Self::FileAction,
        Self::Reversal,
        Self::Reconciliation,
        Self::Administrative,
        Self::FeeCollection,
        Self::NetworkManagement,
        Self::Reserved,
    ];

    const fn from_digit(digit: u8) -> Self {
        match digit {
            1 => Self::Authorization,
            2 => Self::Financial,
            3 => Self::FileAction,
            4 => Self::Reversal,
            5 => Self::Reconciliation,
            6 => Self::Administrative,
            7 => Self::FeeCollection,
            8 => Self::NetworkManagement,
            _ => Self::Reserved,
        }
    }
}

/// A message type identifier. Always four decimal digits; small enough to copy.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mti([u8; 4]);

impl Mti {
    /// What stands for a type that could not be read.
    pub(crate) const NONE: Self = Self(*b"0000");

    /// From four ASCII digits, for example `*b"0200"`. `None` when one of them is no digit.
    #[must_use]
    pub const fn from_digits(digits: [u8; 4]) -> Option<Self> {
        let mut at = 0;
        while at < 4 {
            if !digits[at].is_ascii_digit() {
                return None;
            }
            at += 1;
        }
        Some(Self(digits))
    }

    /// From text, for example a key of a table or a command line.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_digits(text.as_bytes().try_into().ok()?)
    }

    /// The four ASCII digits.
    #[must_use]
    pub const fn as_digits(self) -> [u8; 4] {
        self.0
    }

    /// The version digit, 0 (1987), 1 (1993), 2 (2003).
    #[must_use]
    pub const fn version(self) -> u8 {
        self.0[0] - b'0'
    }

    /// What the message is about, by its digit. A dialect may see it otherwise: `Dialect::class_of`.
    #[must_use]
    pub const fn class(self) -> MtiClass {
        MtiClass::from_digit(self.0[1] - b'0')
    }

    /// The function digit: 0 request, 1 its response, 2 advice, 3 its response, 4 notification, 5 its acknowledgement...
    #[must_use]
    pub const fn function(self) -> u8 {
        self.0[2] - b'0'
    }

    /// The origin digit: 0 acquirer, 1 acquirer's repeat, 2 issuer, 3 issuer's repeat, 4 other, 5 its repeat.
    #[must_use]
    pub const fn origin(self) -> u8 {
        self.0[3] - b'0'
    }

    /// Whether an answer to this message is due: requests, advices, notifications, instructions.
    #[must_use]
    pub const fn is_request(self) -> bool {
        self.function().is_multiple_of(2)
    }

    /// Whether this message answers another.
    #[must_use]
    pub const fn is_response(self) -> bool {
        !self.is_request()
    }

    /// Whether this is an advice or its response.
    #[must_use]
    pub const fn is_advice(self) -> bool {
        matches!(self.function(), 2 | 3)
    }

    /// Whether the sender says that it sent this before.
    #[must_use]
    pub const fn is_repeat(self) -> bool {
        !self.origin().is_multiple_of(2)
    }

    /// Whether this is a reversal or its response, by the class digit.
    #[must_use]
    pub const fn is_reversal(self) -> bool {
        matches!(self.class(), MtiClass::Reversal)
    }

    /// The type of the answer: 0200 and 0201 give 0210, 0420 and 0421 give 0430. An answer gives itself.
    #[must_use]
    pub const fn response(self) -> Self {
        let [version, class, function, origin] = self.0;
        if self.is_response() {
            return self;
        }
        let origin = if self.is_repeat() { origin - 1 } else { origin };
        Self([version, class, function + 1, origin])
    }

    /// The type of the request that this answers (of the first sending): 0210 gives 0200.
    #[must_use]
    pub const fn request(self) -> Self {
        let [version, class, function, origin] = self.0;
        let function = if self.is_response() { function - 1 } else { function };
        let origin = if self.is_repeat() { origin - 1 } else { origin };
        Self([version, class, function, origin])
    }

    /// The type of a repeat: 0200 gives 0201. A repeat gives itself.
    #[must_use]
    pub const fn repeat(self) -> Self {
        let [version, class, function, origin] = self.0;
        if self.is_repeat() { self } else { Self([version, class, function, origin + 1]) }
    }

    /// The same type in another version of the standard; `version` is a digit 0 to 9 (larger ones leave it as it is).
    #[must_use]
    pub const fn with_version(self, version: u8) -> Self {
        let [old, class, function, origin] = self.0;
        Self([if version <= 9 { b'0' + version } else { old }, class, function, origin])
    }
}

impl fmt::Display for Mti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&digit| write!(f, "{}", char::from(digit)))
    }
}

impl fmt::Debug for Mti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mti(text: &str) -> Mti {
        Mti::parse(text).unwrap()
    }

    #[test]
    fn answers_and_repeats() {
        for (request, response, repeat) in
            [("0200", "0210", "0201"), ("0420", "0430", "0421"), ("1104", "1114", "1105"), ("0800", "0810", "0801")]
        {
            assert_eq!(mti(request).response(), mti(response));
            assert_eq!(mti(request).repeat(), mti(repeat));
            assert_eq!(mti(repeat).response(), mti(response));
            assert_eq!(mti(response).request(), mti(request));
            assert!(mti(request).is_request() && mti(response).is_response() && mti(repeat).is_repeat());
        }
    }

    #[test]
    fn only_four_digits_are_a_type() {
        for text in ["", "020", "02000", "02O0", "+200", "０２"] {
            assert_eq!(Mti::parse(text), None, "{text}");
        }
        assert_eq!(mti("0400").class(), MtiClass::Reversal);
        assert_eq!(mti("0200").with_version(1), mti("1200"));
    }
}
