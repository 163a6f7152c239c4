//! What stands in a payload before the message type: nothing, a TPDU with a terminal header, or a network header.
//!
//! It ends at the link: an answer gets its envelope from the request's with the addresses exchanged; a message that we
//! send of our own accord gets one from the addresses that the link is configured with.

/// Bytes of a TPDU: an id and two addresses of two bytes each.
const TPDU_BYTES: usize = 5;
/// Bytes of the network header.
const NETWORK_BYTES: usize = 46;
/// Its fixed first byte: its own length.
const NETWORK_LENGTH: u8 = 0x2e;

/// The kind of envelope, and what a table says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// The payload is the message.
    None,
    /// TPDU of 5 bytes, then a terminal header of 6 bytes.
    Tpdu {
        /// The terminal header of messages that we send of our own accord.
        header: [u8; 6],
    },
    /// A network header of 46 bytes: length 1, version 1, total length 4, destination 11, source 11, reserved 3,
    /// batch 1, transaction information 8, user information 1, reject code 5.
    Network {
        /// The version byte of messages that we send of our own accord.
        version: u8,
    },
}

/// Who a message of our own goes to and who it comes from, as configured on a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Addresses<'a> {
    /// Network: at most 11 characters. TPDU: 4 hexadecimal digits.
    pub destination: &'a [u8],
    /// The same for the sender.
    pub source: &'a [u8],
}

/// Why an envelope cannot be read or made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum EnvelopeError {
    /// The payload ends inside the envelope.
    #[error("envelope of {expected_bytes} bytes expected, got {got_bytes}")]
    TooShort {
        /// Bytes that the dialect's envelope has.
        expected_bytes: usize,
        /// Bytes that there are.
        got_bytes: usize,
    },
    /// The first bytes are not those of the dialect's envelope.
    #[error("envelope does not begin as the dialect's does (byte {at})")]
    Unknown {
        /// Position of the unexpected byte.
        at: usize,
    },
    /// A configured address does not fit.
    #[error(
        "address of {got_bytes} characters: a TPDU takes 4 hexadecimal digits, a network header at most 11 characters"
    )]
    Address {
        /// Characters given.
        got_bytes: usize,
    },
    /// The message is too long for the four digits that say its length.
    #[error("message of {got_bytes} bytes with its header, the header can say 9999")]
    TooLong {
        /// Bytes of header and message.
        got_bytes: usize,
    },
}

