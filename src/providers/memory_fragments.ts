/**
 * Storage for small files: fragments of 64 to 2048 bytes, cut from pages of a {@linkcode MemoryArena}.
 *
 * A fragment is named by its address in granules of 64 bytes; all fragments of one page have one
 * size. A page whose fragments are all free goes back to the arena.
 *
 * @module
 */
import { type MemoryArena, PAGE_SIZE } from "./memory_arena.ts";

/** The largest fragment; a file that needs more has pages of its own. */
export const FRAGMENT_MAX = 2048;

const GRANULE = 64;
const GRANULES_PER_PAGE = PAGE_SIZE / GRANULE;

/** One page cut into fragments. */
interface Sheet {
  readonly page: number;
  /** Free fragments 0 to 31 and 32 to 63, a bit each. */
  low: number;
  high: number;
  used: number;
  /** Where the list of sheets with room has it, or -1. */
  listed: number;
}

/** The size of the fragment that holds `bytes` (at most {@linkcode FRAGMENT_MAX}) bytes. */
export function fragmentSize(bytes: number): number {
  return bytes <= GRANULE ? GRANULE : 1 << (32 - Math.clz32(bytes - 1));
}

function mask(bits: number): number {
  return bits >= 32 ? -1 : (1 << bits) - 1;
}

/** Hands out fragments and takes them back. */
export class MemoryFragments {
  readonly #arena: MemoryArena;
  readonly #sheets = new Map<number, Sheet>();
  /** Sheets with room, by `log2(size / 64)`. */
  readonly #room: Sheet[][] = [[], [], [], [], [], []];

  /** Cuts pages of `arena`. */
  constructor(arena: MemoryArena) {
    this.#arena = arena;
  }

  /** A fragment of `size` bytes (from {@linkcode fragmentSize}), filled with zeros; -1 when the arena is full. */
  allocate(size: number): number {
    const room = this.#room[25 - Math.clz32(size)]!;
    const sheet = room.at(-1) ?? this.#cut(size, room);
    if (sheet === null) return -1;
    let slot: number;
    if (sheet.low !== 0) {
      slot = 31 - Math.clz32(sheet.low & -sheet.low);
      sheet.low &= sheet.low - 1;
    } else {
      slot = 63 - Math.clz32(sheet.high & -sheet.high);
      sheet.high &= sheet.high - 1;
    }
    sheet.used++;
    if (sheet.low === 0 && sheet.high === 0) {
      room.pop();
      sheet.listed = -1;
    }
    const fragment = sheet.page * GRANULES_PER_PAGE + slot * (size / GRANULE);
    const start = MemoryFragments.offsetOf(fragment);
    this.#arena.bytes[fragment >> 14]!.fill(0, start, start + size);
    return fragment;
  }

  /** Takes a fragment back; `size` is what it was allocated with. */
  free(fragment: number, size: number): void {
    const page = fragment >> 6;
    const sheet = this.#sheets.get(page);
    if (sheet === undefined) throw new RangeError(`Cannot free fragment ${fragment}: no such page`);
    const slot = (fragment & 63) / (size / GRANULE);
    if (slot < 32) sheet.low |= 1 << slot;
    else sheet.high |= 1 << (slot - 32);
    sheet.used--;
    const room = this.#room[25 - Math.clz32(size)]!;
    if (sheet.listed < 0) sheet.listed = room.push(sheet) - 1;
    if (sheet.used > 0) return;
    const last = room.pop();
    if (last !== undefined && last !== sheet) {
      room[sheet.listed] = last;
      last.listed = sheet.listed;
    }
    this.#sheets.delete(page);
    this.#arena.free(page);
  }

  /** Where a fragment begins in its slab, which is `arena.bytes[fragment >> 14]`. */
  static offsetOf(fragment: number): number {
    return (fragment & 0x3fff) << 6;
  }

  #cut(size: number, room: Sheet[]): Sheet | null {
    const page = this.#arena.allocate();
    if (page < 0) return null;
    const slots = PAGE_SIZE / size;
    const sheet: Sheet = {
      page,
      low: mask(slots),
      high: slots > 32 ? mask(slots - 32) : 0,
      used: 0,
      listed: room.length,
    };
    room.push(sheet);
    this.#sheets.set(page, sheet);
    return sheet;
  }
}
