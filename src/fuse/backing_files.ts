/**
 * Files that the kernel reads and writes by itself (FUSE_PASSTHROUGH).
 *
 * @module
 */
import { ERRNO } from "../base/mod.ts";
import { ioctl, MemoryBlock } from "../libc/mod.ts";
import { FUSE_DEV_IOC } from "./abi.ts";

/** Size of `struct fuse_backing_map`: descriptor, flags, padding. */
const BACKING_MAP_SIZE = 16;
/** Refusals that hold for every file: no right (CAP_SYS_ADMIN), or a kernel that cannot. */
const FOR_GOOD: readonly number[] = [ERRNO.EPERM.number, ERRNO.ENOTTY.number, ERRNO.ENOSYS.number];

/** The backing files of one connection, by the kernel's numbers for them. */
export class BackingFiles {
  readonly #device: { readonly fd: number };
  readonly #block = new MemoryBlock(BACKING_MAP_SIZE);
  #isRefused = false;

  /** For the connection of this device. */
  constructor(device: { readonly fd: number }) {
    this.#device = device;
  }

  /**
   * Tells the kernel of an open file. Returns its number for `OpenOut.backingId`, or 0 when the kernel does
   * not want it (a file of a stacked filesystem, for example). The kernel keeps the file open until `close`.
   */
  open(fd: number): number {
    if (this.#isRefused) return 0;
    this.#block.bytes.fill(0);
    this.#block.view.setInt32(0, fd, true);
    const id = ioctl(this.#device.fd, FUSE_DEV_IOC.BACKING_OPEN, this.#block.address);
    if (id > 0) return id;
    this.#isRefused = FOR_GOOD.includes(-id);
    return 0;
  }

  /** Takes it back. What is open through the number stays open. */
  close(id: number): void {
    this.#block.view.setUint32(0, id, true);
    ioctl(this.#device.fd, FUSE_DEV_IOC.BACKING_CLOSE, this.#block.address);
  }
}
