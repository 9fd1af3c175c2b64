/**
 * What a test leaves open.
 *
 * @module
 */
import { waitForAny } from "../../libc/mod.ts";

/** What no process has. */
const NO_DESCRIPTOR = 2 ** 31 - 1;
/** How long what is closed in the background, a child's pipes for one, may take. */
const CLOSING_MAX_MS = 10_000;

/** The descriptors of this process at one moment, to compare with a later one. */
export class DescriptorWatch {
  readonly #before = openDescriptors();

  /**
   * Waits until every descriptor that was not open when the watch began is closed. One that closes
   * meanwhile, as those of an earlier test's children do, is no concern of this one.
   *
   * @throws {Error} When some stay open: which, and what they are of.
   */
  async nothingLeftOpen(): Promise<void> {
    const until = performance.now() + CLOSING_MAX_MS;
    for (;;) {
      const left = [...openDescriptors()].filter((descriptor) => !this.#before.has(descriptor));
      if (left.length === 0) return;
      if (performance.now() > until) throw new Error(`Left open: ${left.join(", ")}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/**
 * Number and target of each descriptor of this process; the one that looks has no target any more, and the one with
 * which the thread waits for others is there from the first call on.
 */
function openDescriptors(): Set<string> {
  void waitForAny([[NO_DESCRIPTOR, 0]]);
  const found = new Set<string>();
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      found.add(`${name} -> ${Deno.readLinkSync(`/proc/self/fd/${name}`)}`);
    } catch (thrown) {
      if (!(thrown instanceof Deno.errors.NotFound)) throw thrown;
    }
  }
  return found;
}
