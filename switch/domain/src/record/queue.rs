//! What two people decided about a message that waits to be sent to an issuer.

use crate::ids::Lsn;
use crate::text::Text;

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QueueOrder {
    /// Send it although its business day is over.
    Send,
    /// Do not send it: the issuer confirmed it in another way. What it stood for is done.
    Confirmed,
    /// Do not send it. What it stood for is not done: a grant stays, a void is not taken back, a hold in doubt is given back.
    Drop,
}

/// An order of two people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QueueOrdered {
    /// What waits: the LSN of an intent in doubt, of a reversal asked for, or of a return asked for.
    pub target: Lsn,
    /// What is to be done.
    pub order: QueueOrder,
    /// Who asked for it.
    pub maker: Text<32>,
    /// Who agreed; never the same person.
    pub checker: Text<32>,
}