impl Envelope {
    /// Bytes of the envelope.
    #[must_use]
    #[inline]
    pub const fn bytes(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Tpdu { .. } => TPDU_BYTES + 6,
            Self::Network { .. } => NETWORK_BYTES,
        }
    }

    /// Where the message begins in this payload.
    ///
    /// # Errors
    /// The payload is shorter than the envelope, or begins otherwise.
    #[inline]
    pub fn locate(&self, payload: &[u8]) -> Result<usize, EnvelopeError> {
        let expected_bytes = self.bytes();
        if payload.len() < expected_bytes {
            return Err(EnvelopeError::TooShort { expected_bytes, got_bytes: payload.len() });
        }
        match (self, payload) {
            (Self::Network { .. }, [NETWORK_LENGTH, 0x01 | 0x02 | 0x81 | 0x82, ..]) | (Self::None, _) => {
                Ok(expected_bytes)
            }
            (Self::Tpdu { .. }, [0x60 | 0x68, ..]) => Ok(expected_bytes),
            (Self::Network { .. }, [NETWORK_LENGTH, ..]) => Err(EnvelopeError::Unknown { at: 1 }),
            _ => Err(EnvelopeError::Unknown { at: 0 }),
        }
    }

    /// Appends the envelope of an answer to a request that came in `request` (its payload, or its envelope alone):
    /// addresses exchanged, no processing request, no reject code. Call [`Self::seal`] once the message is appended.
    ///
    /// # Errors
    /// `request` does not hold an envelope of this kind.
    pub fn respond(&self, request: &[u8], out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        let bytes = self.locate(request)?;
        let start = out.len();
        out.extend_from_slice(request.get(..bytes).unwrap_or_default());
        let Some(envelope) = out.get_mut(start..) else { return Ok(()) };
        match (self, envelope) {
            (Self::Tpdu { .. }, [_, addresses @ ..]) => {
                if let Some(addresses) = addresses.get_mut(..4) {
                    addresses.rotate_left(2);
                }
            }
            (Self::Network { .. }, envelope) => {
                if let Some(addresses) = envelope.get_mut(6..28) {
                    addresses.rotate_left(11);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Appends the envelope of a message of our own. Call [`Self::seal`] once the message is appended.
    ///
    /// # Errors
    /// An address does not fit.
    pub fn request(&self, addresses: Addresses<'_>, out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        match self {
            Self::None => {}
            Self::Tpdu { header } => {
                let destination = hexadecimal(addresses.destination)?;
                let source = hexadecimal(addresses.source)?;
                out.push(0x60);
                out.extend_from_slice(&destination);
                out.extend_from_slice(&source);
                out.extend_from_slice(header);
            }
            Self::Network { version } => {
                let (destination, source) = (padded(addresses.destination)?, padded(addresses.source)?);
                out.extend_from_slice(&[NETWORK_LENGTH, *version]);
                out.extend_from_slice(b"0000");
                out.extend_from_slice(&destination);
                out.extend_from_slice(&source);
                out.extend_from_slice(b"000\x0000000000\x0000000");
            }
        }
        Ok(())
    }

    /// Writes into the envelope at `start` of `out` what depends on the message that was appended after it: the total
    /// length of a network header. Nothing for the other kinds.
    ///
    /// # Errors
    /// The message is too long for the header.
    pub fn seal(&self, out: &mut [u8], start: usize) -> Result<(), EnvelopeError> {
        if !matches!(self, Self::Network { .. }) {
            return Ok(());
        }
        let got_bytes = out.len().saturating_sub(start);
        if got_bytes > 9_999 {
            return Err(EnvelopeError::TooLong { got_bytes });
        }
        let mut rest = got_bytes;
        if let Some(digits) = out.get_mut(start + 2..start + 6) {
            for digit in digits.iter_mut().rev() {
                *digit = b'0' + (rest % 10).to_le_bytes()[0];
                rest /= 10;
            }
        }
        Ok(())
    }
}

fn padded(address: &[u8]) -> Result<[u8; 11], EnvelopeError> {
    let mut field = [b' '; 11];
    field.get_mut(..address.len()).ok_or(EnvelopeError::Address { got_bytes: address.len() })?.copy_from_slice(address);
    Ok(field)
}

fn hexadecimal(address: &[u8]) -> Result<[u8; 2], EnvelopeError> {
    let wrong = EnvelopeError::Address { got_bytes: address.len() };
    let digits: [u8; 4] = address.try_into().map_err(|_| wrong)?;
    let mut value = 0_u16;
    for digit in digits {
        let digit = char::from(digit).to_digit(16).and_then(|digit| u16::try_from(digit).ok()).ok_or(wrong)?;
        value = value << 4 | digit;
    }
    Ok(value.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TPDU: Envelope = Envelope::Tpdu { header: [0x60, 0x31, 0, 0, 0, 0] };
    const NETWORK: Envelope = Envelope::Network { version: 2 };

    #[test]
    fn terminal_addresses_are_exchanged() {
        let mut out = Vec::new();
        TPDU.respond(b"\x60\x00\x03\x12\x34\x60\x31\x00\x31\x00\x00\x02\x00", &mut out).unwrap();
        assert_eq!(out, b"\x60\x12\x34\x00\x03\x60\x31\x00\x31\x00\x00");
        out.clear();
        TPDU.request(Addresses { destination: b"0003", source: b"00Aa" }, &mut out).unwrap();
        assert_eq!(out, b"\x60\x00\x03\x00\xaa\x60\x31\x00\x00\x00\x00");
    }

    #[test]
    fn network_header_of_our_own_and_its_answer() {
        let mut out = vec![1, 2];
        NETWORK.request(Addresses { destination: b"00010000", source: b"48021234567" }, &mut out).unwrap();
        out.extend_from_slice(b"0800");
        NETWORK.seal(&mut out, 2).unwrap();
        assert_eq!(&out[2..34], b"\x2e\x02005000010000   48021234567000\x00");
        assert_eq!(out.len(), 2 + 46 + 4);
        let mut answer = Vec::new();
        NETWORK.respond(&out[2..], &mut answer).unwrap();
        assert_eq!(&answer[6..28], b"4802123456700010000   ");
        assert!(NETWORK.request(Addresses { destination: b"123456789012", source: b"" }, &mut answer).is_err());
    }

    #[test]
    fn strange_envelopes_are_refused() {
        assert_eq!(TPDU.locate(&[0x60; 10]), Err(EnvelopeError::TooShort { expected_bytes: 11, got_bytes: 10 }));
        assert_eq!(TPDU.locate(&[0x02; 20]), Err(EnvelopeError::Unknown { at: 0 }));
        assert_eq!(NETWORK.locate(&[0x2e; 46]), Err(EnvelopeError::Unknown { at: 1 }));
        assert_eq!(Envelope::None.locate(&[]), Ok(0));
    }
}
