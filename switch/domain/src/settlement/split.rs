//! An amount in parts, to the last unit.

use arrayvec::ArrayVec;

/// `total` over `weights` in proportion, each part rounded so that the parts up to any place are the floor of their exact
/// sum. The parts add up to `total`, and where `total` is at most the sum of the weights no part exceeds its weight: an
/// exact part is at most its weight, a whole number, and rounding adds less than one. The sum of the weights has to fit
/// 64 bits, as that of a proven grant does: the products then fit 128.
pub(super) fn split<const N: usize>(total: u64, weights: &ArrayVec<u64, N>) -> ArrayVec<u64, N> {
    let sum: u128 = weights.iter().copied().map(u128::from).sum();
    let mut weighed = 0;
    let mut given = 0;
    weights
        .iter()
        .map(|weight| {
            weighed += u128::from(*weight);
            let up_to_here = (u128::from(total) * weighed).checked_div(sum).unwrap_or(0);
            let part = up_to_here - given;
            given = up_to_here;
            u64::try_from(part).unwrap_or(total)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(total: u64, weights: &[u64], expected: &[u64]) {
        let weights: ArrayVec<u64, 8> = weights.iter().copied().collect();
        assert_eq!(split(total, &weights).as_slice(), expected, "{total} over {weights:?}");
    }

    #[test]
    fn parts_by_hand() {
        check(100, &[1, 1, 1], &[33, 33, 34]);
        check(7, &[10, 0, 4], &[5, 0, 2]);
        check(0, &[0, 0], &[0, 0]);
        check(5, &[5], &[5]);
        check(u64::MAX, &[u64::MAX - 1, 1], &[u64::MAX - 1, 1]);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_stay_within_their_weights(weights in prop::collection::vec(0u64..1_000_000_000_000, 1..8), parts in 0u64..=1000) {
            let weights: ArrayVec<u64, 8> = weights.into_iter().collect();
            let sum: u64 = weights.iter().sum();
            let total = sum / 1000 * parts;
            let split = split(total, &weights);
            prop_assert_eq!(split.iter().sum::<u64>(), total);
            prop_assert!(split.iter().zip(&weights).all(|(part, weight)| part <= weight));
        }
    }
}
