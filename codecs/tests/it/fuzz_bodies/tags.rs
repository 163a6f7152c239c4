//! Any bytes as a run of tags, and as elements to be written as one.

use lijian_codecs::tags::{TagRun, TagWriter};

/// What can be read must be written alike, and what was written must be read alike.
///
/// # Panics
/// When a promise is broken.
pub(crate) fn tags(bytes: &[u8]) {
    read_then_write(bytes);
    write_then_read(bytes);
}

fn read_then_write(bytes: &[u8]) {
    let mut out = Vec::new();
    let mut writer = TagWriter::new(&mut out, bytes.len());
    let mut broken = None;
    for element in TagRun::new(bytes) {
        assert!(broken.is_none(), "nothing follows an error");
        match element {
            Ok(element) => {
                assert_eq!(element.whole, &bytes[element.offset..element.offset + element.whole.len()]);
                writer.put(element.tag, element.value).expect("it fitted before");
            }
            Err(error) => broken = Some(error),
        }
    }
    let good = broken.as_ref().map_or(bytes.len(), |error| error.offset);
    assert_eq!(out, bytes[..good], "an error stands where the first broken element begins");
    assert_eq!(TagRun::new(bytes).check().err(), broken);
    // A run is ours or not by its first element alone, and that is the same element by every way of looking.
    assert_eq!(TagRun::new(bytes).first(), TagRun::new(bytes).next().and_then(Result::ok));
}

/// The first byte limits the run, and each element is two bytes of tag, one that chooses a length, and a value.
fn write_then_read(bytes: &[u8]) {
    let Some((&limit, mut rest)) = bytes.split_first() else { return };
    let limit = usize::from(limit) * 8;
    let mut out = b"kept".to_vec();
    let mut written = Vec::new();
    let mut writer = TagWriter::new(&mut out, limit);
    while let Some((&[first, second, length], after)) = rest.split_first_chunk::<3>() {
        let (value, after) = after.split_at((usize::from(length) * 5).min(after.len()));
        rest = after;
        let room = writer.room();
        let fits = value.len() <= 999 && value.len() + 5 <= room;
        let tag = [first, second];
        match writer.put(tag, value) {
            Ok(_) => written.push((tag, value)),
            Err(error) => assert_eq!((error.tag, error.got), (tag, value.len())),
        }
        let spent = if fits { value.len() + 5 } else { 0 };
        assert_eq!(room - writer.room(), spent, "an element that does not fit is not begun");
    }
    let run = out.strip_prefix(b"kept").expect("what stood there is left alone");
    assert!(run.len() <= limit);
    // A tag that is no tag can be written by whoever insists, and is refused on the way back.
    let good = written.iter().take_while(|(tag, _)| tag.iter().all(u8::is_ascii_alphanumeric)).count();
    let read: Vec<_> = TagRun::new(run).map_while(Result::ok).map(|element| (element.tag, element.value)).collect();
    assert_eq!(read, written[..good]);
    assert_eq!(TagRun::new(run).check().is_ok(), good == written.len());
}
