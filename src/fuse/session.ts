/**
 * One connection with the kernel: from INIT to the end of the mount.
 *
 * @module
 */
import { ERRNO, type Errno, isPromise, toErrno } from "../base/mod.ts";
import { type MemoryBlock, Processor } from "../libc/mod.ts";
import { FUSE_KERNEL_VERSION, IN_HEADER_SIZE, MINOR_MIN, OUT_HEADER_SIZE } from "./abi.ts";
import { BlockPool } from "./block_pool.ts";
import type { Trace } from "./debug_log.ts";
import type { Channel } from "./device.ts";
import { HandOver, type ThreadPlace } from "./hand_over.ts";
import { mayTakeLong, SHORT_SIZE_MAX } from "./long_requests.ts";
import { type Agreement, decodeInit, encodeInit } from "./negotiation.ts";
import { INIT_IN_SIZE_MIN, INIT_OUT_SIZE, type InitWishes, negotiate } from "./negotiation.ts";
import { Notices } from "./notices.ts";
import { Opcode } from "./opcode.ts";
import type { Operation } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import { OwnThreads } from "./own_threads.ts";
import { Patience } from "./patience.ts";
import type { RawFileSystem } from "./raw_file_system.ts";
import { readUnique, type Reply, Request, type Timeouts } from "./request.ts";
import { LOOP_DEFAULTS, type LoopOptions, SessionLoop } from "./session_loop.ts";
import { takeBack } from "./take_back.ts";
import { toldErrno } from "./told_errno.ts";
import { readU64 } from "./word64.ts";

/** How many idle request objects are kept for reuse. */
const REQUESTS_FREE_MAX = 64;
/** Room for the header and struct in front of the data of the largest message, in bytes. */
const MESSAGE_OVERHEAD = 4096;

/** Size of `struct fuse_notify_retrieve_in`. */
const RETRIEVE_IN_SIZE = 40;

/** What a session is told at the start. */
export interface SessionOptions extends Timeouts {
  /** What to ask of the kernel. */
  readonly wishes: InitWishes;
  /** How the loop divides its time. */
  readonly loop?: Partial<LoopOptions>;
  /** What this thread may do about processors; found out when it is left out. */
  readonly place?: ThreadPlace;
  /** Tells the time in milliseconds, to know who has waited for a processor; default `performance.now`. */
  readonly now?: () => number;
  /** A signal that its caller survives ends only a wait for a lock. */
  readonly patient?: boolean;
  /** Sees each request and its reply, for a log. */
  readonly trace?: Trace;
  /** Gets what nobody else will see: an exception of the filesystem, a reply the kernel refused. */
  readonly report: (problem: unknown) => void;
  /** What another loop of the connection has agreed on: for a {@linkcode Device.clone}. */
  readonly agreement?: Agreement;
  /** Told of an INTERRUPT for a request that is not served here, but perhaps by another loop. */
  readonly interruptElsewhere?: (unique: number) => void;
}

/**
 * Reads requests from the device, has the filesystem serve them, writes the replies. A request that
 * is served synchronously allocates nothing that stays: one request object, one message buffer and one
 * reply buffer serve them all. A request that becomes a promise keeps its objects until its reply, and the
 * next request gets others.
 *
 * Every request but FORGET gets exactly one reply, whatever the filesystem throws: a caller without a
 * reply would hang and could not be killed.
 */
export class Session {
  /** Unsolicited messages to the kernel. */
  readonly notices: Notices;
  readonly #channel: Channel;
  readonly #fs: RawFileSystem;
  readonly #options: SessionOptions;
  readonly #loop: SessionLoop;
  readonly #pool = new BlockPool();
  readonly #free: Request[] = [];
  readonly #pending = new Map<number, Request>();
  readonly #patience = new Patience(this.#pending);
  readonly #messageSize: number;
  #request: Request;
  #input: MemoryBlock;
  #agreement: Agreement | null = null;
  readonly #agreed = Promise.withResolvers<Agreement>();
  #drained: (() => void) | null = null;
  readonly #callers = new OwnThreads();
  /** How many of those that are pending nobody waits for. */
  #unwaited = 0;
  /** Who sent the last message that anybody waits for. */
  #lastPid = 0;
  /** Null where this thread has no choice. */
  readonly #handOver: HandOver | null;

