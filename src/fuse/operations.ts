/**
 * One row an opcode: how its struct is read, which operation serves it, how its reply is written.
 *
 * @module
 */
import { chain, type Errno, FsError, type MaybePromise } from "../base/mod.ts";
import { FUSE_FSYNC_FDATASYNC, FUSE_GETATTR_FH, OUT_HEADER_SIZE } from "./abi.ts";
import { DirEntryList } from "./dir_entry_list.ts";
import { decodeLock, LK_IN_SIZE } from "./kernel_lock.ts";
import { Opcode } from "./opcode.ts";
import type { RawFileSystem } from "./raw_file_system.ts";
import type { Reply, Request } from "./request.ts";
import { SETATTR_IN_SIZE } from "./setattr_in.ts";
import { readU64, readU64Exact } from "./word64.ts";

/** What a successful reply makes the kernel hold, to be taken back when the reply is not wanted. */
export type Grants = "node" | "handle" | "directory" | "node+handle" | "listing";

/** How one opcode is served. */
export interface Operation {
  /** The least size of the body in bytes; a shorter one is EINVAL. */
  readonly bodyMin: number;
  /** Whether the operation uses views of the message until it ends. */
  readonly keepsInput?: boolean;
  /** What its success grants. */
  readonly grants?: Grants;
  /** Decodes, serves and encodes; returns the size of the reply's body. `at` reads the body. */
  serve(fs: RawFileSystem, request: Request, body: DataView): MaybePromise<Reply>;
}

/** Offset of the body in the view that `serve` gets. */
const BODY = 40;
/** The most that a READ, READDIR or xattr reply may be asked to hold, in bytes. */
export const REPLY_DATA_MAX = 16 * 1024 * 1024;

/** Makes room for `size` bytes of data in the reply, from the session's pool when it is small enough. */
function room(request: Request, size: number): void {
  if (size > REPLY_DATA_MAX) throw new FsError("EINVAL", { syscall: request.name });
  request.reserve(size);
}

function list(fs: RawFileSystem, request: Request, body: DataView, plus: boolean) {
  const size = body.getUint32(BODY + 16, true);
  room(request, size);
  const entries = new DirEntryList(request.body(size), plus);
  const done = fs.readdir(request, readU64(body, BODY), readU64(body, BODY + 8), entries);
  return chain(done, (errno): Reply => errno ?? entries.size);
}

function setlk(fs: RawFileSystem, request: Request, body: DataView, wait: boolean) {
  const lock = decodeLock(body, BODY);
  return chain(fs.setlk(request, readU64(body, BODY), lock, wait), request.replyNothing);
}

/** READ replies in place: the filesystem fills the reply's own buffer. */
function read(fs: RawFileSystem, request: Request, body: DataView): MaybePromise<number | Errno> {
  const size = body.getUint32(BODY + 16, true);
  room(request, size);
  return fs.read(request, readU64(body, BODY), request.body(size), readU64(body, BODY + 8));
}

