import { assertEquals, assertThrows } from "@std/assert";
import { O_RDWR } from "../base/mod.ts";
import { MemoryProvider, type MemorySnapshot } from "./mod.ts";

/** One of everything. */
function full(): MemoryProvider {
  let sec = 1000;
  const memory = new MemoryProvider({ clock: () => ({ sec: ++sec, nsec: 7 }) });
  const encoder = new TextEncoder();
  memory.mkdirAll("/d/e", 0o700);
  memory.writeFile("/d/text", encoder.encode("\ufeffgrüße\0\n"), 0o4755);
  memory.writeFile("/d/bytes", Uint8Array.of(0xff, 0, 1), 0o600);
  memory.writeFile("/empty", new Uint8Array(), 0o644);
  using sparse = memory.open("/sparse", O_RDWR | 0o100, 0o644);
  sparse.writeAt(encoder.encode("far"), 2 ** 40);
  sparse.writeAt(new Uint8Array(10_000).fill(65), 8000);
  sparse.truncate(2 ** 41);
  memory.link("/d/text", "/d/e/10");
  memory.link("/d/text", "/d/e/2");
  memory.symlink("../nowhere", "/d/link");
  memory.mknod("/pipe", 0o010600, 0);
  memory.mknod("/device", 0o020666, 0x103);
  memory.mkdir("/\udcff", 0o755);
  memory.setXattr("/d", "user.a", Uint8Array.of(1, 2), 0);
  memory.lchown("/d/link", 5, 6);
  memory.utimes("/d/text", { sec: -1, nsec: 999 }, { sec: 2 ** 35, nsec: 1 });
  return memory;
}

Deno.test("a snapshot through JSON gives the same filesystem again", () => {
  const text = JSON.stringify(full());
  const again = MemoryProvider.fromJSON(JSON.parse(text));
  assertEquals(JSON.stringify(again), text);
  assertEquals(again.readDir("/d/e").map((entry) => entry.name), ["10", "2"]);
  assertEquals(again.stat("/d/e/2").ino, again.stat("/d/text").ino);
  assertEquals([again.stat("/d/text").nlink, again.stat("/d").nlink], [3, 3]);
  assertEquals(again.stat("/sparse").blocks, full().stat("/sparse").blocks);
  assertEquals(again.statfs("/"), full().statfs("/"));
  again.rename("/d/e", "/e");
  assertEquals(again.stat("/e/10").size, 12);
});

Deno.test("a filesystem deeper than the stack has a snapshot", () => {
  const memory = new MemoryProvider();
  const path = "/d".repeat(20_000);
  memory.mkdirAll(path, 0o755);
  const again = MemoryProvider.fromJSON(JSON.parse(JSON.stringify(memory)));
  assertEquals(again.stat(path).isDir, true);
});

Deno.test("what is no snapshot is EINVAL", () => {
  const root = { parent: 0, name: "", mode: 0o040755 };
  const file = { parent: 0, name: "f", mode: 0o100644 };
  const good: MemorySnapshot = { format: "fusewire-memory", version: 1, nodes: [root, file] };
  MemoryProvider.fromJSON(good);
  const bad: object[][] = [
    [],
    [file],
    [root, { ...file, name: "" }],
    [root, { ...file, name: ".." }],
    [root, { ...file, name: "a/b" }],
    [root, { ...file, name: "n".repeat(256) }],
    [root, file, file],
    [root, { ...file, parent: 1 }],
    [root, file, { ...file, parent: 1, name: "g" }],
    [root, { parent: 0, name: "g", link: 0 }],
    [root, { parent: 0, name: "g", link: 5 }],
    [root, { ...file, mode: 0o644 }],
    [root, { ...file, mode: 0.5 }],
    [root, { ...file, mode: 0o120777 }],
    [root, { ...file, mode: 0o120777, target: "" }],
    [root, { ...file, mtime: [1.5, 0] }],
  ];
  for (const nodes of bad) {
    const snapshot = JSON.parse(JSON.stringify({ ...good, nodes }));
    assertThrows(() => MemoryProvider.fromJSON(snapshot), Error, "EINVAL", JSON.stringify(nodes));
  }
  const other = JSON.parse(JSON.stringify({ ...good, version: 2 }));
  assertThrows(() => MemoryProvider.fromJSON(other), Error, "EINVAL");
});

Deno.test("a snapshot that the limits do not allow is ENOSPC or EFBIG", () => {
  const snapshot = full().toJSON();
  assertThrows(() => MemoryProvider.fromJSON(snapshot, { maxBytes: 4096 }), Error, "ENOSPC");
  assertThrows(() => MemoryProvider.fromJSON(snapshot, { maxInodes: 5 }), Error, "ENOSPC");
  assertThrows(() => MemoryProvider.fromJSON(snapshot, { maxFileSize: 100 }), Error, "EFBIG");
});
