//! Card data: types that print masked, and that forget when dropped.
//!
//! At most the first six and the last four digits of a card number are ever printed, also where the issuer's own prefix has
//! eight digits (PCI DSS 4, requirement 3.4). Values that are too short for that to hide anything print no digit at all.

mod luhn;
mod pan;
mod pin_block;
mod text_mask;
mod track2;

pub use luhn::luhn_is_valid;
pub(crate) use pan::print_masked;
pub use pan::{NotAPan, Pan, PanRef};
pub use pin_block::PinBlock;
pub use text_mask::mask_card_numbers;
pub use track2::{NotATrack, Track2};

/// Overwrites a buffer in a way that is not optimised away.
fn forget(buffer: &mut [u8]) {
    buffer.fill(0);
    std::hint::black_box(buffer);
}
