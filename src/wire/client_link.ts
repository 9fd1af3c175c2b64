/**
 * One connection of a client, from its greeting to its end.
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import type { DueAnswer, Holder } from "../libc/mod.ts";
import { CborReader } from "../cbor/mod.ts";
import { agreedHello } from "./agreed_hello.ts";
import { decodeResponse, encodeRequestOfOp, type WireVersion } from "./codec.ts";
import { FrameGuard } from "./frame_guard.ts";
import { FrameOutput } from "./frame_output.ts";
import { FrameReader } from "./frame_reader.ts";
import { HELLO_FROM_KERNEL } from "./hello_message.ts";
import { inTime } from "./in_time.ts";
import { DEFAULT_LIMITS, REPLY_FRAME_MAX, WIRE_VERSION } from "./limits.ts";
import { OpCode } from "./op_code.ts";
import { SHARE_NOW } from "./share_operation.ts";
import { type ByteChannel, channelOf, type WireConnection } from "./transport.ts";
import type { VFSClientOptions } from "./vfs_client_options.ts";
import { VFSHello } from "./vfs_parts.ts";
import { VFSRequest } from "./vfs_request.ts";
import { VFSResponse } from "./vfs_response.ts";
import { PendingReply, type Waiter } from "./waiter.ts";
import { WireError } from "./wire_error.ts";

/** Requests that a server of version 1 has not answered; the next ones wait here. */
const IN_FLIGHT_MAX_V1 = 1024;
const ENDED = "The server ended the connection";
const ID_MAX = 0xffff_ffff;
/** How late a request is that may be late, in milliseconds. */
const LATE_MS = 2;

/** What a connection tells its client. */
export interface LinkEvents {
  /** Bytes have come: what was known before may be old. */
  readonly onBytes: () => void;
  /** A notice of a watch. */
  readonly onNotice: (notice: VFSResponse) => void;
  /** It has ended, because of `cause`; these wait for replies that will not come. */
  readonly onEnd: (cause: unknown, waiting: Waiter[]) => void;
}

/** An encoded request that may not be sent yet. */
interface Backlog {
  readonly frame: Uint8Array;
  readonly waiter: Waiter;
}

/** How a connection begins. */
export interface LinkOptions
  extends Pick<VFSClientOptions, "frameMax" | "frameTimeoutMs" | "helloTimeoutMs"> {
  /** Highest version to offer. */
  readonly version: WireVersion;
  /** Whether the kernel of a mount asks. */
  readonly fromKernel?: boolean | undefined;
}

/**
 * Sends requests and gives out replies. Requests of the same turn of the event loop go out with one write;
 * no more than the server allows are under way at a time.
 */
export class ClientLink {
  /** What the server said of itself; in version 1 our own defaults. */
  hello: VFSHello = new VFSHello();
  /** The version agreed on. */
  version: WireVersion = 1;
  /** What it runs over. */
  readonly channel: ByteChannel;
  readonly #output: FrameOutput;
  readonly #input: FrameReader;
  readonly #guard: FrameGuard;
  readonly #reader = new CborReader();
  readonly #response = new VFSResponse();
  readonly #events: LinkEvents;
  /** Version 2: by id. */
  readonly #byId = new Map<number, Waiter>();
  /** Version 1: in order, from `#firstInOrder` on. */
  #inOrder: Waiter[] = [];
  #firstInOrder = 0;
  #backlog: Backlog[] = [];
  #lastId = 0;
  #inFlight = 0;
  #inFlightMax = IN_FLIGHT_MAX_V1;
  #flushing = false;
  #later: ReturnType<typeof setTimeout> | undefined;
  /** Whose answer the thread is held for. */
  #held: Waiter | null = null;
  /** Counts what has come for others, who need a microtask to hear of it. */
  #forOthers = 0;
  #ended = false;

