//! One Rust file: the modules it declares, the names it imports, and every path in it.

use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use syn::visit::{self, Visit};
use syn::{Attribute, Ident, ImplItem, Item, UseTree};

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The modules declared here that have files of their own.
    pub(super) children: BTreeSet<String>,
    /// Names that `use` brings here, and their paths from the crate's root.
    pub(super) imports: BTreeMap<String, String>,
    pub(super) paths: Vec<Found>,
}

/// A path as it was found, made absolute.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) line: usize,
    /// Whether it starts in this crate.
    pub(super) is_inside: bool,
    pub(super) path: String,
}

/// Reads the file of the module `path`. One that is not Rust says nothing: the compiler speaks of that.
pub(super) fn scan(text: &str, path: &str) -> Scan {
    let Ok(parsed) = syn::parse_file(text) else { return Scan::default() };
    let mut reader = Reader { at: segments(path), scan: Scan::default(), imports: Vec::new(), paths: Vec::new() };
    reader.visit_file(&parsed);
    reader.finish()
}

/// A path before it is known what its first name stands for.
struct Raw {
    /// The module it stands in, an inline one too.
    at: Vec<String>,
    line: usize,
    names: Vec<String>,
}

struct Reader {
    at: Vec<String>,
    scan: Scan,
    /// The name that each `use` brings.
    imports: Vec<(String, Raw)>,
    paths: Vec<Raw>,
}

impl Reader {
    fn finish(mut self) -> Scan {
        for (name, raw) in &self.imports {
            let found = self.absolute(raw);
            if found.is_inside {
                self.scan.imports.insert(name.clone(), found.path);
            }
        }
        let of_imports = self.imports.iter().map(|(_name, raw)| raw);
        let mut paths: Vec<Found> = of_imports.chain(&self.paths).map(|raw| self.absolute(raw)).collect();
        // A name alone is a local one, or was imported, which counts there.
        paths.retain(|found| found.path.contains("::") || found.is_inside);
        paths.sort_by_key(|found| found.line);
        self.scan.paths = paths;
        self.scan
    }

    fn absolute(&self, raw: &Raw) -> Found {
        let mut base = raw.at.clone();
        let mut names = raw.names.as_slice();
        let mut is_inside = true;
        match names.first().map(String::as_str) {
            Some("crate") => (base, names) = (Vec::new(), &names[1..]),
            Some("self") => names = &names[1..],
            Some("super") => {
                while names.first().is_some_and(|name| name == "super") {
                    base.pop();
                    names = &names[1..];
                }
            }
            Some(name) if self.scan.imports.contains_key(name) => {
                base = segments(&self.scan.imports[name]);
                names = &names[1..];
            }
            Some(name) if self.scan.children.contains(name) => {}
            _ => (base, is_inside) = (Vec::new(), false),
        }
        let path: Vec<&str> = base.iter().chain(names).map(String::as_str).collect();
        Found { line: raw.line, is_inside, path: path.join("::") }
    }

    fn add(&mut self, names: &[&Ident]) {
        if let Some(first) = names.first() {
            let line = first.span().start().line;
            let names = names.iter().map(ToString::to_string).collect();
            self.paths.push(Raw { at: self.at.clone(), line, names });
        }
    }

    fn import(&mut self, tree: &UseTree, above: &mut Vec<(String, usize)>) {
        let leaf = |above: &[(String, usize)], last: Option<&Ident>, at: &[String]| {
            let mut names: Vec<String> = above.iter().map(|(name, _line)| name.clone()).collect();
            names.extend(last.filter(|last| *last != "self").map(ToString::to_string));
            let line = last.map(|last| last.span().start().line).or(above.last().map(|(_name, line)| *line));
            Raw { at: at.to_vec(), line: line.unwrap_or(0), names }
        };
        match tree {
            UseTree::Path(path) => {
                above.push((path.ident.to_string(), path.ident.span().start().line));
                self.import(&path.tree, above);
                above.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|item| self.import(item, above)),
            UseTree::Name(name) => {
                let raw = leaf(above, Some(&name.ident), &self.at);
                let brought = raw.names.last().cloned().unwrap_or_default();
                self.imports.push((brought, raw));
            }
            UseTree::Rename(rename) => {
                self.imports.push((rename.rename.to_string(), leaf(above, Some(&rename.ident), &self.at)));
            }
            UseTree::Glob(_) => self.imports.push(("*".into(), leaf(above, None, &self.at))),
        }
    }

