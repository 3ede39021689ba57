// Written by `cargo xtask codegen` from the types of crates/scope-query. Do not edit.

export type * from "./answers.gen.js";

/** The arguments of `analyze_state_change`. */
export type AnalyzeStateChangeRequest = {
  /** A pid or a registered name. */
  process: string,
  /** The state it was in. */
  was: Wanted,
  /** The state it came to be in. */
  became: Wanted,
  /** First time, inclusive. */
  from?: number | null,
  /** Last time, inclusive. */
  to?: number | null,
  /** Most rows of the chain behind each change (default 10, at most 100). */
  causes?: number | null,
  /** Most rows. */
  limit?: number | null,
  /** Cursor. */
  after?: string | null,
};

/** The arguments of `call_tree`. A call is in the window when it begins there. */
export type CallTreeRequest = {
  /** A pid or a registered name; without one the calls of all processes make one tree. */
  process?: string | null,
  /** First time, inclusive. */
  from?: number | null,
  /** Last time, inclusive. */
  to?: number | null,
  /** Calls nested deeper than this are summed up in the node above (default 64, at most 256). */
  max_depth?: number | null,
  /** Most rows. */
  limit?: number | null,
  /** Cursor. */
  after?: string | null,
};

/** The arguments of `why` and of `impact`. */
export type ChainRequest = {
  /** The id of the event. */
  id: string,
  /** Most steps away from the event (default 20, at most 200). */
  depth?: number | null,
  /** Most rows (default 100, at most 1000). */
  limit?: number | null,
};

/** The arguments of `compare_states`. */
export type CompareStatesRequest = {
  /** Whose states, where times are given. */
  process?: string | null,
  /** The first state. */
  was: Moment,
  /** The second state. */
  became: Moment,
  /** Most changes. */
  limit?: number | null,
  /** Cursor. */
  after?: string | null,
};

/** The arguments of `crashes`. */
export type CrashesRequest = {
  /** Only of this process: a pid or a registered name. */
  process?: string | null,
  /** Only of this cause, as an answer spells it. */
  cause?: string | null,
  /** First time, inclusive. */
  from?: number | null,
  /** Last time, inclusive. */
  to?: number | null,
  /** Events shown before each crash (default 10, at most 1000). */
  events?: number | null,
  /** Most crashes (default 100, at most 1000: each comes with its circumstances). */
  limit?: number | null,
  /** Cursor. */
  after?: string | null,
};

/** The arguments of `events_around`. The filters choose among the neighbours; the event itself is always shown. */
export type EventsAroundRequest = {
  /** An event's id, or a time; events at that very time come after it. */
  at: Moment,
  /** Most events before it (default 10). */
  n_before?: number | null,
  /** Most events after it (default 10). */
  n_after?: number | null,
  /** As for `events`. */
  process?: string | null,
  /** Class names. */
  classes?: Array<string> | null,
  /** Kind names. */
  kinds?: Array<string> | null,
  /** Module. */
  module?: string | null,
  /** Function name. */
  function?: string | null,
  /** A filter; see [`Events`](super::Events). */
  filter?: string | null,
  /** As for `events`. */
  match?: string | null,
};

/** The arguments of `events`. Every filter that is given must match. */
export type EventsRequest = {
  /** A pid (`<0.1.0>`, `#PID<0.1.0>`, `<0.1.0>~2`) or a registered name (`Shop.Inventory`, `:cart`). */
  process?: string | null,
  /** Class names. */
  classes?: Array<string> | null,
  /** Kind names. */
  kinds?: Array<string> | null,
  /** Module, as Elixir (`Shop.Cart`) or Erlang (`:gen_server`, `gen_server`) writes it. */
  module?: string | null,
  /** Function name. */
  function?: string | null,
  /** A filter such as `kind:send to:Shop.Cart waiting>5ms`; docs/filter.md has the language. */
  filter?: string | null,
  /** A pattern of the event's term, such as `{:add, _}`. It is also met by the request inside a message of a GenServer. */
  match?: string | null,
  /** First time, inclusive. */
  from?: number | null,
  /** Last time, inclusive. */
  to?: number | null,
  /** Newest first. */
  backward?: boolean | null,
  /** Most rows. */
  limit?: number | null,
  /** Cursor. */
  after?: string | null,
};

