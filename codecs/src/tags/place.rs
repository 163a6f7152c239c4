//! Where a run stands in a message: a whole field, or one element of a field of elements.

use super::run::{TagError, TagRun};
use super::writer::{TagTooLong, TagWriter};
use crate::dialect::SubsidyPlace;
use crate::message::MessageView;

/// A run that was found in a message.
#[derive(Clone, Debug)]
pub struct Located<'a> {
    /// The run.
    pub run: TagRun<'a>,
    /// The elements of the field before the run's own, as they stand; empty when the run is the whole field.
    pub before: &'a [u8],
    /// Those after it.
    pub after: &'a [u8],
}

/// The run at this place; `None` when the field, or the element in it, is absent. `buffer` is used where the dialect does not
/// write text as ASCII does.
///
/// # Errors
/// The field is a run of elements and broken before the one that is asked for.
pub fn locate<'b, 'a: 'b>(
    view: &MessageView<'a>,
    place: SubsidyPlace,
    buffer: &'b mut [u8],
) -> Result<Option<Located<'b>>, TagError> {
    let Some(text) = view.text(place.field, buffer) else { return Ok(None) };
    let Some(element) = place.element else {
        return Ok(Some(Located { run: TagRun::new(text), before: &[], after: &[] }));
    };
    for found in TagRun::new(text) {
        let found = found?;
        if found.tag == element {
            let before = text.get(..found.offset).unwrap_or_default();
            let after = text.get(found.offset + found.whole.len()..).unwrap_or_default();
            return Ok(Some(Located { run: TagRun::new(found.value), before, after }));
        }
    }
    Ok(None)
}

/// Appends the value of the field at `place` with `run` as the run: the run itself, or the elements that stood around it with
/// the run's element between. `around` is what stood before and after it ([`Located::before`], [`Located::after`]; for a field
/// that had no such element, the whole field and nothing).
///
/// # Errors
/// The run does not fit into an element, or the field is then longer than `limit_bytes`.
pub fn put_element(
    place: SubsidyPlace,
    around: (&[u8], &[u8]),
    run: &[u8],
    limit_bytes: usize,
    out: &mut Vec<u8>,
) -> Result<(), TagTooLong> {
    let start = out.len();
    let mut writer = TagWriter::new(out, limit_bytes);
    let outcome = match place.element {
        None => writer.put_run(run).map(drop),
        Some(tag) => {
            let (before, after) = around;
            writer
                .put_run(before)
                .and_then(|writer| writer.put(tag, run))
                .and_then(|writer| writer.put_run(after))
                .map(drop)
        }
    };
    if outcome.is_err() {
        out.truncate(start);
    }
    outcome
}
