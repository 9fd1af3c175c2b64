/**
 * Which page holds which part of a file: a radix tree, so that a file of nine petabytes with one byte
 * at its end costs a few arrays, and what comes next is found in order.
 *
 * @module
 */

/** Entry of a page that is not there and reads as zeros. */
export const HOLE = 0;
/** Entry of a page that is paid for but has never been written (`fallocate(2)`): zeros as well. */
export const RESERVED = -1;

const FANOUT = 256;

/**
 * The leaf where all is reserved, for all tables: space that nobody has written costs no memory. It is copied before
 * something else is put there.
 */
const RESERVED_LEAF: number[] = new Array<number>(FANOUT).fill(RESERVED);
Object.freeze(RESERVED_LEAF);

/** Above the leaves: children by index, undefined where there is nothing. */
class Branch {
  readonly children: (Branch | number[] | undefined)[] = [];

  isEmpty(): boolean {
    return this.children.every((child) => child === undefined);
  }
}

/**
 * Page numbers of a file by their index. An entry is {@linkcode HOLE}, {@linkcode RESERVED}, or the arena's
 * page number plus one. A leaf is an array of up to 256 entries; those beyond its length are holes.
 */
export class MemoryPageTable {
  /** How many entries are not holes. */
  count = 0;
  #root: Branch | number[] = [];
  /** How many pages the tree spans. */
  #span = FANOUT;

  /** The leaf that has the entry of `page` (at `page & 255`), if there is one. */
  leafAt(page: number): number[] | undefined {
    if (page >= this.#span) return undefined;
    let node: Branch | number[] | undefined = this.#root;
    let below = this.#span / FANOUT;
    while (node instanceof Branch) {
      node = node.children[Math.floor(page / below) & 255];
      below /= FANOUT;
    }
    return node;
  }

  /** The leaf that has, or will have, the entry of `page`, for {@linkcode MemoryPageTable.setIn}. */
  leafFor(page: number): number[] {
    const leaf = this.#leafOf(page);
    return leaf === RESERVED_LEAF ? this.#put(page, RESERVED_LEAF.slice()) : leaf;
  }

  #leafOf(page: number): number[] {
    while (page >= this.#span) {
      const branch = new Branch();
      branch.children[0] = this.#root;
      this.#root = branch;
      this.#span *= FANOUT;
    }
    let node = this.#root;
    let below = this.#span / FANOUT;
    while (node instanceof Branch) {
      const index = Math.floor(page / below) & 255;
      below /= FANOUT;
      node = node.children[index] ??= below < FANOUT ? [] : new Branch();
    }
    return node;
  }

  /** Puts a leaf in the place of one that is there. */
  #put(page: number, leaf: number[]): number[] {
    let node = this.#root;
    let below = this.#span / FANOUT;
    if (!(node instanceof Branch)) return this.#root = leaf;
    while (below >= FANOUT) {
      const child: Branch | number[] | undefined = node.children[Math.floor(page / below) & 255];
      if (!(child instanceof Branch)) break;
      node = child;
      below /= FANOUT;
    }
    node.children[Math.floor(page / below) & 255] = leaf;
    return leaf;
  }

  /** The entry of `page`. */
  get(page: number): number {
    return this.leafAt(page)?.[page & 255] ?? HOLE;
  }

  /** Sets an entry in a leaf that {@linkcode MemoryPageTable.leafFor} returned for `page`. */
  setIn(leaf: number[], page: number, entry: number): void {
    const slot = page & 255;
    const old = slot < leaf.length ? leaf[slot]! : HOLE;
    while (leaf.length < slot) leaf.push(HOLE);
    leaf[slot] = entry;
    if (old === HOLE) this.count += entry === HOLE ? 0 : 1;
    else if (entry === HOLE) this.count--;
  }

  /** How many holes there are from a page to another one (exclusive). Costs what is there, not what is not. */
  countHoles(from: number, to: number): number {
    let holes = to - from;
    for (let index = this.nextLeaf(from); index < to; index = this.nextLeaf(index)) {
      const leaf = this.leafAt(index);
      if (leaf === undefined) break;
      const end = Math.min(leafEnd(index), to);
      for (; index < end; index++) if ((leaf[index & 255] ?? HOLE) !== HOLE) holes--;
    }
    return holes;
  }

  /** Reserves every hole from a page to another one (exclusive). */
  reserve(from: number, to: number): void {
    for (let index = from; index < to;) {
      const leaf = this.#leafOf(index);
      const end = Math.min(leafEnd(index), to);
      if (leaf === RESERVED_LEAF) {
        index = end;
      } else if (leaf.length === 0 && end - index === FANOUT) {
        this.#put(index, RESERVED_LEAF);
        this.count += FANOUT;
        index = end;
      }
      while (index < end && leaf.length < (index & 255)) leaf.push(HOLE);
      for (; index < end; index++) {
        const slot = index & 255;
        if (slot < leaf.length && leaf[slot] !== HOLE) continue;
        leaf[slot] = RESERVED;
        this.count++;
      }
    }
  }

  /**
   * The first page from `from` to `to` (exclusive) that has been written, or with `isData` false, that has not been;
   * `to` when there is none.
   */
  find(isData: boolean, from: number, to: number): number {
    for (let index = from; index < to;) {
      const leaf = this.leafAt(index);
      if (leaf === undefined) {
        if (!isData) return index;
        index = this.nextLeaf(index);
        continue;
      }
      const end = Math.min(leafEnd(index), to);
      for (; index < end; index++) if ((leaf[index & 255] ?? HOLE) > 0 === isData) return index;
    }
    return to;
  }

  /** The first page at or after `page` that has a leaf; Infinity when there is none. */
  nextLeaf(page: number): number {
    if (page >= this.#span) return Infinity;
    return nextLeafIn(this.#root, page, 0, this.#span);
  }

  /** Removes the leaf at `page` if all of it is reserved, and nothing from `to` on: how many entries that are, or 0. */
  removeReserved(page: number, to: number): number {
    if ((page & 255) !== 0 || to - page < FANOUT || this.leafAt(page) !== RESERVED_LEAF) return 0;
    this.#put(page, []);
    this.removeLeaf(page);
    this.count -= FANOUT;
    return FANOUT;
  }

  /** Removes the leaf of `page`, and the branches that are empty then. The entries must be holes. */
  removeLeaf(page: number): void {
    if (page < this.#span) prune(this.#root, page, this.#span);
  }
}

/** Where the leaf of a page ends. */
function leafEnd(page: number): number {
  return page - (page & 255) + 256;
}

function nextLeafIn(node: Branch | number[], page: number, start: number, span: number): number {
  if (!(node instanceof Branch)) return Math.max(page, start);
  const below = span / FANOUT;
  const first = page <= start ? 0 : Math.floor((page - start) / below);
  for (let index = first; index < node.children.length; index++) {
    const child = node.children[index];
    if (child === undefined) continue;
    const found = nextLeafIn(child, page, start + index * below, below);
    if (found !== Infinity) return found;
  }
  return Infinity;
}

function prune(node: Branch | number[], page: number, span: number): void {
  if (!(node instanceof Branch)) {
    node.length = 0;
    return;
  }
  const below = span / FANOUT;
  const index = Math.floor(page / below) & 255;
  const child = node.children[index];
  if (child === undefined) return;
  if (child instanceof Branch) {
    prune(child, page, below);
    if (!child.isEmpty()) return;
  }
  node.children[index] = undefined;
}
