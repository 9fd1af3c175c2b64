/**
 * What was just not there.
 *
 * @module
 */
import type { Changing } from "./recent_change.ts";

/**
 * The last path where nothing was. The kernel asks twice before it makes a file: for whoever looks whether there is
 * one, and when he opens it with O_CREAT. The second time the answer is the first one's, when it comes within
 * `VFSClientOptions.recentMs` and the client has changed nothing since it asked, nor heard of a change. Whoever is faster
 * loses nothing: what is then asked to be made is what the server finds there.
 *
 * Only for those who can wait for a notice (leases): who asks somebody on the host to make a missing file may have his
 * answer sooner.
 */
export class RecentMiss {
  readonly #client: Changing;
  #path = "";
  #number = 0;
  #at = -Infinity;

  /** For the questions of this client. */
  constructor(client: Changing) {
    this.#client = client;
  }

  /**
   * Nothing is at the clean path.
   *
   * @param mark The client's `changeMark` when that was asked: what it was changing then may be there by now.
   */
  keep(path: string, mark: number): void {
    if (this.#client.recentMs === 0) return;
    this.#path = path;
    this.#number = mark;
    this.#at = performance.now();
  }

  /** Whether nothing was at the clean path a moment ago: told once. */
  take(path: string): boolean {
    if (path !== this.#path) return false;
    this.#path = "";
    const { changeCount, recentMs } = this.#client;
    return this.#number === changeCount && performance.now() - this.#at < recentMs;
  }
}
