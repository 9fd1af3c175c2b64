/**
 * A provider that nobody can change.
 *
 * @module
 */
import {
  allowsWrite,
  chain,
  clean,
  dirname,
  type ErrnoName,
  FsError,
  isRegular,
  isSymlink,
  type MaybePromise,
  nullIfMissing,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  RENAME_WHITEOUT,
  rescue,
  toErrno,
} from "../base/mod.ts";
import {
  type Capability,
  type Context,
  type FileInfo,
  Forward,
  type Handle,
  type Leases,
  type OnLeaseOver,
  type Provider,
  type TimeChange,
} from "../provider/mod.ts";
import { ReadonlyHandle } from "./readonly_handle.ts";

/** One call that is about to be refused. */
interface Attempt {
  readonly syscall: string;
  /** The path or paths as the caller gave them, for the error. */
  readonly path: string;
  readonly dest?: string;
  readonly context: Context | undefined;
}

/** What a lease is about. */
const ANSWERS = ["stat", "lstat", "find", "readDir"] as const;

const RENAME_FLAGS = RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT;

/**
 * Lets everything be read and nothing be changed: every change is EROFS, on paths and on handles.
 * Locks can be taken and `sync` succeeds, as on Linux.
 *
 * What is wrong besides comes first, as on a read-only bind mount of Linux: a missing parent is
 * ENOENT, an existing name is EEXIST for `mkdir`, `symlink`, `link` and O_EXCL, a directory opened
 * for writing is EISDIR, a missing file is ENOENT for `chmod`, `truncate` and an open without
 * O_CREAT; `unlink`, `rmdir` and `rename` look at the parents only. O_CREAT alone opens a file that
 * exists. Two differences from Linux are seed 1's: O_APPEND is EROFS also without write access, and
 * so are `write` and `truncate` on a handle, where Linux answers EBADF and EINVAL.
 *
 * @example
 * ```ts
 * import { MemoryProvider, newReadonlyProvider, readFile, writeFile } from "@fusewire/vfs";
 * import { assertThrows } from "@std/assert";
 *
 * const memory = new MemoryProvider();
 * await writeFile(memory, "/notes", "to read");
 * const readonly = newReadonlyProvider(memory);
 * await readFile(readonly, "/notes");
 * assertThrows(() => readonly.unlink("/notes"), Error, 'Cannot unlink "/notes": EROFS');
 * ```
 */
export class ReadonlyProvider extends Forward {
  /** True. */
  override readonly(): boolean {
    return true;
  }

  /** As the inner provider. Who adds something knows better. */
  get startsNothing(): boolean {
    return this.constructor === ReadonlyProvider && this.inner.startsNothing === true;
  }

  /** As the inner provider's, where it has one. Who has an `lstat` of his own means that. */
  find(path: string, context?: Context): MaybePromise<FileInfo | null> {
    const { inner } = this;
    const isOurs = this.lstat === ReadonlyProvider.prototype.lstat;
    return isOurs && inner.find !== undefined
      ? inner.find(path, context)
      : rescue(() => this.lstat(path, context), nullIfMissing);
  }

  /** As the inner provider. Not of those who answer in a way of their own. */
  leases(onOver: OnLeaseOver): Leases | null {
    const isOurs = ANSWERS.every((name) => this[name] === ReadonlyProvider.prototype[name]);
    return isOurs ? this.inner.leases?.(onOver) ?? null : null;
  }

