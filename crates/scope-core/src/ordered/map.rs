//! A map that is walked by ascending keys.
//!
//! Invariant: it holds a key once, and answers as the standard library's `BTreeMap` does.
//! Invariant: every slot holds a pair.

use super::arrange;
use super::order::{Order, Place, Slots};
use alloc::vec::{self, Vec};
use core::borrow::Borrow;

/// A map that is walked by ascending keys.
///
/// ```
/// let mut fruit = scope_core::ordered::Map::new();
/// *fruit.entry("pear").or_default() += 2;
/// *fruit.entry("fig").or_default() += 1;
/// assert_eq!(fruit.keys().collect::<Vec<_>>(), [&"fig", &"pear"]);
/// assert_eq!(fruit.get("pear"), Some(&2));
/// ```
#[derive(Clone, Debug)]
pub struct Map<K, V> {
    slots: Vec<(K, V)>,
    order: Order,
}

/// A walk over keys and values.
struct Pairs<'m, K, V> {
    slots: &'m [(K, V)],
    order: Slots<'m>,
}

/// The place of a key, which the map has or not.
#[derive(Debug)]
pub struct Entry<'m, K, V> {
    map: &'m mut Map<K, V>,
    key: K,
    found: Result<Place, Place>,
}

impl<K, V> Map<K, V> {
    /// An empty map.
    #[must_use]
    pub const fn new() -> Self {
        Self { slots: Vec::new(), order: Order::new() }
    }

    /// How many keys it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Keys and values.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.pairs().map(|(key, value)| (key, value))
    }

    /// Its keys.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.pairs().map(|(key, _)| key)
    }

    /// Its values, by their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.pairs().map(|(_, value)| value)
    }

    /// Its values to be changed, by their keys.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        arrange(&mut self.slots.as_mut_slice(), self.order.renumber());
        self.slots.iter_mut().map(|(_, value)| value)
    }

    /// What it holds, taken out.
    pub fn into_values(self) -> impl Iterator<Item = V> {
        self.into_iter().map(|(_, value)| value)
    }

    fn pairs(&self) -> Pairs<'_, K, V> {
        Pairs { slots: &self.slots, order: self.order.slots() }
    }

    fn value_mut(&mut self, place: Place) -> Option<&mut V> {
        let slot = self.order.get(place)?;
        self.slots.get_mut(slot as usize).map(|(_, value)| value)
    }

    /// Puts a key that it does not have where it has to be.
    fn put(&mut self, place: Place, key: K, value: V) {
        self.order.insert(place, self.slots.len() as u32);
        self.slots.push((key, value));
    }
}

impl<'m, K, V> Iterator for Pairs<'m, K, V> {
    type Item = &'m (K, V);

    fn next(&mut self) -> Option<Self::Item> {
        self.slots.get(self.order.next()? as usize)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.order.size_hint()
    }
}

impl<K, V> DoubleEndedIterator for Pairs<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.slots.get(self.order.next_back()? as usize)
    }
}

impl<K: Ord, V> Map<K, V> {
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<Place, Place>
    where
        K: Borrow<Q>,
    {
        let missing = core::cmp::Ordering::Less;
        self.order.find(&|slot| self.slots.get(slot as usize).map_or(missing, |(own, _)| own.borrow().cmp(key)))
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let slot = self.order.get(self.find(key).ok()?)?;
        self.slots.get(slot as usize).map(|(_, value)| value)
    }

    /// The value of a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.value_mut(self.find(key).ok()?)
    }

    /// Whether it has a key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// Sets the value of a key, and gives the one before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(place) => self.value_mut(place).map(|own| core::mem::replace(own, value)),
            Err(place) => {
                self.put(place, key, value);
                None
            }
        }
    }

    /// Takes a key out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.take(self.find(key).ok()?).map(|(_, value)| value)
    }

    /// Takes out the smallest key.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        self.take((0, 0))
    }

    fn take(&mut self, place: Place) -> Option<(K, V)> {
        let slot = self.order.get(place)?;
        // The last pair moves to the slot that becomes free.
        let last = self.slots.last().and_then(|(key, _)| self.find(key).ok())?;
        self.order.set(last, slot);
        self.order.remove(place);
        Some(self.slots.swap_remove(slot as usize))
    }

    /// The place of a key.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        Entry { found: self.find(&key), map: self, key }
    }

    /// Keeps the keys and values for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        for (key, mut value) in core::mem::take(self) {
            if keep(&key, &mut value) {
                self.insert(key, value);
            }
        }
    }
}

