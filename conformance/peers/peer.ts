/**
 * Other people's filesystems, which the suite runs on.
 *
 * @module
 */
import { FsError, type MaybePromise, toErrno } from "../../src/base/mod.ts";
import { errnoNamed } from "../../src/base/mod.ts";
import type { Provider } from "../../src/provider/mod.ts";
import type { OfferedNeed } from "../need.ts";

/** A filesystem that somebody else wrote, behind a thin adapter. */
export interface Peer {
  /** Its name. */
  readonly name: string;
  /** The exact version that is looked at. */
  readonly version: string;
  /** Which of its parts. */
  readonly part: string;
  /** What it is for, in the words that a friend of it would use. */
  readonly purpose: string;
  /** What its attributes tell, beyond what the capabilities of the adapter say. */
  readonly offers: readonly OfferedNeed[];
  /** A new, empty one. */
  make(): MaybePromise<Provider>;
}

/**
 * That the API of a peer has no words for a call. The adapter answers ENOSYS then, and a case that
 * meets it is "not for" the peer: nothing was asked, so nothing was answered wrongly.
 */
export function withoutWords(syscall: string, path?: string): FsError {
  return new FsError("ENOSYS", path === undefined ? { syscall } : { syscall, path });
}

/**
 * What a peer has thrown, as the contract throws it: an error with an errno by its code, or by the word
 * that its message begins with. Anything else is handed on as it is.
 */
export function peerError(thrown: unknown, syscall: string, path?: string): unknown {
  if (thrown instanceof FsError || !(thrown instanceof Error)) return thrown;
  const word = /^(E[A-Z0-9]+)\b/.exec(thrown.message)?.[1];
  let known = true;
  const byCode = toErrno(thrown, () => known = false);
  const errno = known ? byCode : word === undefined ? undefined : errnoNamed(word);
  if (errno === undefined) return thrown;
  return new FsError(errno.code, path === undefined ? { syscall } : { syscall, path });
}
