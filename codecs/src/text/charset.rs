//! Character sets of several bytes: GB 18030 for receipts and merchant names in Chinese dialects.

use std::borrow::Cow;

/// A character set by its name on the web (`gb18030`, `utf-8`, `big5`...). Every one of them writes ASCII as ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset(&'static encoding_rs::Encoding);

impl Charset {
    /// GB 18030, which holds GBK.
    pub const GB18030: Self = Self(encoding_rs::GB18030);
    /// UTF-8.
    pub const UTF8: Self = Self(encoding_rs::UTF_8);

    /// The character set of that name; `None` for unknown ones and for those that do not write ASCII as ASCII.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        encoding_rs::Encoding::for_label(name.as_bytes())
            .filter(|encoding| encoding.is_ascii_compatible() && *encoding != encoding_rs::REPLACEMENT)
            .map(Self)
    }

    /// The name, in small letters.
    #[must_use]
    pub fn name(self) -> String {
        self.0.name().to_ascii_lowercase()
    }

    /// Text of these bytes; what cannot be read becomes U+FFFD.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        self.0.decode_without_bom_handling(bytes).0
    }

    /// Bytes of this text, or `None` when a character does not exist in the set.
    #[must_use]
    pub fn encode(self, text: &str) -> Option<Cow<'_, [u8]>> {
        let (bytes, _, unmappable) = self.0.encode(text);
        (!unmappable).then_some(bytes)
    }

    /// Bytes of as much of the text as fits into `limit_bytes`, cut between two characters. Characters that the set
    /// lacks become `?`.
    #[must_use]
    pub fn encode_to_fit(self, text: &str, limit_bytes: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(limit_bytes.min(text.len().saturating_mul(2)));
        let mut one = [0_u8; 4];
        for character in text.chars() {
            let bytes = self.encode(character.encode_utf8(&mut one)).unwrap_or(Cow::Borrowed(b"?"));
            if out.len() + bytes.len() > limit_bytes {
                break;
            }
            out.extend_from_slice(&bytes);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_between_characters() {
        let check = |limit: usize, expected: &[u8]| {
            assert_eq!(Charset::GB18030.encode_to_fit("a立减b", limit), expected, "{limit}");
        };
        check(9, b"a\xc1\xa2\xbc\xf5b");
        check(6, b"a\xc1\xa2\xbc\xf5b");
        check(5, b"a\xc1\xa2\xbc\xf5");
        check(4, b"a\xc1\xa2");
        check(2, b"a");
        check(0, b"");
    }

    #[test]
    fn there_and_back() {
        let text = "深圳市罗湖区 A座 😀";
        let bytes = Charset::GB18030.encode(text).unwrap();
        assert_eq!(Charset::GB18030.decode(&bytes), text);
        assert_eq!(Charset::from_name("gbk").map(Charset::name).as_deref(), Some("gbk"));
        assert_eq!(Charset::from_name("utf-16le"), None);
        assert_eq!(Charset::from_name("klingon"), None);
    }
}
