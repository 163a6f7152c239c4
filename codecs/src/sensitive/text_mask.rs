//! Card numbers inside texts that were never meant to hold any: a wrong file, a wrong column.

use super::luhn_is_valid;
use std::borrow::Cow;
use std::ops::{Range, RangeInclusive};

/// Digits of the card numbers that are in use.
const LENGTHS: RangeInclusive<usize> = 15..=19;
/// Digits of older ones, which product numbers have too: they are looked for only where they stand by themselves.
const SHORT_LENGTHS: RangeInclusive<usize> = 12..=14;
/// Digits that a mask shows of a card number's beginning and end. Of a short one both together would leave next to nothing to
/// guess: its end alone is shown.
const SHOWN: (usize, usize) = (6, 4);

/// The text with every card number in it masked, character for character, so that places in it stay what they are.
///
/// A card number is 15 to 19 digits with the check digit of one, wherever they stand among other digits: who read the text
/// can have joined what stood apart (a line end left out, a quote closed too early); or 12 to 14 digits by themselves. One in
/// ten other numbers of that length looks the same, and of longer ones more.
#[must_use]
pub fn mask_card_numbers(text: &str) -> Cow<'_, str> {
    let mut masked: Option<Vec<u8>> = None;
    for (at, run) in runs_of_digits(text) {
        for hidden in hidden_in(run) {
            let hidden = at + hidden.start..at + hidden.end;
            if let Some(digits) = masked.get_or_insert_with(|| text.as_bytes().to_vec()).get_mut(hidden) {
                digits.fill(b'*');
            }
        }
    }
    match masked {
        Some(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        None => Cow::Borrowed(text),
    }
}

/// What must not be seen of a run of digits.
fn hidden_in(run: &str) -> impl Iterator<Item = Range<usize>> {
    let is_card = |digits: &str| luhn_is_valid(digits.as_bytes());
    let (before, behind) = SHOWN;
    let short = (SHORT_LENGTHS.contains(&run.len()) && is_card(run)).then(|| 0..run.len() - behind);
    let places = (0..run.len()).flat_map(|from| LENGTHS.map(move |length| from..from + length));
    let cards = places.filter(move |place| run.get(place.clone()).is_some_and(is_card));
    cards.map(move |card| card.start + before..card.end - behind).chain(short)
}

/// All digits that stand together, and where.
fn runs_of_digits(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split(|character: char| !character.is_ascii_digit()).filter_map(move |run| {
        let found = text.get(at..)?.find(run)? + at;
        at = found + run.len();
        (!run.is_empty()).then_some((found, run))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_are_masked_where_they_stand() {
        let check = |text: &str, expected: &str| assert_eq!(mask_card_numbers(text), expected);
        check("", "");
        check("found \"4761739001010119\", expected fen", "found \"476173******0119\", expected fen");
        check(
            "4761739001010119;x4761739001010119号4761739001010119",
            "476173******0119;x476173******0119号476173******0119",
        );
        // 12 to 19 digits; of the short ones the end alone.
        check("123456789015", "********9015");
        check("4222222222222 and 36227206271667", "*********2222 and **********1667");
        check("621700001234567893", "621700********7893");
        // Joined with what stood before and behind it.
        check("94761739001010119", "9476173******0119");
        check("476173900101011912", "476173******011912");
        // No check digit, too short, too long with none inside.
        for shown in ["4761739001010118", "79927398713", "12345678901234567890", "6901840100071"] {
            check(shown, shown);
        }
    }
}
