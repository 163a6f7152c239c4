//! A kill and a start from the journal.

use crate::world::*;
use lijian_domain::ids::Lsn;
use lijian_domain::record::Entry;
use lijian_exchange::{Effects, Event, Exchange, LinkId};
use lijian_store::quota::Quota;
use lijian_store::recovery::{self, Recovered};
use std::convert::Infallible;
use std::sync::Arc;

impl World {
    /// The process is killed and started again; of the journal the first `kept` records are on disk.
    pub(crate) fn restart(&mut self, kept: usize) {
        self.journal.truncate(kept);
        (self.exchange, self.quota) = self.recovered();
        self.effects = Effects::new(Lsn(kept as u64 + 1));
        self.reads.clear();
        self.finds.clear();
        self.sent.clear();
        self.happen(Event::Started);
        self.hand_keys();
        self.happen(Event::Connected { connection: ISSUER, link: LinkId::Issuer(0) });
        self.happen(Event::Connected { connection: TILL, link: LinkId::Acquirer(0) });
    }

    /// What a start makes of the journal.
    pub(crate) fn recovered(&self) -> (Exchange, Arc<Quota>) {
        let (recovered, quota) = recover(&self.journal);
        let quota = Arc::new(quota);
        let mut exchange = Exchange::new(self.settings.clone(), Arc::new(self.rules.clone()), Arc::clone(&quota));
        self.journal.iter().for_each(|entry| exchange.replay(entry));
        let look_up = |lsn: Lsn| Ok::<_, Infallible>(self.journal.iter().find(|entry| entry.lsn == lsn).cloned());
        exchange.recover(&recovered, look_up).unwrap();
        (exchange, quota)
    }
}

/// What a journal leaves behind, and its caps.
pub(crate) fn recover(journal: &[Entry]) -> (Recovered, Quota) {
    let quota = Quota::new();
    let entries = journal.iter().cloned().map(Ok::<_, Infallible>);
    let look_up = |lsn: Lsn| Ok(journal.iter().find(|entry| entry.lsn == lsn).cloned());
    let recovered = recovery::replay(entries, &quota, look_up).unwrap();
    (recovered, quota)
}
