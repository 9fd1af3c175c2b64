/**
 * Work on ranges of files in memory: `fallocate(2)`, `lseek(2)` to data and holes, `copy_file_range(2)`.
 *
 * @module
 */
import {
  ERRNO,
  type Errno,
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  FALLOC_FL_ZERO_RANGE,
  SEEK_DATA,
  SEEK_HOLE,
} from "../base/mod.ts";
import { MemoryArena, PAGE_SIZE } from "./memory_arena.ts";
import type { MemoryData } from "./memory_data.ts";
import { MemoryFragments } from "./memory_fragments.ts";
import type { MemoryFile } from "./memory_inode.ts";
import { HOLE, RESERVED } from "./memory_page_table.ts";

/**
 * Whether `fallocate(2)` can do this at all: plain, KEEP_SIZE, PUNCH_HOLE with KEEP_SIZE, ZERO_RANGE with or
 * without KEEP_SIZE; everything else is EOPNOTSUPP.
 */
export function refuseAllocate(mode: number, offset: number, length: number): Errno | null {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length)) return ERRNO.EINVAL;
  if (offset < 0 || length <= 0) return ERRNO.EINVAL;
  const kind = mode & ~FALLOC_FL_KEEP_SIZE;
  const isKnown = kind === 0 || kind === FALLOC_FL_ZERO_RANGE ||
    mode === (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
  return isKnown ? null : ERRNO.EOPNOTSUPP;
}

/**
 * `fallocate(2)` with arguments that {@linkcode refuseAllocate} lets pass. What is allocated is paid for, so
 * writing there later never fails with ENOSPC.
 */
export function allocateRange(
  data: MemoryData,
  file: MemoryFile,
  mode: number,
  offset: number,
  length: number,
): Errno | null {
  const end = offset + length;
  if (end > data.budget.maxFileSize) return ERRNO.EFBIG;
  if ((mode & FALLOC_FL_PUNCH_HOLE) !== 0) {
    clear(data, file, offset, end, HOLE);
    return null;
  }
  const errno = reserve(data, file, offset, end);
  if (errno !== null) return errno;
  if ((mode & FALLOC_FL_ZERO_RANGE) !== 0) clear(data, file, offset, end, RESERVED);
  if ((mode & FALLOC_FL_KEEP_SIZE) === 0 && end > file.size) file.size = end;
  return null;
}

/** Makes the range zeros; whole pages in it become `entry`. */
function clear(
  data: MemoryData,
  file: MemoryFile,
  offset: number,
  end: number,
  entry: typeof HOLE | typeof RESERVED,
): void {
  if (file.pages === null) {
    if (entry === HOLE && offset === 0 && end >= PAGE_SIZE) data.releaseFragment(file);
    else data.zero(file, offset, end);
    return;
  }
  const first = Math.ceil(offset / PAGE_SIZE);
  const last = Math.floor(end / PAGE_SIZE);
  data.zero(file, offset, Math.min(first * PAGE_SIZE, end));
  if (last < first) return;
  data.zero(file, last * PAGE_SIZE, end);
  data.drop(file, first, last, entry);
}

/** Pays for every hole in the range, or for none. */
function reserve(data: MemoryData, file: MemoryFile, offset: number, end: number): Errno | null {
  const first = Math.floor(offset / PAGE_SIZE);
  const last = Math.ceil(end / PAGE_SIZE);
  if (file.pages === null && file.capacity > 0 && last === 1) return null;
  // What a first look rules out is not walked through page by page.
  const atLeast = last - first - (file.pages?.count ?? 1);
  if (atLeast > 0 && !data.budget.hasBytes(atLeast * PAGE_SIZE)) return ERRNO.ENOSPC;
  const pages = data.pagesOf(file);
  if (pages === null) return ERRNO.ENOSPC;
  if (!data.budget.takeBytes(pages.countHoles(first, last) * PAGE_SIZE)) return ERRNO.ENOSPC;
  pages.reserve(first, last);
  return null;
}

/**
 * The next data or hole at or after `offset`, which is inside the file; ENXIO when there is none. Pages that
 * are reserved and not written count as holes, and the end of the file is one.
 */
