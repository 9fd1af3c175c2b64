/**
 * Changes behind the mount become invalidations of the kernel's caches.
 *
 * @module
 */
import { basename, components, dirname } from "../base/mod.ts";
import type { Notices } from "../fuse/mod.ts";
import type { Inode } from "../nodefs/mod.ts";
import type { Provider, WatchEvent } from "../provider/mod.ts";

/** How many inodes are visited at most when events were lost; beyond, timeouts have to do. */
const OVERFLOW_INODES_MAX = 100_000;

/**
 * Follows `provider.watch("/")`. What the kernel has never heard of needs no notice: only inodes that it
 * knows are in the tree.
 */
export class ChangeFollower {
  readonly #root: Inode;
  readonly #notices: Notices;
  readonly #abort = new AbortController();
  #following: Promise<void> = Promise.resolve();

  /** Invalidates what the kernel knows of the tree below this root. */
  constructor(root: Inode, notices: Notices) {
    this.#root = root;
    this.#notices = notices;
  }

  /** Begins to follow; `report` gets the error that ends it early. */
  start(provider: Provider, report: (problem: unknown) => void): void {
    const { signal } = this.#abort;
    const follow = async (): Promise<void> => {
      for await (const event of provider.watch("/", { uid: 0, gid: 0, signal })) this.apply(event);
    };
    this.#following = follow().catch((thrown) => {
      if (!signal.aborted) report(thrown);
    });
  }

  /** Stops following. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#following;
  }

  /** Tells the kernel of one change. */
  apply({ kind, path }: WatchEvent): void {
    if (kind === "overflow") {
      this.#invalidateBelow(this.#find(path));
      return;
    }
    const inode = this.#find(path);
    if (kind === "entry") {
      const parent = this.#find(dirname(path));
      if (parent === undefined || parent.nodeid === 0 || path === "/") return;
      this.#send(this.#notices.invalidateEntry(parent.nodeid, basename(path)));
      this.#send(this.#notices.invalidateInode(parent.nodeid, -1));
    }
    if (inode === undefined || inode.nodeid === 0) return;
    this.#send(this.#notices.invalidateInode(inode.nodeid, kind === "content" ? 0 : -1));
  }

  /** A notice that cannot be delivered is about a mount that is ending. */
  #send(notice: Promise<boolean>): void {
    notice.catch(() => {});
  }

  #find(path: string): Inode | undefined {
    let inode: Inode | undefined = this.#root;
    for (const name of components(path)) inode = inode?.getChild(name);
    return inode;
  }

  #invalidateBelow(top: Inode | undefined): void {
    const queue = top === undefined ? [] : [top];
    for (let index = 0; index < queue.length && index < OVERFLOW_INODES_MAX; index++) {
      const inode = queue[index];
      if (inode === undefined) continue;
      if (inode.nodeid !== 0) this.#send(this.#notices.invalidateInode(inode.nodeid));
      for (const [name, child] of inode.children()) {
        if (inode.nodeid !== 0) this.#send(this.#notices.invalidateEntry(inode.nodeid, name));
        queue.push(child);
      }
    }
  }
}
