/**
 * What hooks are told about an operation that has ended.
 *
 * @module
 */
import { MODE_PERMISSIONS } from "../base/mod.ts";
import type { FileInfo } from "../provider/mod.ts";

/** Seed 1's `HookFileMeta`: attributes of the file after a write or a stat. */
export interface HookFileMeta {
  /** Size in bytes. */
  readonly size: number;
  /** The permission bits; only regular files are written. */
  readonly mode: number;
  /** Owner; 0 without ownership. */
  readonly uid: number;
  /** Group; 0 without ownership. */
  readonly gid: number;
  /** Whether the provider keeps owners. */
  readonly hasOwnership: boolean;
}

/** Seed 1's `HookResult`. */
export interface HookResult {
  /** What the operation threw; undefined when it succeeded. */
  readonly err?: unknown;
  /** How many bytes were read, written or copied. */
  readonly bytes: number;
  /** The attributes afterwards, where the operation shows or changes them. */
  readonly meta?: HookFileMeta | undefined;
}

/** The attributes for hooks. */
export function hookFileMeta(info: FileInfo, hasOwnership: boolean): HookFileMeta {
  return {
    size: info.size,
    mode: info.mode & MODE_PERMISSIONS,
    uid: hasOwnership ? info.uid : 0,
    gid: hasOwnership ? info.gid : 0,
    hasOwnership,
  };
}
