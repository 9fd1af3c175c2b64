/**
 * Which opens the kernel serves by itself.
 *
 * @module
 */
import { type BackingFiles, FOPEN, type OpenOut } from "../fuse/mod.ts";
import type { FileHandle } from "./file_handle.ts";
import type { Inode } from "./inode.ts";

/** What an open with FOPEN_PASSTHROUGH may say besides (`FOPEN_PASSTHROUGH_MASK` of the kernel). */
const COMPATIBLE = FOPEN.PASSTHROUGH | FOPEN.DIRECT_IO | FOPEN.PARALLEL_DIRECT_WRITES |
  FOPEN.NOFLUSH;

/** How an inode is open. */
interface OpenState {
  /** How often. */
  count: number;
  /** The kernel's number of the backing file; 0 when reads and writes come here. */
  readonly backingId: number;
  /** Called when all are closed. */
  readonly onOver: (() => void) | null;
}

/**
 * All opens of an inode at one time must be of one kind: through one backing file, or served here. The
 * kernel refuses another with EIO. So the first open decides, and the others follow until all are
 * released. The kernel counts down before we hear of it: what we still take for open may have been
 * closed, never the other way round.
 */
export class Passthrough {
  /** Where backing files are told; null when the kernel does not do it. */
  files: BackingFiles | null = null;
  readonly #states = new Map<Inode, OpenState>();

  /** How many inodes are open through backing files. */
  get size(): number {
    let size = 0;
    for (const { backingId } of this.#states.values()) if (backingId !== 0) size++;
    return size;
  }

  /** A file of `inode` has been opened; completes what the kernel is told. */
  opened(inode: Inode, file: FileHandle | null, out: OpenOut): void {
    if (this.files === null) return;
    let state = this.#states.get(inode);
    if (state === undefined) {
      const backingId = this.#backing(inode, file, out);
      const onOver = backingId === 0 ? null : file?.passthroughBegan?.() ?? null;
      state = { count: 0, backingId, onOver };
      this.#states.set(inode, state);
    }
    state.count++;
    if (state.backingId === 0) return;
    file?.passthroughOpened?.();
    out.openFlags = (out.openFlags & COMPATIBLE) | FOPEN.PASSTHROUGH;
    out.backingId = state.backingId;
  }

  #backing({ operations }: Inode, file: FileHandle | null, out: OpenOut): number {
    // What the node or its open wants to do itself has precedence.
    if (operations.read !== undefined || operations.write !== undefined) return 0;
    if (out.openFlags !== 0) return 0;
    const fd = file?.passthroughFd?.() ?? -1;
    return fd < 0 || this.files === null ? 0 : this.files.open(fd);
  }

  /** A file of `inode` has been released. */
  released(inode: Inode): void {
    const state = this.#states.get(inode);
    if (state === undefined || --state.count > 0) return;
    this.#states.delete(inode);
    if (state.backingId === 0) return;
    this.files?.close(state.backingId);
    state.onOver?.();
  }
}
