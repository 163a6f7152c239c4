//! What the daemon tells about itself: counters, percentiles, logs.
//!
//! Invariants: the path of a sale touches plain counters and histograms only, once a turn, without allocating; names of
//! metrics are a closed list with descriptions; nothing here ever sees card or personal data, so nothing can leak it. May
//! call the exchange's tally.

mod counters;
mod latency;
mod logs;
mod names;
mod page;

pub use counters::Counters;
pub use latency::{Latencies, Part, Quantiles};
pub use logs::{LogFormat, start_logs};
pub use names::{Kind, Metric};
pub use page::{Gauges, Page};
