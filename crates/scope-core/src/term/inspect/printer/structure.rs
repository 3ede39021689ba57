//! Structs: those Elixir shows in a form of their own, and all others by their fields.

use crate::AtomId;
use crate::elixir::Elixir;
use crate::term::cursor::Item;
use crate::term::inspect::atom;
use crate::term::inspect::printer::{Around, Printed, Printer, Stop};
use crate::term::inspect::text::{Escapes, escape};
use crate::term::part::Part;
use crate::term::read::small_big;
use crate::term::{Names, tag};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Writes a map that is a struct; `false` when it is none. A struct whose fields are not what its module would make of them is
/// written by its fields.
pub(crate) fn print(printer: &mut Printer<'_>, map: Part<'_>, is_cut: bool, around: Around) -> Result<bool, Stop> {
    let fields = Fields { names: printer.names, elixir: printer.elixir, map };
    let Some(module) = fields.atom("__struct__").filter(|module| atom::is_alias(module)) else { return Ok(false) };
    if !map.children().all(|child| child.key.is_some_and(|key| printer.keyword_key(key).is_some())) {
        return Ok(false);
    }
    if module == "Elixir.MapSet"
        && let Some(set) = fields.get("map")
        && matches!(set.item(), Ok(Item::Map(_) | Item::MapCut { .. }))
    {
        map_set(printer, set, around)?;
        return Ok(true);
    }
    let text = match module {
        "Elixir.Range" => fields.range(),
        "Elixir.Date" => fields.date().map(|date| format!("~D[{date}]")),
        "Elixir.Time" => fields.time().map(|time| format!("~T[{time}]")),
        "Elixir.NaiveDateTime" => fields.naive().map(|naive| format!("~N[{naive}]")),
        "Elixir.DateTime" => fields.date_time(),
        "Elixir.Regex" => match fields.regex() {
            Some(Regex::Sigil(text)) => Some(text),
            Some(Regex::Compiled(source, options)) => {
                printer.push("Regex.compile!(")?;
                printer.aside(source, around)?;
                printer.push(", ")?;
                printer.aside(options, around)?;
                Some(String::from(")"))
            }
            None => None,
        },
        _ => None,
    };
    match text {
        Some(text) => printer.push(&text)?,
        None => by_fields(printer, module, map, is_cut, around)?,
    }
    Ok(true)
}

fn by_fields(printer: &mut Printer<'_>, module: &str, map: Part<'_>, is_cut: bool, around: Around) -> Printed {
    printer.push("%")?;
    atom::literal(module, printer.elixir, &mut printer.out);
    printer.push("{")?;
    let names = printer.names;
    let fields = map.children().filter_map(|child| match child.key?.item() {
        Ok(Item::Atom(id)) => Some((names.atom_text(AtomId(id as u32)), child.part)),
        _ => None,
    });
    let shown = fields.filter(|(key, _)| !matches!(*key, "__struct__" | "__exception__"));
    printer.each(shown, is_cut, around, |printer, (key, value), inner| printer.keyword(key, value, inner))?;
    printer.push("}")
}

fn map_set(printer: &mut Printer<'_>, set: Part<'_>, around: Around) -> Printed {
    let cut = Part { bytes: &[tag::CUT], kind: "cut", size: 0 };
    let tail = matches!(set.item(), Ok(Item::MapCut { .. })).then_some(cut);
    printer.push("MapSet.new(")?;
    printer.list(set.children().filter_map(|child| child.key), tail, around.without_charlists())?;
    printer.push(")")
}

