//! What is remembered, row by row: for snapshots.

use super::{Kept, Memory, State};
use lijian_domain::ids::Lsn;
use lijian_store::recovery::OpenReturn;
use lijian_store::snapshot::RequestRow;
use std::collections::BTreeMap;

impl Memory {
    /// For how many business days requests are remembered.
    pub(crate) const fn days(&self) -> u16 {
        self.days
    }

    /// Every request, in order of the records that opened them.
    pub(crate) fn rows(&self) -> Vec<RequestRow> {
        let row = |(key, kept): (&_, &Kept)| {
            let Kept { content, opened, answered, day, state } = *kept;
            RequestRow { key: *key, content, opened, answered, day, state: number(state) }
        };
        let mut rows: Vec<_> = self.requests.iter().map(row).collect();
        rows.sort_unstable_by_key(|row| row.opened);
        rows
    }

    /// Takes a row back, in the order in which [`Self::rows`] gave them, before anything is replayed. False if its state is
    /// none that this software writes.
    #[must_use]
    pub(crate) fn restore(&mut self, row: &RequestRow) -> bool {
        let RequestRow { key, content, opened, answered, day, state } = *row;
        let Some(state) = state_of(state) else { return false };
        self.requests.insert(key, Kept { content, opened, answered, day, state });
        self.by_day.entry(day).or_default().push(key);
        self.restored.push((opened, key));
        true
    }

    /// All rows are back: `returns` are those that are not over, by the record that asked for them.
    pub(crate) fn restored(&mut self, returns: &BTreeMap<Lsn, OpenReturn>) {
        let unanswered = returns.iter().filter(|(_, open)| !open.confirmed);
        self.undoes = unanswered.filter_map(|(lsn, open)| Some((*lsn, open.asked.of?))).collect();
    }
}

/// The numbers of states in snapshots, which never change.
const STATES: [(State, u8); 18] = [
    (State::Open, 1),
    (State::InDoubt, 2),
    (State::Granted, 3),
    (State::Declined, 4),
    (State::Released, 5),
    (State::Reversing, 6),
    (State::Reversed, 7),
    (State::Refused, 8),
    (State::Tombstone, 9),
    (State::FullPrice, 10),
    (State::ReversalAsked, 11),
    (State::ReversalAnswered, 12),
    (State::ReturnAsked, 13),
    (State::ReturnAnswered, 14),
    (State::ReturnUndone, 15),
    (State::Quoted, 16),
    (State::QuoteUsed, 17),
    (State::QuoteExpired, 18),
];

fn number(state: State) -> u8 {
    STATES.iter().find(|(known, _)| *known == state).map_or(0, |(_, number)| *number)
}

fn state_of(number: u8) -> Option<State> {
    STATES.iter().find(|(_, known)| *known == number).map(|(state, _)| *state)
}
