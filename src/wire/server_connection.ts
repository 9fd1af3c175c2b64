/**
 * One connection of a server.
 *
 * @module
 */
import { isPromise, type MaybePromise, RENAME_EXCHANGE } from "../base/mod.ts";
import type { Provider } from "../provider/mod.ts";
import type { Call, Session } from "./call.ts";
import { mayHaveChanged, reportChanges } from "./change_report.ts";
import { ConnectionNotices } from "./connection_notices.ts";
import type { ConnectionHost } from "./connection_host.ts";
import type { WireVersion } from "./codec.ts";
import { DISPATCH } from "./dispatch.ts";
import { FilePassing } from "./file_passing.ts";
import type { FrameOutput } from "./frame_output.ts";
import { HandleTable } from "./handle_table.ts";
import { answerHello } from "./hello_message.ts";
import type { LeaseTable } from "./lease_table.ts";
import type { WireLimits } from "./limits.ts";
import { ListingTable } from "./listing_table.ts";
import { MemoryOffer } from "./memory_offer.ts";
import { OpCode } from "./op_code.ts";
import { ReplyLane } from "./reply_lane.ts";
import { ReplySender } from "./reply_sender.ts";
import { RequestSource } from "./request_source.ts";
import type { InodeSource } from "./stat_message.ts";
import type { TurnTaker } from "./thread_turns.ts";
import type { ByteChannel } from "./transport.ts";
import { WireError } from "./wire_error.ts";
import type { WatchTable } from "./watch_table.ts";

/** So many bytes of replies are sent while requests are still there. */
const FLUSH_AT = 1 << 16;
const EINTR = 4;

/**
 * Reads requests, runs them and sends the replies.
 *
 * Invariants. A request runs as soon as it has been read: at once, without a promise, when the provider
 * answers at once. Requests without id take effect in their order (see {@linkcode ReplyLane}); requests
 * with id are on their own. What has to wait, waits unread in the socket: at most one decoded request is
 * held back, so a client that sends and never reads costs no more than the limits say.
 */
export class ServerConnection implements Session {
  /** The connection's number on its server. */
  readonly number: number;
  /** The filesystem. */
  readonly provider: Provider;
  /** Whether the provider tells links from what they point to. */
  readonly hasLstat: boolean;
  /** Takes its turns in the thread. */
  readonly taker: TurnTaker = { usedMs: 0 };
  /** Whether the kernel of a mount asks. */
  isFromKernel = false;
  /** The limits. */
  readonly limits: WireLimits;
  /** The open files. */
  readonly handles: HandleTable;
  /** The listings that go on. */
  readonly listings: ListingTable;
  /** What the client watches. */
  readonly watches: WatchTable;
  /** What the client has leased. */
  readonly leases: LeaseTable;
  /** Memory to share with the client. */
  readonly memory: MemoryOffer;
  /** Passes opened files to the client. */
  readonly files: FilePassing;
  /** Whether nobody changes what is served but through this server. */
  readonly soleOwner: boolean;
  /** Where version 1's inode numbers come from. */
  readonly inodes: InodeSource;
  /** Told of defects of the provider. */
  readonly onUnexpected: (thrown: unknown) => void;
  readonly #host: ConnectionHost;
  readonly #channel: ByteChannel;
  readonly #requests: RequestSource;
  readonly #replies: ReplySender;
  readonly #notices: ConnectionNotices;
  readonly #lane = new ReplyLane();
  /** Calls whose provider answers later. */
  readonly #waiting = new Set<Call>();
  readonly #byId = new Map<number, Call>();
  /** The request that may not begin yet. */
  #held: Call | null = null;
  /** Bytes that the replies of waiting calls may need, and that their requests hold. */
  #reserved = 0;
  #blocked = false;
  #reading = false;
  #draining = false;
  #ended = false;
  #flushing = false;
  #wake: (() => void) | null = null;
  #idle: (() => void) | null = null;

