//! The hours in which a campaign is open, as spans of time.

use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, civil};
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

    /// When local time first is so late: where clocks go forward over it, the moment when they do.
    pub(super) fn instant(&self, local: civil::DateTime) -> UnixMicros {
        let found = self.zone.to_ambiguous_timestamp(local);
        let instant = match found.offset() {
            AmbiguousOffset::Gap { after, .. } => after
                .to_timestamp(local)
                .map(|before| self.zone.following(before).next().map_or(before, |change| change.timestamp())),
            _ => found.compatible(),
        };
        instant.map_or(UnixMicros(i64::MAX), micros)
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

    /// The parts of a time in which it is open, in their order: day by day between two changes of the clocks, so that an hour
    /// that there is twice counts twice.
    fn spans(&self, from: UnixMicros, to: UnixMicros) -> impl Iterator<Item = (UnixMicros, UnixMicros)> + '_ {
        let (from, to) = (timestamp(from.max(self.begins())), timestamp(to.min(self.ends())));
        let change = move |after: &Timestamp| self.zone.following(*after).next().map(|change| change.timestamp());
        let begins = std::iter::successors(Some(from), change).take_while(move |begin| *begin < to);
        let steady = begins.map(move |begin| (begin, change(&begin).map_or(to, |end| end.min(to))));
        let days = steady.flat_map(move |(begin, end)| {
            let offset = self.zone.to_offset(begin);
            let (first, last) = (offset.to_datetime(begin).date(), offset.to_datetime(end).date());
            let days = std::iter::successors(Some(first), |day| day.tomorrow().ok());
            days.take_while(move |day| *day <= last).map(move |day| (day, offset, begin, end))
        });
        let period = self.campaign.period;
        let days = days.take(DAYS_MAX).filter(move |(day, ..)| period.contains(*day));
        let spans = days.flat_map(|(day, offset, begin, end)| {
            let at = move |local| offset.to_timestamp(local).unwrap_or(Timestamp::MAX).clamp(begin, end);
            self.hours(day).map(move |(open, close)| (micros(at(open)), micros(at(close))))
        });
        spans.filter(|(begin, end)| begin < end)
    }

    /// The hours of a day, in local time.
    fn hours(&self, day: civil::Date) -> impl Iterator<Item = (civil::DateTime, civil::DateTime)> + use<> {
        let midnight = civil::Time::midnight();
        let at = |time| day.to_datetime(time);
        let (begin, end) =
            (at(midnight), day.tomorrow().map_or(civil::DateTime::MAX, |next| next.to_datetime(midnight)));
        let hours = match self.campaign.daily_window {
            None => [Some((begin, end)), None],
            Some(window) if window.from() < window.until() => [Some((at(window.from()), at(window.until()))), None],
            // Over midnight, or to the end of the day.
            Some(window) => [Some((begin, at(window.until()))), Some((at(window.from()), end))],
        };
        hours.into_iter().flatten()
    }

    fn midnight_after(&self, day: civil::Date) -> UnixMicros {
        let next = day.tomorrow().map(|next| self.instant(next.to_datetime(civil::Time::midnight())));
        next.unwrap_or(UnixMicros(i64::MAX))
    }

    /// An instant as local time.
    pub(super) fn local_time(&self, at: UnixMicros) -> civil::DateTime {
        self.zone.to_datetime(timestamp(at))
    }
}

fn timestamp(at: UnixMicros) -> Timestamp {
    Timestamp::from_microsecond(at.0).unwrap_or(if at.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

fn micros(at: Timestamp) -> UnixMicros {
    UnixMicros(at.as_microsecond())
}
