//! Card numbers inside texts that were never meant to hold any: a wrong file, a wrong column.

use super::{PanRef, luhn_is_valid};
use std::borrow::Cow;

/// The text with every card number in it masked, character for character, so that places in it stay what they are. A card
/// number is a run of 15 to 19 digits with the check digit of one; one in ten other numbers of that length looks the same.
#[must_use]
pub fn mask_card_numbers(text: &str) -> Cow<'_, str> {
    let mut masked: Option<String> = None;
    for (at, run) in runs_of_digits(text) {
        let Some(card) =
            PanRef::new(run.as_bytes()).ok().filter(|_| run.len() >= SHORTEST && luhn_is_valid(run.as_bytes()))
        else {
            continue;
        };
        masked.get_or_insert_with(|| text.to_owned()).replace_range(at..at + run.len(), &card.to_string());
    }
    masked.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Card numbers of 13 and 14 digits are as good as gone, and product numbers have that length: an operator must see those.
const SHORTEST: usize = 15;

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
        // No check digit, too short, too long.
        for shown in ["4761739001010118", "79927398713", "12345678901234567890", "6901840100070"] {
            check(shown, shown);
        }
    }
}
