//! What the issuer does with a request that asks for money: by its amount first, then by the percentages.
//!
//! The percentages draw a number from the seed and the request itself, not from the order of arrival: however the
//! connections interleave, the same requests meet the same fate.

use super::settings::IssuerSettings;

/// Result code of a decline by percentage: not sufficient funds.
const DECLINE_CODE: [u8; 2] = *b"51";

/// The fate of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Approved and answered.
    Approve,
    /// Declined with this result code, in the notation of the 1987 version.
    Decline([u8; 2]),
    /// Approved and booked, but the answer is never sent: what a lost answer looks like.
    Silent,
    /// Approved and booked, answered this much later.
    Late {
        /// Milliseconds beyond the usual latency.
        delay_ms: u32,
    },
}

/// The fate of a request for `amount_minor`, `key` being what tells it from others.
pub(super) fn fate(settings: &IssuerSettings, amount_minor: u64, key: &[u8]) -> Fate {
    if let Some(code) = settings.decline_amounts.get(&amount_minor) {
        return Fate::Decline(*code);
    }
    if settings.silent_amounts.contains(&amount_minor) {
        return Fate::Silent;
    }
    if let Some(&delay_ms) = settings.late_amounts.get(&amount_minor) {
        return Fate::Late { delay_ms };
    }
    let drawn = draw(settings.seed, key) % 100;
    let silent_below = u64::from(settings.silent_percent);
    let decline_below = silent_below + u64::from(settings.decline_percent);
    match drawn {
        drawn if drawn < silent_below => Fate::Silent,
        drawn if drawn < decline_below => Fate::Decline(DECLINE_CODE),
        _ => Fate::Approve,
    }
}

/// A number from a seed and some bytes: FNV-1a, then the finishing steps of SplitMix64 so that every bit counts.
fn draw(seed: u64, bytes: &[u8]) -> u64 {
    let mixed = bytes
        .iter()
        .fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(silent_percent: u8, decline_percent: u8, seed: u64) -> IssuerSettings {
        IssuerSettings { silent_percent, decline_percent, seed, ..IssuerSettings::for_tests() }
    }

    fn fates(settings: &IssuerSettings) -> Vec<Fate> {
        (0..10_000_u32).map(|stan| fate(settings, 100, stan.to_string().as_bytes())).collect()
    }

    #[test]
    fn amounts_go_before_percentages() {
        let settings = IssuerSettings {
            decline_amounts: [(100, *b"05")].into(),
            silent_amounts: [200].into(),
            late_amounts: [(300, 20)].into(),
            ..settings(0, 100, 1)
        };
        assert_eq!(fate(&settings, 100, b"1"), Fate::Decline(*b"05"));
        assert_eq!(fate(&settings, 200, b"1"), Fate::Silent);
        assert_eq!(fate(&settings, 300, b"1"), Fate::Late { delay_ms: 20 });
        assert_eq!(fate(&settings, 400, b"1"), Fate::Decline(DECLINE_CODE));
    }

    #[test]
    fn percentages_come_out_and_replay() {
        let settings = settings(5, 20, 7);
        let first = fates(&settings);
        let count = |wanted: Fate| first.iter().filter(|fate| **fate == wanted).count();
        assert!((400..600).contains(&count(Fate::Silent)), "{} of 10,000", count(Fate::Silent));
        let declines = count(Fate::Decline(DECLINE_CODE));
        assert!((1_850..2_150).contains(&declines), "{declines} of 10,000");
        assert_eq!(first, fates(&settings));
        assert_ne!(first, fates(&IssuerSettings { seed: 8, ..settings }));
    }

    #[test]
    fn none_and_all() {
        assert!(fates(&settings(0, 0, 3)).iter().all(|fate| *fate == Fate::Approve));
        assert!(fates(&settings(100, 0, 3)).iter().all(|fate| *fate == Fate::Silent));
        assert!(fates(&settings(0, 100, 3)).iter().all(|fate| *fate == Fate::Decline(DECLINE_CODE)));
    }
}
