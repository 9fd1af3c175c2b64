/**
 * Readdir.
 *
 * @module
 */
import {
  chain,
  FsError,
  hasLoneSurrogate,
  isPromise,
  type MaybePromise,
  rescue,
  toErrno,
} from "../base/mod.ts";
import {
  type DirEntry,
  type FileInfo,
  requireEntries,
  requireEntryName,
  requireInfo,
} from "../provider/mod.ts";
import type { Call, Session } from "./call.ts";
import { toGoFileMode } from "./go_file_mode.ts";
import { goClean, hashPath } from "./inode_hash.ts";
import type { Listing } from "./listing_table.ts";
import { setInode, setStatV2 } from "./stat_message.ts";
import { VFSDirEntry } from "./vfs_dir_entry.ts";

/** What an entry takes in a reply without its name, at most, in bytes. */
const ENTRY_MAX = 288;
/** Attributes are asked for so many entries at the same time, where they come later. */
const BATCH = 64;

/** Readdir: all entries in version 1, a page with full attributes in version 2. */
export function readdir(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  if (session.version === 1) {
    return chain(
      session.provider.readDir(request.path, context),
      (entries) => listAll(call, requireEntries(entries)),
    );
  }
  const kept = request.cursor === 0
    ? undefined
    : session.listings.get(request.cursor, request.path);
  if (kept !== undefined) return sendPage(call, kept, request.cursor);
  return chain(
    session.provider.readDir(request.path, context),
    (entries) => sendPage(call, { path: request.path, entries: requireEntries(entries) }, 0),
  );
}

/** The attributes of an entry; null when it has gone in the meantime, or nothing can have them, which is told. */
function infoOf(call: Call, entry: DirEntry): MaybePromise<FileInfo | null> {
  return rescue(() => chain(entry.info(), requireInfo), (thrown) => {
    toErrno(thrown, call.report);
    return null;
  });
}

/** Makes messages of entries, one after the other or, where they come later, in batches. */
function collect(
  call: Call,
  entries: readonly DirEntry[],
  from: number,
  to: number,
  make: (entry: DirEntry, info: FileInfo | null) => VFSDirEntry,
): MaybePromise<VFSDirEntry[]> {
  const made: VFSDirEntry[] = [];
  for (let index = from; index < to; index++) {
    const info = infoOf(call, entries[index]!);
    if (isPromise(info)) return collectLater(call, entries, index, to, make, made, info);
    made.push(make(entries[index]!, info));
  }
  return made;
}

async function collectLater(
  call: Call,
  entries: readonly DirEntry[],
  from: number,
  to: number,
  make: (entry: DirEntry, info: FileInfo | null) => VFSDirEntry,
  made: VFSDirEntry[],
  first: Promise<FileInfo | null>,
): Promise<VFSDirEntry[]> {
  made.push(make(entries[from]!, await first));
  for (let start = from + 1; start < to; start += BATCH) {
    const batch = entries.slice(start, Math.min(start + BATCH, to));
    const infos = await Promise.all(batch.map((entry) => infoOf(call, entry)));
    batch.forEach((entry, index) => made.push(make(entry, infos[index] ?? null)));
  }
  return made;
}

/** Version 1 has no pages. */
function listAll(call: Call, entries: readonly DirEntry[]): MaybePromise<void> {
  const { request, response, session } = call;
  // A guest's decoder refuses a whole reply for one name that is not UTF-8.
  const nameable = entries.some((entry) => hasLoneSurrogate(entry.name))
    ? entries.filter((entry) => !hasLoneSurrogate(entry.name))
    : entries;
  if (nameable.length > session.limits.entriesMax) {
    throw new FsError("EOVERFLOW", { syscall: "readDir", path: request.path });
  }
  const directory = goClean(request.path);
  const prefix = directory === "/" ? "/" : directory === "." ? "" : `${directory}/`;
  const make = (entry: DirEntry, info: FileInfo | null): VFSDirEntry => {
    const message = new VFSDirEntry();
    message.name = requireEntryName(entry.name);
    message.isDir = entry.isDir;
    message.mode = toGoFileMode(entry.type);
    const path = prefix + entry.name;
    if (info === null) {
      hashPath(path, entry.isDir, message);
    } else {
      message.size = info.size;
      setInode(message, info, path, session.inodes);
    }
    return message;
  };
  return chain(collect(call, nameable, 0, nameable.length, make), (made) => {
    response.entries = made;
  });
}

/** Where the page that begins at `from` ends. */
export function endOfPage(session: Session, entries: readonly DirEntry[], from: number): number {
  const { replyMax, limits } = session;
  const bytesMax = Math.min(replyMax, limits.frameMax) - ENTRY_MAX;
  const max = limits.entriesMax;
  let bytes = 0;
  let index = from;
  for (; index < entries.length && index - from < max; index++) {
    // No UTF-16 code unit takes more than three bytes in UTF-8.
    bytes += entries[index]!.name.length * 3 + ENTRY_MAX;
    if (bytes > bytesMax && index > from) break;
  }
  return index;
}

function pageEntry(entry: DirEntry, info: FileInfo | null): VFSDirEntry {
  const message = new VFSDirEntry();
  message.name = requireEntryName(entry.name);
  if (info !== null) {
    setStatV2(message, info);
  } else {
    message.isDir = entry.isDir;
    message.mode = entry.type;
    message.ino = entry.ino;
  }
  return message;
}

/** The entries from `from` to `end` with all their attributes. */
export function pageOf(
  call: Call,
  entries: readonly DirEntry[],
  from: number,
  end: number,
): MaybePromise<VFSDirEntry[]> {
  return collect(call, entries, from, end, pageEntry);
}

function sendPage(call: Call, listing: Listing, number: number): MaybePromise<void> {
  const { response, session } = call;
  const { entries } = listing;
  const from = Math.min(call.position("readDir"), entries.length);
  const end = endOfPage(session, entries, from);
  return chain(pageOf(call, entries, from, end), (made) => {
    response.entries = made;
    if (end < entries.length) {
      response.cursor = number === 0 ? session.listings.add(listing) : number;
    } else if (number !== 0) {
      session.listings.remove(number);
    }
  });
}
