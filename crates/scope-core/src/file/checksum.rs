//! CRC-32, the checksum of sections.

/// The checksum of all parts, one after the other.
pub(super) fn of(parts: &[&[u8]]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    parts.iter().for_each(|part| sum.update(part));
    sum.finalize()
}
