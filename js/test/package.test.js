// The package as it is installed: packed, unpacked into a fresh project of each kind, compiled against and run.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "elixir-scope-"));
const run = (program, args, cwd) => execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
let packed;

before(() => {
  packed = join(dir, run("npm", ["pack", "--silent", "--pack-destination", dir], here("..")).trim());
});
after(() => rmSync(dir, { recursive: true, force: true }));

for (const type of ["module", "commonjs"]) {
  test(`installed into a fresh ${type} project`, () => {
    const project = join(dir, type);
    cpSync(here("consumer"), project, { recursive: true });
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true, type }));
    run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--silent", packed], project);
    const options = ["--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom", "--strict", "--types", "node"];
    const roots = ["--typeRoots", here("../node_modules/@types")];
    run(process.execPath, [here("../node_modules/typescript/bin/tsc"), ...options, ...roots, "index.ts"], project);
    const said = run(process.execPath, ["index.js", here("../../tests/corpus/shop_crash/trace.scope")], project);
    assert.deepEqual(JSON.parse(said), [true, true, true, "function", "file"]);
  });
}
