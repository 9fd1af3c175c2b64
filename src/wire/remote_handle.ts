/**
 * An open file on the other side of a connection.
 *
 * @module
 */
import { basename, clean, FsError, type MaybePromise } from "../base/mod.ts";
import {
  BaseHandle,
  type Context,
  type FileInfo,
  type FileLock,
  type Handle,
  type TimeChange,
} from "../provider/mod.ts";
import type { ClientLink } from "./client_link.ts";
import { lockFromMessage, lockToMessage } from "./lock_message.ts";
import { OpCode, SetBits } from "./op_code.ts";
import { type Opening, RecentChange } from "./recent_change.ts";
import { sumParts } from "./read_parts.ts";
import { fileInfoOf } from "./remote_info.ts";
import { setOwner, setTimes } from "./time_change.ts";
import type { PassedFile } from "./passed_files.ts";
import { NOTHING } from "./remote_paths.ts";
import { reopen } from "./reopen.ts";
import type { Revivable, VFSClient } from "./vfs_client.ts";
import type { VFSRequest } from "./vfs_request.ts";
import type { VFSResponse } from "./vfs_response.ts";
import type { VFSStat } from "./vfs_stat.ts";
import type { RemoteFile } from "./waiter.ts";

/** What a remote provider's `open` returns. Each operation is one round trip. */
export class RemoteHandle extends BaseHandle implements RemoteFile, Revivable {
  /** The server's number of it. */
  number: number | bigint;
  /** Whether it could not be opened again after the connection had ended. */
  lost = false;
  /** The number of its inode; 0 when that is not known. */
  readonly ino: number | bigint;
  /** The file itself, where the server has passed it. */
  readonly passed: PassedFile | null;
  readonly #client: VFSClient;
  readonly #name: string;
  /** What the file was when it was opened, for the case that it must be opened again. */
  #identity: FileInfo | null = null;
  /** Whether it has held locks, which a new connection has lost. */
  #locked = false;
  #closed = false;
  readonly #change: RecentChange;

  /** The open file `number` of the server, which has just been opened by this path. */
  constructor(client: VFSClient, number: number | bigint, path: string, opening: Opening) {
    super(opening.flags, path);
    this.#client = client;
    this.number = number;
    this.#name = basename(clean(path));
    this.ino = opening.info?.ino ?? 0;
    this.passed = opening.passed;
    this.#change = new RecentChange(client, opening);
    if (!client.reconnects) return;
    this.#identity = opening.info;
    client.revivables.add(this);
  }

  /** Opens the file again on a new connection, when its path still names it. */
  async revive(link: ClientLink): Promise<void> {
    const identity = this.#identity;
    const number = identity === null || this.#locked ? null : await reopen(link, this, identity);
    if (number === null) this.lost = true;
    else this.number = number;
  }

  /** A request for this file. */
  #begin(op: OpCode, syscall: string, context: Context | undefined): VFSRequest {
    if (this.#closed) throw this.fail("EBADF", syscall);
    return this.#client.begin(op, context, this);
  }

  /** For the provider: a request to name this file, of the connection that it is open on. */
  beginLink(client: VFSClient, newPath: string, context: Context | undefined): VFSRequest {
    if (client === this.#client) return this.#begin(OpCode.Link, "link", context);
    throw new FsError("EXDEV", { syscall: "link", path: this.path, dest: newPath });
  }

  #send<T>(
    convert: (response: VFSResponse) => T,
    syscall: string,
    context: Context | undefined,
  ): MaybePromise<T> {
    return this.#client.ask(convert, { syscall, path: this.path }, context);
  }

  /** What only version 2 has. */
  #require2(syscall: string): void {
    if (this.#client.version === 1) throw this.fail("ENOSYS", syscall);
  }

  /** Reads; more than one message holds is read with several that are on their way together. */
  override readAt(buffer: Uint8Array, offset: number, context?: Context): MaybePromise<number> {
    const { dataMax } = this.#client.hello;
    if (buffer.length <= dataMax) {
      return this.#send(this.#beginRead(buffer, offset, context), "read", context);
    }
    const parts: Promise<number>[] = [];
    for (let start = 0; start < buffer.length; start += dataMax) {
      const part = buffer.subarray(start, start + dataMax);
      const take = this.#beginRead(part, offset + start, context);
      const details = { syscall: "read", path: this.path };
      parts.push(this.#client.send(take, details, context?.signal));
    }
    return sumParts(parts, dataMax);
  }

  /** A request to fill `buffer`, and what puts the reply there. */
  #beginRead(
    buffer: Uint8Array,
    offset: number,
    context: Context | undefined,
  ): (response: VFSResponse) => number {
    const request = this.#begin(OpCode.Read, "read", context);
    request.offset = offset;
    request.size = buffer.length;
    if (this.#client.cache.loses(this, buffer.length)) request.set = SetBits.WantStat;
    return ({ data }) => {
      if (data.length > buffer.length) throw this.fail("EIO", "read");
      buffer.set(data);
      return data.length;
    };
  }

  /** Writes; more than one message holds is written with one after the other. */
  override writeAt(data: Uint8Array, offset: number, context?: Context): MaybePromise<number> {
    const { dataMax } = this.#client.hello;
    if (data.length <= dataMax) return this.#writeOne(data, offset, context);
    return this.#writeMany(data, offset, dataMax, context);
  }

  #writeOne(
    data: Uint8Array,
    offset: number,
    context: Context | undefined,
  ): MaybePromise<number> {
    const request = this.#begin(OpCode.Write, "write", context);
    request.offset = offset;
    request.data = data;
    const { cache, recentMs } = this.#client;
    if (cache.hasNotices || recentMs > 0) request.set = SetBits.WantStat;
    if (recentMs === 0) return this.#send(({ written }) => written, "write", context);
    this.#change.begin();
    const take = ({ stat, written }: VFSResponse): number => {
      this.#changed(stat);
      return written;
    };
    return this.#send(take, "write", context);
  }

