//! What streams of frames do, well-formed and not.

use super::*;

fn format(name: &str, inclusive: bool) -> FrameFormat {
    FrameFormat { header: name.parse().unwrap(), inclusive, limit_bytes: 2_000 }
}

#[test]
fn headers_are_written_as_named() {
    let check = |name: &str, inclusive: bool, expected: &[u8]| {
        let mut out = vec![9];
        format(name, inclusive).write(&[7; 260], &mut out).unwrap();
        assert_eq!(&out[1..=expected.len()], expected, "{name} {inclusive}");
        assert_eq!(out.len(), 1 + expected.len() + 260);
    };
    check("len2", false, &[1, 4]);
    check("len2", true, &[1, 6]);
    check("len4-ascii", false, b"0260");
    check("len4-ascii", true, b"0264");
    check("len2-bcd", false, &[0x02, 0x60]);
    check("len2-bcd", true, &[0x02, 0x62]);
    check("len4-binary", false, &[0, 0, 1, 4]);
    check("len4-binary", true, &[0, 0, 1, 8]);
}

#[test]
fn every_split_of_merged_frames_gives_the_same_payloads() {
    for name in ["len2", "len4-ascii", "len2-bcd", "len4-binary"] {
        for inclusive in [false, true] {
            let format = format(name, inclusive);
            let payloads: [&[u8]; 4] = [b"first", b"", b"x", b"the last one"];
            let mut stream = Vec::new();
            payloads.iter().for_each(|payload| format.write(payload, &mut stream).unwrap());
            for split in 0..=stream.len() {
                let mut found: Vec<Vec<u8>> = Vec::new();
                let mut buffer = Vec::new();
                for piece in [&stream[..split], &stream[split..]] {
                    buffer.extend_from_slice(piece);
                    while let Some(frame) = format.next(&buffer).unwrap() {
                        found.push(frame.payload.to_vec());
                        let consumed = frame.consumed;
                        buffer.drain(..consumed);
                    }
                }
                assert_eq!(found, payloads, "{name} {inclusive} {split}");
                assert!(buffer.is_empty());
            }
        }
    }
}

#[test]
fn lengths_that_close_the_link() {
    let check = |name: &str, inclusive: bool, bytes: &[u8], expected: FrameError| {
        assert_eq!(format(name, inclusive).next(bytes), Err(expected), "{name}");
    };
    let too_long = |length_bytes| FrameError::TooLong { length_bytes, limit_bytes: 2_000 };
    check("len2", false, &[0xff, 0xff], too_long(65_535));
    check("len2", false, &[0x07, 0xd1], too_long(2_001));
    check("len4-binary", false, &[0xff; 4], too_long(0xffff_ffff));
    check("len4-ascii", false, b"9999", too_long(9_999));
    check("len4-ascii", false, b"+123", FrameError::NotANumber { at: 0 });
    check("len4-ascii", false, b"12 4", FrameError::NotANumber { at: 2 });
    check("len2-bcd", false, &[0x01, 0x2a], FrameError::NotANumber { at: 1 });
    check("len2", true, &[0, 1], FrameError::ShorterThanHeader { length_bytes: 1, header_bytes: 2 });
    assert_eq!(format("len2", false).next(&[0x07, 0xd0]), Ok(None));
    let keep_alive = format("len2", false).next(&[0, 0, 5]).unwrap().unwrap();
    assert_eq!((keep_alive.payload.len(), keep_alive.consumed), (0, 2));
}

#[test]
fn a_payload_that_does_not_fit_leaves_the_buffer_as_it_was() {
    let mut out = b"before".to_vec();
    let error = format("len2", false).write(&[0; 2_001], &mut out).unwrap_err();
    assert_eq!(error, FrameError::TooLong { length_bytes: 2_001, limit_bytes: 2_000 });
    assert_eq!(out, b"before");
    let wide = FrameFormat { header: FrameHeader::Len2Bcd, inclusive: true, limit_bytes: 9_999 };
    assert!(wide.write(&[0; 9_998], &mut out).is_err());
    assert!(wide.write(&[0; 9_997], &mut out).is_ok());
}
