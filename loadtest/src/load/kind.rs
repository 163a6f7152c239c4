//! Kinds of requests, and how often each is sent beside the others.

/// What a request is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Kind {
    /// A sale, subsidised or plain.
    #[default]
    Sale,
    /// A sale that was approved, sent once more as it was, of the type that says so.
    Repeat,
    /// Takes a sale back as if it had never been.
    Reversal,
    /// Takes all of a sale back on its day.
    Void,
    /// Gives what a card paid back, all of it or a part.
    Refund,
    /// A sale whose amount is no number, or that is cut short: expected is a refusal.
    Bad,
}

impl Kind {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 6] = [Self::Sale, Self::Repeat, Self::Reversal, Self::Void, Self::Refund, Self::Bad];

    /// Its name in figures and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Repeat => "repeat",
            Self::Reversal => "reversal",
            Self::Void => "void",
            Self::Refund => "refund",
            Self::Bad => "bad",
        }
    }
}

/// How often each kind is sent beside the others, in the order of [`Kind::ALL`]. A kind that needs an approved sale of its link
/// is sent as a sale where there is none left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mix(pub [u32; Kind::ALL.len()]);

impl Default for Mix {
    /// Sales alone.
    fn default() -> Self {
        Self([1, 0, 0, 0, 0, 0])
    }
}

impl Mix {
    /// Whether anything but sales is sent.
    pub(super) fn follows_up(&self) -> bool {
        let [_, follow_ups @ ..] = self.0;
        follow_ups.iter().any(|weight| *weight > 0)
    }

    pub(super) fn total(&self) -> u64 {
        self.0.iter().map(|weight| u64::from(*weight)).sum()
    }

    /// The kind in whose part of the whole this number falls.
    pub(super) fn at(&self, drawn: u64) -> Kind {
        let mut below = 0;
        let found = Kind::ALL.into_iter().zip(self.0).find(|(_, weight)| {
            below += u64::from(*weight);
            drawn < below
        });
        found.map_or(Kind::Sale, |(kind, _)| kind)
    }
}

#[cfg(test)]
mod tests {
    use super::super::measured::Counts;
    use super::*;

    #[test]
    fn each_kind_has_its_part() {
        let mix = Mix([3, 0, 2, 1, 0, 1]);
        let drawn: Vec<_> = (0..mix.total()).map(|drawn| mix.at(drawn).as_str()).collect();
        assert_eq!(drawn, ["sale", "sale", "sale", "reversal", "reversal", "void", "bad"]);
        assert!(mix.follows_up() && !Mix::default().follows_up());
        let mut counts = Counts::default();
        Kind::ALL.into_iter().zip(1..).for_each(|(kind, sent)| counts.of_mut(kind).sent = sent);
        assert_eq!(counts.by_kind.map(|kind| kind.sent), [1, 2, 3, 4, 5, 6], "counted in the same order");
    }
}
