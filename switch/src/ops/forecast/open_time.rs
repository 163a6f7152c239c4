//! The hours in which a campaign is open, as spans of time.

use jiff::civil;
use jiff::tz::TimeZone;
use lijian_domain::campaign::Campaign;
use lijian_domain::time::{Calendar, UnixMicros};

/// Days looked through at most: longer than any programme.
const DAYS_MAX: usize = 4_000;

/// When a campaign is open, in the programme's zone.
pub(super) struct OpenTime<'a> {
    campaign: &'a Campaign,
    zone: &'a TimeZone,
}

impl<'a> OpenTime<'a> {
    pub(super) fn of(campaign: &'a Campaign, calendar: &'a Calendar) -> Self {
        Self { campaign, zone: calendar.zone() }
    }

    /// The first moment of its first day.
    pub(super) fn begins(&self) -> UnixMicros {
        self.instant(self.campaign.period.from().to_datetime(civil::Time::midnight()))
    }

    /// The first moment after its last day.
    pub(super) fn ends(&self) -> UnixMicros {
        self.midnight_after(self.campaign.period.to())
    }

    /// A local time as an instant; one that is skipped when clocks go forward is taken an hour later.
    pub(super) fn instant(&self, local: civil::DateTime) -> UnixMicros {
        let zoned = local.to_zoned(self.zone.clone());
        UnixMicros(zoned.map_or(i64::MAX, |zoned| zoned.timestamp().as_microsecond()))
    }

    /// How long it is open between two moments, in microseconds.
    pub(super) fn open_us(&self, from: UnixMicros, to: UnixMicros) -> u64 {
        self.spans(from, to).fold(0, |sum, (begin, end)| sum.saturating_add(end.0.abs_diff(begin.0)))
    }

    /// When it will have been open for so long since `from`; none if that is not before `until`.
    pub(super) fn after(&self, from: UnixMicros, open_us: u64, until: UnixMicros) -> Option<UnixMicros> {
        let mut left = open_us;
        for (begin, end) in self.spans(from, until) {
            let long = end.0.abs_diff(begin.0);
            if left < long {
                return Some(UnixMicros(begin.0.saturating_add_unsigned(left)));
            }
            left -= long;
        }
        None
    }

    /// The parts of a time in which it is open, in their order.
    fn spans(&self, from: UnixMicros, to: UnixMicros) -> impl Iterator<Item = (UnixMicros, UnixMicros)> + '_ {
        let period = self.campaign.period;
        let first = self.local_time(from).date().max(period.from());
        let last = self.local_time(to).date().min(period.to());
        let days = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take_while(move |day| *day <= last);
        let spans = days.take(DAYS_MAX).flat_map(|day| self.spans_of(day));
        let within = spans.map(move |(begin, end)| (begin.max(from), end.min(to)));
        within.filter(|(begin, end)| begin < end)
    }

    fn spans_of(&self, day: civil::Date) -> impl Iterator<Item = (UnixMicros, UnixMicros)> {
        let at = |time| self.instant(day.to_datetime(time));
        let (begin, end) = (at(civil::Time::midnight()), self.midnight_after(day));
        let spans = match self.campaign.daily_window {
            None => [Some((begin, end)), None],
            Some(window) if window.from() < window.until() => [Some((at(window.from()), at(window.until()))), None],
            // Over midnight, or to the end of the day.
            Some(window) => [Some((begin, at(window.until()))), Some((at(window.from()), end))],
        };
        spans.into_iter().flatten()
    }

    fn midnight_after(&self, day: civil::Date) -> UnixMicros {
        let next = day.tomorrow().map(|next| self.instant(next.to_datetime(civil::Time::midnight())));
        next.unwrap_or(UnixMicros(i64::MAX))
    }

    /// An instant as local time.
    pub(super) fn local_time(&self, at: UnixMicros) -> civil::DateTime {
        self.zone.to_datetime(jiff::Timestamp::from_microsecond(at.0).unwrap_or(jiff::Timestamp::MAX))
    }
}
