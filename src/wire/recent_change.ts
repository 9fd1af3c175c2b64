/**
 * What the reply to a change of an open file has said, for a moment.
 *
 * @module
 */
import { O_EXCL } from "../base/mod.ts";
import type { FileInfo } from "../provider/mod.ts";
import type { FreshStats } from "./fresh_stats.ts";
import type { PassedFile } from "./passed_files.ts";

/** What a client tells of its changes. */
export interface Changing {
  /** What came with other replies. */
  readonly fresh: FreshStats;
  /** How many changes it has sent or been told of. */
  readonly changeCount: number;
  /** How many there are now, and NaN, which equals nothing, while one of its own has no reply yet. */
  readonly changeMark: number;
  /** For how long what a reply has said is recent, in milliseconds. */
  readonly recentMs: number;
}

/** What a file was opened with, and what the reply has said. */
export interface Opening {
  /** The flags of `open`. */
  readonly flags: number;
  /** The attributes, or null. */
  readonly info: FileInfo | null;
  /** The client's `changeMark` before it was asked for. */
  readonly mark: number;
  /** The file itself, where the server has passed it. */
  readonly passed: PassedFile | null;
}

/**
 * The last change of an open file by its client: opening it, a write, new attributes. What its reply has said is given
 * out once while it is new (see {@linkcode FreshStats}), and to who asks for what is recent, for a moment
 * (`VFSClientOptions.recentMs`) and only while the client has sent no other change since this one, nor had one under
 * way, as that may be one of the same file by another way.
 */
export class RecentChange {
  readonly #client: Changing;
  readonly #isNew: boolean;
  /** Its number among the client's changes; NaN when others were under way. */
  #number: number;
  #info: FileInfo | null = null;
  #answeredAt = -Infinity;
  /** Until which generation of `FreshStats` the attributes are new; -1 when they have been given out. */
  #newUntil = -1;

  /** The reply to opening the file has just come. */
  constructor(client: Changing, { flags, info, mark }: Opening) {
    this.#client = client;
    this.#isNew = (flags & O_EXCL) !== 0;
    this.#number = mark + 1;
    this.answered(info);
  }

  /** The next change that the client sends is one of this file. */
  begin(): void {
    this.#number = this.#client.changeMark + 1;
    this.#info = null;
    this.#answeredAt = -Infinity;
  }

  /** Its reply has come, with the attributes or null. */
  answered(info: FileInfo | null): void {
    this.#info = info;
    this.#newUntil = this.#client.fresh.current();
    if (this.#client.recentMs > 0) this.#answeredAt = performance.now();
  }

  /** The attributes, once while they are new. */
  take(): FileInfo | null {
    const isNew = this.#newUntil === this.#client.fresh.generation;
    this.#newUntil = -1;
    return isNew ? this.#info : null;
  }

  /** Whether it was made a moment ago, and nothing else since. */
  get isRecent(): boolean {
    const { changeCount, recentMs } = this.#client;
    return recentMs > 0 && this.#number === changeCount &&
      performance.now() - this.#answeredAt < recentMs;
  }

  /** The attributes, while they are recent. */
  get info(): FileInfo | undefined {
    return this.isRecent ? this.#info ?? undefined : undefined;
  }

  /** Whether the file is new, so that nobody has given it file capabilities (`capabilities(7)`). */
  get isOfNewFile(): boolean {
    return this.#isNew && this.isRecent;
  }
}
