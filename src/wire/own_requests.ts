/**
 * What the requests of a client mean for what it knows.
 *
 * @module
 */
import {
  basename,
  dirname,
  ERRNO,
  isSymlink,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_TMPFILE,
  O_TRUNC,
} from "../base/mod.ts";
import type { CachedName } from "./cached_name.ts";
import type { LeaseBook } from "./lease_book.ts";
import { unsoundName } from "./listed_names.ts";
import type { NameTree } from "./name_tree.ts";
import { OpCode } from "./op_code.ts";
import { fileInfoOf } from "./remote_info.ts";
import { ReplyLane } from "./reply_lane.ts";
import type { VFSRequest } from "./vfs_request.ts";
import type { VFSResponse } from "./vfs_response.ts";

/** `err` of a reply about a name that is not there. */
const ENOENT = -ERRNO.ENOENT.number;

/** An open file, which is known by its inode: it may have moved. */
export interface CachedFile {
  /** The number of its inode; 0 when it is not known. */
  readonly ino: number | bigint;
}

/** Told of the reply to a request. */
export type Answered = (reply: VFSResponse) => void;

/** Operations that make the name `path`, or may make it. */
const MAKES: ReadonlySet<number> = new Set([
  OpCode.Mkdir,
  OpCode.Symlink,
  OpCode.Mknod,
  OpCode.Create,
]);
/** Operations that remove the name `path`. */
const REMOVES: ReadonlySet<number> = new Set([
  OpCode.Unlink,
  OpCode.Rmdir,
  OpCode.Remove,
  OpCode.RemoveAll,
]);
/** Operations that change nothing that is kept here. */
const NEUTRAL: ReadonlySet<number> = new Set([
  OpCode.Release,
  OpCode.Fsync,
  OpCode.SetLock,
  OpCode.Watch,
  OpCode.Unwatch,
]);
/** Operations that change the open file, and nothing else. */
const CHANGES_FILE: ReadonlySet<number> = new Set([OpCode.Read, OpCode.Write, OpCode.Allocate]);

/** Operations on the extended attributes of `path`. */
const XATTRS: ReadonlySet<number> = new Set([OpCode.SetXattr, OpCode.RemoveXattr]);

const isTmpfile = (flags: number): boolean => (flags & O_TMPFILE) === O_TMPFILE;

/**
 * Sees every request go out and every reply come in, and has the tree of names forget and learn: see the
 * invariants of `RemoteCache`.
 */
export class OwnRequests {
  readonly #tree: NameTree;
  readonly #book: LeaseBook | null;
  /** Whether the paths of the request that is being sent lead through no symbolic link. */
  #isReal = false;

  /** @param book The leases; null where notices tell of everything. */
  constructor(tree: NameTree, book: LeaseBook | null) {
    this.#tree = tree;
    this.#book = book;
  }

  /**
   * A request is being sent.
   *
   * @param file The open file that it is about.
   * @param file2 The second one.
   * @param isReal Whether its paths lead through no symbolic link, as those of the kernel do.
   * @returns Whom to tell of its reply; null when it does not concern us.
   */
  asked(
    request: VFSRequest,
    file: CachedFile | null,
    file2: CachedFile | null,
    isReal: boolean,
  ): Answered | null {
    this.#isReal = isReal;
    const { op, path, flags } = request;
    if (op === OpCode.Lookup) return this.#looks(path);
    if (op === OpCode.Lease) return this.#book?.asked(request) ?? null;
    // What is not leased is not kept.
    if (op === OpCode.Readdir && this.#tree.hasLeases) return null;
    if (op === OpCode.Readdir) return request.cursor === 0 ? this.#lists(path) : null;
    if (NEUTRAL.has(op)) return null;
    // Reading changes the access time.
    if (file !== null && CHANGES_FILE.has(op)) return this.#changesFile(file);
    if (ReplyLane.observes(op)) return null;
    if (op === OpCode.Open) {
      if ((flags & O_CREAT) !== 0 && !isTmpfile(flags)) return this.#makes(request);
      if ((flags & O_TRUNC) === 0) return isTmpfile(flags) ? null : this.#opens(request);
      return this.#changesPath(request);
    }
    if (op === OpCode.Setattr) {
      return file === null ? this.#changesPath(request) : this.#changesFile(file);
    }
    if (MAKES.has(op)) return this.#makes(request);
    if (REMOVES.has(op)) return this.#removes(path);
    return this.#changesMore(request, file, file2);
  }

  #looks(path: string): Answered | null {
    const name = this.#tree.place(path);
    if (name === undefined) return null;
    const asked = this.#tree.now;
    return ({ err, stat }) => {
      if (!this.#tree.counts(name, path, asked)) return;
      if (err === 0 && stat !== null) this.#tree.keep(name, basename(path), stat);
      else if (err === ENOENT && path !== "/") name.isAbsent = true;
    };
  }

  /** A listing of one page tells every name. */
  #lists(path: string): Answered | null {
    const directory = this.#tree.place(path);
    if (directory === undefined) return null;
    const asked = this.#tree.now;
    return ({ err, entries, cursor }) => {
      if (err !== 0 || cursor !== 0 || !this.#tree.counts(directory, path, asked)) return;
      directory.isDirectory = true;
      if (unsoundName(entries ?? []) !== undefined) return;
      for (const entry of entries ?? []) {
        const name = this.#tree.child(directory, entry.name);
        if (name === undefined) return;
        if (name.changedAt > asked) continue;
        name.isAbsent = false;
        if (entry.nlink > 0) this.#tree.keep(name, entry.name, entry);
      }
      directory.isComplete = true;
    };
  }

  #makes({ op, path, flags }: VFSRequest): Answered {
    const opens = op === OpCode.Open || op === OpCode.Create;
    const isNew = !opens || (flags & O_EXCL) !== 0;
    // Otherwise what was opened may be behind a symbolic link.
    const isThere = isNew || (flags & O_NOFOLLOW) !== 0;
    const isReal = this.#isReal;
    this.#book?.changed(dirname(path));
    this.#changeEntry(path, isReal);
    const name = this.#tree.place(path);
    const asked = this.#tree.now;
    return ({ err, stat }) => {
      if (!this.#tree.counts(name, path, asked) || err !== 0 || stat === null || !isThere) {
        return this.#changeEntry(path, isReal);
      }
      this.#above(path)?.forgetInfo(this.#tree.tick());
      name.forget(this.#tree.now);
      this.#tree.keep(name, basename(path), stat);
      name.hasNoCapabilities = isNew;
      name.isComplete = op === OpCode.Mkdir;
    };
  }

  /** The reply tells of what is at the path, unless that is a link. */
  #opens(request: VFSRequest): Answered | null {
    return (request.flags & O_NOFOLLOW) === 0 ? null : this.#looks(request.path);
  }

