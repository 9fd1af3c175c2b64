/**
 * An open directory that no provider has.
 *
 * @module
 */
import type { MaybePromise } from "../base/mod.ts";
import { BaseHandle, type Context, type FileInfo } from "../provider/mod.ts";

/** A handle of a directory that is only there because something is mounted below it. */
export class SyntheticHandle extends BaseHandle {
  readonly #describe: () => FileInfo;

  /** @param describe Makes the attributes of now. */
  constructor(flags: number, path: string, describe: () => FileInfo) {
    super(flags, path);
    this.#describe = describe;
  }

  /** EISDIR. */
  override readAt(_buffer: Uint8Array, _offset: number, _context?: Context): MaybePromise<number> {
    this.requireRead("read");
    throw this.fail("EISDIR", "read");
  }

  /** EBADF: a directory is never open for writing. */
  override writeAt(_data: Uint8Array, _offset: number, _context?: Context): MaybePromise<number> {
    throw this.fail("EBADF", "write");
  }

  /** EINVAL: a directory is never open for writing. */
  override truncate(_size: number, _context?: Context): MaybePromise<void> {
    throw this.fail("EINVAL", "truncate");
  }

  /** The attributes now. */
  override stat(_context?: Context): FileInfo {
    this.requireOpen("stat");
    return this.#describe();
  }
}
