/**
 * A tree into an archive.
 *
 * @module
 */
import {
  clean,
  encodeName,
  FsError,
  isDirectory,
  isRegular,
  isSymlink,
  MODE_PERMISSIONS,
  O_NOFOLLOW,
  O_RDONLY,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
} from "../base/mod.ts";
import { requireCount } from "./answers.ts";
import type { Context } from "./context.ts";
import type { TreePlace } from "./copy_tree.ts";
import type { FileInfo } from "./file_info.ts";
import type { Handle } from "./handle.ts";
import { isUserXattr } from "./read_tar.ts";
import { type DataRegion, dataRegions, encodeMap, isWorthIt } from "./tar_holes.ts";
import { encodeTarHeader, octalMax, TAR_BLOCK, TAR_NAME_MAX } from "./tar_header.ts";
import { encodeTarRecords, encodeTarTime, encodeXattrKey } from "./tar_records.ts";
import { walk } from "./walk.ts";

/** Bytes of each chunk but the last. */
const CHUNK = 65_536;
/** Bytes of which an archive has a multiple, for the sake of tape drives and of `tar --compare`. */
const RECORD = 20 * TAR_BLOCK;

/** Settings of {@linkcode writeTar}. */
export interface WriteTarOptions {
  /** The caller; without it the process itself. */
  readonly context?: Context | undefined;
  /** Ends the archive with EINTR. */
  readonly signal?: AbortSignal | undefined;
  /** Which extended attributes are kept. Default those that begin with `user.`. */
  readonly xattrs?: (name: string) => boolean;
  /** Writes holes as holes (GNU's format 1.0), where the provider declares `seekHole`. Default true. */
  readonly holes?: boolean;
  /** Told of each name, before its content. */
  readonly progress?: (path: string, info: FileInfo) => void;
  /** Decides on a socket, which no archive can hold: return to leave it out. Default: EOPNOTSUPP. */
  readonly unsupported?: (path: string, info: FileInfo) => void;
}

const TYPES: Readonly<Record<number, string>> = {
  [S_IFREG]: "0",
  [S_IFLNK]: "2",
  [S_IFCHR]: "3",
  [S_IFBLK]: "4",
  [S_IFDIR]: "5",
  [S_IFIFO]: "6",
};

/**
 * Yields a file or tree as a tar archive in POSIX `pax` format, chunk by chunk: names of any length, sizes over
 * 8 GiB, times to the nanosecond, owners as numbers, symbolic and hard links, special files, extended attributes
 * and holes. Names begin with `./`, which is the directory itself; a file alone has its last name. Only
 * one chunk is held at a time; `ReadableStream.from()` makes a stream of it.
 *
 * @throws {FsError} EINTR when `options.signal` aborts, EIO for a file that became shorter meanwhile,
 * EOPNOTSUPP for a socket, and whatever the provider throws.
 *
 * @example
 * ```ts
 * import { MemoryProvider, writeFile, writeTar } from "@fusewire/vfs";
 * import { assertEquals } from "@std/assert";
 *
 * const provider = new MemoryProvider();
 * await writeFile(provider, "/main.ts", "1;");
 * const archive = new Response(ReadableStream.from(writeTar({ provider, path: "/" })));
 * assertEquals((await archive.bytes()).length % 512, 0);
 * ```
 */
export async function* writeTar(
  from: TreePlace,
  options: WriteTarOptions = {},
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const archive = new Archive(from, options);
  const { context, signal } = options;
  let isDir = false;
  // What is archived as something else is not gone into, such as a link that is listed as a directory.
  const descend = (): boolean => isDir;
  const names = walk(from.provider, from.path, { context, signal, descend });
  for await (const { path, entry } of names) {
    const info = await entry.info();
    isDir = info.isDir;
    options.progress?.(path, info);
    yield* archive.one(path, info);
  }
  yield* archive.end();
}

