/**
 * Whether more programs ask than can run at once.
 *
 * @module
 */

/** So many requests tell. */
const WINDOW = 64;
/** At most so many times there was none to be found. */
const MISSES_MAX = WINDOW / 16;
/** At least so many of them come from another thread than the one before. */
const TURNS_MIN = WINDOW / 2;

/**
 * Programs that take turns, and wait for us: there is a question whenever one has been answered. One after the other,
 * as a build starts them, is no crowd, as each asks several times in a row.
 */
export class Crowd {
  /** Those of this window, one more than there are processors at most. */
  readonly #callers: Int32Array;
  #count = 0;
  #turns = 0;
  #misses = 0;
  #last = 0;
  #left = WINDOW;
  #isThere = false;

  /** On so many processors. */
  constructor(processors: number) {
    this.#callers = new Int32Array(processors + 1);
  }

  /** Whether there is one. */
  get isThere(): boolean {
    return this.#isThere;
  }

  /** A thread, by its number, has asked. */
  add(caller: number): void {
    if (caller !== this.#last) {
      this.#last = caller;
      this.#turns++;
      if (this.#count < this.#callers.length) this.#note(caller);
    }
    if (--this.#left > 0) return;
    this.#isThere = this.#turns >= TURNS_MIN && this.#misses <= MISSES_MAX &&
      this.#count === this.#callers.length;
    this.#left = WINDOW;
    this.#turns = 0;
    this.#misses = 0;
    this.#count = 0;
  }

  /** Nobody has. */
  miss(): void {
    if (++this.#misses > MISSES_MAX) this.#isThere = false;
  }

  #note(caller: number): void {
    for (let index = 0; index < this.#count; index++) {
      if (this.#callers[index] === caller) return;
    }
    this.#callers[this.#count++] = caller;
  }
}
