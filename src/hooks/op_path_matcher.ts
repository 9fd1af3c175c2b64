/**
 * Matching by operation and path.
 *
 * @module
 */
import { basename, clean, isWithin } from "../base/mod.ts";
import { FilepathPattern } from "./filepath_match.ts";
import type { HookMatcher } from "./hook_matcher.ts";
import { HOOK_OPS, HookOp } from "./hook_op.ts";
import type { HookRequest } from "./hook_request.ts";

/** What {@linkcode OpPathMatcher} looks at; whatever is given must hold. */
export interface OpPathInit {
  /** The operations; none or empty for all. */
  readonly ops?: readonly HookOp[] | undefined;
  /** A pattern of Go's `filepath.Match` for the whole path; empty for every path. */
  readonly pathPattern?: string | undefined;
  /** A directory: itself and everything below it, at any depth. */
  readonly below?: string | undefined;
  /** A pattern of Go's `filepath.Match` for the last component, in any directory. */
  readonly namePattern?: string | undefined;
}

/**
 * Seed 1's `OpPathMatcher`. It matches everything that a request does ({@linkcode HOOK_OPS}): a
 * matcher for `create` also matches a rename by its new path, one for `write` a truncation.
 *
 * With `below`, a rename or a `removeAll` of a directory that holds that directory matches too: it
 * would take along what is below.
 *
 * @example
 * ```ts
 * import { completeHookRequest, HookOp, OpPathMatcher } from "@fusewire/vfs";
 * import { assert } from "@std/assert";
 *
 * const matcher = new OpPathMatcher({ ops: [HookOp.Create], pathPattern: "/etc/*" });
 * const request = { op: HookOp.Rename, path: "/tmp/x", newPath: "/etc/passwd" };
 * completeHookRequest(request);
 * assert(matcher.match(request));
 * ```
 */
export class OpPathMatcher implements HookMatcher {
  /** The operations; empty for all. */
  readonly ops: readonly HookOp[];
  /** The pattern for the whole path; empty for every path. */
  readonly pathPattern: string;
  /** The directory, clean; empty for none. */
  readonly below: string;
  /** The pattern for the last component; empty for every name. */
  readonly namePattern: string;
  readonly #path: FilepathPattern | null;
  readonly #name: FilepathPattern | null;
  /** As in Go, a malformed pattern matches nothing. */
  readonly #never: boolean;

  /** A matcher for everything that `init` does not exclude. */
  constructor(init: OpPathInit = {}) {
    this.ops = [...init.ops ?? []];
    this.pathPattern = init.pathPattern ?? "";
    this.below = init.below === undefined || init.below === "" ? "" : clean(init.below);
    this.namePattern = init.namePattern ?? "";
    const path = read(this.pathPattern);
    const name = read(this.namePattern);
    this.#never = path === undefined || name === undefined;
    this.#path = path ?? null;
    this.#name = name ?? null;
  }

  /** Whether the matcher could ever match a request of this operation. */
  concerns(op: HookOp): boolean {
    return this.pathsOf(op) !== 0;
  }

  /** Which paths of a request of this operation the matcher looks at: {@linkcode LOOKS_AT}. */
  pathsOf(op: HookOp): number {
    if (this.#never) return 0;
    let paths = 0;
    for (const act of HOOK_OPS[op].acts) {
      if (this.ops.length > 0 && !this.ops.includes(act.op)) continue;
      paths |= act.on === "path" ? LOOKS_AT.path : LOOKS_AT.newPath;
    }
    return paths;
  }

  /** Whether a path of a request of this operation matches. */
  matchesPath(op: HookOp, path: string): boolean {
    // In the order of cost: a rule for other places is done with after a few characters.
    const pattern = this.#path;
    if (pattern !== null && !pattern.matches(path)) return false;
    const { below } = this;
    if (below !== "" && !isWithin(path, below)) {
      const moves = op === HookOp.Rename || op === HookOp.RemoveAll;
      if (!moves || !isWithin(below, path)) return false;
    }
    const name = this.#name;
    return name === null || (path.endsWith(name.suffix) && name.matches(basename(path)));
  }

  /** Whether the request matches. */
  match({ op, path, newPath }: HookRequest): boolean {
    const paths = this.pathsOf(op);
    return ((paths & LOOKS_AT.path) !== 0 && this.matchesPath(op, path)) ||
      ((paths & LOOKS_AT.newPath) !== 0 && this.matchesPath(op, newPath));
  }
}

/** The bits of {@linkcode OpPathMatcher.pathsOf}. */
export const LOOKS_AT = { path: 1, newPath: 2 } as const;

/** The pattern; null for an empty one, undefined for a malformed one. */
function read(pattern: string): FilepathPattern | null | undefined {
  if (pattern === "") return null;
  try {
    return new FilepathPattern(pattern);
  } catch {
    return undefined;
  }
}
