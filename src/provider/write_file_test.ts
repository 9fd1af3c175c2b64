import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FsError, type MaybePromise, O_CREAT, O_EXCL } from "../base/mod.ts";
import { BaseHandle } from "./base_handle.ts";
import { BaseProvider } from "./base_provider.ts";
import type { Handle } from "./handle.ts";
import { writeFile } from "./write_file.ts";

/** Takes at most `most` bytes a call, like a pipe or a network. */
class Slow extends BaseProvider {
  readonly written: number[] = [];
  flags = 0;
  mode = 0;
  closed = 0;
  constructor(readonly most: number, readonly later: boolean) {
    super();
  }
  override open(path: string, flags: number, mode: number): MaybePromise<Handle> {
    if ((flags & (O_CREAT | O_EXCL)) === (O_CREAT | O_EXCL) && path === "/there") {
      throw new FsError("EEXIST", { syscall: "open", path });
    }
    this.flags = flags;
    this.mode = mode;
    const take = (data: Uint8Array, offset: number): number => {
      const part = data.subarray(0, this.most);
      part.forEach((byte, index) => this.written[offset + index] = byte);
      return part.length;
    };
    const done = () => this.closed++;
    const { later } = this;
    return new class extends BaseHandle {
      override writeAt(data: Uint8Array, offset: number): MaybePromise<number> {
        return later ? Promise.resolve(take(data, offset)) : take(data, offset);
      }
      override close(): void {
        done();
      }
    }(flags, path);
  }
}

for (const later of [false, true]) {
  const how = later ? "later" : "at once";
  Deno.test(`writeFile() writes everything to a provider that takes a little, ${how}`, async () => {
    const slow = new Slow(3, later);
    const write = writeFile(slow, "/f", new Uint8Array([1, 2, 3, 4, 5, 6, 7]), { mode: 0o600 });
    assertEquals(write instanceof Promise, later);
    await write;
    assertEquals(slow.written, [1, 2, 3, 4, 5, 6, 7]);
    assertEquals([slow.mode, slow.closed], [0o600, 1]);
  });

  Deno.test(`writeFile() is EIO when nothing is written without an error, ${how}`, async () => {
    const slow = new Slow(0, later);
    await assertRejects(async () => await writeFile(slow, "/f", "text"), FsError, "EIO");
    assertEquals(slow.closed, 1);
  });
}

Deno.test("writeFile() takes text as UTF-8", () => {
  const slow = new Slow(100, false);
  writeFile(slow, "/f", "ä");
  assertEquals(slow.written, [0xc3, 0xa4]);
});

Deno.test("writeFile() with createNew refuses what is there", () => {
  const slow = new Slow(100, false);
  assertThrows(() => writeFile(slow, "/there", "x", { createNew: true }), FsError, "EEXIST");
  writeFile(slow, "/there", "x");
});
