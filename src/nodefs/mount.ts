/**
 * A tree that is mounted.
 *
 * @module
 */
import type { MaybePromise } from "../base/mod.ts";
import {
  type Agreement,
  endOrCut,
  FuseMountError,
  type KernelMount,
  type Notices,
  type Session,
  type UnmountOptions,
} from "../fuse/mod.ts";
import type { Bridge } from "./bridge.ts";
import type { Inode } from "./inode.ts";

/** What a mount consists of. */
export interface MountParts {
  /** The kernel's side. */
  readonly kernel: KernelMount;
  /** What speaks with the kernel. */
  readonly session: Session;
  /** Wakes what speaks with the kernel, from any thread. */
  readonly wakeFd: number;
  /** What answers. */
  readonly bridge: Bridge;
  /** Gets what nobody else will see. */
  readonly report: (problem: unknown) => void;
}

/**
 * A filesystem that is mounted: seed 2's `fuse.Server`. It is served by this thread, whenever the event
 * loop gets to run: do not use the mount synchronously (`Deno.readFileSync` and the like) in the same
 * thread, which would wait for itself for ever.
 */
export class Mount {
  /** Where it is mounted: absolute, without symbolic links. */
  readonly mountpoint: string;
  /** Resolves when the mount has ended, by whomever; rejects when serving it or a cleanup failed. */
  readonly finished: Promise<void>;
  /** Whether a mount that a dead process had left here was taken away first. */
  readonly replacedStale: boolean;
  readonly #parts: MountParts;
  readonly #cleanups: (() => MaybePromise<void>)[] = [];

  /** For {@linkcode mountNodes}. */
  constructor(parts: MountParts) {
    const { kernel, session } = parts;
    this.mountpoint = kernel.mountpoint;
    this.replacedStale = kernel.replacedStale;
    this.#parts = parts;
    this.finished = this.#serve(session);
    // Whoever awaits it gets the error; nobody has to.
    this.finished.catch(() => {});
  }

  async #serve(session: Session): Promise<void> {
    const problems: unknown[] = [];
    const noted = async (step: () => MaybePromise<void>): Promise<void> => {
      try {
        await step();
      } catch (thrown) {
        problems.push(thrown);
      }
    };
    await noted(() => session.run());
    for (const cleanup of this.#cleanups) await noted(cleanup);
    if (problems.length === 0) return;
    const [first, ...others] = problems;
    for (const other of others) this.report(other);
    throw first;
  }

  /** What was agreed with the kernel; null before its first message. */
  get agreement(): Agreement | null {
    return this.#parts.session.agreement;
  }

  /** The root of the tree that is served. */
  get root(): Inode {
    return this.#parts.bridge.tree.root;
  }

  /** Messages to the kernel by node id; those about one inode are methods of {@linkcode Inode}. */
  get notices(): Notices {
    return this.#parts.session.notices;
  }

  /** How many files and directories are open through the mount. */
  get openCount(): number {
    return this.#parts.bridge.openCount;
  }

  /** How many inodes the kernel knows; it forgets them as it pleases. */
  get inodeCount(): number {
    return this.#parts.bridge.tree.size;
  }

  /** How many inodes are open that the kernel reads and writes by itself (`FilePassthroughFder`). */
  get backingCount(): number {
    return this.#parts.bridge.passthrough.size;
  }

  /** How many requests wait for a promise of the filesystem. */
  get pendingCount(): number {
    return this.#parts.session.pendingCount;
  }

  /** The descriptor that wakes the loop: for who has to end it from another thread. */
  get wakeFd(): number {
    return this.#parts.wakeFd;
  }

  /**
   * Runs `cleanup` when the mount has ended, before `finished` resolves, also after one that failed: the first
   * problem is what `finished` rejects with, others are logged.
   */
  atEnd(cleanup: () => MaybePromise<void>): void {
    this.#cleanups.push(cleanup);
  }

  /** Logs what nobody else will see, as the mount does itself. */
  report(problem: unknown): void {
    this.#parts.report(problem);
  }

  /**
   * Ends the mount and waits until every request has been answered and everything is released. What is
   * mounted is not closed: it may serve others. Who has the filesystem elsewhere, in another namespace or as a bind
   * mount, loses it, unless it ends lazily.
   *
   * @throws {FuseMountError} When the mount is busy, or another mount covers it; the message names what it is.
   */
  async unmount(options: UnmountOptions = {}): Promise<void> {
    const { kernel, session } = this.#parts;
    await kernel.unmount(options);
    if (options.lazy === true) await this.finished;
    else await endOrCut(this.finished, () => session.stop());
  }

  /**
   * Unmounts; a busy mount is taken away lazily. One that cannot be taken away is no longer served: whoever uses it is
   * told ENOTCONN.
   *
   * @throws {FuseMountError} When it could not be taken away.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.unmount();
    } catch (thrown) {
      if (!(thrown instanceof FuseMountError)) throw thrown;
      await this.#unmountOrLeave();
    }
  }

  async #unmountOrLeave(): Promise<void> {
    try {
      await this.unmount({ lazy: true });
    } catch (thrown) {
      this.#parts.session.stop();
      await this.finished;
      throw thrown;
    }
  }
}
