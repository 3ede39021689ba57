// Written by `cargo xtask codegen` from the types of crates/scope-query. Do not edit.

/** One answer, with the data of its request. */
export type Answer<D> = {
  /** The rows or facts, by request. */
  data: D,
  /** What the answer rests on. */
  coverage: Coverage,
  /** Where the next page begins (`after` of the next request), or `null` when this is all. */
  next: string | null,
};

/** The neighbours of an event or a time. */
export type Around = {
  /** Events before it, oldest first. */
  before: Array<Event>,
  /** The event itself, or `null` when a time was asked. */
  event: Event | null,
  /** Events after it, oldest first. */
  after: Array<Event>,
};

/** The process whom the others wait for. */
export type Bottleneck = {
  /** It. */
  process: Process,
  /** Why, with the figures, in one sentence. */
  why: string,
  /** From the process with the most waiting to the bottleneck, each waiting for the next. */
  path: Array<Process>,
  /** The id of the message that waited longest in the queue the path begins with. */
  longest: string | null,
};

/** One call. */
export type Call = {
  /** The id of the call event. */
  id: string,
  /** When it began. */
  time: number,
  /** Who called, with the name it held then. */
  process: Process | null,
  /** The function. */
  function: Function,
  /** Its arguments, or `null` when only the arity was captured. */
  args: Term | null,
  /** Calls open around it in the process, among the traced ones. */
  depth: number,
  /** From call to return or exception. */
  duration_ns: number | null,
  /** `duration_ns` less the traced calls inside. */
  own_ns: number | null,
  /** The value returned, or `{class, reason}`. */
  result: Term | null,
  /** `returned`, `raised`, `open` (no return in the trace), `call_only` (returns were not traced). */
  outcome: CallOutcome,
};

/** The calls of a function within one chain of callers, as a node of a tree in preorder; siblings come by time, longest first.
 *
 * A function that calls itself stays in its node. */
export type CallNode = {
  /** Its place in the tree, from 0. */
  index: number,
  /** The place of the node around it, or `null`. */
  parent: number | null,
  /** Nodes around it. */
  depth: number,
  /** The function. */
  function: Function,
  /** The functions from the outermost to this one as flame graphs take them: `Shop.order/1;Shop.price/1`. With `own_ns` it is a
   * line of folded stacks. */
  stack: string,
  /** Calls that began in the window. */
  calls: number,
  /** Of these, calls whose end is not in the trace. */
  open: number,
  /** Of these, calls whose returns were not traced. */
  call_only: number,
  /** Of these, calls left by an exception. */
  errors: number,
  /** Time in the calls that ended; of a function that calls itself, the outermost. */
  total_ns: number,
  /** Time in them without the traced calls inside. */
  own_ns: number,
  /** Calls below that are nested too deep to have a node. */
  deeper: number,
  /** Time in these, the outermost of each nest. */
  deeper_ns: number,
};

/** How a call ended: `open` has no return in the trace, `call_only` had no returns traced. */
export type CallOutcome = "returned" | "raised" | "open" | "call_only";

/** One end of the calls from one function to another: the innermost traced call around. */
export type Calling = {
  /** The other function; `null` where no traced call was around. */
  function: Function | null,
  /** How many calls. */
  calls: number,
  /** Their time; of calls within calls of the called function, the outermost only. */
  total_ns: number,
};

/** Exits that say the same: the same kind of error, raised in the same function. */
export type Cause = {
  /** `:badarith in Shop.Cart.take_off/1`, `RuntimeError in Shop.Till.pay/2`, `:killed`. */
  text: string,
  /** How many exits, those among them that followed another one. */
  n: number,
  /** The first one's time. */
  first: number,
  /** The last one's time. */
  last: number,
  /** The first one's id. */
  id: string,
};

/** How sure a conclusion is that rests on several events. */
export type Certainty = "certain" | "likely" | "possible";

/** The events behind one event, or after it: a graph without cycles. */
export type Chain = {
  /** The event that was asked about. */
  id: string,
  /** That event first, then the others by their distance from it. */
  rows: Array<Step>,
};

/** One place that differs. */
export type Change = {
  /** `added`, `removed`, `changed`, `moved` (an element of a list among its neighbours), `unknown` (not all of it was recorded). */
  kind: ChangeKind,
  /** Where: `.name` for an atom key of a map or keyword list, `[key]` for other keys as `inspect` shows them, `[n]` for the n-th element
   * (from 0) of a list or tuple, `[tail]` for the tail of an improper list; empty for the whole. Positions are those in the second term,
   * of what was removed those in the first. */
  path: string,
  /** What was there; the steps to it follow the event in its id (`state-0-12/0/2`). `null` when it was added. */
  before: Term | null,
  /** What is there, or `null` when it was removed. */
  after: Term | null,
};

