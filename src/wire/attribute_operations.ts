/**
 * Extended attributes and locks.
 *
 * @module
 */
import { chain, FsError, type MaybePromise } from "../base/mod.ts";
import type { FileLock } from "../provider/mod.ts";
import type { Call } from "./call.ts";
import { VFSLock } from "./vfs_parts.ts";

/** GetXattr. */
export function getXattr(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  const value = request.handle !== 0
    ? call.open("getXattr").getXattr(request.name, context)
    : session.provider.getXattr(request.path, request.name, context);
  return chain(value, (data) => {
    call.response.data = data;
  });
}

/** SetXattr. */
export function setXattr(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  const { path, name, data, flags } = request;
  if (request.handle !== 0) return call.open("setXattr").setXattr(name, data, flags, context);
  return session.provider.setXattr(path, name, data, flags, context);
}

/** ListXattr. */
export function listXattr(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  const names = request.handle !== 0
    ? call.open("listXattr").listXattr(context)
    : session.provider.listXattr(request.path, context);
  return chain(names, (list) => {
    call.response.names = list;
  });
}

/** RemoveXattr. */
export function removeXattr(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  if (request.handle !== 0) return call.open("removeXattr").removeXattr(request.name, context);
  return session.provider.removeXattr(request.path, request.name, context);
}

const KINDS = ["posix", "flock"] as const;
const TYPES = ["read", "write", "unlock"] as const;
/** The size of a lock owner on the wire. */
const OWNER_BITS = 64n;

/**
 * The owner as the provider sees it: owners of different connections are never the same, whatever
 * numbers their kernels chose.
 */
function ownerOf(call: Call, owner: number | bigint): bigint {
  return (BigInt(call.session.number) << OWNER_BITS) | BigInt(owner);
}

function lockOf(call: Call): FileLock {
  const message = call.request.lock;
  const kind = KINDS[message?.kind ?? KINDS.length];
  const type = TYPES[message?.type ?? TYPES.length];
  if (message === null || kind === undefined || type === undefined) {
    throw new FsError("EINVAL", { syscall: "lock", path: call.file?.path });
  }
  const { start, end, pid } = message;
  return { kind, type, start, end, owner: ownerOf(call, message.owner), pid };
}

/** The message for a lock in the way; whose it is stays between server and provider. */
function lockMessage(lock: FileLock): VFSLock {
  const message = new VFSLock();
  message.kind = KINDS.indexOf(lock.kind);
  message.type = TYPES.indexOf(lock.type);
  message.start = lock.start;
  message.end = lock.end;
  message.pid = lock.pid;
  return message;
}

/** GetLock. */
export function getLock(call: Call): MaybePromise<void> {
  const { context } = call;
  return chain(call.open("getLock").getLock(lockOf(call), context), (found) => {
    call.response.lock = found === null ? null : lockMessage(found);
  });
}

/** SetLock. */
export function setLock(call: Call): MaybePromise<void> {
  const { request, context } = call;
  return call.open("setLock").setLock(lockOf(call), (request.flags & 1) !== 0, context);
}
