/**
 * What hooks are asked about.
 *
 * @module
 */
import { clean } from "../base/mod.ts";
import type { Context } from "../provider/mod.ts";
import { HOOK_OPS, HookOp } from "./hook_op.ts";

/**
 * One operation, as hooks see it: seed 1's `HookRequest` and what the further operations need. What
 * an operation does not have is zero or empty.
 *
 * A before hook may change `path`, `newPath`, `flags`, `mode`, `offset` and (of a write) `data`; the
 * operation then runs with the new values. `data` is the caller's buffer and belongs to it again when
 * the operation has ended: a hook that keeps it makes a copy.
 */
export interface HookRequest {
  /** The operation. */
  op: HookOp;
  /** The method that was called: `unlink`, `rmdir` or `remove` for the operation `remove`. */
  syscall: string;
  /**
   * The path, clean: what is opened, made, changed or removed. On a handle the path that it was opened by.
   * Of a rename and a link the path that exists; of a symbolic link the link.
   */
  path: string;
  /** Of a rename and a link the new path; of a copy the target's path; of a symbolic link its target, as it is. */
  newPath: string;
  /** The flags of `open`, `rename2`, `setXattr`, and the mode of `allocate`. */
  flags: number;
  /** The permission bits to set, or of the file that is written; with type bits for `mknod`. */
  mode: number;
  /** The caller's user id. */
  uid: number;
  /** The caller's group id. */
  gid: number;
  /** The caller's process id, 0 when unknown. */
  pid: number;
  /** Where a read, write, copy, allocation or lock begins; of a truncation the new size. */
  offset: number;
  /** How many bytes a read, write, copy or allocation asks for. */
  size: number;
  /** What is written, or the value of an extended attribute. */
  data: Uint8Array;
  /** The name of an extended attribute. */
  name: string;
  /** The new owner of `chown`, -1 to keep it. */
  newUid: number;
  /** The new group of `chown`, -1 to keep it. */
  newGid: number;
  /** The device number of `mknod`. */
  rdev: number;
}

/** A request with only the fields that matter; {@linkcode completeHookRequest} adds the others. */
export type HookRequestInit = Partial<HookRequest> & Pick<HookRequest, "op">;

const NO_DATA = new Uint8Array();

/** Adds what is missing and cleans the paths, in place, as seed 1's engine does. */
export function completeHookRequest(request: HookRequestInit): asserts request is HookRequest {
  const { path, newPath = "" } = request;
  request.path = path === undefined || path === "" ? "" : clean(path);
  // The target of a symbolic link is text: to clean it would change where it leads.
  const isText = newPath === "" || request.op === HookOp.Symlink;
  request.newPath = isText ? newPath : clean(newPath);
  request.syscall ??= HOOK_OPS[request.op].verb;
  request.flags ??= 0;
  request.mode ??= 0;
  request.uid ??= 0;
  request.gid ??= 0;
  request.pid ??= 0;
  request.offset ??= 0;
  request.data ??= NO_DATA;
  request.size ??= request.data.length;
  request.name ??= "";
  request.newUid ??= -1;
  request.newGid ??= -1;
  request.rdev ??= 0;
}

/** A request of a caller, its fields in one order so that engines see one shape. */
export function newHookRequest(
  op: HookOp,
  path: string,
  caller: Pick<Context, "uid" | "gid" | "pid">,
): HookRequest {
  return {
    op,
    syscall: HOOK_OPS[op].verb,
    path,
    newPath: "",
    flags: 0,
    mode: 0,
    uid: caller.uid,
    gid: caller.gid,
    pid: caller.pid ?? 0,
    offset: 0,
    size: 0,
    data: NO_DATA,
    name: "",
    newUid: -1,
    newGid: -1,
    rdev: 0,
  };
}
