//! What a campaign can spend, and when.

use crate::ids::DistrictCode;
use crate::money::{BasisPoints, MinorUnits, Rounding};
use crate::time::{DailyWindow, Moment};
use jiff::civil;

/// What a campaign can spend. What is `None` or not named is neither limited nor counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Budget {
    /// In all.
    pub campaign: MinorUnits,
    /// Of that, what has arrived; none: all of it is there from the start.
    pub tranches: Option<Tranches>,
    /// On one business day.
    pub day: Option<MinorUnits>,
    /// How the day's money is released; none: all of it as the day begins.
    pub day_pacing: Option<DayPacing>,
    /// Through any one merchant.
    pub merchant: Option<MinorUnits>,
    /// Through any one terminal.
    pub terminal: Option<MinorUnits>,
    /// In some districts, in the order of their codes.
    pub districts: Box<[(DistrictCode, MinorUnits)]>,
}

impl Budget {
    /// What is set aside for a district.
    pub fn district(&self, code: &DistrictCode) -> Option<MinorUnits> {
        let found = self.districts.binary_search_by(|(named, _)| named.cmp(code)).ok()?;
        self.districts.get(found).map(|(_, limit)| *limit)
    }

    /// The money that has arrived by now, unless all of it is there from the start.
    pub fn arrived(&self, now: &Moment) -> Option<MinorUnits> {
        self.tranches.as_ref().map(|tranches| tranches.arrived(now.local))
    }

    /// What the business day may have given by now, unless the day is not limited.
    pub fn day_so_far(&self, now: &Moment) -> Option<MinorUnits> {
        let released = |limit: MinorUnits| self.day_pacing.map_or(limit, |pacing| pacing.released(limit, now));
        self.day.map(released)
    }
}

/// Tranches of pre-funding: sums that arrive one after the other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tranches(
    /// When a tranche arrives, and the sum of all up to it; in the order of their times.
    Box<[(civil::DateTime, MinorUnits)]>,
);

impl Tranches {
    /// These tranches, unless there is none or their sum leaves the range of amounts.
    pub fn new(mut tranches: Vec<(civil::DateTime, MinorUnits)>) -> Option<Self> {
        tranches.sort_by_key(|(from, _)| *from);
        let mut sum = MinorUnits::ZERO;
        for (_, amount) in &mut tranches {
            sum = sum.checked_add(*amount)?;
            *amount = sum;
        }
        (!tranches.is_empty()).then(|| Self(tranches.into()))
    }

    /// The sum of those that have arrived at a local time.
    pub fn arrived(&self, local: civil::DateTime) -> MinorUnits {
        let arrived = self.0.partition_point(|(from, _)| *from <= local);
        let last = arrived.checked_sub(1).and_then(|last| self.0.get(last));
        last.map_or(MinorUnits::ZERO, |(_, sum)| *sum)
    }

    /// The sum of all.
    pub fn total(&self) -> MinorUnits {
        self.0.last().map_or(MinorUnits::ZERO, |(_, sum)| *sum)
    }
}

/// How the money of a business day is released hour by hour. What one hour leaves the next one has too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DayPacing {
    /// Of each hour of the clock, released as it begins; they add up to the whole.
    shares: [u16; Self::HOURS],
}

impl DayPacing {
    /// The hours of a day.
    pub const HOURS: usize = 24;

    /// The share in basis points of each hour of the clock, from midnight on, unless they do not add up to the whole.
    pub fn of_hours(shares: [u16; Self::HOURS]) -> Option<Self> {
        let sum: u32 = shares.iter().map(|share| u32::from(*share)).sum();
        (sum == BasisPoints::WHOLE.get()).then_some(Self { shares })
    }

    /// Evenly over the minutes in which a campaign is open.
    pub fn even(window: Option<DailyWindow>) -> Self {
        let minutes = |hours: usize| (0..hours).map(|hour| open_minutes(window, hour)).sum::<u32>();
        // A window of seconds can hold no whole minute: then all is released as the day begins.
        let all = minutes(Self::HOURS);
        let until = |hours: usize| {
            let whole = BasisPoints::WHOLE.get();
            u16::try_from((minutes(hours) * whole).checked_div(all).unwrap_or(whole)).unwrap_or(u16::MAX)
        };
        let mut shares = [0; Self::HOURS];
        let mut before = 0;
        for (hour, share) in shares.iter_mut().enumerate() {
            let so_far = until(hour + 1);
            *share = so_far - before;
            before = so_far;
        }
        Self { shares }
    }

    /// What of a day's money has been released by now. The business day begins at its cut-over: hours are counted from there. While
    /// the clock stands before that, the day has just begun.
    pub fn released(&self, day: MinorUnits, now: &Moment) -> MinorUnits {
        let (time, begin) = (now.local.time(), now.cut_over);
        let hour = |time: civil::Time| usize::try_from(time.hour()).unwrap_or(0);
        let (first, last) = (hour(begin), hour(time));
        let released: u32 = if now.is_behind() {
            self.shares.get(first).copied().map_or(0, u32::from)
        } else if last == first && time < begin {
            // The hour in which the day ends as it began.
            BasisPoints::WHOLE.get()
        } else {
            let hours = (last + Self::HOURS - first) % Self::HOURS + 1;
            self.shares.iter().cycle().skip(first).take(hours).map(|share| u32::from(*share)).sum()
        };
        BasisPoints::new(released).map_or(day, |released| day.share(released, Rounding::Floor))
    }
}

