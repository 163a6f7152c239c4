//! Numbers of the daemon's edges that no operator needs to change, each with its reason.

use std::time::Duration;

/// One read takes so much at most. Larger than two of the longest frames (65,535 bytes and a header), so that a partial
/// frame in front never leaves too little room behind it; small enough to stay in a processor's second-level cache.
pub const READ_BYTES: usize = 256 * 1024;

/// What may stay unconsumed of a connection: less than one frame of the longest kind. More means that nobody follows the
/// stream.
pub const REST_BYTES_MAX: usize = 65_535 + 4;

/// An output buffer that grew beyond this gives its memory back once it is empty.
pub const OUTPUT_KEPT_BYTES: usize = 256 * 1024;

/// With more bytes of records than this they are appended before the turn: the disk writes them while the rest of the turn is
/// handled.
pub const APPEND_EARLY_BYTES: usize = 256 * 1024;

/// Tasks polled between two looks at the sockets: as many as connections can be ready at once, so that all of them share
/// one journal append.
pub const TASKS_PER_WAKE_UP: u32 = 1_024;

/// How long a connection that the switch closes is read and thrown away, so that what was sent last is not destroyed by a
/// reset.
pub const LINGER: Duration = Duration::from_secs(1);

/// Pause after the system refused to hand over a connection, for example for lack of file descriptors.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The shortest time between two ticks: that of the runtime's timer wheel.
pub const TICK_MIN_US: u64 = 1_000;

/// How long a start waits for its issuers before it takes sales: those would be told 91.
pub const FIRST_CONTACT: Duration = Duration::from_secs(3);

/// How often it looks.
pub const FIRST_CONTACT_LOOK: Duration = Duration::from_millis(2);

/// How long a drain waits for what is in flight. With what closing takes it stays under the 10 seconds that are promised.
pub const DRAIN: Duration = Duration::from_secs(8);

/// How long closing may take after a drain: flushing the journal on a busy disk.
pub const CLOSE: Duration = Duration::from_millis(1_500);

/// How often a drain looks whether it is done.
pub const DRAIN_LOOK: Duration = Duration::from_millis(5);

/// How long the admin side waits for the exchange to say how it is; it answers within a turn.
pub const STATUS: Duration = Duration::from_secs(2);

/// How long an answer about a claim is waited for: several times what a disk needs for its record, under a rush.
pub const CLAIM: Duration = Duration::from_secs(5);

/// Memory for the index, in bytes.
pub const INDEX_BYTES: u64 = 512 << 20;

/// How often the applier looks for new durable records: it may lag, and batches of many sales cost less than single ones.
pub const APPLIER_PAUSE: Duration = Duration::from_millis(200);

/// How often the thread for snapshots looks whether one is due.
pub const SNAPSHOT_LOOK: Duration = Duration::from_millis(500);

/// After a snapshot it rests so many times as long as that took: at most a fifth of a processor is its.
pub const SNAPSHOT_SHARE: u32 = 4;

/// Its priority: behind everything that a sale waits for.
pub const SNAPSHOT_NICE: i32 = 10;

/// Journal records read for one look-up of a transaction at most: a second or two of reading.
pub const LOOK_UP_RECORDS_MAX: u64 = 2_000_000;

/// Transactions that one look-up shows at most, the newest.
pub const LOOK_UP_TRANSACTIONS_MAX: usize = 100;

/// How often the caps are looked at for forecasts: often enough that what is taken falls into the right step of five minutes.
pub const FORECAST_LOOK: Duration = Duration::from_secs(10);

/// The priority of the thread that does so, and reads the journal of the day before a start: as of snapshots.
pub const FORECAST_NICE: i32 = 10;
