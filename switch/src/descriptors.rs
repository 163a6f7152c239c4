//! How many sockets and files the process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the soft limit of open descriptors to the hard one, as far as the system lets us: the usual soft limit of 1,024
/// is below what the links of one large acquirer want. What holds is in the log.
pub(crate) fn raise_limit() {
    let before = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: before.maximum, maximum: before.maximum };
    let raised = setrlimit(Resource::Nofile, wanted);
    let now = getrlimit(Resource::Nofile).current;
    match raised {
        Ok(()) => tracing::debug!(descriptors = now, "open descriptors at most"),
        Err(error) => tracing::warn!(%error, descriptors = now, "the limit of open descriptors could not be raised"),
    }
}
