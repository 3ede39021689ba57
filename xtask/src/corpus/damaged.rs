//! Files that are not what they should be, made of a recorded case: cut off, overwritten, with a piece missing, of a version to come,
//! and one that was never a trace.
//!
//! Invariant: a file depends on the recorded case alone, so that making it again gives the same bytes.

use crate::workspace;
use anyhow::{Context, Result, ensure};
use scope_core::file::FORMAT_VERSION;
use std::fs;
use std::ops::Range;

/// The case that is damaged. Its facts name what lies where, so recording it again means making these anew.
const WHOLE: &str = "shop_crash";

/// Where 16 bytes are flipped: in the body of a chunk.
const FLIPPED: Range<usize> = 7_360..7_376;
/// A page of zeros, as a disk leaves behind: it covers the end of one chunk and the head of the next.
const ZEROED: Range<usize> = 8_192..12_288;
/// What is missing: from the middle of a chunk into the next but one's predecessor.
const MISSING: Range<usize> = 5_000..9_000;

/// Where the preamble holds the major version, and the checksum of the bytes before it.
const MAJOR: Range<usize> = 8..10;
const SUM: Range<usize> = 12..16;

/// The file of a case, or nothing for a case that is not damaged.
pub(super) fn trace(case: &str) -> Option<Result<Vec<u8>>> {
    let damage: fn(&mut Vec<u8>) = match case {
        "foreign_file" => {
            return Some(Ok(b"PK\x03\x04 is how an archive begins, and this is not even that.\n".to_vec()));
        }
        "truncated_file" => |bytes| bytes.truncate(bytes.len() / 2),
        "flipped_bits" => |bytes| bytes[FLIPPED].iter_mut().for_each(|byte| *byte ^= 0xff),
        "zeroed_page" => |bytes| bytes[ZEROED].fill(0),
        "missing_middle" => |bytes| drop(bytes.drain(MISSING)),
        "newer_format" => |bytes| {
            bytes[MAJOR].copy_from_slice(&(FORMAT_VERSION + 1).to_le_bytes());
            let sum = crc32fast::hash(&bytes[..SUM.start]);
            bytes[SUM].copy_from_slice(&sum.to_le_bytes());
        },
        _ => return None,
    };
    Some(whole().map(|mut bytes| {
        damage(&mut bytes);
        bytes
    }))
}

fn whole() -> Result<Vec<u8>> {
    let bytes = fs::read(workspace::corpus().join(WHOLE).join("trace.scope")).context(WHOLE)?;
    ensure!(bytes.len() > ZEROED.end, "{WHOLE} has only {} bytes", bytes.len());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_committed_damaged_file_is_the_one_its_damage_gives() {
        for case in ["foreign_file", "truncated_file", "flipped_bits", "zeroed_page", "missing_middle", "newer_format"]
        {
            let committed = fs::read(workspace::corpus().join(case).join("trace.scope")).unwrap();
            assert!(trace(case).unwrap().unwrap() == committed, "{case}: record it again");
        }
        assert!(trace(WHOLE).is_none());
    }
}
