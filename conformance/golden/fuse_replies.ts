/**
 * What is compared of replies to the kernel (`linux/fuse.h`), and where messages name nodes.
 *
 * @module
 */
import { isDirectory } from "../../src/base/mod.ts";
import { ENTRY_REPLIES, Opcode } from "../../src/fuse/mod.ts";

/** Size of `struct fuse_in_header`. */
export const IN_HEADER_SIZE = 40;
/** Size of `struct fuse_out_header`. */
export const OUT_HEADER_SIZE = 16;
/** Size of `struct fuse_entry_out`. */
const ENTRY_OUT_SIZE = 128;
/** `struct fuse_dirent` without the name. */
const DIRENT_SIZE = 24;

/** Where in the body of a request node ids stand, beside the header. */
export const NODES_OF_REQUEST: Readonly<Record<number, readonly number[]>> = {
  [Opcode.RENAME]: [0],
  [Opcode.RENAME2]: [0],
  [Opcode.LINK]: [0],
  [Opcode.COPY_FILE_RANGE]: [16],
  [Opcode.COPY_FILE_RANGE_64]: [16],
};

type Range = readonly [from: number, to: number];

/** Inode number, blocks, times and size of blocks: each provider's own affair. */
const OWN_ATTRIBUTES: readonly Range[] = [[0, 8], [16, 60], [80, 84]];
/** Size and links of a directory, likewise. */
const OWN_OF_DIRECTORIES: readonly Range[] = [[8, 16], [64, 68]];

/** One name of a listing. */
interface Dirent {
  readonly name: string;
  /** Where its entry stands, in a READDIRPLUS. */
  readonly entry: number | undefined;
}

function fill(bytes: Uint8Array, at: number, ranges: readonly Range[]): void {
  for (const [from, to] of ranges) bytes.fill(0, at + from, at + to);
}

function maskAttributes(bytes: Uint8Array, at: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const mode = view.getUint32(at + 60, true);
  fill(bytes, at, OWN_ATTRIBUTES);
  if (isDirectory(mode)) fill(bytes, at, OWN_OF_DIRECTORIES);
}

/** `struct fuse_statx`: type and permissions, owner, links and size are compared. */
function maskStatx(bytes: Uint8Array, at: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const isDir = isDirectory(view.getUint16(at + 28, true));
  fill(bytes, at, [[0, 16], [32, 40], [48, bytes.length - at]]);
  if (isDir) fill(bytes, at, [[16, 20], [40, 48]]);
}

/** The names of a listing, and what the rest of the reply is. */
function dirents(reply: Uint8Array, opcode: number): Dirent[] {
  const view = new DataView(reply.buffer, reply.byteOffset);
  const found: Dirent[] = [];
  const plus = opcode === Opcode.READDIRPLUS ? ENTRY_OUT_SIZE : 0;
  for (let at = OUT_HEADER_SIZE; at + plus + DIRENT_SIZE <= reply.length;) {
    const length = view.getUint32(at + plus + 16, true);
    const type = view.getUint32(at + plus + 20, true);
    const from = at + plus + DIRENT_SIZE;
    const name = reply.subarray(from, from + length).toHex();
    found.push({ name: `${name}:${type}`, entry: plus === 0 ? undefined : at });
    at += plus + Math.ceil((DIRENT_SIZE + length) / 8) * 8;
  }
  return found;
}

function isListing(opcode: number): boolean {
  return opcode === Opcode.READDIR || opcode === Opcode.READDIRPLUS;
}

function failed(reply: Uint8Array): boolean {
  return new DataView(reply.buffer, reply.byteOffset).getInt32(4, true) !== 0;
}

/** The node ids that a reply grants, by what they are granted for. */
export function nodesGranted(opcode: number, reply: Uint8Array): Map<string, bigint> {
  const granted = new Map<string, bigint>();
  if (reply.length === 0 || failed(reply)) return granted;
  const view = new DataView(reply.buffer, reply.byteOffset);
  if (ENTRY_REPLIES.has(opcode)) granted.set("", view.getBigUint64(OUT_HEADER_SIZE, true));
  if (opcode !== Opcode.READDIRPLUS) return granted;
  for (const { name, entry = 0 } of dirents(reply, opcode)) {
    granted.set(name, view.getBigUint64(entry, true));
  }
  return granted;
}

/** A reply without what may differ between providers that behave the same. */
export function comparableReply(opcode: number, reply: Uint8Array): string {
  if (reply.length === 0 || failed(reply)) return reply.toHex();
  const bytes = reply.slice();
  if (isListing(opcode)) return dirents(bytes, opcode).map(({ name }) => name).sort().join(" ");
  if (ENTRY_REPLIES.has(opcode)) {
    bytes.fill(0, OUT_HEADER_SIZE, OUT_HEADER_SIZE + 8);
    maskAttributes(bytes, OUT_HEADER_SIZE + 40);
  }
  switch (opcode) {
    case Opcode.GETATTR:
    case Opcode.SETATTR:
      maskAttributes(bytes, OUT_HEADER_SIZE + 16);
      break;
    case Opcode.STATX:
      maskStatx(bytes, OUT_HEADER_SIZE + 32);
      break;
    case Opcode.INIT: // the rest is agreed between kernel and mount, not asked of a provider
      fill(bytes, OUT_HEADER_SIZE, [[8, 64]]);
      break;
    case Opcode.STATFS: // only the length of names is the same everywhere
      fill(bytes, OUT_HEADER_SIZE, [[0, 44], [48, 80]]);
  }
  return bytes.toHex();
}
