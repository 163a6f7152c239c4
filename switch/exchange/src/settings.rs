//! How the exchange is set up: checked by the configuration, never changed while it runs.

use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_domain::ids::LinkName;
use lijian_domain::returns::Base;
use lijian_domain::time::Calendar;
use std::sync::Arc;

/// Everything the exchange is told at its start besides rules and recovered state.
#[derive(Clone)]
pub struct Settings {
    /// High bits of grant ids: which machine made them.
    pub node: u16,
    /// Zone and cut-over of the business date.
    pub calendar: Calendar,
    /// The links that acquirers dial.
    pub acquirers: Vec<AcquirerLink>,
    /// The links that the switch dials.
    pub issuers: Vec<IssuerLink>,
    /// Requests in flight at most, over all links; one beyond it is answered with 91.
    pub in_flight_max: usize,
    /// Business days for which answers to requests are remembered, today included: repeats and reversals find them.
    pub answers_days: u16,
    /// How messages of our own wait for an issuer.
    pub queue: QueueSettings,
    /// Key of the card fingerprints (HMAC-SHA256).
    pub card_key: [u8; 32],
    /// Seed of the hash tables whose keys a peer chooses.
    pub hash_seed: u64,
}

/// How messages of our own wait for an issuer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QueueSettings {
    /// How long one sending waits for its answer, in microseconds.
    pub answer_us: u64,
    /// Pause before the second sending, in microseconds; it doubles with each further one.
    pub retry_us_min: u64,
    /// The longest such pause, in microseconds.
    pub retry_us_max: u64,
    /// Messages under way at a time on one issuer link.
    pub in_flight_max: usize,
    /// How long after it was sent a sale may still reach the issuer, in microseconds: an issuer that does not know it after
    /// that never will.
    pub original_lifetime_us: u64,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            answer_us: 15_000_000,
            retry_us_min: 5_000_000,
            retry_us_max: 300_000_000,
            in_flight_max: 32,
            original_lifetime_us: 3_600_000_000,
        }
    }
}

/// A link that an acquirer dials.
#[derive(Clone)]
pub struct AcquirerLink {
    /// Its NAME in the configuration.
    pub name: LinkName,
    /// How its messages are written.
    pub dialect: Arc<Dialect>,
    /// How its frames begin.
    pub frame: FrameFormat,
    /// Where its requests go: the place in [`Settings::issuers`].
    pub issuer: usize,
    /// From receipt to answer, in microseconds.
    pub time_budget_us: u64,
    /// Requests in flight at most on this link.
    pub in_flight_max: usize,
    /// What carries items: message class with the first two digits of DE3.
    pub ours: Vec<OursRule>,
    /// Which requests with items ask for a quote, and how many may be open.
    pub quotes: QuoteRules,
    /// What becomes of a sale with items that gets no subsidy.
    pub refusal: RefusalPolicy,
    /// What the amount of a refund is a part of.
    pub refund_amount: Base,
}

/// A request is ours when its MTI and the start of its DE3 are these, and its subsidy field begins with our tags.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OursRule {
    /// Class and function as in ISO 8583:1987, for example `0200`: the version digit does not count.
    pub mti: [u8; 4],
    /// First two digits of DE3; none for any.
    pub processing: Option<[u8; 2]>,
}

/// The quotes of a link. The default gives none.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct QuoteRules {
    /// What asks for a quote; looked at before [`AcquirerLink::ours`].
    pub rules: Vec<OursRule>,
    /// How long a quote is honoured, in microseconds.
    pub lifetime_us: u64,
    /// Open at most on the link; one beyond it is answered with 91.
    pub open_max: usize,
    /// The same of one terminal, so that no till holds a budget by asking for prices.
    pub of_terminal_max: usize,
}

/// What becomes of a sale with items that gets no subsidy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefusalPolicy {
    /// It is declined: nobody pays full price unawares.
    Decline,
    /// It goes on at full price.
    FullPrice,
}

/// A link that the switch dials.
#[derive(Clone)]
pub struct IssuerLink {
    /// Its NAME in the configuration.
    pub name: LinkName,
    /// How its messages are written.
    pub dialect: Arc<Dialect>,
    /// How its frames begin.
    pub frame: FrameFormat,
    /// Where the envelope of messages of our own goes (network header, TPDU); empty where the dialect has none.
    pub destination: Box<[u8]>,
    /// Where it says that they come from.
    pub source: Box<[u8]>,
    /// How the discount shows to the issuer.
    pub presentation: Presentation,
    /// The tag in which a network that splits by tag is told of the sponsors' coupons (couponInfo); none: it is not told.
    pub coupon_info_tag: Option<[u8; 2]>,
    /// Whether its network accepts a chip cryptogram over another amount than DE4.
    pub accepts_changed_chip_amount: bool,
    /// Amount type (two digits) of the gross amount in DE54.
    pub gross_amount_type: [u8; 2],
    /// Whether it wants a sign-on (0800, DE70 001) before traffic.
    pub sign_on: bool,
    /// An echo (0800, DE70 301) after this much silence, in microseconds; none for never.
    pub echo_after_us: Option<u64>,
    /// How long a sign-on or an echo may stay unanswered, in microseconds.
    pub session_answer_us: u64,
}

/// How the discount shows to the issuer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presentation {
    /// DE4 is what the card pays.
    Net,
    /// DE4 as the till sent it; the network splits by tag.
    Gross,
}
