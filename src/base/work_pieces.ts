/**
 * Long work that lets others have the thread.
 *
 * @module
 */

/** How long a piece is, in milliseconds. */
const PIECE_MS = 5;
/** After so long the timer is set that ends the pause: it is due by the end of the piece, and costs no wait. */
const ARM_MS = 2;
/** The clock is looked at after so many steps. */
const STEPS_UNTIMED = 8;

/**
 * Cuts work into pieces of a few milliseconds. Between two the event loop looks at its sockets, which it does not after a
 * promise or `setImmediate`; work that is done before costs nothing.
 */
export class WorkPieces {
  #since = performance.now();
  #steps = 0;
  #pause: Promise<void> | null = null;

  /** Whether the piece is long enough, after one more step of the work. */
  isOver(): boolean {
    if (++this.#steps < STEPS_UNTIMED) return false;
    this.#steps = 0;
    const ms = performance.now() - this.#since;
    if (ms >= ARM_MS) this.#pause ??= new Promise((resolve) => setTimeout(resolve, 0));
    return ms >= PIECE_MS;
  }

  /** Settles when the next piece may begin. */
  async next(): Promise<void> {
    await this.#pause;
    this.#pause = null;
    this.#since = performance.now();
  }
}