  /** The channel belongs to the session, which closes it at the end of {@linkcode Session.run}. */
  constructor(channel: Channel, fs: RawFileSystem, options: SessionOptions) {
    this.#channel = channel;
    this.#fs = fs;
    this.#options = options;
    this.notices = new Notices(channel, options.trace);
    this.#messageSize = options.wishes.maxWrite + MESSAGE_OVERHEAD;
    this.#input = this.#pool.take(this.#messageSize);
    this.#request = new Request(this.#pool, options);
    const target = {
      step: () => this.#step(),
      rest: () => this.#handOver?.standUp(),
      pending: () => this.#pending.size - this.#unwaited,
      isFromUs: () => this.#callers.isUs(this.#lastPid),
    };
    const loop = { ...LOOP_DEFAULTS, ...options.loop };
    this.#loop = new SessionLoop(channel, target, loop);
    const place = loop.handOver ? options.place ?? Processor.ofThread() : null;
    const { now = () => performance.now() } = options;
    const { startsNothing } = loop;
    this.#handOver = place === null ? null : new HandOver(place, { startsNothing, now });
    if (options.agreement !== undefined) this.#agree(options.agreement);
  }

  /** What was agreed with the kernel; null before its INIT. */
  get agreement(): Agreement | null {
    return this.#agreement;
  }

  /** Resolves when the kernel's INIT has been answered. */
  get agreed(): Promise<Agreement> {
    return this.#agreed.promise;
  }

