//! Lijian.

pub mod commands;
pub mod keys;
pub mod settlement;
