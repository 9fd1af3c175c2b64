/**
 * Notices of a server as events.
 *
 * @module
 */
import { errnoOf, FsError } from "../base/mod.ts";
import type { Context, WatchEvent } from "../provider/mod.ts";
import type { ClientLink } from "./client_link.ts";
import { OpCode } from "./op_code.ts";
import type { Revivable, VFSClient } from "./vfs_client.ts";
import { VFSRequest } from "./vfs_request.ts";
import { NOTICES, type VFSResponse } from "./vfs_response.ts";
import { PendingReply } from "./waiter.ts";

/** Events that wait for whoever watches; more become one overflow. */
const EVENTS_MAX = 4096;

/**
 * One watch on the other side of a connection. It begins when it is made, and ends when its context's signal
 * aborts, its iterator returns, or the connection ends (EIO).
 */
export class RemoteWatch implements AsyncIterableIterator<WatchEvent>, Revivable {
  readonly #client: VFSClient;
  readonly #path: string;
  readonly #signal: AbortSignal | undefined;
  #events: WatchEvent[] = [];
  #number: number | bigint = 0;
  #failure: FsError | null = null;
  #over = false;
  #wake: (() => void) | null = null;
  /** Who asks is served one after the other. */
  #asked: Promise<unknown> = Promise.resolve();

  /** Begins to watch `path`, which is clean. */
  constructor(client: VFSClient, path: string, context: Context | undefined) {
    this.#client = client;
    this.#path = path;
    this.#signal = context?.signal;
    client.begin(OpCode.Watch, context).path = path;
    client.send((reply) => this.#begun(reply.handle), { syscall: "watch", path }).catch(
      (thrown) => this.#fail(thrown),
    );
    client.ended.then((cause) => this.#fail(cause));
    client.revivables.add(this);
    this.#signal?.addEventListener("abort", this.#stop, { once: true });
  }

  /** Watches again on a new connection: what happened meanwhile is not known. */
  async revive(link: ClientLink): Promise<void> {
    const details = { syscall: "watch", path: this.#path };
    const waiter = new PendingReply(OpCode.Watch, (reply) => this.#begun(reply.handle), details);
    link.post(new VFSRequest({ op: OpCode.Watch, path: this.#path }), waiter);
    try {
      await waiter.promise;
      this.#push({ kind: "overflow", path: this.#path });
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  #begun(number: number | bigint): void {
    this.#number = number;
    if (this.#over) this.#unwatch();
    else this.#client.watches.set(number, (notice) => this.#take(notice));
  }

  #take(notice: VFSResponse): void {
    const kind = NOTICES[notice.notice];
    switch (kind) {
      case "ended":
        this.#client.watches.delete(this.#number);
        if (notice.err === 0) this.#finish();
        else {this.#fail(
            new FsError(errnoOf(-notice.err).code, { syscall: "watch", path: this.#path }),
          );}
        break;
      case "entry":
      case "content":
      case "attributes":
      case "overflow":
        this.#push({ kind, path: notice.path });
    }
  }

  #push(event: WatchEvent): void {
    const last = this.#events.at(-1);
    // A file that is being written says so again and again.
    if (last?.kind === event.kind && last.path === event.path) return;
    if (this.#events.length >= EVENTS_MAX) {
      this.#events = [{ kind: "overflow", path: this.#path }];
    } else {
      this.#events.push(event);
    }
    this.#wakeUp();
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  #fail(thrown: unknown): void {
    if (this.#over) return;
    this.#failure = thrown instanceof FsError
      ? thrown
      : new FsError("EIO", { syscall: "watch", path: this.#path, cause: thrown });
    this.#finish();
  }

  /** No more events will come; those that are there are still given out. */
  #finish(): void {
    this.#over = true;
    this.#client.revivables.delete(this);
    this.#signal?.removeEventListener("abort", this.#stop);
    this.#wakeUp();
  }

  /** Nobody wants the events any more. */
  readonly #stop = (): void => {
    if (this.#over) return;
    this.#events = [];
    this.#finish();
    if (this.#number !== 0) this.#unwatch();
  };

  #unwatch(): void {
    this.#client.watches.delete(this.#number);
    if (this.#client.dead) return;
    this.#client.begin(OpCode.Unwatch).handle = this.#number;
    // Its failure says that the connection has ended, and with it the watch.
    this.#client.send(() => {}, { syscall: "unwatch" }).catch(() => {});
  }

  /** Waits for the next event. */
  next(): Promise<IteratorResult<WatchEvent>> {
    const result = this.#asked.then(() => this.#one());
    this.#asked = result.catch(() => {});
    return result;
  }

  async #one(): Promise<IteratorResult<WatchEvent>> {
    while (this.#events.length === 0 && !this.#over) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const value = this.#events.shift();
    if (value !== undefined) return { value, done: false };
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure;
    return { value: undefined, done: true };
  }

  /** Ends the watch. */
  return(): Promise<IteratorResult<WatchEvent>> {
    this.#stop();
    return Promise.resolve({ value: undefined, done: true });
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }
}