/** The operations, by opcode. What has no row answers ENOSYS. */
export const OPERATIONS: readonly (Operation | undefined)[] = table({
  [Opcode.LOOKUP]: {
    bodyMin: 1,
    grants: "node",
    serve: (fs, request) =>
      chain(fs.lookup(request, request.text(0), request.entryOut), request.replyEntry),
  },
  [Opcode.GETATTR]: {
    bodyMin: 16,
    serve: (fs, request, body) => {
      const hasHandle = (body.getUint32(BODY, true) & FUSE_GETATTR_FH) !== 0;
      const fh = hasHandle ? readU64(body, BODY + 8) : 0;
      return chain(fs.getattr(request, fh, request.attrOut), request.replyAttr);
    },
  },
  [Opcode.SETATTR]: {
    bodyMin: SETATTR_IN_SIZE,
    serve: (fs, request, body) => {
      request.setattrIn.decode(body, BODY);
      return chain(fs.setattr(request, request.setattrIn, request.attrOut), request.replyAttr);
    },
  },
  [Opcode.READLINK]: {
    bodyMin: 0,
    serve: (fs, request) => chain(fs.readlink(request), request.replyBytes),
  },
  [Opcode.SYMLINK]: {
    bodyMin: 2,
    grants: "node",
    serve: (fs, request) => {
      const name = request.text(0);
      const target = request.text(request.nextText);
      return chain(fs.symlink(request, name, target, request.entryOut), request.replyEntry);
    },
  },
  [Opcode.MKNOD]: {
    bodyMin: 17,
    grants: "node",
    serve: (fs, request, body) => {
      const mode = body.getUint32(BODY, true);
      const rdev = body.getUint32(BODY + 4, true);
      const done = fs.mknod(request, request.text(16), mode, rdev, request.entryOut);
      return chain(done, request.replyEntry);
    },
  },
  [Opcode.MKDIR]: {
    bodyMin: 9,
    grants: "node",
    serve: (fs, request, body) => {
      const mode = body.getUint32(BODY, true);
      return chain(
        fs.mkdir(request, request.text(8), mode, request.entryOut),
        request.replyEntry,
      );
    },
  },
  [Opcode.UNLINK]: {
    bodyMin: 1,
    serve: (fs, request) => chain(fs.unlink(request, request.text(0)), request.replyNothing),
  },
  [Opcode.RMDIR]: {
    bodyMin: 1,
    serve: (fs, request) => chain(fs.rmdir(request, request.text(0)), request.replyNothing),
  },
  [Opcode.RENAME]: {
    bodyMin: 10,
    serve: (fs, request, body) => {
      const name = request.text(8);
      const newName = request.text(request.nextText);
      const done = fs.rename(request, name, readU64(body, BODY), newName, 0);
      return chain(done, request.replyNothing);
    },
  },
  [Opcode.RENAME2]: {
    bodyMin: 18,
    serve: (fs, request, body) => {
      const name = request.text(16);
      const newName = request.text(request.nextText);
      const flags = body.getUint32(BODY + 8, true);
      const done = fs.rename(request, name, readU64(body, BODY), newName, flags);
      return chain(done, request.replyNothing);
    },
  },
  [Opcode.LINK]: {
    bodyMin: 9,
    grants: "node",
    serve: (fs, request, body) => {
      const done = fs.link(request, readU64(body, BODY), request.text(8), request.entryOut);
      return chain(done, request.replyEntry);
    },
  },
  [Opcode.OPEN]: {
    bodyMin: 8,
    grants: "handle",
    serve: (fs, request, body) => {
      const done = fs.open(request, body.getUint32(BODY, true), request.openOut);
      return chain(done, request.replyOpen);
    },
  },
  [Opcode.CREATE]: {
    bodyMin: 17,
    grants: "node+handle",
    serve: (fs, request, body) => {
      const flags = body.getUint32(BODY, true);
      const mode = body.getUint32(BODY + 4, true);
      const { entryOut, openOut } = request;
      const done = fs.create(request, request.text(16), flags, mode, entryOut, openOut);
      return chain(done, request.replyCreate);
    },
  },
  [Opcode.READ]: { bodyMin: 40, serve: read },
  [Opcode.WRITE]: {
    bodyMin: 40,
    keepsInput: true,
    serve: (fs, request, body) => {
      const data = request.data(40, body.getUint32(BODY + 16, true));
      const writeFlags = body.getUint32(BODY + 20, true);
      const openFlags = body.getUint32(BODY + 32, true);
      const offset = readU64(body, BODY + 8);
      const fh = readU64(body, BODY);
      return chain(
        fs.write(request, fh, data, offset, writeFlags, openFlags),
        request.replyWrite,
      );
    },
  },
  [Opcode.STATFS]: {
    bodyMin: 0,
    serve: (fs, request) => chain(fs.statfs(request), request.replyStatfs),
  },
  [Opcode.RELEASE]: {
    bodyMin: 24,
    serve: (fs, request, body) => {
      const releaseFlags = body.getUint32(BODY + 12, true);
      const lockOwner = readU64Exact(body, BODY + 16);
      const done = fs.release(request, readU64(body, BODY), releaseFlags, lockOwner);
      return chain(done, request.replyNothing);
    },
  },
  [Opcode.FSYNC]: {
    bodyMin: 16,
    serve: (fs, request, body) => {
      const dataOnly = (body.getUint32(BODY + 8, true) & FUSE_FSYNC_FDATASYNC) !== 0;
      return chain(fs.fsync(request, readU64(body, BODY), dataOnly), request.replyNothing);
    },
  },
  [Opcode.SETXATTR]: {
    bodyMin: 17,
    keepsInput: true,
    serve: (fs, request, body) => {
      // The long form of the struct is negotiated (SETXATTR_EXT): see negotiation.ts.
      const header = request.hasLongSetxattr ? 16 : 8;
      const name = request.text(header);
      const value = request.data(request.nextText, body.getUint32(BODY, true));
      const flags = body.getUint32(BODY + 4, true);
      return chain(fs.setxattr(request, name, value, flags), request.replyNothing);
    },
  },
  [Opcode.GETXATTR]: {
    bodyMin: 9,
    serve: (fs, request, body) => {
      request.valueSizeMax = body.getUint32(BODY, true);
      return chain(fs.getxattr(request, request.text(8)), request.replyXattr);
    },
  },
  [Opcode.LISTXATTR]: {
    bodyMin: 8,
    serve: (fs, request, body) => {
      request.valueSizeMax = body.getUint32(BODY, true);
      return chain(fs.listxattr(request), request.replyNames);
    },
  },
  [Opcode.REMOVEXATTR]: {
    bodyMin: 1,
    serve: (fs, request) => chain(fs.removexattr(request, request.text(0)), request.replyNothing),
  },
  [Opcode.FLUSH]: {
    bodyMin: 24,
    serve: (fs, request, body) => {
      const done = fs.flush(request, readU64(body, BODY), readU64Exact(body, BODY + 16));
      return chain(done, request.replyNothing);
    },
  },
  [Opcode.OPENDIR]: {
    bodyMin: 8,
    grants: "directory",
    serve: (fs, request, body) => {
      const done = fs.opendir(request, body.getUint32(BODY, true), request.openOut);
      return chain(done, request.replyOpen);
    },
  },
  [Opcode.READDIR]: {
    bodyMin: 40,
    serve: (fs, request, body) => list(fs, request, body, false),
  },
  [Opcode.READDIRPLUS]: {
    bodyMin: 40,
    grants: "listing",
    serve: (fs, request, body) => list(fs, request, body, true),
  },
  [Opcode.RELEASEDIR]: {
    bodyMin: 24,
    serve: (fs, request, body) =>
      chain(fs.releasedir(request, readU64(body, BODY)), request.replyNothing),
  },
  [Opcode.FSYNCDIR]: {
    bodyMin: 16,
    serve: (fs, request, body) => {
      const dataOnly = (body.getUint32(BODY + 8, true) & FUSE_FSYNC_FDATASYNC) !== 0;
      return chain(fs.fsyncdir(request, readU64(body, BODY), dataOnly), request.replyNothing);
    },
  },
  [Opcode.GETLK]: {
    bodyMin: LK_IN_SIZE,
    serve: (fs, request, body) => {
      const lock = decodeLock(body, BODY);
      return chain(fs.getlk(request, readU64(body, BODY), lock), request.replyLock);
    },
  },
  [Opcode.SETLK]: {
    bodyMin: LK_IN_SIZE,
    serve: (fs, request, body) => setlk(fs, request, body, false),
  },
  [Opcode.SETLKW]: {
    bodyMin: LK_IN_SIZE,
    serve: (fs, request, body) => setlk(fs, request, body, true),
  },
  [Opcode.ACCESS]: {
    bodyMin: 8,
    serve: (fs, request, body) =>
      chain(fs.access(request, body.getUint32(BODY, true)), request.replyNothing),
  },
  [Opcode.FALLOCATE]: {
    bodyMin: 32,
    serve: (fs, request, body) => {
      const offset = readU64(body, BODY + 8);
      const length = readU64(body, BODY + 16);
      const mode = body.getUint32(BODY + 24, true);
      const done = fs.fallocate(request, readU64(body, BODY), mode, offset, length);
      return chain(done, request.replyNothing);
    },
  },
  [Opcode.LSEEK]: {
    bodyMin: 24,
    serve: (fs, request, body) => {
      const whence = body.getUint32(BODY + 16, true);
      const done = fs.lseek(request, readU64(body, BODY), readU64(body, BODY + 8), whence);
      return chain(done, request.replyWrite);
    },
  },
  [Opcode.COPY_FILE_RANGE]: { bodyMin: 56, serve: copyFileRange },
  [Opcode.COPY_FILE_RANGE_64]: { bodyMin: 56, serve: copyFileRange },
});

