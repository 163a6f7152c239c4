//! Reading a run.

use std::fmt;

/// The longest value: three digits.
pub(super) const VALUE_MAX: usize = 999;
/// Two characters of tag, three digits of length.
pub(super) const HEAD_BYTES: usize = 5;

/// One element of a run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tag<'a> {
    /// Two letters or digits.
    pub tag: [u8; 2],
    /// The value.
    pub value: &'a [u8],
    /// Where the element begins in the run, in bytes from 0.
    pub offset: usize,
    /// The element as it stands: tag, length, value.
    pub whole: &'a [u8],
}

impl fmt::Debug for Tag<'_> {
    /// Tag and length only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.tag.map(char::from);
        write!(f, "{first}{second} ({} bytes)", self.value.len())
    }
}

/// Where and why a run cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TagError {
    /// Where the element begins that is wrong, in bytes from the start of the run.
    pub offset: usize,
    /// What is wrong with it.
    pub problem: TagProblem,
}

/// What is wrong with an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TagProblem {
    /// Expected tag and length, 5 bytes; there are only this many.
    HeadCut(usize),
    /// Expected two letters or digits as tag.
    NotATag,
    /// Expected three digits as length.
    NotALength,
    /// The value is cut short.
    ValueCut {
        /// Bytes that the length announces.
        expected: usize,
        /// Bytes that there are.
        got: usize,
    },
}

impl std::error::Error for TagError {}

impl fmt::Display for TagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "offset {}: ", self.offset)?;
        match self.problem {
            TagProblem::HeadCut(got) => write!(f, "expected a tag and a length, {HEAD_BYTES} bytes, got {got}"),
            TagProblem::NotATag => f.write_str("expected a tag of 2 letters or digits"),
            TagProblem::NotALength => f.write_str("expected a length of 3 digits"),
            TagProblem::ValueCut { expected, got } => write!(f, "expected a value of {expected} bytes, got {got}"),
        }
    }
}

/// The elements of a run in order. After an error there are no more.
#[derive(Clone, Debug)]
pub struct TagRun<'a> {
    run: &'a [u8],
    at: usize,
}

impl<'a> TagRun<'a> {
    /// Reads this run from its beginning.
    #[must_use]
    pub const fn new(run: &'a [u8]) -> Self {
        Self { run, at: 0 }
    }

    /// The run itself.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.run
    }

    /// The value of the first element of this tag; what comes after it is not looked at.
    ///
    /// # Errors
    /// The run is broken before it.
    pub fn find(&self, tag: [u8; 2]) -> Result<Option<&'a [u8]>, TagError> {
        for element in Self::new(self.run) {
            let element = element?;
            if element.tag == tag {
                return Ok(Some(element.value));
            }
        }
        Ok(None)
    }

    /// The first element, if it is well formed.
    #[must_use]
    pub fn first(&self) -> Option<Tag<'a>> {
        Self::new(self.run).next().and_then(Result::ok)
    }

    /// Reads to the end.
    ///
    /// # Errors
    /// The first element that is wrong.
    pub fn check(&self) -> Result<(), TagError> {
        Self::new(self.run).try_for_each(|element| element.map(drop))
    }

    fn read(&self) -> Result<Tag<'a>, TagProblem> {
        let rest = self.run.get(self.at..).unwrap_or_default();
        let Some((&[first, second, hundreds, tens, ones], after)) = rest.split_first_chunk::<HEAD_BYTES>() else {
            return Err(TagProblem::HeadCut(rest.len()));
        };
        if !(first.is_ascii_alphanumeric() && second.is_ascii_alphanumeric()) {
            return Err(TagProblem::NotATag);
        }
        let mut expected = 0;
        for digit in [hundreds, tens, ones] {
            if !digit.is_ascii_digit() {
                return Err(TagProblem::NotALength);
            }
            expected = expected * 10 + usize::from(digit - b'0');
        }
        let value = after.get(..expected).ok_or(TagProblem::ValueCut { expected, got: after.len() })?;
        let whole = rest.get(..HEAD_BYTES + expected).unwrap_or_default();
        Ok(Tag { tag: [first, second], value, offset: self.at, whole })
    }
}

impl<'a> Iterator for TagRun<'a> {
    type Item = Result<Tag<'a>, TagError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.run.len() {
            return None;
        }
        let read = self.read().map_err(|problem| TagError { offset: self.at, problem });
        self.at = read.as_ref().map_or(self.run.len(), |element| self.at + element.whole.len());
        Some(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_in_order_unknown_ones_too() {
        let run = TagRun::new(b"010136901234567892ZZ000020011");
        let found: Vec<_> = run.clone().map(|element| element.map(|element| (element.tag, element.value))).collect();
        assert_eq!(found, [Ok((*b"01", &b"6901234567892"[..])), Ok((*b"ZZ", &b""[..])), Ok((*b"02", &b"1"[..]))]);
        assert_eq!(run.find(*b"02"), Ok(Some(&b"1"[..])));
        assert_eq!(run.find(*b"03"), Ok(None));
        assert_eq!(run.first().map(|element| element.whole), Some(&b"010136901234567892"[..]));
    }

    #[test]
    fn what_is_wrong_and_where() {
        let check = |run: &[u8], offset: usize, problem: TagProblem| {
            assert_eq!(TagRun::new(run).check(), Err(TagError { offset, problem }), "{run:?}");
            assert!(TagRun::new(run).count() <= 2, "nothing follows an error");
        };
        check(b"0100", 0, TagProblem::HeadCut(4));
        check(b"010011020", 6, TagProblem::HeadCut(3));
        check(b"01-01x", 0, TagProblem::NotALength);
        check(b"01+01x", 0, TagProblem::NotALength);
        check(b"\x00100100", 0, TagProblem::NotATag);
        check(b"01999x", 0, TagProblem::ValueCut { expected: 999, got: 1 });
        assert_eq!(TagRun::new(b"").check(), Ok(()));
    }
}
