//! A person's name, as it stands on the document.

use super::secret::{Masked, Secret, plain};
use std::fmt;

const CHARACTERS_MIN: usize = 2;
const CHARACTERS_MAX: usize = 60;
/// Four bytes are the most that a character takes.
const BYTES_MAX: usize = 4 * CHARACTERS_MAX;
/// Between the parts of many names of the minorities.
const MIDDLE_DOT: char = '·';

/// A name of 2 to 60 characters. Prints masked, forgets when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonName(Secret<BYTES_MAX>);

/// The text is no name. Nothing of it is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("expected 2 to 60 letters, with a middle dot, a space, a hyphen, an apostrophe or a full stop between them")]
pub struct NameError;

impl PersonName {
    /// Reads what somebody typed: spaces around it and behind a middle dot are left out, the look-alikes of the middle dot
    /// are taken for it, full-width letters for plain ones.
    ///
    /// # Errors
    /// It is no name.
    pub fn parse(typed: &str) -> Result<Self, NameError> {
        if typed.len() > 2 * BYTES_MAX {
            return Err(NameError);
        }
        let trimmed = typed.trim();
        let mut last = MIDDLE_DOT;
        let characters = trimmed.chars().map(dotted).map(plain).filter(|character| {
            // One space for several, none behind a middle dot.
            let kept = *character != ' ' || !matches!(last, ' ' | MIDDLE_DOT);
            last = if kept { *character } else { last };
            kept
        });
        let name = Secret::<BYTES_MAX>::collect(characters).ok_or(NameError)?;
        let text = name.reveal();
        let count = text.chars().count();
        let ends = text.chars().next().is_some_and(letter)
            && text.chars().last().is_some_and(|last| letter(last) || last == '.');
        let well_formed = ends && text.chars().all(|character| letter(character) || between(character));
        if well_formed && (CHARACTERS_MIN..=CHARACTERS_MAX).contains(&count) { Ok(Self(name)) } else { Err(NameError) }
    }

    /// The name, in full: to be sealed, and told an identity provider; for nothing else.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

/// Letters of any script; rare characters still stand in the private-use area on many documents.
fn letter(character: char) -> bool {
    character.is_alphabetic() || matches!(character, '\u{e000}'..='\u{f8ff}')
}

const fn between(character: char) -> bool {
    matches!(character, MIDDLE_DOT | ' ' | '-' | '\'' | '.')
}

/// The signs that keyboards give for a middle dot.
const fn dotted(character: char) -> char {
    match character {
        '•' | '・' | '‧' | '∙' | '⋅' | '．' | '･' => MIDDLE_DOT,
        other => other,
    }
}

/// The first character, and a star for each other.
impl fmt::Display for PersonName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Masked { text: self.reveal(), front: 1, end: 0 }, formatter)
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_their_normal_form() {
        let check = |typed: &str, expected: &str| {
            assert_eq!(PersonName::parse(typed).map(|name| name.reveal().to_owned()), Ok(expected.to_owned()));
        };
        check(" 张三 ", "张三");
        check("阿依古丽•买买提", "阿依古丽·买买提");
        check("古丽· 热娜", "古丽·热娜");
        check("Mary  Ann O'Neill-Wong Jr.", "Mary Ann O'Neill-Wong Jr.");
        check("Ｌｉ Ｌｅｉ", "Li Lei");
        check("\u{e863}三", "\u{e863}三");
        check(&"长".repeat(60), &"长".repeat(60));
    }

    #[test]
    fn what_is_none() {
        for typed in ["", "张", "张\u{0}三", "张\n三", "张3", "=张三", "·张三", "张三·", "张,三", "  ", "a\u{202e}b"]
        {
            assert_eq!(PersonName::parse(typed), Err(NameError), "{typed:?}");
        }
        assert_eq!(PersonName::parse(&"长".repeat(61)), Err(NameError));
        assert_eq!(PersonName::parse(&"长".repeat(100_000)), Err(NameError));
    }

    #[test]
    fn nothing_prints_a_name() {
        let name = PersonName::parse("欧阳小明").unwrap();
        assert_eq!((name.to_string().as_str(), format!("{name:?}").as_str()), ("欧***", "欧***"));
    }
}
