/**
 * Thin calls for `inotify(7)`. Results are descriptors, 0, or a negated errno.
 *
 * @module
 */
import { errno, libc, outcome } from "./library.ts";

/** The file's data changed. */
export const IN_MODIFY = 0x2;
/** Mode, owner, times or link count changed. */
export const IN_ATTRIB = 0x4;
/** A name went away by rename. */
export const IN_MOVED_FROM = 0x40;
/** A name came by rename. */
export const IN_MOVED_TO = 0x80;
/** A name was made. */
export const IN_CREATE = 0x100;
/** A name was removed. */
export const IN_DELETE = 0x200;
/** The watched object itself was removed. */
export const IN_DELETE_SELF = 0x400;
/** The watched object itself was moved. */
export const IN_MOVE_SELF = 0x800;
/** Events were lost. */
export const IN_Q_OVERFLOW = 0x4000;
/** The watch has ended. */
export const IN_IGNORED = 0x8000;
/** The watch ends with its first event. */
export const IN_ONESHOT = 0x8000_0000;
/** Only watch a directory. */
export const IN_ONLYDIR = 0x0100_0000;
/** Do not report names that were removed while open. */
export const IN_EXCL_UNLINK = 0x0400_0000;
/** The event is about a directory. */
export const IN_ISDIR = 0x4000_0000;

const IN_CLOEXEC = 0o2000000;
const IN_NONBLOCK = 0o4000;

/** A new queue that neither blocks nor is inherited. */
export function inotifyInit(): number {
  return outcome(libc().inotify_init1(IN_CLOEXEC | IN_NONBLOCK), errno[0]);
}

/** Watches a host path. Returns the number of the watch. */
export function inotifyAddWatch(fd: number, pathAddress: number, mask: number): number {
  return outcome(libc().inotify_add_watch(fd, BigInt(pathAddress), mask), errno[0]);
}

/** Ends a watch. */
export function inotifyRemoveWatch(fd: number, watch: number): number {
  return outcome(libc().inotify_rm_watch(fd, watch), errno[0]);
}
