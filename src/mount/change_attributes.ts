/**
 * SETATTR as operations of a provider.
 *
 * @module
 */
import {
  always,
  chain,
  FsError,
  type MaybePromise,
  MODE_PERMISSIONS,
  O_NOFOLLOW,
  O_WRONLY,
} from "../base/mod.ts";
import { FATTR, type SetAttrIn } from "../fuse/mod.ts";
import type { Context, Handle, Provider, TimeChange } from "../provider/mod.ts";
import { losesSetId } from "./set_id_bits.ts";

/** The bits of SETATTR that name an attribute; change times follow by themselves. */
const NAMED = FATTR.MODE | FATTR.UID | FATTR.GID | FATTR.SIZE | FATTR.ATIME | FATTR.MTIME;

/** Where the attributes are changed: by path, or through a handle when there is no path. */
export interface ChangeTarget {
  /** The provider. */
  readonly provider: Provider;
  /** The path; undefined when the file has no name any more. */
  readonly path: string | undefined;
  /** A handle that is open for writing, through which the size can be set. */
  readonly sizeHandle: Handle | null;
  /** A handle through which the other attributes can be changed. */
  readonly attrHandle: Handle | null;
}

/** The time that SETATTR asks for. */
function timeChange(
  input: SetAttrIn,
  bit: number,
  now: number,
  sec: number,
  nsec: number,
): TimeChange {
  if (!input.has(bit)) return null;
  return input.has(now) ? "now" : { sec, nsec };
}

function resize(target: ChangeTarget, size: number, context: Context): MaybePromise<void> {
  const { provider, path, sizeHandle } = target;
  if (sizeHandle !== null) return sizeHandle.truncate(size, context);
  if (path === undefined) throw new FsError("ESTALE", { syscall: "truncate" });
  if (provider.capabilities.has("truncate")) return provider.truncate(path, size, context);
  return chain(
    provider.open(path, O_WRONLY | O_NOFOLLOW, 0, context),
    (opened) => always(() => opened.truncate(size, context), () => opened.close(context)),
  );
}

/**
 * Applies what `input.valid` names, in the order that leaves what Linux leaves: the size first (it may
 * clear set-id bits), then the owner (so does that), then the mode, then the times (all others touch
 * them). The first error ends it.
 */
export function changeAttributes(
  target: ChangeTarget,
  input: SetAttrIn,
  context: Context,
): MaybePromise<void> {
  const { provider, attrHandle: handle } = target;
  const path = target.path ?? "";
  const steps: (() => MaybePromise<void>)[] = [];
  if (input.has(FATTR.SIZE)) steps.push(() => resize(target, input.size, context));
  const losesBits = losesSetId(input.has(FATTR.KILL_SUIDGID), provider, context);
  if (input.has(FATTR.UID | FATTR.GID) || namesNothing(input, provider) || losesBits) {
    const uid = input.has(FATTR.UID) ? input.uid : -1;
    const gid = input.has(FATTR.GID) ? input.gid : -1;
    steps.push(() =>
      handle !== null ? handle.chown(uid, gid, context) : provider.lchown(path, uid, gid, context)
    );
  }
  if (input.has(FATTR.MODE)) {
    const mode = input.mode & MODE_PERMISSIONS;
    steps.push(() =>
      handle !== null ? handle.chmod(mode, context) : provider.chmod(path, mode, context)
    );
  }
  if (input.has(FATTR.ATIME | FATTR.MTIME)) {
    const { atime, atimensec, mtime, mtimensec } = input;
    const access = timeChange(input, FATTR.ATIME, FATTR.ATIME_NOW, atime, atimensec);
    const change = timeChange(input, FATTR.MTIME, FATTR.MTIME_NOW, mtime, mtimensec);
    steps.push(() =>
      handle !== null
        ? handle.utimes(access, change, context)
        : provider.lutimes(path, access, change, context)
    );
  }
  return inOrder(steps, 0);
}

/**
 * The kernel names nothing when chown(2) changes neither owner nor group, and before it writes by itself to
 * a file with set-id bits: then these have to go, which a chown to nobody does.
 */
function namesNothing(input: SetAttrIn, provider: Provider): boolean {
  return !input.has(NAMED) && provider.capabilities.has("chown");
}

function inOrder(steps: readonly (() => MaybePromise<void>)[], index: number): MaybePromise<void> {
  const step = steps[index];
  return step === undefined ? undefined : chain(step(), () => inOrder(steps, index + 1));
}