/** The arguments of `find_processes`. Every filter that is given must match. */
export type FindProcessesRequest = {
  /** The callback module, or the module of the initial call. */
  module?: string | null,
  /** A registered name held at any time, or at `alive_at`. */
  name?: string | null,
  /** The parent: a pid or a registered name. */
  parent?: string | null,
  /** Only processes alive at this time. */
  alive_at?: number | null,
  /** Only processes that exited abnormally (`true`), or only others (`false`). */
  crashed?: boolean | null,
  /** Most rows. */
  limit?: number | null,
  /** Cursor. */
  after?: string | null,
};

/** Functions and a window of time; every filter that is given must match. A call is in the window when it begins there. */
export type FunctionWindow = {
  /** Module, as Elixir (`Shop.Cart`) or Erlang (`:gen_server`, `gen_server`) writes it. */
  module?: string | null,
  /** Function name. */
  function?: string | null,
  /** Number of arguments. */
  arity?: number | null,
  /** A pid or a registered name: only the calls of this process. */
  process?: string | null,
  /** First time, inclusive. */
  from?: number | null,
  /** Last time, inclusive. */
  to?: number | null,
  /** Most rows. */
  limit?: number | null,
  /** Cursor. */
  after?: string | null,
};

/** The arguments of `histogram`. */
export type HistogramRequest = {
  /** First time, inclusive (default: the first one held). */
  from?: number | null,
  /** Last time, inclusive (default: the last one held). */
  to?: number | null,
  /** Most buckets (default 100, at most 4096). There are fewer where the window has no more nanoseconds, or does not divide evenly. */
  buckets?: number | null,
  /** Count only what passes this filter; docs/filter.md has the language. */
  filter?: string | null,
};

/** The arguments of `info`. */
export type InfoRequest = Record<symbol, never>;

/** A term to compare states with. */
export type Like = {
  /** A term as Elixir writes it; `_` stands for anything, and `...` at the end of a map for any other keys: `%{status: :paid, ...}`. */
  like: string,
};

/** The arguments of `message_flow`. */
export type MessageFlowRequest = {
  /** One process. */
  a: string,
  /** The other process; `null` means every other. */
  b?: string | null,
  /** `both` (the default), `from_a` or `to_a`. */
  direction?: string | null,
  /** First time of sending, inclusive. */
  from?: number | null,
  /** Last time of sending, inclusive. */
  to?: number | null,
  /** Most rows. */
  limit?: number | null,
  /** Cursor. */
  after?: string | null,
};

/** The arguments of `message_queue_analysis`. */
export type MessageQueueAnalysisRequest = {
  /** First time, inclusive. */
  from?: number | null,
  /** Last time, inclusive. */
  to?: number | null,
  /** Most rows. */
  limit?: number | null,
  /** Cursor. */
  after?: string | null,
};

/** The arguments of `message`. */
export type MessageRequest = {
  /** The id of its send, its delivery or its handling. */
  id: string,
};

/** A state as a request names it: the one at a time, or the term with an id. */
export type Moment = number | string;

/** The arguments of `overview`. */
export type OverviewRequest = {
  /** First time, inclusive. */
  from?: number | null,
  /** Last time, inclusive. */
  to?: number | null,
};

/** The arguments of `process_info`. */
export type ProcessInfoRequest = {
  /** A pid or a registered name. */
  process: string,
  /** The moment whose names, links and label are meant (default: the end of the trace, or of the process). */
  at?: number | null,
};

/** The arguments of `process_relationships`. */
export type ProcessRelationshipsRequest = {
  /** A pid or a registered name. */
  process: string,
  /** The moment meant (default: the end of the trace, or of the process). */
  at?: number | null,
  /** Most children, and most peers. */
  limit?: number | null,
};

