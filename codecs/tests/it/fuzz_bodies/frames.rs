//! Any bytes as a stream of frames, in any format, read in any pieces.

use lijian_codecs::frame::{FrameError, FrameFormat, FrameHeader};

/// What a stream gave: the payloads, then why it ended or how many bytes wait for more.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    payloads: Vec<Vec<u8>>,
    end: Result<usize, FrameError>,
}

/// One byte of format, one of limit, one that says how many bytes of piece lengths follow; the rest is the stream.
///
/// However the stream is cut into reads, the frames are the same; a header computed here says the same; what is waited for
/// is never longer than the limit; and a payload is written as it was read.
///
/// # Panics
/// When a promise is broken.
pub(crate) fn frames(bytes: &[u8]) {
    let Some((&[format, limit, cuts], rest)) = bytes.split_first_chunk::<3>() else { return };
    let headers = [FrameHeader::Len2, FrameHeader::Len4Ascii, FrameHeader::Len2Bcd, FrameHeader::Len4Binary];
    let header = headers[usize::from(format & 3)];
    // Up to what every header can say, and beyond.
    let limit_bytes = usize::from(limit) << (usize::from(format) >> 3 & 15);
    let format = FrameFormat { header, inclusive: format & 4 != 0, limit_bytes };
    let (cuts, stream) = rest.split_at(usize::from(cuts).min(rest.len()));

    let whole = read(format, [stream]);
    assert_eq!(read(format, pieces(stream, cuts)), whole, "{format:?}");
    assert_eq!(naive(format, stream), (whole.payloads.len(), whole.end.is_err()), "{format:?}");

    let mut at = 0;
    for payload in &whole.payloads {
        let mut written = b"kept".to_vec();
        format.write(payload, &mut written).expect("what was taken can be sent");
        let frame = written.strip_prefix(b"kept").expect("what stood there is left alone");
        // A keep-alive of an inclusive format may count nothing at all.
        if !payload.is_empty() {
            assert_eq!(frame, &stream[at..at + frame.len()]);
        }
        at += frame.len();
    }
    let rest = stream.get(at..).unwrap_or_default();
    assert_eq!(whole.end.as_ref().map_or(rest.len(), |left| *left), rest.len());
}

/// The stream in pieces of these lengths, again and again; a length of zero is a read that brings nothing.
fn pieces<'a>(stream: &'a [u8], cuts: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = stream;
    let lengths = cuts.iter().map(|cut| usize::from(*cut)).chain([stream.len()]);
    lengths.map(move |length| {
        let (piece, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        piece
    })
}

/// Reads as a connection does: every complete frame after each read, and what is left is kept.
fn read<'a>(format: FrameFormat, pieces: impl IntoIterator<Item = &'a [u8]>) -> Read {
    let (mut payloads, mut buffer) = (Vec::new(), Vec::new());
    for piece in pieces {
        buffer.extend_from_slice(piece);
        let mut at = 0;
        loop {
            match format.next(&buffer[at..]) {
                Ok(Some(frame)) => {
                    assert!(frame.payload.len() <= format.limit_bytes);
                    assert_eq!(frame.payload, &buffer[at..][format.header.bytes()..frame.consumed]);
                    payloads.push(frame.payload.to_vec());
                    at += frame.consumed;
                }
                Ok(None) => break,
                Err(error) => return Read { payloads, end: Err(error) },
            }
        }
        buffer.drain(..at);
        // What is kept is the beginning of one frame that may be taken.
        assert!(buffer.len() < format.header.bytes() + format.limit_bytes.max(1), "{format:?} keeps {}", buffer.len());
    }
    Read { payloads, end: Ok(buffer.len()) }
}

/// How many frames there are and whether the stream is refused then, by arithmetic of its own.
fn naive(format: FrameFormat, stream: &[u8]) -> (usize, bool) {
    let width = format.header.bytes();
    let (mut at, mut count) = (0_u64, 0);
    loop {
        let Some(header) = usize::try_from(at).ok().and_then(|at| stream.get(at..at + width)) else {
            return (count, false);
        };
        let text = match format.header {
            FrameHeader::Len4Ascii => String::from_utf8_lossy(header).into_owned(),
            FrameHeader::Len2Bcd => header.iter().map(|byte| format!("{byte:02x}")).collect(),
            FrameHeader::Len2 | FrameHeader::Len4Binary => {
                let number = header.iter().fold(0_u64, |number, byte| number * 256 + u64::from(*byte));
                number.to_string()
            }
        };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let Some(number) = text.parse::<u64>().ok().filter(|_| digits) else { return (count, true) };
        let own = if format.inclusive && number > 0 { width as u64 } else { 0 };
        if number < own || number - own > format.limit_bytes as u64 {
            return (count, true);
        }
        at += width as u64 + number - own;
        if at > stream.len() as u64 {
            return (count, false);
        }
        count += 1;
    }
}
