/**
 * Attributes in the order in which everybody sends them.
 *
 * @module
 */
import { type CborReader, CborWriter } from "../cbor/mod.ts";
import { readName, readSize } from "./field.ts";
import type { VFSDirEntry } from "./vfs_dir_entry.ts";
import type { VFSStat } from "./vfs_stat.ts";

function encoded(key: string): Uint8Array {
  const writer = new CborWriter();
  writer.text(key);
  return writer.view().slice();
}

const NAME = encoded("name");
const SIZE = encoded("size");
const MODE = encoded("mode");
const MTIME = encoded("mtime");
const IS_DIR = encoded("is_dir");
const INO = encoded("ino");
const UINT32 = 0xffff_ffff;

/** A signed integer within 2^53. */
function int53(reader: CborReader): number {
  const value = reader.int64();
  if (typeof value !== "number") throw reader.error("integer over 53 bits");
  return value;
}

function readIno(reader: CborReader, stat: VFSStat): void {
  if (reader.nothing()) return;
  reader.uint64();
  stat.inoHigh = reader.high;
  stat.inoLow = reader.low;
}

/**
 * Reads the first fields of attributes, as the table of `stat` has them. A listing has thousands of these,
 * and looking up every key by the table takes half of the time. `codec_test.ts` compares the two ways.
 */
export function readStatFirst(reader: CborReader, stat: VFSStat, count: number): number {
  if (count < 5 || !reader.take(SIZE)) return 0;
  if (!reader.nothing()) stat.size = readSize(reader);
  if (!reader.take(MODE)) return 1;
  if (!reader.nothing()) stat.mode = reader.uint(UINT32);
  if (!reader.take(MTIME)) return 2;
  if (!reader.nothing()) stat.modTime = int53(reader);
  if (!reader.take(IS_DIR)) return 3;
  if (!reader.nothing()) stat.isDir = reader.boolean();
  if (!reader.take(INO)) return 4;
  readIno(reader, stat);
  return 5;
}

/** Reads the first fields of an entry, as the tables of `entry` have them. */
export function readEntryFirst(version: 1 | 2) {
  return (reader: CborReader, entry: VFSDirEntry, count: number): number => {
    if (count < 5 || !reader.take(NAME)) return 0;
    if (!reader.nothing()) {
      entry.name = version === 2 ? readName(reader) : reader.text(Number.MAX_SAFE_INTEGER);
    }
    if (!reader.take(IS_DIR)) return 1;
    if (!reader.nothing()) entry.isDir = reader.boolean();
    if (!reader.take(MODE)) return 2;
    if (!reader.nothing()) entry.mode = reader.uint(UINT32);
    if (!reader.take(SIZE)) return 3;
    if (!reader.nothing()) entry.size = readSize(reader);
    if (!reader.take(INO)) return 4;
    readIno(reader, entry);
    return 5;
  };
}
