/**
 * Inode numbers that are unique below a root.
 *
 * @module
 */

/** Where the number of a filesystem begins, for those that are met first. */
const PLACE = 2 ** 48;
/** So many other filesystems still leave a number below 2^53. */
const PLACES_MAX = 31;
/** 2^64 divided by the golden ratio: its multiples differ in many bits. */
const GOLDEN = 0x9e37_79b9_7f4a_7c15n;
const HIGHEST_BIT = 1n << 63n;

/**
 * Numbers the filesystems that are met below a root. Inodes of the root's own keep their number. Those of
 * others, mounted below, are shown with the filesystem's number above bit 48; where that has no room, they
 * are mixed into 63 bits, in which two hardly ever meet.
 */
export class InodeNumbers {
  readonly #own: number;
  readonly #others = new Map<number, number>();

  /** @param device The device of the root. */
  constructor(device: number) {
    this.#own = device;
  }

  /** Whether a device is that of the root. */
  isOwn(device: number): boolean {
    return device === this.#own;
  }

  /** The number to show for inode `ino` of `device`. */
  of(device: number, ino: number | bigint): number | bigint {
    if (device === this.#own) return ino;
    let index = this.#others.get(device);
    if (index === undefined) this.#others.set(device, index = this.#others.size + 1);
    if (index <= PLACES_MAX && typeof ino === "number" && ino < PLACE) return index * PLACE + ino;
    return BigInt.asUintN(64, BigInt(ino) ^ (BigInt(index) * GOLDEN)) | HIGHEST_BIT;
  }
}
