/**
 * The operations on what a node is, one small interface each.
 *
 * @module
 */
import type { Errno, MaybePromise } from "../base/mod.ts";
import type { AttrOut, SetAttrIn, StatxOut } from "../fuse/mod.ts";
import type { Context, StatFs } from "../provider/mod.ts";
import type { FileHandle, Outcome } from "./file_handle.ts";
import type { StableAttr } from "./stable_attr.ts";

/** `statfs`: sizes of the filesystem. Without it, zeros. */
export interface NodeStatfser {
  /** What `statvfs(3)` tells. */
  statfs(context: Context): MaybePromise<StatFs | Errno>;
}

/** `access`: may the caller? Without it, the permission bits of `getattr` decide. */
export interface NodeAccesser {
  /** `mask` is a set of 4 (read), 2 (write), 1 (execute, search). */
  access(context: Context, mask: number): Outcome;
}

/** `getattr`: attributes. `mode`'s type and `ino` are set by the library. */
export interface NodeGetattrer {
  /** Fills in `out`; `file` is the handle that was asked through, when one was. */
  getattr(context: Context, file: FileHandle | null, out: AttrOut): Outcome;
}

/** `setattr`: changes attributes. Without it, ENOTSUP. */
export interface NodeSetattrer {
  /** Changes what `input.valid` names and fills in all of `out`. */
  setattr(context: Context, file: FileHandle | null, input: SetAttrIn, out: AttrOut): Outcome;
}

/** `onAdd`: the node has become part of a tree. */
export interface NodeOnAdder {
  /** Build the static tree below from here. */
  onAdd(context: Context): void;
}

/** `rootStableAttr`: what the root is, asked once when it is mounted. Without it, directory number 1. */
export interface NodeRootIdentifier {
  /** Type and number of the root. */
  rootStableAttr(): MaybePromise<StableAttr>;
}

/** `onForget`: the kernel does not know the node any more. */
export interface NodeOnForgetter {
  /** Let go of what the node holds. */
  onForget(): void;
}

/** `getxattr`. Without it, ENODATA. */
export interface NodeGetxattrer {
  /** The whole value. */
  getxattr(context: Context, name: string): MaybePromise<Uint8Array | Errno>;
}

/** `setxattr`. Without it, ENODATA as seed 2 says. */
export interface NodeSetxattrer {
  /** Sets a value; `flags` is 0, XATTR_CREATE or XATTR_REPLACE. */
  setxattr(context: Context, name: string, value: Uint8Array, flags: number): Outcome;
}

/** `removexattr`. Without it, ENODATA. */
export interface NodeRemovexattrer {
  /** Removes one. */
  removexattr(context: Context, name: string): Outcome;
}

/** `listxattr`. Without it, none. */
export interface NodeListxattrer {
  /** All names. */
  listxattr(context: Context): MaybePromise<readonly string[] | Errno>;
}

/** `readlink`: the target. Without it, EINVAL. */
export interface NodeReadlinker {
  /** The target's bytes. */
  readlink(context: Context): MaybePromise<Uint8Array | Errno>;
}

/** `statx`: attributes with the time of birth. Without it, `getattr`, and none is told. */
export interface NodeStatxer {
  /** Fills in `out`; `mask` is a set of STATX_ bits. */
  statx(context: Context, file: FileHandle | null, mask: number, out: StatxOut): Outcome;
}

/**
 * `syncfs`: the whole filesystem, asked of the root. Without it, ENOSYS. Linux asks over virtiofs only
 * (`fc->sync_fs` of its `fs/fuse`), never through a mount of `/dev/fuse`.
 */
export interface NodeSyncfser {
  /** Makes everything durable. */
  syncfs(context: Context): Outcome;
}
