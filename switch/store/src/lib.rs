//! The journal (the truth), atomic caps, the rebuildable index, recovery.

pub mod format;
pub mod index;
pub mod journal;
pub mod quota;
pub mod recovery;
pub mod storage;
