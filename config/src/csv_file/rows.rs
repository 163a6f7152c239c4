//! Lines to fields. Each row is one line: no field of these tables may hold a line end, so a quote that its own line does not
//! close is a mistake there, and the lines after it can still be read.

use std::borrow::Cow;

/// The fields of a line; reused from line to line.
pub(super) type Fields<'t> = Vec<Cow<'t, str>>;

/// Why a line has no fields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Torn {
    /// A quote opens and does not close.
    Unclosed,
    /// Something stands between a closing quote and the next comma.
    AfterQuote,
}

/// Splits a line at its commas. A field that begins with a quote ends with one; a doubled quote within it stands for one. In
/// a field that does not begin with one, a quote stands for itself.
pub(super) fn split<'t>(line: &'t str, fields: &mut Fields<'t>) -> Result<(), Torn> {
    fields.clear();
    if !line.contains('"') {
        fields.extend(line.split(',').map(Cow::Borrowed));
        return Ok(());
    }
    let mut rest = line;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (field, after) = rest.split_at(end);
                (Cow::Borrowed(field), after)
            }
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(()),
            None => return Err(Torn::AfterQuote),
        }
    }
}

/// The field, and what follows its closing quote.
fn quoted_field(text: &str) -> Result<(Cow<'_, str>, &str), Torn> {
    let mut doubled = false;
    let mut from = 0;
    loop {
        let tail = text.get(from..).ok_or(Torn::Unclosed)?;
        let quote = from + tail.find('"').ok_or(Torn::Unclosed)?;
        let after = text.get(quote + 1..).unwrap_or_default();
        if !after.starts_with('"') {
            let field = text.get(..quote).unwrap_or_default();
            let field = if doubled { Cow::Owned(field.replace("\"\"", "\"")) } else { Cow::Borrowed(field) };
            return Ok((field, after));
        }
        doubled = true;
        from = quote + 2;
    }
}

/// Writes fields as a line that [`split`] reads again.
pub(crate) fn write<'f>(fields: impl IntoIterator<Item = &'f str>, target: &mut String) {
    for (field, place) in fields.into_iter().zip(0..) {
        if place > 0 {
            target.push(',');
        }
        if field.contains([',', '"']) {
            target.push('"');
            target.push_str(&field.replace('"', "\"\""));
            target.push('"');
        } else {
            target.push_str(field);
        }
    }
    target.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_read_and_written() {
        let check = |line: &str, expected: Result<&[&str], Torn>| {
            let mut fields = Fields::new();
            let read = split(line, &mut fields).map(|()| fields.iter().map(AsRef::as_ref).collect::<Vec<_>>());
            assert_eq!(read.as_deref().map_err(|torn| *torn), expected, "{line}");
            if let Ok(read) = read {
                let mut written = String::new();
                write(read.iter().copied(), &mut written);
                let mut again = Fields::new();
                split(written.trim_end_matches('\n'), &mut again).unwrap();
                assert_eq!(again, read);
            }
        };
        check("a,b,", Ok(&["a", "b", ""]));
        check("", Ok(&[""]));
        check("\"a,b\",c", Ok(&["a,b", "c"]));
        check("\"\",\"\"\"x\"\"\"", Ok(&["", "\"x\""]));
        check("55\" screen,c", Ok(&["55\" screen", "c"]));
        check("a,\"b", Err(Torn::Unclosed));
        check("a,\"b\"\"", Err(Torn::Unclosed));
        check("\"a\"b,c", Err(Torn::AfterQuote));
    }
}
