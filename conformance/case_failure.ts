/**
 * How a case fails.
 *
 * @module
 */
import { inspect } from "node:util";
import { type ErrnoName, FsError, toErrno } from "../src/base/mod.ts";

/** A broken promise: what was expected and what came. */
export class CaseFailure extends Error {
  /** The name of the class. */
  override readonly name: string = "CaseFailure";
  /** What should have come. */
  readonly expected: string;
  /** What came. */
  readonly got: string;

  /** Whether the steps had passed, and what failed is what has to hold after every case. */
  readonly afterwards: boolean;

  /** The two, and which step it was about. */
  constructor(what: string, expected: string, got: string, afterwards = false) {
    super(`${what}: expected ${expected}, got ${got}`);
    this.expected = expected;
    this.got = got;
    this.afterwards = afterwards;
  }
}

/** A value as reports show it. */
export function show(value: unknown): string {
  if (value instanceof Uint8Array) return showBytes(value);
  return inspect(value, { depth: 4, breakLength: Infinity, maxArrayLength: 20, compact: true });
}

/** A value as reports show it, in octal where `what` says that it is a mode or the type in one. */
export function showAs(what: string, value: unknown): string {
  return typeof value === "number" && /\b(mode|type)\b/.test(what)
    ? `0${value.toString(8)}`
    : show(value);
}

/** How many bytes are shown. */
const BYTES_SHOWN = 32;

function showBytes(bytes: Uint8Array): string {
  const text = Array.from(bytes.subarray(0, BYTES_SHOWN), (byte) => {
    if (byte === 0) return "\\0";
    return byte >= 32 && byte < 127
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, "0")}`;
  }).join("");
  return bytes.length <= BYTES_SHOWN ? `"${text}"` : `"${text}"... (${bytes.length} bytes)`;
}

/** The errno that was thrown; null for something that is no error of a filesystem. */
export function errnoThrown(thrown: unknown): ErrnoName | null {
  let known = true;
  const errno = toErrno(thrown, () => known = false);
  return known ? errno.code : null;
}

/** What was thrown, as reports show it. */
export function showThrown(thrown: unknown): string {
  if (thrown instanceof FsError && thrown.cause === undefined) return thrown.code;
  const code = errnoThrown(thrown);
  if (code !== null) {
    return thrown instanceof FsError ? `${code} (${thrown.cause})` : `${code} (${thrown})`;
  }
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `a thrown ${show(thrown)}`;
}
