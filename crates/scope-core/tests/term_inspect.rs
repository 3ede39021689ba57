//! `inspect` and `to_etf` against real Elixir: it makes real terms of what `to_etf` wrote, and must show them as we do.
//!
//! Needs `elixir` on the path. `ELIXIR_SCOPE_SKIP_ELIXIR=1` skips the comparison, and says so.

#[path = "term/generate.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the other term tests")]
mod generate;

use generate::{Random, exact};
use scope_core::term::etf::{Origin, to_etf};
use scope_core::term::inspect::{Limits, inspect};
use scope_core::term::localize::localize;
use scope_core::term::redact::Redactor;
use scope_core::term::resolve::{Ids, resolve};
use scope_core::term::write::write;
use scope_core::term::{Opaque, Term};
use scope_core::{ProcessKey, Symbols};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

/// The shapes in which every generated term is shown.
const SHAPES: &[(&str, Limits)] = &[
    ("[]", Limits { elements: Some(50), printable: 4096, text_bytes: usize::MAX }),
    (
        "[limit: :infinity, printable_limit: :infinity]",
        Limits { elements: Some(usize::MAX), printable: usize::MAX, text_bytes: usize::MAX },
    ),
    ("[limit: 3]", Limits { elements: Some(3), printable: 4096, text_bytes: usize::MAX }),
    ("[limit: 0, printable_limit: 7]", Limits { elements: Some(0), printable: 7, text_bytes: usize::MAX }),
];

const SCRIPT: &str = r#"
defmodule Shop.Cart do
  defstruct [:id, :items, :total]
end

defmodule Compare do
  def show(<<>>, _shapes, _out), do: :ok

  def show(<<n::32, etf::binary-size(n), rest::binary>>, shapes, out) do
    term = :erlang.binary_to_term(etf)
    for shape <- shapes, do: IO.binwrite(out, [inspect(term, shape), ?\n])
    show(rest, shapes, out)
  end
end

[input, output, shapes] = System.argv()
{shapes, _} = Code.eval_string(shapes)
File.open!(output, [:write, :delayed_write], fn out ->
  IO.binwrite(out, [System.version(), ?\n])
  Compare.show(File.read!(input), shapes, out)
end)
"#;

