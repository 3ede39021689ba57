//! A chunk written and read answers like the one that was open.

use crate::history::{History, plain, unlimited};
use quickcheck::QuickCheck;
use scope_core::chunk::Chunk;
use scope_core::{Class, EntityId, Error};

fn chunks(history: &History) -> Vec<std::sync::Arc<Chunk>> {
    let (mut writer, _) = history.record(unlimited());
    writer.seal(u64::MAX);
    let trace = writer.snapshot(0);
    Class::ALL.iter().flat_map(|class| trace.chunks(*class).to_vec()).collect()
}

#[test]
fn a_chunk_comes_back_from_its_bytes() {
    fn holds(history: History) -> bool {
        chunks(&history).iter().all(|chunk| {
            let mut bytes = Vec::new();
            chunk.encode(&mut bytes);
            let read = Chunk::decode(&bytes).expect("a chunk of ours reads");
            let same_row = |row: u32| {
                plain(chunk, row) == plain(&read, row)
                    && chunk.event(row) == read.event(row)
                    && chunk.term_id(row) == read.term_id(row)
                    && chunk.row_at_rank(row) == read.row_at_rank(row)
            };
            assert_eq!((read.class(), read.seq(), read.len()), (chunk.class(), chunk.seq(), chunk.len()));
            assert_eq!((read.first(), read.last()), (chunk.first(), chunk.last()));
            assert_eq!((read.data_bytes(), read.index_bytes()), (chunk.data_bytes(), chunk.index_bytes()));
            (0..chunk.len() as u32).all(same_row)
        })
    }
    QuickCheck::new().tests(300).quickcheck(holds as fn(History) -> bool);
}

#[test]
fn the_index_lists_exactly_the_rows_of_a_process_and_of_a_peer_in_time_order() {
    fn holds(history: History) -> bool {
        chunks(&history).iter().all(|chunk| {
            let mut ranked: Vec<u32> = (0..chunk.len() as u32).collect();
            ranked.sort_by_key(|row| chunk.key(*row));
            let select = |wanted: &dyn Fn(u32) -> bool| -> Vec<u16> {
                ranked.iter().filter(|row| wanted(**row)).map(|row| *row as u16).collect()
            };
            assert!(chunk.rows_with_peer(EntityId::NONE).is_empty());
            assert!((0..chunk.len()).all(|rank| chunk.row_at_rank(rank as u32) == ranked[rank]));
            assert!(ranked.iter().enumerate().all(|(rank, row)| chunk.rank_of(chunk.key(*row)) == rank as u32));
            assert!(chunk.processes().all(|process| {
                let id = chunk.find_process(process);
                chunk.rows_of(process) == select(&|row| Some(chunk.event(row).process) == id)
            }));
            chunk.entities().all(|(id, _)| chunk.rows_with_peer(id) == select(&|row| chunk.event(row).peer == id))
        })
    }
    QuickCheck::new().tests(300).quickcheck(holds as fn(History) -> bool);
}

#[test]
fn equal_terms_of_a_chunk_are_kept_once() {
    fn holds(history: History) -> bool {
        chunks(&history).iter().all(|chunk| {
            let rows = 0..chunk.len() as u32;
            let mut ids: Vec<_> = rows.clone().map(|row| chunk.term_id(row)).filter(|id| id.0 > 0).collect();
            let mut texts: Vec<_> =
                rows.filter_map(|row| plain(chunk, row).term).map(|term| format!("{term:?}")).collect();
            ids.sort();
            ids.dedup();
            texts.sort();
            texts.dedup();
            ids.len() == texts.len() && ids.len() == chunk.n_terms()
        })
    }
    QuickCheck::new().tests(200).quickcheck(holds as fn(History) -> bool);
}

#[test]
fn damaged_bytes_are_refused_or_read_but_never_panic() {
    fn holds(history: History, damage: Vec<(usize, u8)>, cut: usize) -> bool {
        chunks(&history).iter().all(|chunk| {
            let mut bytes = Vec::new();
            chunk.encode(&mut bytes);
            for (at, byte) in &damage {
                let at = at % bytes.len();
                bytes[at] ^= byte;
            }
            if cut.is_multiple_of(3) {
                bytes.truncate(cut % bytes.len());
            }
            match Chunk::decode(&bytes) {
                Ok(read) => {
                    // Whatever was read can be asked about.
                    for row in 0..read.len() as u32 {
                        let event = read.event(row);
                        let _ = (read.entity(event.process), read.term(read.term_id(row)), read.row_at_rank(row));
                        let _ = event.mfa().and_then(|id| read.mfa(id)).map(|mfa| read.atom(mfa.module).len());
                    }
                    true
                }
                Err(error) => matches!(error, Error::Corrupt { .. } | Error::NewerKind { .. } | Error::BadArgument(_)),
            }
        })
    }
    QuickCheck::new().tests(1000).quickcheck(holds as fn(History, Vec<(usize, u8)>, usize) -> bool);
}
