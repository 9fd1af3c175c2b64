/**
 * A kernel made of arrays, for tests.
 *
 * @module
 */
import { ERRNO } from "../../base/mod.ts";
import type { MemoryBlock } from "../../libc/mod.ts";
import type { Channel, Wake } from "../device.ts";
import { encodeHex } from "./hex.ts";

/** A channel whose messages the test sends and whose replies it collects. */
export class FakeChannel implements Channel {
  /** The replies so far, in hex. */
  readonly replies: string[] = [];
  /** What the next write answers in place of success, as a negated errno. */
  refuseWith = 0;
  /** Whether `close` was called. */
  closed = false;
  /** Whether the event loop has something else to do. */
  hasOtherWork = false;
  /** What ends the next waits in the thread. */
  readonly wakes: Wake[] = [];
  /** Whether the thread has sources. */
  hasSources = false;
  /** Whether an answer is due from one of them. */
  isAnswerDue = false;
  /** How often the thread was held for a moment. */
  briefWaits = 0;
  /** Called in each such moment. */
  onBriefWait: (() => void) | null = null;
  readonly #messages: Uint8Array[] = [];
  #unmounted = false;
  #wake: (() => void) | null = null;
  #waiters: (() => void)[] = [];
  #sleepers: (() => void)[] = [];

  /** Sends a message of the kernel. */
  send(message: Uint8Array): void {
    this.#messages.push(message);
    this.#wake?.();
  }

  /** Ends the mount. */
  unmount(): void {
    this.#unmounted = true;
    this.#wake?.();
  }

  /** Resolves when there are so many replies. */
  async replied(count: number): Promise<void> {
    while (this.replies.length < count) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  read(block: MemoryBlock): number {
    const message = this.#messages.shift();
    if (message === undefined) return -(this.#unmounted ? ERRNO.ENODEV : ERRNO.EAGAIN).number;
    block.bytes.set(message);
    return message.length;
  }

  write(block: MemoryBlock, size: number): number {
    const refusal = this.refuseWith;
    this.refuseWith = 0;
    if (refusal === 0) this.replies.push(encodeHex(block.bytes.subarray(0, size)));
    for (const resolve of this.#waiters.splice(0)) resolve();
    return refusal === 0 ? size : refusal;
  }

  notify(block: MemoryBlock, size: number): Promise<boolean> {
    return Promise.resolve(this.write(block, size) === size);
  }

  /** Resolves when the loop begins its next wait. */
  slept(): Promise<void> {
    return new Promise((resolve) => this.#sleepers.push(resolve));
  }

  wait(): Promise<void> {
    for (const resolve of this.#sleepers.splice(0)) resolve();
    if (this.#messages.length > 0 || this.#unmounted) return Promise.resolve();
    return new Promise((resolve) => this.#wake = resolve);
  }

  waitBriefly(timeoutMs: number): Wake {
    if (timeoutMs > 0) {
      this.briefWaits++;
      this.onBriefWait?.();
    }
    return this.wakes.shift() ?? (this.hasOtherWork ? "work" : "nothing");
  }

  hasMessage(): boolean {
    return this.#messages.length > 0;
  }

  leave(): void {}

  wake(): void {
    this.#wake?.();
  }

  close(): void {
    this.closed = true;
  }
}
