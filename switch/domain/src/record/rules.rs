//! A change of the rules while the switch runs.

use crate::ids::RulesVersion;
use crate::text::Text;

/// From here on these rules decide; before it those of the change before, or of [`super::Opened`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RulesChanged {
    /// The rules.
    pub rules: RulesVersion,
    /// What brought them.
    pub cause: RulesCause,
    /// Who asked for the change; empty where nobody is named.
    pub maker: Text<32>,
    /// Who agreed; empty where nobody had to.
    pub checker: Text<32>,
}

/// What brought new rules.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RulesCause {
    /// A signal to the process (SIGHUP).
    Signal,
    /// A request to the admin side.
    Request,
    /// Their time had come.
    Due,
}
