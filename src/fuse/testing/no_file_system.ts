/**
 * A filesystem that can do nothing, for tests to extend.
 *
 * @module
 */
import { ERRNO, type Errno, type MaybePromise } from "../../base/mod.ts";
import type { FileLock, StatFs } from "../../provider/mod.ts";
import type { Outcome, RawFileSystem } from "../raw_file_system.ts";

/** Answers ENOSYS to everything. */
export class NoFileSystem implements RawFileSystem {
  init(): void {}
  destroy(): void {}
  forget(_nodeid: number, _count: number): void {}
  lookup(..._: Parameters<RawFileSystem["lookup"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  getattr(..._: Parameters<RawFileSystem["getattr"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  setattr(..._: Parameters<RawFileSystem["setattr"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  access(..._: Parameters<RawFileSystem["access"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  readlink(..._: Parameters<RawFileSystem["readlink"]>): MaybePromise<Uint8Array | Errno> {
    return ERRNO.ENOSYS;
  }
  symlink(..._: Parameters<RawFileSystem["symlink"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  mknod(..._: Parameters<RawFileSystem["mknod"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  mkdir(..._: Parameters<RawFileSystem["mkdir"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  unlink(..._: Parameters<RawFileSystem["unlink"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  rmdir(..._: Parameters<RawFileSystem["rmdir"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  rename(..._: Parameters<RawFileSystem["rename"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  link(..._: Parameters<RawFileSystem["link"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  open(..._: Parameters<RawFileSystem["open"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  create(..._: Parameters<RawFileSystem["create"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  read(..._: Parameters<RawFileSystem["read"]>): MaybePromise<number | Errno> {
    return ERRNO.ENOSYS;
  }
  write(..._: Parameters<RawFileSystem["write"]>): MaybePromise<number | Errno> {
    return ERRNO.ENOSYS;
  }
  flush(..._: Parameters<RawFileSystem["flush"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  release(..._: Parameters<RawFileSystem["release"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  fsync(..._: Parameters<RawFileSystem["fsync"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  opendir(..._: Parameters<RawFileSystem["opendir"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  readdir(..._: Parameters<RawFileSystem["readdir"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  releasedir(..._: Parameters<RawFileSystem["releasedir"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  fsyncdir(..._: Parameters<RawFileSystem["fsyncdir"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  statfs(..._: Parameters<RawFileSystem["statfs"]>): MaybePromise<StatFs | Errno> {
    return ERRNO.ENOSYS;
  }
  getxattr(..._: Parameters<RawFileSystem["getxattr"]>): MaybePromise<Uint8Array | Errno> {
    return ERRNO.ENOSYS;
  }
  listxattr(..._: Parameters<RawFileSystem["listxattr"]>): MaybePromise<string[] | Errno> {
    return ERRNO.ENOSYS;
  }
  setxattr(..._: Parameters<RawFileSystem["setxattr"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  removexattr(..._: Parameters<RawFileSystem["removexattr"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  getlk(..._: Parameters<RawFileSystem["getlk"]>): MaybePromise<FileLock | null | Errno> {
    return ERRNO.ENOSYS;
  }
  setlk(..._: Parameters<RawFileSystem["setlk"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  fallocate(..._: Parameters<RawFileSystem["fallocate"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  lseek(..._: Parameters<RawFileSystem["lseek"]>): MaybePromise<number | Errno> {
    return ERRNO.ENOSYS;
  }
  copyFileRange(..._: Parameters<RawFileSystem["copyFileRange"]>): MaybePromise<number | Errno> {
    return ERRNO.ENOSYS;
  }
  statx(..._: Parameters<RawFileSystem["statx"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  syncfs(..._: Parameters<RawFileSystem["syncfs"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  tmpfile(..._: Parameters<RawFileSystem["tmpfile"]>): Outcome {
    return ERRNO.ENOSYS;
  }
  ioctl(..._: Parameters<RawFileSystem["ioctl"]>): MaybePromise<number | Errno> {
    return ERRNO.ENOSYS;
  }
  poll(..._: Parameters<RawFileSystem["poll"]>): MaybePromise<number | Errno> {
    return ERRNO.ENOSYS;
  }
}
