//! Hash maps, with a hash that suits where the code runs.
//!
//! hashbrown's own hash multiplies to 128 bits, which is one instruction of a processor and a row of them in WebAssembly, wherever a key is hashed.
//! There a key is mixed by plain multiplication. Neither hash has a secret in a module.
//!
//! Invariant: no order follows from a hash: maps are looked up, never walked.

#[cfg(not(target_family = "wasm"))]
use hashbrown::DefaultHashBuilder as State;
#[cfg(target_family = "wasm")]
type State = core::hash::BuildHasherDefault<Mixer>;

/// A hash map.
pub type HashMap<K, V> = hashbrown::HashMap<K, V, State>;

/// A hash of 64 bits, all of which depend on all of the key.
#[cfg(any(target_family = "wasm", test))]
#[derive(Clone, Copy, Debug, Default)]
pub struct Mixer(u64);

#[cfg(any(target_family = "wasm", test))]
impl core::hash::Hasher for Mixer {
    #[inline(never)]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.write_u64(u64::from_le_bytes(*word)));
        let last = rest.iter().fold(rest.len() as u64, |last, byte| last << 8 | u64::from(*byte));
        self.write_u64(last);
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(value.into());
    }

    fn write_u16(&mut self, value: u16) {
        self.write_u64(value.into());
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(value.into());
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = mixed(self.0 ^ value);
    }

    fn finish(&self) -> u64 {
        mixed(self.0)
    }
}

/// Upper bits depend on lower ones by the multiplication, and lower ones on upper ones by the shift.
#[cfg(any(target_family = "wasm", test))]
const fn mixed(value: u64) -> u64 {
    // Odd, and without a pattern: the digits of the golden ratio.
    let product = value.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::vec;
    use core::hash::{BuildHasher, BuildHasherDefault, Hash};

    /// How many keys the fullest of 1,024 buckets has, by the lowest bits and by the highest seven, as a hash table takes them.
    fn fullest<K: Hash>(keys: impl Iterator<Item = K>) -> usize {
        let (mut low, mut high) = (vec![0; 1024], vec![0; 128]);
        for key in keys {
            let hash = BuildHasherDefault::<Mixer>::default().hash_one(key);
            low[hash as usize % 1024] += 1;
            high[(hash >> 57) as usize] += 1;
        }
        low.into_iter().chain(high.into_iter().map(|n: usize| n.div_ceil(8))).max().unwrap_or(0)
    }

    #[test]
    fn keys_as_traces_have_them_spread() {
        let n = 0..16_384u32;
        // Sixteen in a bucket on average; as many by chance: 36.
        assert!(fullest(n.clone()) < 40);
        assert!(fullest(n.clone().map(|n| u64::from(n) << 40)) < 40);
        assert!(fullest(n.clone().map(|n| (n * 32_768, 1u32, 1u32))) < 40);
        assert!(fullest(n.clone().map(|n| (n % 128, n / 128))) < 40);
        assert!(fullest(n.clone().map(|n| (Some(n % 64), n / 64))) < 40);
        assert!(fullest(n.map(|n| format!("Elixir.Shop.Item{n}"))) < 40);
    }

    #[test]
    fn what_is_behind_another_counts() {
        let hash = |key: &str| BuildHasherDefault::<Mixer>::default().hash_one(key);
        let keys = ["", "\0", "\0\0", "a", "a\0", "aaaaaaaa", "aaaaaaaa\0", "aaaaaaaaa"].map(hash);
        let mut sorted = keys;
        sorted.sort_unstable();
        assert!(sorted.windows(2).all(|pair| pair[0] != pair[1]), "{keys:?}");
    }
}
