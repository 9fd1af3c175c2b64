/**
 * A real directory through Deno's own API.
 *
 * @module
 */
import {
  allowsRead,
  allowsWrite,
  clean,
  FsError,
  join,
  MODE_PERMISSIONS,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  O_TMPFILE,
  O_TRUNC,
  S_ISVTX,
  toErrno,
} from "../base/mod.ts";
import {
  BaseProvider,
  type CapabilitySet,
  type Context,
  type DirEntry,
  type FileInfo,
} from "../provider/mod.ts";
import { RealDirEntry } from "./real_listing.ts";
import { PlainHandle, plainInfo } from "./real_plain_handle.ts";
import { type PlainPlace, resolvePlain } from "./real_plain_path.ts";

/** O_TMPFILE without the O_DIRECTORY that it includes. */
const TMPFILE_BIT = O_TMPFILE & ~O_DIRECTORY;
const MKDIR_MODE = 0o777 | S_ISVTX;

/**
 * The provider behind `RealFSProvider` where no system calls can be made. It resolves every path
 * itself, below the root, and then names what it found by a path of the host: somebody who swaps a
 * directory for a link between the two is not kept in. Everything belongs to the process.
 */
export class PlainProvider extends BaseProvider {
  /** What Deno's API can do as the contract wants it. */
  override readonly capabilities: CapabilitySet = new Set([
    "lstat",
    "symlink",
    "link",
    "truncate",
    "inode",
  ]);
  readonly #root: string;
  #isClosed = false;

  /** @throws {FsError} ENOENT, ENOTDIR, or EACCES without the permission to read it. */
  constructor(root: string) {
    super();
    this.#root = run("open", root, undefined, () => Deno.realPathSync(root));
    const { isDirectory } = run("open", root, undefined, () => Deno.statSync(this.#root));
    if (!isDirectory) throw new FsError("ENOTDIR", { syscall: "open", path: root });
  }

  /** Resolves a path and uses what is there; fails with ENOENT where nothing is. */
  #on<T>(
    syscall: string,
    path: string,
    follow: boolean,
    use: (hostPath: string, info: Deno.FileInfo) => T,
  ): T {
    return run(syscall, path, undefined, () => {
      const { hostPath, info } = this.#resolve(path, follow);
      if (info === null) throw new FsError("ENOENT");
      return use(hostPath, info);
    });
  }

  /** Resolves a path and makes something where nothing is; fails with EEXIST where something is. */
  #make(syscall: string, path: string, make: (hostPath: string) => void): void {
    run(syscall, path, undefined, () => {
      const { hostPath, info } = this.#resolve(path, false);
      if (info !== null) throw new FsError("EEXIST");
      make(hostPath);
    });
  }

