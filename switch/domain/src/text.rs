//! Short text of bounded length that lives inline: ids are compared, hashed and copied on the path of a sale without
//! touching the heap.

use std::fmt;

/// At most `N` bytes of UTF-8, stored inline and zero padded (so that equality and hashing are those of the bytes).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text<const N: usize> {
    bytes: [u8; N],
    length: u8,
}

/// The text does not fit, or is not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Longer than the type holds.
    #[error("text of {got} bytes, at most {at_most} expected")]
    TooLong {
        /// Bytes given.
        got: usize,
        /// Bytes that fit.
        at_most: usize,
    },
    /// Not valid UTF-8 at this byte.
    #[error("text is not UTF-8 at byte {at}")]
    NotUtf8 {
        /// First byte that is not.
        at: usize,
    },
}

impl<const N: usize> Text<N> {
    /// The text of no bytes: an id that was not given.
    pub const EMPTY: Self = Self { bytes: [0; N], length: 0 };

    /// Copies `text` in.
    pub fn new(text: &str) -> Result<Self, TextError> {
        const { assert!(N <= u8::MAX as usize, "the length is kept in one byte") }
        let source = text.as_bytes();
        let mut bytes = [0; N];
        let (Some(target), Ok(length)) = (bytes.get_mut(..source.len()), u8::try_from(source.len())) else {
            return Err(TextError::TooLong { got: source.len(), at_most: N });
        };
        target.copy_from_slice(source);
        Ok(Self { bytes, length })
    }

    /// Copies bytes in, as they come from a wire or a file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TextError> {
        let text = std::str::from_utf8(bytes).map_err(|error| TextError::NotUtf8 { at: error.valid_up_to() })?;
        Self::new(text)
    }

    /// What `value` prints, cut at a character where it is too long, without a detour over the heap.
    pub fn printed(value: &impl fmt::Display) -> Self {
        let mut text = Self::EMPTY;
        // Writing fails only when the text is full, and then it keeps what fitted.
        fmt::Write::write_fmt(&mut text, format_args!("{value}")).unwrap_or_default();
        text
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        // Only whole UTF-8 texts are ever copied in, so the fallback is never taken.
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// Whether nothing was given.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }
}

impl<const N: usize> fmt::Write for Text<N> {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let start = usize::from(self.length);
        let fits = more.floor_char_boundary(more.len().min(N - start));
        let (fitting, rest) = more.split_at(fits);
        for (to, from) in self.bytes.iter_mut().skip(start).zip(fitting.bytes()) {
            *to = from;
        }
        self.length = u8::try_from(start + fits).unwrap_or(u8::MAX);
        if rest.is_empty() { Ok(()) } else { Err(fmt::Error) }
    }
}

impl<const N: usize> Default for Text<N> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), formatter)
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl<const N: usize> std::str::FromStr for Text<N> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_fits_and_refuses_the_rest() {
        assert_eq!(Text::<4>::new("abcd").unwrap().as_str(), "abcd");
        assert_eq!(Text::<4>::new("abcde"), Err(TextError::TooLong { got: 5, at_most: 4 }));
        assert_eq!(Text::<4>::from_bytes(b"a\xff"), Err(TextError::NotUtf8 { at: 1 }));
        assert!(Text::<4>::EMPTY.is_empty());
        assert_eq!(Text::<4>::printed(&12_345).as_str(), "1234");
        assert_eq!(Text::<4>::printed(&"a元元").as_str(), "a元");
    }
}
