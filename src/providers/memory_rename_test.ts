import { assertEquals, assertThrows } from "@std/assert";
import { RENAME_EXCHANGE, RENAME_NOREPLACE, RENAME_WHITEOUT } from "../base/mod.ts";
import { MemoryProvider } from "./mod.ts";

/** Directories end in a slash; files hold their own path. */
function tree(...paths: string[]): MemoryProvider {
  const memory = new MemoryProvider();
  for (const path of paths) {
    if (path.endsWith("/")) memory.mkdirAll(path, 0o755);
    else memory.writeFile(path, new TextEncoder().encode(path), 0o644);
  }
  return memory;
}

function text(memory: MemoryProvider, path: string): string {
  return new TextDecoder().decode(memory.readFile(path));
}

function refuses(memory: MemoryProvider, from: string, to: string, code: string, flags = 0): void {
  const before = JSON.stringify(memory.readDir("/").map((entry) => entry.name));
  assertThrows(
    () => memory.rename2(from, to, flags),
    Error,
    `Cannot rename2 "${from}" to "${to}": ${code}`,
  );
  assertEquals(JSON.stringify(memory.readDir("/").map((entry) => entry.name)), before);
}

Deno.test("rename() replaces a file, whose open handles still read it", () => {
  const memory = tree("/a", "/b");
  using old = memory.open("/b", 0, 0);
  memory.rename("/a", "/b");
  assertEquals(text(memory, "/b"), "/a");
  assertEquals(old.stat().nlink, 0);
  assertEquals(old.read(new Uint8Array(10)), 2);
  assertThrows(() => memory.stat("/a"), Error, "ENOENT");
});

Deno.test("rename() replaces an empty directory, and moves all that is below", () => {
  const memory = tree("/from/deep/", "/from/deep/file", "/to/empty/");
  memory.rename("/from", "/to/empty");
  assertEquals(text(memory, "/to/empty/deep/file"), "/from/deep/file");
  assertEquals([memory.stat("/").nlink, memory.stat("/to").nlink], [3, 3]);
  memory.symlink("..", "/to/empty/up");
  assertEquals(memory.stat("/to/empty/up").ino, memory.stat("/to").ino, "it knows its new parent");
});

Deno.test("rename() refuses what Linux refuses", () => {
  const memory = tree("/d/", "/full/", "/full/x", "/f");
  refuses(memory, "/none", "/x", "ENOENT");
  refuses(memory, "/f", "/none/x", "ENOENT");
  refuses(memory, "/f", "/d", "EISDIR");
  refuses(memory, "/d", "/f", "ENOTDIR");
  refuses(memory, "/d", "/full", "ENOTEMPTY");
  refuses(memory, "/d", "/d/sub", "EINVAL");
  refuses(memory, "/full", "/full/x/y", "ENOTDIR");
  refuses(memory, "/full/x", "/full", "ENOTEMPTY");
  refuses(memory, "/", "/x", "EBUSY");
  refuses(memory, "/d", "/", "EBUSY");
  refuses(memory, "/f", "/f/x", "ENOTDIR");
  refuses(memory, "/f", `/${"n".repeat(256)}`, "ENAMETOOLONG");
});

Deno.test("rename() of one inode to another of its names does nothing", () => {
  const memory = tree("/a");
  memory.link("/a", "/b");
  memory.rename("/a", "/b");
  memory.rename("/a", "/a");
  assertEquals([text(memory, "/a"), memory.stat("/b").nlink], ["/a", 2]);
});

Deno.test("rename() moves a link itself", () => {
  const memory = tree("/d/");
  memory.symlink("nowhere", "/l");
  memory.rename("/l", "/d/m");
  assertEquals(memory.readlink("/d/m"), "nowhere");
});

Deno.test("RENAME_NOREPLACE replaces nothing", () => {
  const memory = tree("/a", "/b");
  refuses(memory, "/a", "/b", "EEXIST", RENAME_NOREPLACE);
  refuses(memory, "/a", "/a", "EEXIST", RENAME_NOREPLACE);
  refuses(memory, "/a", "/", "EEXIST", RENAME_NOREPLACE);
  memory.rename2("/a", "/c", RENAME_NOREPLACE);
  assertEquals(text(memory, "/c"), "/a");
});

Deno.test("RENAME_EXCHANGE exchanges a file and a full directory", () => {
  const memory = tree("/p/", "/p/f", "/q/", "/q/d/", "/q/d/x");
  memory.rename2("/p/f", "/q/d", RENAME_EXCHANGE);
  assertEquals([text(memory, "/q/d"), text(memory, "/p/f/x")], ["/p/f", "/q/d/x"]);
  assertEquals([memory.stat("/p").nlink, memory.stat("/q").nlink], [3, 2]);
  refuses(memory, "/p", "/p/f", "EINVAL", RENAME_EXCHANGE);
  refuses(memory, "/p/f", "/p", "EINVAL", RENAME_EXCHANGE);
  refuses(memory, "/p", "/none", "ENOENT", RENAME_EXCHANGE);
});

Deno.test("RENAME_WHITEOUT leaves a device 0 behind", () => {
  const memory = tree("/a");
  memory.rename2("/a", "/b", RENAME_WHITEOUT);
  const { mode, rdev } = memory.lstat("/a");
  assertEquals([mode, rdev, text(memory, "/b")], [0o020000, 0, "/a"]);
});

Deno.test("rename2() refuses flags that it does not know or that exclude each other", () => {
  const memory = tree("/a", "/b");
  for (
    const flags of [8, -1, RENAME_EXCHANGE | RENAME_NOREPLACE, RENAME_EXCHANGE | RENAME_WHITEOUT]
  ) {
    refuses(memory, "/a", "/b", "EINVAL", flags);
  }
});

Deno.test("rename() says EMLINK when a directory has all the names it can have", () => {
  const memory = new MemoryProvider({ maxLinks: 3 });
  memory.mkdirAll("/a/b", 0o755);
  memory.mkdir("/a/b/c", 0o755);
  assertThrows(() => memory.rename("/a/b/c", "/a/d"), Error, "EMLINK");
  memory.rename("/a/b/c", "/a/b/d");
});
