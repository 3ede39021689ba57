// The recorded cases of tests/corpus, as every runner reads them: one document per line.

import { readdirSync, readFileSync } from "node:fs";

const root = new URL("../../tests/corpus/", import.meta.url);

const documents = (text) =>
  text
    .split("\n")
    .map((line) => line.replace(/,$/, ""))
    .filter((line) => line !== "" && line !== "[" && line !== "]");

/** The bytes of a case's trace. */
export const bytesOf = (name) => new Uint8Array(readFileSync(new URL(`${name}/trace.scope`, root)));

/** Every case: its name, the bytes of its trace, its requests and the accepted answers. */
export const cases = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => {
    const read = (file) => documents(readFileSync(new URL(`${name}/${file}`, root), "utf8"));
    return { name, bytes: bytesOf(name), requests: read("request.json"), answers: read("answer.json") };
  });
