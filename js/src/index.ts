// What the package offers. `await init()` once, then `openTrace(bytes)`.

export { init, initWith, openTrace, Trace, type ModuleSource } from "./engine.js";
export { ScopeError } from "./error.js";
export type { AnswerOf, DataOf, RequestOf } from "./requests.gen.js";
export type * from "./types.gen.js";
