/**
 * Extended attributes and locks.
 *
 * @module
 */
import { chain, FsError, type MaybePromise } from "../base/mod.ts";
import { type FileLock, requireBytes, requireLock, requireNames } from "../provider/mod.ts";
import type { Call } from "./call.ts";
import { lockFromMessage, lockToMessage } from "./lock_message.ts";

/** GetXattr. */
export function getXattr(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  const value = request.handle !== 0
    ? call.open("getXattr").getXattr(request.name, context)
    : session.provider.getXattr(request.path, request.name, context);
  return chain(value, (data) => {
    call.response.data = requireBytes(data);
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
    call.response.names = requireNames(list);
  });
}

/** RemoveXattr. */
export function removeXattr(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  if (request.handle !== 0) return call.open("removeXattr").removeXattr(request.name, context);
  return session.provider.removeXattr(request.path, request.name, context);
}

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
  const { lock } = call.request;
  if (lock === null) throw new FsError("EINVAL", { syscall: "lock", path: call.file?.path });
  return lockFromMessage(lock, ownerOf(call, lock.owner));
}

/** GetLock. */
export function getLock(call: Call): MaybePromise<void> {
  const { context } = call;
  return chain(call.open("getLock").getLock(lockOf(call), context), (answer) => {
    const found = requireLock(answer);
    // Whose it is stays between server and provider.
    call.response.lock = found === null ? null : lockToMessage({ ...found, owner: 0 });
  });
}

/** SetLock. */
export function setLock(call: Call): MaybePromise<void> {
  const { request, context } = call;
  return call.open("setLock").setLock(lockOf(call), (request.flags & 1) !== 0, context);
}
