/**
 * An archive into a tree.
 *
 * @module
 */
import {
  always,
  clean,
  FsError,
  join,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_WRONLY,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFLNK,
  S_IFREG,
  toErrno,
} from "../base/mod.ts";
import type { Capability } from "./capability.ts";
import type { Context } from "./context.ts";
import type { CopyProgress, TreePlace } from "./copy_tree.ts";
import { describe } from "./describe.ts";
import { tarContent, tarSizeOf } from "./tar_content.ts";
import { type TarEntry, TarEntryReader, tarPath } from "./tar_entry.ts";
import { TarError } from "./tar_error.ts";
import { TarSource } from "./tar_source.ts";
import { writeAll } from "./write_all.ts";

/** Default of {@linkcode ReadTarOptions.entriesMax}. */
export const TAR_ENTRIES_MAX = 1_000_000;
/** Default of {@linkcode ReadTarOptions.bytesMax}: 16 GiB. */
export const TAR_BYTES_MAX: number = 16 * 2 ** 30;

/** How many directories deep a path in an archive may lie. */
const TAR_DEPTH_MAX = 1000;

/** Settings of {@linkcode readTar}. */
export interface ReadTarOptions {
  /** The caller; without it the process itself. */
  readonly context?: Context | undefined;
  /** Ends the reading with EINTR; what has been unpacked stays. */
  readonly signal?: AbortSignal | undefined;
  /** Replaces files that are there; otherwise they are EEXIST. Directories are merged always. */
  readonly overwrite?: boolean;
  /** Keeps owner and group, where the provider declares `chown`. Default false. */
  readonly owner?: boolean;
  /** Which extended attributes are set, where the provider declares `xattr`. Default those that begin with `user.`. */
  readonly xattrs?: (name: string) => boolean;
  /** The most entries, with directories that are only mentioned in paths. */
  readonly entriesMax?: number;
  /** The most bytes of content in all, as stored: holes do not count. */
  readonly bytesMax?: number;
  /** Told after every entry and every piece of content. */
  readonly progress?: (progress: CopyProgress, path: string) => void;
  /**
   * Decides on an entry that the provider cannot hold, because it does not declare the capability:
   * return to leave it out, throw to end the reading. Default: ENOSYS.
   */
  readonly unsupported?: (path: string, capability: Capability) => void;
}

/**
 * Unpacks a tar archive into a directory, which is made when it is not there: POSIX `pax` and `ustar`,
 * and what GNU tar writes by default. It keeps content with its holes (GNU's format 1.0), permission bits,
 * symbolic and hard links, special files, times to the nanosecond and extended attributes, as far as the
 * provider can. It holds one chunk of the archive at a time, and a line for each directory.
 *
 * An archive may come from anybody. Nothing is made outside of `to.path`: names that are absolute or have a
 * `..` are refused, and so is every path through something that is no directory, such as a link that the
 * archive made before. Damaged headers and archives that end too early are refused as well.
 *
 * @param chunks The archive, for instance a `ReadableStream`; uncompressed.
 * @throws {TarError} For an archive that is damaged, cut off, dangerous, or over a limit.
 * @throws {FsError} EEXIST, EINTR when `options.signal` aborts, and whatever the provider throws.
 *
 * @example
 * ```ts
 * import { MemoryProvider, readFile, readTar, writeFile, writeTar } from "@fusewire/vfs";
 * import { assertEquals } from "@std/assert";
 *
 * const from = new MemoryProvider();
 * await writeFile(from, "/main.ts", "1;");
 * const to = new MemoryProvider();
 * const done = await readTar(
 *   writeTar({ provider: from, path: "/" }),
 *   { provider: to, path: "/copy" },
 * );
 * assertEquals([done.files, done.bytes], [1, 2]);
 * assertEquals((await readFile(to, "/copy/main.ts")).length, 2);
 * ```
 */
export async function readTar(
  chunks: AsyncIterable<Uint8Array>,
  to: TreePlace,
  options: ReadTarOptions = {},
): Promise<CopyProgress> {
  await using source = new TarSource(chunks, options.signal);
  const reader = new TarEntryReader((size) => source.exactly(size), () => source.offset);
  const unpacking = new Unpacking(source, to, options);
  for (let entry = await reader.next(); entry !== null; entry = await reader.next()) {
    await unpacking.one(entry);
  }
  await unpacking.finishDirectories();
  await requireZeros(source);
  return { ...unpacking.done };
}

