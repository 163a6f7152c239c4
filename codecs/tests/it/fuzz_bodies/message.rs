//! Any bytes as a message of some dialect: what can be read must come back.

use lijian_codecs::describe::describe;
use lijian_codecs::dialect::{Dialect, Envelope, KeyPart};
use lijian_codecs::message::{FieldIndex, parse};
use lijian_codecs::tags::TagRun;
use lijian_codecs::write::MessageWriter;

/// Reads the bytes as a payload. Whatever can be read must come back: untouched by a patch of nothing, and with the same
/// values when every field is set anew.
///
/// # Panics
/// When a promise is broken.
pub(crate) fn round_trip(dialect: &Dialect, payload: &[u8]) {
    let mut index = FieldIndex::new();
    let (view, whole) = match parse(dialect, payload, &mut index) {
        Ok(view) => (view, true),
        Err(failure) => {
            assert!(failure.error.offset <= payload.len(), "{}", failure.error);
            (failure.partial, false)
        }
    };
    for (field, raw) in view.fields() {
        assert_eq!(view.raw(field), Some(raw));
        let mut run = TagRun::new(raw);
        assert!(run.by_ref().count() <= raw.len() + 1);
    }
    assert_eq!(describe(view, false).count(), view.fields().count());
    let mut key = Vec::new();
    view.append_key(&[KeyPart::Class], &mut key);

    let mut copy = Vec::new();
    let written = MessageWriter::patch(view).write(&mut copy);
    if !whole {
        // What is left of a broken message can still be answered once its type is known.
        if written.is_ok() {
            let mut index = FieldIndex::new();
            let again = parse(dialect, &copy, &mut index).expect("what was read is a message of its own");
            assert!(again.fields().eq(view.fields()));
        }
        return;
    }
    written.expect("a message that was read can be written");
    if matches!(dialect.envelope(), Envelope::Network { .. }) {
        assert_eq!(copy[6..], payload[6..]);
    } else {
        assert_eq!(copy, payload);
    }

    let values: Vec<(u8, Vec<u8>)> = view
        .fields()
        .map(|(field, raw)| {
            let mut buffer = vec![0; raw.len() * 2];
            (field, view.copy_text(field, &mut buffer).expect("twice the bytes are enough").to_vec())
        })
        .collect();
    if values.len() > lijian_codecs::write::FIELDS_MAX {
        return;
    }
    let mut writer = MessageWriter::build(dialect, view.mti());
    writer.envelope_as(view.envelope());
    for (field, value) in &values {
        writer.set(*field, value);
    }
    let mut rebuilt = Vec::new();
    writer.write(&mut rebuilt).unwrap_or_else(|error| panic!("{}: {error}", dialect.name()));
    let mut index = FieldIndex::new();
    let again = parse(dialect, &rebuilt, &mut index).unwrap_or_else(|failure| panic!("{}: {failure}", dialect.name()));
    assert_eq!(again.mti(), view.mti());
    assert_eq!(again.fields().count(), values.len());
    for (field, value) in &values {
        assert!(again.text_eq(*field, value), "{} field {field}", dialect.name());
    }
}
