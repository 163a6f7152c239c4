//! A budget of retries: a tenth of what succeeds may be tried again, so that an ill provider is not asked twice as much.

use std::sync::atomic::{AtomicU32, Ordering};

/// What one retry costs; a success pays one.
const RETRY_COST: u32 = 10;
/// Retries that can be saved up, and what a start begins with.
const SAVED_MAX: u32 = 10 * RETRY_COST;

/// Tokens.
#[derive(Debug)]
pub(super) struct Retries(AtomicU32);

impl Retries {
    pub(super) const fn new() -> Self {
        Self(AtomicU32::new(SAVED_MAX))
    }

    /// Something succeeded.
    pub(super) fn pay(&self) {
        let paid = |tokens: u32| Some((tokens + 1).min(SAVED_MAX));
        // Always an update, so never an error.
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, paid).unwrap_or_default();
    }

    /// Whether something may be tried again.
    pub(super) fn take(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| tokens.checked_sub(RETRY_COST)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_retry_for_ten_successes() {
        let retries = Retries::new();
        assert_eq!((0..20).filter(|_| retries.take()).count(), 10);
        (0..9).for_each(|_| retries.pay());
        assert!(!retries.take());
        retries.pay();
        assert!(retries.take() && !retries.take());
        (0..1_000).for_each(|_| retries.pay());
        assert_eq!((0..20).filter(|_| retries.take()).count(), 10, "no more is saved up");
    }
}
