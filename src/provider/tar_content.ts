/**
 * The content of one entry of an archive: data, and where it belongs.
 *
 * @module
 */
import { paddedSize, type TarEntry } from "./tar_entry.ts";
import { TarError } from "./tar_error.ts";
import { TAR_BLOCK } from "./tar_header.ts";
import type { DataRegion } from "./tar_holes.ts";
import type { TarSource } from "./tar_source.ts";

/** How much of a file is handed on at once, in bytes. */
const PIECE = 262_144;
/** The most regions of data that one file with holes may have: its map is held in memory. */
export const TAR_REGIONS_MAX = 1_000_000;

/** Data and its place in the file. */
export interface TarData {
  /** Where it belongs, in bytes. */
  readonly offset: number;
  /** The data; valid until the next is asked for. */
  readonly data: Uint8Array;
}

/** The size of the file that an entry describes. */
export function tarSizeOf(entry: TarEntry): number {
  return entry.sparseSize ?? entry.stored;
}

/** Yields the data of an entry, in order. It must be taken to its end before the next entry is read. */
export async function* tarContent(
  source: TarSource,
  entry: TarEntry,
): AsyncGenerator<TarData, void, void> {
  const regions = entry.sparseSize === null
    ? [{ offset: 0, size: entry.stored }]
    : await readMap(source, entry, entry.sparseSize);
  for (const { offset, size } of regions) {
    for (let done = 0; done < size;) {
      const data = await source.more(Math.min(size - done, PIECE));
      yield { offset: offset + done, data };
      done += data.length;
    }
  }
  await source.skip(paddedSize(entry.stored) - entry.stored);
}

/** The map before the data (GNU tar's manual, "PAX Format, Version 1.0"): decimal numbers, a line each. */
async function readMap(
  source: TarSource,
  { offset, stored }: TarEntry,
  size: number,
): Promise<DataRegion[]> {
  const numbers = decimalLines(source, { offset, stored });
  const next = async (): Promise<number> => (await numbers.next()).value ?? 0;
  const count = await next();
  if (count > TAR_REGIONS_MAX) {
    throw new TarError(`a file has ${count} regions (limit ${TAR_REGIONS_MAX})`, offset);
  }
  const regions: DataRegion[] = [];
  let end = 0;
  let data = 0;
  const start = source.offset;
  for (let index = 0; index < count; index++) {
    const region = { offset: await next(), size: await next() };
    if (region.offset < end || region.offset + region.size > size) {
      throw new TarError("the map of a file with holes contradicts itself", offset);
    }
    end = region.offset + region.size;
    data += region.size;
    regions.push(region);
  }
  // The block with the count has been read before `start`.
  if (data !== stored - TAR_BLOCK - (source.offset - start)) {
    throw new TarError("the map of a file with holes does not fit its data", offset);
  }
  return regions;
}

async function* decimalLines(
  source: TarSource,
  { offset, stored }: Pick<TarEntry, "offset" | "stored">,
): AsyncGenerator<number, never, void> {
  let digits = "";
  for (let read = TAR_BLOCK; read <= stored; read += TAR_BLOCK) {
    for (const byte of await source.exactly(TAR_BLOCK)) {
      if (byte >= 0x30 && byte <= 0x39 && digits.length < 15) {
        digits += String.fromCharCode(byte);
      } else if (byte === 0x0a && digits !== "") {
        yield Number(digits);
        digits = "";
      } else throw new TarError("the map of a file with holes is damaged", offset);
    }
  }
  throw new TarError("the map of a file with holes is cut off", offset);
}
