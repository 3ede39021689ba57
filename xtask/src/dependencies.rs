//! What the dependencies may be, as deny.toml says: by `cargo deny` where it is installed, else by the part of its rules that cargo's own
//! metadata can answer.
//!
//! cargo-deny is not installed by `setup`: to build it takes longer than all other tests, and of what deny.toml asks, licences, sources
//! and versions are in the metadata.

use crate::{command, workspace};
use anyhow::{Context, Result, bail};
use cargo_metadata::{CargoOpt, MetadataCommand, Package};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Checks every package that any feature and target resolves to.
pub(crate) fn check() -> Result<()> {
    let mut deny = command::program("cargo", workspace::root());
    deny.args(["deny", "--version"]);
    if deny.output().is_ok_and(|done| done.status.success()) {
        let mut deny = command::program("cargo", workspace::root());
        return command::run(deny.args(["deny", "check", "licenses", "sources", "bans"]));
    }
    let rules = Rules::read(&fs::read_to_string(workspace::root().join("deny.toml")).context("deny.toml")?);
    let mut metadata = MetadataCommand::new();
    metadata.current_dir(workspace::root()).features(CargoOpt::AllFeatures).other_options(["--locked".into()]);
    let problems = rules.problems(&metadata.exec()?.packages);
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    Ok(())
}

/// The rules of deny.toml.
#[derive(Debug)]
struct Rules {
    licences: BTreeSet<String>,
    registries: Vec<String>,
    banned: BTreeSet<String>,
    in_several_versions: BTreeSet<String>,
}

impl Rules {
    fn read(text: &str) -> Self {
        let list = |section: &str, key: &str| strings(text, section, key);
        Self {
            licences: list("licenses", "allow").into_iter().collect(),
            registries: list("sources", "allow-registry"),
            banned: list("bans", "deny").into_iter().collect(),
            in_several_versions: list("bans", "skip").into_iter().collect(),
        }
    }

    fn problems(&self, packages: &[Package]) -> Vec<String> {
        let mut problems = Vec::new();
        let mut versions: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for package in packages {
            let name = package.name.as_str();
            versions.entry(name).or_default().insert(package.version.to_string());
            let terms = package.license.as_deref().unwrap_or_default();
            if !self.allows(terms) {
                problems.push(format!("{name}: its licence, {terms:?}, is not allowed"));
            }
            if let Some(source) = &package.source
                && !self.registries.iter().any(|registry| source.repr == format!("registry+{registry}"))
            {
                problems.push(format!("{name}: it comes from {source}, which is not allowed"));
            }
            if self.banned.contains(name) {
                problems.push(format!("{name}: it is banned"));
            }
        }
        let several =
            versions.iter().filter(|(name, found)| found.len() > 1 && !self.in_several_versions.contains(**name));
        problems.extend(several.map(|(name, found)| format!("{name}: it is there in several versions: {found:?}")));
        let stale =
            self.in_several_versions.iter().filter(|name| versions.get(name.as_str()).is_none_or(|n| n.len() < 2));
        problems.extend(stale.map(|name| format!("{name}: it is skipped, and there in one version or none")));
        problems
    }

    /// Whether some choice that an expression leaves is allowed. `/` is an old form of OR.
    fn allows(&self, terms: &str) -> bool {
        let terms = terms.replace(['(', ')'], "").replace('/', " OR ");
        let all = |terms: &str| terms.split(" OR ").any(|one| self.licences.contains(one.trim()));
        !terms.is_empty() && terms.split(" AND ").all(all)
    }
}

/// The texts of a list in a section of a TOML file that is written as deny.toml is.
fn strings(text: &str, section: &str, key: &str) -> Vec<String> {
    let Some((_, section)) = text.split_once(&format!("\n[{section}]\n")) else { return Vec::new() };
    let section = section.split("\n[").next().unwrap_or_default();
    let Some((_, list)) =
        section.split_once(&format!("\n{key} = [")).or_else(|| section.split_once(&format!("{key} = [")))
    else {
        return Vec::new();
    };
    let list = list.split(']').next().unwrap_or_default();
    list.split('"').skip(1).step_by(2).map(Into::into).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\n[licenses]\nallow = [\n    \"MIT\",\n    \"Zlib\",\n]\n\n[sources]\nallow-registry = [\"https://x\"]\n\n[bans]\n\
                        skip = [\"syn\"]\n# why\ndeny = [\"openssl\"]\n";

    #[test]
    fn the_file_is_read() {
        let rules = Rules::read(TEXT);
        assert_eq!(rules.licences.iter().collect::<Vec<_>>(), ["MIT", "Zlib"]);
        assert_eq!(rules.registries, ["https://x"]);
        assert!(rules.banned.contains("openssl") && rules.in_several_versions.contains("syn"));
    }

    #[test]
    fn a_choice_must_be_allowed_and_all_of_a_sum() {
        let rules = Rules::read(TEXT);
        for allowed in ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "(MIT OR GPL-3.0) AND Zlib"] {
            assert!(rules.allows(allowed), "{allowed}");
        }
        for refused in ["", "GPL-3.0", "MIT AND GPL-3.0", "MITT"] {
            assert!(!rules.allows(refused), "{refused}");
        }
    }

    #[test]
    fn what_the_rules_forbid_is_found() {
        let metadata = MetadataCommand::new().current_dir(workspace::root()).other_options(["--locked".into()]).exec();
        let packages = metadata.unwrap().packages;
        let problems = |text: &str| Rules::read(text).problems(&packages).join("\n");
        let text = fs::read_to_string(workspace::root().join("deny.toml")).unwrap();
        for (rule, broken, problem) in [
            ("    \"Zlib\",\n", "", "foldhash: its licence"),
            ("    \"syn\",\n", "", "syn: it is there in several versions"),
            ("\"openssl-sys\"", "\"serde\"", "serde: it is banned"),
            ("crates.io-index", "other-index", "serde: it comes from"),
            ("    \"syn\",\n", "    \"syn\",\n    \"serde\",\n", "serde: it is skipped, and there in one version"),
        ] {
            assert!(text.contains(rule), "{rule}");
            assert!(
                !problems(&text).contains(problem) && problems(&text.replace(rule, broken)).contains(problem),
                "{problem}"
            );
        }
    }
}
