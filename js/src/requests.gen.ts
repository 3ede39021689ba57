// Written by `cargo xtask codegen` from the types of crates/scope-query/src/api. Do not edit.

import type { Answer, Call, Crashes, Event, Info, Message, State, TermPart, Request } from "./types.gen.js";

/** The data of an answer, by the request's kind. */
export interface DataOf {
  info: Info;
  events: Event[];
  term: TermPart;
  state_timeline: State[];
  state_at: State;
  message_flow: Message[];
  execution_path: Call[];
  crashes: Crashes;
}

/** A request of one kind. */
export type RequestOf<K extends Request["kind"]> = Extract<Request, { kind: K }>;

/** An answer whose data is typed by the request's kind. */
export type AnswerOf<K extends Request["kind"]> = Omit<Answer, "data"> & { data: DataOf[K] };

/** One method per request. */
export abstract class Requests {
  /** Answers any request. */
  abstract query<K extends Request["kind"]>(request: RequestOf<K>): AnswerOf<K>;

  /** Where the trace comes from, what it covers and what it lost. */
  info(request: Omit<RequestOf<"info">, "kind"> = {}): AnswerOf<"info"> {
    return this.query<"info">({ ...request, kind: "info" });
  }

  /** Events in order, by process, class, kind, module, function and time. */
  events(request: Omit<RequestOf<"events">, "kind">): AnswerOf<"events"> {
    return this.query<"events">({ ...request, kind: "events" });
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

  /** Messages between two processes, both ways: sent, delivered, handled. */
  messageFlow(request: Omit<RequestOf<"message_flow">, "kind">): AnswerOf<"message_flow"> {
    return this.query<"message_flow">({ ...request, kind: "message_flow" });
  }

  /** The traced calls of a process in order, with depth and durations. */
  executionPath(request: Omit<RequestOf<"execution_path">, "kind">): AnswerOf<"execution_path"> {
    return this.query<"execution_path">({ ...request, kind: "execution_path" });
  }

  /** Every abnormal exit with its circumstances, and what the exits have in common. */
  crashes(request: Omit<RequestOf<"crashes">, "kind">): AnswerOf<"crashes"> {
    return this.query<"crashes">({ ...request, kind: "crashes" });
  }
}
