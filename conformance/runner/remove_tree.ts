/**
 * Removing what a case has left.
 *
 * @module
 */
import { toErrno } from "../../src/base/mod.ts";
import { callText } from "../call_text.ts";
import type { Caller, CallResults } from "../system_calls.ts";

/** What removes a tree, and which of its calls came last. */
export class TreeRemover {
  /** The last call, as text; empty before the first. */
  lastCall = "";
  readonly #caller: Caller;

  /** Has this caller make the calls. */
  constructor(caller: Caller) {
    this.#caller = caller;
  }

  async #call<Name extends "readdir" | "unlink" | "rmdir">(
    name: Name,
    path: string,
  ): Promise<CallResults[Name]> {
    this.lastCall = callText(name, [path]);
    return await this.#caller.call(name, [path]);
  }

  /** Removes a directory and everything in it. Listings are asked for names only: types may mislead. */
  async remove(path: string): Promise<void> {
    for (const { name } of await this.#call("readdir", path)) {
      // A broken filesystem may list them; they would lead round in a circle.
      if (name === "." || name === "..") continue;
      const below = `${path}/${name}`;
      try {
        await this.#call("unlink", below);
      } catch (thrown) {
        const { code } = toErrno(thrown, () => {});
        // ENOSYS: who writes a provider has directories before there are files.
        if (code !== "EISDIR" && code !== "EPERM" && code !== "ENOSYS") throw thrown;
        await this.remove(below);
      }
    }
    await this.#call("rmdir", path);
  }
}

/** Removes a directory and everything in it. */
export async function removeTree(caller: Caller, path: string): Promise<void> {
  await new TreeRemover(caller).remove(path);
}
