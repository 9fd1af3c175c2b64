/**
 * Setattr.
 *
 * @module
 */
import { chain, FsError, type MaybePromise, MODE_PERMISSIONS } from "../base/mod.ts";
import type { TimeChange } from "../provider/mod.ts";
import type { Call } from "./call.ts";
import { KEEP_ID, SetBits } from "./op_code.ts";

/** Version 1: chmod. Version 2: whatever `set` names, in one message. */
export function setattr(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  if (session.version === 2) return setMany(call);
  const { provider } = session;
  const changed = provider.chmod(request.path, request.mode & MODE_PERMISSIONS, context);
  return chain(changed, () => chain(provider.stat(request.path, context), call.giveStat));
}

/** One step of the change, or nothing to do. */
type Step = (call: Call) => MaybePromise<void>;

// Size first, then owner, then mode: chown clears S_ISUID and S_ISGID, which mode may set again; times
// last, since everything before touches them.
const STEPS: readonly Step[] = [setSize, setOwner, setMode, setTimes, giveAttributes];

function setMany(call: Call): MaybePromise<void> {
  let done: MaybePromise<void> = undefined;
  for (const step of STEPS) done = chain(done, () => step(call));
  return done;
}

function setSize(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  if ((request.set & SetBits.Size) === 0) return;
  const size = call.position("truncate");
  if (request.handle !== 0) return call.open("truncate").truncate(size, context);
  return session.provider.truncate(request.path, size, context);
}

function setOwner(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  const { set, path } = request;
  if ((set & SetBits.Owner) === 0) return;
  const owner = request.owner === KEEP_ID ? -1 : request.owner;
  const group = request.group === KEEP_ID ? -1 : request.group;
  if (request.handle !== 0) return call.open("chown").chown(owner, group, context);
  return (set & SetBits.NoFollow) !== 0
    ? session.provider.lchown(path, owner, group, context)
    : session.provider.chown(path, owner, group, context);
}

function setMode(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  if ((request.set & SetBits.Mode) === 0) return;
  const mode = request.mode & MODE_PERMISSIONS;
  if (request.handle !== 0) return call.open("chmod").chmod(mode, context);
  return session.provider.chmod(request.path, mode, context);
}

function timeOf(set: number, given: number, now: number, sec: number, nsec: number): TimeChange {
  if ((set & now) !== 0) return "now";
  return (set & given) !== 0 ? { sec, nsec } : null;
}

function setTimes(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  const { set, path, times } = request;
  if ((set & SetBits.Times) === 0) return;
  if ((set & (SetBits.Atime | SetBits.Mtime)) !== 0 && times === null) {
    throw new FsError("EINVAL", { syscall: "utimes", path });
  }
  const { atime = 0, atimeNs = 0, mtime = 0, mtimeNs = 0 } = times ?? {};
  const access = timeOf(set, SetBits.Atime, SetBits.AtimeNow, atime, atimeNs);
  const change = timeOf(set, SetBits.Mtime, SetBits.MtimeNow, mtime, mtimeNs);
  if (request.handle !== 0) return call.open("utimes").utimes(access, change, context);
  return (set & SetBits.NoFollow) !== 0
    ? session.provider.lutimes(path, access, change, context)
    : session.provider.utimes(path, access, change, context);
}

function giveAttributes(call: Call): MaybePromise<void> {
  const { request, context } = call;
  if ((request.set & SetBits.WantStat) === 0) return;
  if (request.handle !== 0) return chain(call.open("stat").stat(context), call.giveStat);
  return call.giveStatOfPath();
}
