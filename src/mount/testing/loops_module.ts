/**
 * A filesystem without a memory, for tests with several loops: file `n` has the node id `n`, and each loop
 * reads its own name from it.
 *
 * @module
 */
import { ERRNO, type Errno, FsError, type MaybePromise } from "../../base/mod.ts";
import { DefaultRawFileSystem, type RawFileSystem } from "../../fuse/mod.ts";
import { FOPEN } from "../../fuse/mod.ts";

const NAME = new TextEncoder().encode(`${crypto.randomUUID()}\n`);
/** Reading this file waits for a signal. */
const WAITING = 1000;
/** How long a read keeps its thread busy, in milliseconds: long enough for another loop to come first. */
const BUSY_MS = 5;

/** Serves the numbers from 2 on. */
export default class Loops extends DefaultRawFileSystem {
  override lookup(...[, name, out]: Parameters<RawFileSystem["lookup"]>): Errno | void {
    const number = Number(name);
    if (!(number >= 2)) return ERRNO.ENOENT;
    out.reset();
    out.nodeid = number;
    Object.assign(out.attr, { ino: number, mode: 0o100444, nlink: 1 });
  }
  override getattr(...[request, , out]: Parameters<RawFileSystem["getattr"]>): void {
    out.reset();
    const mode = request.nodeid === 1 ? 0o040555 : 0o100444;
    Object.assign(out.attr, { ino: request.nodeid, mode, nlink: 1 });
  }
  override open(...[, , out]: Parameters<RawFileSystem["open"]>): void {
    out.reset();
    out.openFlags = FOPEN.DIRECT_IO;
  }
  override release(): void {}
  override flush(): void {}
  override read(
    ...[request, , buffer, offset]: Parameters<RawFileSystem["read"]>
  ): MaybePromise<number | Errno> {
    if (offset > 0) return 0;
    if (request.nodeid === WAITING) return this.#wait(request.signal);
    const until = performance.now() + BUSY_MS;
    while (performance.now() < until);
    buffer.set(NAME);
    return NAME.length;
  }
  async #wait(signal: AbortSignal): Promise<number> {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    throw new FsError("EINTR", { syscall: "read" });
  }
}
