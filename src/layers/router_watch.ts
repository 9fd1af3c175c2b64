/**
 * The changes of several providers as one stream.
 *
 * @module
 */
import { clean, isWithin } from "../base/mod.ts";
import type { Context, WatchEvent } from "../provider/mod.ts";
import type { Mount, MountTable } from "./mount_table.ts";

/** How many events wait for a slow reader before they become one `overflow`. */
export const WATCH_QUEUE_MAX = 4096;

/**
 * Watches every mount at, above and below a path that can be watched, also those that are added
 * later; a mount that comes or goes is an `entry` event itself. What a mount hides is left out.
 */
export class RouterWatch implements AsyncIterable<WatchEvent> {
  readonly #table: MountTable;
  readonly #path: string;
  readonly #context: Context | undefined;

  /** Watches the path from the moment that the iteration begins. */
  constructor(table: MountTable, path: string, context: Context | undefined) {
    this.#table = table;
    this.#path = clean(path);
    this.#context = context;
  }

  /** Begins to watch; ends with `context.signal`, an error of a provider, or `return`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<WatchEvent, void, void> {
    const signal = this.#context?.signal;
    const queue = new EventQueue(this.#path);
    const pumps = new Map<Mount, AbortController>();
    const start = (mount: Mount): void => {
      if (!mount.provider.capabilities.has("watch")) return;
      const stop = new AbortController();
      pumps.set(mount, stop);
      this.#pump(mount, stop.signal, queue).catch((thrown) => queue.fail(thrown));
    };
    const stopListening = this.#table.listen((mount, added) => {
      if (!isWithin(mount.path, this.#path)) return;
      if (added) start(mount);
      else pumps.get(mount)?.abort();
      queue.push({ kind: "entry", path: mount.path });
    });
    const end = () => queue.end();
    signal?.addEventListener("abort", end);
    try {
      const around = this.#table.locate(this.#path).mount;
      if (around !== null && around.path !== this.#path) start(around);
      for (const mount of this.#table.within(this.#path)) start(mount);
      if (signal?.aborted) return;
      while (true) {
        const event = await queue.next();
        if (event === null) return;
        yield event;
      }
    } finally {
      signal?.removeEventListener("abort", end);
      stopListening();
      for (const stop of pumps.values()) stop.abort();
    }
  }

  async #pump(mount: Mount, signal: AbortSignal, queue: EventQueue): Promise<void> {
    const from = isWithin(this.#path, mount.path) ? mount.inside(this.#path) : "/";
    const { uid = 0, gid = 0 } = this.#context ?? {};
    for await (const event of mount.provider.watch(from, { uid, gid, signal })) {
      if (signal.aborted) return;
      const path = mount.outside(event.path);
      if (this.#table.locate(path).mount === mount) queue.push({ kind: event.kind, path });
    }
  }
}

/** Events between providers that push and a reader that pulls. */
class EventQueue {
  readonly #root: string;
  #events: WatchEvent[] = [];
  #wake: (() => void) | null = null;
  #ended = false;
  #failure: { readonly thrown: unknown } | null = null;

  constructor(root: string) {
    this.#root = root;
  }

  push(event: WatchEvent): void {
    if (this.#events.length >= WATCH_QUEUE_MAX) {
      this.#events = [{ kind: "overflow", path: this.#root }];
    } else this.#events.push(event);
    this.#wake?.();
  }

  fail(thrown: unknown): void {
    this.#failure ??= { thrown };
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** The next event, or null at the end. */
  async next(): Promise<WatchEvent | null> {
    while (true) {
      if (this.#ended) return null;
      const event = this.#events.shift();
      if (event !== undefined) return event;
      if (this.#failure !== null) throw this.#failure.thrown;
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = null;
    }
  }
}