  /** The caller of a request got a signal; true when the request is served here. */
  interrupt(unique: number): boolean {
    const request = this.#pending.get(unique);
    if (request === undefined) return false;
    if (this.#options.patient === true) this.#patience.interrupt(request);
    else request.interrupt();
    return true;
  }

  /** How many requests are being served asynchronously. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Serves until the mount has ended, waits for what is under way, closes the device. */
  async run(): Promise<void> {
    try {
      await this.#loop.run();
    } finally {
      for (const request of this.#pending.values()) request.interrupt();
      await this.#drain();
      this.#patience.end();
      await this.notices.end();
      this.#channel.close();
      await this.#fs.destroy();
    }
  }

  /** Ends the loop without waiting for the kernel. */
  stop(): void {
    this.#loop.stop();
  }

  #drain(): Promise<void> {
    if (this.#pending.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained = resolve);
  }

  /** Reads and serves one message; returns its length or a negated errno. */
  #step(): number {
    const length = this.#channel.read(this.#input);
    this.#handOver?.looked(length > 0);
    if (length <= 0) return length;
    if (length < IN_HEADER_SIZE) {
      this.#options.report(new Error(`The kernel sent ${length} bytes, less than a header`));
      return length;
    }
    const request = this.#request;
    request.start(this.#input, length);
    if (this.#handOver?.isBack === true && mayTakeLong(request)) this.#handOver.standUp();
    if (request.pid !== 0) this.#lastPid = request.pid;
    if (!request.isResent || !this.#isServedAlready(request)) this.#serve(request);
    return length;
  }

  /** A request that comes again while it waits here is answered once, as the second one. */
  #isServedAlready(request: Request): boolean {
    const waiting = this.#pending.get(request.unique);
    if (waiting === undefined) return false;
    waiting.isResent = true;
    return true;
  }

  #serve(request: Request): void {
    const { trace } = this.#options;
    const startedAt = trace === undefined ? 0 : performance.now();
    trace?.received(request);
    const row = OPERATIONS[request.opcode];
    if (row === undefined) {
      this.#serveProtocol(request, startedAt);
      return;
    }
    let outcome: ReturnType<Operation["serve"]>;
    try {
      outcome = request.length - IN_HEADER_SIZE < row.bodyMin
        ? ERRNO.EINVAL
        : row.serve(this.#fs, request, request.input.view);
    } catch (thrown) {
      outcome = this.#failure(request, thrown);
    }
    if (isPromise(outcome)) this.#park(request, row, outcome, startedAt);
    else this.#reply(request, row, outcome, startedAt, request.pid);
  }

  /** Whatever was thrown becomes an errno here, and only here. */
  #failure(request: Request, thrown: unknown): Errno {
    const errno = toErrno(thrown, () => {
      const path = this.#fs.pathOf?.(request.nodeid);
      const text = `${request.describe(path)} answered with EIO`;
      this.#options.report(new Error(text, { cause: thrown }));
    });
    return toldErrno(request.opcode, errno);
  }

  /** The reply comes later: the request keeps its objects, the loop goes on with others. */
  #park(request: Request, row: Operation, outcome: Promise<Reply>, startedAt: number): void {
    this.#pending.set(request.unique, request);
    if (row.nobodyWaits === true) this.#unwaited++;
    this.#request = this.#free.pop() ?? new Request(this.#pool, this.#options);
    this.#request.hasLongSetxattr = request.hasLongSetxattr;
    const kept = row.keepsInput === true ? this.#input : null;
    if (kept !== null) this.#input = this.#pool.take(this.#messageSize);
    const done = (reply: Reply): void => {
      this.#pending.delete(request.unique);
      if (row.nobodyWaits === true) this.#unwaited--;
      this.#reply(request, row, reply, startedAt);
      if (kept !== null) this.#pool.give(kept);
      if (this.#free.length < REQUESTS_FREE_MAX) this.#free.push(request);
      if (this.#pending.size === 0) this.#drained?.();
      this.#loop.answered();
    };
    outcome.then(done, (thrown) => done(this.#failure(request, thrown)));
  }

  /** Leaves the processor to the caller with the reply, if that is of use: {@linkcode HandOver.takeBack} follows then. */
  #lend(caller: number, size: number): boolean {
    // A larger reply is a part of a file that is read in one go: the kernel has asked for the next part already, and
    // we fetch it while the caller, on a processor of its own, copies this one.
    if (this.#handOver === null || size > SHORT_SIZE_MAX) return false;
    // Over the wire a server takes turns too.
    return this.#handOver.lend(caller, this.#channel.hasSources ? this.#loop.helper : null);
  }

  /** `caller` is the thread that waits for the reply, 0 for nobody. */
  #reply(
    request: Request,
    row: Operation | undefined,
    answered: Reply,
    startedAt: number,
    caller = 0,
  ): void {
    const outcome = request.isSound(answered) ? answered : this.#unsound(request, answered);
    const size = request.finish(outcome);
    const isLent = this.#lend(caller, size);
    const written = this.#channel.write(request.output, size);
    if (isLent) this.#handOver?.takeBack();
    try {
      if (written < 0) this.#unwanted(request, row, outcome, -written);
      this.#options.trace?.answered(request, outcome, performance.now() - startedAt);
    } catch (thrown) {
      // The caller has its answer, and others wait for theirs.
      this.#options.report(thrown);
    }
    request.release();
  }

  #unsound(request: Request, answered: unknown): Errno {
    return this.#failure(request, new TypeError(`${String(answered)} is no result`));
  }

  /** The kernel did not take a reply. Its caller is gone (ENOENT), or we made a mistake. */
  #unwanted(request: Request, row: Operation | undefined, outcome: Reply, errno: number): void {
    if (errno === ERRNO.ENODEV.number || errno === ERRNO.ECONNABORTED.number) return;
    const isGone = errno === ERRNO.ENOENT.number;
    if (!isGone) {
      const text = `The kernel refused the reply to ${request.name}: errno ${errno}`;
      this.#options.report(new Error(text));
    }
    if (typeof outcome !== "number") return;
    // What was granted stands in the reply that was refused.
    const refused = { request, grants: row?.grants, size: outcome };
    takeBack(this.#fs, refused, (about, thrown) => this.#failure(about, thrown));
    if (!isGone) this.#channel.write(request.output, request.finish(ERRNO.EIO));
  }

  /** Nobody hears of an error here, nor may it end the service of others. */
  #forget(request: Request, nodeid: number, count: number): void {
    try {
      this.#fs.forget(nodeid, count);
    } catch (thrown) {
      this.#failure(request, thrown);
    }
  }

  /** What is between kernel and session, or unknown. */
  #serveProtocol(request: Request, startedAt: number): void {
    const body = request.input.view;
    const size = request.length - IN_HEADER_SIZE;
    switch (request.opcode) {
      case Opcode.FORGET:
        if (size >= 8) this.#forget(request, request.nodeid, readU64(body, IN_HEADER_SIZE));
        return;
      case Opcode.BATCH_FORGET:
        this.#batchForget(request, body, size);
        return;
      case Opcode.INTERRUPT:
        // Not found: it was answered in the meantime, or it is served synchronously.
        if (size >= 8) this.#interrupt(readUnique(body, IN_HEADER_SIZE));
        return;
      case Opcode.INIT:
        this.#reply(request, undefined, this.#init(request, body, size), startedAt);
        return;
      case Opcode.DESTROY:
        this.#reply(request, undefined, 0, startedAt);
        return;
      case Opcode.NOTIFY_REPLY:
        this.#notifyReply(request, body, size);
        return;
      default:
        this.#reply(request, undefined, ERRNO.ENOSYS, startedAt);
    }
  }

  #interrupt(unique: number): void {
    if (!this.interrupt(unique)) this.#options.interruptElsewhere?.(unique);
  }

