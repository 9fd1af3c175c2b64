/**
 * A provider on the other side of a connection.
 *
 * @module
 */
import {
  basename,
  chain,
  clean,
  decodeName,
  FsError,
  type MaybePromise,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_RDWR,
  O_TRUNC,
  SYMLINK_TARGET_MAX,
} from "../base/mod.ts";
import {
  type CapabilitySet,
  type Context,
  CORE_ONLY,
  type Handle,
  isCapability,
  type TimeChange,
  type WatchEvent,
} from "../provider/mod.ts";
import { OpCode, SetBits } from "./op_code.ts";
import { RemoteHandle } from "./remote_handle.ts";
import { fileInfoOf } from "./remote_info.ts";
import { RemoteWatch } from "./remote_watch.ts";
import { isDirectoryItself } from "./directory_itself.ts";
import { RemoteLookup } from "./remote_lookup.ts";
import { NOTHING } from "./remote_paths.ts";
import { setOwner, setTimes } from "./time_change.ts";
import type { VFSClient } from "./vfs_client.ts";
import type { VFSRequest } from "./vfs_request.ts";
import type { VFSResponse } from "./vfs_response.ts";

/**
 * The target of the link `path`. No link has an empty one or one that no system call takes: programs would be told
 * that, or that they asked the wrong question.
 */
function targetIn(data: Uint8Array, path: string): string {
  const { length } = data;
  if (length > 0 && length <= SYMLINK_TARGET_MAX && !data.includes(0)) return decodeName(data);
  const error = new FsError("EIO", { syscall: "readlink", path });
  error.message += ` (the server's target has ${length} bytes${
    data.includes(0) ? ", some NUL" : ""
  })`;
  throw error;
}

/**
 * A provider like any other whose data is elsewhere. Each operation is one round trip; operations that do
 * not wait for each other travel together. With version 2 everything works that the provider on the other
 * side can do; with version 1 (the Go original) what that has, and no capability is declared.
 *
 * When the connection ends, everything fails with EIO at once.
 */
export class RemoteProvider extends RemoteLookup {
  /** What the server declared. */
  override readonly capabilities: CapabilitySet;

  /** Speaks over a client, which belongs to the provider from now on. */
  constructor(client: VFSClient) {
    super(client);
    const names = client.version === 1 ? [] : client.hello.capabilities;
    this.capabilities = names.length === 0 ? CORE_ONLY : new Set(names.filter(isCapability));
  }

  /** Whether no thread begins in its calls. Who adds something knows better. */
  get startsNothing(): boolean {
    return this.constructor === RemoteProvider;
  }

  /** Whether the server says that every change fails with EROFS. Version 1 does not tell. */
  override readonly(): boolean {
    return this.client.hello.readonly;
  }

  /** Opens; in version 2 the attributes come with the reply, for a `stat` that follows. */
  override open(
    path: string,
    flags: number,
    mode: number,
    context?: Context,
  ): MaybePromise<Handle> {
    const request = this.begin(OpCode.Open, path, context);
    request.flags = flags;
    request.mode = mode;
    if (this.client.passed.isWanted) request.set = SetBits.WantFile;
    const mark = this.client.changeMark;
    const take = (response: VFSResponse): Handle => this.#handle(response, path, flags, mark);
    return this.send(take, "open", path, context);
  }

  /** Creates or empties a file, and opens it. */
  override create(path: string, mode: number, context?: Context): MaybePromise<Handle> {
    const request = this.begin(OpCode.Create, path, context);
    request.mode = mode;
    if (this.client.passed.isWanted) request.set = SetBits.WantFile;
    const flags = O_RDWR | O_CREAT | O_TRUNC;
    const mark = this.client.changeMark;
    const take = (response: VFSResponse): Handle => this.#handle(response, path, flags, mark);
    return this.send(take, "create", path, context);
  }

