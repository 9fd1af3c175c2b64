/**
 * Which callers are threads of this process.
 *
 * @module
 */
import { O_CLOEXEC, O_PATH } from "../base/mod.ts";
import { close, open } from "../libc/mod.ts";

/** How many callers are remembered. */
const CALLERS_MAX = 1024;

/** The kernel tells the number of the calling thread: whether it is one of ours is asked once. */
export class OwnThreads {
  readonly #known = new Map<number, boolean>();
  #lastPid = -1;
  #lastAnswer = false;

  /** Whether the thread `pid` belongs to this process. A number that is used again may be told wrong. */
  isUs(pid: number): boolean {
    if (pid === this.#lastPid) return this.#lastAnswer;
    let answer = this.#known.get(pid);
    if (answer === undefined) {
      answer = isThreadOfOurs(pid);
      if (this.#known.size >= CALLERS_MAX) this.#known.clear();
      this.#known.set(pid, answer);
    }
    this.#lastPid = pid;
    return this.#lastAnswer = answer;
  }
}

/** `/proc/self/task` has a folder for each of them (`proc(5)`). */
function isThreadOfOurs(pid: number): boolean {
  const fd = open(`/proc/self/task/${pid}`, O_PATH | O_CLOEXEC);
  if (fd >= 0) close(fd);
  return fd >= 0;
}
