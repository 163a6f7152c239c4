//! The queue as an operator sees it: no card data.

use super::{Step, Target, Why};
use crate::event::Now;
use crate::exchange::Exchange;
use lijian_domain::ids::{LinkName, Lsn};
use lijian_domain::money::MinorUnits;
use lijian_domain::record::{DoubtCause, ReturnWay};
use lijian_domain::time::{BusinessDate, UnixMicros};

/// A message that waits for an issuer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueueRow {
    /// What it stands for: the LSN of an intent in doubt, or of a reversal or return asked for.
    pub lsn: Lsn,
    /// The LSN of its original sale.
    pub intent: Lsn,
    /// Why the sale is in doubt; none where an acquirer asked for what waits.
    pub doubt: Option<DoubtCause>,
    /// Which kind of return it is about: a void in doubt, a refund, or the reversal of a void.
    pub returned: Option<ReturnWay>,
    /// The issuer link; none where it is not configured any more.
    pub link: Option<LinkName>,
    /// The amount that the issuer sees, in minor units.
    pub amount: MinorUnits,
    /// How often it was sent since the daemon started.
    pub tries: u32,
    /// Since when it waits.
    pub since: UnixMicros,
    /// When it is sent next at the earliest, where that is known.
    pub next_try: Option<UnixMicros>,
    /// On whose end it is not sent any more.
    pub business_date: BusinessDate,
    /// Whether two people said that it is to be sent whatever the day.
    pub ordered: bool,
    /// How far it has come.
    pub state: QueueState,
}

/// How far a message of the queue has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QueueState {
    /// It is sent when its turn comes.
    Waiting,
    /// It is with the issuer.
    InFlight,
    /// Its business day is over: it is sent only if two people say so.
    DayOver,
    /// The key of its card number is gone.
    KeyGone,
    /// It cannot be written for the issuer's link, or that is not configured any more.
    NotWritten,
    /// Its end is on its way to the disk.
    Ending,
}

impl QueueState {
    /// Its name for people and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::InFlight => "in-flight",
            Self::DayOver => "parked-day-over",
            Self::KeyGone => "parked-key-gone",
            Self::NotWritten => "parked-not-written",
            Self::Ending => "ending",
        }
    }
}

impl Exchange {
    /// The messages that wait, from this one on in the order of their records, at most so many.
    pub fn queue_rows(&mut self, from: Lsn, most: usize, now: Now) -> Vec<QueueRow> {
        let today = self.moment(now).business_date;
        let rows = self.queue.items.range(from..).take(most).map(|(lsn, item)| {
            let day_over = item.day < today && !item.ordered;
            let state = match item.step {
                Step::Recorded | Step::Waiting { .. } if day_over => QueueState::DayOver,
                Step::Recorded | Step::Waiting { .. } => QueueState::Waiting,
                Step::Reading | Step::Sent { .. } => QueueState::InFlight,
                Step::Parked(Why::DayOver) => QueueState::DayOver,
                Step::Parked(Why::KeyGone) => QueueState::KeyGone,
                Step::Parked(Why::NotWritten) => QueueState::NotWritten,
                Step::Ending => QueueState::Ending,
            };
            let next_try = match item.step {
                Step::Waiting { due_us } if !day_over => {
                    let left = i64::try_from(due_us.saturating_sub(now.monotonic_us)).unwrap_or(i64::MAX);
                    Some(UnixMicros(now.wall.0.saturating_add(left)))
                }
                _ => None,
            };
            QueueRow {
                lsn: *lsn,
                intent: item.intent,
                doubt: match item.target {
                    Target::Doubt(cause) => Some(cause),
                    Target::Reversal(_) | Target::Return(_) => None,
                },
                returned: match &item.target {
                    Target::Return(returning) => Some(returning.way),
                    Target::Doubt(_) | Target::Reversal(_) => None,
                },
                link: item.issuer.and_then(|issuer| self.settings.issuers.get(issuer)).map(|issuer| issuer.name),
                amount: item.amount,
                tries: item.tries,
                since: item.since,
                next_try,
                business_date: item.day,
                ordered: item.ordered,
                state,
            }
        });
        rows.collect()
    }

    /// The queue in numbers.
    pub(crate) fn queue_status(&self) -> crate::status::QueueStatus {
        crate::status::QueueStatus {
            length: self.queue.items.len(),
            parked: self.queue.parked,
            oldest: self.queue.items.values().next().map(|item| item.since),
            sealed: self.queue.sealed.first_key_value().map(|(day, _)| *day),
        }
    }
}
