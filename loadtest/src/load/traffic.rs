//! What a load is made of.

use super::kind::Mix;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use std::sync::Arc;

/// Goods that are sold, each time one of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Goods {
    /// GTIN; none for a sale that is not subsidised.
    pub gtin: Option<String>,
    /// What it costs, in minor units.
    pub price_minor: u64,
    /// How often it is sold beside the others.
    pub weight: u32,
}

/// Who comes how often: by Zipf's law the one of rank `n` comes in proportion to `n ^ -exponent`. Exponents are 0 (all alike) to 10.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Skew {
    /// How many cards there are, and their exponent; none: each sale has a card of its own, so that nobody's allowance binds.
    pub persons: Option<(u32, f64)>,
    /// Of the merchants, in their order.
    pub merchants: f64,
    /// Of the goods, in their order, in place of their weights.
    pub goods: Option<f64>,
}

/// Everything that decides what is sent.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// How messages are written.
    pub dialect: Arc<Dialect>,
    /// How frames begin.
    pub frame: FrameFormat,
    /// At least one.
    pub goods: Vec<Goods>,
    /// Field 42, one of them drawn for each sale; at least one.
    pub merchants: Vec<String>,
    /// Field 32.
    pub acquirer: String,
    /// How often each kind of request is sent.
    pub mix: Mix,
    /// Who comes how often.
    pub skew: Skew,
    /// The first card's last ten digits; the next sale takes the next card, or one of those that follow ([`Skew::persons`]).
    pub first_card: u64,
    /// What the dice begin with.
    pub seed: u64,
    /// Each link begins with this one of its terminals (0 to 9,999), so that a load repeats nothing of one before it.
    pub first_terminal: u32,
}
