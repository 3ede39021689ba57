// Written by `cargo xtask codegen` from the types of crates/scope-query. Do not edit.

import type { Answer, Around, Call, CallNode, Chain, Comparison, Crashes, Event, FoundProcess, FunctionTimes, Histogram, Info, Message, MessageDetail, Overview, ProcessInfo, Queues, Relationships, Request, ServerCall, Snapshot, State, StateChange, TermPart, Transition, TreeNode } from "./types.gen.js";

/** The data of an answer, by the request's kind. */
export interface DataOf {
  info: Info;
  events: Event[];
  histogram: Histogram;
  term: TermPart;
  state_timeline: State[];
  state_at: State;
  message_flow: Message[];
  message: MessageDetail;
  server_calls: ServerCall[];
  snapshot_at: Snapshot;
  execution_path: Call[];
  process_info: ProcessInfo;
  find_processes: FoundProcess[];
  process_relationships: Relationships;
  supervision_tree: TreeNode[];
  events_around: Around;
  compare_states: Comparison;
  state_changes: StateChange[];
  analyze_state_change: Transition[];
  why: Chain;
  impact: Chain;
  crashes: Crashes;
  performance_analysis: FunctionTimes[];
  slowest_function_calls: Call[];
  function_calls: Call[];
  call_tree: CallNode[];
  message_queue_analysis: Queues;
  overview: Overview;
}

/** A request of one kind. */
export type RequestOf<K extends Request["kind"]> = Extract<Request, { kind: K }>;

/** An answer whose data is typed by the request's kind. */
export type AnswerOf<K extends Request["kind"]> = Answer<DataOf[K]>;

/** One method per request. */
export abstract class Requests {
  /** Answers any request. */
  abstract query<K extends Request["kind"]>(request: RequestOf<K>): AnswerOf<K>;

  /** Where the trace comes from, what it covers and what it lost. */
  info(request: Omit<RequestOf<"info">, "kind"> = {}): AnswerOf<"info"> {
    return this.query<"info">({ ...request, kind: "info" });
  }

  /** Events in order, by a [filter](filter.md), process, class, kind, module, function and time. */
  events(request: Omit<RequestOf<"events">, "kind"> = {}): AnswerOf<"events"> {
    return this.query<"events">({ ...request, kind: "events" });
  }

  /** How many events, or how many that pass a [filter](filter.md), happened in each bucket of time, by class. */
  histogram(request: Omit<RequestOf<"histogram">, "kind"> = {}): AnswerOf<"histogram"> {
    return this.query<"histogram">({ ...request, kind: "histogram" });
  }

  /** One term, or a part of it, in full. */
  term(request: Omit<RequestOf<"term">, "kind">): AnswerOf<"term"> {
    return this.query<"term">({ ...request, kind: "term" });
  }

  /** Every recorded state of a process, oldest first, with what led to it. */
  stateTimeline(request: Omit<RequestOf<"state_timeline">, "kind">): AnswerOf<"state_timeline"> {
    return this.query<"state_timeline">({ ...request, kind: "state_timeline" });
  }

  /** The state of a process at a time. */
  stateAt(request: Omit<RequestOf<"state_at">, "kind">): AnswerOf<"state_at"> {
    return this.query<"state_at">({ ...request, kind: "state_at" });
  }

  /** Messages between two processes, or from or to one: sent, delivered, handled. */
  messageFlow(request: Omit<RequestOf<"message_flow">, "kind">): AnswerOf<"message_flow"> {
    return this.query<"message_flow">({ ...request, kind: "message_flow" });
  }

  /** One message by the id of any of its events, and what a request was replied. */
  message(request: Omit<RequestOf<"message">, "kind">): AnswerOf<"message"> {
    return this.query<"message">({ ...request, kind: "message" });
  }

  /** The requests of a server, or of a caller, with their replies: waiting, handling, latency. */
  serverCalls(request: Omit<RequestOf<"server_calls">, "kind"> = {}): AnswerOf<"server_calls"> {
    return this.query<"server_calls">({ ...request, kind: "server_calls" });
  }

  /** Who was alive at a time: states, mailboxes, calls and names. */
  snapshotAt(request: Omit<RequestOf<"snapshot_at">, "kind">): AnswerOf<"snapshot_at"> {
    return this.query<"snapshot_at">({ ...request, kind: "snapshot_at" });
  }

  /** The traced calls of a process in order, with depth and durations. */
  executionPath(request: Omit<RequestOf<"execution_path">, "kind">): AnswerOf<"execution_path"> {
    return this.query<"execution_path">({ ...request, kind: "execution_path" });
  }

