/**
 * Which opens the kernel serves by itself.
 *
 * @module
 */
import { O_ACCMODE, O_RDWR } from "../base/mod.ts";
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

  /**
   * A file of `inode` has been opened with these flags; completes what the kernel is told. From the first
   * time that a program may map it to write on, the inode changes unseen, for ever: a mapping is one of the
   * backing file, and outlives the release. Returns whether this is that time.
   */
  opened(inode: Inode, file: FileHandle | null, flags: number, out: OpenOut): boolean {
    if (this.files === null) return false;
    let state = this.#states.get(inode);
    if (state === undefined) {
      const backingId = this.#backing(inode, file, out);
      const onOver = backingId === 0 ? null : file?.passthroughBegan?.() ?? null;
      state = { count: 0, backingId, onOver };
      this.#states.set(inode, state);
    }
    state.count++;
    if (state.backingId === 0) return false;
    file?.passthroughOpened?.();
    out.openFlags = (out.openFlags & COMPATIBLE) | FOPEN.PASSTHROUGH;
    out.backingId = state.backingId;
    if (inode.changesUnseen || (flags & O_ACCMODE) !== O_RDWR) return false;
    inode.changesUnseen = true;
    return true;
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
