/**
 * Tests of what the kernel remembers, on machines that make it forget.
 *
 * @module
 */

/**
 * How often an observation is made when the kernel reclaims memory during each. Where somebody drops the
 * machine's caches several times a second, that is every second or third one.
 */
const ATTEMPTS_MAX = 30;
/** How long the kernel may take to count what it is reclaiming, in milliseconds. */
const COUNTED_MAX_MS = 2000;
/** The lines of `/proc/vmstat` that grow when caches are reclaimed, by need or on request. */
const RECLAIM = /^(drop_pagecache|drop_slab|slabs_scanned|pginodesteal|pgsteal_\w+) \d+$/gm;

/** What the kernel has reclaimed so far; null where it does not tell. */
async function reclaimed(): Promise<string | null> {
  try {
    return (await Deno.readTextFile("/proc/vmstat")).match(RECLAIM)?.join() ?? null;
  } catch {
    return null;
  }
}

/** Whether the kernel has reclaimed memory since `before`; what is under way is counted at its end. */
async function hasReclaimed(before: string | null): Promise<boolean> {
  const until = performance.now() + COUNTED_MAX_MS;
  while (performance.now() < until) {
    const now = await reclaimed();
    if (now === null || now !== before) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

/**
 * The body of a test that shows what the kernel keeps in its caches. The kernel may drop any of it at any
 * time, and says in `/proc/vmstat` that it did: an observation that failed is made again exactly when
 * memory was reclaimed during it. On a machine at rest the first failure counts.
 *
 * `observe` makes all that it looks at, the mount too.
 */
export function undisturbed(observe: () => Promise<void>): () => Promise<void> {
  return async () => {
    for (let attempt = 1;; attempt++) {
      const before = await reclaimed();
      try {
        return await observe();
      } catch (thrown) {
        if (attempt === ATTEMPTS_MAX || !await hasReclaimed(before)) throw thrown;
      }
    }
  };
}
