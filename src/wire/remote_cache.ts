/**
 * What a client knows of the other side, as long as notices keep it true.
 *
 * @module
 */
import { basename, dirname, FsError, isNameTooLong, isSymlink, S_IFMT } from "../base/mod.ts";
import { DirEntry, type FileInfo } from "../provider/mod.ts";
import type { CachedName } from "./cached_name.ts";
import { LeaseBook, type LeaseWish } from "./lease_book.ts";
import type { LeaseTrust } from "./lease_trust.ts";
import { NameTree } from "./name_tree.ts";
import { type Answered, type CachedFile, OwnRequests } from "./own_requests.ts";
import type { PassedFiles } from "./passed_files.ts";
import type { VFSRequest } from "./vfs_request.ts";
import { NOTICES } from "./vfs_response.ts";

/** Sources are smaller, mostly. */
const SMALL_READ = 16 << 10;

/**
 * Attributes, and which names there are in directories that were made, listed or leased over this connection.
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
 *
 * With notices everything is kept that comes by. With leases only what is in directories that are leased: there what
 * is known of others says nothing, so a change by a path that may lead through a link anywhere makes everything unknown.
 */
export class RemoteCache {
  #tree: NameTree | null = null;
  #book: LeaseBook | null = null;
  #own: OwnRequests | null = null;
  /** With leases: whether what is known can be believed now. */
  #trust: LeaseTrust | null = null;
  /** What the kernel may be changing by itself. */
  readonly #passed: PassedFiles;

  /** @param passed The files of which nothing is known. */
  constructor(passed: PassedFiles) {
    this.#passed = passed;
  }

  /** Whether anything is kept. */
  get isOn(): boolean {
    return this.#tree !== null;
  }

  /** Whether notices of everything come. */
  get hasNotices(): boolean {
    return this.#tree !== null && this.#book === null;
  }

  /** Whether a change on the host may be seen only when its notice has come. */
  get mayBeLate(): boolean {
    return this.#trust?.isStrict === false;
  }

  /** Notices come from now on. */
  begin(): void {
    this.#tree = new NameTree(false);
    this.#own = new OwnRequests(this.#tree, null);
  }

  /** Directories may be leased from now on. */
  beginLeases(trust: LeaseTrust): void {
    this.#tree = new NameTree(true);
    this.#trust = trust;
    this.#book = new LeaseBook(this.#tree, trust, () => this.end());
    this.#own = new OwnRequests(this.#tree, this.#book);
  }

  /** No notices come any more. */
  end(): void {
    this.#tree = null;
    this.#book = null;
    this.#own = null;
    this.#trust?.close();
    this.#trust = null;
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
    const tree = this.#tree;
    if (tree === null) return undefined;
    const time = tree.time();
    if (path === "/") return this.#root(tree, time);
    const directory = tree.findDirectory(dirname(path), time);
    if (directory === undefined) return undefined;
    const label = basename(path);
    const name = directory.names.get(label);
    const isAbsent = name?.isAbsent ?? directory.isComplete;
    // A name that cannot be is another error, which is the server's to tell.
    const info = isAbsent && !isNameTooLong(label) ? null : name?.info ?? undefined;
    if (info === undefined || (info !== null && this.#passed.has(info.ino))) return undefined;
    if (info?.isDir === true && (name?.validUntil ?? 0) <= time) return undefined;
    if (!this.#holds()) return undefined;
    directory.hits++;
    return info;
  }

  #root({ root }: NameTree, time: number): FileInfo | undefined {
    if (root.validUntil <= time || root.info === null || !this.#holds()) return undefined;
    return root.info;
  }

  /** Whether what is known holds now: asked last, when there is an answer. */
  #holds(): boolean {
    return this.#trust === null || this.#trust.holds();
  }

  /** What `stat` says of a clean path, if that is known. */
  stat(path: string): FileInfo | undefined {
    const info = this.find(path);
    return info === undefined || info === null || isSymlink(info.mode) ? undefined : info;
  }

  /** What `readDir` says of a clean path, with all attributes, if that is known. */
  list(path: string): DirEntry[] | undefined {
    const tree = this.#tree;
    const time = tree?.time() ?? 0;
    const directory = tree?.findDirectory(path, time);
    if (directory === undefined || !directory.isComplete) return undefined;
    const entries: DirEntry[] = [];
    for (const [label, { info, isAbsent, isDirectory, validUntil }] of directory.names) {
      if (isAbsent) continue;
      if (info === null || (isDirectory && validUntil <= time)) return undefined;
      if (this.#passed.has(info.ino)) return undefined;
      entries.push(new DirEntry(label, info.mode & S_IFMT, info.ino, info));
    }
    if (!this.#holds()) return undefined;
    directory.hits += entries.length;
    return entries;
  }

  /**
   * Whether attributes that are known of an open file have to be asked for again when so many bytes of it are read, as
   * that changes the access time: better the reply brings them. Not with many bytes, which go straight into a reply
   * that brings nothing else.
   */
  loses(file: CachedFile, size: number): boolean {
    const info = size > SMALL_READ ? null : this.#tree?.ofInode(file.ino)?.info ?? null;
    return info !== null;
  }

  /** The attributes of an open file, if they are known. */
  statOf(file: CachedFile): FileInfo | undefined {
    return this.#believedOf(file)?.info ?? undefined;
  }

  /** Whether an open file is known to have no file capabilities. */
  hasNoCapabilities(file: CachedFile): boolean {
    return this.#believedOf(file)?.hasNoCapabilities === true;
  }

  /** Where an open file is named is not known, so neither is whether that is leased. */
  #believedOf(file: CachedFile): CachedName | undefined {
    return this.hasNotices && !this.#passed.has(file.ino)
      ? this.#tree?.ofInode(file.ino)
      : undefined;
  }

  /** A question about a clean path has to be sent. True when leases are due first. */
  missed(path: string): boolean {
    return this.#book?.missed(path) === true;
  }

  /** As `missed`, of a listing. */
  missedList(path: string): boolean {
    return this.#book?.missedList(path) === true;
  }

  /** The next lease to ask for before a question about a path, or about its names, when there is one. */
  leaseFor(path: string, isList: boolean): LeaseWish | undefined {
    return this.#book?.wish(path, isList);
  }

  /** A notice has come, of this number of `NOTICES`. */
  noticed(notice: number, path: string): void {
    const tree = this.#tree;
    if (tree === null) return;
    const kind = NOTICES[notice];
    if (kind === "content" || kind === "attributes") tree.find(path)?.forget(tree.tick());
    else if (kind === "entry" && path !== "/") tree.entryChanged(path);
    else tree.clear();
  }

  /** The kernel may have changed a file by itself, and does so no more. */
  wentPast(ino: number | bigint): void {
    const tree = this.#tree;
    if (tree === null) return;
    tree.somethingChanged();
    tree.ofInode(ino)?.forget(tree.now);
  }

  /** The notice that all leases that were over have been told. */
  leasesTold(): void {
    this.#trust?.told();
  }

  /** The notice that a lease is over. */
  leaseOver(number: number): void {
    this.#book?.over(number);
  }

  /**
   * A request is being sent.
   *
   * @param file The open file that it is about.
   * @param file2 The second one.
   * @param isReal Whether its paths lead through no symbolic link, as those of the kernel.
   * @returns Whom to tell of its reply; null when it does not concern us.
   */
  asked(
    request: VFSRequest,
    file: CachedFile | null,
    file2: CachedFile | null,
    isReal = false,
  ): Answered | null {
    return this.#own?.asked(request, file, file2, isReal) ?? null;
  }
}
