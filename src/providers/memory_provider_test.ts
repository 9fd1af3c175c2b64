import { assert, assertEquals, assertFalse, assertStrictEquals, assertThrows } from "@std/assert";
import { FsError, isPromise, O_RDWR } from "../base/mod.ts";
import { ALL_CAPABILITIES, CAPABILITIES, type FileInfo } from "../provider/mod.ts";
import { MemoryHandle } from "./memory_handle.ts";
import { MemoryProvider, newMemoryProvider } from "./mod.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("a new filesystem is an empty directory with the mode and owner of the options", () => {
  const memory = newMemoryProvider({ mode: 0o1777, uid: 3, gid: 4 });
  const { name, mode, size, ino, nlink, uid, gid } = memory.stat("/");
  assertEquals([name, mode, size, ino, nlink, uid, gid], ["/", 0o041777, 0, 1, 2, 3, 4]);
  assertEquals([memory.readDir("/"), memory.readonly()], [[], false]);
  assertEquals(new MemoryProvider().stat("/").mode, 0o040755);
  memory.mkdir("/d", 0o755);
  assertEquals([memory.stat("/d").uid, memory.stat("/d").gid], [3, 4], "without a context");
});

Deno.test("options that are no limits are refused", () => {
  for (const name of ["maxBytes", "maxInodes", "maxFileSize", "maxLinks"]) {
    for (const value of [-1, NaN]) {
      assertThrows(() => new MemoryProvider({ [name]: value }), RangeError, name);
    }
  }
});

Deno.test("every capability is declared, and its methods are written here", () => {
  assertEquals(new MemoryProvider().capabilities, ALL_CAPABILITIES);
  for (const { provider, handle } of Object.values(CAPABILITIES)) {
    for (const name of provider) assert(Object.hasOwn(MemoryProvider.prototype, name), name);
    for (const name of handle) assert(Object.hasOwn(MemoryHandle.prototype, name), name);
  }
});

Deno.test("writeFile() makes and replaces, readFile() gives all", () => {
  const memory = new MemoryProvider();
  memory.writeFile("/f", bytes("a longer text"), 0o600);
  memory.writeFile("/f", bytes("text"), 0o644);
  assertEquals([memory.readFile("/f"), memory.stat("/f").mode], [bytes("text"), 0o100600]);
  assertEquals(memory.readFile("/f").buffer.byteLength, 4);
  assertThrows(() => memory.readFile("/none"), Error, 'Cannot open "/none": ENOENT');
  assertThrows(() => memory.readFile("/"), Error, "EISDIR");
  assertThrows(() => memory.writeFile("/none/f", bytes(""), 0o644), Error, "ENOENT");
});

Deno.test("writeFile() says ENOSPC when the content does not fit", () => {
  const memory = new MemoryProvider({ maxBytes: 8192 });
  assertThrows(() => memory.writeFile("/f", new Uint8Array(10_000), 0o644), Error, "ENOSPC");
  assertEquals(memory.stat("/f").size, 8192);
});

Deno.test("mkdirAll() makes what is missing and takes what is there, also through links", () => {
  const memory = new MemoryProvider();
  memory.mkdirAll("/a/b/c", 0o700);
  memory.mkdirAll("/a/b/c", 0o755);
  memory.mkdirAll("/", 0o755);
  memory.symlink("a/b", "/l");
  memory.mkdirAll("/l/d", 0o755);
  assertEquals([memory.stat("/a/b/d").mode, memory.stat("/a").mode], [0o040755, 0o040700]);
  memory.writeFile("/f", bytes(""), 0o644);
  assertThrows(() => memory.mkdirAll("/f", 0o755), Error, 'Cannot mkdirAll "/f": ENOTDIR');
  assertThrows(() => memory.mkdirAll("/f/x/y", 0o755), Error, "ENOTDIR");
  assertThrows(() => memory.mkdirAll("/a\0", 0o755), Error, 'Cannot mkdirAll "/a\\u0000": EINVAL');
  assertThrows(() => memory.mkdirAll(`/${"n".repeat(256)}`, 0o755), Error, "ENAMETOOLONG");
  memory.symlink("nowhere", "/dangling");
  assertThrows(() => memory.mkdirAll("/dangling", 0o755), Error, "ENOENT");
});

Deno.test("nothing ever is a promise", () => {
  const memory = new MemoryProvider();
  const answers = [
    memory.mkdir("/d", 0o755),
    memory.create("/d/f", 0o644),
    memory.stat("/d/f"),
    memory.readDir("/d"),
    memory.rename("/d/f", "/d/g"),
    memory.open("/d/g", O_RDWR, 0).write(bytes("x")),
    memory.statfs("/"),
    memory.removeAll("/d"),
    memory.close(),
  ];
  for (const answer of answers) assertFalse(isPromise<unknown>(answer));
});

