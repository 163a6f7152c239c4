//! The estimate: what is left, how fast it went, how long it will last.

use super::burn::{Burns, DAY_STEPS, HOUR_STEPS, first_of};
use super::is_forecast;
use super::open_time::OpenTime;
use lijian_domain::campaign::Campaign;
use lijian_domain::cap::{CapBalance, CapKey};
use lijian_domain::money::MinorUnits;
use lijian_domain::rules::Rules;
use lijian_domain::time::{BusinessDate, Calendar, Moment, UnixMicros};

/// A cap, and when it will be used up. Amounts in minor units.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CapForecast {
    /// As tag 88 names it.
    pub id: String,
    /// In all; of tranches what has arrived.
    pub limit: u64,
    /// What of it may have been given by now, where a day is paced.
    pub released: Option<u64>,
    /// Held for sales whose outcome is not known.
    pub held: u64,
    /// Granted and not returned.
    pub used: u64,
    /// What was taken in the last hour, the last day, and since the start; the first two are none while the journal of the
    /// day before is still being read.
    pub burned: [Option<Burned>; Window::ALL.len()],
    /// When it will be used up.
    pub outlook: Outlook,
    /// The first moment at which nothing can be taken any more whatever is left: the end of the period, of a category, or of
    /// the day.
    pub ends: UnixMicros,
}

impl CapForecast {
    /// What is left of the limit.
    pub fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.held).saturating_sub(self.used)
    }
}

/// Over which time it is looked back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Window {
    /// The last sixty minutes, to the last five.
    Hour,
    /// The last twenty-four hours, to the last five minutes.
    Day,
    /// Since the campaign began, or the journal where that is younger; of a day's cap since the day began.
    Start,
}

impl Window {
    /// All, in the order of [`CapForecast::burned`].
    pub const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Start];
}

/// What was taken in a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Burned {
    /// Less what came back.
    pub amount: u64,
    /// For how long the campaign was open in that time.
    pub open_us: u64,
}

/// What is to be expected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outlook {
    /// Nothing is left.
    Exhausted,
    /// It will be used up at this time if it burns on as in the last day, or, where nothing burned then, as since the start.
    Expected(UnixMicros),
    /// Not before the end.
    NotBeforeEnd,
    /// Nothing burned yet: nothing can be said.
    NothingBurned,
    /// The period has not begun.
    NotBegun,
    /// The end has come.
    Over,
}

/// The forecast of all caps that these rules limit, the widest first. `first` is when the journal began.
pub fn forecast(
    rules: &Rules,
    calendar: &Calendar,
    now: &Moment,
    first: UnixMicros,
    burns: Option<&Burns>,
    balance: impl Fn(&CapKey) -> CapBalance,
) -> Vec<CapForecast> {
    let mut all = Vec::new();
    for campaign in &rules.campaigns {
        let view = View { campaign, open: OpenTime::of(campaign, calendar), now, first, burns };
        for (key, limit) in campaign.caps(now).filter(|(key, _)| is_forecast(key)) {
            if let Some(limit) = limit.amount {
                all.push(view.of(&key, limit, balance(&key)));
            }
        }
    }
    all
}

struct View<'a> {
    campaign: &'a Campaign,
    open: OpenTime<'a>,
    now: &'a Moment,
    first: UnixMicros,
    burns: Option<&'a Burns>,
}

impl View<'_> {
    fn of(&self, key: &CapKey, limit_now: MinorUnits, balance: CapBalance) -> CapForecast {
        let (begins, ends) = self.life(key);
        let whole = match key {
            CapKey::Day(..) => self.campaign.limit_at_most(key).unwrap_or(limit_now),
            _ => limit_now,
        };
        let (held, used) = (balance.held.get(), balance.used.get());
        let taken = held.saturating_add(used);
        let burned = Window::ALL.map(|window| self.burned(window, key, begins, ends, taken));
        let mut cap = CapForecast {
            id: key.to_string(),
            limit: whole.get(),
            released: (whole != limit_now).then_some(limit_now.get()),
            held,
            used,
            burned,
            outlook: Outlook::NothingBurned,
            ends,
        };
        cap.outlook = self.outlook(key, &cap, begins);
        cap
    }

    /// From when to when it can be taken from.
    fn life(&self, key: &CapKey) -> (UnixMicros, UnixMicros) {
        let (begins, ends) = (self.open.begins().max(self.first), self.open.ends());
        match key {
            CapKey::Day(_, day) => {
                let next = BusinessDate(day.0.saturating_add(1));
                (begins.max(self.day_begins(*day)), ends.min(self.day_begins(next)))
            }
            CapKey::Category(_, id) => {
                let stop = self.campaign.category(id).and_then(|category| category.stopped_from);
                (begins, stop.map_or(ends, |stop| ends.min(self.open.instant(stop))))
            }
            _ => (begins, ends),
        }
    }

    /// A business date begins at the cut-over of the day before it, or at its midnight.
    fn day_begins(&self, day: BusinessDate) -> UnixMicros {
        let midnight = jiff::civil::Time::midnight();
        let cut_over = self.now.cut_over;
        let of = if cut_over == midnight { day } else { BusinessDate(day.0.saturating_sub(1)) };
        self.open.instant(of.civil().to_datetime(cut_over))
    }

    fn burned(&self, window: Window, key: &CapKey, begins: UnixMicros, ends: UnixMicros, taken: u64) -> Option<Burned> {
        let (from, amount) = match window {
            Window::Hour => (first_of(self.now.at, HOUR_STEPS), self.burns?.of(key, self.now.at, HOUR_STEPS)),
            Window::Day => (first_of(self.now.at, DAY_STEPS), self.burns?.of(key, self.now.at, DAY_STEPS)),
            Window::Start => (begins, taken),
        };
        Some(Burned { amount, open_us: self.open.open_us(from.max(begins), self.now.at.min(ends)) })
    }

    fn outlook(&self, key: &CapKey, cap: &CapForecast, begins: UnixMicros) -> Outlook {
        let now = self.now.at;
        if cap.ends <= now {
            return Outlook::Over;
        }
        if cap.remaining() == 0 {
            return Outlook::Exhausted;
        }
        if now < begins {
            return Outlook::NotBegun;
        }
        let [_, day, start] = cap.burned;
        let measured = |burned: &Burned| burned.amount > 0 && burned.open_us > 0;
        let Some(burned) = day.filter(measured).or(start.filter(measured)) else { return Outlook::NothingBurned };
        // The product of two 64-bit numbers fits 128.
        let needed = (u128::from(cap.remaining()) * u128::from(burned.open_us)).div_ceil(u128::from(burned.amount));
        let needed = u64::try_from(needed).unwrap_or(u64::MAX);
        match self.open.after(now, needed, cap.ends) {
            Some(at) => Outlook::Expected(self.all_released(key, cap.limit).map_or(at, |released| at.max(released))),
            None => Outlook::NotBeforeEnd,
        }
    }

    /// When a paced day has all its money: it cannot be used up before. Looked at each quarter of an hour, since money is
    /// released as hours of the clock begin.
    fn all_released(&self, key: &CapKey, whole: u64) -> Option<UnixMicros> {
        let CapKey::Day(_, day) = key else { return None };
        self.campaign.budget.day_pacing?;
        let begin = self.day_begins(*day);
        (0..=96_i64).map(|quarter| UnixMicros(begin.0.saturating_add(quarter * 900_000_000))).find(|at| {
            let local = self.open.local_time(*at);
            let moment = Moment { at: *at, local, ..*self.now };
            self.campaign.budget.day_so_far(&moment).is_some_and(|released| released.get() >= whole)
        })
    }
}
