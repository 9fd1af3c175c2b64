/**
 * The error of an operation that a hook refused.
 *
 * @module
 */
import { type ErrnoName, FsError } from "../base/mod.ts";
import { HookOp } from "./hook_op.ts";
import type { HookRequest } from "./hook_request.ts";

/** The error for the request, in the spelling and with the paths of the contract. */
export function hookFailure(code: ErrnoName, request: HookRequest, cause?: unknown): FsError {
  const { op, syscall, path, newPath } = request;
  if (newPath === "") return new FsError(code, { syscall, path, cause });
  // symlink(target, link) names the target first; a request has the link as its path, as in seed 1.
  return op === HookOp.Symlink
    ? new FsError(code, { syscall, path: newPath, dest: path, cause })
    : new FsError(code, { syscall, path, dest: newPath, cause });
}
