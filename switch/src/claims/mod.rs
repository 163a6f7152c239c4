//! Consumers who claim: whether somebody may, who they are, and their personal data under seal.
//!
//! Invariants: an ID number, a phone number or a name leaves this room masked, as a keyed hash, under seal, or to the identity
//! provider, in no other way; what cannot be checked is refused, never let pass; erasing a person destroys the key of what
//! was sealed. Nothing here stands in the path of a sale. Time and randomness are handed in. May call domain, store and
//! config, and the key store of the data directory.

pub mod people;
pub mod precheck;
pub mod provider;