/// The text of every term in every shape, as Elixir shows it; `None` when it was asked not to.
fn elixir(name: &str, etfs: &[Vec<u8>], shapes: &[&str]) -> Option<Vec<String>> {
    if std::env::var_os("ELIXIR_SCOPE_SKIP_ELIXIR").is_some() {
        writeln!(std::io::stderr(), "{name}: skipped, ELIXIR_SCOPE_SKIP_ELIXIR is set").expect("stderr");
        return None;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let [script, input, output] = ["exs", "etf", "txt"].map(|ext| folder.join(format!("{name}.{ext}")));
    let bytes: Vec<u8> =
        etfs.iter().flat_map(|etf| [&(etf.len() as u32 + 1).to_be_bytes(), &[131][..], etf].concat()).collect();
    std::fs::write(&script, SCRIPT).expect("the script can be written");
    std::fs::write(&input, bytes).expect("the terms can be written");
    let ran = Command::new("elixir")
        .arg(&script)
        .args([&input, &output])
        .arg(format!("[{}]", shapes.join(", ")))
        .env("LANG", "C.UTF-8")
        .output()
        .expect("`elixir` must be on the path: install it, or set ELIXIR_SCOPE_SKIP_ELIXIR=1");
    assert!(ran.status.success(), "elixir failed: {}", String::from_utf8_lossy(&ran.stderr));
    let text = std::fs::read_to_string(&output).expect("elixir wrote its answer");
    let (version, text) = text.split_once('\n').expect("elixir wrote its version");
    assert!(
        version.starts_with("1.14."),
        "terms are shown as Elixir 1.14 does, this is {version}: set ELIXIR_SCOPE_SKIP_ELIXIR=1"
    );
    let lines: Vec<_> = text.split_terminator('\n').map(String::from).collect();
    assert_eq!(lines.len(), etfs.len() * shapes.len(), "one line per term and shape");
    Some(lines)
}

fn stored(term: &Term, symbols: &mut Symbols) -> Vec<u8> {
    let (mut raw, mut resolved, mut stored) = (Vec::new(), Vec::new(), Vec::new());
    write(term, symbols, &mut raw);
    resolve(&raw, &mut Ids, symbols, &Redactor::new(&[]), 0, &mut resolved).expect("what we write resolves");
    localize(&resolved, &mut |id| id, &mut |id| id, &mut stored).expect("what we resolve localizes");
    stored
}

fn etf(bytes: &[u8], symbols: &Symbols, origin: Origin<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    to_etf(bytes, symbols, origin, &mut |atom| atom != "never_heard_of", &mut out).expect("a stored term becomes ETF");
    out
}

const OWN: Origin<'_> = Origin::Own { node: "nonode@nohost", creation: 0 };

#[test]
fn generated_terms_are_shown_as_elixir_shows_them() {
    let mut random = Random(2024);
    let mut symbols = Symbols::new();
    let terms: Vec<Term> = (0..5000).map(|i| exact(&mut random, i % 5)).collect();
    let stored: Vec<_> = terms.iter().map(|term| stored(term, &mut symbols)).collect();
    let etfs: Vec<_> = stored.iter().map(|bytes| etf(bytes, &symbols, OWN)).collect();
    let shapes: Vec<_> = SHAPES.iter().map(|(shape, _)| *shape).collect();
    let Some(lines) = elixir("generated", &etfs, &shapes) else { return };
    let mut differing = Vec::new();
    for (i, bytes) in stored.iter().enumerate() {
        for (j, (shape, limits)) in SHAPES.iter().enumerate() {
            let (ours, theirs) = (inspect(bytes, &symbols, *limits), &lines[i * SHAPES.len() + j]);
            if ours != *theirs {
                differing.push(format!("{shape}\n  elixir {theirs}\n  ours   {ours}"));
            }
        }
    }
    differing.sort_by_key(String::len);
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing[..differing.len().min(30)].join("\n"));
}

