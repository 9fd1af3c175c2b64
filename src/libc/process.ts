/**
 * The process and its mounts.
 *
 * @module
 */
import { cString } from "./c_string.ts";
import { elsewhere } from "./elsewhere.ts";
import { errno, libc, outcome } from "./library.ts";

/** `umount2`: let go of the mount now, and end it when nobody uses it any more. */
export const MNT_DETACH = 2;
/** `umount2`: do not follow a symbolic link. */
export const UMOUNT_NOFOLLOW = 8;
/** `mount`: set-user-ID bits have no effect. */
export const MS_NOSUID = 2;
/** `mount`: device nodes cannot be opened. */
export const MS_NODEV = 4;
/** `mount`: the tree of `source` appears at `target` too. */
export const MS_BIND = 4096;

const RLIMIT_NOFILE = 7;
const RLIM_INFINITY = 0xffff_ffff_ffff_ffffn;

/** The real user id. */
export function getuid(): number {
  return libc().getuid();
}

/** The effective user id. */
export function geteuid(): number {
  return libc().geteuid();
}

/** The real group id. */
export function getgid(): number {
  return libc().getgid();
}

/** The effective group id. */
export function getegid(): number {
  return libc().getegid();
}

/** How many descriptors the process may have (`getrlimit(2)`); Infinity where nobody says. */
export function descriptorsMax(): number {
  const limits = new BigUint64Array(2);
  if (libc().getrlimit(RLIMIT_NOFILE, new Uint8Array(limits.buffer)) !== 0) return Infinity;
  const [soft] = limits;
  return soft === undefined || soft === RLIM_INFINITY ? Infinity : Number(soft);
}

/** `mount(2)`. Returns 0 or a negated errno. */
export function mount(
  source: string,
  target: string,
  type: string,
  flags: number,
  data = "",
): number {
  return outcome(
    libc().mount(
      cString(source),
      cString(target),
      cString(type),
      BigInt(flags),
      cString(data),
    ),
    errno[0],
  );
}

/** `umount2(2)`. Returns 0 or a negated errno. */
export function umount2(target: string, flags: number): number {
  return outcome(libc().umount2(cString(target), flags), errno[0]);
}

/**
 * `umount2(2)` on another thread, for mounts that this process serves itself. Resolves to 0, or -1: the
 * errno stays with the other thread.
 */
export async function umount2Async(target: string, flags: number): Promise<number> {
  const path = cString(target);
  return await elsewhere().umount2Async(path, flags);
}
