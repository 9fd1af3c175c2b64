/**
 * The names that a client knows something of.
 *
 * @module
 */
import { basename, dirname, isDirectory } from "../base/mod.ts";
import { CachedName } from "./cached_name.ts";
import { fileInfoOf } from "./remote_info.ts";
import type { VFSDirEntry } from "./vfs_dir_entry.ts";
import type { VFSStat } from "./vfs_stat.ts";

/** More names than this are not kept: then everything is forgotten. */
const NAMES_MAX = 200_000;

/** A directory that is leased, by the path of which that was asked for. */
export interface LeasedName {
  /** Its record. */
  readonly directory: CachedName;
  /** The path. */
  readonly path: string;
}

/** What the reply to a lease has said. */
export interface NewLease {
  /** Its number. */
  readonly number: number;
  /** Until when it is believed. */
  readonly validUntil: number;
  /** The attributes of the directory. */
  readonly stat: VFSStat;
  /** All its entries, or null where they were too many. */
  readonly entries: readonly VFSDirEntry[] | null;
}

/**
 * What is known, by path and by inode, and since when. A directory is believed until a time of its own: with
 * notices of everything for ever, with a lease until that is over or old, and without never.
 */
export class NameTree {
  /** The root. */
  root: CachedName;
  readonly #byInode = new Map<number | bigint, CachedName>();
  readonly #byLease = new Map<number, LeasedName>();
  readonly #believed: number;
  #count = 0;
  /** Counts changes. */
  #now = 0;
  /** When something was changed of which we do not know the name. */
  #somethingChangedAt = 0;