Deno.test("statfs() tells pages and inodes, and is asked for a path that is there", () => {
  const memory = new MemoryProvider({ maxBytes: 100 * 4096 + 5, maxInodes: 10 });
  memory.writeFile("/f", bytes("x"), 0o644);
  assertEquals(memory.statfs("/f"), {
    bsize: 4096,
    frsize: 4096,
    blocks: 100,
    bfree: 99,
    bavail: 99,
    files: 10,
    ffree: 8,
    namelen: 255,
  });
  assertThrows(() => memory.statfs("/none"), Error, 'Cannot statfs "/none": ENOENT');
});

Deno.test("readDir() lists in order of arrival, with types, numbers and attributes of now", () => {
  const memory = new MemoryProvider();
  memory.writeFile("/z", bytes("x"), 0o644);
  memory.mkdir("/a", 0o755);
  memory.symlink("a", "/l");
  const entries = memory.readDir("/");
  assertEquals(entries.map((entry) => [entry.name, entry.type]), [
    ["z", 0o100000],
    ["a", 0o040000],
    ["l", 0o120000],
  ]);
  memory.writeFile("/z", bytes("longer"), 0o644);
  const info = entries[0]!.info();
  assert(!isPromise(info) && info.size === 6 && info.ino === entries[0]!.ino);
  memory.unlink("/z");
  assertThrows(() => entries[0]!.info(), Error, "ENOENT");
  memory.symlink("/a", "/a/up");
  assertEquals(memory.readDir("/l").map((entry) => entry.name), ["up"]);
  assertThrows(() => memory.readDir("/none"), Error, "ENOENT");
  memory.writeFile("/f", bytes(""), 0o644);
  assertThrows(() => memory.readDir("/f"), Error, 'Cannot readDir "/f": ENOTDIR');
});

Deno.test("a long listing stays true while names come, go and are replaced", () => {
  const memory = new MemoryProvider();
  memory.mkdir("/d", 0o755);
  const model: string[] = [];
  const list = (): string[] => memory.readDir("/d").map((entry) => entry.name);
  for (let index = 0; index < 200; index++) {
    memory.writeFile(`/d/file-${index}`, bytes(""), 0o644);
    model.push(`file-${index}`);
    assertEquals(list(), model);
  }
  memory.unlink("/d/file-7");
  model.splice(7, 1);
  assertEquals(list(), model);
  memory.rename("/d/file-9", "/d/file-20");
  model.splice(8, 1);
  assertEquals(list(), model);
  assertEquals(memory.readDir("/d")[18]?.ino, memory.stat("/d/file-20").ino);
  memory.rename2("/d/file-30", "/d/file-40", 2);
  assertEquals(list(), model);
  const at = model.indexOf("file-30");
  assertEquals(memory.readDir("/d")[at]?.ino, memory.stat("/d/file-30").ino);
});

Deno.test("a listing is of its moment, and nobody can change it for others", () => {
  for (const count of [3, 100]) {
    const memory = new MemoryProvider();
    for (let index = 0; index < count; index++) memory.mkdir(`/${index}`, 0o755);
    const first = memory.readDir("/");
    assertThrows(() => Object.assign(first, { length: 1 }), TypeError);
    memory.mkdir("/late", 0o755);
    memory.rmdir("/0");
    assertEquals([first.length, first[0]?.name], [count, "0"]);
    assertEquals(memory.readDir("/").length, count);
    assertStrictEquals(memory.readDir("/")[0]?.name, "1");
  }
});

Deno.test("find() is lstat() without the error for what is not there", async () => {
  const memory = new MemoryProvider();
  memory.mkdir("/d", 0o755);
  memory.symlink("nowhere", "/link");
  memory.writeFile("/f", bytes("text"), 0o644);
  assertEquals([memory.find("/none"), memory.find("/none/x"), memory.find("/d/x")], [
    null,
    null,
    null,
  ]);
  for (const path of ["/", "/d", "/link", "/f"]) {
    assertEquals(memory.find(path), memory.lstat(path));
  }
  for (const path of ["/f/x", `/${"x".repeat(256)}`]) {
    const expected = assertThrows(() => memory.lstat(path), FsError);
    const found = assertThrows(() => memory.find(path), FsError);
    assertEquals([found.message, found.code], [expected.message, expected.code]);
  }
  // Who has an lstat() of his own means that.
  class Hiding extends MemoryProvider {
    override lstat(path: string): FileInfo {
      if (path === "/f") throw new FsError("ENOENT", { syscall: "lstat", path });
      return super.lstat(path);
    }
  }
  const hiding = new Hiding();
  hiding.writeFile("/f", bytes("text"), 0o644);
  assertEquals([await hiding.find("/f"), (await hiding.find("/"))?.isDir], [null, true]);
  assertThrows(() => hiding.find("/f/x"), FsError);
});
