/**
 * A directory and what is missing above it.
 *
 * @module
 */
import {
  chain,
  clean,
  dirname,
  FsError,
  isPromise,
  type MaybePromise,
  rescue,
  toErrno,
} from "../base/mod.ts";
import type { Context } from "./context.ts";
import type { Provider } from "./provider.ts";

/** Settings of {@linkcode mkdirAll}. */
export interface MkdirAllOptions {
  /** Permission bits of every directory that is made. Default 0o755. */
  readonly mode?: number;
  /** The caller; without it the process itself. */
  readonly context?: Context | undefined;
}

/**
 * Makes a directory and every directory above it that is missing (Go's `os.MkdirAll`). Succeeds when
 * it is there already. Answers at once when the provider does.
 *
 * @throws {FsError} ENOTDIR when something in the path is no directory, and whatever `mkdir` throws.
 *
 * @example
 * ```ts
 * import { MemoryProvider, mkdirAll } from "@fusewire/vfs";
 * import { assert } from "@std/assert";
 *
 * const provider = new MemoryProvider();
 * await mkdirAll(provider, "/a/b/c", { mode: 0o700 });
 * assert((await provider.stat("/a/b/c")).isDir);
 * ```
 */
export function mkdirAll(
  provider: Provider,
  path: string,
  options: MkdirAllOptions = {},
): MaybePromise<void> {
  return new Climb(provider, clean(path), options.mode ?? 0o755, options.context).run();
}

/**
 * Goes up from the path to the first directory whose parent is there, and down again. The path
 * itself comes first: in the ordinary case that is the only call. A loop, not a recursion, since a
 * path may have thousands of components.
 */
class Climb {
  readonly #provider: Provider;
  readonly #mode: number;
  readonly #context: Context | undefined;
  /** What is still to be made; the next is the last. */
  readonly #todo: string[];
  /** Whether a parent was made, so that ENOENT is no reason to go up any more. */
  #descending = false;

  constructor(provider: Provider, path: string, mode: number, context: Context | undefined) {
    this.#provider = provider;
    this.#mode = mode;
    this.#context = context;
    this.#todo = [path];
  }

  run(): MaybePromise<void> {
    while (true) {
      const path = this.#todo.at(-1);
      if (path === undefined) return;
      const step = this.#step(path);
      if (isPromise(step)) return step.then(() => this.run());
    }
  }

  #step(path: string): MaybePromise<void> {
    if (path === "/") return this.#requireDirectory(path);
    return rescue(
      () => chain(this.#provider.mkdir(path, this.#mode, this.#context), () => this.#made()),
      (thrown) => {
        const { code } = toErrno(thrown);
        if (code === "EEXIST") return this.#requireDirectory(path);
        if (code !== "ENOENT" || this.#descending || dirname(path) === "/") throw thrown;
        this.#todo.push(dirname(path));
      },
    );
  }

  #made(): void {
    this.#todo.pop();
    this.#descending = true;
  }

  #requireDirectory(path: string): MaybePromise<void> {
    return chain(this.#provider.stat(path, this.#context), (info) => {
      if (!info.isDir) throw new FsError("ENOTDIR", { syscall: "mkdir", path });
      this.#made();
    });
  }
}
