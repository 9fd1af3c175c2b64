/**
 * A tree of nodes as a filesystem that nobody has mounted.
 *
 * @module
 */
import { Bridge } from "./bridge.ts";
import type { InodeEmbedder } from "./node.ts";
import { FIRST_AUTOMATIC_INO, type Options, ROOT_STABLE_ATTR } from "./options.ts";
import { LIBRARY_CONTEXT, Tree } from "./tree.ts";

/**
 * Seed 2's `NewNodeFS`: makes `root` the root of a new tree, calls `options.onAdd` or else its `onAdd`,
 * and returns the operations of the kernel on it. {@linkcode mountNodes} does this by itself; tests call
 * the operations directly, with `Request.about(nodeid)`.
 *
 * @example
 * ```ts
 * import { EntryOut, MemRegularFile, newNodeFS, Node, Request } from "@fusewire/vfs/fuse";
 * import { assertEquals } from "@std/assert";
 *
 * const root = new Node();
 * const fs = newNodeFS(root, {
 *   onAdd: () => {
 *     const file = new MemRegularFile(new TextEncoder().encode("hi"));
 *     const inode = root.embeddedInode();
 *     inode.addChild("file", inode.newPersistentInode(file, { mode: 0, ino: 0 }));
 *   },
 * });
 * const out = new EntryOut();
 * await fs.lookup(Request.about(1), "file", out);
 * assertEquals(out.attr.size, 2);
 * ```
 */
export function newNodeFS(root: InodeEmbedder, options: Options = {}): Bridge {
  const tree = new Tree(
    root,
    options.rootStableAttr ?? ROOT_STABLE_ATTR,
    options.firstAutomaticIno ?? FIRST_AUTOMATIC_INO,
    options.serverCallbacks,
  );
  const bridge = new Bridge(tree, options);
  if (options.onAdd !== undefined) options.onAdd(LIBRARY_CONTEXT);
  else root.onAdd?.(LIBRARY_CONTEXT);
  return bridge;
}
