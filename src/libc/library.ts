/**
 * Loading the C library, and its errno.
 *
 * @module
 */
import { errnoOf, FsError, type FsErrorDetails } from "../base/mod.ts";
import { SYMBOLS, type Symbols } from "./symbols.ts";

/** The names of the C library: glibc, then musl. */
const NAMES: readonly string[] = ["libc.so.6", `libc.musl-${Deno.build.arch}.so.1`];

let loaded: Symbols | undefined;
/**
 * The memory behind `errno(3)` of this isolate's thread, which an isolate never changes. Only for the second
 * argument of {@linkcode outcome}.
 */
export let errno = new Int32Array(1);

/**
 * The C library, opened by the first call. Importing this room needs no permission.
 *
 * @throws {Error} When the `ffi` permission or the library is missing; the message says which.
 */
export function libc(): Symbols {
  return loaded ?? load();
}

function load(): Symbols {
  if (Deno.build.os !== "linux") {
    throw new Error(`Cannot call the C library: this is ${Deno.build.os}, not Linux`);
  }
  let cause: unknown;
  for (const name of NAMES) {
    try {
      // Deno's types lack what symbols.ts says of its arguments.
      const symbols = Deno.dlopen(name, SYMBOLS).symbols as unknown as Symbols;
      const pointer = symbols.__errno_location();
      if (pointer === null) throw new Error("errno has no address");
      errno = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(pointer, 4));
      return loaded = symbols;
    } catch (thrown) {
      if (thrown instanceof Deno.errors.NotCapable) {
        throw new Error("Cannot call the C library: run with --allow-ffi", { cause: thrown });
      }
      cause ??= thrown;
    }
  }
  throw new Error(`Cannot load the C library (${NAMES.join(", ")})`, { cause });
}

/** Whether the C library can be called here: Linux, with the `ffi` permission. Never asks the user. */
export function isLibcAvailable(): boolean {
  if (loaded !== undefined) return true;
  if (Deno.build.os !== "linux") return false;
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return false;
  try {
    load();
    return true;
  } catch {
    return false;
  }
}

/**
 * What a call says: its result, or the negated errno when that is below 0. To be used in one way:
 * `outcome(libc().close(fd), errno[0])`.
 *
 * So errno is read right after the call, before any other function is entered. There V8 may hand a compilation
 * or a collection to its other threads, and the lock it takes for that leaves an EAGAIN of `futex(2)` in errno.
 */
export function outcome(result: number, errnoAfter: number | undefined): number {
  if (result >= 0) return result;
  // A failed call always sets it; 0 would read as success.
  return errnoAfter ? -errnoAfter : -errnoOf(0).number;
}

/** As {@linkcode outcome} for a result of 64 bits; one over 2^53 is rounded. */
export function outcome64(result: bigint, errnoAfter: number | undefined): number {
  return outcome(Number(result), errnoAfter);
}

/** The error for a negated errno. */
export function failure(result: number, details: FsErrorDetails): FsError {
  return new FsError(errnoOf(-result).code, details);
}

/**
 * Returns `result` unless it is a negated errno.
 *
 * @throws {FsError} That errno, with `syscall` and `path`.
 */
export function check(result: number, syscall: string, path?: string): number {
  if (result < 0) throw failure(result, { syscall, path });
  return result;
}
