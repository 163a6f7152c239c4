//! When budgets will be used up, from how fast they burn.
//!
//! What a campaign burns is counted over the hours in which it is open: one that is closed at night burns nothing then, and
//! what is left lasts over as many nights as come. Whole numbers only. How much was taken lately stands in rings of five
//! minutes ([`Burns`]); after a start the day before is read from the journal once ([`Past`]), on a thread behind the sales.
//!
//! Invariants: the exchange is never asked and nothing is read in its way; an estimate never lies behind the end of what the
//! cap is for. May call domain and store.

mod burn;
mod object;
mod open_time;
mod outlook;
mod past;
mod sampler;
#[cfg(test)]
mod tests;

pub use burn::Burns;
pub use object::object;
pub use outlook::{Burned, CapForecast, Outlook, Window, forecast};
pub use past::{Past, first_since};
pub use sampler::{Before, Sampler};

use lijian_domain::cap::{CapKey, CapKind};

/// Whether a cap is forecast: of shops there are too many.
pub fn is_forecast(key: &CapKey) -> bool {
    matches!(key.kind(), CapKind::Campaign | CapKind::Tranche | CapKind::Day | CapKind::Category | CapKind::District)
}
