//! An insert-only hash trie: lookups are atomic loads, entries never move, and nothing is allocated once an entry exists.
//!
//! Each key hangs in the first free place on the path that its hash names: a bucket, then one of four children at each
//! node. Two threads that insert at the same place agree through [`OnceLock`]; the loser walks on.

use std::hash::{BuildHasher, Hash};
use std::sync::OnceLock;

const BUCKET_BITS: u32 = 10;
const CHILD_BITS: u32 = 2;
const CHILDREN: usize = 1 << CHILD_BITS;

/// See the module.
pub(super) struct Table<K, V> {
    hasher: foldhash::fast::RandomState,
    buckets: Box<[Slot<K, V>]>,
}

type Slot<K, V> = OnceLock<Box<Node<K, V>>>;

struct Node<K, V> {
    key: K,
    value: V,
    children: [Slot<K, V>; CHILDREN],
}

impl<K: Copy + Eq + Hash, V> Table<K, V> {
    pub(super) fn new() -> Self {
        let buckets = (0..1usize << BUCKET_BITS).map(|_| OnceLock::new()).collect();
        Self { hasher: foldhash::fast::RandomState::default(), buckets }
    }

    /// The value of `key`, if it has one.
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        let mut path = self.hasher.hash_one(key);
        let mut slot = child(&self.buckets, &mut path, BUCKET_BITS);
        loop {
            let node = slot.get()?;
            if node.key == *key {
                return Some(&node.value);
            }
            slot = child(&node.children, &mut path, CHILD_BITS);
        }
    }

    /// The value of `key`, made by `make` if it is the first time.
    pub(super) fn get_or_insert_with(&self, key: K, make: impl Fn() -> V) -> &V {
        let mut path = self.hasher.hash_one(key);
        let mut slot = child(&self.buckets, &mut path, BUCKET_BITS);
        loop {
            let node = slot.get_or_init(|| {
                Box::new(Node { key, value: make(), children: std::array::from_fn(|_| OnceLock::new()) })
            });
            if node.key == key {
                return &node.value;
            }
            slot = child(&node.children, &mut path, CHILD_BITS);
        }
    }

    /// Shows every entry, in no order.
    pub(super) fn for_each(&self, mut visit: impl FnMut(&K, &V)) {
        walk(&self.buckets, &mut visit);
    }
}

/// The slot that the next `bits` of the path name. A path that is used up leads along the first children, as a list.
fn child<'a, K, V>(slots: &'a [Slot<K, V>], path: &mut u64, bits: u32) -> &'a Slot<K, V> {
    let place = usize::try_from(*path & ((1 << bits) - 1)).unwrap_or_default();
    *path >>= bits;
    &slots[place]
}

fn walk<K, V>(slots: &[Slot<K, V>], visit: &mut impl FnMut(&K, &V)) {
    for node in slots.iter().filter_map(OnceLock::get) {
        visit(&node.key, &node.value);
        walk(&node.children, visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_put_in_once() {
        let table = Table::new();
        for key in 0..20_000u32 {
            assert_eq!(*table.get_or_insert_with(key, || key + 1), key + 1);
        }
        for key in 0..20_000u32 {
            assert_eq!(table.get(&key), Some(&(key + 1)));
            assert_eq!(*table.get_or_insert_with(key, || 0), key + 1);
        }
        assert_eq!(table.get(&20_000), None);
        let mut sum = 0;
        table.for_each(|key, _| sum += u64::from(*key));
        assert_eq!(sum, (0..20_000).sum());
    }

    #[test]
    fn threads_agree_on_an_entry() {
        let table = Table::new();
        let made = std::sync::atomic::AtomicU32::new(0);
        let work = || {
            for key in 0..2_000u32 {
                table.get_or_insert_with(key, || made.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
            }
        };
        std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(work))));
        assert_eq!(made.into_inner(), 2_000);
    }
}
