// Files of the host may be larger than a number in JavaScript can say to the byte.
import { assertEquals, assertThrows } from "@std/assert";
import { CborReader, CborWriter } from "../cbor/mod.ts";
import { chain, type MaybePromise } from "../base/mod.ts";
import { DirEntry, FileInfo, Forward } from "../provider/mod.ts";
import { newMemoryProvider } from "../providers/mod.ts";
import { decodeResponse, encodeResponse } from "./codec.ts";
import { linked } from "./testing/linked.ts";
import { VFSResponse } from "./vfs_response.ts";
import { VFSServer } from "./vfs_server.ts";
import { VFSStat } from "./vfs_stat.ts";

const HUGE = 2 ** 60;

/** A filesystem whose files are huge. */
class Huge extends Forward {
  override lstat(path: string): MaybePromise<FileInfo> {
    const info = super.lstat(path);
    return info instanceof FileInfo && !info.isDir ? info.with({ size: HUGE, blocks: 0 }) : info;
  }
  override stat(path: string): MaybePromise<FileInfo> {
    return this.lstat(path);
  }
  override readDir(path: string): MaybePromise<DirEntry[]> {
    const own = (name: string) => this.lstat(`${path}${name}`);
    return chain(
      super.readDir(path),
      (entries) =>
        entries.map(({ name, type, ino }) => new DirEntry(name, type, ino, () => own(name))),
    );
  }
}

/** The size as the other side of the wire has it. */
function across(size: number, version: 1 | 2): number | undefined {
  const [writer, reader, response] = [new CborWriter(), new CborReader(), new VFSResponse()];
  const stat = Object.assign(new VFSStat(), { size });
  encodeResponse(writer, new VFSResponse({ stat }), version);
  reader.reset(writer.view());
  decodeResponse(reader, response, version);
  return response.stat?.size;
}

Deno.test("a size of up to 63 bits is the nearest number on the other side", () => {
  for (const version of [1, 2] as const) {
    for (const size of [2 ** 53 - 1, 2 ** 53, 2 ** 53 + 4096, HUGE, 2 ** 63 - 1024]) {
      assertEquals(across(size, version), size);
    }
    // What the largest of the host becomes in a number.
    assertEquals(across(Number(2n ** 63n - 1n), version), 2 ** 63);
    for (const size of [2 ** 64, -(2 ** 53) - 2, 0.5, NaN]) {
      assertThrows(() => across(size, version), RangeError);
    }
  }
});

Deno.test("a size that a number cannot say exactly ends no connection", () => {
  const writer = new CborWriter();
  writer.mapHeader(2);
  writer.text("err");
  writer.int(0);
  writer.text("stat");
  writer.mapHeader(1);
  writer.text("size");
  writer.int(2n ** 62n + 1n);
  const [reader, response] = [new CborReader(), new VFSResponse()];
  reader.reset(writer.view());
  decodeResponse(reader, response, 1);
  assertEquals(response.stat?.size, 2 ** 62);
});

Deno.test("who has a huge file can look at it, list it and remove it", async () => {
  const memory = newMemoryProvider();
  memory.writeFile("/huge", new Uint8Array(1), 0o644);
  await using server = new VFSServer(new Huge(memory));
  await using remote = await linked(server);
  assertEquals((await remote.lstat("/huge")).size, HUGE);
  const [entry] = await remote.readDir("/");
  assertEquals((await entry?.info())?.size, HUGE);
  await remote.unlink("/huge");
  assertEquals(await remote.readDir("/"), []);
});
