import { assertEquals } from "@std/assert";
import { ERRNO } from "../base/mod.ts";
import { DirReader } from "./dir_reader.ts";
import { type DirStream, newListDirStream, type StreamEntry } from "./dir_stream.ts";

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
  await reader.seek(0);
  assertEquals(await nameAt(reader, 0), "a");
  assertEquals(await nameAt(reader, 2), "c");
  listing.shift();
  await reader.seek(1);
  assertEquals(await nameAt(reader, 1), "b");
  assertEquals(await nameAt(reader, 3), null);
});

Deno.test("reading from the start again sees the directory as it is then", async () => {
  let listing = entries("a", "b");
  const reader = new DirReader(() => newListDirStream(listing));
  await reader.seek(0);
  assertEquals(await nameAt(reader, 0), "a");
  listing = entries("new");
  await reader.seek(0);
  assertEquals(await nameAt(reader, 0), "new");
  assertEquals(await nameAt(reader, 1), null);
});

Deno.test("an offset behind the end is the end, also on a fresh stream", async () => {
  const reader = new DirReader(() => newListDirStream(entries("a")));
  await reader.seek(5);
  assertEquals(await nameAt(reader, 5), null);
});

Deno.test("a stream that answers later, and one that cannot be opened or read", async () => {
  let index = 0;
  const later: DirStream = {
    next: () => Promise.resolve(entries("x", "y")[index++] ?? null),
    close: () => {},
  };
  const reader = new DirReader(() => Promise.resolve(later));
  await reader.seek(0);
  assertEquals(await nameAt(reader, 1), "y");
  const closed = new DirReader(() => ERRNO.EACCES);
  assertEquals(await closed.seek(0), ERRNO.EACCES);
  const broken = new DirReader(() => ({ next: () => ERRNO.EIO, close: () => {} }));
  await broken.seek(0);
  assertEquals(await broken.entry(0), ERRNO.EIO);
});

Deno.test("every stream that was opened is closed", async () => {
  let open = 0;
  const reader = new DirReader(() => {
    open++;
    return { next: () => null, close: () => void open-- };
  });
  await reader.seek(0);
  await reader.entry(0);
  await reader.seek(0);
  reader.close();
  assertEquals(open, 0);
});
