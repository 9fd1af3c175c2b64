/**
 * Ending a mount.
 *
 * @module
 */
import { geteuid, MNT_DETACH, umount2Async, UMOUNT_NOFOLLOW } from "../libc/mod.ts";
import { busyHolders } from "./busy_holders.ts";
import { FuseMountError } from "./fuse_mount_error.ts";
import { mountAt, mountOf, mountTable, type MountTableEntry, presentMount } from "./mount_table.ts";

/** How often a busy mount is tried again: programs that just ended may still be closing. */
const ATTEMPTS = 5;
/** How long to wait before trying again, in milliseconds; doubled each time. */
const RETRY_MS = 20;

/** How to unmount. */
export interface UnmountOptions {
  /** Takes the mount away from the tree at once, also when it is busy, and ends it when nobody uses it. */
  readonly lazy?: boolean;
}

/** One attempt; returns whether it worked, and what fusermount3 said otherwise. */
async function attempt(mountpoint: string, lazy: boolean): Promise<string | null> {
  if (geteuid() === 0) {
    // On another thread: the kernel may write dirty pages first, which this thread has to serve.
    const flags = UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0);
    return await umount2Async(mountpoint, flags) === 0 ? null : "";
  }
  const args = ["-u", ...(lazy ? ["-z"] : []), "--", mountpoint];
  const output = await new Deno.Command("fusermount3", { args, stdout: "null", stderr: "piped" })
    .output();
  return output.success ? null : new TextDecoder().decode(output.stderr).trim();
}

/**
 * Where a mount is now. `umount2(2)` and fusermount3 take whatever is on top at a path, so the path must lead to
 * it, and a lazy unmount would take away what is mounted inside as well.
 *
 * @returns Undefined when it is gone.
 * @throws {FuseMountError} When a mount of somebody else is in the way.
 */
function placeOf(mount: MountTableEntry): string | undefined {
  const table = mountTable();
  const present = presentMount(mount, table);
  if (present === undefined) return undefined;
  const { mountpoint } = present;
  const reached = mountOf(mountpoint, table);
  const other = reached !== undefined && reached.id !== mount.id
    ? reached
    : table.find((entry) => entry.parent === mount.id && entry.id !== mount.id);
  if (other === undefined) return mountpoint;
  throw new FuseMountError(
    mountpoint,
    `Cannot unmount ${mountpoint}: ${other.source} (${other.type}) is mounted over it on ${other.mountpoint}`,
    "Unmount that first",
    { isCovered: true },
  );
}

/**
 * Unmounts, as root with `umount2(2)`, otherwise with fusermount3, wherever the mount is called by now. One that is
 * not there (any more) is success.
 *
 * @throws {FuseMountError} When something else is mounted over it or in it, or it is busy; the message names what it
 *   is, or who uses it.
 */
export async function unmountFound(
  mount: MountTableEntry,
  options: UnmountOptions = {},
): Promise<void> {
  let said = "";
  for (let count = 0, delay = RETRY_MS; count < ATTEMPTS; count++, delay *= 2) {
    const place = placeOf(mount);
    if (place === undefined) return;
    const problem = await attempt(place, options.lazy === true);
    if (problem === null) return;
    said = problem;
    await new Promise((resolve) => setTimeout(resolve, delay));
  }
  const place = placeOf(mount);
  if (place === undefined) return;
  const holders = busyHolders(place);
  const reason = holders.length > 0
    ? `it is used by ${holders.join(", ")}`
    : said !== ""
    ? said
    : "it is busy";
  throw new FuseMountError(
    place,
    `Cannot unmount ${place}: ${reason}`,
    "End what uses it, or unmount with {lazy: true}",
  );
}

/** As {@linkcode unmountFound}, for what is on top at a path; nothing where that is no mount point (any more). */
export async function unmount(mountpoint: string, options: UnmountOptions = {}): Promise<void> {
  const mount = mountAt(mountpoint);
  if (mount !== undefined) await unmountFound(mount, options);
}
