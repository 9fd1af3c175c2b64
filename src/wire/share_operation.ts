/**
 * Share.
 *
 * @module
 */
import { FsError } from "../base/mod.ts";
import type { Call } from "./call.ts";

/** Bit of `flags` in Share: from the reply on everything goes through the memory. */
export const SHARE_NOW = 1;

/** Share: gives the memory away, or agrees to use it: see `MemoryOffer`. */
export function share({ session, request }: Call): void {
  const { memory } = session;
  const isDone = (request.flags & SHARE_NOW) === 0 ? memory.give() : memory.isGiven;
  if (!isDone) throw new FsError("EOPNOTSUPP", { syscall: "share" });
}
