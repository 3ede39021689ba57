//! A file whose checksums are made right, so that mutation reaches what they protect.

const PREAMBLE_BYTES: usize = 16;
const MAGIC: &[u8] = &[0xe5, b'S', b'E', b'C'];
const FRAME_BYTES: usize = 24;

/// The same file, each checksum the right one for what stands there; FORMAT.md says where they are.
#[must_use]
pub fn sealed(file: &[u8]) -> Vec<u8> {
    let mut sealed = file.to_vec();
    if let Some((preamble, _)) = sealed.split_at_mut_checked(PREAMBLE_BYTES) {
        put(preamble, 12, crc32fast::hash(&file[..12]));
    }
    let mut at = PREAMBLE_BYTES;
    while let Some(section) = sealed.get_mut(at..).filter(|rest| !rest.is_empty()) {
        at += seal(section).unwrap_or(1);
    }
    sealed
}

/// Makes the checksums of the section right that begins here, and gives its length.
fn seal(section: &mut [u8]) -> Option<usize> {
    let frame = section.get(..FRAME_BYTES).filter(|frame| frame.starts_with(MAGIC))?;
    let head_bytes = usize::from(u16::from_le_bytes(frame[6..8].try_into().ok()?));
    let body_bytes = usize::try_from(u64::from_le_bytes(frame[8..16].try_into().ok()?)).ok()?;
    let body_start = FRAME_BYTES + head_bytes;
    let end = body_start.checked_add(body_bytes)?;
    let body_sum = crc32fast::hash(section.get(body_start..end)?);
    put(section, 16, body_sum);
    let mut sum = crc32fast::Hasher::new();
    sum.update(&section[..20]);
    sum.update(&section[FRAME_BYTES..body_start]);
    put(section, 20, sum.finalize());
    Some(end)
}

fn put(bytes: &mut [u8], at: usize, sum: u32) {
    bytes[at..at + 4].copy_from_slice(&sum.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use scope_core::file::{self, ReadLimits};

    const TRACE: &[u8] = include_bytes!("../../tests/corpus/shop_crash/trace.scope");

    fn losses(bytes: &[u8]) -> usize {
        file::read(bytes, ReadLimits::default()).expect("it begins as a trace").losses().iter().count()
    }

    #[test]
    fn a_file_that_is_right_stays_as_it_is() {
        assert!(sealed(TRACE) == TRACE);
    }

    #[test]
    fn a_wrong_checksum_is_made_right() {
        for at in [12, PREAMBLE_BYTES + 16, PREAMBLE_BYTES + 20] {
            let mut damaged = TRACE.to_vec();
            damaged[at] ^= 1;
            assert!(losses(&damaged) > 0);
            assert!(sealed(&damaged) == TRACE, "byte {at}");
        }
    }

    #[test]
    fn what_a_checksum_protects_is_reached() {
        let mut other = TRACE.to_vec();
        other[PREAMBLE_BYTES + FRAME_BYTES + 2] ^= 1;
        assert!(file::read(&other, ReadLimits::default()).expect("a trace").header() == &Default::default());
        assert!(file::read(&sealed(&other), ReadLimits::default()).expect("a trace").header() != &Default::default());
    }
}