    /// Paths in the arguments of a macro, which are no syntax yet.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut names: Vec<Ident> = Vec::new();
        let mut n_colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if n_colons != 2 {
                        self.add_chain(&mut names);
                    }
                    names.push(ident);
                    n_colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => n_colons += 1,
                TokenTree::Group(group) => {
                    self.add_chain(&mut names);
                    n_colons = 0;
                    self.tokens(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.add_chain(&mut names);
                    n_colons = 0;
                }
            }
        }
        self.add_chain(&mut names);
    }

    fn add_chain(&mut self, names: &mut Vec<Ident>) {
        let chain = std::mem::take(names);
        if chain.len() > 1 {
            self.add(&chain.iter().collect::<Vec<_>>());
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        if is_for_tests(attributes(item)) {
            return;
        }
        match item {
            Item::Mod(module) => match &module.content {
                Some((_brace, items)) => {
                    self.at.push(module.ident.to_string());
                    items.iter().for_each(|item| self.visit_item(item));
                    self.at.pop();
                }
                None => {
                    self.scan.children.insert(module.ident.to_string());
                }
            },
            Item::Use(import) if import.leading_colon.is_none() => self.import(&import.tree, &mut Vec::new()),
            other => visit::visit_item(self, other),
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let is_test = matches!(item, ImplItem::Fn(function) if is_for_tests(&function.attrs));
        if !is_test {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() && path.segments.len() > 1 {
            self.add(&path.segments.iter().map(|segment| &segment.ident).collect::<Vec<_>>());
        }
        visit::visit_path(self, path);
    }

    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {
        // `pub(in crate::a)` uses nothing of it.
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }
}

fn segments(path: &str) -> Vec<String> {
    path.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// `#[cfg(test)]`, `#[cfg(all(test, ..))]` or `#[test]`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string();
            condition == "test" || condition.starts_with("all (test") || condition.starts_with("all(test")
        }
        syn::Meta::Path(path) => path.is_ident("test"),
        _ => false,
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The paths within the crate, from the module `a::b`.
    fn inside(text: &str) -> Vec<(usize, String)> {
        let found = scan(text, "a::b").paths.into_iter().filter(|found| found.is_inside);
        found.map(|found| (found.line, found.path)).collect()
    }

    fn at(line: usize, path: &str) -> (usize, String) {
        (line, path.to_owned())
    }

    #[test]
    fn each_leaf_of_a_use_is_a_path() {
        let text = "use crate::{x, y::{self, Z as W}};\nuse super::{super::q::R, c::*};\nuse self::d::E;\nuse alloc::vec::Vec;\n";
        let expected = [at(1, "x"), at(1, "y"), at(1, "y::Z"), at(2, "q::R"), at(2, "a::c"), at(3, "a::b::d::E")];
        assert_eq!(inside(text), expected);
    }

    #[test]
    fn paths_in_signatures_bodies_and_macros_count() {
        let text = "fn f(x: crate::p::Q) -> Result<(), crate::p::Error> {\n    assert!(crate::r::is(x), \"{}\", super::s::T);\n}\n\
                    macro_rules! m { () => { $crate::u::V } }\n";
        assert_eq!(inside(text), [at(1, "p::Q"), at(1, "p::Error"), at(2, "r::is"), at(2, "a::s::T"), at(4, "u::V")]);
    }

    #[test]
    fn a_first_name_is_a_child_or_what_was_imported() {
        let text = "mod child;\nuse crate::x::y;\nfn f() { child::g(); y::h(); elsewhere::i(); }\n";
        assert_eq!(inside(text), [at(2, "x::y"), at(3, "a::b::child::g"), at(3, "x::y::h")]);
    }

    #[test]
    fn an_inline_module_is_one_floor_down() {
        let text = "mod inner {\n    use super::super::c::D;\n    use super::own;\n}\n";
        assert_eq!(inside(text), [at(2, "a::c::D"), at(3, "a::b::own")]);
    }

    #[test]
    fn code_for_tests_is_not_read() {
        let text = "#[cfg(test)]\nmod tests {\n    use crate::x;\n}\n#[cfg(test)]\nuse crate::y;\n#[cfg(all(test, unix))]\nfn f() { crate::z::g() }\n\
                    struct S;\nimpl S {\n    #[cfg(test)]\n    fn g() { crate::w::h() }\n}\n#[cfg(not(test))]\nuse crate::v;\n";
        assert_eq!(inside(text), [at(15, "v")]);
    }
}