/// The fields of a struct by name; `None` for one that is missing or of another type.
struct Fields<'a> {
    names: &'a dyn Names,
    elixir: Elixir,
    map: Part<'a>,
}

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Option<Part<'a>> {
        let is_named = |key: Part<'_>| match key.item() {
            Ok(Item::Atom(id)) => self.names.atom_text(AtomId(id as u32)) == name,
            _ => false,
        };
        self.map.children().find(|child| child.key.is_some_and(is_named)).map(|child| child.part)
    }

    fn atom(&self, name: &str) -> Option<&'a str> {
        match self.get(name)?.item() {
            Ok(Item::Atom(id)) => Some(self.names.atom_text(AtomId(id as u32))),
            _ => None,
        }
    }

    fn integer(&self, name: &str) -> Option<i64> {
        integer(self.get(name)?)
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        match self.get(name)?.item() {
            Ok(Item::Binary(bytes)) => core::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    fn range(&self) -> Option<String> {
        let (first, last, step) = (self.integer("first")?, self.integer("last")?, self.integer("step")?);
        Some(if step == 1 && last >= first { format!("{first}..{last}") } else { format!("{first}..{last}//{step}") })
    }

    fn date(&self) -> Option<String> {
        let (year, month, day) = (self.integer("year")?, self.integer("month")?, self.integer("day")?);
        let sign = if year < 0 { "-" } else { "" };
        self.is_iso().then(|| format!("{sign}{:04}-{month:02}-{day:02}", year.unsigned_abs()))
    }

    fn time(&self) -> Option<String> {
        let (hour, minute, second) = (self.integer("hour")?, self.integer("minute")?, self.integer("second")?);
        let microsecond: Vec<_> = self.get("microsecond")?.children().map(|child| integer(child.part)).collect();
        let [Some(value), Some(precision @ 0..=6)] = *microsecond.as_slice() else { return None };
        let digits = format!("{value:06}");
        let fraction = digits.get(..usize::try_from(precision).ok()?)?;
        let point = if precision == 0 { "" } else { "." };
        self.is_iso().then(|| format!("{hour:02}:{minute:02}:{second:02}{point}{fraction}"))
    }

    fn naive(&self) -> Option<String> {
        Some(format!("{} {}", self.date()?, self.time()?))
    }

    fn date_time(&self) -> Option<String> {
        let (naive, zone, abbreviation) = (self.naive()?, self.text("time_zone")?, self.text("zone_abbr")?);
        let (utc, standard) = (self.integer("utc_offset")?, self.integer("std_offset")?);
        if (utc, standard, zone) == (0, 0, "Etc/UTC") {
            return Some(format!("~U[{naive}Z]"));
        }
        let offset = utc.checked_add(standard)?;
        let (sign, seconds) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
        let (hours, minutes) = (seconds / 3600, seconds % 3600 / 60);
        let zone = if zone == "Etc/UTC" { String::new() } else { format!(" {abbreviation} {zone}") };
        Some(format!("#DateTime<{naive}{sign}{hours:02}:{minutes:02}{zone}>"))
    }

    fn is_iso(&self) -> bool {
        self.atom("calendar") == Some("Elixir.Calendar.ISO")
    }

    /// Options are a text in a sigil, and a list once it was compiled with one.
    fn regex(&self) -> Option<Regex<'a>> {
        let (source, options) = (self.text("source")?, self.get("opts")?);
        let letters = match options.item() {
            Ok(Item::Binary(letters)) => core::str::from_utf8(letters).ok()?.into(),
            Ok(Item::Nil | Item::List(_)) => match self.letters(options) {
                Some(letters) => letters,
                None => return Some(Regex::Compiled(self.get("source")?, options)),
            },
            _ => return None,
        };
        let mut out = String::from("~r/");
        let source = unescaped(source, self.elixir);
        escape(source.as_bytes(), '/', usize::MAX, Escapes::regex(self.elixir), &mut out);
        out.extend(["/", letters.as_str()]);
        Some(Regex::Sigil(out))
    }

    /// The letters of a list of options, last first, as Elixir shows them; `None` if one has none.
    fn letters(&self, options: Part<'a>) -> Option<String> {
        if !self.elixir.shows_regex_options_as_letters() || options.has_tail() {
            return None;
        }
        let atom = |part: Part<'a>| match part.item() {
            Ok(Item::Atom(id)) => Some(self.names.atom_text(AtomId(id as u32))),
            _ => None,
        };
        let mut letters = Vec::new();
        let mut options = options.children().map(|child| child.part);
        while let Some(option) = options.next() {
            letters.push(match atom(option)? {
                "dotall" => {
                    let newline = options.next()?;
                    let mut pair = newline.children().map(|child| child.part);
                    let is_anycrlf = matches!(newline.item(), Ok(Item::Tuple(2)))
                        && atom(pair.next()?)? == "newline"
                        && atom(pair.next()?)? == "anycrlf";
                    is_anycrlf.then_some('s')?
                }
                "unicode" => (atom(options.next()?)? == "ucp").then_some('u')?,
                "caseless" => 'i',
                "extended" => 'x',
                "firstline" => 'f',
                "ungreedy" => 'U',
                "multiline" => 'm',
                "export" if self.elixir.knows_regex_export() => 'E',
                _ => return None,
            });
        }
        Some(letters.into_iter().rev().collect())
    }
}

/// How a regular expression is shown.
enum Regex<'a> {
    Sigil(String),
    /// Source and options of one that no sigil could have made.
    Compiled(Part<'a>, Part<'a>),
}

fn integer(part: Part<'_>) -> Option<i64> {
    match part.item() {
        Ok(Item::Integer(value)) => Some(value.into()),
        Ok(Item::Big(negative, magnitude)) => small_big(negative, magnitude),
        _ => None,
    }
}

/// The source of a regular expression without the backslashes that only protect a slash, or an interpolation.
fn unescaped(source: &str, elixir: Elixir) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find('\\') {
        let (before, escaped) = rest.split_at(at);
        let interpolates = elixir.knows_interpolation_in_regexes() && escaped.starts_with("\\#{");
        let n_kept = if escaped.starts_with("\\/") || interpolates {
            0
        } else if escaped.starts_with("\\\\") {
            2
        } else {
            1
        };
        out.extend([before, escaped.get(..n_kept).unwrap_or_default()]);
        rest = escaped.get(n_kept.max(1)..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}
