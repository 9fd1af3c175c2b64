/**
 * What a tree tells the kernel without being asked.
 *
 * @module
 */

/**
 * Seed 2's `ServerCallbacks`: the notices that inodes send. A mount's own are the session's
 * {@linkcode Notices}; a test without a mount gives its own to see what would be sent. Each resolves to
 * whether the kernel had something to do.
 */
export interface ServerCallbacks {
  /** Attributes and, from `offset` on, cached data are out of date; a negative offset: attributes only. */
  invalidateInode(nodeid: number, offset: number, length: number): Promise<boolean>;
  /** What a name leads to, or that it leads nowhere, is out of date. */
  invalidateEntry(parent: number, name: string): Promise<boolean>;
  /** A child was removed. */
  deleteEntry(parent: number, child: number, name: string): Promise<boolean>;
  /** Data for the kernel's cache. */
  store(nodeid: number, offset: number, data: Uint8Array): Promise<boolean>;
  /** Data from the kernel's cache. */
  retrieve(nodeid: number, offset: number, size: number): Promise<Uint8Array>;
  /** Inodes that need not be remembered. */
  prune(nodeids: readonly number[]): Promise<boolean>;
  /** An open file that is being polled may be ready. */
  wakePoll(kernelHandle: number | bigint): Promise<boolean>;
}

const NO_DATA = new Uint8Array();

/** The callbacks of a tree that is not mounted: nobody is there to listen. */
export const NO_CALLBACKS: ServerCallbacks = {
  invalidateInode: () => Promise.resolve(false),
  invalidateEntry: () => Promise.resolve(false),
  deleteEntry: () => Promise.resolve(false),
  store: () => Promise.resolve(false),
  retrieve: () => Promise.resolve(NO_DATA),
  prune: () => Promise.resolve(false),
  wakePoll: () => Promise.resolve(false),
};
