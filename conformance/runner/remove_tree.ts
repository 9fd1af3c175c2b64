/**
 * Removing what a case has left.
 *
 * @module
 */
import { toErrno } from "../../src/base/mod.ts";
import type { Caller } from "../system_calls.ts";

/** Removes a directory and everything in it. Listings are asked for names only: types may mislead. */
export async function removeTree(caller: Caller, path: string): Promise<void> {
  for (const { name } of await caller.call("readdir", [path])) {
    // A broken filesystem may list them; they would lead round in a circle.
    if (name === "." || name === "..") continue;
    const below = `${path}/${name}`;
    try {
      await caller.call("unlink", [below]);
    } catch (thrown) {
      const { code } = toErrno(thrown, () => {});
      // ENOSYS: who writes a provider has directories before there are files.
      if (code !== "EISDIR" && code !== "EPERM" && code !== "ENOSYS") throw thrown;
      await removeTree(caller, below);
    }
  }
  await caller.call("rmdir", [path]);
}
