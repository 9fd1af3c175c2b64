/**
 * Operations on open files.
 *
 * @module
 */
import {
  chain,
  FsError,
  isPromise,
  type MaybePromise,
  MODE_PERMISSIONS,
  O_RDONLY,
  O_RDWR,
  rescue,
} from "../base/mod.ts";
import { type FileInfo, type Handle, requireCount, requireHandle } from "../provider/mod.ts";
import type { Call } from "./call.ts";
import { OpCode, SetBits } from "./op_code.ts";
import { readForReply, readIntoReply } from "./read_reply.ts";

/** The most bytes that one CopyRange copies, as on Linux (`MAX_RW_COUNT`): `written` has 32 bits. */
const COPY_MAX = 0x7fff_f000;

/** Gives the new handle a number. Of what nobody looked at, nobody knows how many names it has. */
function give(call: Call, handle: Handle, info: FileInfo | null): void {
  const { request, response, session } = call;
  response.handle = session.handles.add(handle, request.path, info === null || info.nlink > 1);
  if (info === null || (request.set & SetBits.WantFile) === 0) return;
  const flags = request.op === OpCode.Create ? O_RDWR : request.flags;
  response.passed = session.files.pass(handle, flags, info);
}

/** Closes a handle that nobody will get, then fails with what kept it from them. */
function refuse(handle: Handle, thrown: unknown): MaybePromise<never> {
  return chain(handle.close(), () => {
    throw thrown;
  });
}

/** Adds the attributes to the answer; without them there is no handle either. */
function giveWithStat(call: Call, handle: Handle): MaybePromise<void> {
  let info: MaybePromise<FileInfo>;
  try {
    info = handle.stat(call.context);
    if (isPromise(info)) {
      return info.then((late) => {
        call.giveStat(late);
        give(call, handle, late);
      }, (thrown) => refuse(handle, thrown));
    }
    call.giveStat(info);
  } catch (thrown) {
    return refuse(handle, thrown);
  }
  give(call, handle, info);
}

/** Open; version 2 answers with the attributes too. */
export function open(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  session.handles.requireRoom(request.path);
  const { path, flags, mode } = request;
  const opened = session.provider.open(path, flags, mode & MODE_PERMISSIONS, context);
  return session.version === 2
    ? chain(opened, (handle) => giveWithStat(call, requireHandle(handle)))
    : chain(opened, (handle) => give(call, requireHandle(handle), null));
}

/** Create, which answers with handle and attributes. */
export function create(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  session.handles.requireRoom(request.path);
  const created = session.provider.create(request.path, request.mode & MODE_PERMISSIONS, context);
  return chain(created, (handle) => giveWithStat(call, requireHandle(handle)));
}

/** Read. */
export function read(call: Call): MaybePromise<void> {
  const handle = call.open("read");
  const { request, session } = call;
  const size = Math.min(request.size, session.limits.dataMax);
  const offset = call.position("read");
  if (session.version === 1 || (request.set & SetBits.WantStat) === 0) {
    return readIntoReply(call, handle, offset, size);
  }
  return chain(readForReply(call, handle, offset, size), () => giveStatIfAny(call, handle));
}

/** What was read or written is, also when nobody can say what the file is like now. */
function giveStatIfAny(call: Call, handle: Handle): MaybePromise<void> {
  return rescue(() => chain(handle.stat(call.context), call.giveStat), () => {});
}

/** Write. */
export function write(call: Call): MaybePromise<void> {
  const handle = call.open("write");
  const { request, context, session } = call;
  const written = handle.writeAt(request.data, call.position("write"), context);
  if (session.version === 1 || (request.set & SetBits.WantStat) === 0) {
    return chain(written, call.giveWritten);
  }
  return chain(written, (size) => {
    call.giveWritten(size);
    return giveStatIfAny(call, handle);
  });
}

/** Release: an unknown handle succeeds. */
export function release(call: Call): MaybePromise<void> {
  return call.session.handles.take(call.request.handle)?.close();
}

/** Fsync: an unknown handle succeeds; version 2 without a handle: the directory. */
export function fsync(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  const dataOnly = session.version === 2 && (request.flags & 1) !== 0;
  if (session.version === 2 && request.handle === 0) {
    const opened = session.provider.open(request.path, O_RDONLY, 0, context);
    return chain(opened, (handle) => syncAndClose(handle, dataOnly, call));
  }
  const file = session.handles.get(request.handle);
  if (file === undefined) return;
  call.use(file);
  return file.handle.sync(dataOnly, context);
}

async function syncAndClose(handle: Handle, dataOnly: boolean, call: Call): Promise<void> {
  try {
    await handle.sync(dataOnly, call.context);
  } finally {
    await handle.close();
  }
}

/** Truncate, of an open file or a path. */
export function truncate(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  const size = call.position("truncate");
  if (request.handle !== 0) return call.open("truncate").truncate(size, context);
  return session.provider.truncate(request.path, size, context);
}

/** Allocate. */
export function allocate(call: Call): MaybePromise<void> {
  const { request, context } = call;
  const handle = call.open("allocate");
  return handle.allocate(request.flags, call.position("allocate"), request.length, context);
}

/** Seek. */
export function seek(call: Call): MaybePromise<void> {
  const { request, context } = call;
  const handle = call.open("seekHole");
  return chain(handle.seekHole(call.position("seekHole"), request.flags, context), (offset) => {
    call.response.offset = requireCount(offset, Number.MAX_SAFE_INTEGER);
  });
}

/** CopyRange. */
export function copyRange(call: Call): MaybePromise<void> {
  const { request, session, context } = call;
  const source = call.open("copyRange");
  const target = session.handles.get(request.handle2);
  if (target === undefined) throw new FsError("EBADF", { syscall: "copyRange" });
  call.use(target);
  const copied = source.copyRange(
    call.position("copyRange"),
    target.handle,
    request.offset2,
    Math.min(request.length, COPY_MAX),
    context,
  );
  return chain(copied, (size) => {
    call.response.written = requireCount(size, request.length);
  });
}
