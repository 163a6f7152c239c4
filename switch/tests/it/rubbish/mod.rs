//! Bad input from a till's socket: each piece gets a clear answer or is counted, the daemon goes on, no money moves, and
//! whoever behaves is served as before.

mod codec_message;
mod crowds;
mod fields;
mod frames;
mod items;
mod victim;
