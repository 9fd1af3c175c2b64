/**
 * Inode numbers that are unique below a root.
 *
 * @module
 */

/** The bits of an inode number that are left when the filesystem's number is put in front. */
const OWN_BITS = 48n;
const OWN_LIMIT = 2 ** 48;
/** So many other filesystems still leave a number below 2^53. */
const SMALL_MAX = 31;

/**
 * Numbers the filesystems that are met below a root. Inodes of the root's own keep their number; those of
 * others, mounted below, have their filesystem's number in the upper bits.
 */
export class InodeNumbers {
  readonly #own: number;
  readonly #others = new Map<number, number>();

  /** @param device The device of the root. */
  constructor(device: number) {
    this.#own = device;
  }

  /** The number to show for inode `ino` of `device`. */
  of(device: number, ino: number | bigint): number | bigint {
    if (device === this.#own) return ino;
    let index = this.#others.get(device);
    if (index === undefined) this.#others.set(device, index = this.#others.size + 1);
    if (index <= SMALL_MAX && typeof ino === "number" && ino < OWN_LIMIT) {
      return index * OWN_LIMIT + ino;
    }
    const mixed = BigInt.asUintN(64, BigInt(ino) ^ (BigInt(index) << OWN_BITS));
    return mixed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(mixed) : mixed;
  }
}
