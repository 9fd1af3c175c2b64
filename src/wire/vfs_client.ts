/**
 * One connection of a client.
 *
 * @module
 */
import { FsError, type FsErrorDetails } from "../base/mod.ts";
import { CborReader } from "../cbor/mod.ts";
import type { Context } from "../provider/mod.ts";
import { decodeResponse, encodeRequestOfOp, type WireVersion } from "./codec.ts";
import { FrameOutput } from "./frame_output.ts";
import { FrameReader } from "./frame_reader.ts";
import { FreshStats } from "./fresh_stats.ts";
import { DEFAULT_LIMITS, REPLY_FRAME_MAX, WIRE_VERSION } from "./limits.ts";
import { OpCode } from "./op_code.ts";
import { ReplyLane } from "./reply_lane.ts";
import { type ByteChannel, channelOf, type WireConnection } from "./transport.ts";
import { VFSHello } from "./vfs_parts.ts";
import { VFSRequest } from "./vfs_request.ts";
import { VFSResponse } from "./vfs_response.ts";
import { WireError } from "./wire_error.ts";
import { type Convert, PendingReply, type Waiter } from "./waiter.ts";

/** Requests that a server of version 1 has not answered; the next ones wait here. */
const IN_FLIGHT_MAX_V1 = 1024;
const ID_MAX = 0xffff_ffff;

/** How a client behaves; everything has a default. */
export interface VFSClientOptions {
  /** Highest version to offer: 1 skips Hello. Default 2. */
  readonly version?: WireVersion;
  /** Longest reply frame that is read in bytes; default 64 MiB. */
  readonly frameMax?: number;
}

/** An encoded request that may not be sent yet. */
interface Backlog {
  readonly frame: Uint8Array;
  readonly id: number;
  readonly waiter: Waiter;
}

/**
 * Sends requests and gives out replies. Requests of the same turn of the event loop go out with one write;
 * any number may wait for their replies. When the connection ends, everything that waits and everything
 * that comes later fails with EIO at once.
 */
export class VFSClient {
  /** What the server said of itself; in version 1 our own defaults. */
  hello: VFSHello = new VFSHello();
  /** Attributes that came with other replies. */
  readonly fresh: FreshStats = new FreshStats();
  /** Who is told of the notices of which watch. */
  readonly watches: Map<number | bigint, (notice: VFSResponse) => void> = new Map();
  /** Settles when the connection has ended, with why; undefined after `close`. */
  readonly ended: Promise<unknown>;
  readonly #channel: ByteChannel;
  readonly #output: FrameOutput;
  readonly #input: FrameReader;
  readonly #reader = new CborReader();
  readonly #response = new VFSResponse();
  readonly #request = new VFSRequest();
  /** Version 2: by id. */
  readonly #byId = new Map<number, Waiter>();
  /** Version 1: in order, from `#firstInOrder` on. */
  #inOrder: Waiter[] = [];
  #firstInOrder = 0;
  #backlog: Backlog[] = [];
  #version: WireVersion = 1;
  #lastId = 0;
  #inFlight = 0;
  #inFlightMax = IN_FLIGHT_MAX_V1;
  #flushing = false;
  #dead = false;
  #cause: unknown;
  #end!: (cause: unknown) => void;

  /** Use {@linkcode VFSClient.connect}: a client must agree on a version first. */
  private constructor(connection: WireConnection, options: VFSClientOptions) {
    this.#channel = channelOf(connection);
    this.#output = new FrameOutput(this.#channel, (thrown) => this.#die(thrown));
    this.#input = new FrameReader(this.#channel, options.frameMax ?? REPLY_FRAME_MAX);
    this.ended = new Promise((resolve) => this.#end = resolve);
  }

  /**
   * Agrees with the server on a version. The connection belongs to the client from now on.
   *
   * @throws {FsError} EIO when the connection ends meanwhile.
   */
  static async connect(
    connection: WireConnection,
    options: VFSClientOptions = {},
  ): Promise<VFSClient> {
    const client = new VFSClient(connection, options);
    client.#receive();
    await client.#greet(options);
    return client;
  }

  /** The version agreed on. */
  get version(): WireVersion {
    return this.#version;
  }

  /** Whether the connection has ended. */
  get dead(): boolean {
    return this.#dead;
  }

  /** How many requests have been sent so far, to count round trips. */
  requestCount = 0;

  async #greet(options: VFSClientOptions): Promise<void> {
    this.hello.version = 1;
    this.hello.dataMax = DEFAULT_LIMITS.dataMax;
    if (options.version === 1) return;
    const request = this.begin(OpCode.Hello);
    request.version = WIRE_VERSION;
    request.size = options.frameMax ?? REPLY_FRAME_MAX;
    try {
      const hello = await this.send((reply) => reply.hello, { syscall: "connect" });
      if (hello !== null && hello.version === WIRE_VERSION) {
        this.hello = hello;
        this.#version = WIRE_VERSION;
        this.#inFlightMax = Math.max(1, hello.inFlightMax);
      }
    } catch (thrown) {
      // The original knows no Hello: version 1 it is.
      if (!(thrown instanceof FsError) || thrown.code !== "ENOSYS") throw thrown;
    }
  }