/** How a place of a term differs. */
export type ChangeKind = "added" | "removed" | "changed" | "moved" | "unknown";

/** What a supervisor says of a child. */
export type Child = {
  /** The child's id as text; `null` for children of dynamic supervisors, or when no sweep saw it. */
  id: string | null,
  /** `worker` or `supervisor`. */
  kind: string | null,
  /** `permanent`, `transient` or `temporary`. */
  restart: string | null,
  /** Its modules; `null` when unknown or dynamic. */
  modules: Array<string> | null,
};

/** A number of events. */
export type ClassCount = {
  /** Class name. */
  class: EventClass,
  /** Events of it. */
  events: number,
};

/** Numbers of events of one class. */
export type ClassHistogram = {
  /** Class name. */
  class: EventClass,
  /** All events counted. */
  events: number,
  /** Of these, events of which the filter cannot decide, as what it looks at was kept in part. */
  possible: number,
  /** The events of each bucket. */
  counts: Array<number>,
};

/** What is held and lost of a class. */
export type ClassInfo = {
  /** Class name. */
  class: EventClass,
  /** Produced. */
  emitted: number,
  /** Held. */
  stored: number,
  /** Evicted. */
  evicted: number,
  /** Sampled out. */
  sampled_out: number,
  /** Filtered. */
  filtered: number,
  /** Dropped, all reasons. */
  dropped: number,
};

/** Two terms compared. */
export type Comparison = {
  /** The first term. */
  was: Term,
  /** The second term. */
  became: Term,
  /** How they differ. */
  difference: Difference,
};

/** What an answer rests on. */
export type Coverage = {
  /** First time the answer speaks of. */
  from: number,
  /** Last time the answer speaks of. */
  to: number,
  /** The trace is complete up to this time. */
  watermark: number,
  /** Events read. */
  events: number,
  /** Losses that touch the window. */
  dropped: Array<Dropped>,
  /** Targets of the request that were not traced, for the class that would show it. */
  not_traced: Array<NotTraced>,
  /** Events before this time are gone (`null`: nothing was evicted). */
  evicted_before: number | null,
  /** The answer was cut: by `limit`, or because it would read too much of the trace. `next` goes on, where there is one. */
  truncated: boolean,
};

/** One abnormal exit: any but `:normal`, `:shutdown` and `{:shutdown, _}`. */
export type Crash = {
  /** The id of the exit. */
  id: string,
  /** When. */
  time: number,
  /** Who. */
  process: Process,
  /** The callback module of its last state, or `null`. */
  module: string | null,
  /** The exit reason. */
  reason: Term,
  /** As in [`Cause::text`]. */
  cause: string,
  /** Where it was raised, innermost first; empty when the reason has no stacktrace. */
  stacktrace: Array<Frame>,
  /** The exit that this one followed, or `null`. */
  followed: Followed | null,
  /** The last state, of whatever completeness, or `null` when none was recorded. */
  last_state: State | null,
  /** The message it was handling, or `null`: it was waiting, or its handling was not recorded (coverage says so). */
  handling: Event | null,
  /** The events of the process before, oldest first. */
  before: Array<Event>,
  /** Who was linked to it, and what became of them. */
  linked: Array<Linked>,
  /** The process started in its place, or `null` when none was seen. */
  restarted: Restart | null,
};

/** Abnormal exits and what they have in common. */
export type Crashes = {
  /** The causes of all abnormal exits asked for, on this page or not: the most frequent first, at most 100. */
  causes: Array<Cause>,
  /** The page, oldest first. */
  crashes: Array<Crash>,
};

/** The difference of two terms. */
export type Difference = {
  /** `equal`, `different`, or `unknown` when all that was recorded of both agrees and not all was. */
  verdict: Verdict,
  /** What differs, in the order of the first term. */
  changes: Array<Change>,
  /** How many changes there are, shown or not. */
  n_changes: number,
  /** A list was too long to be aligned as tightly as possible: fewer changes might tell the same. */
  coarse: boolean,
};

/** Lost events. */
export type Dropped = {
  /** Class name, or `null` when damage hides it. */
  class: EventClass | null,
  /** How many, or `null` when unknowable. */
  n: number | null,
  /** First time they can have had. */
  from: number,
  /** Last time they can have had. */
  to: number,
  /** `buffer_full`, `damaged`, ... */
  reason: LossReason,
};

