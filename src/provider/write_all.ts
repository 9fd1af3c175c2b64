/**
 * Writing until everything is written.
 *
 * @module
 */
import { FsError, isPromise, type MaybePromise } from "../base/mod.ts";
import { requireCount } from "./answers.ts";
import type { Context } from "./context.ts";
import type { Handle } from "./handle.ts";

/**
 * Writes all of `data` at `offset`, in as many calls as the handle takes.
 *
 * @throws {FsError} Whatever `writeAt` throws; EIO when it writes nothing without an error.
 * @throws {TypeError} When it answers with what is no count.
 */
export function writeAll(
  handle: Pick<Handle, "writeAt">,
  data: Uint8Array,
  offset: number,
  context?: Context,
): MaybePromise<void> {
  let done = 0;
  while (done < data.length) {
    const written = handle.writeAt(
      done === 0 ? data : data.subarray(done),
      offset + done,
      context,
    );
    if (isPromise(written)) {
      const before = done;
      return written.then((count) => {
        requireProgress(count, data.length - before);
        const total = before + count;
        return total < data.length
          ? writeAll(handle, data.subarray(total), offset + total, context)
          : undefined;
      });
    }
    requireProgress(written, data.length - done);
    done += written;
  }
}

function requireProgress(count: number, max: number): void {
  if (requireCount(count, max) === 0) throw new FsError("EIO", { syscall: "write" });
}
