/**
 * The operations of an open file with hooks that do not move data.
 *
 * @module
 */
import type { MaybePromise } from "../base/mod.ts";
import {
  type Context,
  type FileInfo,
  type FileLock,
  ForwardHandle,
  type Handle,
  type TimeChange,
} from "../provider/mod.ts";
import { HookOp } from "./hook_op.ts";
import type { HookRequest } from "./hook_request.ts";
import type { HookResult } from "./hook_result.ts";
import type { Interception } from "./interception.ts";
import { MutatedHandle } from "./mutated_handle.ts";

/** How the file of an {@linkcode InterceptHandle} was opened. */
export interface Opened {
  /** The path, clean, by which hooks know the file as long as it is open. */
  readonly path: string;
  /** Who opened it: the caller of operations that name none. */
  readonly context: Context | undefined;
  /** Told when the content may have changed. */
  readonly changed: (path: string) => void;
}

/** The part of {@linkcode InterceptHandle} that is about the file rather than its content. */
export abstract class InterceptedAttributes extends ForwardHandle {
  /** The hooks. */
  protected readonly interception: Interception;
  /** How the file was opened. */
  protected readonly opened: Opened;

  /** A handle over `inner`. */
  constructor(inner: Handle, interception: Interception, opened: Opened) {
    super(inner);
    this.interception = interception;
    this.opened = opened;
  }

  /** The path by which hooks know the file. */
  get openedPath(): string {
    return this.opened.path;
  }

  /** The provider's own handle. */
  get below(): Handle {
    return this.inner instanceof MutatedHandle ? this.inner.below : this.inner;
  }

  /** Whether anybody may want to know of the operation. */
  protected wants(op: HookOp): boolean {
    return this.interception.wants(op, this.opened.path);
  }

  /** A request of the caller, or of who opened the file. */
  protected request(op: HookOp, context: Context | undefined): HookRequest {
    return this.interception.request(op, this.opened.path, context ?? this.opened.context);
  }

  /** An operation that is not made for every block. */
  protected run<T>(
    op: HookOp,
    context: Context | undefined,
    details: Partial<HookRequest>,
    perform: (request: HookRequest) => MaybePromise<T>,
    describe?: (value: T) => HookResult,
  ): MaybePromise<T> {
    const request = this.request(op, context);
    if (!this.wants(op)) return perform(Object.assign(request, details));
    return this.interception.run(Object.assign(request, details), context, perform, describe);
  }

  /** `stat` hooks, then as the handle below. */
  override stat(context?: Context): MaybePromise<FileInfo> {
    if (!this.wants(HookOp.Stat)) return this.inner.stat(context);
    return this.run(
      HookOp.Stat,
      context,
      {},
      () => this.inner.stat(context),
      this.interception.seen,
    );
  }

  /** `sync` hooks, then as the handle below. */
  override sync(dataOnly?: boolean, context?: Context): MaybePromise<void> {
    return this.run(HookOp.Sync, context, {}, () => this.inner.sync(dataOnly, context));
  }

  /** `chmod` hooks, then as the handle below. */
  override chmod(mode: number, context?: Context): MaybePromise<void> {
    return this.run(
      HookOp.Chmod,
      context,
      { mode },
      (request) => this.inner.chmod(request.mode, context),
    );
  }

  /** `chown` hooks, then as the handle below. */
  override chown(uid: number, gid: number, context?: Context): MaybePromise<void> {
    return this.run(
      HookOp.Chown,
      context,
      { newUid: uid, newGid: gid },
      () => this.inner.chown(uid, gid, context),
    );
  }

  /** `utimes` hooks, then as the handle below. */
  override utimes(atime: TimeChange, mtime: TimeChange, context?: Context): MaybePromise<void> {
    return this.run(HookOp.Utimes, context, {}, () => this.inner.utimes(atime, mtime, context));
  }

  /** `seek_hole` hooks, then as the handle below. */
  override seekHole(offset: number, whence: number, context?: Context): MaybePromise<number> {
    return this.run(
      HookOp.SeekHole,
      context,
      { offset, flags: whence },
      () => this.inner.seekHole(offset, whence, context),
    );
  }

  /** `lock` hooks, then as the handle below. */
  override getLock(lock: FileLock, context?: Context): MaybePromise<FileLock | null> {
    return this.run(HookOp.Lock, context, spanOf(lock), () => this.inner.getLock(lock, context));
  }

  /** `lock` hooks, then as the handle below. */
  override setLock(lock: FileLock, wait: boolean, context?: Context): MaybePromise<void> {
    return this.run(
      HookOp.Lock,
      context,
      spanOf(lock),
      () => this.inner.setLock(lock, wait, context),
    );
  }

  /** `getxattr` hooks, then as the handle below. */
  override getXattr(name: string, context?: Context): MaybePromise<Uint8Array> {
    return this.run(HookOp.GetXattr, context, { name }, () => this.inner.getXattr(name, context));
  }

  /** `setxattr` hooks, then as the handle below. */
  override setXattr(
    name: string,
    value: Uint8Array,
    flags: number,
    context?: Context,
  ): MaybePromise<void> {
    const details = { name, flags, data: value, size: value.length };
    return this.run(
      HookOp.SetXattr,
      context,
      details,
      ({ data }) => this.inner.setXattr(name, data, flags, context),
    );
  }

  /** `listxattr` hooks, then as the handle below. */
  override listXattr(context?: Context): MaybePromise<string[]> {
    return this.run(HookOp.ListXattr, context, {}, () => this.inner.listXattr(context));
  }

  /** `removexattr` hooks, then as the handle below. */
  override removeXattr(name: string, context?: Context): MaybePromise<void> {
    return this.run(
      HookOp.RemoveXattr,
      context,
      { name },
      () => this.inner.removeXattr(name, context),
    );
  }
}

function spanOf({ start, end }: FileLock): Partial<HookRequest> {
  return { offset: start, size: end - start + 1 };
}
