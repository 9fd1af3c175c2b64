/**
 * One request on its way through the server.
 *
 * @module
 */
import { chain, ERRNO, FsError, type MaybePromise, rescue, toErrno } from "../base/mod.ts";
import {
  type FileInfo,
  type Handle,
  type Provider,
  requireCount,
  requireInfo,
} from "../provider/mod.ts";
import { CallContext } from "./call_context.ts";
import type { WireVersion } from "./codec.ts";
import type { FilePassing } from "./file_passing.ts";
import type { FrameOutput } from "./frame_output.ts";
import type { HandleTable, OpenFile } from "./handle_table.ts";
import type { LeaseTable } from "./lease_table.ts";
import type { WireLimits } from "./limits.ts";
import type { ListingTable } from "./listing_table.ts";
import type { MemoryOffer } from "./memory_offer.ts";
import { OpCode, opName } from "./op_code.ts";
import { type InodeSource, setStatV1, setStatV2 } from "./stat_message.ts";
import { VFSRequest } from "./vfs_request.ts";
import { VFSResponse } from "./vfs_response.ts";
import { VFSStat } from "./vfs_stat.ts";
import type { TurnTaker } from "./thread_turns.ts";
import type { WatchTable } from "./watch_table.ts";

/** What a listing that comes later counts for among the bytes that wait for the client. */
const LISTING_RESERVE = 1 << 16;
/** Operations that answer with a listing. */
const LISTS: ReadonlySet<number> = new Set([OpCode.Readdir, OpCode.Lease]);

/** What the operations need of the connection that they run for. */
export interface Session {
  /** The connection's number on its server. */
  readonly number: number;
  /** The filesystem. */
  readonly provider: Provider;
  /** The version agreed on. */
  readonly version: WireVersion;
  /** Whether the provider tells links from what they point to. */
  readonly hasLstat: boolean;
  /** Takes its turns in the thread. */
  readonly taker: TurnTaker;
  /** Whether the kernel of a mount asks. */
  isFromKernel: boolean;
  /** The limits. */
  readonly limits: WireLimits;
  /** The open files. */
  readonly handles: HandleTable;
  /** The listings that go on. */
  readonly listings: ListingTable;
  /** What the client watches. */
  readonly watches: WatchTable;
  /** What the client has leased. */
  readonly leases: LeaseTable;
  /** Sends the descriptors of `LeaseSignal`, once and where that can be. */
  giveSignal(): void;
  /** Memory to share with the client. */
  readonly memory: MemoryOffer;
  /** Passes opened files to the client. */
  readonly files: FilePassing;
  /** Whether nobody changes what is served but through this server. */
  readonly soleOwner: boolean;
  /** Where version 1's inode numbers come from. */
  readonly inodes: InodeSource;
  /** The longest reply frame that the client reads. */
  readonly replyMax: number;
  /** The outgoing side, for operations that encode their own reply. */
  readonly output: FrameOutput;
  /** Whether the reply to this call may go out before any other that is under way. */
  repliesNow(call: Call): boolean;
  /** Told of exceptions that no provider should throw. */
  readonly onUnexpected: (thrown: unknown) => void;
}

/**
 * Request, reply and context of one operation. A connection uses one again and again while its provider
 * answers at once: a request costs no allocation then. The continuations are made once per call for the
 * same reason; an operation hands them to `chain`.
 */
export class Call {
  /** The connection's state. */
  readonly session: Session;
  /** What was asked. */
  readonly request: VFSRequest = new VFSRequest();
  /** What is answered. */
  readonly response: VFSResponse = new VFSResponse();
  /** Who asked. */
  readonly context: CallContext = new CallContext();
  /** The open file that it uses: see {@linkcode Call.use}. */
  file: OpenFile | null = null;
  /** The second open file that it uses. */
  file2: OpenFile | null = null;
  /** The operation encoded its reply itself. */
  replied = false;
  /** The client has taken it back. */
  cancelled = false;
  /** Its result is there. */
  finished = false;
  /** It is the first of its connection. */
  isFirst = false;
  /** Its reply goes out in the order of the requests. */
  ordered = false;
  /** When it began, for the observer, in milliseconds. */
  startedMs = 0;
  /** Bytes of the request, for the observer. */
  bytesIn = 0;
  /** Bytes of the reply that it may need at most, beyond a small one. */
  reserved = 0;
  readonly #stat = new VFSStat();