  /** The request to fill in for {@linkcode VFSClient.send}: one at a time. */
  begin(op: OpCode, context?: Context): VFSRequest {
    const request = this.#request;
    request.clear();
    request.op = op;
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
   */
  send<T>(convert: Convert<T>, details: FsErrorDetails, signal?: AbortSignal): Promise<T> {
    const request = this.#request;
    const waiter = new PendingReply(request.op, convert, details);
    if (this.#dead) {
      waiter.fail(this.#cause);
      return waiter.promise;
    }
    if (signal?.aborted === true) {
      waiter.interrupt();
      return waiter.promise;
    }
    if (!ReplyLane.observes(request.op)) this.fresh.expire();
    const id = this.#version === 2 ? this.#nextId() : 0;
    request.id = id;
    this.#post(request, id, waiter, details);
    if (signal !== undefined) this.#listen(signal, waiter, id);
    return waiter.promise;
  }

  #nextId(): number {
    do {
      this.#lastId = this.#lastId >= ID_MAX ? 1 : this.#lastId + 1;
    } while (this.#byId.has(this.#lastId));
    return this.#lastId;
  }

  #post(request: VFSRequest, id: number, waiter: Waiter, details: FsErrorDetails): void {
    this.requestCount++;
    const { writer } = this.#output;
    const start = this.#output.begin();
    try {
      encodeRequestOfOp(writer, request, request.op === OpCode.Hello ? 2 : this.#version);
    } catch (thrown) {
      this.#output.undo();
      // What cannot be said: a name that is no UTF-8 in version 1, a number out of range.
      throw thrown instanceof FsError
        ? thrown
        : new FsError("EINVAL", { ...details, cause: thrown });
    }
    this.#output.end();
    if (this.#inFlight < this.#inFlightMax && this.#backlog.length === 0) {
      this.#expect(id, waiter);
      this.#flushSoon();
    } else {
      const frame = writer.bytes.slice(start, writer.length);
      this.#output.undo();
      this.#backlog.push({ frame, id, waiter });
    }
  }

  #expect(id: number, waiter: Waiter): void {
    this.#inFlight++;
    if (id === 0) this.#inOrder.push(waiter);
    else this.#byId.set(id, waiter);
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#output.flush();
    });
  }

  /** Takes the request back when the caller no longer waits. */
  #listen(signal: AbortSignal, waiter: Waiter, id: number): void {
    const cancel = (): void => {
      if (id !== 0) this.#cancel(id, waiter);
      // Version 1 cannot take back. What only looks need not be waited for.
      else if (ReplyLane.observes(waiter.op)) waiter.interrupt();
    };
    signal.addEventListener("abort", cancel, { once: true });
    waiter.onEnd = () => signal.removeEventListener("abort", cancel);
  }

  #cancel(id: number, waiter: Waiter): void {
    const waiting = this.#backlog.findIndex((entry) => entry.id === id);
    if (waiting >= 0) {
      this.#backlog.splice(waiting, 1);
      waiter.interrupt();
      return;
    }
    if (this.#dead || !this.#byId.has(id)) return;
    this.#output.begin();
    const request = new VFSRequest({ op: OpCode.Cancel, ref: id });
    encodeRequestOfOp(this.#output.writer, request, 2);
    this.#output.end();
    this.#flushSoon();
  }

  /** Reads replies until the end. */
  async #receive(): Promise<void> {
    try {
      while (await this.#input.fill()) {
        this.fresh.expire();
        while (this.#input.next()) this.#take();
      }
      this.#die(new Error("The server ended the connection"));
    } catch (thrown) {
      this.#die(thrown);
    }
  }

  #take(): void {
    const { bytes, frameStart, frameEnd } = this.#input;
    const response = this.#response;
    this.#reader.reset(bytes, frameStart, frameEnd);
    // The answer to Hello has keys of version 2; version 1 never sends them.
    decodeResponse(this.#reader, response, this.#lastReplyVersion());
    if (response.notice !== 0) {
      // A watch that has just been ended may still be spoken of.
      this.watches.get(response.handle)?.(response);
      return;
    }
    const waiter = response.id === 0 ? this.#shift() : this.#byId.get(response.id);
    if (waiter === undefined) throw new WireError("Cannot take an answer to what was not asked");
    if (response.id !== 0) this.#byId.delete(response.id);
    this.#inFlight--;
    waiter.settle(response);
    if (this.#backlog.length > 0) this.#sendBacklog();
  }

  #lastReplyVersion(): WireVersion {
    const waiter = this.#inOrder[this.#firstInOrder];
    return waiter?.op === OpCode.Hello ? 2 : this.#version;
  }

  #shift(): Waiter | undefined {
    const waiter = this.#inOrder[this.#firstInOrder];
    if (waiter === undefined) return undefined;
    this.#firstInOrder++;
    if (this.#firstInOrder === this.#inOrder.length) {
      this.#inOrder.length = 0;
      this.#firstInOrder = 0;
    } else if (this.#firstInOrder === IN_FLIGHT_MAX_V1) {
      this.#inOrder = this.#inOrder.slice(this.#firstInOrder);
      this.#firstInOrder = 0;
    }
    return waiter;
  }

  #sendBacklog(): void {
    let sent = 0;
    while (this.#inFlight < this.#inFlightMax && sent < this.#backlog.length) {
      const { frame, id, waiter } = this.#backlog[sent++]!;
      this.#output.writer.raw(frame);
      this.#expect(id, waiter);
    }
    this.#backlog.splice(0, sent);
    this.#flushSoon();
  }

  /** Ends the connection; whatever waits fails with EIO. */
  #die(cause: unknown): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#cause = cause;
    this.fresh.expire();
    try {
      this.#channel.close();
    } catch {
      // The other side was faster.
    }
    const waiting = [
      ...this.#inOrder.slice(this.#firstInOrder),
      ...this.#byId.values(),
      ...this.#backlog.map((entry) => entry.waiter),
    ];
    this.#inOrder = [];
    this.#firstInOrder = 0;
    this.#byId.clear();
    this.#backlog = [];
    this.watches.clear();
    for (const waiter of waiting) waiter.fail(cause);
    this.#end(cause);
  }

  /** Ends the connection: what still waits fails with EIO. */
  close(): void {
    this.#die(undefined);
  }
}