  private constructor(connection: WireConnection, options: LinkOptions, events: LinkEvents) {
    const { frameTimeoutMs = DEFAULT_LIMITS.frameTimeoutMs } = options;
    this.channel = channelOf(connection);
    this.#output = new FrameOutput(this.channel, (thrown) => this.end(thrown));
    this.#input = new FrameReader(this.channel, options.frameMax ?? REPLY_FRAME_MAX);
    this.#guard = new FrameGuard(frameTimeoutMs, () => {
      this.end(new WireError(`The server has not finished a frame within ${frameTimeoutMs} ms`));
    });
    this.#events = events;
  }

  /**
   * Agrees with the server on a version.
   *
   * @throws {FsError} EIO when the connection ends, or the server says what nobody can keep to; ETIMEDOUT.
   */
  static async connect(
    connection: WireConnection,
    options: LinkOptions,
    events: LinkEvents,
  ): Promise<ClientLink> {
    const link = new ClientLink(connection, options, events);
    link.#receive();
    link.hello.version = 1;
    link.hello.dataMax = DEFAULT_LIMITS.dataMax;
    await inTime(link, options.helloTimeoutMs, async () => {
      if (options.version === 2) await link.#greet(options);
      if (link.hello.shares && link.channel.mapMemory !== undefined) await link.#share();
    });
    return link;
  }

  /** Changes over to memory that the server shares, when it gives some and we can map it. */
  async #share(): Promise<void> {
    const { channel } = this;
    channel.keepDescriptors?.(1);
    const isGiven = await this.#ask({ op: OpCode.Share });
    channel.keepDescriptors?.(0);
    const [fd] = channel.takeDescriptors?.() ?? [];
    if (!isGiven || fd === undefined || channel.mapMemory?.(fd) !== true) return;
    if (await this.#ask({ op: OpCode.Share, flags: SHARE_NOW })) channel.useMemory?.();
  }

  /** Whether the server does what it is asked. */
  async #ask(request: Partial<VFSRequest>): Promise<boolean> {
    const waiter = new PendingReply(OpCode.Share, () => true, { syscall: "connect" });
    this.post(new VFSRequest(request), waiter);
    try {
      return await waiter.promise;
    } catch (thrown) {
      if (this.#ended) throw thrown;
      return false;
    }
  }

  async #greet({ frameMax = REPLY_FRAME_MAX, fromKernel }: LinkOptions): Promise<void> {
    const details = { syscall: "connect" };
    const waiter = new PendingReply(OpCode.Hello, (reply) => agreedHello(reply.hello), details);
    const flags = fromKernel === true ? HELLO_FROM_KERNEL : 0;
    const init = { op: OpCode.Hello, version: WIRE_VERSION, size: frameMax, flags };
    const request = new VFSRequest(init);
    this.post(request, waiter);
    try {
      const hello = await waiter.promise;
      if (hello.version !== WIRE_VERSION) return;
      this.hello = hello;
      this.version = WIRE_VERSION;
      this.#inFlightMax = hello.inFlightMax;
    } catch (thrown) {
      // The original knows no Hello: version 1 it is.
      if (thrown instanceof FsError && thrown.code === "ENOSYS") return;
      this.end(thrown);
      throw thrown;
    }
  }

  /** Whether the connection has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  #nextId(): number {
    do {
      this.#lastId = this.#lastId >= ID_MAX ? 1 : this.#lastId + 1;
    } while (this.#byId.has(this.#lastId));
    return this.#lastId;
  }

  /**
   * Sends a request, now or when the server has room for it. Its data is copied.
   *
   * @throws {FsError} For what cannot be said; nothing is sent then.
   */
  post(request: VFSRequest, waiter: Waiter): void {
    if (this.#ended) {
      waiter.fail(new Error("The connection has ended"));
      return;
    }
    const id = this.version === 2 ? this.#nextId() : 0;
    request.id = id;
    waiter.id = id;
    const { writer } = this.#output;
    const start = this.#output.begin();
    try {
      encodeRequestOfOp(writer, request, request.op === OpCode.Hello ? 2 : this.version);
    } catch (thrown) {
      this.#output.undo();
      if (thrown instanceof FsError) throw thrown;
      // A number out of range.
      throw new FsError("EINVAL", { syscall: "send", path: request.path, cause: thrown });
    }
    this.#output.end();
    if (this.#inFlight < this.#inFlightMax && this.#backlog.length === 0) {
      this.#expect(waiter);
      if (waiter.mayBeLate) this.#flushLater();
      else this.#flushSoon();
    } else {
      const frame = writer.bytes.slice(start, writer.length);
      this.#output.undo();
      this.#backlog.push({ frame, waiter });
      if (id !== 0) this.#byId.set(id, waiter);
    }
  }

  #expect(waiter: Waiter): void {
    waiter.sent = true;
    this.#inFlight++;
    this.channel.expect?.(this.#inFlight);
    if (waiter.id === 0) this.#inOrder.push(waiter);
    else this.#byId.set(waiter.id, waiter);
  }

  /** Sends with the next request, or in a moment: each write wakes the server. */
  #flushLater(): void {
    if (this.#later !== undefined || this.#flushing) return;
    this.#later = setTimeout(() => {
      this.#later = undefined;
      this.#output.flush();
    }, LATE_MS);
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#output.flush();
    });
  }

  /** Takes a request back: EINTR if it has not gone out, otherwise what the server makes of it. */
  cancel(waiter: Waiter): void {
    if (!waiter.sent) {
      this.#backlog = this.#backlog.filter((entry) => entry.waiter !== waiter);
      this.#byId.delete(waiter.id);
      waiter.interrupt();
    } else if (!this.#ended && this.#byId.get(waiter.id) === waiter) {
      this.#output.begin();
      const request = new VFSRequest({ op: OpCode.Cancel, ref: waiter.id });
      encodeRequestOfOp(this.#output.writer, request, 2);
      this.#output.end();
      this.#flushSoon();
    }
  }

  /** Reads replies until the end. */
  async #receive(): Promise<void> {
    try {
      while (await this.#input.fill()) this.#gotBytes();
      this.end(new Error(ENDED));
    } catch (thrown) {
      this.end(thrown);
    }
  }

  #gotBytes(): void {
    this.#events.onBytes();
    this.#takeAll();
  }

  /** Takes all frames that have come as a whole. */
  #takeAll(): void {
    while (this.#input.next()) {
      this.#guard.stop();
      this.#take();
    }
    if (this.#input.partial && !this.#ended) this.#guard.begun();
  }

  /**
   * Sends what there is to send, and has the thread look for the answer to a request. True when it is over, and
   * nothing else has come that somebody should hear of before its caller does.
   */
  hold(waiter: Waiter, holder: Holder): boolean {
    // Before the question goes out, so that the answer wakes nobody.
    this.channel.spin?.();
    this.#output.flush();
    const canHold = this.channel.readNow !== undefined && waiter.sent && this.#output.queued === 0;
    const before = this.#forOthers;
    try {
      this.#held = waiter;
      if (canHold && !this.#ended) holder.hold(this.#due);
    } finally {
      this.#held = null;
      this.channel.rest?.();
    }
    return waiter.isOver && canHold && this.#forOthers === before;
  }

  /** Takes what has come; true when that is the end of what the thread is held for. */
  readonly #look = (): boolean => {
    try {
      // What has come may not have been taken yet by who waits in `#receive`.
      this.#takeAll();
      if (this.#held?.isOver !== false) return true;
      const filled = this.#input.fillNow();
      if (filled === null) return false;
      if (filled) this.#gotBytes();
      else this.end(new Error(ENDED));
    } catch (thrown) {
      this.end(thrown);
    }
    return this.#ended || this.#held?.isOver !== false;
  };

  readonly #due: DueAnswer = {
    look: this.#look,
    isTaken: () => this.channel.isTaken?.() ?? false,
    isWoken: () => this.channel.hasWoken?.() ?? false,
    rest: () => this.channel.rest?.() ?? false,
  };

  #take(): void {
    const { bytes, frameStart, frameEnd } = this.#input;
    const response = this.#response;
    this.#reader.reset(bytes, frameStart, frameEnd);
    decodeResponse(this.#reader, response, this.#replyVersion());
    if (response.notice !== 0) {
      this.#forOthers++;
      this.#events.onNotice(response);
      return;
    }
    const waiter = response.id === 0 ? this.#shift() : this.#byId.get(response.id);
    if (waiter === undefined || !waiter.sent) {
      throw new WireError("Cannot take an answer to what was not asked");
    }
    if (response.id !== 0) this.#byId.delete(response.id);
    this.#inFlight--;
    this.channel.expect?.(this.#inFlight);
    if (waiter !== this.#held && !waiter.mayBeLate) this.#forOthers++;
    waiter.settle(response);
    if (this.#backlog.length > 0) this.#sendBacklog();
  }

  /** The answer to Hello has keys of version 2; version 1 never sends them. */
  #replyVersion(): WireVersion {
    return this.#inOrder[this.#firstInOrder]?.op === OpCode.Hello ? 2 : this.version;
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
      const { frame, waiter } = this.#backlog[sent++]!;
      this.#output.writer.raw(frame);
      this.#expect(waiter);
    }
    this.#backlog.splice(0, sent);
    this.#flushSoon();
  }

  /** Ends the connection because of `cause`. */
  end(cause: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#later);
    this.#guard.stop();
    try {
      this.channel.close();
    } catch {
      // The other side was faster.
    }
    const waiting = new Set([
      ...this.#inOrder.slice(this.#firstInOrder),
      ...this.#byId.values(),
      ...this.#backlog.map((entry) => entry.waiter),
    ]);
    this.#inOrder = [];
    this.#firstInOrder = 0;
    this.#byId.clear();
    this.#backlog = [];
    this.#events.onEnd(cause, [...waiting]);
  }
}
