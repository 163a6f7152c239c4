//! The world of one history: its programme, its links, and how rough it gets.

use super::dice::Dice;
use super::programme::Programme;
use crate::auditor::Facts;
use jiff::civil::time;
use jiff::tz::TimeZone;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use lijian_domain::ids::LinkName;
use lijian_domain::returns::Base;
use lijian_domain::time::{Calendar, UnixMicros};
use lijian_exchange::Settings;
use lijian_exchange::settings::{
    AcquirerLink, IssuerLink, OursRule, Presentation, QueueSettings, QuoteRules, RefusalPolicy,
};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// 2024-10-01 12:00 in Shenzhen.
const NOON_US: i64 = 1_727_755_200_000_000;
const TO_MIDNIGHT_US: i64 = 12 * 3_600_000_000;

/// What differs from history to history.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) tills: usize,
    /// What each till does before it goes home.
    pub(crate) till_steps: u64,
    /// Something goes wrong after so many microseconds, at most; none: nothing does.
    pub(crate) trouble_us: Option<u64>,
    pub(crate) segment_bytes: u64,
    pub(crate) sync_us_max: u64,
    /// When it begins: at noon, or shortly before midnight.
    pub(crate) start: UnixMicros,
    quote_us: u64,
    full_price: bool,
    gross_to_issuer: bool,
    /// The rules that it begins with.
    pub(crate) programme: Programme,
    /// Other rules come after so many microseconds, at most; none: they never change.
    pub(crate) swap_us: Option<u64>,
}

impl Scenario {
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        let mut scenario = Self {
            tills: dice.one_of(3, &[2, 4, 5]),
            till_steps: dice.between(15, 40),
            trouble_us: dice.one_of(Some(20_000_000), &[Some(5_000_000), Some(60_000_000), None]),
            segment_bytes: dice.one_of(24 << 10, &[64 << 10, 256 << 10]),
            sync_us_max: dice.one_of(2_000, &[200, 100_000, 2_000_000]),
            start: UnixMicros(NOON_US + if dice.percent(30) { TO_MIDNIGHT_US - 40_000_000 } else { 0 }),
            quote_us: dice.one_of(20_000_000, &[2_000_000, 60_000_000]),
            full_price: dice.percent(30),
            gross_to_issuer: dice.percent(25),
            programme: Programme::draw(dice),
            swap_us: dice.one_of(None, &[Some(10_000_000), Some(40_000_000)]),
        };
        if scenario.programme.claims() && dice.percent(40) {
            // Claims of the day before are over.
            scenario.start = UnixMicros(NOON_US + TO_MIDNIGHT_US - 12_000_000);
        }
        scenario
    }

    /// What the auditor is told.
    pub(crate) fn facts(&self) -> Facts {
        Facts {
            terms: BTreeMap::from([(self.programme.version().0, self.programme.terms())]),
            gross_amount_type: "0057".to_owned(),
            gross_to_issuer: self.gross_to_issuer,
            quote_us: self.quote_us,
        }
    }

    /// How the exchange is set up.
    pub(crate) fn settings(&self) -> Option<Settings> {
        let dialect = dialect()?;
        let refusal = if self.full_price { RefusalPolicy::FullPrice } else { RefusalPolicy::Decline };
        Some(Settings {
            node: 1,
            calendar: Calendar::new(TimeZone::get("Asia/Shanghai").ok()?, time(0, 0, 0, 0)),
            acquirers: vec![AcquirerLink {
                name: LinkName::new("ascii").ok()?,
                dialect: Arc::clone(&dialect),
                frame: FrameFormat::default(),
                issuer: 0,
                time_budget_us: 15_000_000,
                in_flight_max: 10_000,
                ours: vec![OursRule { mti: *b"0200", processing: Some(*b"00") }],
                quotes: QuoteRules {
                    rules: vec![OursRule { mti: *b"0100", processing: Some(*b"38") }],
                    lifetime_us: self.quote_us,
                    open_max: 6,
                    of_terminal_max: 3,
                },
                refusal,
                refund_amount: Base::Gross,
            }],
            issuers: vec![IssuerLink {
                name: LinkName::new("issuer").ok()?,
                dialect,
                frame: FrameFormat::default(),
                destination: Box::default(),
                source: Box::default(),
                presentation: if self.gross_to_issuer { Presentation::Gross } else { Presentation::Net },
                accepts_changed_chip_amount: false,
                gross_amount_type: *b"57",
                coupon_info_tag: None,
                sign_on: true,
                echo_after_us: Some(30_000_000),
                session_answer_us: 5_000_000,
            }],
            in_flight_max: 10_000,
            // One more than tills rely on: what they send is under way for a while.
            answers_days: 3,
            queue: QueueSettings::default(),
            card_key: [7; 32],
            hash_seed: 7,
        })
    }
}

/// Read once: thousands of histories use it.
fn dialect() -> Option<Arc<Dialect>> {
    static DIALECT: OnceLock<Option<Arc<Dialect>>> = OnceLock::new();
    DIALECT.get_or_init(|| Some(Arc::new(Dialect::shipped("iso87-ascii")?.ok()?))).clone()
}
