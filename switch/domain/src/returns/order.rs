//! Which goods of a sale a part that goes back is of.

use crate::money::MinorUnits;

/// What goes back of each of these amounts, where `before` of their sum went back already and `back` more does. Which of the
/// goods come back is not said on the wire: parts go to them in their order, each whole before the next, so that all parts
/// together are the sale. Every picture of a part in goods is made by this: what a category's budget gets back and what
/// the lines of the settlement say of it are the same.
///
/// The parts add up to `back` unless the amounts end before.
pub fn in_order(
    amounts: impl IntoIterator<Item = MinorUnits>,
    before: MinorUnits,
    back: MinorUnits,
) -> impl Iterator<Item = MinorUnits> {
    let (mut skip, mut take) = (before.get(), back.get());
    amounts.into_iter().map(move |amount| {
        let skipped = skip.min(amount.get());
        let taken = take.min(amount.get() - skipped);
        (skip, take) = (skip - skipped, take - taken);
        MinorUnits::new(taken)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_the_goods_by_hand() {
        let check = |before, back, expected: [u64; 4]| {
            let parts = in_order([5, 0, 3, 4].map(MinorUnits::new), MinorUnits::new(before), MinorUnits::new(back));
            assert_eq!(parts.map(MinorUnits::get).collect::<Vec<_>>(), expected, "{before} {back}");
        };
        check(0, 0, [0, 0, 0, 0]);
        check(0, 4, [4, 0, 0, 0]);
        check(4, 1, [1, 0, 0, 0]);
        check(4, 5, [1, 0, 3, 1]);
        check(5, 2, [0, 0, 2, 0]);
        check(8, 4, [0, 0, 0, 4]);
        check(0, 12, [5, 0, 3, 4]);
        check(9, u64::MAX, [0, 0, 0, 3]);
        check(u64::MAX, 1, [0, 0, 0, 0]);
    }
}
