//! Load on a switch: requests at their time, whatever becomes of those before (open loop), and what came back.
//!
//! The latency of an answer counts from the moment at which its request was meant to be sent: where the other side stalls, the
//! requests that wait for it are counted with their waiting (no coordinated omission). One thread serves all links by readiness;
//! frames are templates in which digits are patched, so that the generator costs little beside what it measures.
//!
//! `arrivals` says when, `traffic` what a load is made of, `kind` what kinds of requests there are, `zipf` whose turn it is; `sender`
//! makes frames from `template`s, `answer` reads them; `link` is one connection, `engine` turns the crank, `receive` takes what comes
//! back, `measured` keeps it and `told` says what the tills were told, `limit` searches the highest rate that holds. May call lijian-codecs; sockets in `link`, `engine` and
//! `receive` alone.

mod answer;
mod arrivals;
mod engine;
mod kind;
mod limit;
mod link;
mod measured;
mod receive;
mod sender;
mod template;
mod told;
mod traffic;
mod zipf;

pub use arrivals::{Arrivals, ParseArrivalsError};
pub use engine::{Load, LoadError, Progress, Tell, run};
pub use kind::{Kind, Mix};
pub use limit::{Bounds, Broken, Limit, PutOn, Step, find_limit};
pub use measured::{Answers, Counts, Interval, KindCounts, Measured};
pub use told::{Acknowledged, Outcome};
pub use traffic::{Goods, Skew, Traffic};
