//! The amount that a chip's cryptogram covers: tag 9F02 of DE55 (EMV 4.3, book 3: six bytes, twelve decimal digits).

use lijian_codecs::message::MessageView;
use lijian_domain::money::MinorUnits;

/// DE55 at its longest in any dialect.
const CHIP_BYTES_MAX: usize = 999;
const AMOUNT_AUTHORISED: u32 = 0x9f02;

/// Whether what the chip signed can be the amount that is paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Signed {
    /// It is, or the message says nothing of it.
    Agrees,
    /// It is another one, or the chip's data cannot be read.
    Differs,
}

/// Holds the chip's amount against what is paid.
pub(super) fn signed(view: &MessageView<'_>, paid: MinorUnits) -> Signed {
    if !view.has(55) {
        return Signed::Agrees;
    }
    let mut buffer = [0; CHIP_BYTES_MAX];
    let agrees = view.text(55, &mut buffer).and_then(|data| agrees(data, paid)) == Some(true);
    buffer.fill(0);
    if agrees { Signed::Agrees } else { Signed::Differs }
}

/// Whether every 9F02 of the data is this amount; none where the data is broken.
fn agrees(mut data: &[u8], paid: MinorUnits) -> Option<bool> {
    let mut all = true;
    while let [first, rest @ ..] = data {
        if matches!(first, 0x00 | 0xff) {
            // Filling between elements.
            data = rest;
            continue;
        }
        let (tag, rest) = tag(*first, rest)?;
        let (length, rest) = length(rest)?;
        let value = rest.get(..length)?;
        // A template is its elements: they are read as what follows.
        let constructed = first & 0x20 != 0;
        data = if constructed { rest } else { rest.get(length..)? };
        all &= tag != AMOUNT_AUTHORISED || decimal(value) == Some(paid.get());
    }
    Some(all)
}

/// A tag of one to three bytes.
fn tag(first: u8, mut rest: &[u8]) -> Option<(u32, &[u8])> {
    let mut tag = u32::from(first);
    if first & 0x1f == 0x1f {
        loop {
            let (next, after) = rest.split_first()?;
            tag = tag << 8 | u32::from(*next);
            rest = after;
            if next & 0x80 == 0 {
                break;
            }
            if tag > 0xffff {
                return None;
            }
        }
    }
    Some((tag, rest))
}

/// A length of one byte, or of one or two after their number.
fn length(data: &[u8]) -> Option<(usize, &[u8])> {
    match data {
        [short @ 0..=0x7f, rest @ ..] => Some((usize::from(*short), rest)),
        [0x81, long, rest @ ..] => Some((usize::from(*long), rest)),
        [0x82, high, low, rest @ ..] => Some((usize::from(u16::from_be_bytes([*high, *low])), rest)),
        _ => None,
    }
}

/// The number that six bytes of two decimal digits each make.
fn decimal(value: &[u8]) -> Option<u64> {
    let digits = value.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
    let number =
        digits.into_iter().try_fold(0u64, |number, digit| (digit < 10).then_some(number * 10 + u64::from(digit)));
    number.filter(|_| value.len() == 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_amount_is_found_wherever_it_stands() {
        let check = |data: &[u8], expected| assert_eq!(agrees(data, MinorUnits::new(160_000)), expected, "{data:02x?}");
        let amount: &[u8] = &[0x9f, 0x02, 6, 0, 0, 0, 0x16, 0, 0];
        check(amount, Some(true));
        check(&[0x9f, 0x02, 6, 0, 0, 0, 0x20, 0, 0], Some(false));
        check(&[], Some(true));
        check(&[0x9f, 0x26, 2, 0xaa, 0xbb, 0x82, 2, 0, 0], Some(true));
        // After another element, after filling, in a template, with a long length.
        check(&[&[0x9f, 0x26, 2, 0x9f, 0x02, 0], amount].concat(), Some(true));
        check(&[&[0x77, 9], amount].concat(), Some(true));
        check(&[0x9f, 0x02, 0x81, 6, 0, 0, 0, 0x20, 0, 0], Some(false));
        check(&[amount, &[0x9f, 0x02, 6, 0, 0, 0, 0x20, 0, 0]].concat(), Some(false));
        // No decimal digits, another length.
        check(&[0x9f, 0x02, 6, 0, 0, 0, 0x1a, 0, 0], Some(false));
        check(&[0x9f, 0x02, 3, 0x16, 0, 0], Some(false));
    }

    #[test]
    fn what_is_broken_agrees_with_nothing() {
        for data in
            [&[0x9f][..], &[0x9f, 0x02], &[0x9f, 0x02, 6, 0], &[0x82, 0x83, 0, 0, 0], &[0xdf, 0x81, 0x81, 0x81, 1]]
        {
            assert_eq!(agrees(data, MinorUnits::new(160_000)), None, "{data:02x?}");
        }
        // Whatever a till sends, it ends.
        let mut state = 1u32;
        for length in 0..300usize {
            let data: Vec<u8> = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    state.to_be_bytes()[0]
                })
                .collect();
            agrees(&data, MinorUnits::new(1));
        }
    }
}
