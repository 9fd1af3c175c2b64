import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import type { Context } from "../provider/mod.ts";
import { MemoryProvider } from "./mod.ts";

const nobody: Context = { uid: 1000, gid: 100 };

function names(memory: MemoryProvider, path: string): string[] {
  return memory.readDir(path).map((entry) => entry.name);
}

Deno.test("mkdir() makes a directory of the caller's and counts it in its parent", () => {
  const memory = new MemoryProvider();
  memory.mkdir("/d", 0o7751, nobody);
  const info = memory.stat("/d");
  assertEquals([info.mode, info.nlink, info.uid, info.gid], [0o041751, 2, 1000, 100]);
  assertEquals([info.size, info.blocks, memory.stat("/").nlink], [0, 0, 3]);
});

Deno.test("mkdir() refuses what is there, a missing parent and a file as parent", () => {
  const memory = new MemoryProvider();
  memory.mkdir("/d", 0o755);
  memory.symlink("nowhere", "/dangling");
  memory.mknod("/f", 0o644, 0);
  for (const path of ["/d", "/dangling", "/f", "/"]) {
    assertThrows(() => memory.mkdir(path, 0o755), Error, "EEXIST");
  }
  assertThrows(() => memory.mkdir("/x/y", 0o755), Error, "ENOENT");
  assertThrows(() => memory.mkdir("/f/y", 0o755), Error, "ENOTDIR");
});

Deno.test("what is made in a setgid directory has its group, and directories its bit", () => {
  const memory = new MemoryProvider();
  memory.mkdir("/d", 0o755);
  memory.chown("/d", -1, 77);
  memory.chmod("/d", 0o2775);
  memory.mkdir("/d/sub", 0o755, nobody);
  memory.writeFile("/d/file", new Uint8Array(), 0o644, nobody);
  memory.symlink("x", "/d/link", nobody);
  assertEquals([memory.stat("/d/sub").mode, memory.stat("/d/sub").gid], [0o042755, 77]);
  assertEquals([memory.stat("/d/file").mode, memory.stat("/d/file").gid], [0o100644, 77]);
  assertEquals([memory.lstat("/d/link").uid, memory.lstat("/d/link").gid], [1000, 77]);
});

Deno.test("symlink() keeps its target as it is", () => {
  const memory = new MemoryProvider();
  memory.symlink("../x//./y/", "/l", nobody);
  assertEquals(memory.readlink("/l"), "../x//./y/");
  const info = memory.lstat("/l");
  assertEquals([info.mode, info.size, info.uid], [0o120777, 10, 1000]);
  memory.symlink("é".repeat(2047), "/long");
  assertEquals(memory.lstat("/long").size, 4094);
});

Deno.test("a long target is paid for with a page, and given back", () => {
  const memory = new MemoryProvider({ maxBytes: 4096 });
  memory.symlink("x".repeat(127), "/short");
  memory.symlink("x".repeat(128), "/long");
  assertEquals([memory.lstat("/short").blocks, memory.lstat("/long").blocks], [0, 8]);
  assertThrows(() => memory.symlink("x".repeat(128), "/more"), Error, "ENOSPC");
  memory.unlink("/long");
  assertEquals(memory.statfs("/").bfree, 1);
});

Deno.test("symlink() refuses an empty and an overlong target, and a name that is there", () => {
  const memory = new MemoryProvider();
  assertThrows(() => memory.symlink("", "/l"), Error, 'Cannot symlink "" to "/l": ENOENT');
  assertThrows(() => memory.symlink("é".repeat(2048), "/l"), Error, "ENAMETOOLONG");
  assertThrows(() => memory.symlink("a\0", "/l"), Error, "EINVAL");
  memory.symlink("l", "/l");
  assertThrows(() => memory.symlink("x", "/l"), Error, "EEXIST");
});

Deno.test("mknod() makes every kind but directories and links", () => {
  const memory = new MemoryProvider();
  memory.mknod("/pipe", 0o010644, 99, nobody);
  memory.mknod("/null", 0o020666, 0x103);
  memory.mknod("/disk", 0o060660, 0xffff_ffff);
  memory.mknod("/socket", 0o140600, 0);
  memory.mknod("/file", 0o640, 5);
  const seen = names(memory, "/").map((name) => {
    const { mode, rdev, nlink } = memory.lstat(`/${name}`);
    return [name, mode.toString(8), rdev, nlink];
  });
  assertEquals(seen, [
    ["pipe", "10644", 0, 1],
    ["null", "20666", 0x103, 1],
    ["disk", "60660", 0xffff_ffff, 1],
    ["socket", "140600", 0, 1],
    ["file", "100640", 0, 1],
  ]);
  assertThrows(() => memory.mknod("/d", 0o040755, 0), Error, "EPERM");
  assertThrows(() => memory.mknod("/l", 0o120777, 0), Error, "EINVAL");
  assertThrows(() => memory.mknod("/n", 0o020666, -1), Error, "EINVAL");
  assertThrows(() => memory.mknod("/pipe", 0o644, 0), Error, "EEXIST");
});

