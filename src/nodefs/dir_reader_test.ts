import { assertEquals } from "@std/assert";
import { ERRNO } from "../base/mod.ts";
import { DirReader } from "./dir_reader.ts";
import { type DirStream, newListDirStream, type StreamEntry } from "./dir_stream.ts";

const CALLER = { uid: 0, gid: 0 };

function entries(...names: string[]): StreamEntry[] {
  return names.map((name) => ({ name, type: 0o100000, ino: 0 }));
}

async function nameAt(reader: DirReader, offset: number): Promise<string | null> {
  const entry = await reader.entry(offset);
  return entry !== null && "name" in entry ? entry.name : null;
}

Deno.test("an offset leads to the same entry again while the directory changes", async () => {
  const listing = entries("a", "b", "c");
  const reader = new DirReader(() => newListDirStream([...listing]));
  await reader.seek(0, CALLER);
  assertEquals(await nameAt(reader, 0), "a");
  assertEquals(await nameAt(reader, 2), "c");
  listing.shift();
  await reader.seek(1, CALLER);
  assertEquals(await nameAt(reader, 1), "b");
  assertEquals(await nameAt(reader, 3), null);
});

Deno.test("reading from the start again sees the directory as it is then", async () => {
  let listing = entries("a", "b");
  const reader = new DirReader(() => newListDirStream(listing));
  await reader.seek(0, CALLER);
  assertEquals(await nameAt(reader, 0), "a");
  listing = entries("new");
  await reader.seek(0, CALLER);
  assertEquals(await nameAt(reader, 0), "new");
  assertEquals(await nameAt(reader, 1), null);
});

Deno.test("an offset behind the end is the end, also on a fresh stream", async () => {
  const reader = new DirReader(() => newListDirStream(entries("a")));
  await reader.seek(5, CALLER);
  assertEquals(await nameAt(reader, 5), null);
});

Deno.test("a stream that answers later, and one that cannot be opened or read", async () => {
  let index = 0;
  const later: DirStream = {
    next: () => Promise.resolve(entries("x", "y")[index++] ?? null),
    close: () => {},
  };
  const reader = new DirReader(() => Promise.resolve(later));
  await reader.seek(0, CALLER);
  assertEquals(await nameAt(reader, 1), "y");
  const closed = new DirReader(() => ERRNO.EACCES);
  assertEquals(await closed.seek(0, CALLER), ERRNO.EACCES);
  const broken = new DirReader(() => ({ next: () => ERRNO.EIO, close: () => {} }));
  await broken.seek(0, CALLER);
  assertEquals(await broken.entry(0), ERRNO.EIO);
});

Deno.test("an entry that somebody did not wait for is there for the next", async () => {
  const gate = Promise.withResolvers<StreamEntry | null>();
  let asked = 0;
  const slow: DirStream = {
    next: () => asked++ === 0 ? gate.promise : null,
    close: () => {},
  };
  const reader = new DirReader(() => slow);
  await reader.seek(0, CALLER);
  const first = nameAt(reader, 0);
  const second = nameAt(reader, 0);
  const behind = nameAt(reader, 1);
  gate.resolve(entries("a")[0] ?? null);
  assertEquals([await first, await second, await behind, asked], ["a", "a", null, 2]);
});

Deno.test("an entry that comes after its listing was closed is in no other", async () => {
  const gate = Promise.withResolvers<StreamEntry | null>();
  const streams: DirStream[] = [
    { next: () => gate.promise, close: () => {} },
    newListDirStream(entries("new")),
  ];
  const reader = new DirReader(() => streams.shift() ?? ERRNO.EIO);
  await reader.seek(0, CALLER);
  const late = reader.entry(0);
  await reader.seek(0, CALLER);
  gate.resolve(entries("old")[0] ?? null);
  assertEquals(await late, ERRNO.EBADF);
  assertEquals([await nameAt(reader, 0), await nameAt(reader, 1)], ["new", null]);
});

Deno.test("every stream that was opened is closed", async () => {
  let open = 0;
  const reader = new DirReader(() => {
    open++;
    return { next: () => null, close: () => void open-- };
  });
  await reader.seek(0, CALLER);
  await reader.entry(0);
  await reader.seek(0, CALLER);
  reader.close();
  assertEquals(open, 0);
});
