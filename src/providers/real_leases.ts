/**
 * Leases of real directories, from the kernel's `inotify(7)`.
 *
 * @module
 */
import { clean, FsError } from "../base/mod.ts";
import {
  check,
  CStringArea,
  IN_IGNORED,
  IN_ONESHOT,
  IN_ONLYDIR,
  IN_Q_OVERFLOW,
  StatfsBlock,
} from "../libc/mod.ts";
import type { Leases, LeaseSignal, OnLeaseOver } from "../provider/mod.ts";
import { ANY_CHANGE, InotifyQueue } from "./inotify_queue.ts";
import type { RealRoot } from "./real_root.ts";

/** The first event is the last: the kernel ends the watch with it. */
const MASK = (ANY_CHANGE | IN_ONLYDIR | IN_ONESHOT) >>> 0;

/**
 * Filesystems that nobody changes but through this kernel (`linux/magic.h`): not those of the network, of a FUSE server,
 * or whose files the kernel makes up. What is not listed here is asked each time.
 */
const LOCAL: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x5846_5342, // xfs
  0x9123_683e, // btrfs
  0x0102_1994, // tmpfs
  0x8584_58f6, // ramfs
  0x794c_7630, // overlayfs
  0xf2f5_2010, // f2fs
  0x2fc1_2fc1, // zfs
  0xca45_1a4e, // bcachefs
  0x3153_464a, // jfs
  0x5265_4973, // reiserfs
  0x3434, // nilfs2
  0x7366_746e, // ntfs3
  0x4d44, // vfat
  0x2011_bab0, // exfat
  0x1501_3346, // udf
  0x9660, // iso9660
  0x7371_7368, // squashfs
  0xe0f5_e1e2, // erofs
]);

/**
 * A watch of the kernel for each directory, which lasts until the first event. The kernel queues that before the change
 * returns to whoever made it; it is taken from there by the next turn of the event loop.
 *
 * A directory has one watch for all its leases: it may have several paths.
 */
export class RealLeases implements Leases {
  readonly #root: RealRoot;
  readonly #onOver: OnLeaseOver;
  readonly #area = new CStringArea();
  readonly #statfs = new StatfsBlock();
  readonly #byWatch = new Map<number, Set<number>>();
  readonly #watchOf = new Map<number, number>();
  /** There is none before the first lease. */
  #queue: InotifyQueue | null = null;
  #onTold: (() => void) | null = null;
  #last = 0;

  /** Leases below this root. */
  constructor(root: RealRoot, onOver: OnLeaseOver) {
    this.#root = root;
    this.#onOver = onOver;
  }

  /** Begins a lease. */
  add(path: string): number {
    const queue = this.#queue ??= this.#begin(path);
    const fd = check(this.#root.locate(clean(path), false), "lease", path);
    let watch: number;
    try {
      this.#requireLocal(fd, path);
      watch = queue.add(this.#area.put(this.#root.hostPath(fd)), MASK);
    } finally {
      this.#root.release(fd);
    }
    check(watch, "lease", path);
    const lease = ++this.#last;
    const others = this.#byWatch.get(watch);
    if (others === undefined) this.#byWatch.set(watch, new Set([lease]));
    else others.add(lease);
    this.#watchOf.set(lease, watch);
    return lease;
  }

  /** @throws {FsError} EOPNOTSUPP where others could change the directory and nobody here would hear of it. */
  #requireLocal(fd: number, path: string): void {
    check(this.#statfs.fill(fd), "lease", path);
    if (!LOCAL.has(this.#statfs.type)) throw new FsError("EOPNOTSUPP", { syscall: "lease", path });
  }

  #begin(path: string): InotifyQueue {
    const queue = new InotifyQueue(path);
    this.#follow(queue);
    return queue;
  }

  async #follow(queue: InotifyQueue): Promise<void> {
    while (!queue.isEnded) {
      await queue.wait();
      if (!queue.isEnded) this.#drain(queue);
    }
  }

  #drain(queue: InotifyQueue): void {
    const size = queue.drain(this.#take);
    if (size < 0) this.#fail(queue);
    if (size > 0) this.#onTold?.();
  }

  /** Tells now of the changes that there have been: another thread waits for them, and is late where others compute. */
  look(): void {
    if (this.#queue !== null) this.#drain(this.#queue);
  }

  /** A queue that cannot be read would leave everything true for ever. */
  #fail(queue: InotifyQueue): void {
    queue.end();
    if (this.#queue === queue) this.#queue = null;
    this.#onTold = null;
    this.#endAll();
  }

  readonly #take = (watch: number, mask: number): void => {
    if ((mask & IN_Q_OVERFLOW) !== 0) this.#endAll();
    else if ((mask & IN_IGNORED) === 0) this.#end(watch);
  };

  #end(watch: number): void {
    const leases = this.#byWatch.get(watch);
    if (leases === undefined) return;
    this.#byWatch.delete(watch);
    for (const lease of leases) {
      this.#watchOf.delete(lease);
      this.#onOver(lease);
    }
  }

  #endAll(): void {
    for (const watch of [...this.#byWatch.keys()]) {
      this.#queue?.remove(watch);
      this.#end(watch);
    }
  }

  /** Gives one back. */
  remove(lease: number): void {
    const watch = this.#watchOf.get(lease);
    if (watch === undefined) return;
    this.#watchOf.delete(lease);
    const leases = this.#byWatch.get(watch);
    leases?.delete(lease);
    if (leases?.size !== 0) return;
    this.#byWatch.delete(watch);
    this.#queue?.remove(watch);
  }

  /** How others see at once that a lease is over: that an event has come, and that it is being told of. */
  signal(onTold: () => void): LeaseSignal | null {
    if (this.#queue === null) return null;
    try {
      const signal = this.#queue.signal();
      this.#onTold = onTold;
      return signal;
    } catch (thrown) {
      if (thrown instanceof FsError) return null; // No more descriptors: it goes without.
      throw thrown;
    }
  }

  /** Gives all back. */
  close(): void {
    this.#queue?.end();
    this.#queue = null;
    this.#byWatch.clear();
    this.#watchOf.clear();
  }
}
