/**
 * A client of a server.
 *
 * @module
 */
import type { FsErrorDetails, MaybePromise } from "../base/mod.ts";
import { threadWait } from "../libc/mod.ts";
import type { Context, FileInfo } from "../provider/mod.ts";
import { beginCache } from "./begin_cache.ts";
import { ClientLink } from "./client_link.ts";
import type { WireVersion } from "./codec.ts";
import { FreshStats } from "./fresh_stats.ts";
import { LISTED_ENTRIES_MAX } from "./limits.ts";
import type { OpCode } from "./op_code.ts";
import { PassedFile, PassedFiles } from "./passed_files.ts";
import { RemoteCache } from "./remote_cache.ts";
import {
  RECONNECT_PAUSE_MS,
  RECONNECT_TIMEOUT_MS,
  type ReconnectPolicy,
} from "./reconnect_policy.ts";
import { ReplyLane } from "./reply_lane.ts";
import { CANCEL_TIMEOUT_MS, takeBack } from "./take_back.ts";
import type { WireConnection } from "./transport.ts";
import type { VFSHello } from "./vfs_parts.ts";
import { checkedOptions, type VFSClientOptions } from "./vfs_client_options.ts";
import { VFSRequest } from "./vfs_request.ts";
import { NOTICES, type VFSResponse } from "./vfs_response.ts";
import { type Convert, PendingReply, type RemoteFile, type Waiter } from "./waiter.ts";
import { WireError } from "./wire_error.ts";

/** Something that has to be set up again on a new connection, before anything else is sent over it. */
export interface Revivable {
  /** Does so. It may not fail: what cannot be set up again is lost. */
  revive(link: ClientLink): Promise<void>;
}

/**
 * Sends requests and gives out replies. Any number may wait for their replies. When the connection ends,
 * everything that waits and everything that comes later fails with EIO at once, unless a
 * {@linkcode ReconnectPolicy} says otherwise.
 */
export class VFSClient {
  /** Attributes that came with other replies. */
  readonly fresh: FreshStats = new FreshStats();
  /** What the kernel reads and writes by itself. */
  readonly passed: PassedFiles = new PassedFiles((ino) => this.#wentPast(ino));
  /** What is known of the other side. */
  readonly cache: RemoteCache = new RemoteCache(this.passed);
  /** Who is told of the notices of which watch. */
  readonly watches: Map<number | bigint, (notice: VFSResponse) => void> = new Map();
  /** What is to be set up again on a new connection. */
  readonly revivables: Set<Revivable> = new Set();
  /** Settles when the client has ended for good, with why; undefined after `close`. */
  readonly ended: Promise<unknown>;
  /** The most entries of one listing. */
  readonly entriesMax: number;
  /** How many requests have been made so far, to count round trips. */
  requestCount = 0;
  /** How many of them change something, and how many changes by others it has been told of. */
  changeCount = 0;
  /** How many of its changes have no reply yet. */
  #changing = 0;
  /** Whether the request is the kernel's. */
  #isReal = false;
  readonly #options: VFSClientOptions;
  readonly #request = new VFSRequest();
  #file: RemoteFile | null = null;
  #file2: RemoteFile | null = null;
  #link!: ClientLink;
  /** Requests that wait for a new connection; null while there is one. */
  #queue: Waiter[] | null = null;
  #dead = false;
  #cause: unknown;
  #end!: (cause: unknown) => void;

  /** Use {@linkcode VFSClient.connect}: a client must agree on a version first. */
  private constructor(options: VFSClientOptions) {
    this.#options = options;
    this.entriesMax = options.entriesMax ?? LISTED_ENTRIES_MAX;
    this.ended = new Promise((resolve) => this.#end = resolve);
  }

  /**
   * Agrees with the server on a version. The connection belongs to the client from now on.
   *
   * @throws {FsError} EIO when the connection ends meanwhile, ETIMEDOUT when nobody answers.
   * @throws {RangeError} For a number of the options that cannot be used.
   */
  static async connect(
    connection: WireConnection,
    options: VFSClientOptions = {},
  ): Promise<VFSClient> {
    const client = new VFSClient(checkedOptions(options, connection));
    client.#link = await client.#open(connection);
    await beginCache(client, client.#link.channel, options.cache ?? false);
    return client;
  }

  #open(connection: WireConnection): Promise<ClientLink> {
    const { version = 2, frameMax, frameTimeoutMs, fromKernel, helloTimeoutMs } = this.#options;
    const options = { version, frameMax, frameTimeoutMs, fromKernel, helloTimeoutMs };
    return ClientLink.connect(connection, options, {
      onBytes: () => this.fresh.expire(),
      onNotice: (notice) => this.#noticed(notice),
      onEnd: (cause, waiting) => this.#lost(cause, waiting),
    });
  }

  #noticed(notice: VFSResponse): void {
    if (NOTICES[notice.notice] === "told") return this.cache.leasesTold();
    // Somebody has changed something: what was recent is not any more.
    this.changeCount++;
    if (NOTICES[notice.notice] === "over") this.cache.leaseOver(Number(notice.handle));
    // A watch that has just been ended may still be spoken of.
    else this.watches.get(notice.handle)?.(notice);
  }

  /** A file is over that the kernel may have changed. */
  #wentPast(ino: number | bigint): void {
    this.changeCount++;
    this.fresh.expire();
    this.cache.wentPast(ino);
  }

