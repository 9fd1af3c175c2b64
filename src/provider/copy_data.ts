/**
 * The content of one open file into another.
 *
 * @module
 */
import { FsError, SEEK_DATA, SEEK_HOLE, toErrno } from "../base/mod.ts";
import { requireCount } from "./answers.ts";
import type { Context } from "./context.ts";
import type { Handle } from "./handle.ts";
import { writeAll } from "./write_all.ts";

/** How much one read and write moves, in bytes. */
const CHUNK = 262_144;
/** How much one `copyRange` is asked to move, in bytes: small enough to report and to abort. */
const RANGE = 16_777_216;

/** What {@linkcode copyData} may use, and whom it tells. */
export interface CopyDataOptions {
  /** Both handles are of one provider that declares `copyRange`. */
  readonly copyRange: boolean;
  /** The source declares `seekHole`: holes stay holes. */
  readonly seekHole: boolean;
  /** The caller. */
  readonly context: Context | undefined;
  /** Ends the copy with EINTR. */
  readonly signal: AbortSignal | undefined;
  /** Told of every piece that has been written. */
  readonly progress: (bytes: number) => void;
}

/** Copies everything from the start to the end of `source`; `target` is empty before. */
export async function copyData(
  source: Handle,
  target: Handle,
  options: CopyDataOptions,
): Promise<void> {
  const copy = new DataCopy(source, target, options);
  if (!options.seekHole) {
    await copy.range(0, Infinity);
    return;
  }
  let end = 0;
  while (true) {
    const start = await nextData(source, end, options.context);
    if (start === null) break;
    end = await source.seekHole(start, SEEK_HOLE, options.context);
    if (!await copy.range(start, end)) return;
  }
  const { size } = await source.stat(options.context);
  if (size > end) await target.truncate(size, options.context);
}

/** Where data begins at or after the offset, or null when only a hole or nothing is left. */
async function nextData(
  source: Handle,
  offset: number,
  context: Context | undefined,
): Promise<number | null> {
  try {
    return await source.seekHole(offset, SEEK_DATA, context);
  } catch (thrown) {
    if (toErrno(thrown).code === "ENXIO") return null;
    throw thrown;
  }
}

/** The errors after which `copyRange` is given up for reading and writing, as `cp` does. */
const CANNOT_COPY_RANGE = new Set(["ENOSYS", "EOPNOTSUPP", "EXDEV", "EINVAL"]);

class DataCopy {
  readonly #source: Handle;
  readonly #target: Handle;
  readonly #options: CopyDataOptions;
  #copyRange: boolean;
  #buffer: Uint8Array | null = null;

  constructor(source: Handle, target: Handle, options: CopyDataOptions) {
    this.#source = source;
    this.#target = target;
    this.#options = options;
    this.#copyRange = options.copyRange;
  }

  /** Copies from `offset` to `end` or the end of the file; false when the file ended before. */
  async range(offset: number, end: number): Promise<boolean> {
    while (offset < end) {
      const { signal, progress } = this.#options;
      if (signal?.aborted) throw new FsError("EINTR", { syscall: "copy", cause: signal.reason });
      const moved = await this.#piece(offset, end - offset);
      if (moved === 0) return false;
      progress(moved);
      offset += moved;
    }
    return true;
  }

  async #piece(offset: number, length: number): Promise<number> {
    const { context } = this.#options;
    if (this.#copyRange) {
      try {
        const size = Math.min(length, RANGE);
        const copied = await this.#source.copyRange(offset, this.#target, offset, size, context);
        return requireCount(copied, size);
      } catch (thrown) {
        if (!CANNOT_COPY_RANGE.has(toErrno(thrown).code)) throw thrown;
        this.#copyRange = false;
      }
    }
    this.#buffer ??= new Uint8Array(CHUNK);
    const buffer = length < CHUNK ? this.#buffer.subarray(0, length) : this.#buffer;
    const size = requireCount(
      await this.#source.readAt(buffer, offset, context),
      buffer.length,
    );
    await writeAll(this.#target, buffer.subarray(0, size), offset, context);
    return size;
  }
}
