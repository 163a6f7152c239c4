//! The real daemon, between an issuer simulator and tills of this process.
#![expect(clippy::panic, reason = "a daemon that does not come up has failed the test")]

mod bad_rules;
mod baskets;
mod damage;
mod dated_rules;
mod day;
mod half_closed;
pub(crate) mod host;
mod life;
mod peers;
pub(crate) mod process;
mod quotes;
mod relay;
mod reload;
mod reload_under_load;
mod restart_rules;
mod returns;
mod what_differs;
