/**
 * The caller of a request, as the provider sees it.
 *
 * @module
 */
import type { Context } from "../provider/mod.ts";

/**
 * A context that is used for one request after the other. The AbortSignal is made when somebody asks
 * for it: nearly nobody does.
 */
export class CallContext implements Context {
  /** The caller's user id. */
  uid = 0;
  /** The caller's group id. */
  gid = 0;
  /** The caller's process id, 0 when unknown. */
  pid = 0;
  /** Whether the kernel of a mount asks. */
  isFromKernel = false;
  #controller: AbortController | null = null;
  #aborted = false;

  /** Aborted when the client takes the request back or goes away. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  /** Whether nobody waits any more: tells without making the signal. */
  get aborted(): boolean {
    return this.#aborted;
  }

  /** Whether somebody can hear of it. */
  get watched(): boolean {
    return this.#controller !== null;
  }

  /** Tells whoever listens that nobody waits any more. */
  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }

  /** For the next request of this caller. */
  reset(uid: number, gid: number, pid: number): void {
    this.uid = uid;
    this.gid = gid;
    this.pid = pid;
    this.#controller = null;
    this.#aborted = false;
  }
}