/** Behind its end mark an archive is filled up with zeros; anything else would be lost without a word. */
async function requireZeros(source: TarSource): Promise<void> {
  for (let at = source.offset;; at = source.offset) {
    const piece = await source.piece(65_536);
    if (piece === null) return;
    if (piece.some((byte) => byte !== 0)) throw new TarError("something follows its end mark", at);
  }
}

/** A directory that is known to be one: nothing here turns it into anything else. */
class KnownDirectory {
  readonly below = new Map<string, KnownDirectory>();
  isChecked = false;
}

class Unpacking {
  readonly done = {
    directories: 0,
    files: 0,
    symlinks: 0,
    hardLinks: 0,
    special: 0,
    bytes: 0,
    skipped: 0,
  };
  readonly #source: TarSource;
  readonly #to: TreePlace["provider"];
  readonly #root: string;
  readonly #options: ReadTarOptions;
  #entries = 0;
  readonly #known = new KnownDirectory();
  /** Directories get their attributes when everything is in them. */
  readonly #unfinished: { readonly path: string; readonly entry: TarEntry }[] = [];

  constructor(source: TarSource, to: TreePlace, options: ReadTarOptions) {
    this.#source = source;
    this.#to = to.provider;
    this.#root = clean(to.path);
    this.#options = options;
  }

  async one(entry: TarEntry): Promise<void> {
    const { progress } = this.#options;
    this.#count(entry.offset);
    const path = await this.#place(entry.path, entry.offset);
    if (entry.type === S_IFDIR) {
      await this.#directory(entry.path, 0o700 | entry.mode, entry.offset);
      this.done.directories++;
      this.#unfinished.push({ path, entry });
    } else if (entry.path.length === 0) {
      throw new TarError("the archived directory is no directory", entry.offset);
    } else if (entry.type === 0) await this.#hardLink(path, entry);
    else if (await this.#fresh(path, entry)) await this.#finish(path, entry);
    progress?.({ ...this.done }, path);
  }

  async finishDirectories(): Promise<void> {
    for (const { path, entry } of this.#unfinished.reverse()) await this.#finish(path, entry);
  }

  /** The path of an entry, whose directories are made where they are missing. */
  async #place(components: readonly string[], offset: number): Promise<string> {
    const last = components.at(-1);
    const directory = await this.#directory(components.slice(0, -1), null, offset);
    return last === undefined ? directory : join(directory, last);
  }

  /**
   * Makes sure that a path is a directory, and none of it by way of a link. `mode` is that of its own
   * entry, null when the path is only mentioned.
   */
  async #directory(
    components: readonly string[],
    mode: number | null,
    offset: number,
  ): Promise<string> {
    if (components.length > TAR_DEPTH_MAX) {
      throw new TarError(`a path is deeper than ${TAR_DEPTH_MAX} directories`, offset);
    }
    let path = this.#root;
    let known = this.#known;
    if (!known.isChecked) await this.#make(path, 0o755, offset);
    known.isChecked = true;
    for (const [index, component] of components.entries()) {
      path = join(path, component);
      let below = known.below.get(component);
      if (below === undefined) {
        const own = index === components.length - 1 ? mode : null;
        if (own === null) this.#count(offset);
        await this.#make(path, own ?? 0o755, offset);
        below = new KnownDirectory();
        known.below.set(component, below);
      }
      known = below;
    }
    return path;
  }

  /** One directory, where there may be one already; the root may be reached by a link. */
  async #make(path: string, mode: number, offset: number): Promise<void> {
    const { context } = this.#options;
    try {
      if (path === "/") return;
      await this.#to.mkdir(path, mode, context);
    } catch (thrown) {
      if (toErrno(thrown).code !== "EEXIST") throw thrown;
      const info = path === this.#root
        ? await this.#to.stat(path, context)
        : await describe(this.#to, path, context);
      if (!info.isDir) throw new TarError(`${JSON.stringify(path)} is no directory here`, offset);
    }
  }

