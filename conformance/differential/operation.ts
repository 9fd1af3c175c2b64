/**
 * Operations as data: what can be asked of a provider, said so that it can be generated, shrunk, printed and
 * done again to another provider.
 *
 * @module
 */
import { ERRNO, isDirectory, S_IFMT, toErrno } from "../../src/base/mod.ts";
import type { FileInfo, Handle, Provider } from "../../src/provider/mod.ts";

/** One call. `slot` names an open handle: `open` fills it, closing what was there. */
export type Operation =
  | { readonly op: "stat" | "lstat" | "readDir" | "readlink"; readonly path: string }
  | { readonly op: "unlink" | "rmdir" | "remove"; readonly path: string }
  | { readonly op: "mkdir" | "chmod"; readonly path: string; readonly mode: number }
  | { readonly op: "mknod"; readonly path: string; readonly mode: number; readonly rdev: number }
  | { readonly op: "chown" | "lchown"; readonly path: string; readonly id: number }
  | { readonly op: "truncate"; readonly path: string; readonly size: number }
  | { readonly op: "symlink"; readonly target: string; readonly path: string }
  | { readonly op: "link"; readonly path: string; readonly dest: string }
  | { readonly op: "rename"; readonly path: string; readonly dest: string; readonly flags: number }
  | {
    readonly op: "open";
    readonly slot: number;
    readonly path: string;
    readonly flags: number;
    readonly mode: number;
  }
  | { readonly op: "close" | "fstat"; readonly slot: number }
  | { readonly op: "read"; readonly slot: number; readonly size: number }
  | { readonly op: "write"; readonly slot: number; readonly size: number; readonly fill: number }
  | { readonly op: "readAt"; readonly slot: number; readonly offset: number; readonly size: number }
  | {
    readonly op: "writeAt";
    readonly slot: number;
    readonly offset: number;
    readonly size: number;
    readonly fill: number;
  }
  | { readonly op: "seek" | "seekHole"; readonly slot: number } & SeekArguments
  | { readonly op: "ftruncate"; readonly slot: number; readonly size: number }
  | { readonly op: "linkHandle"; readonly slot: number; readonly dest: string }
  | { readonly op: "fchmod"; readonly slot: number; readonly mode: number }
  | { readonly op: "fchown"; readonly slot: number; readonly id: number }
  | {
    readonly op: "allocate";
    readonly slot: number;
    readonly mode: number;
    readonly offset: number;
    readonly length: number;
  }
  | {
    readonly op: "copyRange";
    readonly slot: number;
    readonly offset: number;
    readonly to: number;
    readonly toOffset: number;
    readonly length: number;
  }
  | {
    readonly op: "setXattr";
    readonly path: string;
    readonly name: string;
    readonly size: number;
    readonly flags: number;
  }
  | { readonly op: "getXattr" | "removeXattr"; readonly path: string; readonly name: string }
  | { readonly op: "listXattr"; readonly path: string };

interface SeekArguments {
  readonly offset: number;
  readonly whence: number;
}

/** How many handles a sequence has open at once. */
export const SLOTS = 4;

/** A provider under test, and the handles that a sequence has open on it. */
export class World {
  /** Who is asked. */
  readonly provider: Provider;
  readonly #slots: (Handle | null)[] = Array(SLOTS).fill(null);
  /** Inode numbers in the order in which they were first seen, so that two worlds can be compared. */
  readonly #inodes = new Map<number | bigint, number>();

  readonly #comparesHoles: boolean;

  /** Starts without handles. @param comparesHoles Whether holes and `st_blocks` must be equal as well. */
  constructor(provider: Provider, comparesHoles: boolean) {
    this.provider = provider;
    this.#comparesHoles = comparesHoles;
  }

