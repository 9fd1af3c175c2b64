/**
 * File locks as values.
 *
 * @module
 */

/** Offset of the last byte a lock can cover: a lock that ends here reaches to the end of the file. */
export const LOCK_END_MAX: number = Number.MAX_SAFE_INTEGER;

/** One lock, as `fcntl(2)` and `flock(2)` describe it. */
export interface FileLock {
  /** `posix`: a record lock of a byte range; `flock`: a lock of the whole file. They do not meet. */
  readonly kind: "posix" | "flock";
  /** `read` is shared, `write` exclusive, `unlock` releases. */
  readonly type: "read" | "write" | "unlock";
  /** First byte; 0 for flock. */
  readonly start: number;
  /** Last byte, inclusive; {@linkcode LOCK_END_MAX} for the end of the file and for flock. */
  readonly end: number;
  /** Who holds it: locks of one owner never conflict. The kernel's lock owner, or any number. */
  readonly owner: number | bigint;
  /** Process id of the holder, for F_GETLK. */
  readonly pid: number;
}
