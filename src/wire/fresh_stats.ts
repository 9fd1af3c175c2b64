/**
 * Attributes that came with the reply to something else.
 *
 * @module
 */
import { isSymlink } from "../base/mod.ts";
import { threadWait } from "../libc/mod.ts";
import type { FileInfo } from "../provider/mod.ts";

/**
 * For how many microtasks what has come is new: enough to get through some layers to whoever asks next,
 * too few for anything else to happen.
 */
const MICROTASKS = 16;

/**
 * Saves the round trip of an `lstat` that directly follows a `mkdir` or `chmod`: the reply had the
 * attributes already. They are given out once, only within some microtasks of their arrival, and only
 * while nothing has been sent that changes anything; so what is given out is what an `lstat` that was
 * sent together with the change would have answered. Later, somebody else may have changed it. Where a mount
 * holds its thread, no microtask need run for long: then it is over when the mount turns to its next request.
 */
export class FreshStats {
  #generation = 0;
  #moment = threadWait.moment;
  readonly #byPath = new Map<string, FileInfo>();
  /** How many are left until everything known is old. */
  #microtasks = 0;

  /** Counts up whenever everything known becomes old. */
  get generation(): number {
    if (this.#moment !== threadWait.moment) this.expire();
    return this.#generation;
  }

  /** New bytes have come, or a change is being sent: everything known is old. */
  expire(): void {
    this.#moment = threadWait.moment;
    this.#generation++;
    if (this.#byPath.size > 0) this.#byPath.clear();
  }

  /** Keeps what `lstat` of a path is at this moment. */
  keep(path: string, info: FileInfo): void {
    this.current();
    this.#byPath.set(path, info);
  }

  /** The generation of what has just come, which will soon be over. */
  current(): number {
    if (this.#microtasks === 0) queueMicrotask(this.#age);
    this.#microtasks = MICROTASKS;
    return this.generation;
  }

  readonly #age = (): void => {
    if (--this.#microtasks > 0) queueMicrotask(this.#age);
    else this.expire();
  };

  #known(path: string): FileInfo | undefined {
    if (this.#moment !== threadWait.moment) this.expire();
    return this.#byPath.get(path);
  }

  /** What `lstat` of the path is, if it is known. */
  takeLstat(path: string): FileInfo | undefined {
    const info = this.#known(path);
    if (info !== undefined) this.#byPath.delete(path);
    return info;
  }

  /** What `stat` of the path is, if it is known: a link would have to be followed. */
  takeStat(path: string): FileInfo | undefined {
    const info = this.#known(path);
    if (info === undefined || isSymlink(info.mode)) return undefined;
    this.#byPath.delete(path);
    return info;
  }
}
