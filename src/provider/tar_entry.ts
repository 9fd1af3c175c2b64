/**
 * The entries of an archive, each with all that its headers say.
 *
 * @module
 */
import { decodeName, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG } from "../base/mod.ts";
import type { Timespec } from "./file_info.ts";
import { TarError } from "./tar_error.ts";
import { decodeTarHeader, TAR_BLOCK, type TarHeader } from "./tar_header.ts";
import {
  decodeTarRecords,
  decodeTarTime,
  decodeXattrKey,
  TAR_RECORDS_MAX,
  type TarRecords,
} from "./tar_records.ts";

/** One entry: a file, directory, link or device, before its content. */
export interface TarEntry {
  /** Where its first header begins, in bytes. */
  readonly offset: number;
  /** The components of its path; none for the directory that was archived. */
  readonly path: readonly string[];
  /** The type bits of `st_mode`; 0 for a further name of a file that came before. */
  readonly type: number;
  /** Permission bits. */
  readonly mode: number;
  /** Owner. */
  readonly uid: number;
  /** Group. */
  readonly gid: number;
  /** Last access, where it is told. */
  readonly atime: Timespec | null;
  /** Last change of the content. */
  readonly mtime: Timespec;
  /** What a symbolic link points to, as it is; for a further name, the path of the first. */
  readonly link: string;
  /** Major and minor number of a device. */
  readonly device: readonly [major: number, minor: number];
  /** Extended attributes. */
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
  /** Bytes in the archive: of a file with holes, its map and its data. */
  readonly stored: number;
  /** The size of a file with holes, whose content begins with a map; null for every other. */
  readonly sparseSize: number | null;
}

/** Kinds of entries that become something. */
const TYPES: Readonly<Record<string, number>> = {
  "0": S_IFREG,
  "\0": S_IFREG,
  "7": S_IFREG,
  "1": 0,
  "2": S_IFLNK,
  "3": S_IFCHR,
  "4": S_IFBLK,
  "5": S_IFDIR,
  "6": S_IFIFO,
};

/** Gives the extended headers their entry. */
export class TarEntryReader {
  readonly #exactly: (size: number) => Promise<Uint8Array>;
  readonly #offset: () => number;
  /** Records for all entries that follow. */
  #global: TarRecords = new Map();

  /** Reads headers with `exactly`, which begin where `offset` tells. */
  constructor(exactly: (size: number) => Promise<Uint8Array>, offset: () => number) {
    this.#exactly = exactly;
    this.#offset = offset;
  }

