/**
 * What a thread that waits by itself should wait for besides.
 *
 * @module
 */

/** A descriptor that somebody of this thread reads from, without the event loop. */
export interface WaitSource {
  /** The descriptor. */
  readonly fd: number;
  /** Whether an answer is due. */
  readonly isDue: boolean;
  /** There is something to read. */
  ready(): void;
  /** Nobody waits for it any more: it has to see to that itself. */
  left(): void;
}

/** Somebody who waits, again and again, for all sources of the thread. */
export interface Waiting {
  /** Whether the wait that goes on, or else the next one, is for this source too. */
  covers(source: WaitSource): boolean;
}

/** Somebody who serves others with the thread, and may hold it while an answer that he needs is on its way. */
export interface Holder {
  /** Whether nobody else needs the thread now, as far as is known. */
  mayHold(): boolean;
  /** Looks for the answer again and again. Ends without it when it takes long or somebody needs the thread. */
  hold(answer: DueAnswer): void;
}

/** What a thread is held for. */
export interface DueAnswer {
  /** Takes what has come. True when there is no more to look for. */
  readonly look: () => boolean;
  /** Whether who has to answer has taken the question. */
  readonly isTaken: () => boolean;
  /** Whether he had to be woken for it, as far as that can be told. */
  readonly isWoken: () => boolean;
  /** From now on what comes wakes the thread. True when something has come already. */
  readonly rest: () => boolean;
}

/**
 * The sources of this thread (each worker has its own), and who waits for them. A loop that holds the thread
 * for one descriptor waits for the sources at the same time: what comes there is taken at once, with
 * no turn of the event loop.
 */
class ThreadWait {
  /** Counts up whenever the sources change. */
  version = 0;
  /**
   * Whom the code that runs now serves, without a promise in between; null in code that runs for somebody else.
   * An answer that he holds the thread for needs no promise either.
   */
  holder: Holder | null = null;
  /** Counts up whenever a holder turns to something else: no microtask need have run since. */
  moment = 0;
  readonly #sources = new Set<WaitSource>();
  readonly #waiting = new Set<Waiting>();

  /** The sources. */
  get sources(): readonly WaitSource[] {
    return [...this.#sources];
  }

  /** Whether there are any. */
  get hasSources(): boolean {
    return this.#sources.size > 0;
  }

  /** Whether an answer is due from any. */
  get isDue(): boolean {
    for (const source of this.#sources) if (source.isDue) return true;
    return false;
  }

  /** A source that is to be waited for from now on. */
  add(source: WaitSource): void {
    this.version++;
    this.#sources.add(source);
  }

  /** A source that is gone. */
  remove(source: WaitSource): void {
    this.version++;
    this.#sources.delete(source);
  }

  /** Whether somebody waits for the source, or will soon. */
  covers(source: WaitSource): boolean {
    for (const waiting of this.#waiting) if (waiting.covers(source)) return true;
    return false;
  }

  /** Somebody begins to wait for whatever sources there are. */
  join(waiting: Waiting): void {
    this.#waiting.add(waiting);
  }

  /** He ends that. */
  leave(waiting: Waiting): void {
    if (!this.#waiting.delete(waiting)) return;
    for (const source of this.#sources) source.left();
  }
}

/** Those of this thread. */
export const threadWait: ThreadWait = new ThreadWait();
