//! Personal data as text that prints masked, and that forgets when dropped.

use std::fmt;

/// A text of at most `N` bytes that nobody prints by mistake. Zeroed when dropped.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Secret<N> {
    /// The text, unless it is longer.
    pub(super) fn new(text: &str) -> Option<Self> {
        let mut secret = Self { bytes: [0; N], length: text.len() };
        secret.bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(secret)
    }

    /// The text of these characters, unless it is longer.
    pub(super) fn collect(characters: impl Iterator<Item = char>) -> Option<Self> {
        let mut secret = Self { bytes: [0; N], length: 0 };
        for character in characters {
            let end = secret.length + character.len_utf8();
            character.encode_utf8(secret.bytes.get_mut(secret.length..end)?);
            secret.length = end;
        }
        Some(secret)
    }

    /// The text itself.
    pub(super) fn reveal(&self) -> &str {
        // Only whole texts are copied in, so the fallbacks are never taken.
        std::str::from_utf8(self.bytes.get(..self.length).unwrap_or_default()).unwrap_or_default()
    }
}

impl<const N: usize> Drop for Secret<N> {
    fn drop(&mut self) {
        self.bytes.fill(0);
        std::hint::black_box(&mut self.bytes);
    }
}

/// A text of which some characters at the front and at the end are shown, the others as stars.
pub(super) struct Masked<'a> {
    pub(super) text: &'a str,
    pub(super) front: usize,
    pub(super) end: usize,
}

impl fmt::Display for Masked<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.text.chars().count();
        // What would hide nothing shows nothing.
        let showable = self.front + self.end < count;
        for (at, character) in self.text.chars().enumerate() {
            let shown = showable && (at < self.front || at + self.end >= count);
            fmt::Write::write_char(formatter, if shown { character } else { '*' })?;
        }
        Ok(())
    }
}

/// A character as it is typed on other keyboards: full-width letters, digits and signs become the plain ones.
pub(super) fn plain(character: char) -> char {
    match character {
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => {
            let code = u32::from(character).saturating_sub(0xfee0);
            char::from_u32(code).unwrap_or(character)
        }
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_characters_become_plain_ones() {
        assert_eq!("４４０３Ｘｘ＋\u{3000}元".chars().map(plain).collect::<String>(), "4403Xx+ 元");
    }

    #[test]
    fn a_mask_hides_the_middle_or_everything() {
        let check = |text: &str, expected: &str| {
            assert_eq!(Masked { text, front: 3, end: 4 }.to_string(), expected);
        };
        check("13800001234", "138****1234");
        check("44030119900101123X", "440***********123X");
        check("1234567", "*******");
        check("", "");
        assert_eq!(Masked { text: "元", front: 1, end: 0 }.to_string(), "*");
    }
}
