//! The switch's own configuration: `switch.toml`, what the command line changes in it, and every file that it names.
//!
//! [`load`] is the one door: it reads the file, applies the overrides, checks every key, loads dialects, campaigns,
//! catalogue and merchants, and gives either all of it or all that is wrong with it. Invariants: a [`SwitchConfig`] that exists
//! has been checked, so nothing that uses it checks again; every number that is not in the file comes from [`limits`]; an
//! error names file, line, key, what was expected and what to do. No environment variable and no clock is read here.
//! May call: the crate's rooms of campaigns, catalogue and merchants, the domain's types, the codecs' dialects.

mod config;
pub mod limits;

pub use config::{
    AcquirerLink, ClockConfig, Durability, ExchangeConfig, IssuerLink, OursRule, Presentation, RefusalPolicy,
    StoreConfig, SwitchConfig,
};
