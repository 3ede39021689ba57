// The worker of `cargo xtask bench wasm` in Node: the counterpart of xtask/src/bench/wasm/native.rs, line by line.
// Arguments: the trace file. Its first line of input holds the questions; every further line asks for a round.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { init, openTrace } from "elixir-scope";

const timed = (work) => {
  const began = performance.now();
  const result = work();
  return [performance.now() - began, result];
};

await init();
const bytes = readFileSync(process.argv[2]);
let trace = openTrace(bytes);
let questions;

for await (const line of createInterface({ input: process.stdin })) {
  if (questions === undefined) {
    questions = JSON.parse(line);
    const answers = questions.flatMap(({ requests }) => requests.map((request) => trace.queryJson(request)));
    process.stdout.write(`${answers.join("\n")}\n`);
    continue;
  }
  trace.close();
  let load_ms;
  [load_ms, trace] = timed(() => openTrace(bytes));
  const request_ms = questions.map(({ requests }) => requests.map((request) => timed(() => trace.queryJson(request))[0]));
  process.stdout.write(`${JSON.stringify({ load_ms, request_ms })}\n`);
}
