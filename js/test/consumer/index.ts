// What a consumer writes; compiled against the packed package as an ES module and as CommonJS, and run.

import { readFileSync } from "node:fs";
import { init, openTrace, ScopeError, type Call, type Message } from "elixir-scope";
import { openTrace as openInline } from "elixir-scope/inline";

async function main(): Promise<void> {
  await init();
  const bytes = readFileSync(process.argv[2] ?? "");
  const trace = openTrace(bytes);
  const node: string = trace.info().data.node;
  const calls: Call[] = trace.query({ kind: "execution_path", process: "Shop.Payment" }).data;
  const message: Message | undefined = trace.messageFlow({ a: "Shop.Payment", b: "Shop.Inventory" }).data[0];
  try {
    // @ts-expect-error: a state has no such field
    trace.stateAt({ process: "no process", time: 0 }).data.weather;
  } catch (error) {
    if (!(error instanceof ScopeError) || error.code !== "not_found") throw error;
  }
  // @ts-expect-error: there is no such request
  const ask = (): unknown => trace.query({ kind: "weather" });
  trace.close();
  console.log(JSON.stringify([node !== "", calls.length > 0, message === undefined, typeof ask, openInline(bytes).info().data.source]));
}

void main();
