/**
 * Content that readers see in place of a file's own.
 *
 * @module
 */
import {
  always,
  chain,
  FsError,
  isRegular,
  type MaybePromise,
  MODE_PERMISSIONS,
  O_RDONLY,
} from "../base/mod.ts";
import {
  type Context,
  type FileInfo,
  type Handle,
  type Provider,
  requireCount,
} from "../provider/mod.ts";
import { withDeadline } from "./hook_deadline.ts";
import { HookOp } from "./hook_op.ts";
import type { CompiledHook } from "./hook_plan.ts";
import type { HookRequest } from "./hook_request.ts";
import type { Interception } from "./interception.ts";

/** The largest file in bytes whose reads can be mutated: it is held in memory as a whole. */
export const MUTATE_READ_SIZE_MAX = 67_108_864;
/** How many lengths of mutated files are remembered. */
const LENGTHS_MAX = 4096;

/**
 * Applies the `mutateRead` hooks of an engine to the files of a provider.
 *
 * A function may make content of another length, so `stat` has to read the file to tell how long
 * it is for readers. The length is remembered by path, inode number, size and times.
 */
export class ReadMutation {
  readonly #interception: Interception;
  readonly #hooks: readonly CompiledHook[];
  readonly #lengths = new Map<string, { readonly version: string; readonly length: number }>();

  /** Takes the hooks from the engine. */
  constructor(interception: Interception) {
    this.#interception = interception;
    this.#hooks = interception.engine.plans[HookOp.Read].mutateRead;
  }

  /** Whether reads of the file at the clean path are mutated. */
  touches(path: string, context: Context | undefined): boolean {
    return this.#hooks.length > 0 && this.#matching(path, context).length > 0;
  }

  #matching(path: string, context: Context | undefined): readonly CompiledHook[] {
    const request = this.#interception.request(HookOp.Read, path, context);
    return this.#hooks.filter((hook) => this.#matches(hook, request));
  }

  /** A matcher that fails hides the content rather than showing it as it is. */
  #matches(hook: CompiledHook, request: HookRequest): boolean {
    try {
      return hook.matcher.match(request);
    } catch (thrown) {
      throw this.#interception.engine.failure(thrown, hook, request);
    }
  }

  /**
   * What readers of an open file see now.
   *
   * @throws {FsError} EFBIG over {@linkcode MUTATE_READ_SIZE_MAX}, and what the hooks throw.
   */
  content(
    handle: Handle,
    path: string,
    context: Context | undefined,
  ): MaybePromise<Uint8Array> {
    return chain(handle.stat(context), (info) => {
      const code = info.isDir
        ? "EISDIR"
        : !isRegular(info.mode)
        ? "EINVAL"
        : info.size > MUTATE_READ_SIZE_MAX
        ? "EFBIG"
        : null;
      if (code !== null) throw new FsError(code, { syscall: "read", path });
      const original = new Uint8Array(info.size);
      return chain(handle.readAt(original, 0, context), (size) => {
        const mutated = this.#mutated(
          original.subarray(0, requireCount(size, original.length)),
          info,
          path,
          context,
        );
        return chain(mutated, (content) => {
          this.#remember(path, info, content.length);
          return content;
        });
      });
    });
  }

  #mutated(
    original: Uint8Array,
    info: FileInfo,
    path: string,
    context: Context | undefined,
  ): MaybePromise<Uint8Array> {
    const request = this.#interception.request(HookOp.Read, path, context);
    const mode = info.mode & MODE_PERMISSIONS;
    let content: MaybePromise<Uint8Array> = original;
    for (const hook of this.#hooks) {
      if (!this.#matches(hook, request)) continue;
      content = chain(content, (data) => this.#one(hook, { ...request, data, mode }, context));
    }
    return content;
  }

  async #late(
    value: Promise<Uint8Array>,
    hook: CompiledHook,
    request: HookRequest,
  ): Promise<Uint8Array> {
    try {
      return requireBytes(await value);
    } catch (thrown) {
      throw this.#interception.engine.failure(thrown, hook, request);
    }
  }

  #one(
    hook: CompiledHook,
    request: HookRequest,
    context: Context | undefined,
  ): MaybePromise<Uint8Array> {
    const { mutateRead } = hook;
    const { path, data, mode, uid, gid } = request;
    if (mutateRead === null) return data;
    try {
      const value = withDeadline(
        (given) => mutateRead({ path, data, mode, uid, gid }, given),
        hook.timeoutMs,
        context,
      );
      return value instanceof Uint8Array
        ? value
        : this.#late(Promise.resolve(value), hook, request);
    } catch (thrown) {
      throw this.#interception.engine.failure(thrown, hook, request);
    }
  }

  /** The attributes with the length that readers see; files that cannot be mutated keep theirs. */
  told(
    inner: Provider,
    info: FileInfo,
    path: string,
    context: Context | undefined,
  ): MaybePromise<FileInfo> {
    if (!isRegular(info.mode) || info.size > MUTATE_READ_SIZE_MAX) return info;
    if (!this.touches(path, context)) return info;
    const known = this.#lengths.get(path);
    if (known?.version === versionOf(info)) return info.with({ size: known.length });
    return chain(inner.open(path, O_RDONLY, 0, context), (handle) =>
      chain(
        always(
          () => this.content(handle, path, context),
          () => handle.close(context),
        ),
        (content) => info.with({ size: content.length }),
      ));
  }

  #remember(path: string, info: FileInfo, length: number): void {
    const version = versionOf(info);
    if (this.#lengths.size >= LENGTHS_MAX) {
      const oldest = this.#lengths.keys().next();
      if (oldest.done !== true) this.#lengths.delete(oldest.value);
    }
    this.#lengths.delete(path);
    this.#lengths.set(path, { version, length });
  }

  /** Forgets the length: the file has been changed through this engine. */
  forget(path: string): void {
    this.#lengths.delete(path);
  }
}

function requireBytes(value: Uint8Array): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError("mutateRead answered no bytes");
}

function versionOf({ ino, size, mtime, ctime }: FileInfo): string {
  return `${ino} ${size} ${mtime.sec}.${mtime.nsec} ${ctime.sec}.${ctime.nsec}`;
}
