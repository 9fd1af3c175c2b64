/**
 * Messages to the kernel that it did not ask for.
 *
 * @module
 */
import { encodeName } from "../base/mod.ts";
import { MemoryBlock } from "../libc/mod.ts";
import { NotifyCode, OUT_HEADER_SIZE } from "./abi.ts";
import type { Channel } from "./device.ts";
import { write64 } from "./word64.ts";

/**
 * Invalidates what the kernel remembers. The kernel may have to wait for a request on the same inode
 * before it can take a notice, so each is written on another thread; awaiting one inside the handler
 * of a request on that inode is a deadlock. Each resolves to whether the kernel had something to do.
 */
export class Notices {
  readonly #channel: Channel;
  readonly #underWay = new Set<Promise<boolean>>();

  /** Writes to this channel. */
  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /**
   * `FUSE_NOTIFY_INVAL_INODE`: forgets attributes, and cached data from `offset`, `length` bytes of it
   * (0: to the end; a negative `offset`: attributes only).
   */
  invalidateInode(nodeid: number, offset = 0, length = 0): Promise<boolean> {
    const block = new MemoryBlock(OUT_HEADER_SIZE + 24);
    write64(block.view, OUT_HEADER_SIZE, nodeid);
    write64(block.view, OUT_HEADER_SIZE + 8, offset);
    write64(block.view, OUT_HEADER_SIZE + 16, length);
    return this.#send(NotifyCode.INVAL_INODE, block);
  }

  /** `FUSE_NOTIFY_INVAL_ENTRY`: forgets what a name in a directory leads to, or that it leads nowhere. */
  invalidateEntry(parent: number, name: string): Promise<boolean> {
    const encoded = encodeName(name);
    const block = new MemoryBlock(OUT_HEADER_SIZE + 16 + encoded.length + 1);
    write64(block.view, OUT_HEADER_SIZE, parent);
    block.view.setUint32(OUT_HEADER_SIZE + 8, encoded.length, true);
    block.bytes.set(encoded, OUT_HEADER_SIZE + 16);
    return this.#send(NotifyCode.INVAL_ENTRY, block);
  }

  /** `FUSE_NOTIFY_DELETE`: as invalidateEntry, and tells inotify watchers that the child was removed. */
  deleteEntry(parent: number, child: number, name: string): Promise<boolean> {
    const encoded = encodeName(name);
    const block = new MemoryBlock(OUT_HEADER_SIZE + 24 + encoded.length + 1);
    write64(block.view, OUT_HEADER_SIZE, parent);
    write64(block.view, OUT_HEADER_SIZE + 8, child);
    block.view.setUint32(OUT_HEADER_SIZE + 16, encoded.length, true);
    block.bytes.set(encoded, OUT_HEADER_SIZE + 24);
    return this.#send(NotifyCode.DELETE, block);
  }

  /** Resolves when no notice is under way. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#underWay]);
  }

  #send(code: number, block: MemoryBlock): Promise<boolean> {
    const size = block.bytes.length;
    block.view.setUint32(0, size, true);
    block.view.setInt32(4, code, true);
    const sent = this.#channel.notify(block, size);
    this.#underWay.add(sent);
    const forget = (): boolean => this.#underWay.delete(sent);
    sent.then(forget, forget);
    return sent;
  }
}
