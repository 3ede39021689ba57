//! The modules of each Mix project, and what each refers to.
//!
//! Invariant: a module is a file, named by the first module in it; those nested in it belong to it.

mod code;

use super::Tree;
use code::{Name, code, names};
use std::collections::BTreeMap;

/// The modules below one `lib` folder.
#[derive(Debug)]
pub(in crate::tidy) struct Project {
    /// Its folder.
    pub(in crate::tidy) name: String,
    pub(in crate::tidy) modules: Vec<Module>,
}

/// One file.
#[derive(Debug)]
pub(in crate::tidy) struct Module {
    pub(in crate::tidy) name: String,
    pub(in crate::tidy) file: String,
    /// Modules of the same project that it names in code, types and attributes, and the line where it first does.
    pub(in crate::tidy) references: BTreeMap<String, usize>,
}

/// Every Mix project of the checkout.
pub(in crate::tidy) fn projects(tree: &Tree) -> Vec<Project> {
    let mut files: BTreeMap<&str, Vec<Source>> = BTreeMap::new();
    for file in tree.with_extension(&["ex"]) {
        if let Some((project, _rest)) = file.path.split_once("/lib/")
            && let Some(source) = Source::read(&file.path, file.text())
        {
            files.entry(project).or_default().push(source);
        }
    }
    let project = |(name, sources): (&str, Vec<Source>)| {
        let owner: BTreeMap<&str, &str> = sources
            .iter()
            .flat_map(|source| source.defined.iter().map(|name| (name.as_str(), source.defined[0].as_str())))
            .collect();
        let modules = sources.iter().map(|source| source.module(&owner)).collect();
        Project { name: name.to_owned(), modules }
    };
    files.into_iter().map(project).collect()
}

struct Source {
    file: String,
    /// The modules it defines by their full names, the outermost first.
    defined: Vec<String>,
    /// Short names, and what they stand for.
    aliases: BTreeMap<String, String>,
    names: Vec<Name>,
}

impl Source {
    /// Nothing where no module is defined.
    fn read(file: &str, text: &str) -> Option<Self> {
        let code = code(text);
        let mut source = Self { file: file.into(), defined: Vec::new(), aliases: BTreeMap::new(), names: names(&code) };
        let mut outer: Vec<(usize, String)> = Vec::new();
        for name in &source.names {
            match name.keyword.as_str() {
                "defmodule" => {
                    outer.retain(|(column, _module)| *column < name.column);
                    let full = match outer.last() {
                        Some((_column, module)) => format!("{module}.{}", name.text),
                        None => name.text.clone(),
                    };
                    if !outer.is_empty() {
                        source.aliases.insert(name.text.clone(), full.clone());
                    }
                    source.defined.push(full.clone());
                    outer.push((name.column, full));
                }
                "alias" => {
                    let last = name.text.rsplit('.').next().unwrap_or(&name.text);
                    let short = name.renamed.clone().unwrap_or_else(|| last.to_owned());
                    let full = source.full(&name.text);
                    source.aliases.insert(short, full);
                }
                _ => {}
            }
        }
        (!source.defined.is_empty()).then_some(source)
    }

    fn full(&self, name: &str) -> String {
        let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
        let own = self.defined.first().map(String::as_str);
        let start = if first == "__MODULE__" { own } else { self.aliases.get(first).map(String::as_str) };
        match (start.unwrap_or(first), rest) {
            (start, Some(rest)) => format!("{start}.{rest}"),
            (start, None) => start.to_owned(),
        }
    }

    fn module(&self, owner: &BTreeMap<&str, &str>) -> Module {
        let mut references = BTreeMap::new();
        // An alias alone uses nothing.
        for name in self.names.iter().filter(|name| name.keyword != "alias" && name.keyword != "defmodule") {
            if let Some(to) = owner.get(self.full(&name.text).as_str()).filter(|to| **to != self.defined[0]) {
                references.entry((*to).to_owned()).or_insert(name.line);
            }
        }
        Module { name: self.defined[0].clone(), file: self.file.clone(), references }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references(text: &str) -> Vec<(String, usize)> {
        let tree = Tree::of(&[
            ("elixir/lib/s.ex", text),
            ("elixir/lib/a.ex", "defmodule S.A do\n  defmodule Inner do\n  end\nend"),
            ("elixir/lib/b.ex", "defmodule S.B do\nend"),
            ("other/lib/b.ex", "defmodule S.C do\nend"),
        ]);
        let projects = projects(&tree);
        projects[0].modules.iter().find(|module| module.name == "S").unwrap().references.clone().into_iter().collect()
    }

    #[test]
    fn names_are_full_aliased_or_of_this_module() {
        let text = "defmodule S do\n  alias S.A, as: X\n  alias __MODULE__.{B, C}\n  def f(%X{} = x), do: x\n  @spec g() :: B.t()\nend\n";
        assert_eq!(references(text), [("S.A".to_owned(), 4), ("S.B".to_owned(), 5)]);
        assert_eq!(references("defmodule S do\n  def f, do: S.A.Inner.g()\nend\n"), [("S.A".to_owned(), 2)]);
    }

    #[test]
    fn an_alias_that_is_not_used_is_no_reference_and_neither_is_a_nested_module() {
        let text =
            "defmodule S do\n  alias S.A\n  defmodule D do\n    def f, do: S.C\n  end\n  def g, do: D.f()\nend\n";
        assert_eq!(references(text), []);
    }

    #[test]
    fn documents_do_not_refer() {
        assert_eq!(references("defmodule S do\n  @moduledoc \"\"\"\n  See `S.A`.\n  \"\"\"\n  # S.B\nend\n"), []);
    }
}
