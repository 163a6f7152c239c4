//! A quote: the subsidy promised and held before the card is charged.

use super::sale::Intent;
use crate::time::UnixMicros;

/// A quote. It ends by the [`Intent`] that names it, whose caps are then those that the quote held, or by a
/// [`super::Released`] that names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quoted {
    /// The request and what was decided and held for it. Its grant id is the quote's.
    pub sale: Intent,
    /// From this moment on it is no longer honoured.
    pub expires: UnixMicros,
}
