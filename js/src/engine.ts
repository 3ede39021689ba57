// The engine: the only file that knows the WebAssembly module.
//
// Invariant: nothing is decided here. Every answer is the module's, and every error but "not started" and "closed" is too.

import { initSync, openTrace as openCore, type Trace as CoreTrace } from "../core/core.js";
import { ScopeError } from "./error.js";
import { type AnswerOf, type RequestOf, Requests } from "./requests.gen.js";
import type { Request, State } from "./types.gen.js";

/** What the module can be made from. */
export type ModuleSource = BufferSource | WebAssembly.Module | Response | URL | string;

let started: Promise<void> | undefined;
let isReady = false;

/**
 * Loads the engine; a second call waits for the first. Without an argument it is `core.wasm` beside this file, read or fetched.
 * Give the address, the bytes or the compiled module where that is not what you want.
 */
export function init(source: ModuleSource | PromiseLike<ModuleSource> = defaultSource()): Promise<void> {
  started ??= start(source).catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}

/** The same at once, for bytes or a module that are there already. */
export function initWith(module: BufferSource | WebAssembly.Module): void {
  if (!isReady) initSync({ module });
  isReady = true;
}

/**
 * Opens a trace file. Damage is not an error: the intact parts answer, and `coverage.dropped` names what is lost.
 *
 * @throws {ScopeError} `not_a_trace`, `newer_format`; and `not_started` before `init`.
 */
export function openTrace(bytes: Uint8Array): Trace {
  if (!isReady) throw new ScopeError("not_started", "call and await init() first");
  return new Trace(opened(bytes));
}

/** An open trace. */
export class Trace extends Requests {
  #core: CoreTrace | undefined;

  /** @internal */
  constructor(core: CoreTrace) {
    super();
    this.#core = core;
  }

  /**
   * Answers one request.
   *
   * @throws {ScopeError} with the engine's code.
   */
  query<K extends Request["kind"]>(request: RequestOf<K>): AnswerOf<K> {
    const answer = JSON.parse(this.#open().query(request)) as AnswerOf<K> | { error: Refusal };
    if ("error" in answer) throw new ScopeError(answer.error.code, answer.error.message, answer.error.partial);
    return answer;
  }

  /** Answers a request written in JSON with the engine's own text: an answer, or `{"error": {"code": .., "message": ..}}`. */
  queryJson(request: string): string {
    return this.#open().queryJson(request);
  }

  /** Gives the trace's memory back. */
  close(): void {
    this.#core?.free();
    this.#core = undefined;
  }

  #open(): CoreTrace {
    if (this.#core === undefined) throw new ScopeError("closed", "the trace is closed");
    return this.#core;
  }
}

interface Refusal {
  code: string;
  message: string;
  partial?: State;
}

function opened(bytes: Uint8Array): CoreTrace {
  try {
    return openCore(bytes);
  } catch (error) {
    const { code, message } = error as Partial<Refusal>;
    throw typeof code === "string" && !(error instanceof Error) ? new ScopeError(code, message ?? code) : error;
  }
}

function defaultSource(): URL {
  return new URL("../core.wasm", import.meta.url);
}

async function start(source: ModuleSource | PromiseLike<ModuleSource>): Promise<void> {
  const resolved = await source;
  const isAddress = typeof resolved === "string" || resolved instanceof URL;
  initWith(await compiled(isAddress ? await load(new URL(resolved, import.meta.url)) : resolved));
}

async function load(address: URL): Promise<Response | BufferSource> {
  if (address.protocol !== "file:") return fetch(address);
  // Only Node has files; the name is kept from bundlers, which would look for it.
  const files = "node:fs/promises";
  const { readFile } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ files)) as typeof import("node:fs/promises");
  return new Uint8Array(await readFile(address));
}

async function compiled(source: Response | BufferSource | WebAssembly.Module): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof Response !== "undefined" && source instanceof Response) {
    if (!source.ok) throw new ScopeError("not_started", `${source.url}: ${source.status} ${source.statusText}`);
    return WebAssembly.compile(await source.arrayBuffer());
  }
  return WebAssembly.compile(source as BufferSource);
}
