/**
 * What is waited for at the same time.
 *
 * @module
 */
import { MemoryBlock, poll, POLLIN, threadWait, waitForAny, type WaitSource } from "../libc/mod.ts";

const POLLFD_SIZE = 8;
/** Where `revents` is in a pollfd. */
const REVENTS = 6;

/** Descriptors of one's own, and behind them the sources of the thread, as `poll(2)` takes them. */
export class WaitSet {
  /** How many descriptors are one's own. */
  readonly fixedCount: number;
  readonly #fixed: number[];
  #sources: readonly WaitSource[] = [];
  #block: MemoryBlock;
  #version = -1;

  /** Waits for these, and for the sources that there are. */
  constructor(fixed: readonly number[]) {
    this.#fixed = [...fixed];
    this.fixedCount = fixed.length;
    this.#block = new MemoryBlock(POLLFD_SIZE * fixed.length);
  }

  /** Takes in the sources that have come since. No wait may be under way. */
  refresh(): void {
    if (this.#version === threadWait.version) return;
    this.#version = threadWait.version;
    this.#sources = threadWait.sources;
    const all = [...this.#fixed, ...this.#sources.map(({ fd }) => fd)];
    this.#block = new MemoryBlock(POLLFD_SIZE * all.length);
    for (const [index, descriptor] of all.entries()) {
      this.#block.view.setInt32(POLLFD_SIZE * index, descriptor, true);
      this.#block.view.setInt16(POLLFD_SIZE * index + 4, POLLIN, true);
    }
  }

  /** Whether it is waited for this source. */
  has(source: WaitSource): boolean {
    return this.#sources.includes(source);
  }

  /** Waits with this thread; how many are ready. */
  poll(timeoutMs: number): number {
    return poll(this.#block.address, this.fixedCount + this.#sources.length, timeoutMs);
  }

  /** Whether the first of the own descriptors has something. */
  hasFirst(): boolean {
    return poll(this.#block.address, 1, 0) > 0;
  }

  /** Waits without this thread. */
  async wait(): Promise<void> {
    const all = [...this.#fixed, ...this.#sources.map(({ fd }) => fd)];
    await waitForAny(all.map((fd) => [fd, POLLIN]));
    this.poll(0);
  }

  /** Tells the sources that have something; false when none has. */
  deliver(): boolean {
    let any = false;
    for (const [index, source] of this.#sources.entries()) {
      if (this.#events(this.fixedCount + index) === 0) continue;
      any = true;
      source.ready();
    }
    return any;
  }

  /** Whether the own descriptor of this index has something. */
  isReady(index: number): boolean {
    return this.#events(index) !== 0;
  }

  /** Whether the own descriptor of this index is none that can be waited for. */
  isBroken(index: number): boolean {
    return (this.#events(index) & ~POLLIN) !== 0;
  }

  /** Waits no more for the own descriptor of this index. */
  drop(index: number): void {
    // poll(2) skips what is negative.
    this.#fixed[index] = -1;
    this.#block.view.setInt32(POLLFD_SIZE * index, -1, true);
  }

  #events(index: number): number {
    return this.#block.view.getInt16(POLLFD_SIZE * index + REVENTS, true);
  }
}
