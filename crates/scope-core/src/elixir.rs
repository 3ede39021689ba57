//! The releases of Elixir whose `inspect` is imitated, and in what they differ.
//!
//! Known from their sources, and held against each of them by the tests of the Elixir package.

/// A release of Elixir.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Elixir {
    /// Of version 1.
    minor: u8,
}

/// The oldest that can record.
const OLDEST: u8 = 14;

impl Default for Elixir {
    fn default() -> Self {
        Self { minor: OLDEST }
    }
}

impl Elixir {
    /// The release of a version such as `1.18.3`; of none that can be read, the oldest.
    ///
    /// ```
    /// use scope_core::elixir::Elixir;
    /// assert!(Elixir::of("1.14.0") < Elixir::of("1.20.4"));
    /// assert_eq!(Elixir::of(""), Elixir::default());
    /// ```
    #[must_use]
    pub fn of(version: &str) -> Self {
        let mut numbers = version.split(['.', '-']);
        let minor = match (numbers.next(), numbers.next().map(str::parse)) {
            (Some("1"), Some(Ok(minor))) => minor,
            _ => OLDEST,
        };
        Self { minor }
    }

    /// `~c"abc"`, before `'abc'`.
    pub(crate) const fn has_charlist_sigil(self) -> bool {
        self.minor >= 15
    }

    /// A backslash in front of `#{` in a regular expression is not shown twice.
    pub(crate) const fn knows_interpolation_in_regexes(self) -> bool {
        self.minor >= 16
    }

    /// The options of a regular expression, which are a list, are shown as letters.
    pub(crate) const fn shows_regex_options_as_letters(self) -> bool {
        self.minor >= 17
    }

    /// The option `export` has a letter.
    pub(crate) const fn knows_regex_export(self) -> bool {
        self.minor >= 19
    }

    /// Characters that are not seen, and spaces that look like others, are escaped.
    pub(crate) const fn escapes_invisible(self) -> bool {
        self.minor >= 18
    }

    /// What is shown of a nested collection is no longer there for those behind it; before, each had what was left where it began.
    pub(crate) const fn spends_the_limit(self) -> bool {
        self.minor >= 19
    }

    /// Elements shown where no limit is named.
    pub(crate) const fn default_elements(self) -> usize {
        match self.minor {
            ..=18 => 50,
            19 => 100,
            20.. => 200,
        }
    }
}
