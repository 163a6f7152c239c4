//! Lijian.
fn main() {}
