/**
 * The opcodes that open a file or directory, and those of what is open.
 *
 * @module
 */
import { chain, ERRNO, Errno, type MaybePromise } from "../base/mod.ts";
import { requireCount } from "../provider/mod.ts";
import {
  FUSE_FSYNC_FDATASYNC,
  FUSE_OPEN_KILL_SUIDGID,
  FUSE_POLL_SCHEDULE_NOTIFY,
  OUT_HEADER_SIZE,
} from "./abi.ts";
import { DirEntryList } from "./dir_entry_list.ts";
import { decodeLock, LK_IN_SIZE } from "./kernel_lock.ts";
import { Opcode } from "./opcode.ts";
import { BODY, room, type Rows } from "./operation.ts";
import type { RawFileSystem } from "./raw_file_system.ts";
import type { Reply, Request } from "./request.ts";
import { FILE_SIZE_MAX, readU64, readU64Exact } from "./word64.ts";

/** Size of `struct fuse_ioctl_in`. */
const IOCTL_IN_SIZE = 32;
/** Size of `struct fuse_ioctl_out`. */
const IOCTL_OUT_SIZE = 16;

function list(fs: RawFileSystem, request: Request, body: DataView, plus: boolean) {
  const size = body.getUint32(BODY + 16, true);
  room(request, size);
  const entries = new DirEntryList(request.body(size), plus);
  const done = fs.readdir(request, readU64(body, BODY), readU64(body, BODY + 8), entries);
  return chain(done, (errno): Reply => errno instanceof Errno ? errno : entries.size);
}

function setlk(fs: RawFileSystem, request: Request, body: DataView, wait: boolean) {
  const lock = decodeLock(body, BODY);
  return chain(fs.setlk(request, readU64(body, BODY), lock, wait), request.replyNothing);
}

/** READ replies in place: the filesystem fills the reply's own buffer. */
function read(fs: RawFileSystem, request: Request, body: DataView): MaybePromise<Reply> {
  const size = body.getUint32(BODY + 16, true);
  const offset = readU64(body, BODY + 8);
  if (offset > FILE_SIZE_MAX) return 0;
  room(request, size);
  request.countMax = size;
  return chain(
    fs.read(request, readU64(body, BODY), request.body(size), offset),
    request.replyRead,
  );
}

/** An ioctl whose data the kernel copies in and out; the reply is filled in place. */
function ioctl(fs: RawFileSystem, request: Request, body: DataView): MaybePromise<Reply> {
  const inSize = body.getUint32(BODY + 24, true);
  const outSize = body.getUint32(BODY + 28, true);
  const input = request.data(IOCTL_IN_SIZE, inSize);
  room(request, IOCTL_OUT_SIZE + outSize);
  const reply = request.body(IOCTL_OUT_SIZE + outSize).fill(0);
  const output = reply.subarray(IOCTL_OUT_SIZE);
  const command = body.getUint32(BODY + 12, true);
  const argument = readU64Exact(body, BODY + 16);
  const done = fs.ioctl(request, readU64(body, BODY), command, argument, input, output);
  return chain(done, (result): Reply => {
    if (result instanceof Errno) return result;
    // An int that may be negative, as that of ioctl(2).
    if ((result | 0) !== result) requireCount(result, 0x7fff_ffff);
    request.output.view.setInt32(OUT_HEADER_SIZE, result, true);
    return reply.length;
  });
}

function poll(fs: RawFileSystem, request: Request, body: DataView): MaybePromise<Reply> {
  const wantsNotice = (body.getUint32(BODY + 16, true) & FUSE_POLL_SCHEDULE_NOTIFY) !== 0;
  const kernelHandle = wantsNotice ? readU64Exact(body, BODY + 8) : null;
  const events = body.getUint32(BODY + 20, true);
  request.countMax = 0xffff_ffff;
  return chain(fs.poll(request, readU64(body, BODY), kernelHandle, events), request.replyWrite);
}

/** One row an opcode. */
export const HANDLE_ROWS: Rows = {
  [Opcode.OPEN]: {
    bodyMin: 8,
    grants: "handle",
    serve: (fs, request, body) => {
      request.killsSetId = (body.getUint32(BODY + 4, true) & FUSE_OPEN_KILL_SUIDGID) !== 0;
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
      request.umask = body.getUint32(BODY + 8, true);
      request.killsSetId = (body.getUint32(BODY + 12, true) & FUSE_OPEN_KILL_SUIDGID) !== 0;
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
      if (offset + data.length > FILE_SIZE_MAX) return ERRNO.EFBIG;
      const fh = readU64(body, BODY);
      request.countMax = data.length;
      return chain(
        fs.write(request, fh, data, offset, writeFlags, openFlags),
        request.replyWrite,
      );
    },
  },
  [Opcode.RELEASE]: {
    bodyMin: 24,
    nobodyWaits: true,
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
  [Opcode.FALLOCATE]: {
    bodyMin: 32,
    serve: (fs, request, body) => {
      const offset = readU64(body, BODY + 8);
      const length = readU64(body, BODY + 16);
      if (offset + length > FILE_SIZE_MAX) return ERRNO.EFBIG;
      const mode = body.getUint32(BODY + 24, true);
      const done = fs.fallocate(request, readU64(body, BODY), mode, offset, length);
      return chain(done, request.replyNothing);
    },
  },
  [Opcode.LSEEK]: {
    bodyMin: 24,
    serve: (fs, request, body) => {
      const offset = readU64(body, BODY + 8);
      const whence = body.getUint32(BODY + 16, true);
      // Also where a negative offset arrives: it is past every end as well.
      if (offset > FILE_SIZE_MAX) return ERRNO.ENXIO;
      request.countMax = FILE_SIZE_MAX;
      const done = fs.lseek(request, readU64(body, BODY), offset, whence);
      return chain(done, request.replyWrite);
    },
  },
  [Opcode.TMPFILE]: {
    bodyMin: 16,
    grants: "node+handle",
    serve: (fs, request, body) => {
      const flags = body.getUint32(BODY, true);
      const mode = body.getUint32(BODY + 4, true);
      request.umask = body.getUint32(BODY + 8, true);
      const { entryOut, openOut } = request;
      return chain(fs.tmpfile(request, flags, mode, entryOut, openOut), request.replyCreate);
    },
  },
  [Opcode.IOCTL]: { bodyMin: IOCTL_IN_SIZE, keepsInput: true, serve: ioctl },
  [Opcode.POLL]: { bodyMin: 24, serve: poll },
  [Opcode.COPY_FILE_RANGE]: { bodyMin: 56, serve: copyFileRange },
  [Opcode.COPY_FILE_RANGE_64]: { bodyMin: 56, serve: copyFileRange },
};

/** Both copies differ only in their reply, whose 64-bit form begins with the 32-bit one. */
function copyFileRange(fs: RawFileSystem, request: Request, body: DataView): MaybePromise<Reply> {
  // The old form counts in 32 bits: what is over is copied by the caller's next call.
  const length = Math.min(readU64(body, BODY + 40), 0x7fff_f000);
  const offset = readU64(body, BODY + 8);
  const targetOffset = readU64(body, BODY + 32);
  request.countMax = length;
  if (offset > FILE_SIZE_MAX) return request.replyWrite(0);
  if (targetOffset + length > FILE_SIZE_MAX) return ERRNO.EFBIG;
  const done = fs.copyFileRange(
    request,
    readU64(body, BODY),
    offset,
    readU64(body, BODY + 24),
    targetOffset,
    length,
  );
  return chain(done, request.replyWrite);
}
