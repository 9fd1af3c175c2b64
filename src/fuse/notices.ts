/**
 * Messages to the kernel that it did not ask for.
 *
 * @module
 */
import { encodeName } from "../base/mod.ts";
import { MemoryBlock } from "../libc/mod.ts";
import { NotifyCode, OUT_HEADER_SIZE } from "./abi.ts";
import type { Trace } from "./debug_log.ts";
import type { Channel } from "./device.ts";
import { NoticeLanes } from "./notice_lanes.ts";
import { write64 } from "./word64.ts";

const NOTHING = new Uint8Array();

// The kernel has notices wait for the lock of a directory, and for pages of a file.
const namesIn = (nodeid: number): string => `names ${nodeid}`;
const contentOf = (nodeid: number): string => `content ${nodeid}`;

/**
 * Changes what the kernel remembers. The kernel may have to wait for a request on the same inode
 * before it can take a notice, so each is written on another thread, those of one inode in their order; awaiting
 * one inside the handler of a request on that inode is a deadlock. Each resolves to whether the kernel had
 * something to do.
 */
export class Notices {
  readonly #channel: Channel;
  readonly #trace: Trace | undefined;
  readonly #lanes = new NoticeLanes();
  /** Who waits for a NOTIFY_REPLY, by the number in it. */
  readonly #retrievals = new Map<number, (data: Uint8Array) => void>();
  #nextRetrieval = 1;

  /** Writes to this channel; `trace` sees what is sent. */
  constructor(channel: Channel, trace?: Trace) {
    this.#channel = channel;
    this.#trace = trace;
  }

