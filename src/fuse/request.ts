/**
 * One request of the kernel, from header to reply.
 *
 * @module
 */
import { decodeName, encodeName, ERRNO, Errno, FsError } from "../base/mod.ts";
import { MemoryBlock } from "../libc/mod.ts";
import { BlockPool } from "./block_pool.ts";
import {
  type Context,
  type FileLock,
  requireBytes,
  requireCount,
  requireLock,
  requireNames,
  requireStatFs,
  type StatFs,
} from "../provider/mod.ts";
import { IN_HEADER_SIZE, OUT_HEADER_SIZE } from "./abi.ts";
import { ATTR_OUT_SIZE, AttrOut, ENTRY_OUT_SIZE, EntryOut } from "./attr.ts";
import { encodeLock, LK_OUT_SIZE } from "./kernel_lock.ts";
import { OPEN_OUT_SIZE, OpenOut } from "./open_out.ts";
import { Opcode, opcodeName } from "./opcode.ts";
import { SetAttrIn } from "./setattr_in.ts";
import { STATX_OUT_SIZE, StatxOut } from "./statx_out.ts";
import { readU64, write64 } from "./word64.ts";

/** Room for every reply but data, listings and attributes of unbounded size. */
const SMALL_REPLY_SIZE = 512;
/** Size of `struct fuse_statfs_out`. */
const STATFS_OUT_SIZE = 80;

/** `FUSE_UNIQUE_RESEND`, bit 63, in the highest byte of a request's number. */
const RESEND_BIT = 0x80;

/** The number of a request, without {@linkcode RESEND_BIT}. */
export function readUnique(view: DataView, offset: number): number {
  return view.getUint32(offset, true) + (view.getUint32(offset + 4, true) & 0x7fff_ffff) * 2 ** 32;
}

/** The mount's default timeouts, for the fields that the filesystem left undefined. */
export interface Timeouts {
  /** How long the kernel may use a name, in milliseconds. */
  readonly entryTimeoutMs: number;
  /** How long the kernel may use attributes, in milliseconds. */
  readonly attrTimeoutMs: number;
}

/** What an encoded reply comes to: the size of its body in bytes, or why there is none. */
export type Reply = number | Errno;

/**
 * One request. Objects are pooled by the session: everything here is valid until the reply is
 * written, and then belongs to another request. It is also the {@linkcode Context} that providers see,
 * so passing the caller on costs nothing.
 *
 * The `reply...` functions take the result of an operation, write the body of the reply behind the
 * header and return its size. They are made once per object, so that a promise can be chained to them
 * without a closure per request.
 */
export class Request implements Context {
  /** What is asked for. */
  opcode = 0;
  /** The kernel's number of this request. */
  unique = 0;
  /** Whether the kernel has sent it a second time (`FUSE_UNIQUE_RESEND`), which the reply must repeat. */
  isResent = false;
  /** The node it is about. */
  nodeid = 0;
  /** The caller's user id. */
  uid = 0;
  /** The caller's group id. */
  gid = 0;
  /** The caller's process (thread) id. */
  pid = 0;
  /** What the caller's umask takes from the mode of what is made; the kernel has done so unless `enableAcl`. */
  umask = 0;
  /** Whether the ACL that is set makes the file lose S_ISGID (`FUSE_SETXATTR_ACL_KILL_SGID`). */
  dropsSetgid = false;
  /** Whether opening with O_TRUNC makes the file lose its set-id bits (`FUSE_OPEN_KILL_SUIDGID`). */
  killsSetId = false;
  /** Always, here. */
  readonly isFromKernel = true;
  /** Length of the whole message in bytes. */
  length = 0;
  /** The message, `IN_HEADER_SIZE` bytes of header first. */
  input: MemoryBlock;
  /** Where the reply is assembled. */
  output: MemoryBlock;
  /** Filled in by operations that return a node. */
  readonly entryOut: EntryOut = new EntryOut();
  /** Filled in by GETATTR and SETATTR. */
  readonly attrOut: AttrOut = new AttrOut();
  /** Filled in by operations that open. */
  readonly openOut: OpenOut = new OpenOut();
  /** Filled in by STATX. */
  readonly statxOut: StatxOut = new StatxOut();
  /** What SETATTR asks for. */
  readonly setattrIn: SetAttrIn = new SetAttrIn();
  /** The small reply buffer, always there. */
  readonly small: MemoryBlock = new MemoryBlock(SMALL_REPLY_SIZE);
  /** Whether INTERRUPT came for it. */
  interrupted = false;
  /** Whether `struct fuse_setxattr_in` has its long form (SETXATTR_EXT). */
  hasLongSetxattr = false;
  #abort: AbortController | null = null;
  readonly #timeouts: Timeouts;
  readonly #pool: BlockPool;

  /** `pool` lends large reply buffers; `timeouts` stand in for undefined ones. */
  constructor(pool: BlockPool, timeouts: Timeouts) {
    this.input = this.small;
    this.output = this.small;
    this.#pool = pool;
    this.#timeouts = timeouts;
  }

