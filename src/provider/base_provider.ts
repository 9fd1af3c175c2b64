/**
 * A provider that can do nothing yet.
 *
 * @module
 */
import {
  chain,
  FsError,
  listedPath,
  type MaybePromise,
  O_CREAT,
  O_RDWR,
  O_TRUNC,
  rescue,
  toErrno,
} from "../base/mod.ts";
import { type CapabilitySet, CORE_ONLY } from "./capability.ts";
import type { Context } from "./context.ts";
import type { DirEntry } from "./dir_entry.ts";
import type { FileInfo } from "./file_info.ts";
import type { Handle, TimeChange } from "./handle.ts";
import type { Provider } from "./provider.ts";
import type { StatFs } from "./stat_fs.ts";
import type { WatchEvent } from "./watch_event.ts";

/**
 * The class to extend for a filesystem of your own: every operation answers ENOSYS until you write
 * it, and what follows from others is there already (`create` from `open`, `removeAll` from `readDir`,
 * `unlink` and `rmdir`, `remove` from those two).
 *
 * Declare in `capabilities` what you add beyond the core; callers look there before they ask.
 *
 * @example A filesystem with one file
 * ```ts
 * import { BaseProvider, FileInfo, FsError, readFile } from "@fusewire/vfs";
 * import { BaseHandle, type Handle } from "@fusewire/vfs";
 * import { assertEquals } from "@std/assert";
 *
 * const text = new TextEncoder().encode("hello\n");
 * class Hello extends BaseProvider {
 *   override stat(path: string): FileInfo {
 *     if (path === "/") return new FileInfo({ name: "/", mode: 0o040755 });
 *     if (path === "/hello") return new FileInfo({ name: "hello", mode: 0o100644, size: text.length });
 *     throw new FsError("ENOENT", { syscall: "stat", path });
 *   }
 *   override open(path: string, flags: number): Handle {
 *     const info = this.stat(path);
 *     return new class extends BaseHandle {
 *       override stat(): FileInfo { return info; }
 *       override readAt(buffer: Uint8Array, offset: number): number {
 *         const part = text.subarray(offset, offset + buffer.length);
 *         buffer.set(part);
 *         return part.length;
 *       }
 *     }(flags);
 *   }
 * }
 * assertEquals(await readFile(new Hello(), "/hello"), text);
 * ```
 */
export abstract class BaseProvider implements Provider {
  /** Nothing beyond the core, unless a subclass says otherwise. */
  readonly capabilities: CapabilitySet = CORE_ONLY;

  /** False, unless a subclass says otherwise. */
  readonly(): boolean {
    return false;
  }

  /** ENOSYS. */
  stat(path: string, _context?: Context): MaybePromise<FileInfo> {
    throw new FsError("ENOSYS", { syscall: "stat", path });
  }

  /** ENOSYS. */
  readDir(path: string, _context?: Context): MaybePromise<readonly DirEntry[]> {
    throw new FsError("ENOSYS", { syscall: "readDir", path });
  }

  /** ENOSYS. */
  open(path: string, _flags: number, _mode: number, _context?: Context): MaybePromise<Handle> {
    throw new FsError("ENOSYS", { syscall: "open", path });
  }

  /** `open` with O_RDWR, O_CREAT and O_TRUNC. */
  create(path: string, mode: number, context?: Context): MaybePromise<Handle> {
    return this.open(path, O_RDWR | O_CREAT | O_TRUNC, mode, context);
  }

  /** ENOSYS. */
  mkdir(path: string, _mode: number, _context?: Context): MaybePromise<void> {
    throw new FsError("ENOSYS", { syscall: "mkdir", path });
  }

  /** ENOSYS. */
  chmod(path: string, _mode: number, _context?: Context): MaybePromise<void> {
    throw new FsError("ENOSYS", { syscall: "chmod", path });
  }

  /** `unlink`, or `rmdir` for a directory. */
  remove(path: string, context?: Context): MaybePromise<void> {
    return rescue(
      () => this.unlink(path, context),
      (thrown) => {
        if (toErrno(thrown).code !== "EISDIR") throw thrown;
        return this.rmdir(path, context);
      },
    );
  }

  /** Removes the entries below, deepest first, then the path itself. */
  removeAll(path: string, context?: Context): MaybePromise<void> {
    return rescue(
      () => this.unlink(path, context),
      (thrown) => {
        const { code } = toErrno(thrown);
        if (code === "ENOENT") return;
        if (code !== "EISDIR") throw thrown;
        return chain(this.readDir(path, context), async (entries) => {
          for (const entry of entries) await this.removeAll(listedPath(path, entry.name), context);
          await this.rmdir(path, context);
        });
      },
    );
  }

