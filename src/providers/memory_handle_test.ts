import { assertEquals, assertThrows } from "@std/assert";
import { O_APPEND, O_CREAT, O_RDONLY, O_RDWR, O_WRONLY } from "../base/mod.ts";
import { MemoryProvider } from "./mod.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function text(memory: MemoryProvider, path: string): string {
  return new TextDecoder().decode(memory.readFile(path));
}

Deno.test("read(), write() and seek() share a position, readAt() and writeAt() leave it", () => {
  const memory = new MemoryProvider();
  using file = memory.open("/f", O_RDWR | O_CREAT, 0o644);
  assertEquals([file.write(bytes("hello ")), file.write(bytes("world"))], [6, 5]);
  file.writeAt(bytes("J"), 0);
  assertEquals(file.seek(-5, 1), 6);
  const buffer = new Uint8Array(3);
  file.readAt(buffer, 0);
  assertEquals([file.read(buffer), new TextDecoder().decode(buffer)], [3, "wor"]);
  assertEquals([file.seek(-1, 2), file.seek(100, 0)], [10, 100]);
  assertEquals(file.read(buffer), 0);
  assertEquals(text(memory, "/f"), "Jello world");
});

Deno.test("a write past the end leaves zeros between", () => {
  const memory = new MemoryProvider();
  using file = memory.open("/f", O_RDWR | O_CREAT, 0o644);
  file.write(bytes("abc"));
  file.seek(10, 0);
  file.write(bytes("xyz"));
  assertEquals(text(memory, "/f"), "abc\0\0\0\0\0\0\0xyz");
});

Deno.test("O_APPEND writes at the end of that moment, writeAt() too", () => {
  const memory = new MemoryProvider();
  using log = memory.open("/log", O_RDWR | O_APPEND | O_CREAT, 0o644);
  using other = memory.open("/log", O_WRONLY | O_APPEND, 0);
  log.write(bytes("1"));
  other.write(bytes("2"));
  assertEquals(log.writeAt(bytes("3"), 0), 1);
  log.seek(0, 0);
  log.write(bytes("4"));
  assertEquals([text(memory, "/log"), log.seek(0, 1)], ["1234", 4]);
});

Deno.test("a file without a name lives as long as its handles", () => {
  const memory = new MemoryProvider();
  const before = memory.statfs("/");
  const first = memory.open("/f", O_RDWR | O_CREAT, 0o644);
  const second = memory.open("/f", O_RDONLY, 0);
  memory.unlink("/f");
  first.writeAt(new Uint8Array(10_000).fill(7), 0);
  first.chmod(0o600);
  first.utimes({ sec: 1, nsec: 2 }, null);
  first.setXattr("user.a", Uint8Array.of(1), 0);
  first.close();
  const info = second.stat();
  assertEquals([info.nlink, info.size, info.mode], [0, 10_000, 0o100600]);
  assertEquals(second.getXattr("user.a"), Uint8Array.of(1));
  second.close();
  assertEquals(memory.statfs("/"), before);
});

Deno.test("a removed directory is still what its handle says", () => {
  const memory = new MemoryProvider();
  memory.mkdir("/d", 0o755);
  using handle = memory.open("/d", O_RDONLY, 0);
  memory.rmdir("/d");
  assertEquals([handle.stat().nlink, handle.stat().isDir], [0, true]);
});

Deno.test("the access mode says what a handle can do", () => {
  const memory = new MemoryProvider();
  memory.writeFile("/f", bytes("x"), 0o644);
  using reader = memory.open("/f", O_RDONLY, 0);
  using writer = memory.open("/f", O_WRONLY, 0);
  using neither = memory.open("/f", 3, 0);
  assertThrows(() => reader.write(bytes("y")), Error, 'Cannot write "/f": EBADF');
  assertThrows(() => reader.writeAt(new Uint8Array(), 0), Error, "EBADF");
  assertThrows(() => reader.truncate(0), Error, "EINVAL");
  assertThrows(() => writer.read(new Uint8Array(1)), Error, 'Cannot read "/f": EBADF');
  assertThrows(() => neither.read(new Uint8Array(1)), Error, "EBADF");
  assertThrows(() => neither.write(bytes("y")), Error, "EBADF");
});

Deno.test("offsets and sizes are whole numbers from 0", () => {
  const memory = new MemoryProvider();
  using file = memory.open("/f", O_RDWR | O_CREAT, 0o644);
  for (const bad of [-1, 0.5, NaN, 2 ** 53]) {
    assertThrows(() => file.readAt(new Uint8Array(1), bad), Error, "EINVAL");
    assertThrows(() => file.writeAt(new Uint8Array(1), bad), Error, "EINVAL");
    assertThrows(() => file.truncate(bad), Error, "EINVAL");
    assertThrows(() => memory.truncate("/f", bad), Error, "EINVAL");
    assertThrows(() => file.seek(bad, 0), Error, "EINVAL");
  }
  assertThrows(() => file.seek(0, 3), Error, "EINVAL");
});

Deno.test("truncate() cuts, grows with zeros, and takes no space for them", () => {
  const memory = new MemoryProvider();
  using file = memory.open("/f", O_RDWR | O_CREAT, 0o644);
  file.write(bytes("hello"));
  file.truncate(2);
  memory.truncate("/f", 4);
  assertEquals(text(memory, "/f"), "he\0\0");
  memory.truncate("/f", 999_999_999_999_999);
  assertEquals([file.stat().size, file.stat().blocks], [999_999_999_999_999, 8]);
  memory.mkdir("/d", 0o755);
  memory.mknod("/p", 0o010600, 0);
  assertThrows(() => memory.truncate("/d", 0), Error, "EISDIR");
  assertThrows(() => memory.truncate("/p", 0), Error, "EINVAL");
  assertThrows(() => memory.truncate("/none", 0), Error, "ENOENT");
});

Deno.test("a closed handle answers EBADF to everything, also to close()", () => {
  const memory = new MemoryProvider();
  const file = memory.open("/f", O_RDWR | O_CREAT, 0o644);
  file.close();
  const lock = { kind: "flock", type: "read", start: 0, end: 9, owner: 1, pid: 1 } as const;
  const calls = [
    () => file.read(new Uint8Array(1)),
    () => file.write(new Uint8Array(1)),
    () => file.seek(0, 0),
    () => file.stat(),
    () => file.sync(),
    () => file.truncate(0),
    () => file.chmod(0),
    () => file.chown(0, 0),
    () => file.utimes("now", "now"),
    () => file.allocate(0, 0, 1),
    () => file.seekHole(0, 3),
    () => file.copyRange(0, file, 0, 1),
    () => file.getLock(lock),
    () => file.setLock(lock, false),
    () => file.getXattr("user.a"),
    () => file.setXattr("user.a", new Uint8Array(), 0),
    () => file.listXattr(),
    () => file.removeXattr("user.a"),
    () => file.close(),
  ];
  for (const call of calls) assertThrows(call, Error, "EBADF");
});

Deno.test("stat() names a handle by the path that it was opened by", () => {
  const memory = new MemoryProvider();
  memory.mkdirAll("/a/b", 0o755);
  using handle = memory.open("/a/x/../b/", O_RDONLY, 0);
  memory.rename("/a/b", "/a/c");
  assertEquals(handle.stat().name, "b");
});