  /** @param hasLeases Directories are believed when they are leased only. */
  constructor(hasLeases: boolean) {
    this.#believed = hasLeases ? 0 : Infinity;
    this.root = new CachedName(0, this.#believed);
    this.clear();
  }

  /** Whether directories are believed when they are leased only. */
  get hasLeases(): boolean {
    return this.#believed === 0;
  }

  /** How many names, and how many inodes, something is known of. */
  get size(): { readonly names: number; readonly inodes: number } {
    return { names: this.#count, inodes: this.#byInode.size };
  }

  /** The time on the clock of changes. */
  get now(): number {
    return this.#now;
  }

  /** The time on the clock of changes after one more. */
  tick(): number {
    return ++this.#now;
  }

  /** The present, for whoever asks whether something is to be believed. */
  time(): number {
    return this.hasLeases ? performance.now() : 0;
  }

  /** Something has changed of which nobody knows the name: what is on its way is old. */
  somethingChanged(): void {
    this.#somethingChangedAt = ++this.#now;
  }

  /** Forgets everything. */
  clear(): void {
    this.somethingChanged();
    this.root = new CachedName(this.#now, this.#believed);
    this.root.isDirectory = true;
    this.#byInode.clear();
    this.#byLease.clear();
    this.#count = 0;
  }

  /**
   * The record of a clean path, when there is one and everything above is known to be a directory.
   *
   * @param time When everything above has to be believed; -1 for whatever was known once.
   */
  find(path: string, time = -1): CachedName | undefined {
    let at: CachedName = this.root;
    for (let start = 1; start < path.length;) {
      const slash = path.indexOf("/", start);
      const end = slash < 0 ? path.length : slash;
      const isKnown = at.isDirectory && at.validUntil > time;
      const below = isKnown ? at.names.get(path.slice(start, end)) : undefined;
      if (below === undefined) return undefined;
      at = below;
      start = end + 1;
    }
    return at;
  }

  /** As `find`, when it is a directory that is believed itself. */
  findDirectory(path: string, time = -1): CachedName | undefined {
    const found = this.find(path, time);
    return found?.isDirectory === true && found.validUntil > time ? found : undefined;
  }

  /** The first directory on the way to a clean path, itself included, that is not believed. */
  firstDoubtful(path: string, time: number): string | undefined {
    let at: CachedName | undefined = this.root;
    for (let end = 0;;) {
      if (at === undefined || !at.isDirectory || at.validUntil <= time) {
        return end === 0 ? "/" : path.slice(0, end);
      }
      if (end >= path.length || path === "/") return undefined;
      const slash: number = path.indexOf("/", end + 1);
      const next: number = slash < 0 ? path.length : slash;
      at = at.names.get(path.slice(end + 1, next));
      end = next;
    }
  }

  /** As `find` of what is believed above, with a new record when there is none. */
  place(path: string): CachedName | undefined {
    if (path === "/") return this.root;
    const directory = this.findDirectory(dirname(path), this.time());
    return directory === undefined ? undefined : this.child(directory, basename(path));
  }

  /** The record of a name in a directory, a new one when there is none. */
  child(directory: CachedName, label: string): CachedName | undefined {
    const known = directory.names.get(label);
    if (known !== undefined) return known;
    if (++this.#count > NAMES_MAX) {
      this.clear();
      return undefined;
    }
    const fresh = new CachedName(0, this.#believed);
    directory.put(label, fresh);
    return fresh;
  }

  /** Whether an answer to a question of the time `asked` counts for this record. */
  counts(name: CachedName | undefined, path: string, asked: number): name is CachedName {
    return name !== undefined && name.changedAt <= asked && this.#somethingChangedAt <= asked &&
      this.find(path, this.time()) === name;
  }

  /** The record of an inode. */
  ofInode(ino: number | bigint): CachedName | undefined {
    return this.#byInode.get(ino);
  }

  /** Whether nothing has changed since, of which nobody knows the name. */
  isCurrent(asked: number): boolean {
    return this.#somethingChangedAt <= asked;
  }

  /** A name appeared, went, or names something else. */
  entryChanged(path: string): void {
    const directory = this.find(dirname(path));
    if (directory === undefined) return;
    directory.forgetInfo(++this.#now);
    const label = basename(path);
    const before = directory.names.get(label);
    if (before === undefined && !directory.isComplete) return;
    if (before === undefined) this.#count++;
    else this.#discard([before]);
    directory.put(label, new CachedName(this.#now, this.#believed));
    if (this.#count > NAMES_MAX) this.clear();
  }

  /** A name is gone. */
  entryRemoved(path: string): void {
    const directory = this.findDirectory(dirname(path));
    if (directory === undefined) return;
    directory.forgetInfo(++this.#now);
    const label = basename(path);
    const name = directory.names.get(label);
    if (name === undefined) return;
    directory.delete(label);
    this.#count--;
    this.#discard([name]);
  }

  /** Keeps attributes that are true now. */
  keep(name: CachedName, label: string, stat: VFSStat): void {
    name.isAbsent = false;
    name.isDirectory = isDirectory(stat.mode);
    if (name.ino !== stat.ino) this.#forgetInode(name);
    name.ino = stat.ino;
    name.info = null;
    if (!name.isDirectory && stat.nlink !== 1) return;
    name.label = label;
    name.info = fileInfoOf(stat, label, 2);
    if (stat.ino !== 0) this.#byInode.set(stat.ino, name);
  }

  /**
   * A directory has been leased.
   *
   * @param asked When that was asked for, on the clock of changes.
   */
  lease(name: LeasedName, asked: number, { number, validUntil, stat, entries }: NewLease): void {
    const { directory, path } = name;
    this.#byLease.delete(directory.lease);
    this.#byLease.set(number, name);
    directory.isDirectory = true;
    directory.lease = number;
    directory.validUntil = validUntil;
    directory.hits = 0;
    this.keep(directory, basename(path), stat);
    const before = directory.takeNames();
    for (const [label, name] of before) {
      // What we have changed meanwhile, the server may have told as it was before or after.
      if (name.changedAt > asked) directory.put(label, name);
    }
    for (const entry of entries ?? []) {
      const known = before.get(entry.name);
      if (known !== undefined && known.changedAt > asked) continue;
      const isSame = known !== undefined && known.lease !== 0 && known.ino === entry.ino;
      const name = isSame ? known : new CachedName(0, this.#believed);
      directory.put(entry.name, name);
      if (!isSame && entry.nlink > 0) this.keep(name, entry.name, entry);
    }
    directory.isComplete = entries !== null;
    this.#drop(before, directory.names);
  }

  /** Counts names that came and went, and forgets what there was below the latter. */
  #drop(before: ReadonlyMap<string, CachedName>, after: ReadonlyMap<string, CachedName>): void {
    this.#count += after.size - before.size;
    this.#discard(
      [...before].filter(([label, name]) => after.get(label) !== name).map(([, name]) => name),
    );
    if (this.#count > NAMES_MAX) this.clear();
  }

  /** Records are of no use any more, nor is anything below, by whatever way somebody has them. */
  #discard(gone: CachedName[]): void {
    for (const name of gone) {
      name.forget(this.#now);
      this.#forgetInode(name);
      this.#byLease.delete(name.lease);
      this.#count -= name.names.size;
      for (const below of name.names.values()) gone.push(below);
    }
  }

  #forgetInode(name: CachedName): void {
    if (this.#byInode.get(name.ino) === name) this.#byInode.delete(name.ino);
  }

  /** A lease is over. Returns what it was of, if that is known still. */
  leaseOver(number: number): LeasedName | undefined {
    const leased = this.#byLease.get(number);
    if (leased === undefined) return undefined;
    const { directory } = leased;
    this.#byLease.delete(number);
    directory.forgetInfo(++this.#now);
    directory.lease = 0;
    directory.validUntil = 0;
    return leased;
  }
}
