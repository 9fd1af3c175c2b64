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
 * A process must not use its own mount synchronously: the thread that waits is the one that would
 * answer.
 *
 * @module
 */
export { checkAccess } from "./access.ts";
export { Bridge } from "./bridge.ts";
export { type DirStream, newListDirStream, type StreamEntry } from "./dir_stream.ts";
export type * from "./file_handle.ts";
export { Inode } from "./inode.ts";
export { NO_SIZES } from "./name_bridge.ts";
export { Node } from "./node.ts";
export type * from "./node.ts";
export { FIRST_AUTOMATIC_INO, TIMEOUT_DEFAULT_MS, type TreeOptions } from "./options.ts";
export type { StableAttr } from "./stable_attr.ts";
export { Tree } from "./tree.ts";
