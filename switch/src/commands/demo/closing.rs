//! Whether the money of the day adds up, by three books that know nothing of each other: the switch's, the issuer's, the
//! tills'.

use super::host::Host;
use super::play::Paid;
use super::row::Budget;
use super::script::OPENING_FEN;
use super::table::yuan;

/// What is printed, and whether all of it is right.
pub(super) struct Closing {
    pub(super) text: String,
    pub(super) right: bool,
}

/// Closes the day.
pub(super) fn close(paid: &Paid, budget: &Budget, host: &Host) -> Closing {
    let Budget { held, used, remaining, .. } = *budget;
    let sum = remaining.checked_add(held).and_then(|sum| sum.checked_add(used));
    let adds_up = sum == Some(OPENING_FEN);
    let totals = host.observations().totals();
    let sums = totals.sums;
    let (approved, reversed) = (sums.debited_minor, sums.debits_reversed_minor);
    // Voids and refunds, without the voids that were reversed.
    let returned = sums.credited_minor.checked_sub(sums.credits_reversed_minor);
    let stands =
        approved.checked_sub(reversed).zip(returned).and_then(|(stands, returned)| stands.checked_sub(returned));
    let standing = u128::from(paid.standing) + u128::from(paid.in_doubt);
    let agrees = stands == Some(standing);
    let fen = |fen: u128| u64::try_from(fen).map_or_else(|_| "out of range".to_owned(), yuan);
    let text = format!(
        "{}\n  switch  opening {} = remaining {} + held {} + used {}{}\n  \
         issuer  approved {} - reversed {} - given back {} = {} = paid at the tills {} + in doubt {}{}\n",
        if adds_up && agrees { "The money adds up:" } else { "The money does NOT add up:" },
        yuan(OPENING_FEN),
        yuan(remaining),
        yuan(held),
        yuan(used),
        mark(adds_up),
        fen(approved),
        fen(reversed),
        returned.map_or_else(|| "less than nothing".to_owned(), fen),
        stands.map_or_else(|| "less than nothing".to_owned(), fen),
        yuan(paid.standing),
        yuan(paid.in_doubt),
        mark(agrees),
    );
    Closing { text, right: adds_up && agrees }
}

fn mark(right: bool) -> &'static str {
    if right { "" } else { "  WRONG" }
}