  #resolve(path: string, follow: boolean): PlainPlace {
    if (this.#isClosed) throw new FsError("EBADF");
    return resolvePlain(this.#root, clean(path), follow);
  }

  /** The attributes; a final symbolic link is followed. */
  override stat(path: string, _context?: Context): FileInfo {
    return this.#on("stat", path, true, (_, info) => plainInfo(clean(path), info));
  }

  /** The attributes; a final symbolic link is described itself. */
  override lstat(path: string, _context?: Context): FileInfo {
    return this.#on("lstat", path, false, (_, info) => plainInfo(clean(path), info));
  }

  /** The entries; EILSEQ when a name in it is not UTF-8, since Deno's API cannot express it. */
  override readDir(path: string, _context?: Context): DirEntry[] {
    const cleaned = clean(path);
    return this.#on("readDir", path, true, (hostPath, info) => {
      if (!info.isDirectory) throw new FsError("ENOTDIR");
      return Array.from(Deno.readDirSync(hostPath), ({ name }) => {
        const { mode, ino } = plainInfo(name, entryInfo(join(hostPath, name)));
        return new RealDirEntry(name, mode, ino, this, cleaned);
      });
    });
  }

  /** Opens a regular file or a directory; ENOSYS for O_PATH and O_TMPFILE. */
  override open(path: string, flags: number, mode: number, _context?: Context): PlainHandle {
    return run("open", path, undefined, () => {
      if ((flags & (O_PATH | TMPFILE_BIT)) !== 0) throw new FsError("ENOSYS");
      const isCreated = (flags & O_CREAT) !== 0;
      if (isCreated && (flags & O_DIRECTORY) !== 0) throw new FsError("EINVAL");
      const isExclusive = isCreated && (flags & O_EXCL) !== 0;
      const { hostPath, info } = this.#resolve(path, !isExclusive && (flags & O_NOFOLLOW) === 0);
      const file = info === null
        ? createFile(hostPath, flags, mode & MODE_PERMISSIONS)
        : openFile(hostPath, flags, info);
      return new PlainHandle(file, flags, path);
    });
  }

  /** Makes one directory. */
  override mkdir(path: string, mode: number, _context?: Context): void {
    this.#make("mkdir", path, (hostPath) => {
      Deno.mkdirSync(hostPath, { mode: mode & MKDIR_MODE });
      setMode(hostPath, mode & MKDIR_MODE);
    });
  }

  /** Sets the permission bits; a final symbolic link is followed. */
  override chmod(path: string, mode: number, _context?: Context): void {
    this.#on("chmod", path, true, (hostPath) => Deno.chmodSync(hostPath, mode & MODE_PERMISSIONS));
  }

  /** Moves a path. */
  override rename(oldPath: string, newPath: string, _context?: Context): void {
    run("rename", oldPath, newPath, () => {
      const from = this.#resolve(oldPath, false);
      const to = this.#resolve(newPath, false);
      if (from.hostPath === this.#root || to.hostPath === this.#root) throw new FsError("EBUSY");
      Deno.renameSync(from.hostPath, to.hostPath);
    });
  }

  /** Makes a symbolic link. */
  override symlink(target: string, link: string, _context?: Context): void {
    run("symlink", target, link, () => {
      if (target === "") throw new FsError("ENOENT");
      const { hostPath, info } = this.#resolve(link, false);
      if (info !== null) throw new FsError("EEXIST");
      if (target.includes("\0")) throw new FsError("EINVAL");
      if (!target.isWellFormed()) throw new FsError("EILSEQ");
      Deno.symlinkSync(target, hostPath);
    });
  }

  /** The target of a symbolic link. */
  override readlink(path: string, _context?: Context): string {
    return this.#on("readlink", path, false, (hostPath, info) => {
      if (!info.isSymlink) throw new FsError("EINVAL");
      return Deno.readLinkSync(hostPath);
    });
  }

  /** Gives a file a second name. */
  override link(existing: string, newPath: string, _context?: Context): void {
    run("link", existing, newPath, () => {
      const from = this.#resolve(existing, false);
      const to = this.#resolve(newPath, false);
      if (from.info === null) throw new FsError("ENOENT");
      if (to.info !== null) throw new FsError("EEXIST");
      if (from.info.isDirectory) throw new FsError("EPERM");
      Deno.linkSync(from.hostPath, to.hostPath);
    });
  }

  /** Removes a name that is not a directory. */
  override unlink(path: string, _context?: Context): void {
    this.#on("unlink", path, false, (hostPath, info) => {
      if (info.isDirectory) throw new FsError("EISDIR");
      Deno.removeSync(hostPath);
    });
  }

  /** Removes an empty directory. */
  override rmdir(path: string, _context?: Context): void {
    this.#on("rmdir", path, false, (hostPath, info) => {
      if (!info.isDirectory) throw new FsError("ENOTDIR");
      if (hostPath === this.#root) throw new FsError("EBUSY");
      Deno.removeSync(hostPath);
    });
  }

  /** Removes a tree; links in it are removed, not followed. The root cannot go (EBUSY). */
  override removeAll(path: string, _context?: Context): void {
    run("removeAll", path, undefined, () => {
      const { hostPath, info } = this.#find(path);
      if (info === null) return;
      if (hostPath === this.#root) throw new FsError("EBUSY");
      Deno.removeSync(hostPath, { recursive: true });
    });
  }

  /** As resolving, but a missing directory on the way is no error. */
  #find(path: string): PlainPlace {
    try {
      return this.#resolve(path, false);
    } catch (thrown) {
      if (toErrno(thrown).code !== "ENOENT") throw thrown;
      return { hostPath: "", info: null };
    }
  }

  /** Sets the size of a file; a final symbolic link is followed. */
  override truncate(path: string, size: number, _context?: Context): void {
    this.#on("truncate", path, true, (hostPath, info) => {
      if (info.isDirectory) throw new FsError("EISDIR");
      if (!info.isFile || !Number.isSafeInteger(size) || size < 0) throw new FsError("EINVAL");
      Deno.truncateSync(hostPath, size);
    });
  }

  /** Everything is EBADF from now on; open handles stay usable. */
  override close(): void {
    this.#isClosed = true;
  }
}

/** Runs a call; what it throws becomes an FsError in the caller's terms. */
function run<T>(syscall: string, path: string, dest: string | undefined, call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    const cause = thrown instanceof FsError ? undefined : thrown;
    throw new FsError(toErrno(thrown).code, { syscall, path, dest, cause });
  }
}

/** A replacement character may be the name's own, or stand for bytes that are not UTF-8. */
function entryInfo(hostPath: string): Deno.FileInfo {
  try {
    return Deno.lstatSync(hostPath);
  } catch (thrown) {
    throw hostPath.includes("\ufffd") ? new FsError("EILSEQ", { cause: thrown }) : thrown;
  }
}

function setMode(hostPath: string, mode: number): void {
  if (Deno.build.os !== "windows") Deno.chmodSync(hostPath, mode);
}

function createFile(hostPath: string, flags: number, mode: number): Deno.FsFile {
  if ((flags & O_CREAT) === 0) throw new FsError("ENOENT");
  const append = (flags & O_APPEND) !== 0;
  // Deno makes files only when they are opened for writing too; the handle allows what its flags do.
  const file = Deno.openSync(hostPath, { createNew: true, read: true, write: true, append, mode });
  setMode(hostPath, mode);
  return file;
}

function openFile(hostPath: string, flags: number, info: Deno.FileInfo): Deno.FsFile {
  if ((flags & O_CREAT) !== 0 && (flags & O_EXCL) !== 0) throw new FsError("EEXIST");
  const isChanged = allowsWrite(flags) || (flags & (O_CREAT | O_TRUNC)) !== 0;
  if (info.isDirectory && isChanged) throw new FsError("EISDIR");
  if (!info.isDirectory && (flags & O_DIRECTORY) !== 0) throw new FsError("ENOTDIR");
  if (info.isSymlink) throw new FsError("ELOOP");
  if (!info.isDirectory && !info.isFile) throw new FsError("ENXIO");
  const file = Deno.openSync(hostPath, {
    read: allowsRead(flags),
    write: allowsWrite(flags) && (flags & O_APPEND) === 0,
    append: allowsWrite(flags) && (flags & O_APPEND) !== 0,
  });
  const opened = file.statSync();
  if (opened.ino !== info.ino || opened.dev !== info.dev) {
    file.close();
    // Somebody has put another file in the place since it was looked at.
    throw new FsError("ESTALE");
  }
  if ((flags & O_TRUNC) !== 0) {
    if (allowsWrite(flags)) file.truncateSync(0);
    else Deno.truncateSync(hostPath, 0);
  }
  return file;
}
