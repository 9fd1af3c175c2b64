/**
 * A whole file as bytes.
 *
 * @module
 */
import { always, chain, FsError, isPromise, type MaybePromise, O_RDONLY } from "../base/mod.ts";
import { requireCount } from "./answers.ts";
import type { Context } from "./context.ts";
import type { Handle } from "./handle.ts";
import type { Provider } from "./provider.ts";

/** The largest file in bytes that {@linkcode readFile} takes unless told otherwise: 2 GiB - 1. */
export const READ_FILE_SIZE_MAX = 2 ** 31 - 1;

/** Settings of {@linkcode readFile}. */
export interface ReadFileOptions {
  /** The caller; without it the process itself. */
  readonly context?: Context | undefined;
  /** The largest file in bytes; beyond it EFBIG. Default {@linkcode READ_FILE_SIZE_MAX}. */
  readonly sizeMax?: number;
}

/**
 * Reads a whole file. Answers at once when the provider does. The size that `stat` tells is only a
 * hint: a file that grows or says 0 (as in `/proc`) is read to its end.
 *
 * @throws {FsError} Whatever `open` and `readAt` throw; EFBIG over `options.sizeMax`.
 *
 * @example
 * ```ts
 * import { MemoryProvider, readFile, writeFile } from "@fusewire/vfs";
 * import { assertEquals } from "@std/assert";
 *
 * const provider = new MemoryProvider();
 * await writeFile(provider, "/greeting", "hello");
 * assertEquals(new TextDecoder().decode(await readFile(provider, "/greeting")), "hello");
 * ```
 */
export function readFile(
  provider: Provider,
  path: string,
  options: ReadFileOptions = {},
): MaybePromise<Uint8Array> {
  const { context, sizeMax = READ_FILE_SIZE_MAX } = options;
  return chain(
    provider.open(path, O_RDONLY, 0, context),
    (handle) => always(() => readAll(handle, path, sizeMax, context), () => handle.close(context)),
  );
}

/** Reads from a handle to its end. */
function readAll(
  handle: Handle,
  path: string,
  sizeMax: number,
  context: Context | undefined,
): MaybePromise<Uint8Array> {
  return chain(handle.stat(context), (info) => {
    if (info.size > sizeMax) throw new FsError("EFBIG", { syscall: "read", path });
    // One byte more than expected: a read that leaves it empty has met the end.
    return fill(handle, path, new Uint8Array(info.size + 1), 0, sizeMax, context);
  });
}

/** Reads into `buffer` from `size` on, and into larger ones while the file goes on. */
function fill(
  handle: Handle,
  path: string,
  buffer: Uint8Array,
  size: number,
  sizeMax: number,
  context: Context | undefined,
): MaybePromise<Uint8Array> {
  while (true) {
    const read = handle.readAt(buffer.subarray(size), size, context);
    if (isPromise(read)) {
      return read.then((count) => {
        const next = advance(path, buffer, size, count, sizeMax);
        if (next === null) return buffer.subarray(0, size + count);
        return fill(handle, path, next, size + count, sizeMax, context);
      });
    }
    const next = advance(path, buffer, size, read, sizeMax);
    size += read;
    if (next === null) return buffer.subarray(0, size);
    buffer = next;
  }
}

/** The buffer for the next read, or null at the end of the file: only there reads are short. */
function advance(
  path: string,
  buffer: Uint8Array,
  size: number,
  count: number,
  sizeMax: number,
): Uint8Array | null {
  requireCount(count, buffer.length - size);
  if (size + count < buffer.length) return null;
  if (buffer.length > sizeMax) throw new FsError("EFBIG", { syscall: "read", path });
  const larger = new Uint8Array(Math.min(Math.max(65_536, buffer.length * 2), sizeMax + 1));
  larger.set(buffer);
  return larger;
}
