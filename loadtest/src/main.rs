//! lijian-load.
fn main() {}
