/**
 * Filesystems as trees of inodes: go-fuse's `fs` API in TypeScript (seed 2).
 *
 * A node is an object of a class of yours that extends {@linkcode Node} and implements as many of the
 * `Node...` interfaces as it likes. The kernel finds nodes through `lookup`, asks for attributes with
 * `getattr`, opens, reads, and one day forgets them. Its place in the tree is an {@linkcode Inode}:
 * number and type (which never change), names, children.
 *
 * Errors are returned, as `Errno`, since a missed lookup is ordinary; what is thrown is translated with
 * `toErrno`, so provider code can be called as it is.
 *
 * The kernel caches names, attributes and data: `out.entryTimeoutMs`, `out.attrTimeoutMs` and the FOPEN
 * flags say for how long. Operations run concurrently wherever they return promises: two lookups of
 * one name may be under way at the same time.
 *
 * Memory: an inode that the kernel knows takes some 370 bytes, and its node what that has; both go when
 * the kernel forgets it. While it knows a million of them the process has 500 to 700 MB. Nothing of them is kept:
 * when garbage has been collected, the process is within a tenth of its size at the start, after the third
 * time as after the first (`src/mount/forget_test.ts`). When nobody does anything, V8 collects about ten
 * seconds after the last was forgotten, and more than nine tenths of what they took is back then: 63 MB at
 * the start have become 92 to 108. The rest is what malloc keeps free, and V8's table of strings, which
 * shrinks with the first collection after another string was added.
 *
 * A process must not use its own mount synchronously: the thread that waits is the one that would
 * answer.
 *
 * @module
 */
export { checkAccess } from "./access.ts";
export { Bridge } from "./bridge.ts";
export {
  type DirStream,
  newGeneratorDirStream,
  newListDirStream,
  type StreamEntry,
  type StreamSource,
} from "./dir_stream.ts";
export type * from "./attribute_operations.ts";
export type * from "./content_operations.ts";
export type * from "./file_handle.ts";
export { Inode, type ParentLink } from "./inode.ts";
export { refuseOptions } from "./known_options.ts";
export { MemAttr, type MemAttrInit } from "./mem_attr.ts";
export { MEM_FILE_SIZE_MAX, MemRegularFile } from "./mem_regular_file.ts";
export { MemSymlink } from "./mem_symlink.ts";
export { Mount } from "./mount.ts";
export { mountNodes, serveNodes, sessionOptionsOf } from "./mount_nodes.ts";
export type * from "./name_operations.ts";
export { NO_SIZES } from "./name_bridge.ts";
export { newNodeFS } from "./new_node_fs.ts";
export { Node } from "./node.ts";
export type { InodeEmbedder, NodeOperations } from "./node.ts";
export {
  FIRST_AUTOMATIC_INO,
  type Options,
  TIMEOUT_DEFAULT_MS,
  type TreeOptions,
} from "./options.ts";
export { NO_CALLBACKS, type ServerCallbacks } from "./server_callbacks.ts";
export type { StableAttr } from "./stable_attr.ts";
export { Tree } from "./tree.ts";