  /** What an archive makes, with directories that it only mentions. */
  #count(offset: number): void {
    const { entriesMax = TAR_ENTRIES_MAX } = this.#options;
    if (++this.#entries > entriesMax) {
      throw new TarError(`it has more than ${entriesMax} entries (entriesMax)`, offset);
    }
  }

  async #hardLink(path: string, { link, offset }: TarEntry): Promise<void> {
    const first = await this.#place(tarPath(link, offset), offset);
    if (!this.#supports("link", path)) return;
    if (first !== path) {
      await this.#replace(path);
      await this.#to.link(first, path, this.#options.context);
    }
    this.done.hardLinks++;
  }

  /** Makes what is no directory; false when it was left out. */
  async #fresh(path: string, entry: TarEntry): Promise<boolean> {
    const { context } = this.#options;
    const { type } = entry;
    if (type !== S_IFREG && !this.#supports(type === S_IFLNK ? "symlink" : "mknod", path)) {
      return false;
    }
    await this.#replace(path);
    if (type === S_IFREG) {
      await this.#file(path, entry);
      this.done.files++;
    } else if (type === S_IFLNK) {
      await this.#to.symlink(entry.link, path, context);
      this.done.symlinks++;
    } else {
      const isDevice = type === S_IFCHR || type === S_IFBLK;
      await this.#to.mknod(path, type | 0o600, isDevice ? deviceOf(entry) : 0, context);
      this.done.special++;
    }
    return true;
  }

  #supports(capability: Capability, path: string): boolean {
    if (this.#to.capabilities.has(capability)) return true;
    if (this.#options.unsupported === undefined) {
      throw new FsError("ENOSYS", { syscall: "readTar", path });
    }
    this.#options.unsupported(path, capability);
    this.done.skipped++;
    return false;
  }

  /** Takes away what is at the path, when the caller said so. */
  async #replace(path: string): Promise<void> {
    if (this.#options.overwrite !== true) return;
    try {
      await this.#to.unlink(path, this.#options.context);
    } catch (thrown) {
      if (toErrno(thrown).code !== "ENOENT") throw thrown;
    }
  }

  async #file(path: string, entry: TarEntry): Promise<void> {
    const { context, bytesMax = TAR_BYTES_MAX, progress } = this.#options;
    // O_EXCL: an archive never writes through a name that was there before.
    const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    const handle = await this.#to.open(path, flags, 0o600, context);
    await always(async () => {
      let end = 0;
      for await (const { offset, data } of tarContent(this.#source, entry)) {
        this.done.bytes += data.length;
        if (this.done.bytes > bytesMax) {
          throw new TarError(`it has more than ${bytesMax} bytes (bytesMax)`, entry.offset);
        }
        await writeAll(handle, data, offset, context);
        end = offset + data.length;
        progress?.({ ...this.done }, path);
      }
      if (tarSizeOf(entry) > end) await handle.truncate(tarSizeOf(entry), context);
    }, () => handle.close(context));
  }

  /** Owner, permissions, extended attributes and times, in the order in which none undoes another. */
  async #finish(path: string, entry: TarEntry): Promise<void> {
    const { context, owner = false, xattrs = isUserXattr } = this.#options;
    const { capabilities } = this.#to;
    if (owner && capabilities.has("chown")) {
      await this.#to.lchown(path, entry.uid, entry.gid, context);
    }
    if (entry.type !== S_IFLNK) {
      await this.#to.chmod(path, entry.mode, context);
      for (const [name, value] of capabilities.has("xattr") ? entry.xattrs : []) {
        if (xattrs(name)) await this.#to.setXattr(path, name, value, 0, context);
      }
    }
    if (capabilities.has("utimes")) {
      await this.#to.lutimes(path, entry.atime, entry.mtime, context);
    }
  }
}

/** Others than the user's are the system's (labels, capabilities): to keep them is a decision of the caller. */
export function isUserXattr(name: string): boolean {
  return name.startsWith("user.");
}

/** The number that `makedev(3)` makes, within 32 bits. */
function deviceOf({ device: [major, minor], offset }: TarEntry): number {
  if (major > 0xfff || minor > 0xfffff) {
    throw new TarError(`the device ${major}:${minor} is out of range`, offset);
  }
  return ((minor & 0xff) | (major << 8) | ((minor & 0xfff00) << 12)) >>> 0;
}
