/**
 * The operations of a provider with hooks that need no more than their hooks.
 *
 * @module
 */
import { basename, chain, clean, type MaybePromise } from "../base/mod.ts";
import {
  type Context,
  type FileInfo,
  Forward,
  type Handle,
  type Provider,
  type StatFs,
  type TimeChange,
} from "../provider/mod.ts";
import type { HookEngine } from "./hook_engine.ts";
import { HookOp } from "./hook_op.ts";
import type { HookRequest } from "./hook_request.ts";
import { InterceptedAttributes } from "./intercepted_attributes.ts";
import { type Describe, Interception } from "./interception.ts";
import { ReadMutation } from "./read_mutation.ts";

/** The part of {@linkcode InterceptProvider} that asks hooks about one path and delegates. */
export abstract class InterceptedPaths extends Forward {
  /** @internal The hooks. */
  protected readonly interception: Interception;
  /** @internal The content that readers see; null when no hook changes it. */
  protected readonly mutation: ReadMutation | null;

  /** A layer over `inner`; the engine stays the caller's. */
  constructor(inner: Provider, engine: HookEngine) {
    super(inner);
    this.interception = new Interception(engine, inner.capabilities.has("chown"));
    const mutates = engine.plans[HookOp.Read].mutateRead.length > 0;
    this.mutation = mutates ? new ReadMutation(this.interception) : null;
  }

  /** @internal Whether anybody may want to know of the operation. Most often it takes no look at the path. */
  protected wants(op: HookOp, path: string, newPath = ""): boolean {
    const { engine } = this.interception;
    if (engine.observed) return true;
    const plan = engine.plans[op];
    if (plan.isEmpty) return false;
    return plan.touches(clean(path), newPath === "" || op === HookOp.Symlink ? "" : clean(newPath));
  }

  /** @internal An operation on one path, between its hooks where there are any. */
  protected run<T>(
    op: HookOp,
    path: string,
    context: Context | undefined,
    details: Partial<HookRequest>,
    perform: (request: HookRequest) => MaybePromise<T>,
    describe?: Describe<T>,
  ): MaybePromise<T> {
    const request = Object.assign(this.interception.request(op, path, context), details);
    if (!this.wants(op, path, request.newPath)) return perform(request);
    return this.interception.run(request, context, perform, describe);
  }

  /** @internal The content of what the path leads to may have changed. */
  protected changed(path: string): void {
    this.mutation?.forget(clean(path));
  }

  /** `stat` hooks; the size is the one that readers see. */
  override stat(path: string, context?: Context): MaybePromise<FileInfo> {
    if (this.mutation === null && !this.wants(HookOp.Stat, path)) {
      return this.inner.stat(path, context);
    }
    return this.run(
      HookOp.Stat,
      path,
      context,
      {},
      (request) => this.#told(path, request, context, this.inner.stat(request.path, context)),
      this.interception.seen,
    );
  }

  /** `lstat` and `stat` hooks; the size is the one that readers see. */
  override lstat(path: string, context?: Context): MaybePromise<FileInfo> {
    if (this.mutation === null && !this.wants(HookOp.Lstat, path)) {
      return this.inner.lstat(path, context);
    }
    return this.run(
      HookOp.Lstat,
      path,
      context,
      {},
      (request) => this.#told(path, request, context, this.inner.lstat(request.path, context)),
      this.interception.seen,
    );
  }

