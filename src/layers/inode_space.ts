/**
 * One space of inode numbers for several providers.
 *
 * @module
 */
import type { Provider } from "../provider/mod.ts";

/** Numbers of a provider below this keep their order: the space is added above them. */
const SPACE_SIZE = 2 ** 40;
/** The last space, for what fits into no other: 8191 * 2^40 is the largest below 2^53. */
const LAST_SPACE = 8191;

/**
 * Gives each provider numbers of its own, so that two files of a router never share one. Exact and
 * constant: a number of a provider stands for the same number outside as long as this object lives,
 * also when the provider is mounted twice or again.
 *
 * The numbers of the first provider stay as they are. The rare number of 2^40 or more (a hash, XFS
 * over a terabyte, overlayfs) is looked up in a table, which grows with the files seen that have one.
 */
export class InodeSpace {
  readonly #spaces = new WeakMap<Provider, number>();
  #spaceCount = 0;
  /** Numbers given out in the last space. */
  #lastUsed = 0;
  /** By space, what its large numbers became. */
  readonly #large = new Map<number, Map<number | bigint, number>>();

  /** The space of a provider. */
  spaceOf(provider: Provider): number {
    let space = this.#spaces.get(provider);
    if (space === undefined) {
      space = this.#spaceCount++;
      this.#spaces.set(provider, space);
    }
    return space;
  }

  /** The number outside for a number inside; 0 stays 0, since it means none. */
  map(space: number, ino: number | bigint): number {
    if (typeof ino === "number" && ino < SPACE_SIZE && space < LAST_SPACE) {
      return ino === 0 ? 0 : space * SPACE_SIZE + ino;
    }
    let table = this.#large.get(space);
    if (table === undefined) this.#large.set(space, table = new Map());
    let number = table.get(ino);
    if (number === undefined) table.set(ino, number = this.next());
    return number;
  }

  /** A number that nothing else has. */
  next(): number {
    return LAST_SPACE * SPACE_SIZE + ++this.#lastUsed;
  }
}
