//! A row of the table that says where a call inside OTP's behaviours shows a server's state, or the message it begins to handle.
//!
//! The functions are private to OTP, and their arguments are others in every few releases. So where something stands is data:
//! `ElixirScope.Recorder.ServerLoop.Table` has the candidates. [`server_call`](super::server_call) reads calls by them.
//!
//! Invariant: a place is at most [`MAX_STEPS`] steps deep.

use scope_core::event::Kind;

/// Steps of a place.
pub(crate) const MAX_STEPS: usize = 4;
/// Atoms that a row can expect.
pub(crate) const MAX_EXPECTED: usize = 2;

/// A place in a call: the number of an argument, then of an element in it (of a tuple or a list), and so on. All count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    steps: [u8; MAX_STEPS],
    n: u8,
}

impl Place {
    /// A place some steps in; `None` for no or too many.
    pub(crate) fn new(steps: &[u8]) -> Option<Self> {
        let mut place = Self { steps: [0; MAX_STEPS], n: u8::try_from(steps.len()).ok()? };
        place.steps.get_mut(..steps.len()).filter(|_| !steps.is_empty())?.copy_from_slice(steps);
        Some(place)
    }

    /// Argument and elements.
    #[inline(always)]
    pub(crate) fn steps(&self) -> &[u8] {
        self.steps.get(..usize::from(self.n)).unwrap_or_default()
    }
}

/// What of a call is recorded, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A term as it is.
    Term(Place),
    /// Two terms as a pair: state and data of a `gen_statem` that begins.
    Pair(Place, Place),
    /// The handlers of a `gen_event`, a list.
    Handlers(Place),
    /// An event of a `gen_statem`, as the message it was.
    Event(Place),
    /// A message to a `gen_server` of OTP 28 and later: where its own timers' tag stands, and its running timer.
    Message { message: Place, tag: Place, timer: Place },
}

/// A row: a traced function, and what a call of it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) kind: Kind,
    pub(crate) wanted: Wanted,
    /// Where the callback module stands, if it is in the call.
    pub(crate) module: Option<Place>,
    /// What else must stand where: places and words of atoms.
    pub(crate) expected: [Option<(Place, u64)>; MAX_EXPECTED],
    /// Whether it is what the function returns that is read, as its one argument, and may be something else.
    pub(crate) returned: bool,
}
