// The one error that this package throws.

import type { State } from "./types.gen.js";

/** Why a question has no answer. `code` is stable, and the same at every edge: `not_found`, `not_traced`, `evicted`, `bad_argument`, ... */
export class ScopeError extends Error {
  override readonly name = "ScopeError";
  readonly code: string;
  /** For `incomplete_state`: the state as far as it is known; else `null`. */
  readonly partial: State | null;

  constructor(code: string, message: string, partial: State | null = null) {
    super(message);
    this.code = code;
    this.partial = partial;
  }
}