/** A process and a window of time. */
export type ProcessWindow = {
  /** A pid or a registered name; a bare pid means its latest incarnation in the window. */
  process: string,
  /** First time, inclusive. */
  from?: number | null,
  /** Last time, inclusive. */
  to?: number | null,
  /** Most rows. */
  limit?: number | null,
  /** Cursor. */
  after?: string | null,
};

/** One request. `limit` is the most rows (default 1000), `after` the `next` of the answer before. */
export type Request = { "kind": "info" } & InfoRequest | { "kind": "events" } & EventsRequest | { "kind": "histogram" } & HistogramRequest | { "kind": "term" } & TermRequest | { "kind": "state_timeline" } & ProcessWindow | { "kind": "state_at" } & StateAtRequest | { "kind": "message_flow" } & MessageFlowRequest | { "kind": "message" } & MessageRequest | { "kind": "server_calls" } & ServerCallsRequest | { "kind": "snapshot_at" } & SnapshotAtRequest | { "kind": "execution_path" } & ProcessWindow | { "kind": "process_info" } & ProcessInfoRequest | { "kind": "find_processes" } & FindProcessesRequest | { "kind": "process_relationships" } & ProcessRelationshipsRequest | { "kind": "supervision_tree" } & SupervisionTreeRequest | { "kind": "events_around" } & EventsAroundRequest | { "kind": "compare_states" } & CompareStatesRequest | { "kind": "state_changes" } & StateChangesRequest | { "kind": "analyze_state_change" } & AnalyzeStateChangeRequest | { "kind": "why" } & ChainRequest | { "kind": "impact" } & ChainRequest | { "kind": "crashes" } & CrashesRequest | { "kind": "performance_analysis" } & FunctionWindow | { "kind": "slowest_function_calls" } & FunctionWindow | { "kind": "function_calls" } & FunctionWindow | { "kind": "call_tree" } & CallTreeRequest | { "kind": "message_queue_analysis" } & MessageQueueAnalysisRequest | { "kind": "overview" } & OverviewRequest;

/** The arguments of `server_calls`. At least one of `server` and `caller` is given. */
export type ServerCallsRequest = {
  /** Who was called. */
  server?: string | null,
  /** Who called. */
  caller?: string | null,
  /** First time of sending, inclusive. */
  from?: number | null,
  /** Last time of sending, inclusive. */
  to?: number | null,
  /** Most rows. */
  limit?: number | null,
  /** Cursor. */
  after?: string | null,
};

/** The arguments of `snapshot_at`. */
export type SnapshotAtRequest = {
  /** The moment. */
  time: number,
  /** Messages shown per mailbox (default 10, at most 1000); their number is told whole. */
  messages?: number | null,
  /** With the supervision tree. */
  tree?: boolean | null,
  /** Most processes. */
  limit?: number | null,
  /** Cursor. */
  after?: string | null,
};

/** The arguments of `state_at`. */
export type StateAtRequest = {
  /** A pid or a registered name. */
  process: string,
  /** The moment. */
  time: number,
};

/** The arguments of `state_changes`. */
export type StateChangesRequest = {
  /** A pid or a registered name. */
  process: string,
  /** The part of the state to watch, as changes name it: `.items[0].quantity`, `[:total]`, `items`; the whole state when not given. */
  path?: string | null,
  /** First time, inclusive. */
  from?: number | null,
  /** Last time, inclusive. */
  to?: number | null,
  /** Most rows. */
  limit?: number | null,
  /** Cursor. */
  after?: string | null,
};

/** The arguments of `supervision_tree`. */
export type SupervisionTreeRequest = {
  /** The moment (default: the end of the trace). */
  at?: number | null,
  /** Only this supervisor and what is below it. */
  root?: string | null,
  /** Most rows. */
  limit?: number | null,
  /** Cursor. */
  after?: string | null,
};

/** The arguments of `term`. */
export type TermRequest = {
  /** The id of a term, from an answer. */
  id: string,
  /** Steps into the term: element positions from 0 (for a map: the n-th pair's value). */
  path?: Array<number> | null,
  /** Elements shown per collection (default 50). */
  limit?: number | null,
  /** Cursor into the children of a long collection. */
  after?: string | null,
};

/** One state, or every state that is like something. */
export type Wanted = Moment | Like;
