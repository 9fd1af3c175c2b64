/**
 * A kernel that remembers nothing.
 *
 * @module
 */
import type { Mount } from "../../nodefs/mod.ts";

/** The minor version whose kernels can be told what to forget: Linux 6.19. */
const PRUNE_MINOR = 45;
/** How many inodes one notice names. */
const PRUNE_SIZE = 1000;
/** How long the kernel may take to forget, in milliseconds. */
const FORGET_MAX_MS = 60_000;

/**
 * Has the kernel forget everything but the root, of which nobody may use anything: by notices, or, where it
 * knows none for that or `dropsCaches`, by dropping all caches of the machine.
 */
export async function forgetAll(mounted: Mount, dropsCaches = false): Promise<void> {
  const drops = dropsCaches || (mounted.agreement?.minor ?? 0) < PRUNE_MINOR;
  const start = performance.now();
  while (mounted.inodeCount > 1) {
    if (performance.now() - start > FORGET_MAX_MS) throw new Error("The kernel does not forget");
    if (drops) await Deno.writeTextFile("/proc/sys/vm/drop_caches", "2");
    else await pruneAll(mounted);
  }
}

async function pruneAll(mounted: Mount): Promise<void> {
  const nodeids = [...mounted.root.children().values()].map((inode) => inode.nodeid);
  for (let start = 0; start < nodeids.length; start += PRUNE_SIZE) {
    await mounted.notices.prune(nodeids.slice(start, start + PRUNE_SIZE));
  }
}