  /** Who a process is, how it began and ended, its names, links and counts of events. */
  processInfo(request: Omit<RequestOf<"process_info">, "kind">): AnswerOf<"process_info"> {
    return this.query<"process_info">({ ...request, kind: "process_info" });
  }

  /** The processes that match: by module, name, parent, time and fate. */
  findProcesses(request: Omit<RequestOf<"find_processes">, "kind"> = {}): AnswerOf<"find_processes"> {
    return this.query<"find_processes">({ ...request, kind: "find_processes" });
  }

  /** Parent, children, ancestors, links, supervisor and peers of a process. */
  processRelationships(request: Omit<RequestOf<"process_relationships">, "kind">): AnswerOf<"process_relationships"> {
    return this.query<"process_relationships">({ ...request, kind: "process_relationships" });
  }

  /** The supervision tree at a time: supervisors, strategies, children, restarts. */
  supervisionTree(request: Omit<RequestOf<"supervision_tree">, "kind"> = {}): AnswerOf<"supervision_tree"> {
    return this.query<"supervision_tree">({ ...request, kind: "supervision_tree" });
  }

  /** The events before and after an event or a time. */
  eventsAround(request: Omit<RequestOf<"events_around">, "kind">): AnswerOf<"events_around"> {
    return this.query<"events_around">({ ...request, kind: "events_around" });
  }

  /** The difference of two states, or of any two terms. */
  compareStates(request: Omit<RequestOf<"compare_states">, "kind">): AnswerOf<"compare_states"> {
    return this.query<"compare_states">({ ...request, kind: "compare_states" });
  }

  /** When a part of a state changed, from what to what, and why. */
  stateChanges(request: Omit<RequestOf<"state_changes">, "kind">): AnswerOf<"state_changes"> {
    return this.query<"state_changes">({ ...request, kind: "state_changes" });
  }

  /** How a process came from one state into another. */
  analyzeStateChange(request: Omit<RequestOf<"analyze_state_change">, "kind">): AnswerOf<"analyze_state_change"> {
    return this.query<"analyze_state_change">({ ...request, kind: "analyze_state_change" });
  }

  /** The chain of causes behind an event, across processes, back to where it came from: see [why](why.md). */
  why(request: Omit<RequestOf<"why">, "kind">): AnswerOf<"why"> {
    return this.query<"why">({ ...request, kind: "why" });
  }

  /** What followed from an event, across processes: see [why](why.md). */
  impact(request: Omit<RequestOf<"impact">, "kind">): AnswerOf<"impact"> {
    return this.query<"impact">({ ...request, kind: "impact" });
  }

  /** Every abnormal exit with its circumstances, and what the exits have in common. */
  crashes(request: Omit<RequestOf<"crashes">, "kind"> = {}): AnswerOf<"crashes"> {
    return this.query<"crashes">({ ...request, kind: "crashes" });
  }

  /** What functions cost: calls, times, errors, callers and callees; the largest own time first. */
  performanceAnalysis(request: Omit<RequestOf<"performance_analysis">, "kind"> = {}): AnswerOf<"performance_analysis"> {
    return this.query<"performance_analysis">({ ...request, kind: "performance_analysis" });
  }

  /** The calls that took longest, longest first. */
  slowestFunctionCalls(request: Omit<RequestOf<"slowest_function_calls">, "kind"> = {}): AnswerOf<"slowest_function_calls"> {
    return this.query<"slowest_function_calls">({ ...request, kind: "slowest_function_calls" });
  }

  /** The calls of functions in order, across processes. */
  functionCalls(request: Omit<RequestOf<"function_calls">, "kind"> = {}): AnswerOf<"function_calls"> {
    return this.query<"function_calls">({ ...request, kind: "function_calls" });
  }

  /** Calls as a tree with times, and as folded stacks. */
  callTree(request: Omit<RequestOf<"call_tree">, "kind"> = {}): AnswerOf<"call_tree"> {
    return this.query<"call_tree">({ ...request, kind: "call_tree" });
  }

  /** The message queues: lengths, waiting, handling, who fills them, and the bottleneck. */
  messageQueueAnalysis(request: Omit<RequestOf<"message_queue_analysis">, "kind"> = {}): AnswerOf<"message_queue_analysis"> {
    return this.query<"message_queue_analysis">({ ...request, kind: "message_queue_analysis" });
  }

  /** An overview: what the trace covers and what stands out. */
  overview(request: Omit<RequestOf<"overview">, "kind"> = {}): AnswerOf<"overview"> {
    return this.query<"overview">({ ...request, kind: "overview" });
  }
}
