/**
 * Changes behind the mount become invalidations of the kernel's caches.
 *
 * @module
 */
import {
  basename,
  chain,
  components,
  dirname,
  FsError,
  type MaybePromise,
  rescue,
} from "../base/mod.ts";
import type { Notices } from "../fuse/mod.ts";
import type { Inode } from "../nodefs/mod.ts";
import type { Context, Provider, WatchEvent } from "../provider/mod.ts";
import { isIdentity } from "./file_identity.ts";
import type { NameTrust } from "./name_trust.ts";

/** Who asks. */
const LIBRARY: Context = { uid: 0, gid: 0 };

/** How many inodes are visited at most when events were lost; beyond, timeouts have to do. */
const OVERFLOW_INODES_MAX = 100_000;

/** What is followed, and who relies on it. */
export interface Followed {
  /** Tells of changes. */
  readonly provider: Provider;
  /** How far the kernel may trust what it knows. */
  readonly trust: NameTrust;
}

/**
 * Follows `provider.watch("/")`. What the kernel has never heard of needs no notice: only inodes that it
 * knows are in the tree.
 */
export class ChangeFollower {
  readonly #root: Inode;
  readonly #notices: Notices;
  readonly #provider: Provider;
  readonly #trust: NameTrust;
  readonly #abort = new AbortController();
  #following: Promise<void> = Promise.resolve();

  /** Invalidates what the kernel knows of the tree below this root. */
  constructor(root: Inode, notices: Notices, followed: Followed) {
    this.#root = root;
    this.#notices = notices;
    this.#provider = followed.provider;
    this.#trust = followed.trust;
  }

  /**
   * Begins to follow. When that ends early, `report` gets the error; what the kernel knows by then may be wrong in
   * any place.
   */
  start(report: (problem: unknown) => void): void {
    const { signal } = this.#abort;
    const follow = async (): Promise<void> => {
      const events = this.#provider.watch("/", { ...LIBRARY, signal });
      for await (const event of events) this.apply(event);
      throw new FsError("EIO", { syscall: "watch", path: "/" });
    };
    this.#following = follow().catch((thrown) => {
      if (signal.aborted) return;
      report(thrown);
      this.#invalidateBelow(this.#root);
      this.#send(this.#notices.incrementEpoch());
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
      if (inode?.isDir === true) this.#recheck(inode, path);
      const parent = this.#find(dirname(path));
      if (parent === undefined || parent.nodeid === 0 || path === "/") return;
      this.#send(this.#notices.invalidateEntry(parent.nodeid, basename(path)));
      this.#send(this.#notices.invalidateInode(parent.nodeid, -1));
    }
    if (inode === undefined || inode.nodeid === 0) return;
    this.#send(this.#notices.invalidateInode(inode.nodeid, kind === "content" ? 0 : -1));
  }

  /**
   * A directory may have gone from its path. The kernel may ask about what is below it all the same, for a program that
   * works there, and is to remember nothing of the answers.
   */
  #recheck(directory: Inode, path: string): void {
    const { capabilities } = this.#provider;
    this.#trust.doubts++;
    const look = (): MaybePromise<boolean> => {
      const info = capabilities.has("lstat")
        ? this.#provider.lstat(path, LIBRARY)
        : this.#provider.stat(path, LIBRARY);
      return chain(info, (found) => isIdentity(directory.stableAttr, found, capabilities));
    };
    const isThere = rescue(look, (thrown) => !isNowhere(thrown));
    chain(isThere, (is) => {
      this.#trust.doubts--;
      if (!is && directory.path() === path) directory.detach();
    });
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

/** Whether a path leads nowhere. */
function isNowhere(thrown: unknown): boolean {
  return thrown instanceof FsError && (thrown.code === "ENOENT" || thrown.code === "ENOTDIR");
}
