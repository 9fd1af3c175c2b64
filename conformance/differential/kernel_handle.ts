/**
 * A file that the kernel has open, as a handle of the contract.
 *
 * @module
 */
import { O_PATH } from "../../src/base/mod.ts";
import {
  AT_EMPTY_PATH,
  check,
  close,
  copyFileRange,
  CStringArea,
  fallocate,
  fchmod,
  fchownat,
  fgetxattr,
  flistxattr,
  fremovexattr,
  fsetxattr,
  fsync,
  ftruncate,
  lseek,
  MemoryBlock,
  pread,
  pwrite,
  read,
  StatxBlock,
  write,
} from "../../src/libc/mod.ts";
import { BaseHandle, FileInfo, type Handle } from "../../src/provider/mod.ts";

const empty = new CStringArea();
empty.put("");
const text = new CStringArea();
const statx = new StatxBlock();
const block = new MemoryBlock(65_536);

/** The attributes behind a descriptor. */
export function describe(fd: number, name: string): FileInfo {
  check(statx.fill(fd, empty.address, AT_EMPTY_PATH), "stat", name);
  const { mode, size, ino, nlink, uid, gid, rdev, blocks, blksize, atime, mtime, ctime } = statx;
  return new FileInfo({
    name,
    mode,
    size,
    ino,
    nlink,
    uid,
    gid,
    rdev,
    blocks,
    blksize,
    atime,
    mtime,
    ctime,
  });
}

/** The names in a list that the kernel wrote to the block. */
export function namesIn(list: MemoryBlock, size: number): string[] {
  const names = new TextDecoder().decode(list.bytes.subarray(0, size)).split("\0");
  names.pop();
  return names;
}

/** Every method is one system call on the descriptor. */
export class KernelHandle extends BaseHandle {
  readonly #fd: number;

  /** Owns `fd`. */
  constructor(fd: number, flags: number, path: string) {
    super(flags, path);
    this.#fd = fd;
  }

  /** The descriptor. */
  get fd(): number {
    return this.#fd;
  }

  /** `read(2)`. */
  override read(buffer: Uint8Array): number {
    const size = check(read(this.#fd, block.address, buffer.length), "read", this.path);
    buffer.set(block.bytes.subarray(0, size));
    return size;
  }

  /** `write(2)`. */
  override write(data: Uint8Array): number {
    block.bytes.set(data);
    return check(write(this.#fd, block.address, data.length), "write", this.path);
  }

  /** `lseek(2)`. */
  override seek(offset: number, whence: number): number {
    return check(lseek(this.#fd, offset, whence), "seek", this.path);
  }

  /** `close(2)`. */
  override close(): void {
    check(close(this.#fd), "close", this.path);
  }

  /** `pread(2)`. */
  override readAt(buffer: Uint8Array, offset: number): number {
    const bytes = new Uint8Array(buffer.length);
    const size = check(pread(this.#fd, bytes, bytes.length, offset), "read", this.path);
    buffer.set(bytes.subarray(0, size));
    return size;
  }

  /** `pwrite(2)`. */
  override writeAt(data: Uint8Array, offset: number): number {
    return check(pwrite(this.#fd, new Uint8Array(data), data.length, offset), "write", this.path);
  }

  /** `statx(2)`. */
  override stat(): FileInfo {
    return describe(this.#fd, this.path ?? "");
  }

  /** `fsync(2)`. */
  override sync(dataOnly = false): void {
    check(fsync(this.#fd, dataOnly), "sync", this.path);
  }

  /** `ftruncate(2)`; with O_PATH the kernel says EBADF before it looks at anything. */
  override truncate(size: number): void {
    if ((this.flags & O_PATH) !== 0) throw this.fail("EINVAL", "truncate");
    check(ftruncate(this.#fd, size), "truncate", this.path);
  }

  /** `fchmod(2)`. */
  override chmod(mode: number): void {
    check(fchmod(this.#fd, mode), "chmod", this.path);
  }

  /** `fchown(2)`, which unlike `fchownat(2)` does not take a descriptor that O_PATH made. */
  override chown(uid: number, gid: number): void {
    if ((this.flags & O_PATH) !== 0) throw this.fail("EBADF", "chown");
    check(fchownat(this.#fd, empty.address, uid, gid, AT_EMPTY_PATH), "chown", this.path);
  }

  /** `fallocate(2)`. */
  override allocate(mode: number, offset: number, length: number): void {
    check(fallocate(this.#fd, mode, offset, length), "allocate", this.path);
  }

  /** `copy_file_range(2)`. */
  override copyRange(offset: number, target: Handle, targetOffset: number, length: number): number {
    if (!(target instanceof KernelHandle)) throw this.fail("EXDEV", "copyRange");
    return check(
      copyFileRange(this.#fd, offset, target.#fd, targetOffset, length),
      "copyRange",
      this.path,
    );
  }

  /** `lseek(2)`, with the position put back. */
  override seekHole(offset: number, whence: number): number {
    const position = lseek(this.#fd, 0, 1);
    const found = lseek(this.#fd, offset, whence);
    lseek(this.#fd, position, 0);
    return check(found, "seekHole", this.path);
  }

  /** `fgetxattr(2)`. */
  override getXattr(name: string): Uint8Array {
    const size = check(fgetxattr(this.#fd, text.put(name), block), "getXattr", this.path);
    return block.bytes.slice(0, size);
  }

  /** `fsetxattr(2)`. */
  override setXattr(name: string, value: Uint8Array, flags: number): void {
    check(fsetxattr(this.#fd, text.put(name), new Uint8Array(value), flags), "setXattr", this.path);
  }

  /** `flistxattr(2)`. */
  override listXattr(): string[] {
    return namesIn(block, check(flistxattr(this.#fd, block), "listXattr", this.path));
  }

  /** `fremovexattr(2)`. */
  override removeXattr(name: string): void {
    check(fremovexattr(this.#fd, text.put(name)), "removeXattr", this.path);
  }
}
