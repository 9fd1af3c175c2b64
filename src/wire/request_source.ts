/**
 * The requests of one connection, as they come.
 *
 * @module
 */
import { CborReader } from "../cbor/mod.ts";
import { Call, type Session } from "./call.ts";
import { decodeFirstRequest, decodeRequest } from "./codec.ts";
import type { ConnectionHost } from "./connection_host.ts";
import { FrameGuard } from "./frame_guard.ts";
import { FRAME_HEAD, FrameReader } from "./frame_reader.ts";
import { RequestGaps } from "./request_gaps.ts";
import { threadTurns, type TurnTaker } from "./thread_turns.ts";
import type { ByteChannel } from "./transport.ts";

/** The clock is looked at after so many requests, or so many bytes of them: a long path takes long. */
const REQUESTS_UNTIMED = 8;
const BYTES_UNTIMED = 1 << 12;
/** So many times it is looked before the clock is. */
const LOOKS = 8;

/**
 * Decodes requests into calls, and keeps the calls for the next ones. When the others are to have their turn it says
 * that there is nothing more ({@linkcode threadTurns}).
 */
export class RequestSource {
  readonly #host: ConnectionHost;
  readonly #session: Session;
  readonly #input: FrameReader;
  readonly #reader = new CborReader();
  readonly #guard: FrameGuard;
  /** Calls that wait for their next request. */
  readonly #spare: Call[] = [];
  #first = true;
  readonly #taker: TurnTaker;
  /** Since when it works; 0 while it does not. */
  #worksSince = 0;
  #requests = 0;
  #bytes = 0;
  #tired = false;
  readonly #gaps: RequestGaps;
  /** Whether the event loop has had a turn. */
  #hasWaited = false;

  /** Reads from a channel; `onTooSlow` is called when a frame takes longer than it may. */
  constructor(
    host: ConnectionHost,
    session: Session,
    channel: ByteChannel,
    onTooSlow: () => void,
  ) {
    this.#host = host;
    this.#session = session;
    this.#taker = session.taker;
    this.#input = new FrameReader(channel, host.limits.frameMax);
    this.#guard = new FrameGuard(host.limits.frameTimeoutMs, onTooSlow);
    this.#gaps = new RequestGaps(host.spinMs, () => host.sole.isCrowded());
  }

  /**
   * The next request that is there as a whole, or null.
   *
   * @throws {WireError} For a frame over the limit.
   * @throws {CborError} For a frame that is no request.
   */
  next(): Call | null {
    if (this.#tired) return null;
    if (this.#worksSince === 0 && this.#input.partial && !this.#begin()) return null;
    if (!this.#input.next()) return null;
    this.stop();
    this.#host.sole.heard(this);
    if (this.#hasWaited && this.#host.spinMs > 0) this.#gaps.came(performance.now());
    const { frameStart, frameEnd, bytes } = this.#input;
    const call = this.#spare.pop() ?? new Call(this.#session);
    const { request } = call;
    this.#reader.reset(bytes, frameStart, frameEnd);
    if (this.#first) decodeFirstRequest(this.#reader, request);
    else decodeRequest(this.#reader, request, this.#session.version);
    const { self, observer } = this.#host;
    const anonymous = request.uid === 0 && request.gid === 0;
    call.begin(anonymous ? self.uid : request.uid, anonymous ? self.gid : request.gid);
    call.isFirst = this.#first;
    this.#first = false;
    call.bytesIn = frameEnd - frameStart + FRAME_HEAD;
    this.#pace(call.bytesIn);
    if (observer !== undefined) call.startedMs = performance.now();
    return call;
  }

  /** Whether requests may be there that wait for the next turn. */
  get tired(): boolean {
    return this.#tired;
  }

  /** Begins to work, if it is to have its turn. */
  #begin(): boolean {
    this.#tired = !threadTurns.admits(this.#taker);
    if (!this.#tired) this.#worksSince = performance.now();
    return !this.#tired;
  }

  /** Counts what has been worked, up to this time. */
  #count(now: number): void {
    if (this.#worksSince === 0) return;
    threadTurns.worked(this.#taker, now - this.#worksSince);
    this.#worksSince = now;
  }

  /** Works no more, for now. */
  pause(): void {
    if (this.#worksSince === 0) return;
    this.#count(performance.now());
    this.#worksSince = 0;
  }

  #pace(bytes: number): void {
    this.#bytes += bytes;
    if (++this.#requests < REQUESTS_UNTIMED && this.#bytes < BYTES_UNTIMED) return;
    this.#requests = 0;
    this.#bytes = 0;
    this.#count(performance.now());
    this.#tired = !threadTurns.admits(this.#taker);
  }

  /**
   * Looks for more bytes with the thread, for a moment; true when some have come. To wait for them in the event loop
   * and be woken there takes longer than a busy client takes to ask its next question.
   */
  spin(): boolean {
    if (this.#host.spinMs === 0 || this.#tired || this.#input.partial) return false;
    if (!this.#host.sole.isAlone(this)) return false;
    const startedAt = performance.now();
    this.#hasWaited = false;
    if (this.#worksSince === 0) this.#worksSince = startedAt;
    this.#count(startedAt);
    this.#tired = !threadTurns.admits(this.#taker);
    if (this.#tired) return false;
    const spinMs = this.#gaps.begin(startedAt);
    if (spinMs === 0) return false;
    let now: number;
    do {
      const filled = this.#look();
      now = performance.now();
      if (filled === true) this.#gaps.found(now);
      // Who waits for bytes hears of the end too.
      if (filled !== null) return filled;
    } while (now - startedAt < spinMs);
    this.#gaps.missed();
    return false;
  }

  #look(): boolean | null {
    let filled: boolean | null = null;
    for (let looks = 0; looks < LOOKS && filled === null; looks++) filled = this.#input.fillNow();
    return filled;
  }

  /** Waits for more bytes, or for the next turn; false at the end of the stream. */
  fill(): Promise<boolean> {
    this.pause();
    this.#hasWaited = true;
    if (this.#tired) {
      this.#tired = false;
      return threadTurns.next(this.#taker).then(() => true);
    }
    if (this.#input.partial) this.#guard.begun();
    return this.#input.fill();
  }

  /** Leaves the bytes that were read to the calls that still need them. */
  lend(): void {
    this.#input.lend();
  }

  /** The call has been answered: it can be used again. */
  release(call: Call): void {
    if (this.#spare.length < this.#host.limits.inFlightMax) this.#spare.push(call);
  }

  /** Ends the guard over a frame that has begun. */
  stop(): void {
    this.#guard.stop();
  }
}
