/**
 * A directory of the host as a tree of nodes.
 *
 * @module
 */
import type { MaybePromise } from "../base/mod.ts";
import type { Provider } from "../provider/mod.ts";
import { RealFSProvider } from "../providers/mod.ts";
import { ProviderNode } from "./provider_node.ts";

/**
 * Seed 2's `LoopbackNode`: a file or directory of the host. Extend it and override what shall be
 * different, and `newNode` so that children are of your class too.
 *
 * Every operation works with descriptors that are opened for it below the root's own (`openat2(2)`), never
 * with a host path: nobody gets out, and paths may be longer than PATH_MAX. No node holds a descriptor, only
 * open files do, so that the limit of open files (`ulimit -n`) does not limit how many inodes the
 * kernel knows.
 *
 * Where it can, the kernel reads and writes the files by itself (`MountOptions.passthrough`). A class that
 * has `read` or `write`, or whose `open` returns a handle of its own, gets the requests.
 */
export class LoopbackNode extends ProviderNode {
  /** The node of a child. */
  protected override newNode(): ProviderNode {
    return new LoopbackNode(this.provider);
  }
}

/**
 * Seed 2's `LoopbackRoot`: the top of a tree of {@linkcode LoopbackNode}. It holds one descriptor, for its
 * directory, until it is closed.
 */
export class LoopbackRoot extends LoopbackNode implements AsyncDisposable {
  /**
   * Opens the directory `directory` of the host.
   *
   * @throws {FsError} ENOENT, ENOTDIR, EACCES.
   */
  constructor(directory: string) {
    super(new RealFSProvider(directory));
  }

  /** The directory, as other nodes' constructors take it: `new MyNode(root.source)`. */
  get source(): Provider {
    return this.provider;
  }

  /** Closes the directory; use it after the mount has ended. */
  close(): MaybePromise<void> {
    return this.provider.close();
  }

  /** Closes the directory. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Seed 2's `NewLoopbackRoot`.
 *
 * @example
 * ```ts ignore
 * import { mountNodes, newLoopbackRoot } from "@fusewire/vfs/fuse";
 *
 * await using root = newLoopbackRoot("/srv/data");
 * await using mounted = await mountNodes(root, "/mnt/data", { nullPermissions: true });
 * await mounted.finished;
 * ```
 */
export function newLoopbackRoot(directory: string): LoopbackRoot {
  return new LoopbackRoot(directory);
}
