//! What a later message about a request needs, should the switch itself have to send one.

use crate::time::BusinessDate;
use arrayvec::ArrayVec;

/// Bytes of fields kept for a later message.
pub const RECALL_BYTES_MAX: usize = 384;
/// A card number of 19 digits and the seal's code of 16 bytes come to less.
pub const SEALED_CARD_BYTES_MAX: usize = 40;

/// What the reversal of a request needs besides what its [`super::Origin`] says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Recall {
    /// Fields of the request: repeated field number (1 byte; 0 is the message type), length (2 bytes, big-endian), value as
    /// logical characters. No card data.
    pub fields: ArrayVec<u8, RECALL_BYTES_MAX>,
    /// The card number; none where the request had none.
    pub card: Option<SealedCard>,
}

/// A card number that can be read with the key of its business date alone, and by nobody once that key is destroyed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealedCard {
    /// Whose key sealed it.
    pub day: BusinessDate,
    /// The nonce: incarnation (4 bytes) and a counter (8 bytes), never used twice.
    pub nonce: [u8; 12],
    /// AES-256-GCM of the digits, its code at the end.
    pub bytes: ArrayVec<u8, SEALED_CARD_BYTES_MAX>,
}
