/**
 * The oracle: a directory of the host (on tmpfs, if you ask what MemoryProvider asks), used with nothing but
 * system calls.
 *
 * It is as simple as it can be and knows no rule of its own: the directory's own root is the root of every
 * path (`openat2(2)` with RESOLVE_IN_ROOT), and each method is the system call of its name. Needs root,
 * Linux, FFI and a umask of 0.
 *
 * @module
 */
import {
  basename,
  clean,
  dirname,
  ERRNO,
  FsError,
  isDirectory,
  isRegular,
  join,
  O_CREAT,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
} from "../../src/base/mod.ts";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_REMOVEDIR,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  check,
  chmod,
  close,
  CStringArea,
  fchownat,
  lgetxattr,
  linkat,
  llistxattr,
  lremovexattr,
  lsetxattr,
  MemoryBlock,
  mkdirat,
  mknodat,
  open,
  openat2,
  readlinkat,
  renameat2,
  RESOLVE_IN_ROOT,
  symlinkat,
  truncate,
  unlinkat,
} from "../../src/libc/mod.ts";
import {
  ALL_CAPABILITIES,
  BaseProvider,
  type CapabilitySet,
  DirEntry,
  type FileInfo,
  type Handle,
} from "../../src/provider/mod.ts";
import { describe, KernelHandle, namesIn } from "./kernel_handle.ts";

const first = new CStringArea();
const second = new CStringArea();
const block = new MemoryBlock(65_536);
/** How often a path is tried again that somebody's rename got in the way of. */
const ATTEMPTS_MAX = 1000;

function isOpenable(mode: number): boolean {
  return isRegular(mode) || isDirectory(mode);
}

/** A host directory as a provider, call by call. */
export class KernelDirectory extends BaseProvider {
  /** The kernel can do all of it. */
  override readonly capabilities: CapabilitySet = ALL_CAPABILITIES;
  readonly #root: number;
  readonly #path: string;

  /** @param path An existing directory. */
  constructor(path: string) {
    super();
    this.#path = path;
    this.#root = check(open(path, O_PATH | O_DIRECTORY), "open", path);
  }

  #openBelow(path: string, flags: number, mode = 0): number {
    const below = clean(path).slice(1);
    const name = first.put(below === "" ? "." : below);
    // EAGAIN says that somebody renamed something, anywhere on the machine, while `..` was resolved.
    for (let attempt = 1;; attempt++) {
      const result = openat2(this.#root, name, flags, mode, RESOLVE_IN_ROOT);
      if (result !== -ERRNO.EAGAIN.number || attempt === ATTEMPTS_MAX) return result;
    }
  }

