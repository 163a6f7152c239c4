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
    pub(crate) fn restart(&mut self, kept: usize, budget_fen: u64) {
        self.journal.truncate(kept);
        let (recovered, quota) = recover(&self.journal);
        self.quota = Arc::new(quota);
        let rules = Arc::new(rules(budget_fen));
        self.exchange = Exchange::new(self.settings.clone(), rules, Arc::clone(&self.quota));
        self.journal.iter().for_each(|entry| self.exchange.replay(entry));
        self.exchange.recover_returns(&recovered);
        self.exchange.recover(recovered.open);
        self.exchange.recover_quotes(recovered.quotes);
        self.effects = Effects::new(Lsn(kept as u64 + 1));
        self.reads.clear();
        self.sent.clear();
        self.happen(Event::Started);
        self.happen(Event::Connected { connection: ISSUER, link: LinkId::Issuer(0) });
        self.happen(Event::Connected { connection: TILL, link: LinkId::Acquirer(0) });
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
