/**
 * A provider that answers when a test says so.
 *
 * @module
 */
import { FsError } from "../../base/mod.ts";
import {
  BaseHandle,
  BaseProvider,
  type Context,
  FileInfo,
  type Handle,
} from "../../provider/mod.ts";

/** One call that has not been answered. */
export interface GatedCall {
  /** The method. */
  readonly method: string;
  /** The path, or the open file's. */
  readonly path: string;
  /** Who asked. */
  readonly context: Context | undefined;
  /** Answers. */
  readonly open: () => void;
  /** Fails. */
  readonly fail: (code: "EIO" | "EINTR") => void;
}

/** Every operation waits at a gate; `stat` of a path under /now answers at once. */
export class GatedProvider extends BaseProvider {
  /** The calls that wait, in the order they came. */
  readonly calls: GatedCall[] = [];
  /** The most that ever waited at the same time. */
  mostAtOnce = 0;
  /** Names of the methods in the order they ended. */
  readonly ended: string[] = [];
  /** Open handles. */
  openHandles = 0;
  #arrived: (() => void) | null = null;

  /** Waits until `count` calls are at the gate. */
  async atGate(count: number): Promise<GatedCall[]> {
    while (this.calls.length < count) {
      await new Promise<void>((resolve) => this.#arrived = resolve);
    }
    return this.calls;
  }

  /** Waits at the gate, then gives the value. */
  gate<T>(method: string, path: string, context: Context | undefined, value: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        this.calls.splice(this.calls.indexOf(call), 1);
        this.ended.push(`${method} ${path}`);
      };
      const call: GatedCall = {
        method,
        path,
        context,
        open: () => {
          leave();
          resolve(value());
        },
        fail: (code) => {
          leave();
          reject(new FsError(code, { syscall: method, path }));
        },
      };
      this.calls.push(call);
      this.mostAtOnce = Math.max(this.mostAtOnce, this.calls.length);
      this.#arrived?.();
    });
  }

  /** A file of 5 bytes. */
  override stat(path: string, context?: Context): FileInfo | Promise<FileInfo> {
    const info = new FileInfo({ name: path, mode: 0o100644, size: 5 });
    return path.startsWith("/now") ? info : this.gate("stat", path, context, () => info);
  }

  /** Works. */
  override mkdir(path: string, _mode: number, context?: Context): Promise<void> {
    return this.gate("mkdir", path, context, () => {});
  }

  /** Answers at once. */
  override open(path: string, flags: number): Handle {
    this.openHandles++;
    return new GatedHandle(this, flags, path);
  }
}

/** Reads wait at the gate; the rest answers at once. */
class GatedHandle extends BaseHandle {
  readonly #provider: GatedProvider;

  constructor(provider: GatedProvider, flags: number, path: string) {
    super(flags, path);
    this.#provider = provider;
  }

  override readAt(buffer: Uint8Array, offset: number, context?: Context): Promise<number> {
    return this.#provider.gate("read", this.path ?? "", context, () => {
      buffer.fill(offset);
      return buffer.length;
    });
  }

  override writeAt(data: Uint8Array, _offset: number, context?: Context): Promise<number> {
    const before = data.slice();
    return this.#provider.gate("write", this.path ?? "", context, () => {
      // The bytes belong to this call until it has ended.
      return before.every((byte, index) => byte === data[index]) ? data.length : 0;
    });
  }

  override stat(): FileInfo {
    return new FileInfo({ name: "gated", mode: 0o100644, size: 5 });
  }

  override close(): void {
    this.#provider.openHandles--;
    this.#provider.ended.push(`close ${this.path}`);
  }
}
