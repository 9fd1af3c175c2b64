/**
 * What an engine sees, as a stream.
 *
 * @module
 */
import { wholeOption } from "../base/mod.ts";
import type { HookRequest } from "./hook_request.ts";
import type { HookResult } from "./hook_result.ts";

/** How many events a reader may be behind unless told otherwise. */
export const HOOK_EVENTS_MAX = 1024;

/** One operation that has ended, or that a hook refused. */
export interface HookEvent {
  /** The operation; `data` is empty unless the reader asked for it. */
  readonly request: Readonly<HookRequest>;
  /** How it ended; when it was refused, the error. */
  readonly result: HookResult;
  /** The hook that refused it, so that it never ran; null when it ran. */
  readonly refusedBy: string | null;
  /** How many events were lost before this one, because the reader was too far behind. */
  readonly lost: number;
}

/** Settings of {@linkcode HookEvents}. */
export interface HookEventsOptions {
  /** How many events may wait, 1 or more; beyond it the oldest are lost. Default {@linkcode HOOK_EVENTS_MAX}. */
  readonly queueMax?: number;
  /** Copies what is written into each event. Default false. */
  readonly data?: boolean;
  /** Ends the stream. */
  readonly signal?: AbortSignal | undefined;
}

const NO_DATA = new Uint8Array();

/**
 * The events of an engine from the moment it was asked for, until its reader leaves the loop, the
 * signal aborts, it is disposed of, or the engine closes.
 */
export class HookEvents implements AsyncIterable<HookEvent>, Disposable {
  readonly #options: HookEventsOptions;
  readonly #queueMax: number;
  readonly #leave: (events: HookEvents) => void;
  #events: HookEvent[] = [];
  #lost = 0;
  #ended = false;
  /** Loops that wait. */
  #waiting: (() => void)[] = [];
  readonly #end = () => this[Symbol.dispose]();

  /**
   * Made by an engine; `leave` takes the stream out of it.
   *
   * @throws {RangeError} For a `queueMax` that is no whole number of at least 1.
   */
  constructor(options: HookEventsOptions, leave: (events: HookEvents) => void) {
    this.#options = options;
    this.#queueMax = wholeOption("queueMax", options.queueMax ?? HOOK_EVENTS_MAX, {
      least: 1,
    });
    this.#leave = leave;
    options.signal?.addEventListener("abort", this.#end);
    if (options.signal?.aborted) this.#ended = true;
  }

  /** Adds an event; the request is copied, since its buffer is the caller's. */
  push(request: HookRequest, result: HookResult, refusedBy: string | null): void {
    if (this.#ended) return;
    if (this.#events.length >= this.#queueMax) {
      this.#events.shift();
      this.#lost++;
    }
    const data = this.#options.data === true ? request.data.slice() : NO_DATA;
    this.#events.push({ request: { ...request, data }, result, refusedBy, lost: 0 });
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Ends the stream; events that wait can still be read. */
  [Symbol.dispose](): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.signal?.removeEventListener("abort", this.#end);
    this.#leave(this);
    this.#wake();
  }

  /** Reads; leaving the loop ends the stream. Several loops share its events. */
  async *[Symbol.asyncIterator](): AsyncGenerator<HookEvent, void, void> {
    try {
      while (true) {
        const event = this.#events.shift();
        if (event !== undefined) {
          const lost = this.#lost;
          this.#lost = 0;
          yield lost === 0 ? event : { ...event, lost };
        } else if (this.#ended) return;
        else await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    } finally {
      this[Symbol.dispose]();
    }
  }
}