  /** Runs `use` with a descriptor of the path itself. */
  #with<T>(path: string, follow: boolean, syscall: string, use: (fd: number) => T): T {
    return this.#using(path, O_PATH | (follow ? 0 : O_NOFOLLOW), syscall, use);
  }

  #using<T>(path: string, flags: number, syscall: string, use: (fd: number) => T): T {
    const fd = check(this.#openBelow(path, flags), syscall, path);
    try {
      return use(fd);
    } finally {
      close(fd);
    }
  }

  /** Runs `use` with a descriptor of the directory that has the name. */
  #in<T>(path: string, syscall: string, use: (fd: number, name: string) => T): T {
    const whole = clean(path);
    const name = whole === "/" ? "." : basename(whole);
    return this.#using(dirname(whole), O_PATH | O_DIRECTORY, syscall, (fd) => use(fd, name));
  }

  #call(path: string, syscall: string, use: (fd: number, name: string) => number): number {
    return this.#in(path, syscall, (fd, name) => check(use(fd, name), syscall, path));
  }

  /** `stat(2)`. */
  override stat(path: string): FileInfo {
    return this.#with(path, true, "stat", (fd) => describe(fd, basename(clean(path))));
  }

  /** `lstat(2)`. */
  override lstat(path: string): FileInfo {
    return this.#with(path, false, "lstat", (fd) => describe(fd, basename(clean(path))));
  }

  /** `readdir(3)`. */
  override readDir(path: string): DirEntry[] {
    return this.#using(path, O_DIRECTORY, "readDir", (fd) => {
      const names = [...Deno.readDirSync(`/proc/self/fd/${fd}`)].map((entry) => entry.name);
      return names.map((name) => {
        const info = this.lstat(join(clean(path), name));
        return new DirEntry(name, info.mode, info.ino, info);
      });
    });
  }

  /**
   * `open(2)`, which does not wait for the other end of a pipe. Opening what is neither a file nor a directory is ENXIO
   * here, also where the kernel looks at the directory first: with O_CREAT somebody else's socket in a sticky one that all
   * may write to is EACCES (`may_create_in_sticky` in fs/namei.c).
   */
  override open(path: string, flags: number, mode: number): Handle {
    const isCreated = (flags & O_CREAT) !== 0 || (flags & O_TMPFILE) === O_TMPFILE;
    const isPath = (flags & O_PATH) !== 0;
    const fd = this.#openBelow(path, flags | (isPath ? 0 : O_NONBLOCK), isCreated ? mode : 0);
    const isInSticky = isCreated && fd === -ERRNO.EACCES.number;
    if (isInSticky && !isOpenable(this.stat(path).mode)) {
      throw new FsError("ENXIO", { syscall: "open", path });
    }
    const handle = new KernelHandle(check(fd, "open", path), flags, path);
    if (isPath || isOpenable(handle.stat().mode)) return handle;
    handle.close();
    throw new FsError("ENXIO", { syscall: "open", path });
  }

  /** `open(2)`. */
  override create(path: string, mode: number): Handle {
    return this.open(path, O_RDWR | O_CREAT | O_TRUNC, mode);
  }

  /** `mkdir(2)`. */
  override mkdir(path: string, mode: number): void {
    this.#call(path, "mkdir", (fd, name) => mkdirat(fd, first.put(name), mode));
  }

  /** `mknod(2)`. */
  override mknod(path: string, mode: number, rdev: number): void {
    this.#call(path, "mknod", (fd, name) => mknodat(fd, first.put(name), mode, rdev));
  }

  /** `chmod(2)`. */
  override chmod(path: string, mode: number): void {
    this.#with(path, true, "chmod", (fd) => {
      check(chmod(first.put(`/proc/self/fd/${fd}`), mode), "chmod", path);
    });
  }

  /** `chown(2)`. */
  override chown(path: string, uid: number, gid: number): void {
    this.#with(path, true, "chown", (fd) => {
      check(fchownat(fd, first.put(""), uid, gid, AT_EMPTY_PATH), "chown", path);
    });
  }

  /** `lchown(2)`. */
  override lchown(path: string, uid: number, gid: number): void {
    this.#call(
      path,
      "lchown",
      (fd, name) => fchownat(fd, first.put(name), uid, gid, AT_SYMLINK_NOFOLLOW),
    );
  }

  /** `truncate(2)`. */
  override truncate(path: string, size: number): void {
    this.#with(path, true, "truncate", (fd) => {
      check(truncate(first.put(`/proc/self/fd/${fd}`), size), "truncate", path);
    });
  }

  /** `unlink(2)`. */
  override unlink(path: string): void {
    this.#call(path, "unlink", (fd, name) => unlinkat(fd, first.put(name), 0));
  }

  /** `rmdir(2)`. */
  override rmdir(path: string): void {
    this.#call(path, "rmdir", (fd, name) => unlinkat(fd, first.put(name), AT_REMOVEDIR));
  }

  /** `rename(2)`. */
  override rename(oldPath: string, newPath: string): void {
    this.rename2(oldPath, newPath, 0);
  }

  /** `renameat2(2)`. */
  override rename2(oldPath: string, newPath: string, flags: number): void {
    this.#in(oldPath, "rename2", (fd, name) => {
      this.#call(
        newPath,
        "rename2",
        (newFd, newName) => renameat2(fd, first.put(name), newFd, second.put(newName), flags),
      );
    });
  }

  /** `link(2)`. */
  override link(existing: string, newPath: string): void {
    // linkat(2) resolves all of the first path before it looks at the second.
    this.#with(existing, false, "link", () => {});
    this.#in(existing, "link", (fd, name) => {
      this.#call(
        newPath,
        "link",
        (newFd, newName) => linkat(fd, first.put(name), newFd, second.put(newName)),
      );
    });
  }

  /** `linkat(2)` with AT_SYMLINK_FOLLOW. */
  override linkHandle(handle: Handle, newPath: string): void {
    if (!(handle instanceof KernelHandle)) throw new FsError("EXDEV", { syscall: "link" });
    const old = `/proc/self/fd/${handle.fd}`;
    this.#call(newPath, "link", (fd, name) => {
      return linkat(AT_FDCWD, first.put(old), fd, second.put(name), AT_SYMLINK_FOLLOW);
    });
  }

  /** `symlink(2)`. */
  override symlink(target: string, link: string): void {
    this.#call(
      link,
      "symlink",
      (fd, name) => symlinkat(second.put(target), fd, first.put(name)),
    );
  }

  /** `readlink(2)`. */
  override readlink(path: string): string {
    const size = this.#call(
      path,
      "readlink",
      (fd, name) => readlinkat(fd, first.put(name), block),
    );
    return new TextDecoder().decode(block.bytes.subarray(0, size));
  }

  /** An xattr call on a path. The kernel looks at the other arguments first: so an empty path comes first. */
  #xattr(path: string, syscall: string, use: (address: number) => number): number {
    const early = use(first.put(""));
    if (early !== -ERRNO.ENOENT.number) check(early, syscall, path);
    return this.#call(path, syscall, (fd, name) => use(first.put(`/proc/self/fd/${fd}/${name}`)));
  }

  /** `lgetxattr(2)`. */
  override getXattr(path: string, name: string): Uint8Array {
    const value = second.put(name);
    const size = this.#xattr(path, "getXattr", (address) => lgetxattr(address, value, block));
    return block.bytes.slice(0, size);
  }

  /** `lsetxattr(2)`. */
  override setXattr(path: string, name: string, value: Uint8Array, flags: number): void {
    const bytes = new Uint8Array(value);
    const nameAddress = second.put(name);
    this.#xattr(path, "setXattr", (address) => lsetxattr(address, nameAddress, bytes, flags));
  }

  /** `llistxattr(2)`. */
  override listXattr(path: string): string[] {
    return namesIn(
      block,
      this.#xattr(path, "listXattr", (address) => llistxattr(address, block)),
    );
  }

  /** `lremovexattr(2)`. */
  override removeXattr(path: string, name: string): void {
    const nameAddress = second.put(name);
    this.#xattr(path, "removeXattr", (address) => lremovexattr(address, nameAddress));
  }

  /** Lets go of the directory, and removes it with all that is in it. */
  override close(): void {
    close(this.#root);
    Deno.removeSync(this.#path, { recursive: true });
  }

  /** A new empty directory on tmpfs. */
  static onTmpfs(): KernelDirectory {
    const path = Deno.makeTempDirSync({ dir: "/dev/shm", prefix: "fusewire-" });
    Deno.chmodSync(path, 0o755);
    return new KernelDirectory(path);
  }
}
