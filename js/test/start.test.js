// Starting the engine.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { init, initWith, openTrace, ScopeError } from "elixir-scope";
import { bytesOf } from "./corpus.js";

const code = (wanted) => (error) => error instanceof ScopeError && error.code === wanted && error.message !== "";

test("before init nothing opens, and a failed init can be made good", async () => {
  assert.throws(() => openTrace(new Uint8Array()), code("not_started"));
  await assert.rejects(init(new URL("no-such.wasm", import.meta.url)));
  await assert.rejects(init(new Response("", { status: 404 })), code("not_started"));
  const module = new URL("../dist/core.wasm", import.meta.url);
  await Promise.all([init(module), init()]);
  initWith(readFileSync(module));
  assert.equal(openTrace(bytesOf("shop_crash")).info().data.source, "file");
});
