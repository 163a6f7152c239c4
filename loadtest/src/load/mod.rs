//! Load on a switch: requests at their time, whatever becomes of those before (open loop), and what came back.
//!
//! The latency of an answer counts from the moment at which its request was meant to be sent: where the other side stalls, the
//! requests that wait for it are counted with their waiting (no coordinated omission). One thread serves all links by readiness;
//! frames are templates in which digits are patched, so that the generator costs little beside what it measures.
//!
//! `arrivals` says when, `traffic` what is sent and how an answer is read, `zipf` whose turn it is, `link` is one connection, `engine` turns the crank,
//! `measured` keeps what came, `limit` searches the highest rate that holds. May call lijian-codecs; sockets in `link` and `engine` alone.

mod arrivals;
mod engine;
mod limit;
mod link;
mod measured;
mod template;
mod traffic;
mod zipf;

pub use arrivals::{Arrivals, ParseArrivalsError};
pub use engine::{Load, LoadError, Progress, run};
pub use limit::{Bounds, Broken, Limit, PutOn, Step, find_limit};
pub use measured::{Acknowledged, Counts, Interval, Measured};
pub use traffic::{Goods, Skew, Traffic};
