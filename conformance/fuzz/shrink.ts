/**
 * Making a sequence that fails as short and simple as it can be.
 *
 * @module
 */

/** One element of a sequence, and what is simpler than it and may do as well. */
export interface Shrinkable<Item> {
  /** Simpler elements, the simplest first. */
  readonly simpler: (item: Item) => Iterable<Item>;
  /** Whether a sequence still fails. */
  readonly fails: (items: readonly Item[]) => Promise<boolean>;
  /** How many sequences may be tried. */
  readonly triesMax: number;
}

/**
 * The shortest and simplest sequence that was found to fail: first without whole stretches, then without
 * single elements, then with simpler ones, until nothing helps any more.
 */
export async function shrink<Item>(
  failing: readonly Item[],
  { simpler, fails, triesMax }: Shrinkable<Item>,
): Promise<readonly Item[]> {
  let best = failing;
  let tries = 0;
  const attempt = async (items: readonly Item[]): Promise<boolean> => {
    if (tries++ >= triesMax || !await fails(items)) return false;
    best = items;
    return true;
  };
  for (let helped = true; helped && tries < triesMax;) {
    const before = best;
    for (let size = Math.max(1, best.length >> 1); size >= 1; size >>= 1) {
      // From the end: what comes later depends on what comes before.
      for (let at = best.length - size; at > -size; at -= size) {
        const from = Math.max(0, at);
        await attempt([...best.slice(0, from), ...best.slice(at + size)]);
      }
    }
    for (let at = best.length - 1; at >= 0; at--) {
      for (let again = true; again;) {
        again = false;
        for (const other of simpler(best[at]!)) {
          again = await attempt(best.with(at, other));
          if (again) break;
        }
      }
    }
    helped = best !== before;
  }
  return best;
}
