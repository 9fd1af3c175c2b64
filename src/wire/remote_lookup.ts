/**
 * Attributes and listings over a connection.
 *
 * @module
 */
import {
  badEntryName,
  chain,
  clean,
  FsError,
  isPromise,
  join,
  type MaybePromise,
  nullIfMissing,
  rescue,
} from "../base/mod.ts";
import { type Context, DirEntry, type FileInfo } from "../provider/mod.ts";
import { unsoundName } from "./listed_names.ts";
import { OpCode } from "./op_code.ts";
import { RecentMiss } from "./recent_miss.ts";
import { RemoteAttributes } from "./remote_attributes.ts";
import { entryType, fileInfoOf } from "./remote_info.ts";
import { NOTHING } from "./remote_paths.ts";
import type { VFSDirEntry } from "./vfs_dir_entry.ts";
import type { VFSResponse } from "./vfs_response.ts";

/** EIO: with EOVERFLOW `ls` takes it that one entry is too large, and asks again and again. */
function tooManyEntries(path: string, entriesMax: number): FsError {
  const error = new FsError("EIO", { syscall: "readDir", path });
  error.message += ` (it has more than ${entriesMax} entries: entriesMax)`;
  return error;
}

/**
 * How a remote provider looks: it answers from what the client knows, or asks; and what is asked about again and
 * again it leases first (see `VFSClientOptions.cache`).
 */
export abstract class RemoteLookup extends RemoteAttributes {
  readonly #recentMiss = new RecentMiss(this.client);

  /** The attributes; links are followed on the server. */
  override stat(path: string, context?: Context): MaybePromise<FileInfo> {
    const cleaned = clean(path);
    const { cache, fresh } = this.client;
    const known = cache.stat(cleaned) ?? fresh.takeStat(cleaned);
    if (known !== undefined) return known;
    if (!cache.missed(cleaned)) return this.#getattr(path, context);
    return chain(
      this.#lease(cleaned, false, context),
      () => cache.stat(cleaned) ?? this.#getattr(path, context),
    );
  }