  /** The reply to a change of this file has come. */
  #changed(stat: VFSStat | null): void {
    const info = stat === null ? null : fileInfoOf(stat, this.#name, this.#client.version);
    this.#change.answered(info);
  }

  /** The attributes as the reply to the last write said a moment ago (`VFSClientOptions.recentMs`). */
  recentStat(): FileInfo | undefined {
    if (this.#closed || !this.#change.isRecent) return undefined;
    return this.#isPast ? this.passed?.stat() : this.#change.info;
  }

  /** A descriptor of the file, -1 for none. Where it is asked for, the server is asked for those of the next ones. */
  get passedFd(): number {
    this.#client.passed.want();
    return this.passed?.fd ?? -1;
  }

  /** The kernel reads and writes through this one by itself. */
  wentPast(): void {
    this.#client.passed.opened(this.ino, this.flags);
  }

  /** Whether the kernel may be changing the file without telling. */
  get #isPast(): boolean {
    return this.#client.passed.has(this.ino);
  }

  async #writeMany(
    data: Uint8Array,
    offset: number,
    each: number,
    context: Context | undefined,
  ): Promise<number> {
    let sum = 0;
    while (sum < data.length) {
      const part = data.subarray(sum, sum + each);
      try {
        const size = await this.#writeOne(part, offset + sum, context);
        sum += size;
        if (size < part.length) break;
      } catch (thrown) {
        // write(2): what has been written counts; the next write meets the error.
        if (sum > 0) break;
        throw thrown;
      }
    }
    return sum;
  }

  /** The attributes. Version 1 knows them by path only. */
  override stat(context?: Context): MaybePromise<FileInfo> {
    const known = this.#closed ? undefined : this.passed?.stat() ?? this.#known();
    if (known !== undefined) return known;
    if (this.#client.version === 2) this.#begin(OpCode.Getattr, "stat", context);
    else if (this.#closed) throw this.fail("EBADF", "stat");
    else this.#client.begin(OpCode.Getattr, context).path = this.path ?? "";
    return this.#send((response) => this.#info(response, "stat"), "stat", context);
  }

  #known(): FileInfo | undefined {
    return this.#isPast ? undefined : this.#change.take() ?? this.#client.cache.statOf(this);
  }

  #info(response: VFSResponse, syscall: string): FileInfo {
    if (response.stat === null) throw this.fail("EIO", syscall);
    return fileInfoOf(response.stat, this.#name, this.#client.version);
  }

  /** Makes what was written durable on the server. */
  override sync(dataOnly?: boolean, context?: Context): MaybePromise<void> {
    const request = this.#begin(OpCode.Fsync, "sync", context);
    if (dataOnly === true && this.#client.version === 2) request.flags = 1;
    return this.#send(NOTHING, "sync", context);
  }

  /** Moves the position, which is kept on this side. */
  override seek(offset: number, whence: number, context?: Context): MaybePromise<number> {
    if (this.#closed) throw this.fail("EBADF", "seek");
    return super.seek(offset, whence, context);
  }

  /** Sets the size. */
  override truncate(size: number, context?: Context): MaybePromise<void> {
    const two = this.#client.version === 2;
    const request = this.#begin(two ? OpCode.Setattr : OpCode.Truncate, "truncate", context);
    request.offset = size;
    request.set = SetBits.Size;
    return this.#sendChange(request, "truncate", context);
  }

  /** Sends a Setattr; the attributes come back with it, for the `stat` that often follows. */
  #sendChange(
    request: VFSRequest,
    syscall: string,
    context: Context | undefined,
  ): MaybePromise<void> {
    request.set |= SetBits.WantStat;
    this.#change.begin();
    return this.#send(({ stat }) => this.#changed(stat), syscall, context);
  }

  /** Sets the permission bits. */
  override chmod(mode: number, context?: Context): MaybePromise<void> {
    this.#require2("chmod");
    const request = this.#begin(OpCode.Setattr, "chmod", context);
    request.mode = mode;
    request.set = SetBits.Mode;
    return this.#sendChange(request, "chmod", context);
  }

  /** Sets owner and group. */
  override chown(uid: number, gid: number, context?: Context): MaybePromise<void> {
    this.#require2("chown");
    const request = this.#begin(OpCode.Setattr, "chown", context);
    setOwner(request, uid, gid);
    return this.#sendChange(request, "chown", context);
  }

  /** Sets the times. */
  override utimes(atime: TimeChange, mtime: TimeChange, context?: Context): MaybePromise<void> {
    this.#require2("utimes");
    const request = this.#begin(OpCode.Setattr, "utimes", context);
    setTimes(request, atime, mtime);
    return this.#sendChange(request, "utimes", context);
  }

  /** `fallocate(2)`. */
  override allocate(
    mode: number,
    offset: number,
    length: number,
    context?: Context,
  ): MaybePromise<void> {
    this.#require2("allocate");
    const request = this.#begin(OpCode.Allocate, "allocate", context);
    request.flags = mode;
    request.offset = offset;
    request.length = length;
    return this.#send(NOTHING, "allocate", context);
  }

  /** Copies on the server. */
  override copyRange(
    offset: number,
    target: Handle,
    targetOffset: number,
    length: number,
    context?: Context,
  ): MaybePromise<number> {
    this.#require2("copyRange");
    if (!(target instanceof RemoteHandle) || target.#client !== this.#client) {
      throw this.fail("EXDEV", "copyRange");
    }
    if (target.#closed) throw target.fail("EBADF", "copyRange");
    if (this.#closed) throw this.fail("EBADF", "copyRange");
    const request = this.#client.begin(OpCode.CopyRange, context, this, target);
    request.offset = offset;
    request.offset2 = targetOffset;
    request.length = length;
    return this.#send(({ written }) => written, "copyRange", context);
  }

  /** SEEK_DATA and SEEK_HOLE. */
  override seekHole(offset: number, whence: number, context?: Context): MaybePromise<number> {
    this.#require2("seekHole");
    const request = this.#begin(OpCode.Seek, "seekHole", context);
    request.offset = offset;
    request.flags = whence;
    return this.#send((response) => response.offset, "seekHole", context);
  }

  /** A lock in the way. */
  override getLock(lock: FileLock, context?: Context): MaybePromise<FileLock | null> {
    this.#require2("getLock");
    this.#begin(OpCode.GetLock, "getLock", context).lock = lockToMessage(lock);
    return this.#send(
      (response) => response.lock === null ? null : lockFromMessage(response.lock, 0),
      "getLock",
      context,
    );
  }

  /** Takes or releases a lock. */
  override setLock(lock: FileLock, wait: boolean, context?: Context): MaybePromise<void> {
    this.#require2("setLock");
    const request = this.#begin(OpCode.SetLock, "setLock", context);
    this.#locked = true;
    request.lock = lockToMessage(lock);
    request.flags = wait ? 1 : 0;
    return this.#send(NOTHING, "setLock", context);
  }

  /** An extended attribute. */
  override getXattr(name: string, context?: Context): MaybePromise<Uint8Array> {
    this.#require2("getXattr");
    const isKnown = this.#change.isOfNewFile || this.#client.cache.hasNoCapabilities(this);
    if (isKnown && name === "security.capability") throw this.fail("ENODATA", "getXattr");
    this.#begin(OpCode.GetXattr, "getXattr", context).name = name;
    return this.#send(({ data }) => data.slice(), "getXattr", context);
  }

  /** Sets an extended attribute. */
  override setXattr(
    name: string,
    value: Uint8Array,
    flags: number,
    context?: Context,
  ): MaybePromise<void> {
    this.#require2("setXattr");
    const request = this.#begin(OpCode.SetXattr, "setXattr", context);
    request.name = name;
    request.data = value;
    request.flags = flags;
    return this.#send(NOTHING, "setXattr", context);
  }

  /** Names of the extended attributes. */
  override listXattr(context?: Context): MaybePromise<string[]> {
    this.#require2("listXattr");
    this.#begin(OpCode.ListXattr, "listXattr", context);
    return this.#send(({ names }) => [...names ?? []], "listXattr", context);
  }

  /** Removes an extended attribute. */
  override removeXattr(name: string, context?: Context): MaybePromise<void> {
    this.#require2("removeXattr");
    this.#begin(OpCode.RemoveXattr, "removeXattr", context).name = name;
    return this.#send(NOTHING, "removeXattr", context);
  }

  /** Ends the open file on the server too. */
  override close(context?: Context): MaybePromise<void> {
    this.#begin(OpCode.Release, "close", context);
    this.#closed = true;
    this.passed?.close();
    this.#client.revivables.delete(this);
    // Locks that go with it let others in.
    const mayBeLate = context?.nobodyWaits === true && !this.#locked;
    const details = { syscall: "close", path: this.path };
    return mayBeLate
      ? this.#client.send(NOTHING, details, undefined, true)
      : this.#client.ask(NOTHING, details, undefined);
  }
}
