/**
 * What a client knows of the other side, as long as notices keep it true.
 *
 * @module
 */
import {
  basename,
  dirname,
  ERRNO,
  FsError,
  isDirectory,
  isNameTooLong,
  isSymlink,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_TMPFILE,
  O_TRUNC,
} from "../base/mod.ts";
import type { FileInfo } from "../provider/mod.ts";
import { CachedName } from "./cached_name.ts";
import { OpCode } from "./op_code.ts";
import { fileInfoOf } from "./remote_info.ts";
import { ReplyLane } from "./reply_lane.ts";
import type { VFSRequest } from "./vfs_request.ts";
import { NOTICES, type VFSResponse } from "./vfs_response.ts";
import type { VFSStat } from "./vfs_stat.ts";

/** More names than this are not kept: then everything is forgotten. */
const NAMES_MAX = 200_000;
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

const isTmpfile = (flags: number): boolean => (flags & O_TMPFILE) === O_TMPFILE;

/**
 * Attributes, and which names there are in directories that were made or listed over this connection.
 *
 * Invariants. What is here is what the server said after everything that this client had asked to be
 * changed, and before any notice of a change by others. The server sends the notice of a change that goes
 * through it before it replies to whoever made it, and notices and replies come in order; what others do
 * on the host comes as soon as the host's kernel tells it. A change of our own makes what it is about
 * unknown when it is sent, and again when it is answered; an answer counts only if its name has not become
 * unknown since the question.
 *
 * Only names whose directories are known to be directories are kept, so that no symbolic link gives a file
 * a second path, and no attributes of files that have several names. Access times may be older.
 */
export class RemoteCache {
  #root = new CachedName(0);
  readonly #byInode = new Map<number | bigint, CachedName>();
  #count = 0;
  #isOn = false;
  /** Counts changes. */
  #now = 0;
  /** When something was changed of which we do not know the name. */
  #somethingChangedAt = 0;

  /** Whether notices come: before that, and after their end, nothing is kept. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Notices come from now on. */
  begin(): void {
    this.#clear();
    this.#isOn = true;
  }

  /** No notices come any more. */
  end(): void {
    this.#isOn = false;
    this.#clear();
  }

