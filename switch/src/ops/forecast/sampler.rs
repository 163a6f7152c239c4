//! How fast budgets burn in a running switch: what stands on them is looked at now and then; the day before the start is read
//! from the journal.

use super::burn::Burns;
use super::is_forecast;
use super::outlook::{CapForecast, forecast};
use super::past::{Past, first_since};
use crate::clock::Clock;
use crate::limits::{FORECAST_LOOK, FORECAST_NICE};
use lijian_domain::cap::CapKey;
use lijian_domain::ids::Lsn;
use lijian_domain::rules::Rules;
use lijian_domain::time::{Calendar, UnixMicros};
use lijian_store::journal::{JournalError, JournalReader};
use lijian_store::quota::Quota;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// See the file.
pub struct Sampler {
    quota: Arc<Quota>,
    clock: Clock,
    state: Mutex<State>,
}

struct State {
    burns: Burns,
    /// What stood on each cap when it was looked at last.
    stood: HashMap<CapKey, u64>,
    /// When the journal began, once the day before the start is read.
    first: Option<UnixMicros>,
}

/// Where the journal stood at the start: a reader for what is read straight on, one for looking up, and its last record.
pub struct Before {
    /// Reads straight on.
    pub reader: JournalReader,
    /// Looks up.
    pub again: JournalReader,
    /// The last record that the caps came from.
    pub last: Lsn,
}

impl Sampler {
    /// As the caps stand at the start, before any sale.
    pub fn new(quota: Arc<Quota>, clock: Clock) -> Self {
        let stood = taken(&quota).collect();
        Self { quota, clock, state: Mutex::new(State { burns: Burns::default(), stood, first: None }) }
    }

    /// Starts the thread that reads the day before, then looks at the caps now and then until `stop` is set. Nobody waits for
    /// it, and without it forecasts rest on what is used since the start of the campaign.
    pub fn start(self: &Arc<Self>, before: Before, stop: Arc<AtomicBool>) {
        let sampler = Arc::clone(self);
        let started = thread::Builder::new().name("forecast".to_owned()).spawn(move || {
            // Sales come first where both want the processor; where that cannot be said, they share it.
            rustix::process::setpriority_process(Some(rustix::thread::gettid()), FORECAST_NICE).unwrap_or_default();
            if let Err(error) = sampler.read(before, &stop) {
                tracing::error!(%error, "the day before the start could not be read: forecasts know less");
            }
            while !stop.load(Ordering::Acquire) {
                thread::sleep(FORECAST_LOOK);
                sampler.lock().look(&sampler.quota, sampler.clock.now().wall);
            }
        });
        if let Err(error) = started {
            tracing::error!(%error, "the operating system gives no thread for forecasts: they know less");
        }
    }

    /// The forecast of now.
    pub fn forecast(&self, rules: &Rules, calendar: &Calendar) -> Vec<CapForecast> {
        let now = calendar.moment(self.clock.now().wall);
        let mut state = self.lock();
        state.look(&self.quota, now.at);
        let burns = state.first.map(|_| &state.burns);
        let first = state.first.unwrap_or(UnixMicros(i64::MIN));
        forecast(rules, calendar, &now, first, burns, |key| self.quota.balance(key))
    }

    fn read(&self, before: Before, stop: &AtomicBool) -> Result<(), JournalError> {
        let Before { mut reader, again, last } = before;
        let now = self.clock.now().wall;
        let first = reader.record(Lsn(1))?.map_or(now, |entry| entry.at);
        let from = first_since(&mut reader, last, now)?;
        let mut past = Past::new(again);
        for entry in reader.entries(from) {
            let entry = entry?;
            if entry.lsn > last || stop.load(Ordering::Acquire) {
                break;
            }
            past.take(&entry)?;
        }
        let mut state = self.lock();
        state.burns.merge(past.burns());
        state.first = Some(first);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn look(&mut self, quota: &Quota, now: UnixMicros) {
        for (key, stands) in taken(quota) {
            let stood = self.stood.insert(key, stands).unwrap_or_default();
            self.burns.add(key, now, stands.cast_signed().saturating_sub(stood.cast_signed()));
        }
        self.burns.forget_before(now);
    }
}

/// What is held and used of every cap that is forecast.
fn taken(quota: &Quota) -> impl Iterator<Item = (CapKey, u64)> {
    let budgets = quota.budgets().into_iter().filter(|(key, _)| is_forecast(key));
    budgets.map(|(key, balance)| (key, balance.held.get().saturating_add(balance.used.get())))
}