/** Many durations, summed up. A quantile is by nearest rank: the shortest duration that at least so many in a hundred do not exceed. */
export type Durations = {
  /** How many. */
  n: number,
  /** Their sum (2^53 - 1 for that much or more). */
  sum_ns: number,
  /** Their mean, rounded down. */
  mean_ns: number,
  /** Median. */
  p50_ns: number,
  /** 95 in 100 are not longer. */
  p95_ns: number,
  /** 99 in 100 are not longer. */
  p99_ns: number,
  /** The longest. */
  max_ns: number,
  /** How much too long a quantile may be, in millionths of it: 0 up to 65,536 durations, 7,813 beyond. */
  error_ppm: number,
};

/** What joins an event to a cause. */
export type Edge = {
  /** The id of the cause. */
  id: string,
  /** `reply_ref` and `caller_ref` (both carry the reference of one call), `unique_match` (nothing equal was on the way), `content_match` (one of
   * `n` equal messages), `same_process_order` (what its process was at), `callers` (the `$callers` of a task), `link_exit`, `monitor_exit` and
   * `call_exit` (the exit of another process, over a link, a monitor or a call), `restart` (it was started in place of what exited). */
  kind: EdgeKind,
  /** `certain`, `likely` or `possible`. */
  certainty: Certainty,
  /** How many events the cause is one of: of a `content_match`, and of a `link_exit` where several may have come first; else `null`. */
  n: number | null,
};

/** What joins an event to a cause. */
export type EdgeKind = "reply_ref" | "caller_ref" | "unique_match" | "content_match" | "same_process_order" | "callers" | "link_exit" | "monitor_exit" | "call_exit" | "restart";

/** One event. */
export type Event = {
  /** `message-12-345`. */
  id: string,
  /** When. */
  time: number,
  /** Class name. */
  class: EventClass,
  /** Kind name. */
  kind: EventKind,
  /** Where, or `null` for recorder-wide events. */
  process: Process | null,
  /** The other party as text: a pid, a name, a port, a reference. */
  peer: string | null,
  /** The function, for kinds that have one. */
  function: Function | null,
  /** The name or module, for kinds that have one. */
  atom: string | null,
  /** Message, arguments, value, state, reason or details. */
  term: Term | null,
  /** `to_dead`, `no_return`, `arity_only`; `possible` when the filter cannot tell, as what it looks at was kept in part. */
  flags: Array<EventFlag>,
};

/** The class of an event. */
export type EventClass = "control" | "process" | "message" | "call" | "state" | "span" | "runtime";

/** What is special about an event: `possible` when the filter cannot decide, as what it looks at was kept in part. */
export type EventFlag = "to_dead" | "no_return" | "arity_only" | "possible";

/** The kind of an event. */
export type EventKind = "recorder_started" | "recorder_stopped" | "level_changed" | "rate_changed" | "target_added" | "target_removed" | "pattern_added" | "pattern_removed" | "sweep_done" | "governor_step" | "loss" | "mark" | "returns_off" | "spawn" | "alive" | "exit" | "link" | "unlink" | "register" | "unregister" | "send" | "delivered" | "handled" | "call" | "return" | "exception" | "state" | "terminate" | "span_start" | "span_stop" | "scheduled_in" | "scheduled_out" | "gc_start" | "gc_stop";

/** Over what an exit led to another. */
export type ExitPath = "link" | "call";

/** Something that stands out. */
export type Finding = {
  /** `lost`, `evicted`, `crashes`, `restarts`, `queue`, `bottleneck`, `own_time`, `slowest_call`, `call_errors`. */
  topic: FindingTopic,
  /** One sentence with its figures. */
  text: string,
  /** The figure it is about. */
  figure: number,
  /** What the figure counts: `events`, `ns`, `messages`, `calls`, `crashes`, `restarts`. */
  unit: FindingUnit,
  /** The process, if it is about one. */
  process: Process | null,
  /** The function, if it is about one. */
  function: Function | null,
  /** The event to go on with. */
  id: string | null,
  /** The request that tells more. */
  ask: string,
};

/** What a finding is about. */
export type FindingTopic = "lost" | "evicted" | "crashes" | "restarts" | "queue" | "bottleneck" | "own_time" | "slowest_call" | "call_errors";

/** What the figure of a finding counts. */
export type FindingUnit = "events" | "ns" | "messages" | "calls" | "crashes" | "restarts";

/** An exit that led to another. */
export type Followed = {
  /** The id of the exit before. */
  id: string,
  /** Whose it was. */
  process: Process,
  /** `link`: the two were linked and the reasons are equal. `call`: it was called, and its reason is in this one's. */
  over: ExitPath,
};

