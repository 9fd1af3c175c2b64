import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FsError, type MaybePromise } from "../base/mod.ts";
import { BaseHandle } from "./base_handle.ts";
import { BaseProvider } from "./base_provider.ts";
import { FileInfo } from "./file_info.ts";
import type { Handle } from "./handle.ts";
import { readFile } from "./read_file.ts";

/** A provider with one file, whose `stat` says what it likes. */
class OneFile extends BaseProvider {
  closed = 0;
  constructor(
    readonly content: Uint8Array,
    readonly told: number,
    readonly later: boolean,
    readonly failure?: FsError,
  ) {
    super();
  }
  override open(path: string, flags: number): MaybePromise<Handle> {
    const opened = () => this.closed++;
    const { content, told, later, failure } = this;
    const handle = new class extends BaseHandle {
      override stat(): FileInfo {
        return new FileInfo({ name: "f", mode: 0o100644, size: told });
      }
      override readAt(buffer: Uint8Array, offset: number): MaybePromise<number> {
        if (failure !== undefined) throw failure;
        const part = content.subarray(offset, offset + buffer.length);
        buffer.set(part);
        return later ? Promise.resolve(part.length) : part.length;
      }
      override close(): void {
        opened();
      }
    }(flags, path);
    return later ? Promise.resolve(handle) : handle;
  }
}

const content = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);

for (const later of [false, true]) {
  const how = later ? "a provider that answers later" : "a provider that answers at once";
  for (const told of [0, 100, content.length - 1, content.length, content.length + 10]) {
    Deno.test(`readFile() from ${how} reads to the end when stat says ${told}`, async () => {
      const provider = new OneFile(content, told, later);
      const bytes = readFile(provider, "/f");
      assertEquals(bytes instanceof Promise, later);
      assertEquals(await bytes, content);
      assertEquals(provider.closed, 1);
    });
  }

  Deno.test(`readFile() from ${how} refuses a file that turns out larger than allowed`, async () => {
    const provider = new OneFile(content, 0, later);
    const read = async () => await readFile(provider, "/f", { sizeMax: 70_000 });
    await assertRejects(read, FsError, 'Cannot read "/f": EFBIG');
    assertEquals(provider.closed, 1);
  });
}

Deno.test("readFile() takes a file of exactly the allowed size", () => {
  const provider = new OneFile(content, 0, false);
  assertEquals(readFile(provider, "/f", { sizeMax: content.length }), content);
});

Deno.test("readFile() refuses by the size that stat tells, before it allocates", () => {
  const provider = new OneFile(content, 2 ** 50, false);
  assertThrows(() => readFile(provider, "/f"), FsError, "EFBIG");
  assertEquals(provider.closed, 1);
});

Deno.test("readFile() closes the file when reading fails", () => {
  const provider = new OneFile(content, 1, false, new FsError("EIO", { syscall: "read" }));
  assertThrows(() => readFile(provider, "/f"), FsError, "EIO");
  assertEquals(provider.closed, 1);
});

Deno.test("readFile() of an empty file is empty", () => {
  const bytes = readFile(new OneFile(new Uint8Array(), 0, false), "/f");
  assert(bytes instanceof Uint8Array && bytes.length === 0);
});