impl<'m, K: Ord, V> Entry<'m, K, V> {
    /// The value, made if there is none.
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'m mut V {
        let Self { map, key, found } = self;
        let value = match found {
            Ok(place) => map.value_mut(place),
            Err(place) => {
                map.put(place, key, make());
                map.slots.last_mut().map(|(_, value)| value)
            }
        };
        value.expect("a slot in order holds a value")
    }

    /// The value, this one if there is none.
    pub fn or_insert(self, value: V) -> &'m mut V {
        self.or_insert_with(|| value)
    }

    /// The value, the default if there is none.
    pub fn or_default(self) -> &'m mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        let Self { mut slots, mut order } = self;
        arrange(&mut slots.as_mut_slice(), order.renumber());
        slots.into_iter()
    }
}

impl<K: Ord, V> Extend<(K, V)> for Map<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        for (key, value) in pairs {
            self.insert(key, value);
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut map = Self::new();
        map.extend(pairs);
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;

    quickcheck::quickcheck! {
        fn a_walk_from_both_ends_meets(keys: Vec<u16>, ends: Vec<bool>) -> bool {
            // More than one block of them.
            let keys = || keys.iter().flat_map(|key| (0..64u32).map(move |low| u32::from(*key) << 6 | low));
            let (ours, theirs): (Map<_, _>, BTreeMap<_, _>) = (keys().map(|k| (k, ())).collect(), keys().map(|k| (k, ())).collect());
            let (mut own, mut other) = (ours.keys(), theirs.keys());
            let steps = ends.into_iter().chain(core::iter::repeat(true)).take(theirs.len() + 1);
            steps.into_iter().all(|front| if front { own.next() == other.next() } else { own.next_back() == other.next_back() })
        }

        fn it_answers_as_a_tree_does(steps: Vec<(u8, u16, u32)>, keep: u32) -> bool {
            let (mut ours, mut theirs) = (Map::new(), BTreeMap::new());
            let steps = steps.iter().cycle().take(steps.len() * 40).zip(0u16..);
            let mut steps_equal = steps.map(|((step, key, value), turn)| {
                // More keys than a block has.
                let (key, value) = (key.wrapping_mul(turn | 1), value.wrapping_add(turn.into()));
                match step % 8 {
                    0..4 => ours.insert(key, value) == theirs.insert(key, value),
                    4 => ours.remove(&key) == theirs.remove(&key),
                    5 => ours.pop_first() == theirs.pop_first(),
                    6 => {
                        *ours.entry(key).or_insert(1) ^= value;
                        *theirs.entry(key).or_insert(1) ^= value;
                        true
                    }
                    _ => {
                        ours.get_mut(&key).into_iter().for_each(|own| *own = value);
                        theirs.get_mut(&key).into_iter().for_each(|own| *own = value);
                        ours.get(&key) == theirs.get(&key) && ours.contains_key(&key) == theirs.contains_key(&key)
                    }
                }
            });
            let equal = steps_equal.all(|equal| equal);
            let same = |ours: &Map<u16, u32>, theirs: &BTreeMap<u16, u32>| {
                ours.iter().eq(theirs) && ours.iter().rev().eq(theirs.iter().rev()) && ours.len() == theirs.len()
            };
            let before = same(&ours, &theirs);
            ours.values_mut().zip(0..).for_each(|(value, n): (&mut u32, u32)| *value = value.wrapping_add(n));
            theirs.values_mut().zip(0..).for_each(|(value, n): (&mut u32, u32)| *value = value.wrapping_add(n));
            ours.retain(|_, value| *value % 3 != keep % 3);
            theirs.retain(|_, value| *value % 3 != keep % 3);
            equal && before && same(&ours, &theirs) && ours.into_iter().eq(theirs)
        }
    }

    #[test]
    fn many_keys_in_any_order_of_coming() {
        let keys = || (0..100_000u32).map(|n| n.wrapping_mul(0x9e37_79b1));
        let (ours, theirs): (Map<_, _>, BTreeMap<_, _>) =
            (keys().map(|key| (key, !key)).collect(), keys().map(|key| (key, !key)).collect());
        assert!(ours.iter().eq(&theirs));
        let ascending: Map<_, _> = (0..10_000).map(|n| (n, n)).collect();
        assert!(ascending.keys().copied().eq(0..10_000));
    }
}