/** A process that was found. */
export type FoundProcess = {
  /** Which, with its name at `alive_at`, or its last one. */
  process: Process,
  /** The callback module. */
  module: string | null,
  /** The function it began with. */
  initial_call: Function | null,
  /** Who spawned it. */
  parent: Process | null,
  /** When it was spawned. */
  spawned_at: number | null,
  /** When it exited. */
  exited_at: number | null,
  /** Why it exited. */
  exit_reason: Term | null,
  /** It exited abnormally. */
  crashed: boolean,
};

/** A place in a stacktrace. */
export type Frame = {
  /** The function. */
  function: Function,
  /** The source file as the compiler knew it. */
  file: string | null,
  /** The line. */
  line: number | null,
};

/** A function. */
export type Function = {
  /** Module as Elixir writes it. */
  module: string,
  /** Function name. */
  function: string,
  /** Number of arguments. */
  arity: number,
};

/** What the calls of a function cost. `calls = duration.n + open + call_only`. */
export type FunctionTimes = {
  /** The function. */
  function: Function,
  /** Calls that began in the window. */
  calls: number,
  /** Of these, calls whose end is not in the trace; they have no duration. */
  open: number,
  /** Of these, calls whose returns were not traced; they have no duration. */
  call_only: number,
  /** Of these, calls left by an exception. */
  errors: number,
  /** Of these, calls made while another call of the function was open in the process. */
  recursive: number,
  /** Ends in the window whose call is not held: it began before the trace, or is evicted or lost. */
  cut: number,
  /** Time in the function and what it called: of calls within calls of the function, the outermost only (2^53 - 1 for that much or more). */
  total_ns: number,
  /** Time in the function without the traced calls inside (2^53 - 1 for that much or more). */
  own_ns: number,
  /** Calls that ended but are not in `own_ns`, because a call inside has no end. */
  own_unknown: number,
  /** The durations of the calls that ended, recursive ones included; `null` when none did. */
  duration: Durations | null,
  /** The id of the call that took longest, the first of several. */
  slowest: string | null,
  /** Who called it most often, at most 20. */
  callers: Array<Calling>,
  /** How many different callers there were. */
  n_callers: number,
  /** What it called most often, at most 20. */
  callees: Array<Calling>,
  /** How many different callees there were. */
  n_callees: number,
};

/** The state a server held. */
export type HeldState = {
  /** The id of the event that showed it. */
  id: string,
  /** Since when. */
  time: number,
  /** The callback module, or `null`. */
  module: string | null,
  /** The state. */
  state: Term,
};

/** Numbers of events over time. */
export type Histogram = {
  /** First time counted. */
  from: number,
  /** Last time counted. */
  to: number,
  /** The length of a bucket: the n-th, from 0, begins at `from + n * bucket_ns`. The last one ends at `to`. */
  bucket_ns: number,
  /** The number of buckets. */
  n_buckets: number,
  /** The counts of each class that has any. */
  classes: Array<ClassHistogram>,
};

/** Where a trace comes from and what it holds. */
export type Info = {
  /** `live` or `file`. */
  source: TraceSource,
  /** Version of the recorder. */
  recorder_version: string,
  /** Node name. */
  node: string,
  /** OTP release. */
  otp: string,
  /** Elixir version. */
  elixir: string,
  /** Operating system. */
  os: string,
  /** The recording's id. */
  instance: string,
  /** Wall clock at time 0, ns since the Unix epoch, as a decimal string. */
  wall_anchor_ns: string,
  /** Erlang monotonic time at time 0, ns, as a decimal string. */
  monotonic_anchor_ns: string,
  /** Applications and versions. */
  applications: Array<Named>,
  /** The recorder's options. */
  options: Array<Named>,
  /** The user's meta. */
  meta: Array<Named>,
  /** First time held. */
  from: number | null,
  /** Last time held. */
  to: number | null,
  /** Per class. */
  classes: Array<ClassInfo>,
  /** Processes named anywhere. */
  n_processes: number,
  /** Bytes held in memory: chunks with their index. */
  bytes: number,
};

/** A process that was linked to one that crashed. */
export type Linked = {
  /** Which. */
  process: Process,
  /** Its own exit, or `null` when none was seen. */
  exit: string | null,
  /** It exited at that time or later, with the same reason. */
  died_along: boolean,
};

/** Why events were lost. */
export type LossReason = "buffer_full" | "bad_record" | "damaged" | "newer_kind" | "truncated" | "unknown_shape" | "tracing_lost";