Deno.test("link() gives an inode a second name, also a symbolic link itself", () => {
  const memory = new MemoryProvider();
  memory.writeFile("/a", Uint8Array.of(1), 0o644);
  memory.link("/a", "/b");
  assertEquals(memory.stat("/b").ino, memory.stat("/a").ino);
  assertEquals(memory.stat("/a").nlink, 2);
  memory.unlink("/a");
  assertEquals([memory.stat("/b").nlink, memory.readFile("/b")], [1, Uint8Array.of(1)]);
  memory.symlink("nowhere", "/l");
  memory.link("/l", "/m");
  assertEquals(memory.readlink("/m"), "nowhere");
});

Deno.test("link() refuses directories, names that are there, and too many names", () => {
  const memory = new MemoryProvider({ maxLinks: 3 });
  memory.mkdir("/d", 0o755);
  memory.mknod("/a", 0o644, 0);
  assertThrows(() => memory.link("/d", "/e"), Error, 'Cannot link "/d" to "/e": EPERM');
  assertThrows(() => memory.link("/a", "/d"), Error, "EEXIST");
  assertThrows(() => memory.link("/none", "/b"), Error, "ENOENT");
  memory.link("/a", "/b");
  memory.link("/a", "/c");
  assertThrows(() => memory.link("/a", "/e"), Error, "EMLINK");
  assertThrows(() => memory.mkdir("/second", 0o755), Error, "EMLINK");
});

Deno.test("unlink() and rmdir() each remove their kind, remove() removes both", () => {
  const memory = new MemoryProvider();
  memory.mkdirAll("/d/e", 0o755);
  memory.mknod("/f", 0o644, 0);
  memory.symlink("d", "/l");
  assertThrows(() => memory.unlink("/d"), Error, "EISDIR");
  assertThrows(() => memory.unlink("/"), Error, "EISDIR");
  assertThrows(() => memory.rmdir("/f"), Error, "ENOTDIR");
  assertThrows(() => memory.rmdir("/l"), Error, "ENOTDIR");
  assertThrows(() => memory.rmdir("/d"), Error, "ENOTEMPTY");
  assertThrows(() => memory.rmdir("/"), Error, "EBUSY");
  assertThrows(() => memory.remove("/d"), Error, 'Cannot remove "/d": ENOTEMPTY');
  assertThrows(() => memory.unlink("/none"), Error, "ENOENT");
  assertThrows(() => memory.rmdir("/none"), Error, "ENOENT");
  memory.unlink("/l");
  memory.remove("/f");
  memory.remove("/d/e");
  memory.rmdir("/d");
  assertEquals([names(memory, "/"), memory.stat("/").nlink], [[], 2]);
});

Deno.test("removeAll() removes a tree of any depth, and follows no link", () => {
  const memory = new MemoryProvider();
  const empty = memory.statfs("/");
  memory.mkdirAll("/keep/inside", 0o755);
  memory.writeFile("/keep/shared", new Uint8Array(5000), 0o644);
  const kept = memory.statfs("/");
  let path = "/t";
  for (let depth = 0; depth < 5000; depth++, path += "/t") memory.mkdir(path, 0o755);
  memory.symlink("/keep", "/t/link");
  memory.link("/keep/shared", "/t/t/other");
  memory.removeAll("/t");
  assertEquals([names(memory, "/"), names(memory, "/keep")], [["keep"], ["inside", "shared"]]);
  assertEquals([memory.stat("/keep/shared").nlink, memory.statfs("/")], [1, kept]);
  memory.removeAll("/keep");
  assertEquals([memory.stat("/").nlink, memory.statfs("/")], [2, empty]);
});

Deno.test("removeAll() takes what is not there, but not the root nor a path below a file", () => {
  const memory = new MemoryProvider();
  memory.removeAll("/none/at/all");
  memory.mknod("/f", 0o644, 0);
  assertThrows(() => memory.removeAll("/f/x"), Error, "ENOTDIR");
  assertThrows(() => memory.removeAll("/"), Error, "EBUSY");
  memory.removeAll("/f");
  assertEquals(names(memory, "/"), []);
});

Deno.test("inodes are limited, each further name counts, and all come back", () => {
  const memory = new MemoryProvider({ maxInodes: 4 });
  assertEquals(memory.statfs("/").ffree, 3);
  memory.mkdir("/d", 0o755);
  memory.mknod("/f", 0o644, 0);
  memory.link("/f", "/g");
  assertEquals(memory.statfs("/").ffree, 0);
  const refused = [
    () => memory.mkdir("/e", 0o755),
    () => memory.mknod("/e", 0o644, 0),
    () => memory.mknod("/e", 0o010644, 0),
    () => memory.symlink("x", "/e"),
    () => memory.link("/f", "/e"),
    () => memory.open("/e", 0o101, 0o644),
    () => memory.open("/", 0o20200001, 0o644),
  ];
  for (const make of refused) assertThrows(make, Error, "ENOSPC");
  assertEquals(names(memory, "/"), ["d", "f", "g"]);
  memory.unlink("/f");
  memory.unlink("/g");
  memory.rmdir("/d");
  assertEquals(memory.statfs("/").ffree, 3);
});

Deno.test("numbers of inodes begin with 1 at the root and are never used again", () => {
  const memory = new MemoryProvider();
  assertEquals(memory.stat("/").ino, 1);
  memory.mknod("/a", 0o644, 0);
  const { ino } = memory.stat("/a");
  memory.rename("/a", "/b");
  assertEquals(memory.stat("/b").ino, ino);
  memory.unlink("/b");
  memory.mknod("/a", 0o644, 0);
  assertNotEquals(memory.stat("/a").ino, ino);
});
