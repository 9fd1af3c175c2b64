/**
 * Mounting a tree of nodes.
 *
 * @module
 */
import { BackingFiles, DebugLog, Device, initWishes, mountKernel, Session } from "../fuse/mod.ts";
import { Mount } from "./mount.ts";
import { newNodeFS } from "./new_node_fs.ts";
import type { InodeEmbedder } from "./node.ts";
import { type Options, ROOT_STABLE_ATTR, TIMEOUT_DEFAULT_MS } from "./options.ts";

/**
 * Seed 2's `fs.Mount`: mounts the tree below `root` on a directory, and serves it until it is unmounted.
 *
 * @param root The root node; a new object for each mount.
 * @param path An existing directory.
 * @throws {FuseMountError} With what to do about it.
 *
 * @example
 * ```ts ignore
 * import { MemRegularFile, mountNodes, Node } from "@fusewire/vfs/fuse";
 *
 * class Hello extends Node {
 *   onAdd(): void {
 *     const file = new MemRegularFile(new TextEncoder().encode("Hello, world\n"));
 *     const inode = this.embeddedInode();
 *     inode.addChild("hello", inode.newPersistentInode(file, { mode: 0, ino: 0 }));
 *   }
 * }
 *
 * await using mounted = await mountNodes(new Hello(), "/mnt/hello");
 * await mounted.finished;
 * ```
 */
export async function mountNodes(
  root: InodeEmbedder,
  path: string,
  options: Options = {},
): Promise<Mount> {
  const log = options.logger ?? ((line: string) => console.error(line));
  const wishes = initWishes(path, options);
  const rootStableAttr = options.rootStableAttr ?? await root.rootStableAttr?.() ??
    ROOT_STABLE_ATTR;
  const bridge = newNodeFS(root, { ...options, rootStableAttr });
  const kernel = await mountKernel(path, options);
  const report = (problem: unknown): void =>
    log(`fusewire: ${kernel.mountpoint}: ${describe(problem)}`);
  bridge.backingFiles = new BackingFiles(kernel.fd);
  const session = new Session(new Device(kernel.fd, kernel.dispose), bridge, {
    wishes,
    entryTimeoutMs: options.entryTimeoutMs ?? TIMEOUT_DEFAULT_MS,
    attrTimeoutMs: options.attrTimeoutMs ?? TIMEOUT_DEFAULT_MS,
    loop: options.loop ?? {},
    report,
    ...(options.debug === true ? { trace: new DebugLog(log) } : {}),
  });
  bridge.tree.callbacks = options.serverCallbacks ?? session.notices;
  return new Mount({ kernel, session, bridge, report });
}

function describe(problem: unknown): string {
  if (!(problem instanceof Error)) return String(problem);
  const cause = problem.cause === undefined ? "" : `: ${describe(problem.cause)}`;
  return problem.message + cause;
}
