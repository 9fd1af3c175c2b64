/**
 * The synchronous half of `node:fs`, as far as the adapter needs it.
 *
 * @module
 */

/** Attributes as `node:fs` tells them. */
export interface NodeStats {
  readonly mode: number;
  readonly size: number;
  readonly ino: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly atimeMs: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/** What `node:fs`, memfs and ZenFS have in common. */
export interface NodeFs {
  openSync(path: string, flags: number, mode: number): number;
  closeSync(fd: number): void;
  readSync(fd: number, buffer: Uint8Array, at: number, size: number, offset: number): number;
  writeSync(
    fd: number,
    data: Uint8Array,
    at: number,
    size: number,
    offset: number | null,
  ): number;
  fstatSync(fd: number): NodeStats;
  fsyncSync(fd: number): void;
  fdatasyncSync(fd: number): void;
  ftruncateSync(fd: number, size: number): void;
  fchmodSync(fd: number, mode: number): void;
  fchownSync(fd: number, uid: number, gid: number): void;
  futimesSync(fd: number, atime: Date, mtime: Date): void;
  statSync(path: string): NodeStats;
  lstatSync(path: string): NodeStats;
  readdirSync(path: string): readonly unknown[];
  mkdirSync(path: string, mode: number): unknown;
  rmdirSync(path: string): void;
  unlinkSync(path: string): void;
  renameSync(from: string, to: string): void;
  linkSync(existing: string, path: string): void;
  symlinkSync(target: string, path: string): void;
  readlinkSync(path: string): unknown;
  chmodSync(path: string, mode: number): void;
  chownSync(path: string, uid: number, gid: number): void;
  lchownSync(path: string, uid: number, gid: number): void;
  utimesSync(path: string, atime: Date, mtime: Date): void;
  lutimesSync(path: string, atime: Date, mtime: Date): void;
  truncateSync(path: string, size: number): void;
}

/** Whether a value looks like `node:fs`. */
export function isNodeFs(value: unknown): value is NodeFs {
  return typeof value === "object" && value !== null && "openSync" in value &&
    "lutimesSync" in value && typeof value.openSync === "function";
}
