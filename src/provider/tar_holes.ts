/**
 * Files with holes in an archive: GNU tar's format 1.0, a map of the data before the data.
 *
 * @module
 */
import { encodeName, SEEK_DATA, SEEK_HOLE, toErrno } from "../base/mod.ts";
import type { Context } from "./context.ts";
import type { Handle } from "./handle.ts";
import { TAR_BLOCK } from "./tar_header.ts";

/** Over this many regions of data a file is written whole: its map would have to be held in memory. */
const REGIONS_MAX = 65_536;

/** A part of a file, in bytes. */
export interface DataRegion {
  /** Where it begins. */
  readonly offset: number;
  /** How long it is. */
  readonly size: number;
}

/**
 * Where a file of so many bytes has data, with an empty region at the end when it ends in a hole; null when
 * there are too many regions.
 */
export async function dataRegions(
  handle: Handle,
  size: number,
  context: Context | undefined,
): Promise<DataRegion[] | null> {
  const regions: DataRegion[] = [];
  let end = 0;
  while (end < size) {
    const offset = await seek(handle, end, SEEK_DATA, size, context);
    end = offset < size ? await seek(handle, offset, SEEK_HOLE, size, context) : size;
    regions.push({ offset, size: end - offset });
    if (regions.length > REGIONS_MAX) return null;
  }
  return regions;
}

/** As `lseek(2)`, with the end of the file where there is nothing more; never behind it. */
async function seek(
  handle: Handle,
  offset: number,
  whence: number,
  size: number,
  context: Context | undefined,
): Promise<number> {
  try {
    return Math.min(await handle.seekHole(offset, whence, context), size);
  } catch (thrown) {
    if (toErrno(thrown).code === "ENXIO") return size;
    throw thrown;
  }
}

/** Whether the map and the data take less room than the whole file. */
export function isWorthIt(regions: readonly DataRegion[], size: number): boolean {
  const data = regions.reduce((sum, region) => sum + region.size, 0);
  return Math.ceil((encodeMap(regions).length + data) / TAR_BLOCK) < Math.ceil(size / TAR_BLOCK);
}

/** The map: how many regions, then offset and size of each, a decimal line each; whole blocks. */
export function encodeMap(regions: readonly DataRegion[]): Uint8Array {
  const lines = [regions.length, ...regions.flatMap(({ offset, size }) => [offset, size])];
  const text = encodeName(`${lines.join("\n")}\n`);
  const map = new Uint8Array(Math.ceil(text.length / TAR_BLOCK) * TAR_BLOCK);
  map.set(text);
  return map;
}
