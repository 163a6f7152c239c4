//! The journal (the truth), atomic caps, the rebuildable index, recovery.

pub mod quota;
