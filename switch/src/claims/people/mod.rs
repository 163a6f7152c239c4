//! Personal data under seal, and the keyed hashes by which a person is found again.
//!
//! | file | holds |
//! |---|---|
//! | `claims/people.log` | a row for each registration, in their order: keyed hashes in the clear, ID number, phone and name sealed by the person's own key; synced before anybody is told; a torn tail is cut |
//! | `keys/person.key` | the key of the hashes |
//! | `keys/people/slots` | the persons' own keys, one a slot, each wrapped by the master key |
//! | `keys/people/master.key` | the master key |
//!
//! Erasing overwrites a slot with zeros and syncs it: from then on nobody can read the row, whatever copies of the log there
//! are. Seals are AES-256-GCM with nonces of (incarnation, counter), never random. Everything is owned by one thread, which
//! writes whatever has arrived together.

mod hasher;
mod log;
mod row;
mod seal;
mod service;
mod slots;
mod vault;

pub use hasher::{PersonHasher, PhoneKey};
pub use service::{Closed, People};
pub use vault::{Masked, PeopleError, Personal, Vault};