  /** A request about a node that no kernel sent: for filesystems that are tested without a mount. */
  static about(nodeid: number, caller: Context = { uid: 0, gid: 0 }): Request {
    const request = new Request(new BlockPool(), { entryTimeoutMs: 0, attrTimeoutMs: 0 });
    request.nodeid = nodeid;
    request.uid = caller.uid;
    request.gid = caller.gid;
    request.pid = caller.pid ?? 0;
    return request;
  }

  /** Takes up the message of `length` bytes in `input`. */
  start(input: MemoryBlock, length: number): void {
    const view = input.view;
    this.input = input;
    this.length = length;
    this.opcode = view.getUint32(4, true);
    this.unique = readUnique(view, 8);
    this.isResent = (view.getUint8(15) & RESEND_BIT) !== 0;
    this.nodeid = readU64(view, 16);
    this.uid = view.getUint32(24, true);
    this.gid = view.getUint32(28, true);
    this.pid = view.getUint32(32, true);
    this.output = this.small;
    this.interrupted = false;
    this.lastText = null;
    this.#abort = null;
  }

  /** Aborted when the caller got a signal and would rather not wait. Made on first use. */
  get signal(): AbortSignal {
    if (this.#abort === null) {
      this.#abort = new AbortController();
      if (this.interrupted) this.#abort.abort(new FsError("EINTR", { syscall: this.name }));
    }
    return this.#abort.signal;
  }

  /** Whether INTERRUPT came: tells without making the signal. */
  get aborted(): boolean {
    return this.interrupted;
  }

  /** Whether the kernel goes on without the reply: RELEASE tells nobody how it ended. */
  get nobodyWaits(): boolean {
    return this.opcode === Opcode.RELEASE;
  }

  /** INTERRUPT came for this request. */
  interrupt(): void {
    this.interrupted = true;
    this.#abort?.abort(new FsError("EINTR", { syscall: this.name }));
  }

  /** The kernel's name of the opcode, in lower case, for messages. */
  get name(): string {
    return opcodeName(this.opcode).toLowerCase();
  }

  /** What is asked of which node, for messages; `path` is that of the node. */
  describe(path: string | undefined): string {
    const name = this.lastText === null ? "" : ` ${JSON.stringify(this.lastText)}`;
    const node = path === undefined
      ? `node ${this.nodeid}`
      : `${JSON.stringify(path)} (node ${this.nodeid})`;
    return `fuse ${this.name}${name} of ${node}`;
  }

  /** The text at byte `offset` of the body, up to its NUL; `nextText` tells where the next begins. */
  text(offset: number): string {
    const bytes = this.input.bytes;
    const start = IN_HEADER_SIZE + offset;
    let end = start;
    while (end < this.length && bytes[end] !== 0) end++;
    if (end >= this.length) throw new FsError("EINVAL", { syscall: this.name });
    this.nextText = end + 1 - IN_HEADER_SIZE;
    this.lastText = decodeName(bytes, start, end);
    return this.lastText;
  }

  /** The body offset behind the text that was read last. */
  nextText = 0;
  /** The text that was read last: the name that the request is about, for messages. */
  lastText: string | null = null;

  /** `size` bytes of the body at `offset`, as a view. */
  data(offset: number, size: number): Uint8Array {
    const start = IN_HEADER_SIZE + offset;
    if (start + size > this.length) throw new FsError("EINVAL", { syscall: this.name });
    return this.input.bytes.subarray(start, start + size);
  }

  /** The body of the reply: `output` behind the header. */
  body(size: number): Uint8Array {
    return this.output.bytes.subarray(OUT_HEADER_SIZE, OUT_HEADER_SIZE + size);
  }

  /** Whether the outcome is one: what a filesystem returns in its place would end the connection. */
  isSound(outcome: Reply): boolean {
    if (typeof outcome !== "number") return outcome instanceof Errno;
    const room = this.output.bytes.length - OUT_HEADER_SIZE;
    return Number.isInteger(outcome) && outcome >= 0 && outcome <= room;
  }

  /** Completes the header for an outcome and returns the length of the whole reply. */
  finish(outcome: Reply): number {
    const view = this.output.view;
    const length = OUT_HEADER_SIZE + (typeof outcome === "number" ? outcome : 0);
    view.setUint32(0, length, true);
    view.setInt32(4, typeof outcome === "number" ? 0 : -outcome.number, true);
    write64(view, 8, this.unique);
    if (this.isResent) view.setUint8(15, view.getUint8(15) | RESEND_BIT);
    return length;
  }

  /** Body of a reply without one: whatever else was returned says nothing. */
  readonly replyNothing = (result: Errno | void): Reply => result instanceof Errno ? result : 0;

  /** Body: `fuse_entry_out`. */
  readonly replyEntry = (result: Errno | void): Reply => {
    if (result !== undefined) return requireErrno(result);
    const { entryTimeoutMs, attrTimeoutMs } = this.#timeouts;
    this.entryOut.encode(this.output.view, OUT_HEADER_SIZE, entryTimeoutMs, attrTimeoutMs);
    return ENTRY_OUT_SIZE;
  };

