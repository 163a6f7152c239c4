//! Everything that the codecs promise, checked from outside.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod codec_message;
mod patch;

/// Bytes of hexadecimal text; white space is left out.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| u8::try_from(digit).unwrap()).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn codec_message_bytes() -> Vec<u8> {
    hex(include_str!("../fixtures/codec-message.hex"))
}
