//! What a measurement stands on: issuer, relays and switch as processes of their own, and the files that they read.
//!
//! `peer` is a process, `running` ends all of them, `stage` their files, `admin` the switch's pages. May call [`crate::admin`] and
//! nothing else of this crate.

mod admin;
mod error;
mod peer;
mod running;
mod stage;

pub use error::RigError;
pub(crate) use peer::{Peer, Switch, SwitchAt};
pub use running::Running;
pub(crate) use stage::Stage;

use std::path::PathBuf;

/// The programs that are started.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The switch.
    pub switch: PathBuf,
    /// Issuer and relays.
    pub load: PathBuf,
    /// Those of them that run.
    pub running: Running,
}