  /** ENOSYS. */
  rename(oldPath: string, newPath: string, _context?: Context): MaybePromise<void> {
    throw new FsError("ENOSYS", { syscall: "rename", path: oldPath, dest: newPath });
  }

  /** ENOSYS. */
  symlink(target: string, link: string, _context?: Context): MaybePromise<void> {
    throw new FsError("ENOSYS", { syscall: "symlink", path: target, dest: link });
  }

  /** ENOSYS. */
  readlink(path: string, _context?: Context): MaybePromise<string> {
    throw new FsError("ENOSYS", { syscall: "readlink", path });
  }

  /** ENOSYS. */
  unlink(path: string, _context?: Context): MaybePromise<void> {
    throw new FsError("ENOSYS", { syscall: "unlink", path });
  }

  /** ENOSYS. */
  rmdir(path: string, _context?: Context): MaybePromise<void> {
    throw new FsError("ENOSYS", { syscall: "rmdir", path });
  }

  /** ENOSYS. */
  lstat(path: string, _context?: Context): MaybePromise<FileInfo> {
    throw new FsError("ENOSYS", { syscall: "lstat", path });
  }

  /** ENOSYS. */
  link(existing: string, newPath: string, _context?: Context): MaybePromise<void> {
    throw new FsError("ENOSYS", { syscall: "link", path: existing, dest: newPath });
  }

  /** ENOSYS. */
  linkHandle(_handle: Handle, newPath: string, _context?: Context): MaybePromise<void> {
    throw new FsError("ENOSYS", { syscall: "link", dest: newPath });
  }

  /** ENOSYS. */
  mknod(path: string, _mode: number, _rdev: number, _context?: Context): MaybePromise<void> {
    throw new FsError("ENOSYS", { syscall: "mknod", path });
  }

  /** ENOSYS. */
  chown(path: string, _uid: number, _gid: number, _context?: Context): MaybePromise<void> {
    throw new FsError("ENOSYS", { syscall: "chown", path });
  }

  /** ENOSYS. */
  lchown(path: string, _uid: number, _gid: number, _context?: Context): MaybePromise<void> {
    throw new FsError("ENOSYS", { syscall: "lchown", path });
  }

  /** ENOSYS. */
  utimes(
    path: string,
    _atime: TimeChange,
    _mtime: TimeChange,
    _context?: Context,
  ): MaybePromise<void> {
    throw new FsError("ENOSYS", { syscall: "utimes", path });
  }

  /** ENOSYS. */
  lutimes(
    path: string,
    _atime: TimeChange,
    _mtime: TimeChange,
    _context?: Context,
  ): MaybePromise<void> {
    throw new FsError("ENOSYS", { syscall: "lutimes", path });
  }

  /** ENOSYS. */
  truncate(path: string, _size: number, _context?: Context): MaybePromise<void> {
    throw new FsError("ENOSYS", { syscall: "truncate", path });
  }

  /** ENOSYS. */
  statfs(path: string, _context?: Context): MaybePromise<StatFs> {
    throw new FsError("ENOSYS", { syscall: "statfs", path });
  }

  /** ENOSYS. */
  rename2(
    oldPath: string,
    newPath: string,
    _flags: number,
    _context?: Context,
  ): MaybePromise<void> {
    throw new FsError("ENOSYS", { syscall: "rename2", path: oldPath, dest: newPath });
  }

  /** ENOSYS. */
  getXattr(path: string, _name: string, _context?: Context): MaybePromise<Uint8Array> {
    throw new FsError("ENOSYS", { syscall: "getXattr", path });
  }

  /** ENOSYS. */
  setXattr(
    path: string,
    _name: string,
    _value: Uint8Array,
    _flags: number,
    _context?: Context,
  ): MaybePromise<void> {
    throw new FsError("ENOSYS", { syscall: "setXattr", path });
  }

  /** ENOSYS. */
  listXattr(path: string, _context?: Context): MaybePromise<string[]> {
    throw new FsError("ENOSYS", { syscall: "listXattr", path });
  }

  /** ENOSYS. */
  removeXattr(path: string, _name: string, _context?: Context): MaybePromise<void> {
    throw new FsError("ENOSYS", { syscall: "removeXattr", path });
  }

  /** ENOSYS. */
  watch(path: string, _context?: Context): AsyncIterable<WatchEvent> {
    throw new FsError("ENOSYS", { syscall: "watch", path });
  }

  /** Holds nothing, unless a subclass does. */
  close(): MaybePromise<void> {}

  /** `close()` for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
