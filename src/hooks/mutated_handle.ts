/**
 * An open file whose readers see other content.
 *
 * @module
 */
import {
  allowsRead,
  allowsWrite,
  chain,
  FsError,
  isRegular,
  type MaybePromise,
  O_PATH,
  SEEK_DATA,
  SEEK_HOLE,
} from "../base/mod.ts";
import {
  BaseHandle,
  type Context,
  type FileInfo,
  ForwardHandle,
  type Handle,
  type Provider,
} from "../provider/mod.ts";
import type { ReadMutation } from "./read_mutation.ts";

/**
 * A file opened for reading alone shows the mutated content as it was at the first read or stat, so
 * that size and data agree for as long as the handle lives. One opened for reading and writing can only be written:
 * offsets of what is read and of what is written would not be the same, so reading is EPERM, and its size is that of the
 * file itself, behind which programs write. With O_PATH there is only the size, which is that of the mutated content.
 */
export class MutatedHandle extends ForwardHandle {
  readonly #mutation: ReadMutation;
  readonly #provider: Provider;
  readonly #path: string;
  readonly #flags: number;
  readonly #context: Context | undefined;
  readonly #reader: ContentReader;
  #content: MaybePromise<Uint8Array> | null = null;

  /** @param context The caller who opened the file. */
  constructor(
    inner: Handle,
    mutation: ReadMutation,
    opened: {
      readonly provider: Provider;
      readonly path: string;
      readonly flags: number;
      readonly context: Context | undefined;
    },
  ) {
    super(inner);
    this.#mutation = mutation;
    this.#provider = opened.provider;
    this.#path = opened.path;
    this.#flags = opened.flags;
    this.#context = opened.context;
    this.#reader = new ContentReader(opened.flags, opened.path, this);
  }

  get #isPath(): boolean {
    return (this.#flags & O_PATH) !== 0;
  }

  get #reads(): boolean {
    return allowsRead(this.#flags) && !this.#isPath;
  }

  /** Whether the content is shown: the file is open for reading alone. */
  get #shows(): boolean {
    return this.#reads && !allowsWrite(this.#flags);
  }

  /** The handle whose content it is. */
  get below(): Handle {
    return this.inner;
  }

  /** What readers see. */
  content(): MaybePromise<Uint8Array> {
    if (!this.#shows) throw new FsError("EPERM", { syscall: "read", path: this.#path });
    this.#content ??= this.#mutation.content(this.inner, this.#path, this.#context);
    return this.#content;
  }

  /** The attributes, of the length that readers see. */
  override stat(context?: Context): MaybePromise<FileInfo> {
    if (this.#isPath) {
      return chain(
        this.inner.stat(context),
        (info) => this.#mutation.told(this.#provider, info, this.#path, this.#context),
      );
    }
    if (!this.#shows) return this.inner.stat(context);
    return chain(this.inner.stat(context), (info) => {
      if (!isRegular(info.mode)) return info;
      return chain(this.content(), ({ length }) => info.with({ size: length }));
    });
  }

  /** From the mutated content, at the position. */
  override read(buffer: Uint8Array, context?: Context): MaybePromise<number> {
    if (!this.#reads) return this.inner.read(buffer, context);
    return this.#reader.read(buffer, context);
  }

  /** From the mutated content. */
  override readAt(buffer: Uint8Array, offset: number, context?: Context): MaybePromise<number> {
    if (!this.#reads) return this.inner.readAt(buffer, offset, context);
    return this.#reader.readAt(buffer, offset);
  }

  /** In the mutated content. */
  override seek(offset: number, whence: number, context?: Context): MaybePromise<number> {
    if (!this.#shows) return this.inner.seek(offset, whence, context);
    return this.#reader.seek(offset, whence, context);
  }

  /** The mutated content has no holes. */
  override seekHole(offset: number, whence: number, context?: Context): MaybePromise<number> {
    if (!this.#shows) return this.inner.seekHole(offset, whence, context);
    // Asked first: ENOSYS of the provider stays ENOSYS.
    return chain(
      this.inner.seekHole(0, SEEK_HOLE, context),
      () =>
        chain(this.content(), ({ length }) => {
          const known = whence === SEEK_DATA || whence === SEEK_HOLE;
          const code = !known ? "EINVAL" : offset < 0 || offset >= length ? "ENXIO" : null;
          if (code !== null) throw new FsError(code, { syscall: "seekHole", path: this.#path });
          return whence === SEEK_DATA ? offset : length;
        }),
    );
  }
}

/** Keeps the position in the mutated content. */
class ContentReader extends BaseHandle {
  readonly #handle: MutatedHandle;

  constructor(flags: number, path: string, handle: MutatedHandle) {
    super(flags, path);
    this.#handle = handle;
  }

  override readAt(buffer: Uint8Array, offset: number): MaybePromise<number> {
    this.requireRead("read", offset);
    return chain(this.#handle.content(), (content) => {
      const part = content.subarray(offset, offset + buffer.length);
      buffer.set(part);
      return part.length;
    });
  }

  override stat(context?: Context): MaybePromise<FileInfo> {
    return this.#handle.stat(context);
  }
}