  #handle(response: VFSResponse, path: string, flags: number, mark: number): Handle {
    const { client } = this;
    const { stat, handle } = response;
    if (stat === null || !this.hasVersion2) {
      return new RemoteHandle(client, handle, path, { flags, info: null, mark, passed: null });
    }
    const cleaned = clean(path);
    const info = fileInfoOf(stat, basename(cleaned), 2);
    // Only then does the path name what was opened, and not a link to it.
    if ((flags & (O_NOFOLLOW | O_EXCL)) !== 0) client.fresh.keep(cleaned, info);
    const passed = client.takePassed(response.passed, info);
    return new RemoteHandle(client, handle, path, { flags, info, mark, passed });
  }

  /** Makes a directory. */
  override mkdir(path: string, mode: number, context?: Context): MaybePromise<void> {
    this.begin(OpCode.Mkdir, path, context).mode = mode;
    return this.send(this.keepStat(path), "mkdir", path, context);
  }

  /** Sets the permission bits. */
  override chmod(path: string, mode: number, context?: Context): MaybePromise<void> {
    const request = this.begin(OpCode.Setattr, path, context);
    request.mode = mode;
    return this.#setattr(request, SetBits.Mode, "chmod", path, context);
  }

  #setattr(
    request: VFSRequest,
    set: number,
    syscall: string,
    path: string,
    context: Context | undefined,
  ): MaybePromise<void> {
    request.set |= set | SetBits.WantStat;
    return this.send(this.keepStat(path), syscall, path, context);
  }

  /** Removes a name that is not a directory. */
  override unlink(path: string, context?: Context): MaybePromise<void> {
    return chain(this.#requireKind(path, false, "unlink", context), () => {
      this.begin(OpCode.Unlink, path, context);
      return this.send(NOTHING, "unlink", path, context);
    });
  }

  /** Removes an empty directory. */
  override rmdir(path: string, context?: Context): MaybePromise<void> {
    return chain(this.#requireKind(path, true, "rmdir", context), () => {
      this.begin(OpCode.Rmdir, path, context);
      return this.send(NOTHING, "rmdir", path, context);
    });
  }

  /** The Go original removes either kind with either operation, so with version 1 we look first. */
  #requireKind(
    path: string,
    directory: boolean,
    syscall: string,
    context: Context | undefined,
  ): MaybePromise<void> {
    if (this.hasVersion2) return;
    return chain(isDirectoryItself(this, path, context), (found) => {
      if (found !== undefined && found !== directory) {
        throw new FsError(directory ? "ENOTDIR" : "EISDIR", { syscall, path });
      }
    });
  }

  /** Removes a file or an empty directory. */
  override remove(path: string, context?: Context): MaybePromise<void> {
    if (!this.hasVersion2) return super.remove(path, context);
    this.begin(OpCode.Remove, path, context);
    return this.send(NOTHING, "remove", path, context);
  }

  /** Removes a path and everything below; in version 2 with one message. */
  override removeAll(path: string, context?: Context): MaybePromise<void> {
    if (!this.hasVersion2) return super.removeAll(path, context);
    this.begin(OpCode.RemoveAll, path, context);
    return this.send(NOTHING, "removeAll", path, context);
  }

  /** Renames. */
  override rename(oldPath: string, newPath: string, context?: Context): MaybePromise<void> {
    return this.#rename(oldPath, newPath, 0, "rename", context);
  }

  /** Renames with flags. Version 2. */
  override rename2(
    oldPath: string,
    newPath: string,
    flags: number,
    context?: Context,
  ): MaybePromise<void> {
    if (!this.hasVersion2) return super.rename2(oldPath, newPath, flags, context);
    return this.#rename(oldPath, newPath, flags, "rename2", context);
  }

  #rename(
    oldPath: string,
    newPath: string,
    flags: number,
    syscall: string,
    context: Context | undefined,
  ): MaybePromise<void> {
    const target = clean(newPath);
    const request = this.begin(OpCode.Rename, oldPath, context);
    request.newPath = target;
    request.flags = flags;
    return this.send(NOTHING, syscall, oldPath, context, newPath);
  }

  /** Makes a symbolic link. */
  override symlink(target: string, link: string, context?: Context): MaybePromise<void> {
    this.begin(OpCode.Symlink, link, context).newPath = target;
    return this.send(this.keepStat(link), "symlink", target, context, link);
  }

  /** The target of a symbolic link. */
  override readlink(path: string, context?: Context): MaybePromise<string> {
    this.begin(OpCode.Readlink, path, context);
    return this.send(({ data }) => targetIn(data, path), "readlink", path, context);
  }

  /** Gives an inode a second name. */
  override link(existing: string, newPath: string, context?: Context): MaybePromise<void> {
    const target = clean(newPath);
    this.begin(OpCode.Link, existing, context).newPath = target;
    return this.send(this.keepStat(newPath), "link", existing, context, newPath);
  }

  /** Names an open file. Version 2. */
  override linkHandle(handle: Handle, newPath: string, context?: Context): MaybePromise<void> {
    if (!this.hasVersion2) return super.linkHandle(handle, newPath, context);
    if (!(handle instanceof RemoteHandle)) {
      throw new FsError("EXDEV", { syscall: "link", dest: newPath });
    }
    handle.beginLink(this.client, newPath, context).newPath = clean(newPath);
    return this.send(this.keepStat(newPath), "link", handle.path ?? "", context, newPath);
  }

  /** Makes a pipe, socket, device node or file. Version 2. */
  override mknod(path: string, mode: number, rdev: number, context?: Context): MaybePromise<void> {
    if (!this.hasVersion2) return super.mknod(path, mode, rdev, context);
    const request = this.begin(OpCode.Mknod, path, context);
    request.mode = mode;
    request.rdev = rdev;
    return this.send(this.keepStat(path), "mknod", path, context);
  }

  /** Sets owner and group. Version 2. */
  override chown(path: string, uid: number, gid: number, context?: Context): MaybePromise<void> {
    if (!this.hasVersion2) return super.chown(path, uid, gid, context);
    const request = this.begin(OpCode.Setattr, path, context);
    setOwner(request, uid, gid);
    return this.#setattr(request, 0, "chown", path, context);
  }

  /** Sets owner and group of a link itself. Version 2. */
  override lchown(path: string, uid: number, gid: number, context?: Context): MaybePromise<void> {
    if (!this.hasVersion2) return super.lchown(path, uid, gid, context);
    const request = this.begin(OpCode.Setattr, path, context);
    setOwner(request, uid, gid);
    return this.#setattr(request, SetBits.NoFollow, "lchown", path, context);
  }

  /** Sets the times. Version 2. */
  override utimes(
    path: string,
    atime: TimeChange,
    mtime: TimeChange,
    context?: Context,
  ): MaybePromise<void> {
    if (!this.hasVersion2) return super.utimes(path, atime, mtime, context);
    const request = this.begin(OpCode.Setattr, path, context);
    setTimes(request, atime, mtime);
    return this.#setattr(request, 0, "utimes", path, context);
  }

  /** Sets the times of a link itself. Version 2. */
  override lutimes(
    path: string,
    atime: TimeChange,
    mtime: TimeChange,
    context?: Context,
  ): MaybePromise<void> {
    if (!this.hasVersion2) return super.lutimes(path, atime, mtime, context);
    const request = this.begin(OpCode.Setattr, path, context);
    setTimes(request, atime, mtime);
    return this.#setattr(request, SetBits.NoFollow, "lutimes", path, context);
  }

  /** Sets the size. */
  override truncate(path: string, size: number, context?: Context): MaybePromise<void> {
    const op = this.hasVersion2 ? OpCode.Setattr : OpCode.Truncate;
    const request = this.begin(op, path, context);
    request.offset = size;
    return this.#setattr(request, SetBits.Size, "truncate", path, context);
  }

  /** Changes at and below a path that others make, where the server can tell. */
  override watch(path: string, context?: Context): AsyncIterable<WatchEvent> {
    if (!this.capabilities.has("watch")) return super.watch(path, context);
    return new RemoteWatch(this.client, clean(path), context);
  }

  /** Ends the connection. */
  override close(): MaybePromise<void> {
    this.client.close();
  }
}
