/**
 * Errors in the terms of who called, where hooks have sent an operation elsewhere.
 *
 * @module
 */
import { clean, FsError, isWithin } from "../base/mod.ts";

/** The paths of an operation. */
export interface OperationPaths {
  /** Its path, clean. */
  readonly path: string;
  /** Its new path, clean; empty for none. */
  readonly newPath: string;
}

/** What the caller calls `path`, when it is one of the paths that the operation had in the end, or below. */
function callersPath(
  path: string | undefined,
  pairs: readonly (readonly [asked: string, used: string])[],
): string | undefined {
  if (path === undefined) return path;
  for (const [asked, used] of pairs) {
    if (used === "" || !isWithin(path, used)) continue;
    return asked === used
      ? path
      : clean(`${asked}/${used === "/" ? path : path.slice(used.length)}`);
  }
  return path;
}

/** What was thrown, with the paths that were `asked` for in place of those that were `used`. */
export function inCallersTerms(
  thrown: unknown,
  asked: OperationPaths,
  used: OperationPaths,
): unknown {
  if (asked.path === used.path && asked.newPath === used.newPath) return thrown;
  if (!(thrown instanceof FsError)) return thrown;
  const { code, syscall, cause } = thrown;
  const old = [asked.path, used.path] as const;
  const young = [asked.newPath, used.newPath] as const;
  const path = callersPath(thrown.path, [old, young]);
  const dest = callersPath(thrown.dest, [young, old]);
  if (path === thrown.path && dest === thrown.dest) return thrown;
  return new FsError(code, { syscall, path, dest, cause });
}