  /** @param number Its number on the server. */
  constructor(host: ConnectionHost, channel: ByteChannel, number: number) {
    const { provider, limits } = host;
    this.#host = host;
    this.#channel = channel;
    this.number = number;
    this.provider = provider;
    this.limits = limits;
    this.inodes = host.inodes;
    this.soleOwner = host.soleOwner;
    this.onUnexpected = host.onUnexpected;
    this.hasLstat = provider.capabilities.has("lstat");
    this.handles = new HandleTable(limits.handlesMax, host.opened);
    this.listings = new ListingTable(limits.listingsMax, host.shelf);
    this.#requests = new RequestSource(host, this, channel, () => this.abort());
    this.#replies = new ReplySender(host, channel, number, () => this.abort());
    this.#notices = new ConnectionNotices(host, this.#replies, () => this.#flushSoon());
    this.watches = this.#notices.watches;
    this.leases = this.#notices.leases;
    this.memory = new MemoryOffer(channel, this.output, host.memories, host.spinMs > 0);
    this.files = new FilePassing(channel, host.passFiles);
  }

  /** Sends the descriptors that tell of the end of leases at once, if that can be and has not been done. */
  giveSignal(): void {
    this.#notices.giveSignal();
  }

  /** The version agreed on. */
  get version(): WireVersion {
    return this.#replies.version;
  }

  /** The longest reply frame that the client reads. */
  get replyMax(): number {
    return this.#replies.replyMax;
  }

  /** The outgoing side. */
  get output(): FrameOutput {
    return this.#replies.output;
  }

  /** Whether the reply to this call may go out before any other that is under way. */
  repliesNow(call: Call): boolean {
    return !call.ordered || this.#lane.empty;
  }

  /** Bytes that are kept for the client: replies that it has not taken, and those to come. */
  get held(): number {
    return this.output.queued + this.#reserved;
  }

