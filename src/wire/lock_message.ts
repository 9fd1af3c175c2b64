/**
 * Locks to messages and back.
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import type { FileLock } from "../provider/mod.ts";
import { VFSLock } from "./vfs_parts.ts";

const KINDS = ["posix", "flock"] as const;
const TYPES = ["read", "write", "unlock"] as const;

/** The message for a lock. */
export function lockToMessage(lock: FileLock): VFSLock {
  const message = new VFSLock();
  message.kind = KINDS.indexOf(lock.kind);
  message.type = TYPES.indexOf(lock.type);
  message.start = lock.start;
  message.end = lock.end;
  message.owner = lock.owner;
  message.pid = lock.pid;
  return message;
}

/**
 * The lock of a message, for `owner`.
 *
 * @throws {FsError} EINVAL for a kind or type that there is not.
 */
export function lockFromMessage(message: VFSLock, owner: number | bigint): FileLock {
  const kind = KINDS[message.kind];
  const type = TYPES[message.type];
  if (kind === undefined || type === undefined) throw new FsError("EINVAL", { syscall: "lock" });
  return { kind, type, start: message.start, end: message.end, owner, pid: message.pid };
}