/** Messages sent to a server that it had not begun to handle. */
export type Mailbox = {
  /** Delivered after what it handled last. Replies to calls of its own and expired `receive ... after`s are not counted, as they never wait;
   * what a callback takes out by another `receive` of its own is. */
  n_waiting: number,
  /** Sent and not delivered, at least: an equal message from elsewhere counts as its delivery. */
  n_on_the_way: number,
  /** Messages sent before this time and still on the way are not counted (`null`: there are none). */
  since: number | null,
  /** The first of them: the delivered ones in order, then those on the way. */
  messages: Array<PendingMessage>,
};

/** One message. */
export type Message = {
  /** The id of its send; of its delivery, or else of its handling, when nothing tells the send. */
  id: string,
  /** When it was sent, or `null` when nothing tells. */
  sent_at: number | null,
  /** Who sent it. */
  from: Process | null,
  /** Who received it, or should have. */
  to: Process | null,
  /** The destination as written, when it was a name, alias or dead. */
  sent_to: string | null,
  /** The message. */
  message: Term,
  /** When it came into the inner queue. */
  delivered_at: number | null,
  /** When the receiver's callback began to work on it. */
  handled_at: number | null,
  /** `handled_at - sent_at`, only where handled is known. */
  waiting_ns: number | null,
  /** `delivered_at - sent_at`. */
  delivery_ns: number | null,
  /** Messages that the receiver began to handle between the sending of this one and its own turn: those before it in the queue. */
  queue_length: number | null,
  /** `matched`, `ambiguous`, `undelivered` (up to the watermark), `to_dead`, `external` (delivered, and no send of it is in the trace: a
   * timer, a monitor, a port, another node, or a sender no process traced), `not_traced` (deliveries to the receiver). */
  matched: MessageOutcome,
  /** What the receiver's loop did with the delivered message: `handled`, `not_handled` (up to the watermark: it waits, or was taken by a
   * `receive` of the process itself), `ambiguous`, `not_recorded`; `null` for one that is not known to be delivered. */
  handling: MessageHandling | null,
};

/** One message, and the call it belongs to. */
export type MessageDetail = {
  /** The message. */
  message: Message,
  /** Its call with the reply, when it is a request of `GenServer.call`. */
  call: ServerCall | null,
};

/** What the receiver's loop did with a delivered message. */
export type MessageHandling = "handled" | "not_handled" | "ambiguous" | "not_recorded";

/** What became of a message. */
export type MessageOutcome = "matched" | "ambiguous" | "undelivered" | "to_dead" | "external" | "not_traced";

/** A name and its value as text. */
export type Named = {
  /** Name. */
  name: string,
  /** Value. */
  value: string,
};

/** A stretch in which something was not recorded. */
export type NotTraced = {
  /** The process or function. */
  target: string,
  /** The class that was not recorded. */
  class: EventClass,
  /** From. */
  from: number,
  /** To. */
  to: number,
};

/** A call that had not ended. */
export type OpenCall = {
  /** The id of the call. */
  id: string,
  /** When it began. */
  time: number,
  /** The function. */
  function: Function,
  /** Its arguments, or `null` when only the arity was captured. */
  args: Term | null,
};

/** A request whose reply had not come. */
export type OpenRequest = {
  /** The id of its send. */
  id: string,
  /** When it was sent. */
  sent_at: number,
  /** The server, as it was addressed. */
  sent_to: string | null,
  /** The message sent. */
  request: Term,
};

/** What a trace covers and what stands out in it. */
export type Overview = {
  /** First time held. */
  from: number | null,
  /** Last time held. */
  to: number | null,
  /** What is held and lost of each class. */
  classes: Array<ClassInfo>,
  /** Processes named anywhere. */
  n_processes: number,
  /** What stands out, by topic. */
  findings: Array<Finding>,
};

/** The messages exchanged with one process. */
export type Peer = {
  /** The other. */
  process: Process,
  /** Messages sent to it. */
  sent: number,
  /** Messages it sent. */
  received: number,
};

/** A message not yet handled. */
export type PendingMessage = {
  /** The id of its delivery, or of its send when it is on the way; a `message` request tells the rest. */
  id: string,
  /** When it was sent, for one on the way. */
  sent_at: number | null,
  /** When it was delivered; `null` for one on the way. */
  delivered_at: number | null,
  /** The message. */
  message: Term,
};

/** A process as shown: pid, and the name it held at that time. */
export type Process = {
  /** `<0.1.0>`, `<0.1.0>~2`. */
  pid: string,
  /** Registered name as Elixir writes it, or `null`. */
  name: string | null,
};

