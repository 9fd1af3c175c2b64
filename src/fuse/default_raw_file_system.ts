/**
 * A filesystem that can do nothing yet.
 *
 * @module
 */
import { ERRNO, type Errno, type MaybePromise } from "../base/mod.ts";
import type { FileLock, StatFs } from "../provider/mod.ts";
import type { Agreement } from "./negotiation.ts";
import type { Outcome, RawFileSystem } from "./raw_file_system.ts";

/**
 * go-fuse's `DefaultRawFileSystem`: answers ENOSYS to everything. Extend it for filesystems that work by
 * node id, without a tree of nodes.
 */
export class DefaultRawFileSystem implements RawFileSystem {
  /** Nothing to do. */
  init(_agreement: Agreement): void {}
  /** Nothing to do. */
  destroy(): void {}
  /** Nothing to do. */
  forget(_nodeid: number, _count: number): void {}
  /** ENOSYS. */
  lookup(..._: Parameters<RawFileSystem["lookup"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  getattr(..._: Parameters<RawFileSystem["getattr"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  setattr(..._: Parameters<RawFileSystem["setattr"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  access(..._: Parameters<RawFileSystem["access"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  readlink(..._: Parameters<RawFileSystem["readlink"]>): MaybePromise<Uint8Array | Errno> {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  symlink(..._: Parameters<RawFileSystem["symlink"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  mknod(..._: Parameters<RawFileSystem["mknod"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  mkdir(..._: Parameters<RawFileSystem["mkdir"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  unlink(..._: Parameters<RawFileSystem["unlink"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  rmdir(..._: Parameters<RawFileSystem["rmdir"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  rename(..._: Parameters<RawFileSystem["rename"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  link(..._: Parameters<RawFileSystem["link"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  open(..._: Parameters<RawFileSystem["open"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  create(..._: Parameters<RawFileSystem["create"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  read(..._: Parameters<RawFileSystem["read"]>): MaybePromise<number | Errno> {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  write(..._: Parameters<RawFileSystem["write"]>): MaybePromise<number | Errno> {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  flush(..._: Parameters<RawFileSystem["flush"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  release(..._: Parameters<RawFileSystem["release"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  fsync(..._: Parameters<RawFileSystem["fsync"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  opendir(..._: Parameters<RawFileSystem["opendir"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  readdir(..._: Parameters<RawFileSystem["readdir"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  releasedir(..._: Parameters<RawFileSystem["releasedir"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  fsyncdir(..._: Parameters<RawFileSystem["fsyncdir"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  statfs(..._: Parameters<RawFileSystem["statfs"]>): MaybePromise<StatFs | Errno> {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  getxattr(..._: Parameters<RawFileSystem["getxattr"]>): MaybePromise<Uint8Array | Errno> {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  listxattr(..._: Parameters<RawFileSystem["listxattr"]>): MaybePromise<string[] | Errno> {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  setxattr(..._: Parameters<RawFileSystem["setxattr"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  removexattr(..._: Parameters<RawFileSystem["removexattr"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  getlk(..._: Parameters<RawFileSystem["getlk"]>): MaybePromise<FileLock | null | Errno> {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  setlk(..._: Parameters<RawFileSystem["setlk"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  fallocate(..._: Parameters<RawFileSystem["fallocate"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  lseek(..._: Parameters<RawFileSystem["lseek"]>): MaybePromise<number | Errno> {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  copyFileRange(..._: Parameters<RawFileSystem["copyFileRange"]>): MaybePromise<number | Errno> {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  statx(..._: Parameters<RawFileSystem["statx"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  syncfs(..._: Parameters<RawFileSystem["syncfs"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  tmpfile(..._: Parameters<RawFileSystem["tmpfile"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  ioctl(..._: Parameters<RawFileSystem["ioctl"]>): MaybePromise<number | Errno> {
    return ERRNO.ENOSYS;
  }
  /** ENOSYS. */
  poll(..._: Parameters<RawFileSystem["poll"]>): MaybePromise<number | Errno> {
    return ERRNO.ENOSYS;
  }
}
