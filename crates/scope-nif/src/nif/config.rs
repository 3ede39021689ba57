//! What `start` is given: limits, caps, redaction keys and the trace's header.

use crate::sealer::manual_clock::ManualClock;
use crate::sealer::recorder::Settings;
use crate::term::value::text;
use rustler::{Atom, Decoder, Error, NifResult, Term};
use scope_core::event::{Class, N_CLASSES};
use scope_core::header::Header;
use scope_core::sampler::Rate;
use scope_core::store::{Limits, Retention};

/// The smallest and largest capture buffer of a thread: it must hold some records of the largest size.
const BUFFER_BYTES: std::ops::RangeInclusive<usize> = 1 << 18..=1 << 30;
/// The largest term that may be asked for, so that a record fits into the smallest buffer's non-reserved part.
const MAX_CAP: usize = 1 << 16;

#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) limits: Limits,
    pub(crate) retention: [Retention; N_CLASSES],
    pub(crate) settings: Settings,
    pub(crate) redact: Vec<String>,
    pub(crate) header: Header,
    /// `None`: the recorder traces.
    pub(crate) manual: Option<ManualClock>,
}

/// Reads the configuration map.
///
/// # Errors
/// A text that names the key, the value and what is allowed.
pub(crate) fn read(map: Term<'_>) -> Result<Config, String> {
    let (limits, retention) = limits(map)?;
    let caps_map: Term<'_> = get(map, "caps")?;
    let mut caps = [0; N_CLASSES];
    for class in Class::ALL {
        let cap: usize = get(caps_map, class.name())?;
        if !(16..=MAX_CAP).contains(&cap) {
            return Err(format!("max_term_bytes of {} is {cap}; allowed are 16 to {MAX_CAP}", class.name()));
        }
        caps[*class as usize] = cap;
    }
    let depth: u32 = get(map, "max_depth")?;
    if !(1..=crate::capture::term_encoder::MAX_DEPTH).contains(&depth) {
        return Err(format!("max_depth is {depth}; allowed are 1 to {}", crate::capture::term_encoder::MAX_DEPTH));
    }
    let buffer_bytes: usize = get(map, "buffer_bytes")?;
    if !buffer_bytes.is_power_of_two() || !BUFFER_BYTES.contains(&buffer_bytes) {
        let (low, high) = (BUFFER_BYTES.start(), BUFFER_BYTES.end());
        return Err(format!("buffer_bytes is {buffer_bytes}; allowed are powers of two from {low} to {high}"));
    }
    let rate = rate(get(map, "sample_ppm")?)?;
    let redact: Vec<Term<'_>> = get(map, "redact")?;
    let redact = redact.into_iter().map(|key| text(key).map_err(|_| "redact holds a key that is no text".into()));
    Ok(Config {
        limits,
        retention,
        settings: Settings { caps, depth, buffer_bytes, rate },
        redact: redact.collect::<Result<_, String>>()?,
        header: header(get(map, "header")?)?,
        manual: if get(map, "manual")? { Some(ManualClock { epoch_ns: get(map, "epoch")? }) } else { None },
    })
}

/// What may be held, of all classes together and of each.
pub(crate) fn limits(map: Term<'_>) -> Result<(Limits, [Retention; N_CLASSES]), String> {
    let limits = Limits {
        max_events: get(map, "max_events")?,
        max_bytes: get(map, "max_bytes")?,
        max_critical_events: get(map, "max_critical_events")?,
        max_baseline_bytes: get(map, "max_baseline_bytes")?,
    };
    let classes: Term<'_> = get(map, "retention")?;
    let mut retention = [Retention::default(); N_CLASSES];
    for class in Class::ALL {
        let (max_events, max_bytes, max_age_ns) = get(classes, class.name())?;
        retention[*class as usize] = Retention { max_events, max_bytes, max_age_ns };
    }
    Ok((limits, retention))
}

/// A sample rate in parts per million.
pub(crate) fn rate(ppm: u32) -> Result<Rate, String> {
    Rate::new(ppm).ok_or_else(|| format!("sample_ppm is {ppm}; allowed are 0 to {}", Rate::ALL.ppm()))
}

fn header(map: Term<'_>) -> Result<Header, String> {
    let pairs = |name| -> Result<Vec<(String, String)>, String> {
        let pairs: Vec<(Term<'_>, Term<'_>)> = get(map, name)?;
        let pair = |(a, b)| -> NifResult<_> { Ok((text(a)?, text(b)?)) };
        pairs.into_iter().map(pair).collect::<NifResult<_>>().map_err(|_| format!("{name} must be pairs of texts"))
    };
    let field = |name| text(get(map, name)?).map_err(|_| format!("{name} must be a text"));
    Ok(Header {
        recorder_version: field("recorder_version")?,
        node: field("node")?,
        creation: get(map, "creation")?,
        otp: field("otp")?,
        elixir: field("elixir")?,
        os: field("os")?,
        applications: pairs("applications")?,
        options: pairs("options")?,
        instance: field("instance")?,
        meta: pairs("meta")?,
        release: pairs("release")?,
        ..Header::default()
    })
}

fn get<'a, T: Decoder<'a>>(map: Term<'a>, key: &str) -> Result<T, String> {
    let value = Atom::from_str(map.get_env(), key)
        .and_then(|key| map.map_get(key))
        .map_err(|_: Error| format!("{key} is missing"))?;
    value.decode().map_err(|_| format!("{key} cannot be {value:?}"))
}