  /** The file that the server has passed with this number, of which it says `info`; null when there is none. */
  takePassed(number: number, info: FileInfo): PassedFile | null {
    const fd = number === 0 ? -1 : this.#link.channel.takePassed?.(number) ?? -1;
    return fd < 0 ? null : PassedFile.of(this.passed, fd, info);
  }

  /** What the server said of itself; in version 1 our own defaults. */
  get hello(): VFSHello {
    return this.#link.hello;
  }

  /** The version agreed on. */
  get version(): WireVersion {
    return this.#link.version;
  }

  /** For how long what came with the reply to a change is recent, in milliseconds. */
  get recentMs(): number {
    return this.version === 1 ? 0 : this.#options.recentMs ?? 0;
  }

  /**
   * How many changes there have been, to be compared with later ones; NaN, which equals nothing, while one of its own
   * has no reply: who asks then cannot know whether the answer was before or after it.
   */
  get changeMark(): number {
    return this.#changing === 0 ? this.changeCount : NaN;
  }

  /** Whether a new connection is made when this one ends. */
  get reconnects(): boolean {
    return this.#options.reconnect !== undefined && this.version === 2;
  }

  /** Whether the client has ended for good. */
  get dead(): boolean {
    return this.#dead;
  }

  /**
   * The request to fill in for {@linkcode VFSClient.send}: one at a time.
   *
   * @param file The open file that it is about.
   * @param file2 The second one.
   */
  begin(
    op: OpCode,
    context?: Context,
    file: RemoteFile | null = null,
    file2: RemoteFile | null = null,
  ): VFSRequest {
    const request = this.#request;
    request.clear();
    request.op = op;
    this.#file = file;
    this.#file2 = file2;
    this.#isReal = context?.isFromKernel === true;
    if (context !== undefined) {
      request.uid = context.uid;
      request.gid = context.gid;
      request.pid = context.pid ?? 0;
    }
    return request;
  }

  /**
   * Sends the request that `begin` gave.
   *
   * @param convert Makes the result of the reply, which is good only during the call.
   * @param details What a failure says.
   * @param signal Takes the request back when it aborts.
   * @param mayBeLate It may go out a moment later, together with the next one.
   */
  send<T>(
    convert: Convert<T>,
    details: FsErrorDetails,
    signal?: AbortSignal,
    mayBeLate = false,
  ): Promise<T> {
    const waiter = new PendingReply(this.#request.op, convert, details);
    waiter.mayBeLate = mayBeLate;
    return this.#sendFor(waiter, signal);
  }

  #sendFor<T>(waiter: PendingReply<T>, signal: AbortSignal | undefined): Promise<T> {
    this.#dispatch(waiter, signal?.aborted === true);
    if (signal !== undefined && !waiter.isOver) this.#listen(signal, waiter);
    return waiter.promise;
  }

