/**
 * A whole file from bytes.
 *
 * @module
 */
import {
  always,
  chain,
  type MaybePromise,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_TRUNC,
  O_WRONLY,
} from "../base/mod.ts";
import type { Context } from "./context.ts";
import type { Provider } from "./provider.ts";
import { writeAll } from "./write_all.ts";

/** Settings of {@linkcode writeFile}. */
export interface WriteFileOptions {
  /** Permission bits of a file that is made. Default 0o644. */
  readonly mode?: number;
  /** Adds to the end instead of replacing the content. */
  readonly append?: boolean;
  /** Fails with EEXIST when there is something at the path. */
  readonly createNew?: boolean;
  /** The caller; without it the process itself. */
  readonly context?: Context | undefined;
}

/**
 * Writes a whole file: what was in it is replaced, unless `append` is set; a file that is not there
 * is made. Answers at once when the provider does.
 *
 * @throws {FsError} Whatever `open`, `writeAt` and `close` throw.
 *
 * @example
 * ```ts
 * import { MemoryProvider, readFile, writeFile } from "@fusewire/vfs";
 * import { assertEquals } from "@std/assert";
 *
 * const provider = new MemoryProvider();
 * await writeFile(provider, "/log", "one\n", { mode: 0o600 });
 * await writeFile(provider, "/log", "two\n", { append: true });
 * assertEquals((await readFile(provider, "/log")).length, 8);
 * ```
 */
export function writeFile(
  provider: Provider,
  path: string,
  data: Uint8Array | string,
  options: WriteFileOptions = {},
): MaybePromise<void> {
  const { mode = 0o644, append = false, createNew = false, context } = options;
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const flags = O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC) | (createNew ? O_EXCL : 0);
  return chain(
    provider.open(path, flags, mode, context),
    (handle) => always(() => writeAll(handle, bytes, 0, context), () => handle.close(context)),
  );
}