  /** Serves until the client ends, breaks a rule, or the server closes. Never rejects. */
  async run(): Promise<void> {
    try {
      while (await this.#step());
      await this.#finish();
    } catch (thrown) {
      // A broken frame or a broken socket: either way the connection is over, and only it.
      if (!this.#ended) this.#host.onBroken?.(thrown, this.number);
    } finally {
      await this.#end();
    }
  }

  /** Works off what has come, then waits for more. False at the end. */
  async #step(): Promise<boolean> {
    do {
      // Whoever asks since his leases may be over hears of it with the answer.
      this.leases.look();
      this.#work();
      this.output.flush();
    } while (
      !this.#ended && !this.#blocked && !this.#draining && this.output.queued === 0 &&
      this.#requests.spin()
    );
    if (this.#ended) return false;
    if (this.#blocked) {
      this.#requests.pause();
      await new Promise<void>((resolve) => this.#wake = resolve);
      return !this.#ended;
    }
    const { tired } = this.#requests;
    if (this.#draining && !tired) return false;
    this.#reading = !tired;
    try {
      return await this.#requests.fill();
    } finally {
      this.#reading = false;
    }
  }

  #work(): void {
    this.#blocked = false;
    while (!this.#ended && !this.#full()) {
      const call = this.#held ?? this.#requests.next();
      this.#held = null;
      if (call === null) return;
      if (this.#control(call)) continue;
      if (!this.#mayStart(call)) {
        this.#held = call;
        this.#blocked = true;
        return;
      }
      this.#start(call);
      if (this.output.writer.length >= FLUSH_AT) this.output.flush();
    }
  }

  /** Whether the client has to take replies before more is read. */
  #full(): boolean {
    const { queuedBytesMax, queuedTotalMax, connectionsMax } = this.limits;
    const { held } = this;
    const share = queuedTotalMax / connectionsMax;
    const fits = held <= queuedBytesMax && (held <= share || this.#host.held() <= queuedTotalMax);
    if (fits) return false;
    this.#blocked = true;
    if (this.output.queued > 0) this.output.drained().then(() => this.#unblock());
    return true;
  }

  #unblock(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  /** Runs the operations that are about the connection. False for all others. */
  #control(call: Call): boolean {
    const { request } = call;
    if (call.isFirst && request.op === OpCode.Hello && request.version > 0) {
      answerHello(call, this.#replies);
      this.#requests.release(call);
      return true;
    }
    // In version 1 these numbers are unknown operations, and there is no id.
    if (this.version === 1 && request.id !== 0) call.forgetId();
    call.ordered = request.id === 0;
    if (this.version === 1 || request.op !== OpCode.Cancel) return false;
    this.#cancel(request.ref);
    this.#requests.release(call);
    return true;
  }

  #mayStart(call: Call): boolean {
    if (this.#waiting.size >= this.limits.inFlightMax) return false;
    return !call.ordered || this.#lane.admits(call.request.op);
  }

  #start(call: Call): void {
    const { request } = call;
    if (!call.ordered && this.#byId.has(request.id)) {
      throw new WireError(`Cannot run two requests with the id ${request.id}`);
    }
    let result: MaybePromise<void>;
    try {
      result = DISPATCH[this.version][request.op]!(call);
    } catch (thrown) {
      call.fail(thrown);
      this.#answer(call);
      return;
    }
    if (isPromise(result)) this.#wait(call, result);
    else this.#answer(call);
  }

  /** The provider answers later. */
  #wait(call: Call, result: Promise<void>): void {
    const { request } = call;
    if (request.data.length > 0) this.#requests.lend();
    call.reserve(this.limits.dataMax);
    this.#reserved += call.reserved;
    this.#waiting.add(call);
    this.#host.sole.waiting++;
    if (call.ordered) this.#lane.enter(call);
    else this.#byId.set(request.id, call);
    result.then(() => this.#settle(call), (thrown) => {
      call.fail(thrown);
      this.#settle(call);
    });
  }

  #settle(call: Call): void {
    this.#waiting.delete(call);
    this.#host.sole.waiting--;
    this.#reserved -= call.reserved;
    call.reserved = 0;
    if (call.ordered) {
      this.#report(call);
      call.releaseFiles();
      this.#lane.settle(call);
      for (let done = this.#lane.next(); done !== null; done = this.#lane.next()) this.#send(done);
    } else {
      if (this.#byId.get(call.request.id) === call) this.#byId.delete(call.request.id);
      this.#answer(call);
    }
    if (this.#waiting.size === 0) this.#idle?.();
    if (this.#blocked) this.#unblock();
    else this.#flushSoon();
  }

  /** Sends with one write what is ready at the same time. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.output.flush();
    });
  }

  /** Tells the other clients what a call has changed, before its own hears of it. */
  #report(call: Call): void {
    const { hub, renamed, linked } = this.#host;
    const { request } = call;
    if (!mayHaveChanged(call)) return;
    if (hub.hasOthers(this)) reportChanges(call, (kind, path) => hub.publish(this, kind, path));
    if (request.op === OpCode.Link) linked();
    if (request.op !== OpCode.Rename) return;
    renamed(request.path, request.newPath, (request.flags & RENAME_EXCHANGE) !== 0);
  }

  /** The result is there: replies now, or when those before have replied. */
  #answer(call: Call): void {
    this.#report(call);
    call.releaseFiles();
    if (call.ordered && !this.#lane.empty) {
      this.#lane.enter(call);
      this.#lane.settle(call);
    } else {
      this.#send(call);
    }
  }

  /** Replies, and keeps the call for another request. */
  #send(call: Call): void {
    if (!this.#ended && !call.cancelled) this.#replies.send(call);
    if (call.request.op === OpCode.Share) this.memory.replied(call);
    this.#requests.release(call);
  }

  /**
   * The client takes a request back. One that only looks is answered at once, whatever becomes of it;
   * a change answers what became of it, since EINTR must not hide that it was made.
   */
  #cancel(id: number): void {
    const call = this.#byId.get(id);
    if (call === undefined) return;
    call.context.abort();
    if (!ReplyLane.observes(call.request.op)) return;
    call.cancelled = true;
    this.#byId.delete(id);
    this.#replies.sendError(call, EINTR);
  }

  /** Answers what has been read, then ends. */
  async drain(): Promise<void> {
    this.#draining = true;
    // When it is not waiting for bytes, the loop notices by itself.
    if (!this.#reading) return;
    await this.#finish();
    // Nor when bytes have come meanwhile.
    if (this.#reading) this.abort();
  }

  /** Waits for the calls under way and for their replies to be taken. */
  async #finish(): Promise<void> {
    // Waiting for a lock may take for ever, and nobody is there to get it.
    for (const call of this.#waiting) {
      if (call.request.op === OpCode.SetLock) call.context.abort();
    }
    if (this.#waiting.size > 0 && !this.#ended) {
      await new Promise<void>((resolve) => this.#idle = resolve);
    }
    await this.output.drained();
  }

  /** Ends at once: nothing is answered any more. */
  abort(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#notices.end();
    this.#requests.stop();
    try {
      this.#channel.close();
    } catch {
      // The other side was faster.
    }
    for (const call of this.#waiting) call.context.abort();
    this.#unblock();
    this.#idle?.();
  }

  /** Closes everything that the connection held. */
  async #end(): Promise<void> {
    this.abort();
    this.#notices.close();
    this.memory.close();
    this.listings.clear();
    await this.handles.closeAll();
  }
}
