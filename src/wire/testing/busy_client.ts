/**
 * A client that asks one thing after the other, for tests of a server's thread.
 *
 * @module
 */
import { OpCode } from "../op_code.ts";
import type { ByteChannel } from "../transport.ts";
import { frameOf, requestBytes } from "./wire_peer.ts";

/** How a client asks. */
export interface BusyClientOptions {
  /** How many requests it makes; default any number. */
  readonly count?: number;
  /** How long it takes to ask again, at first; default 0. */
  readonly thinkMs?: number;
  /** What it asks for, by its path; default `/now`. */
  readonly path?: string;
}

/** Has its next request ready when it has been answered, for who looks for it and for who waits for it. */
export class BusyClient implements ByteChannel {
  /** How many answers it has got. */
  answers = 0;
  /** How many bytes come at a time. */
  part = Infinity;
  /** How long it takes to ask again, in milliseconds; Infinity: a turn of the event loop. */
  thinkMs: number;
  /** How often somebody began to look for its next request, and how often one waited for it. */
  spins = 0;
  waits = 0;
  /** Settles when all requests have been answered. */
  readonly done: Promise<void>;
  /** Settles when the server has ended the connection. */
  readonly ended: Promise<null>;
  readonly #options: Required<BusyClientOptions>;
  readonly #frame: Uint8Array;
  readonly #finish: () => void;
  readonly #end: (end: null) => void;
  #asked = 0;
  #readyAt = 0;
  #isLookedFor = false;
  #rest: Uint8Array = new Uint8Array();

  constructor(options: BusyClientOptions) {
    this.#options = { count: Infinity, thinkMs: 0, path: "/now", ...options };
    this.thinkMs = this.#options.thinkMs;
    this.#frame = frameOf(requestBytes({ op: OpCode.Lookup, path: this.#options.path }));
    const done = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<null>();
    [this.done, this.#finish] = [done.promise, done.resolve];
    [this.ended, this.#end] = [ended.promise, ended.resolve];
  }

  /** The bytes that come next, if there are any. */
  #take(buffer: Uint8Array): number {
    if (this.#rest.length === 0) {
      if (this.#asked > this.answers || this.#asked === this.#options.count) return 0;
      this.#asked++;
      this.#rest = this.#frame;
    }
    const part = this.#rest.subarray(0, Math.min(this.part, buffer.length));
    buffer.set(part);
    this.#rest = this.#rest.subarray(part.length);
    this.#isLookedFor = false;
    return part.length;
  }

  readNow(buffer: Uint8Array): number {
    if (!this.#isLookedFor) this.spins++;
    this.#isLookedFor = true;
    return performance.now() < this.#readyAt ? 0 : this.#take(buffer);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    this.waits++;
    this.#isLookedFor = false;
    await new Promise((resolve) => setTimeout(resolve, 0));
    return this.#take(buffer) || await this.ended;
  }

  writeNow(data: Uint8Array): number {
    this.answers++;
    this.#readyAt = performance.now() + this.thinkMs;
    if (this.answers === this.#options.count) this.#finish();
    return data.length;
  }

  write(data: Uint8Array): Promise<number> {
    return Promise.resolve(this.writeNow(data));
  }

  close(): void {
    this.#end(null);
  }
}
