/**
 * One name that a client knows something of.
 *
 * @module
 */
import type { FileInfo } from "../provider/mod.ts";

const NO_NAMES: ReadonlyMap<string, CachedName> = new Map();

/** What is known of one name of a directory. What is not known is false, 0 or null. */
export class CachedName {
  /** The attributes. */
  info: FileInfo | null = null;
  /** The name, for the attributes. */
  label = "";
  /** The number of the inode. */
  ino: number | bigint = 0;
  /** It is known that nothing has this name. */
  isAbsent = false;
  /** It is a directory, and no symbolic link to one. */
  isDirectory = false;
  /** Every name of the directory is in `names`; some of those there may be gone. */
  isComplete = false;
  /** It is new, so it has no file capabilities (`capabilities(7)`), which the kernel asks for before a write. */
  hasNoCapabilities = false;
  /** When something of it became unknown, on the clock of its cache. */
  changedAt: number;
  /**
   * Until when what is known of the names of the directory, and of its own attributes, is to be believed, as
   * `performance.now()` has it.
   */
  validUntil: number;
  /** The number of the lease of the directory. */
  lease = 0;
  /** How many questions about its names have been answered since the lease began. */
  hits = 0;
  /** Most names are of files. */
  #names: Map<string, CachedName> | null = null;

  /** Nothing is known, since `changedAt`. */
  constructor(changedAt: number, validUntil: number) {
    this.changedAt = changedAt;
    this.validUntil = validUntil;
  }

  /** The attributes are not known any more; it is the same inode still. */
  forgetInfo(now: number): void {
    this.changedAt = now;
    this.info = null;
  }

  /** Nothing that can change of the same inode is known any more. */
  forget(now: number): void {
    this.forgetInfo(now);
    this.hasNoCapabilities = false;
  }

  /** The names of the directory, as far as they matter. */
  get names(): ReadonlyMap<string, CachedName> {
    return this.#names ?? NO_NAMES;
  }

  /** Gives the directory a name, in place of the one that it has. */
  put(label: string, name: CachedName): void {
    this.#names ??= new Map();
    this.#names.set(label, name);
  }

  /** Takes a name away. */
  delete(label: string): void {
    this.#names?.delete(label);
  }

  /** Takes all names away; returns them. */
  takeNames(): ReadonlyMap<string, CachedName> {
    const { names } = this;
    this.#names = null;
    return names;
  }
}
