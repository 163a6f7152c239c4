//! Reads the values of which record bodies are made, as the journal's format document notates them.

/// Bytes not read yet.
pub(super) struct Input<'a> {
    rest: &'a [u8],
}

/// What stands there is not what the format says, in words.
pub(super) type Read<T> = Result<T, String>;

impl<'a> Input<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Nothing may be left.
    pub(super) fn end(&self) -> Read<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(format!("{} bytes left over", self.rest.len())) }
    }

    pub(super) fn bytes(&mut self, length: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or_else(|| format!("ends {} bytes early", length - self.rest.len()))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Read<[u8; N]> {
        self.bytes(N)?.try_into().map_err(|_| "an array of another length".to_owned())
    }

    pub(super) fn u8(&mut self) -> Read<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub(super) fn u16(&mut self) -> Read<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Read<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Read<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn i32(&mut self) -> Read<i32> {
        self.array().map(i32::from_le_bytes)
    }

    pub(super) fn i64(&mut self) -> Read<i64> {
        self.array().map(i64::from_le_bytes)
    }

    /// `text(N)`.
    pub(super) fn text(&mut self, at_most: usize) -> Read<String> {
        let length = usize::from(self.u8()?);
        if length > at_most {
            return Err(format!("a text of {length} bytes, at most {at_most} expected"));
        }
        String::from_utf8(self.bytes(length)?.to_vec()).map_err(|_| "a text that is not UTF-8".to_owned())
    }

    /// `list(X, N)`.
    pub(super) fn list<T>(&mut self, at_most: usize, one: impl Fn(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let length = usize::from(self.u16()?);
        if length > at_most {
            return Err(format!("a list of {length}, at most {at_most} expected"));
        }
        (0..length).map(|_| one(self)).collect()
    }

    /// `option(X)`.
    pub(super) fn option<T>(&mut self, value: impl FnOnce(&mut Self) -> Read<T>) -> Read<Option<T>> {
        match self.u8()? {
            0 => Ok(None),
            1 => value(self).map(Some),
            other => Err(format!("presence byte {other}")),
        }
    }

    /// One of the numbers that an enumeration has.
    pub(super) fn one_of(&mut self, what: &str, range: std::ops::RangeInclusive<u8>) -> Read<u8> {
        let number = self.u8()?;
        if range.contains(&number) { Ok(number) } else { Err(format!("{what} {number}")) }
    }
}