#[test]
fn places_that_are_not_exact_become_structs() {
    let int = Term::Integer;
    let cut_keys = vec![(Term::Cut, int(1)), (Term::Cut, int(2))];
    let pid = Term::Pid(ProcessKey { number: 7, serial: 1, incarnation: 2 });
    let reference = Term::Reference([3, 2, 1].into_iter().collect());
    let cases: &[(Term, Origin<'_>, &str)] = &[
        (Term::Cut, OWN, "%{__struct__: ElixirScope.Truncated, kept: 0, of: :term, total: nil, value: nil}"),
        (
            Term::BinaryCut(b"abc".into(), u64::MAX),
            OWN,
            r#"%{__struct__: ElixirScope.Truncated, kept: 3, of: :binary, total: 18446744073709551615, value: "abc"}"#,
        ),
        (
            Term::TupleCut(vec![int(1)], 9),
            OWN,
            "%{__struct__: ElixirScope.Truncated, kept: 1, of: :tuple, total: 9, value: {1}}",
        ),
        (
            Term::List(vec![int(1), int(2)], Some(Box::new(Term::Cut))),
            OWN,
            "%{__struct__: ElixirScope.Truncated, kept: 2, of: :list, total: nil, value: [1, 2]}",
        ),
        (
            Term::List(vec![], Some(Box::new(Term::Cut))),
            OWN,
            "%{__struct__: ElixirScope.Truncated, kept: 0, of: :list, total: nil, value: []}",
        ),
        (
            Term::MapCut(vec![(int(1), int(2))], 5),
            OWN,
            "%{__struct__: ElixirScope.Truncated, kept: 1, of: :map, total: 5, value: %{1 => 2}}",
        ),
        (
            Term::List(vec![int(7), Term::Map(cut_keys.clone())], None),
            OWN,
            "[7, %{__struct__: ElixirScope.Truncated, kept: 2, of: :map, total: 2, value: [\
             {%{__struct__: ElixirScope.Truncated, kept: 0, of: :term, total: nil, value: nil}, 1}, \
             {%{__struct__: ElixirScope.Truncated, kept: 0, of: :term, total: nil, value: nil}, 2}]}]",
        ),
        (Term::Redacted, OWN, "%{__struct__: ElixirScope.Redacted}"),
        (Term::Opaque(Opaque::Function, 5), OWN, "%{__struct__: ElixirScope.Opaque, id: 5, type: :function}"),
        (pid.clone(), OWN, "#PID<0.7.1>"),
        (Term::Port(1 << 20), OWN, "#Port<0.1048576>"),
        // The local node has no port that wide; with another creation it is one of an earlier life.
        (Term::Port(1 << 40), Origin::Own { node: "nonode@nohost", creation: 1 }, "#Port<0.1099511627776>"),
        (reference.clone(), OWN, "#Reference<0.1.2.3>"),
        (pid, Origin::Imported, r#"%{__struct__: ElixirScope.Foreign, text: "<0.7.1>~2", type: :pid}"#),
        (Term::Port(5), Origin::Imported, r#"%{__struct__: ElixirScope.Foreign, text: "<0.5>", type: :port}"#),
        (reference, Origin::Imported, r#"%{__struct__: ElixirScope.Foreign, text: "<0.1.2.3>", type: :reference}"#),
        (Term::Atom("ok".into()), Origin::Imported, ":ok"),
        (
            Term::Atom("never_heard_of".into()),
            Origin::Imported,
            r#"%{__struct__: ElixirScope.Foreign, text: "never_heard_of", type: :atom}"#,
        ),
        (Term::Atom("never_heard_of".into()), OWN, ":never_heard_of"),
        (
            Term::Tuple(vec![int(1); 300]),
            OWN,
            "{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ...}",
        ),
    ];
    let mut symbols = Symbols::new();
    let etfs: Vec<_> = cases
        .iter()
        .map(|(term, origin, _)| {
            let bytes = stored(term, &mut symbols);
            etf(&bytes, &symbols, *origin)
        })
        .collect();
    let Some(lines) = elixir("inexact", &etfs, &["[]"]) else { return };
    for ((term, _, expected), line) in cases.iter().zip(lines) {
        assert_eq!(line, *expected, "{term:?}");
    }
}

/// A native record of OTP 29, which the Elixir of this test may not know.
#[test]
fn native_records_are_shown_in_erlangs_syntax() {
    let atom = |text: &str| Term::Atom(text.into());
    let fields = vec![
        (atom("x"), Term::Integer(-7)),
        (atom("Y"), Term::Binary("a\"é".into())),
        (atom("list"), Term::List(vec![Term::Integer(97), Term::Integer(10)], None)),
        (atom("end"), Term::Tuple(vec![Term::Map(vec![(atom("Elixir.Shop"), Term::Float(1.5))]), Term::Redacted])),
    ];
    let record = |fields| Term::Record(true, [atom("shop"), atom("cart item"), fields].into());
    let mut symbols = Symbols::new();
    let whole = stored(&record(Term::Map(fields.clone())), &mut symbols);
    let text =
        r#"#shop:'cart item'{x = -7,'Y' = <<"a\"é">>,list = "a\n",'end' = {#{'Elixir.Shop' => 1.5},#Redacted<>}}"#;
    assert_eq!(inspect(&whole, &symbols, Limits::default()), text);
    let own = etf(&whole, &symbols, OWN);
    assert_eq!(own[..12], [67, 0, 0, 0, 4, 1, 119, 4, b's', b'h', b'o', b'p']);
    // Of another node it is a text, as this one may not be able to have it.
    let foreign = etf(&whole, &symbols, Origin::Imported);
    assert_eq!(foreign[0], 116);
    assert!(foreign.windows(text.len()).any(|window| window == text.as_bytes()));
    // Fields that were cut are a map, with how many there were.
    let cut = stored(&record(Term::MapCut(fields[..1].to_vec(), 9)), &mut symbols);
    assert_eq!(inspect(&cut, &symbols, Limits::default()), "#shop:'cart item'{x = -7,...}");
    assert_eq!(etf(&cut, &symbols, OWN)[0], 116);
}
