/**
 * Whether one client has the thread of a server for itself.
 *
 * @module
 */
import { isLibcAvailable, ProcessorLoad } from "../libc/mod.ts";

/** The client, the program that it works for, and whoever of us has just gone to sleep. */
const SLEEPERS = 2;
/** Who has not been heard for so long does not count, in milliseconds. */
const QUIET_MS = 20;

/**
 * While one client asks one thing after the other and nobody else asks anything, the thread may look for its next
 * request instead of waiting for it in the event loop. Not while a provider's promise is under way: that needs
 * the event loop.
 */
export class SoleClient {
  /** How many requests wait for a promise of the provider. */
  waiting = 0;
  readonly #load = isLibcAvailable() ? new ProcessorLoad() : null;
  #last: unknown = null;
  #lastSince = -Infinity;

  /** A client has sent something. */
  heard(client: unknown): void {
    if (client === this.#last) return;
    this.#last = client;
    this.#lastSince = performance.now();
  }

  /** Whether more threads than these want a processor. */
  isCrowded(): boolean {
    return this.#load?.isCrowded(SLEEPERS) ?? false;
  }

  /** Whether that client is the only one who is there. */
  isAlone(client: unknown): boolean {
    return this.waiting === 0 && client === this.#last &&
      performance.now() - this.#lastSince > QUIET_MS;
  }
}
