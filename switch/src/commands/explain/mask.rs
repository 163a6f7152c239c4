//! What may be shown of a number that stands for a person or a piece of goods, and of any text that came over a wire.

/// Characters that stay readable.
const SHOWN: usize = 4;
/// Shorter numbers are hidden altogether: their end would tell most of them.
const HIDDEN_BELOW: usize = 8;

/// The last four characters, stars before them; nothing but stars for a short text.
pub(super) fn masked(text: &str) -> String {
    let length = text.chars().count();
    let hidden = if length < HIDDEN_BELOW { length } else { length - SHOWN };
    "*".repeat(hidden).chars().chain(printable(text).chars().skip(hidden)).collect()
}

/// The text without control characters: a till can send what a terminal would obey.
pub(super) fn printable(text: &str) -> String {
    let is_safe = |character: &char| {
        !character.is_control()
            && !matches!(character, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|character| if is_safe(&character) { character } else { '\u{fffd}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_shown_of_long_texts_only() {
        let check = |text: &str, expected: &str| assert_eq!(masked(text), expected);
        check("356938035643809", "***********3809");
        check("SN-12345", "****2345");
        check("SN-1234", "*******");
        check("序列号一二三四五", "****二三四五");
        check("", "");
    }

    #[test]
    fn nothing_commands_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}"), "a\u{fffd}[2Jb\u{fffd}");
        assert_eq!(masked("12345678\u{7}"), "*****678\u{fffd}");
    }
}