export function seekRange(file: MemoryFile, offset: number, whence: number): number | Errno {
  if (whence !== SEEK_DATA && whence !== SEEK_HOLE) return ERRNO.EINVAL;
  if (offset < 0 || offset >= file.size) return ERRNO.ENXIO;
  const { pages } = file;
  const limit = Math.ceil(file.size / PAGE_SIZE);
  const first = Math.floor(offset / PAGE_SIZE);
  const isData = whence === SEEK_DATA;
  const isFragment = first === 0 && file.capacity > 0;
  const index = pages !== null
    ? pages.find(isData, first, limit)
    : isFragment === isData
    ? first
    : isData
    ? limit
    : first + 1;
  const found = Math.max(offset, index * PAGE_SIZE);
  if (found < file.size) return found;
  return whence === SEEK_DATA ? ERRNO.ENXIO : file.size;
}

/**
 * How much one copy moves or clears at most, in bytes: nobody else has a turn meanwhile. `copy_file_range(2)` may copy
 * less than was asked for.
 */
export const COPY_BYTES_MAX = 4_194_304;

/** What a look at a hole counts for, in bytes. */
const HOLE_COST = 64;

/**
 * Copies up to `length` bytes from one file to another, or within one where the ranges do not overlap; holes
 * stay holes. Returns the bytes copied, fewer than asked for after {@linkcode COPY_BYTES_MAX} bytes of work, and 0 at the
 * end of the source.
 */
export function copyRange(
  data: MemoryData,
  source: MemoryFile,
  offset: number,
  target: MemoryFile,
  targetOffset: number,
  length: number,
): number | Errno {
  const wanted = Math.min(length, source.size - offset);
  if (wanted <= 0) return 0;
  const room = data.budget.maxFileSize - targetOffset;
  if (room <= 0) return ERRNO.EFBIG;
  const total = Math.min(wanted, room);
  let done = 0;
  let left = COPY_BYTES_MAX;
  while (done < total && left > 0) {
    const position = offset + done;
    const part = stored(data, source, position, total - done);
    if (typeof part === "number") {
      const at = targetOffset + done;
      let size = Math.min(part, total - done);
      if (isStored(target, at, at + size)) {
        size = Math.min(size, left);
        data.zero(target, at, at + size);
        left -= size;
      }
      target.size = Math.max(target.size, at + size);
      left -= HOLE_COST;
      done += size;
      continue;
    }
    left -= part.length;
    const written = data.write(target, part, targetOffset + done);
    if (typeof written !== "number") return done > 0 ? done : written;
    done += written;
    if (written < part.length) break;
  }
  return done;
}

/** Whether anything may be kept of the range, so that it has to be cleared. */
function isStored(file: MemoryFile, from: number, to: number): boolean {
  if (file.pages === null) return from < file.capacity;
  return file.pages.nextLeaf(Math.floor(from / PAGE_SIZE)) * PAGE_SIZE < to;
}

/** The bytes at `position` as far as its page goes, at most `size`; or how long the hole there is at least. */
function stored(
  data: MemoryData,
  file: MemoryFile,
  position: number,
  size: number,
): Uint8Array | number {
  const { arena } = data;
  if (file.pages === null) {
    if (position >= file.capacity) return size;
    const start = MemoryFragments.offsetOf(file.fragment) + position;
    const end = start + Math.min(size, file.capacity - position);
    // A copy: writing to the same file may move its fragment.
    return arena.bytes[file.fragment >> 14]!.slice(start, end);
  }
  const within = position % PAGE_SIZE;
  const index = (position - within) / PAGE_SIZE;
  const entry = file.pages.get(index);
  if (entry > 0) {
    const start = MemoryArena.offsetOf(entry - 1) + within;
    const end = start + Math.min(size, PAGE_SIZE - within);
    return arena.bytes[(entry - 1) >> 8]!.subarray(start, end);
  }
  if (file.pages.leafAt(index) !== undefined) return PAGE_SIZE - within;
  return file.pages.nextLeaf(index) * PAGE_SIZE - position;
}
