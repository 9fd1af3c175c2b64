/**
 * An open file with hooks.
 *
 * @module
 */
import {
  always,
  chain,
  FsError,
  isPromise,
  type MaybePromise,
  MODE_PERMISSIONS,
  rescue,
  SEEK_CUR,
} from "../base/mod.ts";
import { type Context, type FileInfo, type Handle, writeAll } from "../provider/mod.ts";
import { InterceptedAttributes } from "./intercepted_attributes.ts";
import { HookOp } from "./hook_op.ts";
import type { HookRequest } from "./hook_request.ts";
import { hookFileMeta } from "./hook_result.ts";
import { InOrder } from "./in_order.ts";
import { MutatedHandle } from "./mutated_handle.ts";

/** How many bytes a copy moves at most in one call when its reads and writes have hooks. */
export const COPY_THROUGH_HOOKS_MAX = 1_048_576;

/** What a write has done, for its caller and for hooks. */
interface Written {
  readonly bytes: number;
  readonly info: FileInfo | null;
}

/** A handle of an intercepting provider: each operation runs between its hooks. */
export class InterceptHandle extends InterceptedAttributes {
  /** Made when the first positioned call has to wait for hooks. */
  #order: InOrder | null = null;
  /** Whether hooks may apply to reads and writes of this path: hooks never change, so asked once. */
  #readTouched: boolean | null = null;
  #writeTouched: boolean | null = null;