  #removes(path: string): Answered {
    const isReal = this.#isReal;
    this.#book?.changed(dirname(path));
    this.#changeEntry(path, isReal);
    const name = this.#tree.find(path);
    const asked = this.#tree.now;
    return ({ err }) => {
      if (err !== 0 || !this.#tree.counts(name, path, asked)) {
        return this.#changeEntry(path, isReal);
      }
      this.#tree.entryRemoved(path);
    };
  }

  /** A change through an open file; the reply may bring its attributes. */
  #changesFile(file: CachedFile): Answered {
    const name = this.#tree.ofInode(file.ino);
    name?.forgetInfo(this.#tree.tick());
    if (name === undefined) this.#tree.somethingChanged();
    const asked = this.#tree.now;
    return ({ err, stat }) => {
      const isCurrent = name !== undefined && name.changedAt <= asked &&
        this.#tree.isCurrent(asked) && this.#tree.ofInode(file.ino) === name;
      name?.forgetInfo(this.#tree.tick());
      if (name === undefined) this.#tree.somethingChanged();
      if (!isCurrent || err !== 0 || stat === null) return;
      if (stat.nlink === 1 && stat.ino === file.ino) name.info = fileInfoOf(stat, name.label, 2);
    };
  }

  /** A change by path: of the file there, if that is no link. */
  #changesPath({ path }: VFSRequest): Answered {
    this.#book?.changed(dirname(path));
    if (this.#isReal && this.#tree.hasLeases) return this.#changesRealPath(path);
    const name = this.#tree.find(path, this.#tree.time());
    const isPlain = name?.info !== undefined && name.info !== null && !isSymlink(name.info.mode);
    if (name === undefined || !(isPlain || name.isDirectory)) return this.#changesAnything();
    name.forgetInfo(this.#tree.tick());
    const asked = this.#tree.now;
    return ({ err, stat }) => {
      const isCurrent = this.#tree.counts(name, path, asked);
      name.forgetInfo(this.#tree.tick());
      if (isCurrent && err === 0 && stat !== null) this.#tree.keep(name, basename(path), stat);
    };
  }

  /** As `#changesPath`, where the path leads to its own record if there is one. */
  #changesRealPath(path: string): Answered {
    const forget = (): void => {
      this.#tree.somethingChanged();
      this.#tree.find(path)?.forget(this.#tree.now);
    };
    forget();
    return forget;
  }

  #changesMore(
    request: VFSRequest,
    file: CachedFile | null,
    file2: CachedFile | null,
  ): Answered {
    const { op, path, newPath } = request;
    const isReal = this.#isReal;
    if (file === null && isReal && this.#tree.hasLeases && XATTRS.has(op)) {
      return this.#changesRealPath(path);
    }
    if (file === null) this.#book?.changed(dirname(path));
    if (newPath !== "") this.#book?.changed(dirname(newPath));
    const forget = (): void => {
      for (const each of [file, file2]) {
        if (each !== null) this.#tree.ofInode(each.ino)?.forget(this.#tree.tick());
      }
      if (op === OpCode.Rename || op === OpCode.Link) {
        if (file === null) this.#changeEntry(path, isReal);
        this.#changeEntry(newPath, isReal);
      } else if (file === null) this.#tree.clear();
      else this.#tree.somethingChanged();
    };
    forget();
    return forget;
  }

  /** The record of the directory of a path. */
  #above(path: string): CachedName | undefined {
    return this.#tree.findDirectory(dirname(path));
  }

  /** As `NameTree.entryChanged`, by ourselves: on a path through a symbolic link it may be anywhere. */
  #changeEntry(path: string, isReal: boolean): void {
    const tree = this.#tree;
    const isKnown = tree.findDirectory(dirname(path), isReal ? -1 : tree.time()) !== undefined;
    if (isKnown && path !== "/") tree.entryChanged(path);
    else if (isReal && tree.hasLeases) tree.somethingChanged();
    else tree.clear();
  }

  /** Nobody knows what is changed. */
  #changesAnything(): Answered {
    this.#tree.clear();
    return () => this.#tree.clear();
  }
}