  /** Body: `fuse_attr_out`. */
  readonly replyAttr = (result: Errno | void): Reply => {
    if (result !== undefined) return requireErrno(result);
    this.attrOut.encode(this.output.view, OUT_HEADER_SIZE, this.#timeouts.attrTimeoutMs);
    return ATTR_OUT_SIZE;
  };

  /** Body: `fuse_statx_out`. */
  readonly replyStatx = (result: Errno | void): Reply => {
    if (result !== undefined) return requireErrno(result);
    this.reserve(STATX_OUT_SIZE);
    this.statxOut.encode(this.output.view, OUT_HEADER_SIZE, this.#timeouts.attrTimeoutMs);
    return STATX_OUT_SIZE;
  };

  /** Body: `fuse_open_out`. */
  readonly replyOpen = (result: Errno | void): Reply => {
    if (result !== undefined) return requireErrno(result);
    this.openOut.encode(this.output.view, OUT_HEADER_SIZE);
    return OPEN_OUT_SIZE;
  };

  /** Body: `fuse_entry_out` and `fuse_open_out`. */
  readonly replyCreate = (result: Errno | void): Reply => {
    const size = this.replyEntry(result);
    if (typeof size !== "number") return size;
    this.openOut.encode(this.output.view, OUT_HEADER_SIZE + size);
    return size + OPEN_OUT_SIZE;
  };

  /** The largest number that the operation may answer. */
  countMax = 0;

  /** Body: what READ put there. */
  readonly replyRead = (result: number | Errno): Reply =>
    result instanceof Errno ? result : requireCount(result, this.countMax);

  /** Body: `fuse_write_out`. */
  readonly replyWrite = (result: number | Errno): Reply => {
    if (result instanceof Errno) return result;
    write64(this.output.view, OUT_HEADER_SIZE, requireCount(result, this.countMax));
    return 8;
  };

  /** Body: a target or a value of any size. */
  readonly replyBytes = (result: Uint8Array | Errno): Reply => {
    if (result instanceof Errno) return result;
    this.reserve(requireBytes(result).length);
    this.output.bytes.set(result, OUT_HEADER_SIZE);
    return result.length;
  };

  /** What the caller of GETXATTR or LISTXATTR has room for; 0 asks for the size only. */
  valueSizeMax = 0;

  /** Body: an extended attribute, or only its size (`fuse_getxattr_out`). */
  readonly replyXattr = (result: Uint8Array | Errno): Reply => {
    if (result instanceof Errno) return result;
    this.countMax = requireBytes(result).length;
    if (this.valueSizeMax === 0) return this.replyWrite(result.length);
    return result.length > this.valueSizeMax ? ERRNO.ERANGE : this.replyBytes(result);
  };

  /** Body: the names of LISTXATTR, each with a NUL behind it. */
  readonly replyNames = (result: readonly string[] | Errno): Reply => {
    if (result instanceof Errno) return result;
    const names = requireNames(result).map((name) => `${name}\0`);
    return this.replyXattr(encodeName(names.join("")));
  };

  /** Body: `fuse_statfs_out`. */
  readonly replyStatfs = (result: StatFs | Errno): Reply => {
    if (result instanceof Errno) return result;
    requireStatFs(result);
    const view = this.output.view;
    const words = [result.blocks, result.bfree, result.bavail, result.files, result.ffree];
    words.forEach((word, index) => write64(view, OUT_HEADER_SIZE + index * 8, word));
    view.setUint32(OUT_HEADER_SIZE + 40, result.bsize, true);
    view.setUint32(OUT_HEADER_SIZE + 44, result.namelen, true);
    view.setUint32(OUT_HEADER_SIZE + 48, result.frsize, true);
    this.output.bytes.fill(0, OUT_HEADER_SIZE + 52, OUT_HEADER_SIZE + STATFS_OUT_SIZE);
    return STATFS_OUT_SIZE;
  };

  /** Body: `fuse_lk_out`. */
  readonly replyLock = (result: FileLock | null | Errno): Reply => {
    if (result instanceof Errno) return result;
    encodeLock(this.output.view, OUT_HEADER_SIZE, requireLock(result));
    return LK_OUT_SIZE;
  };

  /** Makes `output` hold a body of `size` bytes; what was there is lost. */
  reserve(size: number): void {
    const needed = OUT_HEADER_SIZE + size;
    if (this.output.bytes.length >= needed) return;
    this.release();
    this.output = this.#pool.take(needed);
  }

  /** Gives a large reply buffer back. */
  release(): void {
    if (this.output !== this.small) this.#pool.give(this.output);
    this.output = this.small;
  }
}

/** Why there is no body. @throws {TypeError} For what a filesystem returned that means nothing. */
function requireErrno(result: Errno): Errno {
  if (result instanceof Errno) return result;
  throw new TypeError(`The result is ${String(result)}, not an Errno or nothing`);
}