class Archive {
  readonly #from: TreePlace["provider"];
  readonly #root: string;
  readonly #options: WriteTarOptions;
  /** The name in the archive under which an inode with several names is. */
  readonly #firstNames = new Map<number | bigint, string>();
  #chunk = new Uint8Array(CHUNK);
  #used = 0;
  #written = 0;

  constructor(from: TreePlace, options: WriteTarOptions) {
    this.#from = from.provider;
    this.#root = clean(from.path);
    this.#options = options;
  }

  async *one(path: string, info: FileInfo): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    const type = TYPES[info.mode & S_IFMT];
    const name = this.#name(path, info);
    if (type === undefined) {
      if (this.#options.unsupported === undefined) {
        throw new FsError("EOPNOTSUPP", { syscall: "writeTar", path });
      }
      this.#options.unsupported(path, info);
      return;
    }
    const first = this.#firstName(name, info);
    if (first !== null) yield* this.#header(name, "1", info, { link: first, size: 0 });
    else if (isRegular(info.mode)) yield* this.#file(path, name);
    else {
      const { context } = this.#options;
      const link = isSymlink(info.mode) ? await this.#from.readlink(path, context) : "";
      const records = await this.#xattrs(path, info);
      yield* this.#header(name, type, info, { link, size: 0 }, records);
    }
  }

  /** The end mark, and zeros until a record is full. */
  async *end(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    const size = this.#written + 2 * TAR_BLOCK;
    yield* this.#bytes(new Uint8Array(Math.ceil(size / RECORD) * RECORD - this.#written));
    if (this.#used > 0) yield this.#take();
  }

  #name(path: string, info: FileInfo): string {
    const below = path === this.#root
      ? ""
      : path.slice(this.#root === "/" ? 1 : this.#root.length + 1);
    if (isDirectory(info.mode)) return below === "" ? "./" : `./${below}/`;
    return below === "" ? `./${path.slice(path.lastIndexOf("/") + 1)}` : `./${below}`;
  }

  #firstName(name: string, info: FileInfo): string | null {
    if (info.isDir || info.nlink < 2 || !this.#from.capabilities.has("inode")) return null;
    const first = this.#firstNames.get(info.ino);
    if (first === undefined) this.#firstNames.set(info.ino, name);
    return first ?? null;
  }

  async #xattrs(path: string, info: FileInfo): Promise<Map<string, Uint8Array>> {
    const { context, xattrs = isUserXattr } = this.#options;
    const records = new Map<string, Uint8Array>();
    if (isSymlink(info.mode) || !this.#from.capabilities.has("xattr")) return records;
    for (const name of await this.#from.listXattr(path, context)) {
      if (!xattrs(name)) continue;
      records.set(encodeXattrKey(name), await this.#from.getXattr(path, name, context));
    }
    return records;
  }

  async *#file(path: string, name: string): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    const { context, holes = true } = this.#options;
    const handle = await this.#from.open(path, O_RDONLY | O_NOFOLLOW, 0, context);
    try {
      // What is open is described, not what had the name before.
      const info = await handle.stat(context);
      const records = await this.#xattrs(path, info);
      const isAsked = holes && this.#from.capabilities.has("seekHole");
      const regions = isAsked ? await dataRegions(handle, info.size, context) : null;
      if (regions !== null && isWorthIt(regions, info.size)) {
        yield* this.#sparse(name, info, regions, handle, records);
      } else {
        yield* this.#header(name, "0", info, { link: "", size: info.size }, records);
        yield* this.#content(handle, path, { offset: 0, size: info.size });
        yield* this.#fill();
      }
    } finally {
      await handle.close(context);
    }
  }

  /** A file with holes; programs that do not know of them find a file of another name. */
  async *#sparse(
    name: string,
    info: FileInfo,
    regions: readonly DataRegion[],
    handle: Handle,
    records: Map<string, Uint8Array>,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    const map = encodeMap(regions);
    const size = regions.reduce((sum, region) => sum + region.size, map.length);
    records.set("GNU.sparse.major", encodeName("1"));
    records.set("GNU.sparse.minor", encodeName("0"));
    records.set("GNU.sparse.name", encodeName(name));
    records.set("GNU.sparse.realsize", encodeName(String(info.size)));
    const stand = `./GNUSparseFile.0/${name.slice(name.lastIndexOf("/") + 1)}`;
    yield* this.#header(stand, "0", info, { link: "", size }, records);
    yield* this.#bytes(map);
    for (const region of regions) yield* this.#content(handle, name, region);
    yield* this.#fill();
  }

  async *#content(
    handle: Handle,
    path: string,
    { offset, size }: DataRegion,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    const { context, signal } = this.#options;
    for (let done = 0; done < size;) {
      if (signal?.aborted) {
        throw new FsError("EINTR", { syscall: "writeTar", path, cause: signal.reason });
      }
      const room = this.#chunk.subarray(this.#used, this.#used + size - done);
      const read = requireCount(
        await handle.readAt(room, offset + done, context),
        room.length,
      );
      // The header has promised so many bytes.
      if (read === 0) throw new FsError("EIO", { syscall: "writeTar", path });
      done += read;
      if (this.#advance(read)) yield this.#take();
    }
  }

  /** A header, with an extended one before it for what it cannot hold. */
  async *#header(
    name: string,
    type: string,
    info: FileInfo,
    { link, size }: { readonly link: string; readonly size: number },
    records: ReadonlyMap<string, Uint8Array> = new Map(),
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    const { mtime, atime, uid, gid, rdev } = info;
    const more = new Map([
      ["mtime", encodeName(encodeTarTime(mtime))],
      ["atime", encodeName(encodeTarTime(atime))],
      ...records,
    ]);
    if (encodeName(name).length > TAR_NAME_MAX) more.set("path", encodeName(name));
    if (encodeName(link).length > TAR_NAME_MAX) more.set("linkpath", encodeName(link));
    for (const [key, value] of [["uid", uid], ["gid", gid], ["size", size]] as const) {
      if (value > octalMax(key)) more.set(key, encodeName(String(value)));
    }
    const common = {
      mode: info.mode & MODE_PERMISSIONS,
      uid,
      gid,
      mtime: mtime.sec,
      major: type === "3" || type === "4" ? (rdev >>> 8) & 0xfff : 0,
      minor: type === "3" || type === "4" ? (rdev & 0xff) | ((rdev >>> 12) & 0xfff00) : 0,
    };
    const extended = encodeTarRecords(more);
    const before = { ...common, name: "./PaxHeaders", type: "x", link: "", major: 0, minor: 0 };
    yield* this.#bytes(encodeTarHeader({ ...before, mode: 0o644, size: extended.length }));
    yield* this.#bytes(extended);
    yield* this.#fill();
    yield* this.#bytes(encodeTarHeader({ ...common, name, type, link, size }));
  }

  /** Zeros until the block is full. */
  *#fill(): Generator<Uint8Array<ArrayBuffer>, void, void> {
    const over = this.#written % TAR_BLOCK;
    if (over > 0) yield* this.#bytes(new Uint8Array(TAR_BLOCK - over));
  }

  *#bytes(bytes: Uint8Array): Generator<Uint8Array<ArrayBuffer>, void, void> {
    for (let done = 0; done < bytes.length;) {
      const part = bytes.subarray(done, done + CHUNK - this.#used);
      this.#chunk.set(part, this.#used);
      done += part.length;
      if (this.#advance(part.length)) yield this.#take();
    }
  }

  /** Counts bytes that are in the chunk now; true when it is full. */
  #advance(size: number): boolean {
    this.#used += size;
    this.#written += size;
    return this.#used === CHUNK;
  }

  #take(): Uint8Array<ArrayBuffer> {
    const chunk = this.#chunk.subarray(0, this.#used);
    this.#chunk = new Uint8Array(CHUNK);
    this.#used = 0;
    return chunk;
  }
}
