//! A generated recording: what a busy shop would leave, from a seed.
//!
//! 40% calls and returns, 40% sends and deliveries, 20% states; 2,000 processes, 500 functions. Calls carry one to three arguments,
//! messages are server requests, replies, casts and task results with pids and references, states are carts that change a little
//! each time. Beside these: servers handle what is delivered to them, and workers are spawned and exit.
//!
//! Invariant: the same seed and size give the same events.

mod call;
mod cart;
mod due;
mod message;
mod population;
mod random;
mod recording;
mod shop;

use anyhow::Result;
pub(crate) use population::named;
pub(crate) use recording::Mix;
use scope_core::writer::Writer;
use shop::Shop;
pub(crate) use shop::process;

/// So many rows are taken in together.
const TAKEN_IN: usize = 100_000;

/// The rows of a recording of so many events, not yet taken in.
pub(crate) fn generate(n_events: usize) -> Result<Mix> {
    let mut shop = open(n_events)?;
    while shop.n < n_events as u64 {
        step(&mut shop)?;
    }
    Ok(shop.mix)
}

/// A recording of so many events, and the time of its last: the same rows as [`generate`] gives, never all in memory at once.
pub(crate) fn recorded(n_events: usize) -> Result<(Writer, u64)> {
    let mut shop = open(0)?;
    while shop.n < n_events as u64 {
        step(&mut shop)?;
        if shop.mix.rows.len() >= TAKEN_IN {
            shop.mix.take_in()?;
        }
    }
    shop.mix.seal()?;
    Ok((shop.mix.writer, shop.tick))
}

/// A shop with room for so many events that has just opened.
fn open(n_events: usize) -> Result<Shop> {
    let mut shop = Shop::new(n_events);
    shop.open()?;
    Ok(shop)
}

/// Adds what is due, or something new: a request brings a reply, so that messages begin less often than calls.
fn step(shop: &mut Shop) -> Result<()> {
    if let Some(due) = shop.next_due() {
        shop.add(due.event, Some(&due.term))?;
        shop.after(due.then, due.term);
        return Ok(());
    }
    if shop.random.below(population::WORKER_STEPS) == 0 {
        shop.worker()?;
    }
    match shop.random.below(11) {
        0..4 => shop.call(),
        4..7 => shop.message(),
        _ => shop.state(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scope_core::event::Kind;

    #[test]
    fn the_mix_has_its_proportions_and_is_reproducible() {
        let n = 40_000;
        let mix = generate(n).unwrap();
        let count = |kinds: &[Kind]| mix.rows.iter().filter(|row| kinds.contains(&row.event.kind)).count() as f64;
        let (calls, messages) = (count(&[Kind::Call, Kind::Return]), count(&[Kind::Send, Kind::Delivered]));
        let states = count(&[Kind::State]);
        let share = |count: f64| count / (calls + messages + states);
        assert!(
            (share(calls) - 0.4).abs() < 0.02 && (share(messages) - 0.4).abs() < 0.02,
            "{calls} {messages} {states}"
        );
        assert!(count(&[Kind::Handled]) > 0.1 * messages && count(&[Kind::Exit]) > 0.0);
        assert!(mix.rows.windows(2).all(|rows| rows[0].event.key < rows[1].event.key));
        assert_eq!(generate(n).unwrap().terms, mix.terms);
    }

    #[test]
    fn a_recording_made_in_parts_is_the_same() {
        let n = 150_000;
        let mut mix = generate(n).unwrap();
        let end = mix.end();
        mix.seal().unwrap();
        let (mut writer, tick) = recorded(n).unwrap();
        assert_eq!(tick, end);
        assert!(writer.dump(end) == mix.writer.dump(end));
    }
}