  /** For requests of this connection. */
  constructor(session: Session) {
    this.session = session;
  }

  /** Made ready for the next request, which is in `request` already. */
  begin(uid: number, gid: number): void {
    this.response.clear();
    this.response.id = this.request.id;
    this.context.reset(uid, gid, this.request.pid);
    this.context.isFromKernel = this.session.isFromKernel;
    this.replied = false;
    this.cancelled = false;
    this.finished = false;
  }

  /** Its provider answers later: sets aside what the reply may need, and what the request holds. */
  reserve(dataMax: number): void {
    const { op, size, data } = this.request;
    if (op === OpCode.Read) this.reserved = Math.min(size, dataMax);
    else if (LISTS.has(op)) this.reserved = LISTING_RESERVE;
    else this.reserved = data.length;
  }

  /** Version 1 knows no ids: a key of that name is one of the unknown ones. */
  forgetId(): void {
    this.request.id = 0;
    this.response.id = 0;
  }

  /** Answers with an error. */
  fail(thrown: unknown): void {
    const errno = toErrno(thrown, this.report);
    this.response.clear();
    this.response.id = this.request.id;
    this.response.err = -errno.number;
  }

  /** Tells of an exception that no provider should throw: which operation, of what. */
  readonly report = (thrown: unknown): void => {
    const { op, path } = this.request;
    const name = opName(op) ?? `operation ${op}`;
    const of = JSON.stringify(path === "" ? this.file?.path ?? "" : path);
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    const cause = { cause: thrown };
    this.session.onUnexpected(new Error(`${name} of ${of} answered with EIO: ${text}`, cause));
  };

  /**
   * The open file of `fh`, which stays open until the call has ended.
   *
   * @throws {FsError} EBADF for a number that has none.
   */
  open(syscall: string): Handle {
    const file = this.session.handles.get(this.request.handle);
    if (file === undefined) throw new FsError("EBADF", { syscall });
    this.use(file);
    return file.handle;
  }

  /** Keeps the file open until the call has ended. */
  use(file: OpenFile): void {
    if (this.file === file) return;
    file.retain();
    if (this.file === null) this.file = file;
    else this.file2 = file;
  }

  /** Lets go of the open files. */
  releaseFiles(): void {
    this.file?.release();
    this.file = null;
    this.file2?.release();
    this.file2 = null;
  }

  /** `off` as a number; what is not safe becomes the largest, which is past the end of any file. */
  get offset(): number {
    const { offset } = this.request;
    if (typeof offset === "number") return offset;
    return offset > 0n ? Number.MAX_SAFE_INTEGER : -1;
  }

  /** `off` where it must not be negative. */
  position(syscall: string): number {
    const { offset } = this;
    if (offset < 0) throw new FsError("EINVAL", { syscall, path: this.file?.path });
    return offset;
  }

  /** Answers with attributes. */
  readonly giveStat = (info: FileInfo): void => {
    const { session } = this;
    requireInfo(info);
    if (session.version === 1) setStatV1(this.#stat, info, this.request.path, session.inodes);
    else setStatV2(this.#stat, info);
    this.response.stat = this.#stat;
  };

  /** Answers with attributes, or ENOENT for null. */
  readonly giveFound = (info: FileInfo | null): void => {
    if (info === null) this.response.err = -ERRNO.ENOENT.number;
    else this.giveStat(info);
  };

  /** Answers with what `stat` says of the path now. */
  readonly giveStatOfPath = (): MaybePromise<void> => this.statAgain(this.request.path);

  /**
   * Answers with what `stat` says of `path` now. Where that cannot be had the answer has no attributes:
   * the change itself has been made.
   */
  statAgain(path: string): MaybePromise<void> {
    return rescue(() => chain(this.lstat(path), this.giveStat), () => {});
  }

  /** Version 1 follows links, version 2 does not. */
  lstat(path: string): MaybePromise<FileInfo> {
    const { provider, version, hasLstat } = this.session;
    return version === 2 && hasLstat
      ? provider.lstat(path, this.context)
      : provider.stat(path, this.context);
  }

  /** Answers with the number of bytes written. */
  readonly giveWritten = (size: number): void => {
    this.response.written = requireCount(size, this.request.data.length);
  };
}
