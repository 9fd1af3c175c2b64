/**
 * Seeing events of a queue that somebody else takes.
 *
 * @module
 */
import { close, eventfd, MemoryBlock, readinessOf, write } from "../libc/mod.ts";
import type { LeaseSignal } from "../provider/mod.ts";

/**
 * Others get no hold of the queue itself: with it they could take events away, and watch as much as they like in our
 * user's name.
 */
export class QueueSignal implements LeaseSignal {
  /** Can be read from as long as there are events in the queue. */
  readonly changed: number;
  /** Can be read from once events are being taken, until whoever has this has heard what they were. */
  readonly telling: number;
  readonly #one = new MemoryBlock(8);

  /** Of the queue with this descriptor. */
  constructor(queue: number) {
    this.telling = eventfd(true);
    try {
      this.changed = readinessOf(queue);
    } catch (thrown) {
      close(this.telling);
      throw thrown;
    }
    this.#one.view.setUint32(0, 1, true);
  }

  /** Events are going to be taken. */
  raise(): void {
    write(this.telling, this.#one.address, 8);
  }

  /** Nobody takes events any more: whoever has this believes nothing from now on. */
  close(): void {
    this.raise();
    close(this.changed);
    close(this.telling);
  }
}