  /**
   * As {@linkcode VFSClient.send}, for an answer that is needed before anything else is done: a mount that serves
   * the caller with this thread may hold it until the answer is there, and then no promise is made.
   *
   * @param onMissing Makes the result where there is nothing; otherwise ENOENT is an error.
   */
  ask<T>(
    convert: Convert<T>,
    details: FsErrorDetails,
    context: Context | undefined,
    onMissing: (() => T) | null = null,
  ): MaybePromise<T> {
    const { holder } = threadWait;
    const waiter = new PendingReply(this.#request.op, convert, details);
    waiter.onMissing = onMissing;
    if (holder === null || !holder.mayHold()) return this.#sendFor(waiter, context?.signal);
    // Making a signal takes longer than anything else here, and mostly nobody needs it.
    this.#dispatch(waiter, (context?.aborted ?? context?.signal?.aborted) === true);
    if (this.#queue === null && !waiter.isOver && this.#link.hold(waiter, holder)) {
      return waiter.result();
    }
    const signal = waiter.isOver ? undefined : context?.signal;
    if (signal !== undefined) this.#listen(signal, waiter);
    return waiter.promise;
  }

  #dispatch(waiter: Waiter, isAborted: boolean): void {
    const request = this.#request;
    this.requestCount++;
    if (this.#dead) return waiter.fail(this.#cause);
    if (isAborted) return waiter.interrupt();
    waiter.onReply = this.cache.asked(request, this.#file, this.#file2, this.#isReal);
    const isChange = !ReplyLane.observes(request.op);
    if (isChange) {
      this.changeCount++;
      this.fresh.expire();
    }
    if (this.#options.reconnect !== undefined) {
      const copy = new VFSRequest(request);
      waiter.kept = { request: copy, file: this.#file, file2: this.#file2 };
    }
    if (this.#queue !== null) this.#queue.push(waiter);
    else this.#post(request, waiter, this.#file, this.#file2);
    // Nobody asks for what only closes a file to know what it has changed.
    if (!isChange || waiter.mayBeLate || waiter.isOver) return;
    this.#changing++;
    waiter.onChanged = this.#changed;
  }

  readonly #changed = (): void => {
    this.#changing--;
  };

  #post(
    request: VFSRequest,
    waiter: Waiter,
    file: RemoteFile | null,
    file2: RemoteFile | null,
  ): void {
    if (file?.lost === true || file2?.lost === true) {
      waiter.fail(new WireError("The file could not be opened again"));
      return;
    }
    if (file !== null) request.handle = file.number;
    if (file2 !== null) request.handle2 = file2.number;
    this.#link.post(request, waiter);
  }

  /** Takes the request back when the caller no longer waits. */
  #listen(signal: AbortSignal, waiter: Waiter): void {
    const cancel = (): void => {
      if (this.#queue !== null && this.#queue.includes(waiter)) {
        this.#queue = this.#queue.filter((each) => each !== waiter);
        waiter.interrupt();
      } else takeBack(this.#link, waiter, this.#options.cancelTimeoutMs ?? CANCEL_TIMEOUT_MS);
    };
    signal.addEventListener("abort", cancel, { once: true });
    waiter.onEnd = () => signal.removeEventListener("abort", cancel);
  }

  /** The connection has ended. */
  #lost(cause: unknown, waiting: Waiter[]): void {
    this.fresh.expire();
    this.watches.clear();
    // It stays off: changes that were waiting for a new connection did not go past it.
    this.cache.end();
    const { reconnect } = this.#options;
    const established = this.#link !== undefined && this.#queue === null;
    if (this.#dead || reconnect === undefined || !established || this.version === 1) {
      for (const waiter of waiting) waiter.fail(cause);
      // A connection that ends before it is agreed on is `connect`'s to report.
      if (this.#queue === null) this.#die(cause);
      return;
    }
    this.#queue = [];
    for (const waiter of waiting) {
      const again = waiter.kept !== null && (!waiter.sent || ReplyLane.observes(waiter.op));
      if (again) this.#queue.push(waiter);
      else waiter.fail(cause);
    }
    this.#revive(reconnect, cause);
  }

  /** Tries to get a new connection, and goes on over it. */
  async #revive(policy: ReconnectPolicy, cause: unknown): Promise<void> {
    const { timeoutMs = RECONNECT_TIMEOUT_MS, pauseMs = RECONNECT_PAUSE_MS } = policy;
    const deadline = performance.now() + timeoutMs;
    while (!this.#dead) {
      try {
        const link = await this.#open(await policy.dial());
        if (this.#dead) return link.end(undefined);
        if (link.version === 2) return await this.#goOn(link);
        link.end(undefined);
        return this.#die(new WireError("The server speaks an older version than before"));
      } catch (thrown) {
        if (performance.now() + pauseMs > deadline) return this.#die(thrown ?? cause);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }

  async #goOn(link: ClientLink): Promise<void> {
    await Promise.all([...this.revivables].map((each) => each.revive(link)));
    if (link.ended) throw new WireError("The new connection has ended too");
    this.#link = link;
    const waiting = this.#queue ?? [];
    this.#queue = null;
    for (const waiter of waiting) {
      if (waiter.kept === null) continue;
      const { request, file, file2 } = waiter.kept;
      waiter.sent = false;
      try {
        this.#post(request, waiter, file, file2);
      } catch (thrown) {
        waiter.fail(thrown);
      }
    }
  }

  /** Ends for good. */
  #die(cause: unknown): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#cause = cause;
    const waiting = this.#queue ?? [];
    this.#queue = null;
    for (const waiter of waiting) waiter.fail(cause);
    this.revivables.clear();
    this.#end(cause);
  }

  /** Ends the connection: what still waits fails with EIO. */
  close(): void {
    this.#die(undefined);
    this.#link.end(undefined);
  }
}
