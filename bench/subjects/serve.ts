/**
 * Serves one of our filesystems on a mount point until SIGTERM, as `fusewire mount` does: the process that is
 * measured.
 *
 *     deno run -A bench/subjects/serve.ts hello MOUNTPOINT TIMEOUT_SECONDS [SPIN_MICROSECONDS]
 *     deno run -A bench/subjects/serve.ts null MOUNTPOINT
 *     deno run -A bench/subjects/serve.ts directory MOUNTPOINT DIRECTORY [served]
 *
 * @module
 */
import { BaseHandle, BaseProvider, FileInfo, FsError, RealFSProvider } from "../../mod.ts";
import { DEDICATED_LOOP, mount, type MountOptions } from "../../src/mount/mod.ts";
import type { Provider } from "../../src/provider/mod.ts";

const NULL_SIZE = 2 ** 32;

class HelloHandle extends BaseHandle {
  override readAt(buffer: Uint8Array, offset: number): number {
    const part = TEXT.subarray(offset, offset + buffer.length);
    buffer.set(part);
    return part.length;
  }
  override close(): void {}
}

const TEXT = new TextEncoder().encode("Hello World!\n");

/** What `peers/hello.c` is in C. */
class Hello extends BaseProvider {
  readonly #root = new FileInfo({ name: "/", mode: 0o040755, nlink: 2 });
  readonly #file = new FileInfo({ name: "hello", mode: 0o100444, size: TEXT.length });

  readonly startsNothing = true;

  override stat(path: string): FileInfo {
    if (path === "/") return this.#root;
    if (path === "/hello") return this.#file;
    throw new FsError("ENOENT", { syscall: "stat", path });
  }
  override open(path: string, flags: number): HelloHandle {
    return new HelloHandle(flags, path);
  }
}

/**
 * With the time of now, as `null.c` answers: the kernel drops what it has cached when it asks for attributes, and not
 * when the file is opened, where dropping 1 GiB would count as a third of the time of reading it.
 */
function nullInfo(): FileInfo {
  const mtime = { sec: Math.floor(Date.now() / 1000), nsec: 0 };
  return new FileInfo({ name: "null", mode: 0o100644, size: NULL_SIZE, mtime });
}

class NullHandle extends BaseHandle {
  override readAt(buffer: Uint8Array, offset: number): number {
    if (offset >= NULL_SIZE) return 0;
    buffer.fill(0);
    return buffer.length;
  }
  override writeAt(data: Uint8Array): number {
    return data.length;
  }
  override stat(): FileInfo {
    return nullInfo();
  }
  override close(): void {}
}

/** What libfuse's example `null.c` is in C, with the file in a directory. */
class Null extends BaseProvider {
  readonly #root = new FileInfo({ name: "/", mode: 0o040755, nlink: 2 });

  readonly startsNothing = true;

  override stat(path: string): FileInfo {
    if (path === "/") return this.#root;
    if (path === "/null") return nullInfo();
    throw new FsError("ENOENT", { syscall: "stat", path });
  }
  override open(path: string, flags: number): NullHandle {
    return new NullHandle(flags, path);
  }
}

function subject(kind: string, argument: string, more?: string): [Provider, MountOptions] {
  switch (kind) {
    case "hello": {
      const timeoutMs = Number(argument) * 1000;
      const loop = { ...DEDICATED_LOOP, ...(more === undefined ? {} : { spinUs: Number(more) }) };
      return [new Hello(), { entryTimeoutMs: timeoutMs, attrTimeoutMs: timeoutMs, loop }];
    }
    case "null":
      return [new Null(), { loop: DEDICATED_LOOP }];
    case "directory":
      return [
        new RealFSProvider(argument),
        { passthrough: more !== "served", loop: DEDICATED_LOOP },
      ];
    default:
      throw new Error(`Cannot serve ${kind}`);
  }
}

const [kind = "", mountpoint = "", argument = "", more] = Deno.args;
const [provider, options] = subject(kind, argument, more);
const mounted = await mount(provider, mountpoint, options);
Deno.addSignalListener("SIGTERM", () => void mounted.unmount({ lazy: true }));
await mounted.finished;
Deno.exit(0);
