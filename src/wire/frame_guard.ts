/**
 * A limit to how long a frame may take.
 *
 * @module
 */

/** Runs from the first bytes of a frame that has not come as a whole until its last. */
export class FrameGuard {
  readonly #timeoutMs: number;
  readonly #onTooSlow: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param timeoutMs How long, in milliseconds; 0 for ever. */
  constructor(timeoutMs: number, onTooSlow: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#onTooSlow = onTooSlow;
  }

  /** A part of a frame is there: the time runs from when this is said first. */
  begun(): void {
    if (this.#timeoutMs > 0) this.#timer ??= setTimeout(this.#onTooSlow, this.#timeoutMs);
  }

  /** The frame has come, or nobody waits for it any more. */
  stop(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
