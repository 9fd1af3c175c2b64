/**
 * Removing what a case has left.
 *
 * @module
 */
import { isDirectory } from "../../src/base/mod.ts";
import type { Caller } from "../system_calls.ts";

/** Removes a directory and everything in it. */
export async function removeTree(caller: Caller, path: string): Promise<void> {
  for (const entry of await caller.call("readdir", [path])) {
    const below = `${path}/${entry.name}`;
    if (isDirectory(entry.type)) await removeTree(caller, below);
    else await caller.call("unlink", [below]);
  }
  await caller.call("rmdir", [path]);
}
