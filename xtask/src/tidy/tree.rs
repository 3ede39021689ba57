//! The checkout as the rules see it: the files that are, or would be, committed, and the packages of the workspace.

pub(super) mod elixir_module;
pub(super) mod rust_line;
pub(super) mod rust_module;

use crate::{command, workspace};
use anyhow::{Context, Result};
use std::fs;

/// All that a rule may look at.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) files: Vec<File>,
    pub(super) packages: Vec<Package>,
}

/// One file.
#[derive(Debug)]
pub(super) struct File {
    /// From the root, with `/`.
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
}

/// One package of the workspace.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    /// Names of what it depends on when it is built, not only when it is tested.
    pub(super) depends_on: Vec<String>,
}

impl Tree {
    /// Reads the checkout.
    pub(super) fn load() -> Result<Self> {
        let list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
        let listed = command::output(command::program("git", workspace::root()).args(list))?;
        let mut files = Vec::new();
        for path in listed.split_terminator('\0') {
            // A file that is deleted but still in the index is no longer part of the tree.
            if let Ok(bytes) = fs::read(workspace::root().join(path)) {
                files.push(File { path: path.into(), bytes });
            }
        }
        let metadata = cargo_metadata::MetadataCommand::new()
            .current_dir(workspace::root())
            .no_deps()
            .exec()
            .context("cargo metadata")?;
        let packages = metadata
            .packages
            .iter()
            .map(|package| Package {
                name: package.name.to_string(),
                depends_on: package
                    .dependencies
                    .iter()
                    .filter(|dependency| dependency.kind != cargo_metadata::DependencyKind::Development)
                    .map(|dependency| dependency.name.clone())
                    .collect(),
            })
            .collect();
        Ok(Self { files, packages })
    }

    /// A tree of the given files, for the rules' tests.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| File { path: (*path).into(), bytes: text.as_bytes().to_vec() });
        Self { files: files.collect(), packages: Vec::new() }
    }

    /// The files whose path ends so.
    pub(super) fn with_extension<'a>(&'a self, extensions: &'a [&str]) -> impl Iterator<Item = &'a File> {
        self.files
            .iter()
            .filter(move |file| file.path.rsplit_once('.').is_some_and(|(_stem, ext)| extensions.contains(&ext)))
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path)
    }
}

impl File {
    /// The text, or nothing for a file that is not text.
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }

    /// The file's name without folder and extension.
    pub(super) fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.split_once('.').map_or(name, |(stem, _ext)| stem)
    }
}
