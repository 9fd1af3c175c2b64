/**
 * The order in which notices are written.
 *
 * @module
 */

/**
 * So many are written at once by all mounts of this thread, each by one of Deno's 32 threads for calls that block.
 * The rest is for whoever has to answer the requests that notices wait for.
 */
const AT_ONCE_MAX = 8;

/** Who may write now. */
class Turns {
  #free = AT_ONCE_MAX;
  readonly #waiting: (() => void)[] = [];
  /** The first of those that has not been let in yet. */
  #next = 0;

  /** Resolves when there is a turn. */
  async take(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Gives one back. */
  give(): void {
    const next = this.#waiting[this.#next];
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#next++;
    if (this.#next === this.#waiting.length) this.#next = this.#waiting.length = 0;
    next();
  }
}

const turns = new Turns();

/** The notices of one lane that are not written yet. */
interface Lane {
  /** The last of them. */
  last: Promise<boolean>;
  /** Those that have not begun and say all that another one of the same key would say. */
  readonly waiting: Map<string, Promise<boolean>>;
}

/**
 * Writes notices that the kernel may have wait for the same thing one after the other. Those of names in a directory
 * wait until a request that changes it is answered: each would hold a thread until then, and with all threads held
 * nobody could answer.
 */
export class NoticeLanes {
  readonly #lanes = new Map<string, Lane>();
  #isEnded = false;

  /**
   * Writes a notice with `write` when those before it in its lane have been written. One that still waits there
   * with the same key will do as well; `null` stands for a notice that has to keep its place among the others.
   * False when it was not written.
   */
  send(lane: string, key: string | null, write: () => Promise<boolean>): Promise<boolean> {
    const known = this.#lanes.get(lane);
    const waiting = known?.waiting ?? new Map<string, Promise<boolean>>();
    if (key === null) waiting.clear();
    const same = key === null ? undefined : waiting.get(key);
    if (same !== undefined) return same;
    const begin = (): Promise<boolean> => {
      return this.#inTurn(() => {
        if (key !== null && waiting.get(key) === sent) waiting.delete(key);
        return write();
      });
    };
    const sent = known === undefined ? begin() : known.last.then(begin, begin);
    if (key !== null) waiting.set(key, sent);
    if (known === undefined) this.#lanes.set(lane, { last: sent, waiting });
    else known.last = sent;
    const end = (): void => {
      if (this.#lanes.get(lane)?.last === sent) this.#lanes.delete(lane);
    };
    sent.then(end, end);
    return sent;
  }

  /** Resolves when none is under way. What has not begun, or comes later, is not written. */
  async end(): Promise<void> {
    this.#isEnded = true;
    while (this.#lanes.size > 0) {
      await Promise.allSettled([...this.#lanes.values()].map(({ last }) => last));
    }
  }

  async #inTurn(write: () => Promise<boolean>): Promise<boolean> {
    await turns.take();
    try {
      return !this.#isEnded && await write();
    } finally {
      turns.give();
    }
  }
}