/// The minutes of an hour in which it is open.
pub(super) fn open_minutes(window: Option<DailyWindow>, hour: usize) -> u32 {
    let Some(window) = window else { return 60 };
    let minutes = (0..60).filter_map(|minute| civil::Time::new(i8::try_from(hour).ok()?, minute, 0, 0).ok());
    u32::try_from(minutes.filter(|minute| window.contains(*minute)).count()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::BusinessDate;
    use jiff::civil::{date, datetime, time};

    fn moment(cut_over: civil::Time, at: civil::Time) -> Moment {
        let local = date(2024, 10, 1).to_datetime(at);
        Moment { at: crate::time::UnixMicros(0), local, business_date: BusinessDate(0), cut_over }
    }

    #[test]
    fn tranches_arrive_one_after_the_other() {
        let tranche = |day, fen| (date(2024, 10, day).at(9, 0, 0, 0), MinorUnits::new(fen));
        let tranches = Tranches::new(vec![tranche(3, 50), tranche(1, 100), tranche(3, 5)]).unwrap();
        let check = |local, fen| assert_eq!(tranches.arrived(local).get(), fen, "{local}");
        check(datetime(2024, 10, 1, 8, 59, 59, 0), 0);
        check(datetime(2024, 10, 1, 9, 0, 0, 0), 100);
        check(datetime(2024, 10, 3, 8, 59, 59, 999_999_999), 100);
        check(datetime(2024, 10, 3, 9, 0, 0, 0), 155);
        assert_eq!(tranches.total().get(), 155);
        assert_eq!(Tranches::new(Vec::new()), None);
        assert_eq!(Tranches::new(vec![tranche(1, u64::MAX), tranche(2, 1)]), None);
    }

    #[test]
    fn an_even_day_releases_as_many_parts_as_it_has_hours() {
        let window = DailyWindow::new(time(10, 0, 0, 0), time(23, 0, 0, 0));
        let pacing = DayPacing::even(window);
        let released = |hour: i8, minute: i8| {
            pacing.released(MinorUnits::new(13_000), &moment(civil::Time::midnight(), time(hour, minute, 0, 0))).get()
        };
        assert_eq!(released(9, 59), 0);
        // One of thirteen hours is 769.23 basis points, hence 769 of 10,000.
        assert_eq!(released(10, 0), 999);
        assert_eq!(released(10, 59), 999);
        assert_eq!(released(11, 0), 1_999);
        assert_eq!(released(22, 0), 13_000);
        assert_eq!(released(23, 59), 13_000);
        let by_hour: Vec<u64> = (0..24).map(|hour| released(hour, 0)).collect();
        assert!(by_hour.is_sorted());
    }

    #[test]
    fn the_hours_of_a_business_day_count_from_its_cut_over() {
        // A tenth of a percent more each hour of the clock, and the rest at 23.
        let mut shares: [u16; 24] = std::array::from_fn(|hour| u16::try_from(hour * 10).unwrap());
        shares[23] += 10_000 - shares.iter().sum::<u16>();
        let pacing = DayPacing::of_hours(shares).unwrap();
        let check = |cut_over: (i8, i8), at: (i8, i8), expected: u64| {
            let now = moment(time(cut_over.0, cut_over.1, 0, 0), time(at.0, at.1, 0, 0));
            assert_eq!(pacing.released(MinorUnits::new(10_000), &now).get(), expected, "{cut_over:?} {at:?}");
        };
        let at_23 = u64::from(shares[23]);
        check((0, 0), (0, 30), 0);
        check((0, 0), (3, 0), 10 + 20 + 30);
        check((23, 0), (23, 0), at_23);
        check((23, 0), (0, 0), at_23);
        check((23, 0), (2, 0), at_23 + 10 + 20);
        check((23, 0), (22, 59), 10_000);
        check((22, 30), (22, 30), 220);
        check((22, 30), (22, 29), 10_000);
        check((22, 30), (23, 0), 220 + at_23);
        // The clock was put back over the cut-over; the business date was not.
        for (cut_over, at, expected) in [((0, 0), (23, 59), 0), ((23, 0), (22, 0), at_23), ((22, 30), (22, 29), 220)] {
            let now = moment(time(cut_over.0, cut_over.1, 0, 0), time(at.0, at.1, 0, 0));
            let date = BusinessDate::from_civil(date(2024, 10, 2));
            let released = pacing.released(MinorUnits::new(10_000), &Moment { business_date: date, ..now });
            assert_eq!(released.get(), expected, "{cut_over:?} {at:?}");
        }
        assert_eq!(DayPacing::of_hours([0; 24]), None);
        assert_eq!(DayPacing::of_hours([417; 24]), None);
    }

    #[test]
    fn an_even_day_over_midnight_or_of_no_whole_minute_is_whole_too() {
        let sum = |pacing: DayPacing| pacing.shares.iter().map(|share| u32::from(*share)).sum::<u32>();
        assert_eq!(sum(DayPacing::even(None)), 10_000);
        assert_eq!(sum(DayPacing::even(DailyWindow::new(time(20, 30, 0, 0), time(2, 15, 0, 0)))), 10_000);
        assert_eq!(sum(DayPacing::even(DailyWindow::new(time(20, 0, 1, 0), time(20, 0, 2, 0)))), 10_000);
    }
}
