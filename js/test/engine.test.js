// The package's own part: a method per request, errors, closing.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { init, openTrace, ScopeError } from "elixir-scope";
import * as inline from "elixir-scope/inline";
import { bytesOf } from "./corpus.js";

const code = (wanted) => (error) => error instanceof ScopeError && error.code === wanted && error.message !== "";

before(() => init());

test("every request has a method, and its answer the request's type", () => {
  const trace = openTrace(bytesOf("shop_crash"));
  const info = trace.info();
  assert.equal(info.data.source, "file");
  assert.equal(info.next, null);
  const exit = trace.events({ kinds: ["exit"] }).data.find((event) => event.term.text.includes("badarith"));
  assert.equal(exit.class, "process");
  const process = exit.process.pid;
  assert.equal(trace.stateTimeline({ process }).data.at(-1).at_termination, true);
  assert.match(trace.stateAt({ process, time: exit.time - 1 }).data.state.text, /Shop\.Cart/);
  assert.equal(trace.term({ id: exit.term.id }).data.kind, "tuple");
  const other = trace.events({ process, kinds: ["spawn"] }).data[0]?.process.pid ?? process;
  assert.ok(Array.isArray(trace.messageFlow({ a: process, b: other }).data));
  assert.equal(trace.executionPath({ process: "Shop.Payment", limit: 2 }).data.length, 2);
  trace.close();
});

test("pages follow each other, and undefined is the same as absent", () => {
  const trace = openTrace(bytesOf("shop_crash"));
  const all = trace.events({}).data.map((event) => event.id);
  const paged = [];
  let after;
  do {
    const page = trace.events({ limit: 100, after, process: undefined, to: null });
    paged.push(...page.data.map((event) => event.id));
    after = page.next;
  } while (after !== null);
  assert.deepEqual(paged, all);
  trace.close();
});

test("numbers that JSON cannot write are read or refused, never dropped", () => {
  const trace = openTrace(bytesOf("shop_crash"));
  const end = trace.info().coverage.to;
  assert.deepEqual(trace.events({ to: BigInt(end), limit: 3n }), trace.events({ to: end, limit: 3 }));
  for (const limit of [NaN, Infinity, -Infinity, -1n]) {
    assert.throws(() => trace.events({ limit }), code("bad_argument"));
  }
  trace.close();
});

test("errors are the engine's", () => {
  assert.throws(() => openTrace(new Uint8Array([80, 75, 3, 4])), code("not_a_trace"));
  const trace = openTrace(bytesOf("shop_crash"));
  assert.throws(() => trace.stateTimeline({ process: "<0.99999.0>" }), code("not_found"));
  assert.throws(() => trace.query({ kind: "weather" }), code("bad_argument"));
  assert.throws(() => trace.events({ moon: "full" }), code("bad_argument"));
  assert.throws(() => trace.query(null), code("bad_argument"));
  assert.throws(() => trace.events({ from: 0.5 }), code("bad_argument"));
  assert.match(trace.queryJson("{"), /"code":"bad_argument"/);
  trace.close();
  assert.throws(() => trace.info(), code("closed"));
  trace.close();
});

test("the inline module needs no start", () => {
  const trace = inline.openTrace(bytesOf("shop_crash"));
  assert.equal(trace.info().data.source, "file");
  assert.equal(inline.ScopeError, ScopeError);
  trace.close();
});
