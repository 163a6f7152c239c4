//! The load on one side, and whether every answer is what it must be.

use super::plan::{Part, Point};
use crate::clock;
use crate::load::{Acknowledged, Arrivals, Goods, Load, Traffic, run};
use crate::rig::RigError;
use lijian_codecs::dialect::Dialect;
use lijian_codecs::frame::FrameFormat;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// A refrigerator of the best grade: 20 % of the price, down to the fen.
const GTIN: &str = "6901840100070";
const PRICE_MINOR: u64 = 123_456;
const DISCOUNT_MINOR: u64 = 24_691;
/// Merchants of the example. The warm-up has one of its own, so that none of its sales is taken for a repeat.
const MERCHANT: &str = "999584057220001";
const WARM_UP_MERCHANT: &str = "999584057220003";
const ACQUIRER: &str = "48020000";
/// Connections, caches and tables are filled before anything counts.
const WARM_UP: Duration = Duration::from_millis(300);
const WARM_UP_CARD: u64 = 5_000_000_000;
/// Longer than the switch lets anybody wait.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

/// Who answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    /// The relay that the part is held against.
    Relay,
    /// The switch.
    Switch,
}

/// What one side did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Run {
    pub(super) answered: u64,
    pub(super) sending_ns: u64,
    pub(super) p50_us: u64,
    pub(super) p99_us: u64,
    /// What the load itself cost of a core.
    pub(super) generator_ns: u64,
}

impl Run {
    /// Answers a second.
    pub(super) fn rate(&self) -> u64 {
        per_second(self.answered, self.sending_ns)
    }
}

/// So many in that time, a second.
pub(super) fn per_second(number: u64, nanoseconds: u64) -> u64 {
    let rate = u128::from(number) * 1_000_000_000 / u128::from(nanoseconds.max(1));
    u64::try_from(rate).unwrap_or(u64::MAX)
}

impl Side {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::Switch => "switch",
        }
    }

    /// Warms it up, then loads it for so long.
    pub(super) fn measure(
        self,
        target: SocketAddr,
        part: Part,
        point: Point,
        duration: Duration,
        dialect: &Arc<Dialect>,
    ) -> Result<Run, RigError> {
        let traffic = |merchant: &str, first_card| traffic(part, merchant, first_card, dialect);
        let load = |duration, traffic| Load {
            target,
            links: point.links.into(),
            in_flight: point.in_flight.into(),
            arrivals: Arrivals::Closed,
            duration,
            answers_within: ANSWERS_WITHIN,
            recovers: false,
            traffic,
        };
        self.checked(&load(WARM_UP, traffic(WARM_UP_MERCHANT, WARM_UP_CARD)), part, point)?;
        self.checked(&load(duration, traffic(MERCHANT, 0)), part, point)
    }

    fn checked(self, load: &Load, part: Part, point: Point) -> Result<Run, RigError> {
        let discount = if self == Self::Switch && part != Part::Plain { DISCOUNT_MINOR } else { 0 };
        // A relay changes nothing: its issuer is asked for the whole price.
        let expected = (PRICE_MINOR - discount, discount);
        let mut other = None;
        let mut right = 0_u64;
        let before_ns = clock::thread_cpu_ns();
        let measured = run(load, &mut |_, _| {}, &mut |sale: &Acknowledged| {
            let told = (sale.paid_minor, sale.discount_minor);
            if told == expected { right += 1 } else { other = Some(told) }
        })?;
        let generator_ns = clock::thread_cpu_ns().saturating_sub(before_ns);
        let counts = measured.counts;
        if right != counts.sent() || counts.strange > 0 || counts.sent() == 0 {
            let told =
                other.map_or_else(String::new, |(paid, discount)| format!(", one of them {paid} paid, {discount} off"));
            let problem = format!(
                "expected {} sales approved at {} paid, {} off; got {} answered, {} approved, {right} of them so{told}; {} not \
                 answered, {} strange answers",
                counts.sent(),
                expected.0,
                expected.1,
                counts.answered(),
                counts.approved(),
                counts.unanswered(),
                counts.strange
            );
            let Point { links, in_flight } = point;
            return Err(RigError::Wrong { side: self.as_str(), part: part.as_str(), links, in_flight, problem });
        }
        let at = |quantile| measured.service_us.value_at_quantile(quantile);
        Ok(Run {
            answered: counts.answered(),
            sending_ns: measured.sending_ns,
            p50_us: at(0.5),
            p99_us: at(0.99),
            generator_ns,
        })
    }
}

fn traffic(part: Part, merchant: &str, first_card: u64, dialect: &Arc<Dialect>) -> Traffic {
    let gtin = (part != Part::Plain).then(|| GTIN.to_owned());
    Traffic {
        dialect: Arc::clone(dialect),
        frame: FrameFormat::default(),
        goods: vec![Goods { gtin, price_minor: PRICE_MINOR, weight: 1 }],
        merchants: vec![merchant.to_owned()],
        acquirer: ACQUIRER.to_owned(),
        first_card,
        seed: 1,
        first_terminal: 0,
        mix: crate::load::Mix::default(),
        skew: crate::load::Skew::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issuer::BareIssuer;

    #[test]
    fn a_discount_that_is_not_given_ends_the_run() {
        let dialect = Arc::new(Dialect::shipped("iso87-ascii").unwrap().unwrap());
        let listen = "127.0.0.1:0".parse().unwrap();
        let issuer = BareIssuer::bind(listen, Arc::clone(&dialect), FrameFormat::default()).unwrap();
        let target = issuer.local_addr().unwrap();
        std::thread::spawn(move || issuer.run());
        let measure = |side: Side, part| {
            let point = Point { links: 2, in_flight: 2 };
            side.measure(target, part, point, Duration::from_millis(100), &dialect)
        };
        for (side, part) in [(Side::Relay, Part::Plain), (Side::Relay, Part::Subsidised), (Side::Switch, Part::Plain)] {
            let run = measure(side, part).unwrap();
            assert!(run.answered > 0 && run.rate() > 0 && run.generator_ns > 0, "{run:?}");
        }
        let error = measure(Side::Switch, Part::Subsidised).unwrap_err().to_string();
        assert!(
            error.starts_with("switch, subsidised at 2 x 2: expected ") && error.contains("123456 paid, 0 off"),
            "{error}"
        );
    }
}
