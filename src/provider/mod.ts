/**
 * The contract: what a filesystem is, whoever asks.
 *
 * A {@linkcode Provider} is named by paths and hands out {@linkcode Handle}s. Each method answers at
 * once or with a promise ({@linkcode MaybePromise}): a caller that must not wait for nothing uses
 * `chain` instead of `await`. Seed 1's methods are the core; the rest are
 * {@linkcode CAPABILITIES}, declared by the provider.
 *
 * Write a filesystem by extending {@linkcode BaseProvider} and {@linkcode BaseHandle} (or opening
 * {@linkcode BytesHandle}s, for content that is in memory; {@linkcode checkOpen}, {@linkcode checkRemove} and
 * {@linkcode checkRename} refuse what Linux refuses); write a layer by extending {@linkcode Forward} and {@linkcode ForwardHandle}.
 *
 * Whole files and trees, for every provider: {@linkcode readFile}, {@linkcode writeFile},
 * {@linkcode mkdirAll}, {@linkcode walk}, {@linkcode copyTree}, and as a tar archive {@linkcode writeTar} and
 * {@linkcode readTar}.
 *
 * Lifetimes: a handle belongs to whoever opened it and must be closed once. Buffers belong to the
 * caller; the callee may use them until its result is there. A {@linkcode FileInfo} is a snapshot.
 *
 * @module
 */
export {
  requireBytes,
  requireCount,
  requireEntries,
  requireEntryName,
  requireHandle,
  requireInfo,
  requireLock,
  requireNames,
  requireStatFs,
} from "./answers.ts";
export { BaseHandle } from "./base_handle.ts";
export { BaseProvider } from "./base_provider.ts";
export {
  BYTES_SIZE_MAX,
  type BytesFile,
  BytesHandle,
  type BytesHandleOptions,
} from "./bytes_handle.ts";
export {
  ALL_CAPABILITIES,
  CAPABILITIES,
  type Capability,
  type CapabilityRow,
  type CapabilitySet,
  CORE_ONLY,
  isCapability,
} from "./capability.ts";
export type { Context } from "./context.ts";
export { type CopyProgress, copyTree, type CopyTreeOptions, type TreePlace } from "./copy_tree.ts";
export { DirEntry, newDirEntry } from "./dir_entry.ts";
export {
  FileInfo,
  type FileInfoInit,
  newFileInfo,
  newFileInfoWithSys,
  type Timespec,
  timespecOf,
} from "./file_info.ts";
export { Forward } from "./forward.ts";
export { ForwardHandle } from "./forward_handle.ts";
export type { Handle, TimeChange } from "./handle.ts";
export type { Leases, LeaseSignal, OnLeaseOver } from "./leases.ts";
export { type FileLock, LOCK_END_MAX } from "./lock.ts";
export { mkdirAll, type MkdirAllOptions } from "./mkdir_all.ts";
export type { Provider } from "./provider.ts";
export { providerModule, ProviderModuleError } from "./provider_module.ts";
export { readTar, type ReadTarOptions, TAR_BYTES_MAX, TAR_ENTRIES_MAX } from "./read_tar.ts";
export { READ_FILE_SIZE_MAX, readFile, type ReadFileOptions } from "./read_file.ts";
export { checkDirectory, checkOpen, checkRemove, checkRename, type Found } from "./refusals.ts";
export type { StatFs } from "./stat_fs.ts";
export { TarError } from "./tar_error.ts";
export { walk, type WalkEntry, type WalkOptions } from "./walk.ts";
export type { WatchEvent } from "./watch_event.ts";
export { writeAll } from "./write_all.ts";
export { writeFile, type WriteFileOptions } from "./write_file.ts";
export { writeTar, type WriteTarOptions } from "./write_tar.ts";