  /**
   * `FUSE_NOTIFY_INVAL_INODE`: forgets attributes, and cached data from `offset`, `length` bytes of it
   * (0: to the end; a negative `offset`: attributes only).
   */
  invalidateInode(nodeid: number, offset = 0, length = 0): Promise<boolean> {
    return this.#send(
      NotifyCode.INVAL_INODE,
      contentOf(nodeid),
      `${offset}+${length}`,
      inodeNotice(nodeid, offset, length),
    );
  }

  /**
   * As `invalidateInode` with a negative offset, but on this thread, so that the kernel has forgotten the
   * attributes when it returns. For an inode of which a request is being served: the kernel holds that, and so
   * waits for nothing.
   */
  invalidateAttributesNow(nodeid: number): void {
    const block = inodeNotice(nodeid, -1, 0);
    this.#complete(NotifyCode.INVAL_INODE, block);
    this.#channel.write(block, block.bytes.length);
  }

  /** `FUSE_NOTIFY_INVAL_ENTRY`: forgets what a name in a directory leads to, or that it leads nowhere. */
  invalidateEntry(parent: number, name: string): Promise<boolean> {
    const encoded = encodeName(name);
    const block = new MemoryBlock(OUT_HEADER_SIZE + 16 + encoded.length + 1);
    write64(block.view, OUT_HEADER_SIZE, parent);
    block.view.setUint32(OUT_HEADER_SIZE + 8, encoded.length, true);
    block.bytes.set(encoded, OUT_HEADER_SIZE + 16);
    return this.#send(NotifyCode.INVAL_ENTRY, namesIn(parent), name, block);
  }

  /** `FUSE_NOTIFY_DELETE`: as invalidateEntry, and tells who watches the child that it was removed. */
  deleteEntry(parent: number, child: number, name: string): Promise<boolean> {
    const encoded = encodeName(name);
    const block = new MemoryBlock(OUT_HEADER_SIZE + 24 + encoded.length + 1);
    write64(block.view, OUT_HEADER_SIZE, parent);
    write64(block.view, OUT_HEADER_SIZE + 8, child);
    block.view.setUint32(OUT_HEADER_SIZE + 16, encoded.length, true);
    block.bytes.set(encoded, OUT_HEADER_SIZE + 24);
    return this.#send(NotifyCode.DELETE, namesIn(parent), `${child}/${name}`, block);
  }

  /** `FUSE_NOTIFY_STORE`: puts data into the kernel's cache of a file; its size grows with it. */
  store(nodeid: number, offset: number, data: Uint8Array): Promise<boolean> {
    const block = new MemoryBlock(OUT_HEADER_SIZE + 24 + data.length);
    write64(block.view, OUT_HEADER_SIZE, nodeid);
    write64(block.view, OUT_HEADER_SIZE + 8, offset);
    block.view.setUint32(OUT_HEADER_SIZE + 16, data.length, true);
    block.bytes.set(data, OUT_HEADER_SIZE + 24);
    return this.#send(NotifyCode.STORE, contentOf(nodeid), null, block);
  }

  /**
   * `FUSE_NOTIFY_RETRIEVE`: what the kernel has cached of a file from `offset` on, up to the first page
   * that it does not have. At most `maxWrite` bytes come at once.
   */
  async retrieve(nodeid: number, offset: number, size: number): Promise<Uint8Array> {
    const unique = this.#nextRetrieval++;
    const block = new MemoryBlock(OUT_HEADER_SIZE + 32);
    write64(block.view, OUT_HEADER_SIZE, unique);
    write64(block.view, OUT_HEADER_SIZE + 8, nodeid);
    write64(block.view, OUT_HEADER_SIZE + 16, offset);
    block.view.setUint32(OUT_HEADER_SIZE + 24, size, true);
    const { promise, resolve } = Promise.withResolvers<Uint8Array>();
    this.#retrievals.set(unique, resolve);
    if (!await this.#send(NotifyCode.RETRIEVE, contentOf(nodeid), null, block)) {
      this.retrieved(unique, NOTHING);
    }
    return await promise;
  }

  /** For the session: a NOTIFY_REPLY has come; `data` is copied. */
  retrieved(unique: number, data: Uint8Array): void {
    const resolve = this.#retrievals.get(unique);
    this.#retrievals.delete(unique);
    resolve?.(data.slice());
  }

  /** `FUSE_NOTIFY_PRUNE`: drops unused inodes from the kernel's caches, which then forgets them. */
  prune(nodeids: readonly number[]): Promise<boolean> {
    const block = new MemoryBlock(OUT_HEADER_SIZE + 16 + nodeids.length * 8);
    block.view.setUint32(OUT_HEADER_SIZE, nodeids.length, true);
    nodeids.forEach((nodeid, index) =>
      write64(block.view, OUT_HEADER_SIZE + 16 + index * 8, nodeid)
    );
    return this.#send(NotifyCode.PRUNE, "prune", null, block);
  }

  /** `FUSE_NOTIFY_POLL`: who polls the open file with this handle of the kernel's looks again. */
  wakePoll(kernelHandle: number | bigint): Promise<boolean> {
    const block = new MemoryBlock(OUT_HEADER_SIZE + 8);
    write64(block.view, OUT_HEADER_SIZE, kernelHandle);
    return this.#send(NotifyCode.POLL, "poll", `${kernelHandle}`, block);
  }

  /** `FUSE_NOTIFY_INC_EPOCH`: every name that the kernel remembers is looked up again. */
  incrementEpoch(): Promise<boolean> {
    return this.#send(NotifyCode.INC_EPOCH, "epoch", "", new MemoryBlock(OUT_HEADER_SIZE));
  }

  /**
   * `FUSE_NOTIFY_RESEND`: the kernel sends again what it has no reply to: for a server that takes the
   * descriptor over from another. Requests that are being served here already are not served twice.
   */
  resend(): Promise<boolean> {
    return this.#send(NotifyCode.RESEND, "resend", null, new MemoryBlock(OUT_HEADER_SIZE));
  }

  /** Resolves when no notice is under way, and sends no more; who still waits for data gets none. */
  async end(): Promise<void> {
    await this.#lanes.end();
    for (const unique of [...this.#retrievals.keys()]) this.retrieved(unique, NOTHING);
  }

  #complete(code: number, block: MemoryBlock): void {
    const size = block.bytes.length;
    block.view.setUint32(0, size, true);
    block.view.setInt32(4, code, true);
    this.#trace?.notified(code, size);
  }

  /** Writes it after those of its lane; `key`: see {@linkcode NoticeLanes.send}. */
  #send(code: number, lane: string, key: string | null, block: MemoryBlock): Promise<boolean> {
    this.#complete(code, block);
    const write = () => this.#channel.notify(block, block.bytes.length);
    return this.#lanes.send(lane, key === null ? null : `${code}/${key}`, write);
  }
}

/** `struct fuse_notify_inval_inode_out` behind a header. */
function inodeNotice(nodeid: number, offset: number, length: number): MemoryBlock {
  const block = new MemoryBlock(OUT_HEADER_SIZE + 24);
  write64(block.view, OUT_HEADER_SIZE, nodeid);
  write64(block.view, OUT_HEADER_SIZE + 8, offset);
  write64(block.view, OUT_HEADER_SIZE + 16, length);
  return block;
}
