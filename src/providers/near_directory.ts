/**
 * The directory that was used last.
 *
 * @module
 */
import { close } from "../libc/mod.ts";

/**
 * Keeps one descriptor for calls that follow each other in the same directory: finding it with `openat2`
 * takes longer than what is then done in it (`bench/rows/mount_names.ts`).
 *
 * Only for calls of the kernel ({@linkcode Context.isFromKernel}), which has found the directory itself, name
 * by name, and asks about it as an inode. It is kept until the running code has come to its end, a
 * millisecond or so, and until anything is moved or a directory removed through the provider: what others
 * move in that moment counts as moved a moment later.
 */
export class NearDirectory {
  #path = "";
  #fd = -1;
  #isEndAwaited = false;

  /** The descriptor of the directory `path`, or -1. It stays the keeper's. */
  find(path: string): number {
    return path === this.#path ? this.#fd : -1;
  }

  /** Takes over `fd`, which was opened for `path`. */
  keep(path: string, fd: number): void {
    this.forget();
    this.#path = path;
    this.#fd = fd;
    if (this.#isEndAwaited) return;
    this.#isEndAwaited = true;
    queueMicrotask(() => {
      this.#isEndAwaited = false;
      this.forget();
    });
  }

  /** Closes the descriptor. */
  forget(): void {
    if (this.#fd >= 0) close(this.#fd);
    this.#fd = -1;
  }
}