/** What is known of one process. */
export type ProcessInfo = {
  /** Which, with the name it held at the time asked. */
  process: Process,
  /** The time asked. */
  at: number,
  /** `alive`, `exited`, or `not_yet` (spawned later), at the time asked. */
  status: ProcessStatus,
  /** The function it began with. */
  initial_call: Function | null,
  /** The callback module, as its spawn or a sweep recorded. */
  module: string | null,
  /** Who spawned it. */
  parent: Process | null,
  /** Pids or names, nearest first, as the process itself remembers them; `null` when nothing recorded. */
  ancestors: Array<string> | null,
  /** Names held at the time asked. */
  names: Array<string>,
  /** The label it was given, as text. */
  label: string | null,
  /** Linked processes at the time asked. */
  links: Array<Process>,
  /** When it was spawned; `null`: before the recorder looked, or no process saw it. */
  spawned_at: number | null,
  /** The first time anything is known of it, or `null` when nothing is held. */
  first_seen: number | null,
  /** When it exited; `null`: it had not by the watermark, or no process saw it. */
  exited_at: number | null,
  /** Why it exited. */
  exit_reason: Term | null,
  /** It is a supervisor: how it supervises. */
  strategy: Strategy | null,
  /** What its supervisor says of it. */
  child: Child | null,
  /** Events held, per class. */
  counts: Array<ClassCount>,
};

/** One process at a moment. */
export type ProcessSnapshot = {
  /** Which. */
  process: Process,
  /** The names it held. */
  names: Array<string>,
  /** When it was spawned; `null` when it was there before the recorder looked. */
  spawned_at: number | null,
  /** Its last state up to the moment; `null` when none was recorded, or none is held any more. */
  state: HeldState | null,
  /** Its mailbox; `null` when its handling of messages was not recorded, or equal messages hide where it stood. */
  mailbox: Mailbox | null,
  /** The traced calls it was in, outermost first. */
  calls: Array<OpenCall>,
  /** Calls that began before this time are not known (`null`: all are). */
  calls_since: number | null,
  /** The request it waited on: sent, and no reply had come. */
  waits_for: OpenRequest | null,
};

/** Whether a process was there at a time. */
export type ProcessStatus = "alive" | "exited" | "not_yet";

/** The queue of a process. A message waits from its sending (where no process saw it sent, from its delivery) to its handling by the process's
 * callback; where handling is not known nothing is said of waiting. */
export type Queue = {
  /** Whose. */
  process: Process,
  /** First time spoken of: its first message in the window. */
  from: number,
  /** Last time spoken of: its exit, or the end of the window. */
  to: number,
  /** Messages that came in the window: handled, or still waiting. */
  arrived: number,
  /** Of these, messages no process was seen to send (timers, monitors, ports, processes that are not traced). */
  external: number,
  /** Messages handled in the window. */
  handled: number,
  /** Of these, messages whose arrival is not known. */
  unmatched: number,
  /** Of these, messages that cannot be recorded from equal ones on the way at the same time: they count in lengths, not in `waiting`. */
  ambiguous: number,
  /** Messages delivered in the window that the process took by a receive of its own, such as replies. */
  taken: number,
  /** Messages neither handled nor taken at the end. */
  left: number,
  /** The most messages that waited at one time; `null` where handling is not known. */
  peak: number | null,
  /** When there were so many for the first time. */
  peak_at: number | null,
  /** How many waited on average, in millionths of a message. */
  mean_ppm: number | null,
  /** Time from arrival to handling. */
  waiting: Durations | null,
  /** Time from handling to the next state; `null` where states are not known. */
  handling: Durations | null,
  /** Time from sending to delivery. */
  delivery: Durations | null,
  /** Share of the time in which it handled messages, in millionths. */
  busy_ppm: number | null,
  /** The time between two arrivals, on average. */
  arrival_interval_ns: number | null,
  /** The time a message takes, on average: with more than one arrival in that time the queue grows. */
  service_interval_ns: number | null,
  /** Who fills it, at most 10, those with the most messages first. */
  senders: Array<Sender>,
  /** How many different senders there were. */
  n_senders: number,
  /** For whose replies it waited, at most 10, the longest first. */
  waits_for: Array<WaitsFor>,
  /** The id of the message that waited longest. */
  longest: string | null,
};

/** The queues of a trace, and what holds them up. */
export type Queues = {
  /** Whom the others wait for, or `null` when nothing waited. */
  bottleneck: Bottleneck | null,
  /** The queues, those in which messages waited longest in sum first. */
  queues: Array<Queue>,
};

