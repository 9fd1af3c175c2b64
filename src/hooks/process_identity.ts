/**
 * Who the process is.
 *
 * @module
 */

/** A user and a group. */
export interface Identity {
  /** The user id. */
  readonly uid: number;
  /** The group id. */
  readonly gid: number;
}

let identity: Identity | null = null;

/**
 * The process's own user and group: the caller of operations without a context, as in seed 1. Root
 * where the program may not ask (`--allow-sys=uid,gid`); it never prompts.
 */
export function processIdentity(): Identity {
  identity ??= { uid: ask("uid", Deno.uid), gid: ask("gid", Deno.gid) };
  return identity;
}

function ask(kind: "uid" | "gid", read: () => number | null): number {
  const { state } = Deno.permissions.querySync({ name: "sys", kind });
  return state === "granted" ? read() ?? 0 : 0;
}