  #getattr(path: string, context: Context | undefined): MaybePromise<FileInfo> {
    this.begin(OpCode.Getattr, path, context);
    return this.send((response) => this.infoIn(response, "stat", path), "stat", path, context);
  }

  /** The attributes; a final link is described itself. Version 2, where the server declares it. */
  override lstat(path: string, context?: Context): MaybePromise<FileInfo> {
    if (!this.capabilities.has("lstat")) return super.lstat(path, context);
    const cleaned = clean(path);
    const { cache, fresh } = this.client;
    const known = cache.lstat(cleaned) ?? fresh.takeLstat(cleaned);
    if (known !== undefined) return known;
    if (!cache.missed(cleaned)) return this.#lookup(path, context);
    return chain(
      this.#lease(cleaned, false, context),
      () => cache.lstat(cleaned) ?? this.#lookup(path, context),
    );
  }

  #lookup(path: string, context: Context | undefined): MaybePromise<FileInfo> {
    this.begin(OpCode.Lookup, path, context);
    return this.send((response) => this.infoIn(response, "lstat", path), "lstat", path, context);
  }

  /** As `lstat`, but null where there is nothing. */
  find(path: string, context?: Context): MaybePromise<FileInfo | null> {
    // Who has an `lstat` of his own means that, and version 1 has none.
    if (this.lstat !== RemoteLookup.prototype.lstat || !this.capabilities.has("lstat")) {
      return rescue(() => this.lstat(path, context), nullIfMissing);
    }
    const cleaned = clean(path);
    const { cache, fresh } = this.client;
    const kept = cache.find(cleaned);
    const known = kept === undefined ? fresh.takeLstat(cleaned) : kept;
    if (known !== undefined) return known;
    if (cache.mayBeLate && this.#recentMiss.take(cleaned)) return null;
    if (!cache.missed(cleaned)) return this.#findThere(path, context);
    return chain(this.#lease(cleaned, false, context), () => {
      const leased = cache.find(cleaned);
      return leased === undefined ? this.#findThere(path, context) : leased;
    });
  }

  #findThere(path: string, context: Context | undefined): MaybePromise<FileInfo | null> {
    this.begin(OpCode.Lookup, path, context);
    const take = (response: VFSResponse): FileInfo | null => this.infoIn(response, "lstat", path);
    const mark = this.client.changeMark;
    const isMissing = (): null => {
      this.#recentMiss.keep(clean(path), mark);
      return null;
    };
    return this.client.ask(take, { syscall: "lstat", path }, context, isMissing);
  }

  /**
   * Takes the leases that would answer a question about a clean path, from the root on: each is asked for when
   * the one above it is there. What is refused is the question's to tell.
   *
   * @param isList Whether the question is what there is below.
   * @param before What was asked for last: who gets no further with that stops.
   */
  #lease(
    path: string,
    isList: boolean,
    context: Context | undefined,
    before?: string,
  ): MaybePromise<void> {
    const wish = this.client.cache.leaseFor(path, isList);
    if (wish === undefined || wish.path === before) return;
    const request = this.begin(OpCode.Lease, wish.path, context);
    request.size = wish.entriesMax;
    request.flags = wish.flags;
    const ask = (): MaybePromise<void> =>
      chain(
        this.send(NOTHING, "lease", wish.path, context),
        () => this.#lease(path, isList, context, wish.path),
      );
    return rescue(ask, () => {});
  }

  /** The entries: in version 2 with their attributes, in as many messages as it takes. */
  override readDir(path: string, context?: Context): MaybePromise<DirEntry[]> {
    const cleaned = clean(path);
    const { cache } = this.client;
    const known = cache.list(cleaned);
    if (known !== undefined) return known;
    if (!cache.missedList(cleaned)) return this.#pages(path, context);
    return chain(
      this.#lease(cleaned, true, context),
      () => cache.list(cleaned) ?? this.#pages(path, context),
    );
  }

  #pages(path: string, context: Context | undefined): MaybePromise<DirEntry[]> {
    const entries: DirEntry[] = [];
    let cursor = 0;
    do {
      const next = this.#page(path, cursor, entries, context);
      if (isPromise(next)) return this.#pagesBehind(next, path, entries, context);
      cursor = next;
    } while (cursor !== 0);
    return entries;
  }

  async #pagesBehind(
    first: Promise<number>,
    path: string,
    entries: DirEntry[],
    context: Context | undefined,
  ): Promise<DirEntry[]> {
    let cursor = await first;
    while (cursor !== 0) cursor = await this.#page(path, cursor, entries, context);
    return entries;
  }

  /** Adds the entries of one message; returns where the next one begins, 0 behind the last. */
  #page(
    path: string,
    cursor: number,
    entries: DirEntry[],
    context: Context | undefined,
  ): MaybePromise<number> {
    const request = this.begin(OpCode.Readdir, path, context);
    request.cursor = cursor;
    request.offset = entries.length;
    const take = (response: VFSResponse): number => {
      const page = response.entries ?? [];
      // A server that goes on without saying anything new would keep us here for ever.
      const isNew = page.length > 1 ||
        (page.length === 1 && page[0]!.name !== entries.at(-1)?.name);
      if (response.cursor !== 0 && !isNew) throw new FsError("EIO", { syscall: "readDir", path });
      const { entriesMax } = this.client;
      if (entries.length + page.length > entriesMax) throw tooManyEntries(path, entriesMax);
      const unsound = unsoundName(page);
      if (unsound !== undefined) throw badEntryName(path, unsound);
      for (const entry of page) entries.push(this.#entry(path, entry));
      return response.cursor;
    };
    return this.send(take, "readDir", path, context);
  }

  #entry(directory: string, entry: VFSDirEntry): DirEntry {
    const { version } = this.client;
    const type = entryType(entry.mode, version);
    if (version === 2 && entry.nlink > 0) {
      return new DirEntry(entry.name, type, entry.ino, fileInfoOf(entry, entry.name, version));
    }
    const path = join(clean(directory), entry.name);
    const ask = (): MaybePromise<FileInfo> =>
      this.capabilities.has("lstat") ? this.lstat(path) : this.stat(path);
    return new DirEntry(entry.name, type, entry.ino, ask);
  }
}
