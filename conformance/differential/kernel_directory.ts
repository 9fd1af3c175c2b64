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
  join,
  O_CREAT,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
} from "../../src/base/mod.ts";
import {
  AT_EMPTY_PATH,
  AT_REMOVEDIR,
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
    return openat2(this.#root, first.put(below === "" ? "." : below), flags, mode, RESOLVE_IN_ROOT);
  }

  /** Runs `use` with a descriptor of the path itself. */
  #with<T>(path: string, follow: boolean, syscall: string, use: (fd: number) => T): T {
    const fd = check(this.#openBelow(path, O_PATH | (follow ? 0 : O_NOFOLLOW)), syscall, path);
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
    return this.#with(dirname(whole), true, syscall, (fd) => use(fd, name));
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
    const fd = check(this.#openBelow(path, O_DIRECTORY), "readDir", path);
    try {
      const names = [...Deno.readDirSync(`/proc/self/fd/${fd}`)].map((entry) => entry.name);
      return names.map((name) => {
        const info = this.lstat(join(clean(path), name));
        return new DirEntry(name, info.mode, info.ino, info);
      });
    } finally {
      close(fd);
    }
  }

  /** `open(2)`. */
  override open(path: string, flags: number, mode: number): Handle {
    const isCreated = (flags & O_CREAT) !== 0 || (flags & O_TMPFILE) === O_TMPFILE;
    const fd = this.#openBelow(path, flags, isCreated ? mode : 0);
    return new KernelHandle(check(fd, "open", path), flags, path);
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
    this.#in(existing, "link", (fd, name) => {
      this.#call(
        newPath,
        "link",
        (newFd, newName) => linkat(fd, first.put(name), newFd, second.put(newName)),
      );
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

  /** `lgetxattr(2)`. */
  override getXattr(path: string, name: string): Uint8Array {
    const size = this.#call(
      path,
      "getXattr",
      (fd, last) => lgetxattr(first.put(`/proc/self/fd/${fd}/${last}`), second.put(name), block),
    );
    return block.bytes.slice(0, size);
  }

  /** `lsetxattr(2)`. */
  override setXattr(path: string, name: string, value: Uint8Array, flags: number): void {
    this.#call(path, "setXattr", (fd, last) => {
      const address = first.put(`/proc/self/fd/${fd}/${last}`);
      return lsetxattr(address, second.put(name), new Uint8Array(value), flags);
    });
  }

  /** `llistxattr(2)`. */
  override listXattr(path: string): string[] {
    const size = this.#call(
      path,
      "listXattr",
      (fd, last) => llistxattr(first.put(`/proc/self/fd/${fd}/${last}`), block),
    );
    return namesIn(block, size);
  }

  /** `lremovexattr(2)`. */
  override removeXattr(path: string, name: string): void {
    this.#call(
      path,
      "removeXattr",
      (fd, last) => lremovexattr(first.put(`/proc/self/fd/${fd}/${last}`), second.put(name)),
    );
  }

  /** Lets go of the directory, and removes it with all that is in it. */
  override close(): void {
    close(this.#root);
    Deno.removeSync(this.#path, { recursive: true });
  }

  /** A new empty directory on tmpfs. */
  static onTmpfs(): KernelDirectory {
    return new KernelDirectory(Deno.makeTempDirSync({ dir: "/dev/shm", prefix: "fusewire-" }));
  }
}
