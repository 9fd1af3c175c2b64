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

  /** The leaf that has, or will have, the entry of `page`. */
  leafFor(page: number): number[] {
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

  /** The first page at or after `page` that has a leaf; Infinity when there is none. */
  nextLeaf(page: number): number {
    if (page >= this.#span) return Infinity;
    return nextLeafIn(this.#root, page, 0, this.#span);
  }

  /** Removes the leaf of `page`, and the branches that are empty then. The entries must be holes. */
  removeLeaf(page: number): void {
    if (page < this.#span) prune(this.#root, page, this.#span);
  }
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
