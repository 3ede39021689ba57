// Opens the file that record.exs wrote, without a BEAM: the npm package sends the requests of demo/requests.exs, and every answer must be the same.
// Started by `cargo xtask demo`: node outside.mjs DIR PACKAGE

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [dir, npmPackage] = process.argv.slice(2);
const { init, openTrace } = await import(pathToFileURL(join(npmPackage, "dist/esm/index.js")));
const lines = (name) => readFileSync(join(dir, name), "utf8").trimEnd().split("\n");
const [requests, answers] = [lines("requests.jsonl"), lines("answers.jsonl")];

await init();
const trace = openTrace(readFileSync(join(dir, "shop.scope")));
const differing = requests.filter((request, i) => trace.queryJson(request) !== answers[i]);
trace.close();

for (const request of differing) console.error(`wrong: in Node: another answer to ${request}`);
if (differing.length > 0 || requests.length !== answers.length) process.exit(1);
const n_bytes = answers.reduce((sum, answer) => sum + Buffer.byteLength(answer), 0);
console.log(`  the same answers in Node, through WebAssembly: ${requests.length} requests, ${n_bytes} bytes of answers, all equal`);
