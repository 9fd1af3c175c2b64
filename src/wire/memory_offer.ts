/**
 * Shared memory for a connection of a server.
 *
 * @module
 */
import type { Call } from "./call.ts";
import type { FrameOutput } from "./frame_output.ts";
import type { WireLimits } from "./limits.ts";
import { SHARE_NOW } from "./share_operation.ts";
import type { ByteChannel } from "./transport.ts";
import { WireError } from "./wire_error.ts";

/** Counts the connections of a server that have memory. */
export class MemoryQuota {
  readonly #limits: Pick<WireLimits, "sharersMax">;
  #sharers = 0;

  /** Within these limits. */
  constructor(limits: Pick<WireLimits, "sharersMax">) {
    this.#limits = limits;
  }

  /** Whether one more may have some. */
  get hasRoom(): boolean {
    return this.#sharers < this.#limits.sharersMax;
  }

  /** There is one more, or one less. */
  count(change: 1 | -1): void {
    this.#sharers += change;
  }
}

/**
 * Gives a client memory to share, and changes over to it once both have agreed: the client has mapped it by
 * then, and nothing else is under way.
 */
export class MemoryOffer {
  /** Whether there is memory for this connection. */
  readonly isPossible: boolean;
  readonly #channel: ByteChannel;
  readonly #output: FrameOutput;
  readonly #quota: MemoryQuota;
  #isGiven = false;

  /** For a connection whose thread looks for requests, if `isSpinning`: to be woken costs the same with and without. */
  constructor(channel: ByteChannel, output: FrameOutput, quota: MemoryQuota, isSpinning: boolean) {
    this.#channel = channel;
    this.#output = output;
    this.#quota = quota;
    this.isPossible = isSpinning && channel.offerMemory !== undefined && quota.hasRoom;
  }

  /** Whether the client may have mapped it. */
  get isGiven(): boolean {
    return this.#isGiven;
  }

  /** Sends a descriptor of it with the reply. False when there is none, and the second time. */
  give(): boolean {
    if (!this.isPossible || !this.#quota.hasRoom) return false;
    // The channel makes it once.
    const fd = this.#channel.offerMemory?.() ?? -1;
    if (fd < 0) return false;
    this.#isGiven = true;
    this.#quota.count(1);
    this.#output.attach([fd], () => {});
    return true;
  }

  /**
   * A reply to Share is in the output. After that of the second one the connection changes over.
   *
   * @throws {WireError} For a client that has not taken the replies before.
   */
  replied({ request, response }: Call): void {
    if (response.err !== 0 || (request.flags & SHARE_NOW) === 0) return;
    this.#output.flush();
    if (this.#output.queued > 0) {
      throw new WireError("Cannot change over to shared memory while replies are not taken");
    }
    this.#channel.useMemory?.();
  }

  /** The connection is over. */
  close(): void {
    if (this.#isGiven) this.#quota.count(-1);
    this.#isGiven = false;
  }
}
