// Builds dist/: the sources as ES modules and as CommonJS, each with its types. dist/core.wasm and core/ are there already:
// `cargo xtask dist js` makes them.

import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const formats = { esm: "module", cjs: "commonjs" };

for (const [format, type] of Object.entries(formats)) {
  rmSync(`dist/${format}`, { recursive: true, force: true });
  await build({
    entryPoints: ["src/index.ts", "src/inline.ts"],
    outdir: `dist/${format}`,
    bundle: true,
    // What both entries need is one file, so that a class is the same class whichever of them it came from.
    splitting: format === "esm",
    format,
    target: "es2022",
    platform: "neutral",
    loader: { ".wasm": "binary" },
    ...(format === "cjs" && {
      define: { "import.meta.url": "moduleUrl" },
      banner: { js: 'const moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
    }),
  });
  writeFileSync(`dist/${format}/package.json`, `${JSON.stringify({ type })}\n`);
}

execFileSync(process.execPath, ["node_modules/typescript/bin/tsc"], { stdio: "inherit" });
for (const name of readdirSync("dist/esm").filter((name) => name.endsWith(".d.ts"))) {
  cpSync(`dist/esm/${name}`, `dist/cjs/${name}`);
}