  #clear(): void {
    this.#somethingChangedAt = ++this.#now;
    this.#root = new CachedName(this.#now);
    this.#root.isDirectory = true;
    this.#byInode.clear();
    this.#count = 0;
  }

  /** The record of a clean path, when there is one and everything above is known to be a directory. */
  #find(path: string): CachedName | undefined {
    let at: CachedName = this.#root;
    for (let start = 1; start < path.length;) {
      const slash = path.indexOf("/", start);
      const end = slash < 0 ? path.length : slash;
      const below = at.isDirectory ? at.names.get(path.slice(start, end)) : undefined;
      if (below === undefined) return undefined;
      at = below;
      start = end + 1;
    }
    return at;
  }

  /** The directory of a clean path, when it is known to be one. */
  #above(path: string): CachedName | undefined {
    const directory = this.#find(dirname(path));
    return directory?.isDirectory === true ? directory : undefined;
  }

  /** As `#find`, with a new record when there is none. */
  #place(path: string): CachedName | undefined {
    if (path === "/") return this.#root;
    const directory = this.#above(path);
    return directory === undefined ? undefined : this.#child(directory, basename(path));
  }

  /** The record of a name in a directory, a new one when there is none. */
  #child(directory: CachedName, label: string): CachedName | undefined {
    const known = directory.names.get(label);
    if (known !== undefined) return known;
    if (++this.#count > NAMES_MAX) {
      this.#clear();
      return undefined;
    }
    const fresh = new CachedName(0);
    directory.names.set(label, fresh);
    return fresh;
  }

  /** Whether an answer to a question of the time `asked` counts for this record. */
  #counts(name: CachedName | undefined, path: string, asked: number): name is CachedName {
    return name !== undefined && name.changedAt <= asked && this.#somethingChangedAt <= asked &&
      this.#find(path) === name;
  }

  /**
   * What `lstat` says of a clean path, if that is known.
   *
   * @throws {FsError} ENOENT when it is known that nothing is there.
   */
  lstat(path: string): FileInfo | undefined {
    const info = this.find(path);
    if (info === null) throw new FsError("ENOENT", { syscall: "lstat", path });
    return info;
  }

  /** As `lstat`, but null when it is known that nothing is there. */
  find(path: string): FileInfo | null | undefined {
    if (!this.#isOn) return undefined;
    if (path === "/") return this.#root.info ?? undefined;
    const directory = this.#above(path);
    if (directory === undefined) return undefined;
    const label = basename(path);
    const name = directory.names.get(label);
    const isAbsent = name?.isAbsent ?? directory.isComplete;
    // A name that cannot be is another error, which is the server's to tell.
    return isAbsent && !isNameTooLong(label) ? null : name?.info ?? undefined;
  }

  /** What `stat` says of a clean path, if that is known. */
  stat(path: string): FileInfo | undefined {
    const info = this.#isOn ? this.#find(path)?.info : undefined;
    return info === undefined || info === null || isSymlink(info.mode) ? undefined : info;
  }

  /** The attributes of an open file, if they are known. */
  statOf(file: CachedFile): FileInfo | undefined {
    return this.#byInode.get(file.ino)?.info ?? undefined;
  }

  /** Whether an open file is known to have no file capabilities. */
  hasNoCapabilities(file: CachedFile): boolean {
    return this.#byInode.get(file.ino)?.hasNoCapabilities === true;
  }

  /** A notice has come, of this number of `NOTICES`. */
  noticed(notice: number, path: string): void {
    if (!this.#isOn) return;
    const kind = NOTICES[notice];
    if (kind === "content" || kind === "attributes") this.#find(path)?.forget(++this.#now);
    else if (kind === "entry" && path !== "/") this.#entryChanged(path);
    else this.#clear();
  }

  /** A name appeared, went, or names something else. */
  #entryChanged(path: string): void {
    const directory = this.#find(dirname(path));
    directory?.forgetInfo(++this.#now);
    directory?.replace(basename(path), this.#now);
  }

  /** As `#entryChanged`, by ourselves: on a path through a symbolic link it may be anywhere. */
  #changeEntry(path: string): void {
    if (path === "/" || this.#above(path) === undefined) this.#clear();
    else this.#entryChanged(path);
  }

  /**
   * A request is being sent.
   *
   * @param file The open file that it is about.
   * @param file2 The second one.
   * @returns Whom to tell of its reply; null when it does not concern us.
   */
  asked(
    request: VFSRequest,
    file: CachedFile | null,
    file2: CachedFile | null,
  ): Answered | null {
    if (!this.#isOn) return null;
    const { op, path, flags } = request;
    if (op === OpCode.Lookup) return this.#looks(path);
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
    const name = this.#place(path);
    if (name === undefined) return null;
    const asked = this.#now;
    return ({ err, stat }) => {
      if (!this.#counts(name, path, asked)) return;
      if (err === 0 && stat !== null) this.#keep(name, basename(path), stat);
      else if (err === ENOENT && path !== "/") name.isAbsent = true;
    };
  }

  /** A listing of one page tells every name. */
  #lists(path: string): Answered | null {
    const directory = this.#place(path);
    if (directory === undefined) return null;
    const asked = this.#now;
    return ({ err, entries, cursor }) => {
      if (err !== 0 || cursor !== 0 || !this.#counts(directory, path, asked)) return;
      directory.isDirectory = true;
      for (const entry of entries ?? []) {
        const name = this.#child(directory, entry.name);
        if (name === undefined) return;
        if (name.changedAt > asked) continue;
        name.isAbsent = false;
        if (entry.nlink > 0) this.#keep(name, entry.name, entry);
      }
      directory.isComplete = true;
    };
  }

  #makes({ op, path, flags }: VFSRequest): Answered {
    const opens = op === OpCode.Open || op === OpCode.Create;
    const isNew = !opens || (flags & O_EXCL) !== 0;
    // Otherwise what was opened may be behind a symbolic link.
    const isThere = isNew || (flags & O_NOFOLLOW) !== 0;
    this.#changeEntry(path);
    const name = this.#place(path);
    const asked = this.#now;
    return ({ err, stat }) => {
      if (!this.#counts(name, path, asked) || err !== 0 || stat === null || !isThere) {
        return this.#changeEntry(path);
      }
      this.#above(path)?.forgetInfo(++this.#now);
      name.forget(this.#now);
      this.#keep(name, basename(path), stat);
      name.hasNoCapabilities = isNew;
      name.isComplete = op === OpCode.Mkdir;
    };
  }

  /** The reply tells of what is at the path, unless that is a link. */
  #opens(request: VFSRequest): Answered | null {
    return (request.flags & O_NOFOLLOW) === 0 ? null : this.#looks(request.path);
  }

  #removes(path: string): Answered {
    this.#changeEntry(path);
    const name = this.#find(path);
    const asked = this.#now;
    return ({ err }) => {
      if (err !== 0 || !this.#counts(name, path, asked)) return this.#changeEntry(path);
      const directory = this.#above(path);
      directory?.forgetInfo(++this.#now);
      directory?.names.delete(basename(path));
    };
  }

  /** A change through an open file; the reply may bring its attributes. */
  #changesFile(file: CachedFile): Answered {
    const name = this.#byInode.get(file.ino);
    name?.forgetInfo(++this.#now);
    if (name === undefined) this.#somethingChangedAt = ++this.#now;
    const asked = this.#now;
    return ({ err, stat }) => {
      const isCurrent = name !== undefined && name.changedAt <= asked &&
        this.#somethingChangedAt <= asked && this.#byInode.get(file.ino) === name;
      name?.forgetInfo(++this.#now);
      if (name === undefined) this.#somethingChangedAt = ++this.#now;
      if (!isCurrent || err !== 0 || stat === null) return;
      if (stat.nlink === 1 && stat.ino === file.ino) name.info = fileInfoOf(stat, name.label, 2);
    };
  }

  /** A change by path: of the file there, if that is no link. */
  #changesPath({ path }: VFSRequest): Answered {
    const name = this.#find(path);
    const isPlain = name?.info !== undefined && name.info !== null && !isSymlink(name.info.mode);
    if (name === undefined || !(isPlain || name.isDirectory)) return this.#changesAnything();
    name.forgetInfo(++this.#now);
    const asked = this.#now;
    return ({ err, stat }) => {
      const isCurrent = this.#counts(name, path, asked);
      name.forgetInfo(++this.#now);
      if (isCurrent && err === 0 && stat !== null) this.#keep(name, basename(path), stat);
    };
  }

  #changesMore(
    request: VFSRequest,
    file: CachedFile | null,
    file2: CachedFile | null,
  ): Answered {
    const { op, path, newPath } = request;
    const forget = (): void => {
      for (const each of [file, file2]) {
        if (each !== null) this.#byInode.get(each.ino)?.forget(++this.#now);
      }
      if (op === OpCode.Rename || op === OpCode.Link) {
        if (file === null) this.#changeEntry(path);
        this.#changeEntry(newPath);
      } else if (file === null) this.#clear();
      else this.#somethingChangedAt = ++this.#now;
    };
    forget();
    return forget;
  }

  /** Nobody knows what is changed. */
  #changesAnything(): Answered {
    this.#clear();
    return () => this.#clear();
  }

  /** Keeps attributes that are true now. */
  #keep(name: CachedName, label: string, stat: VFSStat): void {
    name.isAbsent = false;
    name.isDirectory = isDirectory(stat.mode);
    if (!name.isDirectory && stat.nlink !== 1) return;
    name.label = label;
    name.info = fileInfoOf(stat, name.label, 2);
    if (stat.ino !== 0) this.#byInode.set(stat.ino, name);
  }
}
