/**
 * Work that operations do not wait for.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { isPromise, type MaybePromise } from "../base/mod.ts";

/** How many asynchronous hooks wait at most unless told otherwise, as in seed 1. */
export const HOOK_QUEUE_MAX = 128;

/**
 * What happens to an asynchronous hook when the queue is full: `wait` makes the operation wait until
 * there is room, `drop-oldest` gives up the one that waits longest, `drop-newest` the one that came.
 */
export type HookOverflow = "wait" | "drop-oldest" | "drop-newest";

/** One piece of work. It never throws. */
export interface HookTask {
  /** Whose it is, for reports. */
  readonly name: string;
  /** Does it. */
  readonly run: () => MaybePromise<void>;
}

/** True in everything that work of a queue has begun. */
const insideTask = new AsyncLocalStorage<boolean>();

/** A bounded queue and its one worker: work runs in the order in which it came, one after the other. */
export class HookQueue {
  readonly #sizeMax: number;
  readonly #overflow: HookOverflow;
  readonly #onDrop: (task: HookTask, dropped: number) => void;
  readonly #tasks: HookTask[] = [];
  /** Operations that wait for room, with their work. */
  readonly #waiting: { readonly task: HookTask; readonly resolve: () => void }[] = [];
  readonly #idle: (() => void)[] = [];
  #running = false;
  #dropped = 0;

  /** @param onDrop Told of each piece of work given up, and how many there have been. */
  constructor(
    sizeMax: number,
    overflow: HookOverflow,
    onDrop: (task: HookTask, dropped: number) => void,
  ) {
    this.#sizeMax = sizeMax;
    this.#overflow = overflow;
    this.#onDrop = onDrop;
  }

  /** How many pieces of work have been given up. */
  get dropped(): number {
    return this.#dropped;
  }

  /** How many pieces of work wait for the worker. */
  get size(): number {
    return this.#tasks.length + this.#waiting.length;
  }

  /** Adds work; a promise only when the caller has to wait for room. */
  push(task: HookTask): MaybePromise<void> {
    // Work that waited for the worker, which waits for that work, would wait for ever.
    const full = this.#tasks.length >= this.#sizeMax;
    if (full && !(this.#overflow === "wait" && insideTask.getStore() === true)) {
      if (this.#overflow === "wait") {
        return new Promise((resolve) => this.#waiting.push({ task, resolve }));
      }
      const oldest = this.#overflow === "drop-oldest" ? this.#tasks.shift() : undefined;
      this.#onDrop(oldest ?? task, ++this.#dropped);
      if (oldest === undefined) return;
    }
    this.#tasks.push(task);
    this.#start();
  }

  /** Resolves when nothing is queued and nothing runs. */
  idle(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #start(): void {
    if (this.#running) return;
    this.#running = true;
    queueMicrotask(() => insideTask.run(true, () => void this.#work()));
  }

  async #work(): Promise<void> {
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        this.#tasks.push(next.task);
        next.resolve();
      }
      const done = task.run();
      if (isPromise(done)) await done;
    }
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