/** Both copies differ only in their reply, whose 64-bit form begins with the 32-bit one. */
function copyFileRange(fs: RawFileSystem, request: Request, body: DataView): MaybePromise<Reply> {
  // The old form counts in 32 bits: what is over is copied by the caller's next call.
  const length = Math.min(readU64(body, BODY + 40), 0x7fff_f000);
  const done = fs.copyFileRange(
    request,
    readU64(body, BODY),
    readU64(body, BODY + 8),
    readU64(body, BODY + 24),
    readU64(body, BODY + 32),
    length,
  );
  return chain(done, request.replyWrite);
}

function table(rows: Readonly<Record<number, Operation>>): (Operation | undefined)[] {
  const byOpcode: (Operation | undefined)[] = [];
  for (const [opcode, row] of Object.entries(rows)) byOpcode[Number(opcode)] = row;
  return byOpcode;
}

/** The node ids in the body of a READDIRPLUS reply, so that an unwanted reply can be taken back. */
export function* listedNodes(request: Request, size: number): Generator<number> {
  const view = request.output.view;
  let at = OUT_HEADER_SIZE;
  while (at < OUT_HEADER_SIZE + size) {
    const nodeid = readU64(view, at);
    if (nodeid !== 0) yield nodeid;
    const nameSize = view.getUint32(at + 128 + 16, true);
    at += 128 + ((24 + nameSize + 7) & ~7);
  }
}
