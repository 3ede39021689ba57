//! `events`: events in order, filtered.

use crate::answer::{Answer, Event};
use crate::argument::cursor::{self, Cursor};
use crate::argument::name_syntax;
use crate::argument::null::null_is_default;
use crate::argument::process_ref;
use crate::error::{Error, Result};
use crate::filter::{self, Expression, Filter, Test};
use crate::model::window::Window;
use crate::requests::coverage::{coverage, not_traced, process_gap};
use crate::requests::page::Page;
use crate::requests::render::view::View;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind, OrderKey};
use serde::{Deserialize, Serialize};

const KIND: &str = "events";

/// The arguments of `events`. Every filter that is given must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct EventsRequest {
    /// A pid (`<0.1.0>`, `#PID<0.1.0>`, `<0.1.0>~2`) or a registered name (`Shop.Inventory`, `:cart`).
    pub process: Option<String>,
    /// Class names.
    pub classes: Option<Vec<String>>,
    /// Kind names.
    pub kinds: Option<Vec<String>>,
    /// Module, as Elixir (`Shop.Cart`) or Erlang (`:gen_server`, `gen_server`) writes it.
    pub module: Option<String>,
    /// Function name.
    pub function: Option<String>,
    /// A filter such as `kind:send to:Shop.Cart waiting>5ms`; docs/filter.md has the language.
    pub filter: Option<String>,
    /// A pattern of the event's term, such as `{:add, _}`. It is also met by the request inside a message of a GenServer.
    pub r#match: Option<String>,
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
    /// Newest first.
    #[serde(default, deserialize_with = "null_is_default")]
    #[cfg_attr(feature = "schema", ts(as = "Option<bool>", optional = nullable), schemars(with = "Option<bool>"))]
    pub backward: bool,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &EventsRequest) -> Result<Answer<Vec<Event>>> {
    let window = Window::new(request.from, request.to)?;
    let limit = cursor::limit(request.limit)?;
    let after = Cursor::parse(KIND, request.after.as_deref())?;
    let expression = expression(request)?;
    let process =
        request.process.as_deref().map(|text| process_ref::resolve(trace, "process", text, window)).transpose()?;
    let filter = Filter::new(trace, &expression, process)?;

    let (from, to, direction) = reach(window, request.backward, after);
    let mut passes = cursor::resume(after);
    let mut found = filter.rows(trace, from, to, direction);
    let mut n_wanted = 0;
    let rows = found.by_ref().filter(|hit| passes(hit.row.key(), hit.row.id())).inspect(|_| n_wanted += 1);
    let page = Page::take(trace, rows, limit, |hit| (hit.row.key(), hit.row.id()));

    let mut coverage = coverage(trace, window, filter.classes(), filter.n_tested().unwrap_or(n_wanted));
    coverage.not_traced.extend(found.untraced().map(|(process, class, gap)| process_gap(process, class, gap)));
    if let (Some(process), true) = (process, filter.classes().len() < Class::ALL.len()) {
        let classes = filter.classes().iter();
        let gaps = classes.flat_map(|class| not_traced(trace, process, *class, window.clipped(trace)));
        coverage.not_traced.extend(gaps);
    }
    coverage.truncated = page.truncated();
    let mut view = View::new(trace);
    let events = page.rows.iter().map(|hit| view.hit(hit));
    Ok(Answer { data: events.collect(), coverage, next: page.next(KIND) })
}

/// From where to where to look, from the cursor's key on.
pub(in crate::requests) fn reach(
    window: Window,
    backward: bool,
    after: Option<Cursor>,
) -> (OrderKey, OrderKey, Direction) {
    let (from, to) = (window.first_key(), window.last_key());
    if backward {
        (from, after.map_or(to, |cursor| to.min(cursor.key)), Direction::Backward)
    } else {
        (after.map_or(from, |cursor| from.max(cursor.key)), to, Direction::Forward)
    }
}

/// All that a request asks of an event, but for its process.
pub(in crate::requests) fn expression(request: &EventsRequest) -> Result<Expression> {
    let mut parts = Vec::from([filter::parse(request.filter.as_deref().unwrap_or_default())?]);
    if let Some(pattern) = &request.r#match {
        parts.push(filter::matching(pattern)?);
    }
    if let Some(names) = &request.classes {
        parts.push(one_of("classes", names, Class::ALL, Class::name, Test::Class)?);
    }
    if let Some(names) = &request.kinds {
        parts.push(one_of("kinds", names, Kind::ALL, Kind::name, Test::Kind)?);
    }
    if let Some(text) = &request.module {
        let module = name_syntax::atom(text);
        let module = module.ok_or_else(|| Error::BadArgument(format!("module: {text:?} is not a name")))?;
        parts.push(Expression::Test(Test::Module(module)));
    }
    if let Some(name) = &request.function {
        parts.push(Expression::Test(Test::Function { module: None, name: name.clone(), arity: None }));
    }
    Ok(Expression::all(parts))
}

fn one_of<T: Copy>(
    field: &str,
    names: &[String],
    all: &[T],
    shown: impl Fn(T) -> &'static str,
    test: impl Fn(T) -> Test,
) -> Result<Expression> {
    let read = |name: &String| {
        let found = all.iter().find(|value| shown(**value) == name);
        found.map(|value| Expression::Test(test(*value))).ok_or_else(|| {
            let all: Vec<&str> = all.iter().map(|value| shown(*value)).collect();
            Error::BadArgument(format!("{field}: {name:?} is none of {}", all.join(", ")))
        })
    };
    Ok(Expression::any(names.iter().map(read).collect::<Result<_>>()?))
}