  /** The next entry, whose content is then what comes; null at the mark that ends the archive. */
  async next(): Promise<TarEntry | null> {
    const offset = this.#offset();
    let own: TarRecords = new Map();
    let longName: string | undefined;
    let longLink: string | undefined;
    while (true) {
      const at = this.#offset();
      const header = decodeTarHeader(await this.#exactly(TAR_BLOCK), at);
      if (header === null) {
        if (at !== offset) throw new TarError("an extended header is not followed by an entry", at);
        await this.#end(at);
        return null;
      }
      if (header.type === "x") own = decodeTarRecords(await this.#text(header, at), at);
      else if (header.type === "g") {
        this.#global = new Map([
          ...this.#global,
          ...decodeTarRecords(await this.#text(header, at), at),
        ]);
      } else if (header.type === "L") longName = cString(await this.#text(header, at));
      else if (header.type === "K") longLink = cString(await this.#text(header, at));
      else {
        const name = longName ?? header.name;
        const link = longLink ?? header.link;
        return entryOf({ ...header, name, link }, new Map([...this.#global, ...own]), offset);
      }
    }
  }

  /** The second of the two blocks of zeros. */
  async #end(offset: number): Promise<void> {
    const block = await this.#exactly(TAR_BLOCK);
    if (block.some((byte) => byte !== 0)) throw new TarError("its end mark is damaged", offset);
  }

  async #text({ size }: TarHeader, offset: number): Promise<Uint8Array> {
    if (size > TAR_RECORDS_MAX) {
      throw new TarError(
        `its extended header has ${size} bytes (limit ${TAR_RECORDS_MAX})`,
        offset,
      );
    }
    return (await this.#exactly(paddedSize(size))).subarray(0, size);
  }
}

/** `size` and what fills the last block. */
export function paddedSize(size: number): number {
  return Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
}

function cString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeName(bytes, 0, end < 0 ? bytes.length : end);
}

function entryOf(header: TarHeader, records: TarRecords, offset: number): TarEntry {
  const text = (key: string): string | undefined => {
    const value = records.get(key);
    return value === undefined || value.length === 0 ? undefined : decodeName(value);
  };
  const count = (key: string): number | undefined => {
    const value = text(key);
    if (value === undefined) return undefined;
    const isCount = /^[0-9]{1,16}$/.test(value) && Number.isSafeInteger(Number(value));
    if (!isCount) throw new TarError(`its ${key} is not a number: "${value}"`, offset);
    return Number(value);
  };
  const time = (key: string): Timespec | undefined => {
    const value = text(key);
    return value === undefined ? undefined : decodeTarTime(value, offset);
  };
  const sparseSize = sparseSizeOf(header, records, text, count, offset);
  const name = text("GNU.sparse.name") ?? text("path") ?? header.name;
  const isOldDirectory = (header.type === "0" || header.type === "\0") && name.endsWith("/");
  const type = isOldDirectory ? S_IFDIR : TYPES[header.type];
  if (type === undefined) {
    throw new TarError(`entries of type "${header.type}" are unknown`, offset);
  }
  const stored = count("size") ?? header.size;
  if (stored > 0 && type !== S_IFREG) throw new TarError("only files can have content", offset);
  return {
    offset,
    path: tarPath(name, offset),
    type,
    mode: header.mode & 0o7777,
    uid: count("uid") ?? header.uid,
    gid: count("gid") ?? header.gid,
    atime: time("atime") ?? null,
    mtime: time("mtime") ?? { sec: header.mtime, nsec: 0 },
    link: text("linkpath") ?? header.link,
    device: [header.major, header.minor],
    xattrs: xattrsOf(records),
    stored,
    sparseSize,
  };
}

/** Files with holes have three formats in extended headers and one in GNU's own; the newest is read. */
function sparseSizeOf(
  header: TarHeader,
  records: TarRecords,
  text: (key: string) => string | undefined,
  count: (key: string) => number | undefined,
  offset: number,
): number | null {
  const isSparse = [...records.keys()].some((key) => key.startsWith("GNU.sparse."));
  if (!isSparse && header.type !== "S") return null;
  const size = count("GNU.sparse.realsize");
  const version = `${text("GNU.sparse.major")}.${text("GNU.sparse.minor")}`;
  if (header.type === "S" || version !== "1.0" || size === undefined) {
    throw new TarError(
      "of files with holes only format 1.0 is known (tar --format=posix --sparse)",
      offset,
    );
  }
  return size;
}

function xattrsOf(records: TarRecords): ReadonlyMap<string, Uint8Array> {
  const xattrs = new Map<string, Uint8Array>();
  for (const [key, value] of records) {
    const name = decodeXattrKey(key);
    if (name !== null) xattrs.set(name, value);
  }
  return xattrs;
}

/**
 * The components of a name in an archive.
 *
 * @throws {TarError} For a name that is absolute, empty, or leads upwards.
 */
export function tarPath(name: string, offset: number): string[] {
  const fault = name === ""
    ? "a name is empty"
    : name.startsWith("/")
    ? `the name ${JSON.stringify(name)} is absolute`
    : name.includes("\0")
    ? `the name ${JSON.stringify(name)} has a NUL character`
    : null;
  if (fault !== null) throw new TarError(fault, offset);
  const path = name.split("/").filter((part) => part !== "" && part !== ".");
  if (path.includes("..")) {
    throw new TarError(`the name ${JSON.stringify(name)} leads upwards`, offset);
  }
  return path;
}
