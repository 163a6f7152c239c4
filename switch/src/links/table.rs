//! All connections, found by their number without hashing.

use super::connection::Connection;
use lijian_exchange::ConnectionId;

/// Low bits of a connection's number: its place. The others count, so that a number is never used twice.
const PLACE_BITS: u32 = 24;

/// Open connections.
#[derive(Default)]
pub(super) struct Table {
    places: Vec<Option<Connection>>,
    free: Vec<usize>,
    made: u64,
}

impl Table {
    /// Puts in the connection that `make` makes of its number; none if the table is full.
    pub(super) fn insert(&mut self, make: impl FnOnce(ConnectionId) -> Connection) -> Option<ConnectionId> {
        let place = match self.free.pop() {
            Some(place) => place,
            None if self.places.len() < 1 << PLACE_BITS => {
                self.places.push(None);
                self.places.len() - 1
            }
            None => return None,
        };
        let id = ConnectionId((self.made << PLACE_BITS) | u64::try_from(place).ok()?);
        self.made += 1;
        *self.places.get_mut(place)? = Some(make(id));
        Some(id)
    }

    pub(super) fn get_mut(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        self.places.get_mut(place_of(id))?.as_mut().filter(|connection| connection.id == id)
    }

    pub(super) fn remove(&mut self, id: ConnectionId) -> Option<Connection> {
        self.get_mut(id)?;
        let place = place_of(id);
        self.free.push(place);
        self.places.get_mut(place)?.take()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Connection> {
        self.places.iter().flatten()
    }
}

fn place_of(id: ConnectionId) -> usize {
    usize::try_from(id.0 & ((1 << PLACE_BITS) - 1)).unwrap_or(usize::MAX)
}
