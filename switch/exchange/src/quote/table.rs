//! The open quotes: found by their id, ended in order of their deadlines, counted by link and terminal.

use crate::settings::QuoteRules;
use foldhash::fast::FixedState;
use lijian_domain::ids::{GrantId, LinkName, Lsn, MerchantId, TerminalId};
use lijian_domain::record::{Origin, Quoted};
use lijian_store::recovery::OpenQuote;
use std::collections::{BTreeSet, HashMap};

type Terminal = (LinkName, MerchantId, TerminalId);

struct Open {
    quoted: Box<Quoted>,
    deadline_us: u64,
}

/// See the module's text.
pub(crate) struct Quotes {
    open: HashMap<Lsn, Open, FixedState>,
    deadlines: BTreeSet<(u64, Lsn)>,
    by_link: HashMap<LinkName, usize, FixedState>,
    by_terminal: HashMap<Terminal, usize, FixedState>,
    /// What recovery found open, until the clock is known.
    recovered: Vec<(Lsn, OpenQuote)>,
}

impl Quotes {
    pub(crate) fn new(hash_seed: u64) -> Self {
        let hasher = FixedState::with_seed(hash_seed);
        Self {
            open: HashMap::with_hasher(hasher.clone()),
            deadlines: BTreeSet::new(),
            by_link: HashMap::with_hasher(hasher.clone()),
            by_terminal: HashMap::with_hasher(hasher),
            recovered: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.open.len() + self.recovered.len()
    }

    /// Whether one more of this terminal may be open.
    pub(super) fn has_room(&self, rules: &QuoteRules, origin: &Origin) -> bool {
        let of_link = self.by_link.get(&origin.link).copied().unwrap_or_default();
        let of_terminal = self.by_terminal.get(&terminal(origin)).copied().unwrap_or_default();
        of_link < rules.open_max && of_terminal < rules.of_terminal_max
    }

    /// A quote whose caps are held, until `deadline_us` on the monotonic clock.
    pub(super) fn insert(&mut self, lsn: Lsn, quoted: Box<Quoted>, deadline_us: u64) {
        *self.by_link.entry(quoted.sale.origin.link).or_default() += 1;
        *self.by_terminal.entry(terminal(&quoted.sale.origin)).or_default() += 1;
        self.deadlines.insert((deadline_us, lsn));
        let before = self.open.insert(lsn, Open { quoted, deadline_us });
        assert!(before.is_none(), "a record stands at its LSN alone");
    }

    /// The open quote with this id whose time is not over.
    pub(super) fn get(&self, id: GrantId, now_us: u64) -> Option<&Quoted> {
        let open = self.open.get(&id.lsn())?;
        (open.quoted.sale.grant == id && now_us < open.deadline_us).then_some(&open.quoted)
    }

    /// The open quote that this record made.
    pub(super) fn made_by(&self, lsn: Lsn) -> Option<&Quoted> {
        self.open.get(&lsn).map(|open| &*open.quoted)
    }

    /// Removes an open quote: whoever gets it ends it on record, and nobody else does.
    pub(super) fn take(&mut self, lsn: Lsn) -> Option<Box<Quoted>> {
        let Open { quoted, deadline_us } = self.open.remove(&lsn)?;
        self.deadlines.remove(&(deadline_us, lsn));
        one_less(&mut self.by_link, &quoted.sale.origin.link);
        one_less(&mut self.by_terminal, &terminal(&quoted.sale.origin));
        Some(quoted)
    }

    /// A quote whose time is over.
    pub(super) fn due(&self, now_us: u64) -> Option<Lsn> {
        self.deadlines.first().filter(|(deadline_us, _)| *deadline_us <= now_us).map(|(_, lsn)| *lsn)
    }

    /// When the next one ends.
    pub(crate) fn next_deadline_us(&self) -> Option<u64> {
        self.deadlines.first().map(|(deadline_us, _)| *deadline_us)
    }

    pub(crate) fn recover(&mut self, open: impl IntoIterator<Item = (Lsn, OpenQuote)>) {
        self.recovered.extend(open);
    }

    /// What recovery found open.
    pub(super) fn take_recovered(&mut self) -> Vec<(Lsn, OpenQuote)> {
        std::mem::take(&mut self.recovered)
    }
}

fn terminal(origin: &Origin) -> Terminal {
    (origin.link, origin.merchant, origin.terminal)
}

/// Counts down, and forgets what is at zero: terminals come and go.
fn one_less<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize, FixedState>, of: &K) {
    let left = counts.get_mut(of).map(|count| {
        *count -= 1;
        *count
    });
    assert!(left.is_some(), "an open quote is counted");
    if left == Some(0) {
        counts.remove(of);
    }
}