  get #isBusy(): boolean {
    return this.#order !== null && this.#order.isBusy;
  }

  #inOrder(call: () => MaybePromise<number>): MaybePromise<number> {
    this.#order ??= new InOrder();
    return this.#order.run(call);
  }

  get #wantsRead(): boolean {
    if (this.interception.engine.observed) return true;
    this.#readTouched ??= this.wants(HookOp.Read);
    return this.#readTouched;
  }

  get #wantsWrite(): boolean {
    if (this.interception.engine.observed) return true;
    this.#writeTouched ??= this.wants(HookOp.Write);
    return this.#writeTouched;
  }

  /** `read` hooks, then as the handle below at the position. */
  override read(buffer: Uint8Array, context?: Context): MaybePromise<number> {
    if (!this.#wantsRead && !this.#isBusy) return this.inner.read(buffer, context);
    return this.#inOrder(() => {
      if (!this.#wantsRead) return this.inner.read(buffer, context);
      return chain(
        this.inner.seek(0, SEEK_CUR, context),
        (offset) => this.#read(buffer, offset, context, () => this.inner.read(buffer, context)),
      );
    });
  }

  /** `read` hooks, then as the handle below. */
  override readAt(buffer: Uint8Array, offset: number, context?: Context): MaybePromise<number> {
    if (!this.#wantsRead) return this.inner.readAt(buffer, offset, context);
    return this.#read(
      buffer,
      offset,
      context,
      (request) => this.inner.readAt(buffer, request.offset, context),
    );
  }

  #read(
    buffer: Uint8Array,
    offset: number,
    context: Context | undefined,
    perform: (request: HookRequest) => MaybePromise<number>,
  ): MaybePromise<number> {
    const request = this.request(HookOp.Read, context);
    request.offset = offset;
    request.size = buffer.length;
    return this.interception.run(request, context, perform, (bytes) => ({ bytes }));
  }

  /** `write` hooks, then as the handle below at the position. */
  override write(data: Uint8Array, context?: Context): MaybePromise<number> {
    if (!this.#wantsWrite && !this.#isBusy) return this.#plainWrite(data, context);
    return this.#inOrder(() => {
      if (!this.#wantsWrite) return this.#plainWrite(data, context);
      const { inner } = this;
      return chain(
        inner.seek(0, SEEK_CUR, context),
        (offset) =>
          this.#write(data, offset, context, (request) => {
            if (request.data === data) return inner.write(data, context);
            const sequential = { writeAt: (part: Uint8Array) => inner.write(part, context) };
            return chain(writeAll(sequential, request.data, 0, context), () => data.length);
          }),
      );
    });
  }

  #plainWrite(data: Uint8Array, context: Context | undefined): MaybePromise<number> {
    this.opened.changed(this.opened.path);
    return this.inner.write(data, context);
  }

  /** `write` hooks, then as the handle below. Replaced data is reported as the caller's length. */
  override writeAt(data: Uint8Array, offset: number, context?: Context): MaybePromise<number> {
    if (!this.#wantsWrite) {
      this.opened.changed(this.opened.path);
      return this.inner.writeAt(data, offset, context);
    }
    return this.#write(data, offset, context, (request) => {
      if (request.data === data) return this.inner.writeAt(data, request.offset, context);
      const all = writeAll(this.inner, request.data, request.offset, context);
      return chain(all, () => data.length);
    });
  }

  #write(
    data: Uint8Array,
    offset: number,
    context: Context | undefined,
    perform: (request: HookRequest) => MaybePromise<number>,
  ): MaybePromise<number> {
    const { engine, hasOwnership } = this.interception;
    const { path } = this.opened;
    const request = this.request(HookOp.Write, context);
    request.offset = offset;
    request.size = data.length;
    request.data = data;
    const plan = engine.plans[HookOp.Write];
    const hasBefore = plan.touchesBefore(path, "");
    const hasAfter = engine.observed || plan.after.length > 0;
    const written = chain(this.#look(hasBefore, context), (info) => {
      if (info !== null) request.mode = info.mode & MODE_PERMISSIONS;
      return this.interception.run<Written>(
        request,
        context,
        () => {
          this.opened.changed(path);
          return chain(
            perform(request),
            (bytes) =>
              chain(this.#look(hasAfter, context), (after) => {
                if (after !== null) request.mode = after.mode & MODE_PERMISSIONS;
                return { bytes, info: after };
              }),
          );
        },
        ({ bytes, info: after }) => ({
          bytes,
          meta: after === null ? undefined : hookFileMeta(after, hasOwnership),
        }),
      );
    });
    return chain(written, ({ bytes }) => bytes);
  }

  /** The attributes for hooks, null when nobody wants them or they cannot be had. */
  #look(wanted: boolean, context: Context | undefined): MaybePromise<FileInfo | null> {
    return wanted ? rescue(() => this.inner.stat(context), () => null) : null;
  }

  /** As the handle below, after the reads and writes before it. */
  override seek(offset: number, whence: number, context?: Context): MaybePromise<number> {
    if (!this.#isBusy) return this.inner.seek(offset, whence, context);
    return this.#inOrder(() => this.inner.seek(offset, whence, context));
  }

  /** `close` hooks. The file is closed also when one refuses: nobody could close it after that. */
  override close(context?: Context): MaybePromise<void> {
    if (!this.wants(HookOp.Close)) return this.inner.close(context);
    const { engine } = this.interception;
    const request = this.request(HookOp.Close, context);
    let refusal: { readonly thrown: unknown } | null = null;
    const asked = rescue(() => engine.before(request, context), (thrown) => {
      refusal = { thrown };
    });
    return chain(asked, () => {
      if (refusal === null) {
        return this.interception.finish(request, context, () => this.inner.close(context));
      }
      const { thrown } = refusal;
      return always((): void => {
        throw thrown;
      }, () => this.inner.close(context));
    });
  }

  /** `truncate` and `write` hooks, then as the handle below. */
  override truncate(size: number, context?: Context): MaybePromise<void> {
    return this.run(HookOp.Truncate, context, { offset: size }, ({ offset }) => {
      this.opened.changed(this.opened.path);
      return this.inner.truncate(offset, context);
    });
  }

  /** `allocate` and `write` hooks, then as the handle below. */
  override allocate(
    mode: number,
    offset: number,
    length: number,
    context?: Context,
  ): MaybePromise<void> {
    const details = { flags: mode, offset, size: length };
    return this.run(HookOp.Allocate, context, details, () => {
      this.opened.changed(this.opened.path);
      return this.inner.allocate(mode, offset, length, context);
    });
  }

  /**
   * `copy_range` hooks. Where reads of the source or writes of the target have hooks too, the data
   * goes through those, {@linkcode COPY_THROUGH_HOOKS_MAX} bytes at most in one call.
   */
  override copyRange(
    offset: number,
    target: Handle,
    targetOffset: number,
    length: number,
    context?: Context,
  ): MaybePromise<number> {
    if (!(target instanceof InterceptHandle)) {
      return this.#copy(offset, target, targetOffset, length, context);
    }
    const [{ path }, { path: newPath }] = [this.opened, target.opened];
    const interception = this.interception;
    const through = this.inner instanceof MutatedHandle ||
      interception.wantsBefore(HookOp.Read, path) ||
      target.interception.wantsBefore(HookOp.Write, newPath);
    const { below } = target;
    const perform = () => {
      if (through && length > 0) {
        // To copy nothing asks the provider what is wrong with the call (ENOSYS, EBADF, EINVAL).
        return chain(
          this.#copy(offset, below, targetOffset, 0, context),
          () => this.#copyThrough(offset, target, targetOffset, length, context),
        );
      }
      target.opened.changed(newPath);
      return this.#copy(offset, below, targetOffset, length, context);
    };
    if (!interception.wants(HookOp.CopyRange, path, newPath)) return perform();
    const request = this.request(HookOp.CopyRange, context);
    Object.assign(request, { newPath, offset, size: length });
    return interception.run(request, context, perform, (bytes) => ({ bytes }));
  }

  #copy(
    offset: number,
    target: Handle,
    targetOffset: number,
    length: number,
    context: Context | undefined,
  ): MaybePromise<number> {
    return this.inner.copyRange(offset, target, targetOffset, length, context);
  }

  #copyThrough(
    offset: number,
    target: InterceptHandle,
    targetOffset: number,
    length: number,
    context: Context | undefined,
  ): MaybePromise<number> {
    const buffer = new Uint8Array(Math.min(length, COPY_THROUGH_HOOKS_MAX));
    return chain(this.readAt(buffer, offset, context), (size) => {
      if (size === 0) return 0;
      return chain(this.#isSameFile(target, context), (isSame) => {
        if (isSame && targetOffset + size > offset && targetOffset < offset + size) {
          throw new FsError("EINVAL", { syscall: "copyRange", path: this.opened.path });
        }
        return target.writeAt(buffer.subarray(0, size), targetOffset, context);
      });
    });
  }

  #isSameFile(target: InterceptHandle, context: Context | undefined): MaybePromise<boolean> {
    return chain(
      this.inner.stat(context),
      ({ ino }) =>
        chain(target.inner.stat(context), (other) => BigInt(ino) !== 0n && ino === other.ino),
    );
  }

  /** `close()` with its hooks; an error that comes later is an unhandled rejection. */
  override [Symbol.dispose](): void {
    const closing = this.close();
    if (isPromise(closing)) closing.catch((thrown) => Promise.reject(thrown));
  }
}