  /** The data that a RETRIEVE asked for; `unique` is the number that the notice had. */
  #notifyReply(request: Request, body: DataView, size: number): void {
    if (size < RETRIEVE_IN_SIZE) return;
    const length = Math.min(body.getUint32(IN_HEADER_SIZE + 16, true), size - RETRIEVE_IN_SIZE);
    this.notices.retrieved(request.unique, request.data(RETRIEVE_IN_SIZE, length));
  }

  #batchForget(request: Request, body: DataView, size: number): void {
    if (size < 8) return;
    const count = Math.min(body.getUint32(IN_HEADER_SIZE, true), Math.floor((size - 8) / 16));
    for (let index = 0; index < count; index++) {
      const at = IN_HEADER_SIZE + 8 + index * 16;
      this.#forget(request, readU64(body, at), readU64(body, at + 8));
    }
  }

  #init(request: Request, body: DataView, size: number): Reply {
    if (size < INIT_IN_SIZE_MIN || this.#agreement !== null) return ERRNO.EPROTO;
    const offer = decodeInit(body, IN_HEADER_SIZE, size);
    if (offer.major < FUSE_KERNEL_VERSION || offer.minor < MINOR_MIN) {
      const version = `${offer.major}.${offer.minor}`;
      const text = `The kernel speaks FUSE ${version}, but ${FUSE_KERNEL_VERSION}.${MINOR_MIN} ` +
        "(Linux 5.4) or newer is needed";
      this.#options.report(new Error(text));
      return ERRNO.EPROTO;
    }
    const agreed = negotiate(offer, this.#options.wishes);
    encodeInit(request.output.view, OUT_HEADER_SIZE, agreed);
    // A newer major version expects ours in the reply and sends INIT again.
    if (offer.major > FUSE_KERNEL_VERSION) return INIT_OUT_SIZE;
    this.#agree(agreed);
    return INIT_OUT_SIZE;
  }

  #agree(agreed: Agreement): void {
    this.#agreement = agreed;
    this.#request.hasLongSetxattr = agreed.flags.has("SETXATTR_EXT");
    this.#fs.init(agreed);
    this.#agreed.resolve(agreed);
  }
}
