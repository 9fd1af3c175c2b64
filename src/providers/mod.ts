/**
 * Providers that own data: {@linkcode MemoryProvider} keeps it in memory, {@linkcode RealFSProvider} in a
 * directory of the host, which it never leaves.
 *
 * @module
 */
export {
  MEMORY_BYTES_MAX,
  MEMORY_FILE_SIZE_MAX,
  MEMORY_INODES_MAX,
  MEMORY_LINKS_MAX,
  type MemoryOptions,
} from "./memory_budget.ts";
export { type FileTree, type FileTreeEntry, TreeSpecial, TreeSymlink } from "./memory_file_tree.ts";
export type { MemoryHandle } from "./memory_handle.ts";
export { MemoryProvider, newMemoryProvider } from "./memory_provider.ts";
export type { MemorySnapshot, SnapshotNode, SnapshotTime } from "./memory_snapshot.ts";
export { newRealFSProvider, type RealFSOptions, RealFSProvider } from "./real_fs_provider.ts";
export { RealHandle } from "./real_handle.ts";
