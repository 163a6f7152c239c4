//! Card numbers inside texts that were never meant to hold any: a wrong file, a wrong column.

use super::PanRef;
use std::borrow::Cow;

/// The text with every card number in it masked, character for character, so that places in it stay what they are. A card
/// number is a run of 12 to 19 digits with the check digit of one; one in ten other numbers of that length looks the same.
#[must_use]
pub fn mask_card_numbers(text: &str) -> Cow<'_, str> {
    let mut masked: Option<String> = None;
    for (at, run) in runs_of_digits(text) {
        let Some(card) = PanRef::new(run.as_bytes()).ok().filter(PanRef::has_valid_check_digit) else { continue };
        let mut shown = card.to_string();
        if run.len() < SIX_AND_FOUR_FROM {
            shown.replace_range(..SIX, STARS);
        }
        masked.get_or_insert_with(|| text.to_owned()).replace_range(at..at + run.len(), &shown);
    }
    masked.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Of a shorter number its first six and last four digits would leave next to nothing to guess: the last four are shown.
const SIX_AND_FOUR_FROM: usize = 15;
const SIX: usize = 6;
const STARS: &str = "******";

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
        // 12 to 19 digits, and no run that is longer or shorter.
        check("123456789015", "********9015");
        check("4222222222222 and 36227206271667", "*********2222 and **********1667");
        check("621700001234567893", "621700********7893");
        check("6217000012345678908,6217000012345678907", "6217000012345678908,621700*********8907");
        // No check digit, too short, too long.
        for shown in ["4761739001010118", "79927398713", "12345678901234567894", "6901840100071"] {
            check(shown, shown);
        }
    }
}
