/**
 * Open files and directories by the number that the kernel has for them.
 *
 * @module
 */
import type { DirReader } from "./dir_reader.ts";
import type { FileHandle } from "./file_handle.ts";
import type { Inode } from "./inode.ts";

/** One open file or directory. */
export interface OpenEntry {
  /** What is open. */
  readonly inode: Inode;
  /** The node's handle; null when it gave none. */
  readonly file: FileHandle | null;
  /** The listing under way, for a directory. */
  readonly directory: DirReader | null;
}

/** How many free numbers are kept when nothing is open; the room of more is given back. */
const FREE_MAX = 1024;

/** Numbers from 1 on; a number is used again only after the kernel has released it. */
export class HandleTable {
  readonly #entries: (OpenEntry | undefined)[] = [undefined];
  readonly #free: number[] = [];

  /** How many are open. */
  get size(): number {
    return this.#entries.length - 1 - this.#free.length;
  }

  /** Takes an entry up and returns its number. */
  add(entry: OpenEntry): number {
    if (entry.file !== null) entry.inode.opened(entry.file);
    const number = this.#free.pop() ?? this.#entries.length;
    this.#entries[number] = entry;
    return number;
  }

  /** The entry with this number. */
  get(number: number): OpenEntry | undefined {
    return this.#entries[number];
  }

  /** Removes and returns an entry. */
  remove(number: number): OpenEntry | undefined {
    const entry = this.#entries[number];
    if (entry === undefined) return undefined;
    this.#entries[number] = undefined;
    this.#free.push(number);
    if (this.#free.length > FREE_MAX && this.size === 0) {
      this.#entries.length = 1;
      this.#free.length = 0;
    }
    if (entry.file !== null) entry.inode.released(entry.file);
    return entry;
  }

  /** Every number in use. */
  numbers(): number[] {
    return [...this.#entries.keys()].filter((number) => this.#entries[number] !== undefined);
  }
}
