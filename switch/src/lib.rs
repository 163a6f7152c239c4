//! Lijian.
