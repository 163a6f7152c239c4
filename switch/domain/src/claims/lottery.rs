//! The lottery among claims: whoever has the seed and the list of claims works out the winners again.
//!
//! Before claims are entered, the SHA-256 of the secret seed of the first draw is published: the commitment. At the draw the
//! seed itself is told. It is the SHA-256 of the next draw's seed, and so on: what was published once fixes all draws.
//! Each claim takes part by the SHA-256 of its number, its ticket, which can be published. Its rank is the SHA-256 of the seed and
//! the ticket; the lowest ranks win. Nobody who enters can choose a
//! good rank, since the seed is secret until then and claims are random; nobody who draws can choose another seed, since
//! its commitment is known.

use super::ClaimId;
use sha2::{Digest, Sha256};

/// The secret of a draw.
pub type Seed = [u8; 32];

/// What is published before the draw: SHA-256 of the seed.
pub fn commitment(seed: &Seed) -> [u8; 32] {
    Sha256::digest(seed).into()
}

/// Draws of one chain at most.
pub const DRAWS_MAX: usize = 10_000;

/// The seed that the next draw must have is that with this SHA-256: what the last draw of the chain told, or, before the first
/// one, what was published. Of a chain that is begun no seed counts again, also where another chain was drawn from in between, or
/// another campaign drew from it: `told` is the last seed that each campaign told of each chain.
pub fn expected<'a>(published: [u8; 32], told: impl IntoIterator<Item = &'a Seed>) -> [u8; 32] {
    let draws = |last: &Seed| {
        let mut told = *last;
        (0..DRAWS_MAX).position(|_| {
            told = commitment(&told);
            told == published
        })
    };
    let begun = told.into_iter().filter_map(|last| Some((draws(last)?, last)));
    begun.max().map_or(published, |(_, last)| *last)
}

/// The seeds of so many draws in their order, from the secret of the last one, and what is to be published of them.
pub fn chain(last: Seed, draws: usize) -> (Vec<Seed>, [u8; 32]) {
    let mut seeds: Vec<Seed> = std::iter::successors(Some(last), |seed| Some(commitment(seed))).take(draws).collect();
    seeds.reverse();
    let published = seeds.first().map_or(last, commitment);
    (seeds, published)
}

/// What a claim takes part as: SHA-256 of its number as 8 bytes, the highest first. It can be published, and does not tell the
/// number, which is the voucher.
pub fn ticket(claim: u64) -> [u8; 32] {
    Sha256::digest(claim.to_be_bytes()).into()
}

/// A claim's rank: SHA-256 of the seed's 32 bytes and the claim's ticket.
pub fn rank(seed: &Seed, claim: u64) -> [u8; 32] {
    Sha256::new().chain_update(seed).chain_update(ticket(claim)).finalize().into()
}

/// The winners in the order of their ranks: so many as `most` says, or all. A claim that is named twice counts once.
pub fn winners(seed: &Seed, claims: impl IntoIterator<Item = ClaimId>, most: usize) -> Vec<ClaimId> {
    let mut ranked: Vec<_> = claims.into_iter().map(|claim| (rank(seed, claim.get()), claim)).collect();
    ranked.sort_unstable();
    ranked.dedup();
    ranked.truncate(most);
    ranked.into_iter().map(|(_, claim)| claim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// From a shell: `printf '\0%.0s' {1..32} | sha256sum`; with the SHA-256 of the
    /// claim's eight bytes behind it for a rank.
    #[test]
    fn ranks_and_commitments_as_sha256sum_prints_them() {
        let zero = [0; 32];
        assert_eq!(hex(&commitment(&zero)), "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
        assert_eq!(hex(&rank(&zero, 0)), "2d7387f477fb9b137a83374fc72a9e0f14be41b61d77caec27ccde75b77655c5");
        assert_eq!(hex(&rank(&zero, 1)), "ddd1ac0cf8441d2a3e6a832c6f9659797ed1e3d0dc2e1a941e146de0b59576c0");
        assert_eq!(
            hex(&rank(&[7; 32], 0x0123_4567_89ab_cdef)),
            "6eee59adb562e64cb027f854da2a3dbdf262d55edc9f309eb2bbb75944ba459c"
        );
    }

    #[test]
    fn each_draw_tells_what_the_next_one_must_fit() {
        // From a shell: sha256sum over thirty-two zeros, over the bytes that it prints, and so on.
        let (seeds, published) = chain([0; 32], 3);
        assert_eq!(hex(&seeds[1]), "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
        assert_eq!(hex(&seeds[0]), "2b32db6c2c0a6235fb1397e8225ea85e0f0e6e8c7b126d0016ccbde0e667151e");
        assert_eq!(hex(&published), "12771355e46cd47c71ed1721fd5319b383cca3a1f9fce3aa1c8cd3bd37af20d7");
        let mut last = None;
        for (at, seed) in seeds.iter().enumerate() {
            let right = expected(published, last);
            assert!(seeds.iter().enumerate().all(|(other, seed)| (commitment(seed) == right) == (other == at)), "{at}");
            last = Some(seed);
        }
        // Another chain begins with what was published of it.
        let (others, another) = chain([1; 32], 2);
        assert_eq!(expected(another, last), commitment(&others[0]));
        // Gone back to, a chain goes on where it was left.
        assert_eq!(expected(published, [&others[0], &seeds[1]]), seeds[1]);
        assert_eq!(expected(another, [&seeds[1], &others[0]]), others[0]);
        assert_eq!(expected(published, None), published);
        // Of several that drew from it, after the one that is furthest on.
        for told in [[0, 1, 0], [1, 0, 0]] {
            assert_eq!(expected(published, told.map(|at| &seeds[at])), seeds[1]);
        }
    }

    #[test]
    fn the_lowest_ranks_win() {
        // Ranks of 0 to 9 under thirty-two zeros, in ascending order, sorted by the shell.
        let expected = [0, 5, 4, 3, 8, 6, 9, 2, 1, 7];
        let claims = || (0..10).map(ClaimId::new);
        let check = |most: usize| {
            let won: Vec<_> = winners(&[0; 32], claims(), most).iter().map(|claim| claim.get()).collect();
            assert_eq!(won, expected[..most.min(10)], "{most}");
        };
        (0..12).for_each(check);
        assert_eq!(winners(&[0; 32], claims().rev().chain(claims()), 10), winners(&[0; 32], claims(), 10));
        assert!(winners(&[0; 32], [], 5).is_empty());
    }
}
