/**
 * Ending a mount.
 *
 * @module
 */
import { geteuid, MNT_DETACH, umount2Async, UMOUNT_NOFOLLOW } from "../libc/mod.ts";
import { busyHolders } from "./busy_holders.ts";
import { FuseMountError } from "./fuse_mount_error.ts";
import { mountAt } from "./mount_table.ts";

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
 * Unmounts, as root with `umount2(2)`, otherwise with fusermount3. A path where nothing is mounted (any
 * more) is success.
 *
 * @throws {FuseMountError} When the mount is busy; the message names who uses it.
 */
export async function unmount(mountpoint: string, options: UnmountOptions = {}): Promise<void> {
  let said = "";
  for (let count = 0, delay = RETRY_MS; count < ATTEMPTS; count++, delay *= 2) {
    if (mountAt(mountpoint) === undefined) return;
    const problem = await attempt(mountpoint, options.lazy === true);
    if (problem === null) return;
    said = problem;
    await new Promise((resolve) => setTimeout(resolve, delay));
  }
  if (mountAt(mountpoint) === undefined) return;
  const holders = busyHolders(mountpoint);
  const reason = holders.length > 0
    ? `it is used by ${holders.join(", ")}`
    : said !== ""
    ? said
    : "it is busy";
  throw new FuseMountError(
    mountpoint,
    `Cannot unmount ${mountpoint}: ${reason}`,
    "End what uses it, or unmount with {lazy: true}",
  );
}