  /** Opens for reading; every flag that could change something is refused. */
  override open(
    path: string,
    flags: number,
    mode: number,
    context?: Context,
  ): MaybePromise<Handle> {
    if ((flags & O_PATH) !== 0 || !mayChange(flags)) {
      return this.#opened(path, flags, mode, context);
    }
    const attempt = { syscall: "open", path, context };
    if ((flags & (O_CREAT | O_EXCL)) === (O_CREAT | O_EXCL)) return this.#refuseNew(attempt);
    const temporary = (flags & O_TMPFILE) === O_TMPFILE;
    const follow = (flags & O_NOFOLLOW) === 0;
    return rescue(
      () =>
        chain(this.#find(attempt, path, follow), (info) => {
          if (temporary) throw failure(attempt, info.isDir ? "EROFS" : "ENOTDIR");
          if (isSymlink(info.mode)) throw failure(attempt, "ELOOP");
          if (info.isDir) throw failure(attempt, "EISDIR");
          if ((flags & O_DIRECTORY) !== 0) throw failure(attempt, "ENOTDIR");
          if (allowsWrite(flags) || (flags & (O_TRUNC | O_APPEND)) !== 0) {
            throw failure(attempt, "EROFS");
          }
          // Without O_CREAT, so that nothing is made when the file goes in the meantime.
          return this.#opened(path, flags & ~O_CREAT, mode, context);
        }),
      (thrown) => {
        if (toErrno(thrown).code !== "ENOENT" || temporary || (flags & O_CREAT) === 0) throw thrown;
        return this.#refuseInParent(attempt);
      },
    );
  }

  /** As `open` with O_RDWR, O_CREAT and O_TRUNC. */
  override create(path: string, mode: number, context?: Context): MaybePromise<Handle> {
    return this.open(path, O_RDWR | O_CREAT | O_TRUNC, mode, context);
  }

  /** EROFS. */
  override mkdir(path: string, _mode: number, context?: Context): MaybePromise<void> {
    return this.#refuseNew({ syscall: "mkdir", path, context });
  }

  /** EROFS. */
  override chmod(path: string, _mode: number, context?: Context): MaybePromise<void> {
    return this.#refuseFound({ syscall: "chmod", path, context }, true);
  }

  /** EROFS. */
  override remove(path: string, context?: Context): MaybePromise<void> {
    return this.#refuseRemoval({ syscall: "remove", path, context }, "EBUSY");
  }

  /** EROFS, unless there is nothing to remove. */
  override removeAll(path: string, context?: Context): MaybePromise<void> {
    const attempt = { syscall: "removeAll", path, context };
    return rescue(
      () => this.#refuseFound(attempt, false),
      (thrown) => {
        if (toErrno(thrown).code !== "ENOENT") throw thrown;
      },
    );
  }

  /** EROFS. */
  override unlink(path: string, context?: Context): MaybePromise<void> {
    return this.#refuseRemoval({ syscall: "unlink", path, context }, "EISDIR");
  }

  /** EROFS. */
  override rmdir(path: string, context?: Context): MaybePromise<void> {
    return this.#refuseRemoval({ syscall: "rmdir", path, context }, "EBUSY");
  }

  /** EROFS. */
  override rename(oldPath: string, newPath: string, context?: Context): MaybePromise<void> {
    return this.#refuseRename({ syscall: "rename", path: oldPath, dest: newPath, context });
  }

  /** EROFS. */
  override rename2(
    oldPath: string,
    newPath: string,
    flags: number,
    context?: Context,
  ): MaybePromise<void> {
    if (this.#lacks("rename2")) return super.rename2(oldPath, newPath, flags, context);
    const attempt = { syscall: "rename2", path: oldPath, dest: newPath, context };
    const exclusive = (flags & RENAME_EXCHANGE) !== 0 && flags !== RENAME_EXCHANGE;
    if ((flags & ~RENAME_FLAGS) !== 0 || exclusive) throw failure(attempt, "EINVAL");
    return this.#refuseRename(attempt);
  }

  /** EROFS. */
  override symlink(target: string, link: string, context?: Context): MaybePromise<void> {
    if (this.#lacks("symlink")) return super.symlink(target, link, context);
    const attempt = { syscall: "symlink", path: target, dest: link, context };
    if (target === "") throw failure(attempt, "ENOENT");
    return this.#refuseNew(attempt);
  }

  /** EROFS. */
  override link(existing: string, newPath: string, context?: Context): MaybePromise<void> {
    if (this.#lacks("link")) return super.link(existing, newPath, context);
    const attempt = { syscall: "link", path: existing, dest: newPath, context };
    return chain(this.#find(attempt, existing, false), () => this.#refuseNew(attempt));
  }

  /** EROFS. */
  override linkHandle(handle: Handle, newPath: string, context?: Context): MaybePromise<void> {
    if (this.#lacks("tmpfile")) return super.linkHandle(handle, newPath, context);
    return this.#refuseNew({ syscall: "link", path: newPath, context });
  }

  /** EROFS. */
  override mknod(
    path: string,
    mode: number,
    rdev: number,
    context?: Context,
  ): MaybePromise<void> {
    if (this.#lacks("mknod")) return super.mknod(path, mode, rdev, context);
    return this.#refuseNew({ syscall: "mknod", path, context });
  }

  /** EROFS. */
  override chown(path: string, uid: number, gid: number, context?: Context): MaybePromise<void> {
    if (this.#lacks("chown")) return super.chown(path, uid, gid, context);
    return this.#refuseFound({ syscall: "chown", path, context }, true);
  }

  /** EROFS. */
  override lchown(path: string, uid: number, gid: number, context?: Context): MaybePromise<void> {
    if (this.#lacks("chown")) return super.lchown(path, uid, gid, context);
    return this.#refuseFound({ syscall: "lchown", path, context }, false);
  }

  /** EROFS, unless both times are left as they are. */
  override utimes(
    path: string,
    atime: TimeChange,
    mtime: TimeChange,
    context?: Context,
  ): MaybePromise<void> {
    if (this.#lacks("utimes")) return super.utimes(path, atime, mtime, context);
    if (atime === null && mtime === null) return;
    return this.#refuseFound({ syscall: "utimes", path, context }, true);
  }

  /** EROFS, unless both times are left as they are. */
  override lutimes(
    path: string,
    atime: TimeChange,
    mtime: TimeChange,
    context?: Context,
  ): MaybePromise<void> {
    if (this.#lacks("utimes")) return super.lutimes(path, atime, mtime, context);
    if (atime === null && mtime === null) return;
    return this.#refuseFound({ syscall: "lutimes", path, context }, false);
  }

  /** EROFS. */
  override truncate(path: string, size: number, context?: Context): MaybePromise<void> {
    if (this.#lacks("truncate")) return super.truncate(path, size, context);
    const attempt = { syscall: "truncate", path, context };
    if (!Number.isSafeInteger(size) || size < 0) throw failure(attempt, "EINVAL");
    return chain(this.#find(attempt, path, true), (info) => {
      if (info.isDir) throw failure(attempt, "EISDIR");
      throw failure(attempt, isRegular(info.mode) ? "EROFS" : "EINVAL");
    });
  }

  /** EROFS. */
  override setXattr(
    path: string,
    name: string,
    value: Uint8Array,
    flags: number,
    context?: Context,
  ): MaybePromise<void> {
    if (this.#lacks("xattr")) return super.setXattr(path, name, value, flags, context);
    return this.#refuseFound({ syscall: "setXattr", path, context }, false);
  }

  /** EROFS. */
  override removeXattr(path: string, name: string, context?: Context): MaybePromise<void> {
    if (this.#lacks("xattr")) return super.removeXattr(path, name, context);
    return this.#refuseFound({ syscall: "removeXattr", path, context }, false);
  }

  /** Whether the provider below lacks the capability; then the answer is its ENOSYS. */
  #lacks(capability: Capability): boolean {
    return !this.inner.capabilities.has(capability);
  }

  #opened(
    path: string,
    flags: number,
    mode: number,
    context: Context | undefined,
  ): MaybePromise<Handle> {
    return chain(
      this.inner.open(path, flags, mode, context),
      (handle) => new ReadonlyHandle(handle, path, this.inner.capabilities),
    );
  }

  /** The attributes; an error is one of the attempt. */
  #find(attempt: Attempt, path: string, follow: boolean): MaybePromise<FileInfo> {
    return rescue(
      () =>
        follow || this.#lacks("lstat")
          ? this.inner.stat(path, attempt.context)
          : this.inner.lstat(path, attempt.context),
      (thrown) => {
        throw thrown instanceof FsError ? failure(attempt, thrown.code) : thrown;
      },
    );
  }

  /** Refuses a change of something that must be there. */
  #refuseFound(attempt: Attempt, follow: boolean): MaybePromise<never> {
    return chain(this.#find(attempt, attempt.path, follow), () => {
      throw failure(attempt, "EROFS");
    });
  }

  /** Refuses a new name, which must not be there. */
  #refuseNew(attempt: Attempt): MaybePromise<never> {
    return rescue(
      () =>
        chain(this.#find(attempt, attempt.dest ?? attempt.path, false), () => {
          throw failure(attempt, "EEXIST");
        }),
      (thrown) => {
        if (toErrno(thrown).code !== "ENOENT") throw thrown;
        return this.#refuseInParent(attempt);
      },
    );
  }

  /** Refuses a change in a directory, which must be there. */
  #refuseInParent(attempt: Attempt): MaybePromise<never> {
    return chain(this.#requireParent(attempt, attempt.dest ?? attempt.path), () => {
      throw failure(attempt, "EROFS");
    });
  }

  #requireParent(attempt: Attempt, path: string): MaybePromise<void> {
    return chain(this.#find(attempt, dirname(clean(path)), true), (info) => {
      if (!info.isDir) throw failure(attempt, "ENOTDIR");
    });
  }

  #refuseRemoval(attempt: Attempt, ofRoot: ErrnoName): MaybePromise<never> {
    if (clean(attempt.path) === "/") throw failure(attempt, ofRoot);
    return this.#refuseInParent(attempt);
  }

  #refuseRename(attempt: Attempt & { readonly dest: string }): MaybePromise<never> {
    return chain(
      this.#requireParent(attempt, attempt.path),
      () =>
        chain(this.#requireParent(attempt, attempt.dest), () => {
          const root = clean(attempt.path) === "/" || clean(attempt.dest) === "/";
          throw failure(attempt, root ? "EBUSY" : "EROFS");
        }),
    );
  }
}

/** Whether an open with these flags could change something. */
function mayChange(flags: number): boolean {
  return allowsWrite(flags) || (flags & (O_TRUNC | O_APPEND | O_CREAT)) !== 0;
}

function failure(attempt: Attempt, code: ErrnoName): FsError {
  const { syscall, path, dest } = attempt;
  return new FsError(code, dest === undefined ? { syscall, path } : { syscall, path, dest });
}

/** Seed 1's `NewReadonlyProvider`. */
export function newReadonlyProvider(inner: Provider): ReadonlyProvider {
  return new ReadonlyProvider(inner);
}