  /** The attributes as readers see them, with the name that was asked for. */
  #told(
    asked: string,
    { path }: HookRequest,
    context: Context | undefined,
    info: MaybePromise<FileInfo>,
  ): MaybePromise<FileInfo> {
    const { mutation } = this;
    const cleaned = clean(asked);
    const named = cleaned === clean(path)
      ? info
      : chain(info, (value) => value.with({ name: basename(cleaned) }));
    if (mutation === null) return named;
    return chain(named, (value) => mutation.told(this.inner, value, clean(path), context));
  }

  /** `mkdir` hooks. */
  override mkdir(path: string, mode: number, context?: Context): MaybePromise<void> {
    return this.run(
      HookOp.Mkdir,
      path,
      context,
      { mode },
      (request) => this.inner.mkdir(request.path, request.mode, context),
    );
  }

  /** `mknod` and `create` hooks. */
  override mknod(path: string, mode: number, rdev: number, context?: Context): MaybePromise<void> {
    return this.run(
      HookOp.Mknod,
      path,
      context,
      { mode, rdev },
      (request) => this.inner.mknod(request.path, request.mode, rdev, context),
    );
  }

  /** `chmod` hooks. */
  override chmod(path: string, mode: number, context?: Context): MaybePromise<void> {
    return this.run(
      HookOp.Chmod,
      path,
      context,
      { mode },
      (request) => this.inner.chmod(request.path, request.mode, context),
    );
  }

  /** `chown` hooks. */
  override chown(path: string, uid: number, gid: number, context?: Context): MaybePromise<void> {
    return this.run(
      HookOp.Chown,
      path,
      context,
      { newUid: uid, newGid: gid },
      (request) => this.inner.chown(request.path, uid, gid, context),
    );
  }

  /** `chown` hooks. */
  override lchown(path: string, uid: number, gid: number, context?: Context): MaybePromise<void> {
    return this.run(
      HookOp.Chown,
      path,
      context,
      { syscall: "lchown", newUid: uid, newGid: gid },
      (request) => this.inner.lchown(request.path, uid, gid, context),
    );
  }

  /** `utimes` hooks. */
  override utimes(
    path: string,
    atime: TimeChange,
    mtime: TimeChange,
    context?: Context,
  ): MaybePromise<void> {
    return this.run(
      HookOp.Utimes,
      path,
      context,
      {},
      (request) => this.inner.utimes(request.path, atime, mtime, context),
    );
  }

  /** `utimes` hooks. */
  override lutimes(
    path: string,
    atime: TimeChange,
    mtime: TimeChange,
    context?: Context,
  ): MaybePromise<void> {
    return this.run(
      HookOp.Utimes,
      path,
      context,
      { syscall: "lutimes" },
      (request) => this.inner.lutimes(request.path, atime, mtime, context),
    );
  }

  /** `truncate` and `write` hooks. */
  override truncate(path: string, size: number, context?: Context): MaybePromise<void> {
    return this.run(HookOp.Truncate, path, context, { offset: size }, (request) => {
      this.changed(request.path);
      return this.inner.truncate(request.path, request.offset, context);
    });
  }

  /** `remove` hooks. */
  override remove(path: string, context?: Context): MaybePromise<void> {
    return this.run(
      HookOp.Remove,
      path,
      context,
      {},
      (request) => this.inner.remove(request.path, context),
    );
  }

  /** `remove` hooks. */
  override unlink(path: string, context?: Context): MaybePromise<void> {
    return this.run(
      HookOp.Remove,
      path,
      context,
      { syscall: "unlink" },
      (request) => this.inner.unlink(request.path, context),
    );
  }

  /** `remove` hooks. */
  override rmdir(path: string, context?: Context): MaybePromise<void> {
    return this.run(
      HookOp.Remove,
      path,
      context,
      { syscall: "rmdir" },
      (request) => this.inner.rmdir(request.path, context),
    );
  }

  /** `link` and `create` hooks. */
  override link(existing: string, newPath: string, context?: Context): MaybePromise<void> {
    return this.run(
      HookOp.Link,
      existing,
      context,
      { newPath },
      (request) => this.inner.link(request.path, request.newPath, context),
    );
  }

  /** `link` and `create` hooks, with the path by which hooks know the file. */
  override linkHandle(handle: Handle, newPath: string, context?: Context): MaybePromise<void> {
    const isOurs = handle instanceof InterceptedAttributes;
    return this.run(
      HookOp.Link,
      isOurs ? handle.openedPath : "/",
      context,
      { newPath },
      (request) => this.inner.linkHandle(isOurs ? handle.below : handle, request.newPath, context),
    );
  }

  /** `symlink` and `create` hooks, with the link as path and the target as new path, as in seed 1. */
  override symlink(target: string, link: string, context?: Context): MaybePromise<void> {
    return this.run(
      HookOp.Symlink,
      link,
      context,
      { newPath: target },
      (request) => this.inner.symlink(request.newPath, request.path, context),
    );
  }

  /** `readlink` hooks. */
  override readlink(path: string, context?: Context): MaybePromise<string> {
    return this.run(
      HookOp.Readlink,
      path,
      context,
      {},
      (request) => this.inner.readlink(request.path, context),
    );
  }

  /** `statfs` hooks. */
  override statfs(path: string, context?: Context): MaybePromise<StatFs> {
    return this.run(
      HookOp.StatFs,
      path,
      context,
      {},
      (request) => this.inner.statfs(request.path, context),
    );
  }

  /** `getxattr` hooks. */
  override getXattr(path: string, name: string, context?: Context): MaybePromise<Uint8Array> {
    return this.run(
      HookOp.GetXattr,
      path,
      context,
      { name },
      (request) => this.inner.getXattr(request.path, name, context),
    );
  }

  /** `setxattr` hooks. */
  override setXattr(
    path: string,
    name: string,
    value: Uint8Array,
    flags: number,
    context?: Context,
  ): MaybePromise<void> {
    const details = { name, flags, data: value, size: value.length };
    return this.run(
      HookOp.SetXattr,
      path,
      context,
      details,
      (request) => this.inner.setXattr(request.path, name, request.data, flags, context),
    );
  }

  /** `listxattr` hooks. */
  override listXattr(path: string, context?: Context): MaybePromise<string[]> {
    return this.run(
      HookOp.ListXattr,
      path,
      context,
      {},
      (request) => this.inner.listXattr(request.path, context),
    );
  }

  /** `removexattr` hooks. */
  override removeXattr(path: string, name: string, context?: Context): MaybePromise<void> {
    return this.run(
      HookOp.RemoveXattr,
      path,
      context,
      { name },
      (request) => this.inner.removeXattr(request.path, name, context),
    );
  }
}
