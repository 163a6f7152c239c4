//! The lottery, worked out anew from what is published of it.

use sha2::{Digest, Sha256};

/// What was published of a seed.
pub(super) fn commitment(seed: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(seed).into()
}

/// Of these claims the winners: so many as have the lowest SHA-256 of the seed and the SHA-256 of their own eight bytes, the
/// highest first.
pub(super) fn winners(seed: &[u8; 32], entered: &[u64], most: u32) -> Vec<u64> {
    let rank = |claim: &u64| {
        let text = [&seed[..], &Sha256::digest(claim.to_be_bytes())].concat();
        (Sha256::digest(text).to_vec(), *claim)
    };
    let mut ranked: Vec<_> = entered.iter().map(rank).collect();
    ranked.sort();
    ranked.into_iter().take(usize::try_from(most).unwrap_or(usize::MAX)).map(|(_, claim)| claim).collect()
}
