/**
 * Opened files that a server has passed to its client.
 *
 * @module
 */
import { allowsRead, allowsWrite } from "../base/mod.ts";
import { AT_EMPTY_PATH, close, MemoryBlock, StatxBlock } from "../libc/mod.ts";
import type { FileInfo } from "../provider/mod.ts";

/** So many files for which nobody had a use, and no more are asked for. */
const UNUSED_MAX = 8;

/** What is asked of a descriptor. */
class Look {
  readonly statx = new StatxBlock();
  readonly #nothing = new MemoryBlock(1);

  /** What the descriptor is, or null. */
  at(fd: number): StatxBlock | null {
    return this.statx.fill(fd, this.#nothing.address, AT_EMPTY_PATH) === 0 ? this.statx : null;
  }
}

let look: Look | null = null;

/** What a descriptor is, until the next one is looked at; null when that cannot be told. */
function lookAt(fd: number): StatxBlock | null {
  look ??= new Look();
  return look.at(fd);
}

/** One open file of the server's host that this process has as well. */
export class PassedFile {
  readonly #files: PassedFiles;
  readonly #info: FileInfo;
  #fd: number;
  #isUsed = false;

  private constructor(files: PassedFiles, fd: number, info: FileInfo) {
    this.#files = files;
    this.#fd = fd;
    this.#info = info;
  }

  /**
   * The file of a descriptor, which is the file's then, if it is the inode that the server speaks of; null and closed if
   * not: nobody's bytes may go to another file, whoever has made the mistake. On other devices than the root's the numbers
   * of inodes are made up, and nobody can tell.
   */
  static of(files: PassedFiles, fd: number, info: FileInfo): PassedFile | null {
    if (lookAt(fd)?.ino === info.ino) return new PassedFile(files, fd, info);
    close(fd);
    return null;
  }

  /** The descriptor, -1 when it is closed. */
  get fd(): number {
    return this.#fd;
  }

  /**
   * What the server would say of it now: it looks at the same inode. Undefined where the two may see something else, as
   * who owns a file depends on the user namespace.
   */
  stat(): FileInfo | undefined {
    if (this.#fd < 0) return undefined;
    const statx = lookAt(this.#fd);
    const info = this.#info;
    if (statx === null || statx.uid !== info.uid || statx.gid !== info.gid) return undefined;
    const { mode, size, nlink, blocks, atime, mtime, ctime } = statx;
    return info.with({ mode, size, nlink, blocks, atime, mtime, ctime });
  }

  /** The kernel reads and writes the file by itself from now on. Returns what to call when that is over. */
  begin(): () => void {
    this.#isUsed = true;
    return this.#files.begin(this.#info.ino);
  }

  /** Closes the descriptor. */
  close(): void {
    if (this.#fd < 0) return;
    close(this.#fd);
    this.#fd = -1;
    this.#files.closed(this.#isUsed);
  }
}

/**
 * What a client knows of files that the kernel reads and writes without asking it: whatever it has heard of them may
 * be old, until they are closed, and for ever where they may be mapped. Descriptors are asked for when somebody can do
 * with them.
 */
export class PassedFiles {
  /** How often each inode is open in that way. */
  readonly #past = new Map<number | bigint, number>();
  /** Inodes that may be mapped, which nobody tells the end of. */
  readonly #mapped = new Set<number | bigint>();
  readonly #onOver: (ino: number | bigint) => void;
  #isWanted = false;
  #isUsed = false;
  #unused = 0;

  /** @param onOver Told of each inode that the kernel has changed, or may have, when it does so no more. */
  constructor(onOver: (ino: number | bigint) => void) {
    this.#onOver = onOver;
  }

  /** Whether the server is to pass what is opened. */
  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** Somebody can do with descriptors. */
  want(): void {
    this.#isWanted = this.#isUsed || this.#unused < UNUSED_MAX;
  }

  /** Whether the kernel may be changing an inode. */
  has(ino: number | bigint): boolean {
    return (this.#past.size > 0 && this.#past.has(ino)) || this.#mapped.has(ino);
  }

  /**
   * The kernel has opened an inode in that way with these flags. A mapping that writes needs an open to read and write, and
   * outlives it: nothing is known of such an inode any more, as long as the client lives.
   */
  opened(ino: number | bigint, flags: number): void {
    if (allowsRead(flags) && allowsWrite(flags)) this.#mapped.add(ino);
  }

  /** The kernel reads and writes an inode by itself from now on. Returns what to call when that is over. */
  begin(ino: number | bigint): () => void {
    this.#isUsed = true;
    this.#past.set(ino, (this.#past.get(ino) ?? 0) + 1);
    return () => this.#end(ino);
  }

  #end(ino: number | bigint): void {
    const count = (this.#past.get(ino) ?? 0) - 1;
    if (count > 0) this.#past.set(ino, count);
    else this.#past.delete(ino);
    this.#onOver(ino);
  }

  /** A file has been closed, of which somebody has made use or not. */
  closed(isUsed: boolean): void {
    if (isUsed || this.#isUsed) return;
    this.#unused++;
    if (this.#unused >= UNUSED_MAX) this.#isWanted = false;
  }
}