/** Whom a process belongs to and talks with. */
export type Relationships = {
  /** Which. */
  process: Process,
  /** The time asked. */
  at: number,
  /** Who spawned it. */
  parent: Process | null,
  /** Pids or names, nearest first. */
  ancestors: Array<string> | null,
  /** Processes it spawned that were alive then. */
  children: Array<Process>,
  /** Linked processes. */
  links: Array<Process>,
  /** Its supervisor. */
  supervisor: Process | null,
  /** How that supervisor supervises. */
  strategy: Strategy | null,
  /** What that supervisor says of it. */
  child: Child | null,
  /** The process that came in place of it after its exit. */
  replaced_by: Replacement | null,
  /** With whom it exchanged messages up to then, most first. */
  peers: Array<Peer>,
  /** Messages it sent to aliases, ports and other nodes, or to names no process held: to no process that could be named here. */
  sent_elsewhere: number,
};

/** The other side of a restart: who was replaced, or who came in place. */
export type Replacement = {
  /** The other process. */
  pid: string,
  /** `certain`: the supervisor gave both the same id. `likely`: the same parent started the same function with the same arguments. */
  certainty: Certainty,
};

/** A process started in the place of another. */
export type Restart = {
  /** When. */
  time: number,
  /** Which. */
  process: Process,
  /** Who started it: the parent of both. */
  by: Process,
  /** `certain`: its supervisor said that both are the same child. `likely`: the next with the same start. */
  certainty: Certainty,
};

/** A process that sends to a queue. */
export type Sender = {
  /** It. */
  process: Process,
  /** Its messages among those that arrived. */
  messages: number,
};

/** A `GenServer.call`: a request joined to its reply by the reference in both. */
export type ServerCall = {
  /** The id of the request's send. */
  id: string,
  /** When it was sent. */
  sent_at: number,
  /** Who called. */
  caller: Process | null,
  /** Who was called. */
  server: Process | null,
  /** The message sent, `{:"$gen_call", {pid, tag}, request}`. */
  request: Term,
  /** When the server began to work on it. */
  handled_at: number | null,
  /** When the reply was sent. */
  replied_at: number | null,
  /** When the reply came to the caller. */
  returned_at: number | null,
  /** The message sent back, `{tag, reply}`. */
  reply: Term | null,
  /** `handled_at - sent_at`. */
  waiting_ns: number | null,
  /** `replied_at - handled_at`. */
  handling_ns: number | null,
  /** From sending to the reply's coming back (to its sending, when its coming was not recorded). */
  latency_ns: number | null,
  /** `replied`; `late` (a reply was sent and did not come: the caller had given up); `to_dead`; `caller_exited` or `server_exited` (before
   * a reply was seen); `open` (no reply up to the watermark). */
  outcome: ServerCallOutcome,
};

/** How a request to a server ended. */
export type ServerCallOutcome = "replied" | "late" | "to_dead" | "caller_exited" | "server_exited" | "open";

/** Who was alive at a moment. */
export type Snapshot = {
  /** The moment. */
  time: number,
  /** How many processes were alive, of all pages. */
  n_alive: number,
  /** The living of this page, by pid. */
  processes: Array<ProcessSnapshot>,
  /** The supervision tree, whole, or `null` when it was not wanted. */
  tree: Array<TreeNode> | null,
};

/** One state of a server. */
export type State = {
  /** The id of the event that showed it. */
  id: string,
  /** When. */
  time: number,
  /** Whose. */
  process: Process,
  /** The callback module, or `null`. */
  module: string | null,
  /** The state. */
  state: Term,
  /** It is the state at termination. */
  at_termination: boolean,
  /** What led to it: the event handled before (`handled`, or `spawn` for the first), or `null` when not recorded. */
  cause: Event | null,
};

/** A change of a part of a state. */
export type StateChange = {
  /** The id of the event that showed the new state. */
  id: string,
  /** When. */
  time: number,
  /** Whose. */
  process: Process,
  /** The part before, or `null` when it was not there. */
  before: Term | null,
  /** The part after, or `null` when it was not there. */
  after: Term | null,
  /** How they differ; at most 10 changes are shown (`compare_states` shows all). Where the verdict is `unknown`, it may not have changed. */
  difference: Difference,
  /** What led to it, or `null` when not recorded. */
  cause: Event | null,
};

/** One event of a chain. */
export type Step = {
  /** How many edges away from the event that was asked about, at least. */
  depth: number,
  /** What happened. */
  event: Event,
  /** What led to it, among the events of this chain. */
  causes: Array<Edge>,
  /** Why the chain does not go on here, or `null` when it does, or when nothing is known to have followed. */
  stop: Stop | null,
};

