// Every accepted answer, to the byte, from the built package.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { init, openTrace, ScopeError } from "elixir-scope";
import { cases } from "./corpus.js";

before(() => init());

// What a case says when its file cannot be opened: the refusal, whatever is asked.
function open(bytes) {
  try {
    const trace = openTrace(bytes);
    return {
      text: (request) => trace.queryJson(request),
      object: (request) => trace.query(request),
      close: () => trace.close(),
    };
  } catch (error) {
    const refuse = () => {
      throw error;
    };
    return { text: () => JSON.stringify(refusal(error)), object: refuse, close: () => {} };
  }
}

function refusal(error) {
  assert.ok(error instanceof ScopeError, `${error}`);
  const { code, message, partial } = error;
  return { error: { code, message, ...(partial === null ? {} : { partial }) } };
}

function asked(trace, request) {
  try {
    return trace.object(JSON.parse(request));
  } catch (error) {
    return refusal(error);
  }
}

for (const { name, bytes, requests, answers } of cases) {
  test(`corpus ${name}`, () => {
    const trace = open(bytes);
    assert.ok(requests.length > 0);
    assert.equal(requests.length, answers.length);
    for (const [at, request] of requests.entries()) {
      assert.equal(trace.text(request), answers[at], request);
      // The plain object holds the same, field by field in the same order, with null where there is nothing.
      assert.equal(JSON.stringify(asked(trace, request)), answers[at], request);
    }
    trace.close();
  });
}
