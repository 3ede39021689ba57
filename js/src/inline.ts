// The same with the module inside: nothing to load, so `openTrace(bytes)` at once. For pages that are one file, and for editors.

import bytes from "../dist/core.wasm";
import { initWith } from "./engine.js";

initWith(bytes);

export * from "./index.js";
