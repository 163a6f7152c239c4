//! The only file that reads randomness: keys and seeds, handed to whoever needs one.

use std::fs::File;
use std::io::{self, Read};

/// Fills `bytes` with what nobody can guess.
///
/// # Errors
/// The operating system gives none.
pub fn fill(bytes: &mut [u8]) -> io::Result<()> {
    File::open("/dev/urandom")?.read_exact(bytes)
}

/// A seed for hash tables whose keys a peer chooses, and for the jitter of back-offs.
///
/// # Errors
/// The operating system gives none.
pub fn seed() -> io::Result<u64> {
    let mut bytes = [0; 8];
    fill(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}