  /** The open handle; a closed slot is EBADF. */
  #handle(slot: number): Handle | null {
    return this.#slots[slot] ?? null;
  }

  /** What can be compared of the attributes: all but times, and the size of directories. */
  #show(info: FileInfo): string {
    let inode = this.#inodes.get(info.ino);
    if (inode === undefined) this.#inodes.set(info.ino, inode = this.#inodes.size);
    const blocks = this.#comparesHoles ? `/${info.blocks}` : "";
    const size = isDirectory(info.mode) ? "-" : `${info.size}${blocks}`;
    const mode = info.mode.toString(8);
    return `#${inode} ${mode} n${info.nlink} ${info.uid}:${info.gid} r${info.rdev} ${size}`;
  }

  /** Does one operation. What it returns is equal for providers that behave equally. */
  async apply(operation: Operation): Promise<string> {
    try {
      return await this.#run(operation);
    } catch (thrown) {
      return toErrno(thrown, (unexpected) => {
        throw unexpected;
      }).code;
    }
  }

  async #run(operation: Operation): Promise<string> {
    const { provider } = this;
    switch (operation.op) {
      case "stat":
        return this.#show(await provider.stat(operation.path));
      case "lstat":
        return this.#show(await provider.lstat(operation.path));
      case "readDir": {
        const entries = await provider.readDir(operation.path);
        return entries.map((entry) => `${entry.name}:${entry.type.toString(8)}`).sort().join();
      }
      case "readlink":
        return await provider.readlink(operation.path);
      case "mkdir":
        return show(await provider.mkdir(operation.path, operation.mode));
      case "chmod":
        return show(await provider.chmod(operation.path, operation.mode));
      case "unlink":
      case "rmdir":
      case "remove":
        return show(await provider[operation.op](operation.path));
      case "mknod":
        return show(await provider.mknod(operation.path, operation.mode, operation.rdev));
      case "chown":
      case "lchown":
        return show(await provider[operation.op](operation.path, operation.id, operation.id));
      case "truncate":
        return show(await provider.truncate(operation.path, operation.size));
      case "symlink":
        return show(await provider.symlink(operation.target, operation.path));
      case "link":
        return show(await provider.link(operation.path, operation.dest));
      case "rename":
        return show(await provider.rename2(operation.path, operation.dest, operation.flags));
      case "setXattr": {
        const value = new Uint8Array(operation.size).fill(operation.size & 255);
        return show(
          await provider.setXattr(operation.path, operation.name, value, operation.flags),
        );
      }
      case "getXattr":
        return showBytes(await provider.getXattr(operation.path, operation.name));
      case "removeXattr":
        return show(await provider.removeXattr(operation.path, operation.name));
      case "listXattr":
        return (await provider.listXattr(operation.path)).toSorted().join();
      case "open": {
        const { path, flags, mode, slot } = operation;
        const handle = await provider.open(path, flags, mode);
        await this.#slots[slot]?.close();
        this.#slots[slot] = handle;
        return "";
      }
      default:
        return await this.#runOnHandle(operation);
    }
  }

  async #runOnHandle(
    operation: Extract<Operation, { readonly slot: number }>,
  ): Promise<string> {
    const handle = this.#handle(operation.slot);
    if (handle === null) return ERRNO.EBADF.code;
    switch (operation.op) {
      case "close":
        this.#slots[operation.slot] = null;
        return show(await handle.close());
      case "fstat":
        return this.#show(await handle.stat());
      case "read": {
        const buffer = new Uint8Array(operation.size);
        return showBytes(buffer.subarray(0, await handle.read(buffer)));
      }
      case "readAt": {
        const buffer = new Uint8Array(operation.size);
        return showBytes(buffer.subarray(0, await handle.readAt(buffer, operation.offset)));
      }
      case "write":
        return show(await handle.write(pattern(operation.size, operation.fill)));
      case "writeAt": {
        const data = pattern(operation.size, operation.fill);
        return show(await handle.writeAt(data, operation.offset));
      }
      case "seek":
        return show(await handle.seek(operation.offset, operation.whence));
      case "seekHole":
        if (!this.#comparesHoles) return "";
        return show(await handle.seekHole(operation.offset, operation.whence));
      case "ftruncate":
        return show(await handle.truncate(operation.size));
      case "linkHandle":
        return show(await this.provider.linkHandle(handle, operation.dest));
      case "fchmod":
        return show(await handle.chmod(operation.mode));
      case "fchown":
        return show(await handle.chown(operation.id, operation.id));
      case "allocate":
        return show(await handle.allocate(operation.mode, operation.offset, operation.length));
      case "copyRange": {
        const target = this.#handle(operation.to);
        if (target === null) return ERRNO.EBADF.code;
        const { offset, toOffset, length } = operation;
        return show(await handle.copyRange(offset, target, toOffset, length));
      }
      case "open":
        return "";
    }
  }

  /** Everything below the root, a line each, in order of the paths. */
  async tree(path = "/"): Promise<string[]> {
    const lines: string[] = [];
    const info = await this.provider.lstat(path);
    const xattrs = await this.provider.listXattr(path);
    lines.push(`${path} ${this.#show(info)} ${xattrs.toSorted().join()}`);
    const type = info.mode & S_IFMT;
    if (type === 0o120000) lines.push(`  -> ${await this.provider.readlink(path)}`);
    if (type === 0o100000 && info.size <= CONTENT_MAX) {
      await using handle = await this.provider.open(path, 0, 0);
      const buffer = new Uint8Array(info.size + 1);
      lines.push(`  ${showBytes(buffer.subarray(0, await handle.readAt(buffer, 0)))}`);
    }
    if (type === 0o040000) {
      const names = (await this.provider.readDir(path)).map((entry) => entry.name).sort();
      for (const name of names) {
        lines.push(...await this.tree(path === "/" ? `/${name}` : `${path}/${name}`));
      }
    }
    return lines;
  }

  /** Closes what is open, and the provider. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      for (const handle of this.#slots) await handle?.close();
    } finally {
      await this.provider.close();
    }
  }
}

/** Larger files are compared by what the sequence itself reads. */
const CONTENT_MAX = 65_536;

function pattern(size: number, fill: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (index * 7 + fill) & 255);
}

function show(value: number | void): string {
  return value === undefined ? "" : String(value);
}

/** Length, a checksum, and the first bytes. */
function showBytes(bytes: Uint8Array): string {
  let sum = 0;
  for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) | 0;
  return `${bytes.length} bytes ${sum >>> 0} ${bytes.subarray(0, 8).toHex()}`;
}