/** Why a chain does not go on. */
export type Stop = {
  /** `entry_point`; `not_traced`, `evicted` or `lost` where the events that would tell are not there; `ambiguous` where it may be one of too many
   * events; `depth` or `limit` where the request ends it. */
  reason: StopReason,
  /** Of an `entry_point`: `external` (no recorded process sent it: a timer, a port, another node), `alive` (the process was there before the
   * recorder looked), `first_spawn` (by a process that is not known), `signal` (an exit from outside), `own` (the process itself, no message) or
   * `recorder`. Of what is not there: the class of the events. Else `null`. */
  what: StopSubject | null,
};

/** Why a chain does not go on. */
export type StopReason = "entry_point" | "not_traced" | "evicted" | "lost" | "ambiguous" | "depth" | "limit";

/** What an entry point is, or the class of the events that are not there. */
export type StopSubject = "external" | "alive" | "first_spawn" | "signal" | "own" | "recorder" | "control" | "process" | "message" | "call" | "state" | "span" | "runtime";

/** How a supervisor supervises. What no sweep could read is `null`. */
export type Strategy = {
  /** `one_for_one`, `one_for_all`, `rest_for_one`, `simple_one_for_one`. */
  strategy: string | null,
  /** Restarts allowed ... */
  intensity: number | null,
  /** ... in so many seconds. */
  period_s: number | null,
};

/** A term as text. */
export type Term = {
  /** Its id for a `term` request: `<event id>`. */
  id: string,
  /** As Elixir's `inspect/2` shows it, with limits. */
  text: string,
  /** Bytes of its stored form. */
  bytes: number,
  /** Whether nothing of it was cut, redacted or opaque when captured. */
  complete: boolean,
};

/** A child of a collection. */
export type TermChild = {
  /** Its step in a path. */
  step: number,
  /** A map's key as text, else `null`. */
  key: string | null,
  /** The child as text. */
  text: string,
  /** Number of its own children. */
  size: number,
};

/** What a term is: `cut` and `redacted` are not in the trace, `opaque` is kept by its identity. */
export type TermKind = "integer" | "float" | "atom" | "pid" | "reference" | "port" | "binary" | "function" | "opaque" | "redacted" | "cut" | "list" | "tuple" | "map" | "record";

/** A part of a term. */
export type TermPart = {
  /** The term's id. */
  id: string,
  /** The path asked. */
  path: Array<number>,
  /** `integer`, `float`, `atom`, `binary`, `tuple`, `list`, `map`, `record`, `pid`, `port`, `reference`, `function`, `opaque`, `redacted`, `cut`. */
  kind: TermKind,
  /** As `inspect` shows it. */
  text: string,
  /** Number of children (0 for a scalar). */
  size: number,
  /** The page of children. */
  children: Array<TermChild>,
};

/** Where a trace is read from. */
export type TraceSource = "live" | "file";

/** A way from one state into another. */
export type Transition = {
  /** The state it was in: the last one wanted before. */
  was: State,
  /** The state it came to be in. */
  became: State,
  /** Whether both are surely what was asked; a place that was not recorded may hide a difference. */
  certain: boolean,
  /** States in between. */
  n_between: number,
  /** How they differ; at most 50 changes are shown (`compare_states` shows all). */
  difference: Difference,
  /** The message handled (or the spawn) that led to the second state, or `null` when not recorded. */
  trigger: Event | null,
  /** The chain behind the second state, as `why` gives it; empty when its event has been evicted, or none was asked for. */
  causes: Array<Step>,
};

/** A process in the supervision tree. Rows come in the order of the tree: a supervisor, then all below it. */
export type TreeNode = {
  /** Which. */
  process: Process,
  /** 0 for a supervisor under no supervisor. */
  depth: number,
  /** The supervisor it is under. */
  supervisor: string | null,
  /** The callback module. */
  module: string | null,
  /** What its supervisor says of it. */
  child: Child | null,
  /** It is a supervisor: how it supervises. */
  strategy: Strategy | null,
  /** It is a supervisor: children replaced after an exit, up to then. */
  restarts: number | null,
  /** When it was spawned. */
  spawned_at: number | null,
  /** The exited process it replaced. */
  replaces: Replacement | null,
};

/** Whether two terms are equal: `unknown` when all that was recorded of both agrees and not all was. */
export type Verdict = "equal" | "different" | "unknown";

/** A process whose replies another one waits for. */
export type WaitsFor = {
  /** It. */
  process: Process,
  /** Replies. */
  replies: number,
  /** Time from the request, or whatever was last sent, to the reply. */
  sum_ns: number,
};
