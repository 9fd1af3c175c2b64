import { assert, assertEquals, assertThrows } from "@std/assert";
import { Errno, O_CREAT, O_RDONLY, O_RDWR, O_TRUNC } from "../base/mod.ts";
import type { WatchEvent } from "../provider/mod.ts";
import { MemoryHandle } from "./memory_handle.ts";
import { openInode } from "./memory_open.ts";
import { renamePath } from "./memory_rename.ts";
import { MemoryTree } from "./memory_tree.ts";
import { MemoryProvider } from "./mod.ts";
import { WATCH_EVENTS_MAX } from "./memory_watch.ts";

const one = Uint8Array.of(1);

/** A watch of a path, and what it has seen when it is ended. */
function watch(memory: MemoryProvider, path: string): { end: () => Promise<string[]> } {
  const controller = new AbortController();
  const events = memory.watch(path, { uid: 0, gid: 0, signal: controller.signal });
  return {
    end: async () => {
      controller.abort();
      const seen: WatchEvent[] = [];
      for await (const event of events) seen.push(event);
      return seen.map(({ kind, path }) => `${kind} ${path}`);
    },
  };
}

Deno.test("watch() tells of names, contents and attributes below a path", async () => {
  const memory = new MemoryProvider();
  memory.mkdirAll("/w/d", 0o755);
  memory.mkdir("/other", 0o755);
  const seen = watch(memory, "/w");
  memory.writeFile("/w/f", one, 0o644);
  memory.writeFile("/other/f", one, 0o644);
  memory.chmod("/w/f", 0o600);
  memory.rename("/w/f", "/w/d/g");
  memory.truncate("/w/d/g", 100);
  memory.setXattr("/w", "user.a", one, 0);
  memory.symlink("x", "/w/l");
  memory.lchown("/w/l", 1, 1);
  memory.unlink("/w/l");
  memory.rename("/other/f", "/w/in");
  memory.open("/w/in", O_TRUNC, 0).close();
  assertEquals(await seen.end(), [
    "entry /w/f",
    "content /w/f",
    "attributes /w/f",
    "entry /w/f",
    "entry /w/d/g",
    "content /w/d/g",
    "attributes /w",
    "entry /w/l",
    "attributes /w/l",
    "entry /w/l",
    "entry /w/in",
    "content /w/in",
  ]);
});

Deno.test("a handle's changes are told under the name that the file has now", async () => {
  const memory = new MemoryProvider();
  memory.mkdirAll("/a/b", 0o755);
  memory.symlink("/a/b", "/l");
  using file = memory.open("/l/f", O_RDWR | O_CREAT, 0o644);
  const seen = watch(memory, "/");
  file.write(one);
  memory.rename("/a", "/z");
  file.write(one);
  memory.rename("/z/b/f", "/g");
  file.chmod(0o600);
  memory.unlink("/g");
  file.write(one);
  assertEquals(await seen.end(), [
    "content /a/b/f",
    "entry /a",
    "entry /z",
    "content /z/b/f",
    "entry /z/b/f",
    "entry /g",
    "attributes /g",
    "entry /g",
  ]);
});

Deno.test("a renamed file that stays open is looked for once, a directory never", async () => {
  const tree = new MemoryTree({});
  let walks = 0;
  const { entries } = tree.root;
  const iterate = entries[Symbol.iterator].bind(entries);
  entries[Symbol.iterator] = () => {
    walks++;
    return iterate();
  };
  const open = (path: string, flags: number): MemoryHandle => {
    const inode = openInode(tree, path, flags, 0o644);
    assert(!(inode instanceof Errno));
    return new MemoryHandle(tree, inode, flags, path);
  };
  using file = open("/f", O_RDWR | O_CREAT);
  using other = open("/f", O_RDWR);
  tree.makeDirectory("/d", 0o755);
  using directory = open("/d", O_RDONLY);
  renamePath(tree, "/f", "/g", 0);
  renamePath(tree, "/d", "/e", 0);
  const controller = new AbortController();
  const events = tree.watches.add("/", controller.signal);

  directory.chmod(0o700);
  assertEquals(walks, 0);
  for (let index = 0; index < 10; index++) file.write(one);
  other.write(one);
  assertEquals(walks, 1);
  renamePath(tree, "/g", "/e/h", 0);
  for (let index = 0; index < 10; index++) file.write(one);
  tree.link("/e/h", "/i");
  tree.unlink("/e/h");
  other.write(one);
  assertEquals(walks, 1);

  controller.abort();
  const told: string[] = [];
  for await (const { kind, path } of events) if (kind !== "entry") told.push(`${kind} ${path}`);
  assertEquals(told, ["attributes /e", "content /g", "content /e/h", "content /i"]);
});

Deno.test("the end of a link is watched and told by its own path", async () => {
  const memory = new MemoryProvider();
  memory.mkdirAll("/a/b", 0o755);
  memory.symlink("..", "/a/b/up");
  const [up, root] = [watch(memory, "/a/b/up"), watch(memory, "/")];
  memory.chmod("/a/b/up", 0o700);
  memory.chmod("/", 0o700);
  assertEquals(await up.end(), ["attributes /a"]);
  assertEquals(await root.end(), ["attributes /a", "attributes /"]);
});

Deno.test("a change above what is watched is told at its path", async () => {
  const memory = new MemoryProvider();
  memory.mkdirAll("/a/b/c", 0o755);
  const [moved, removed] = [watch(memory, "/a/b"), watch(memory, "/")];
  memory.rename("/a", "/x");
  memory.removeAll("/x");
  assertEquals(await moved.end(), ["entry /a/b"]);
  assertEquals(await removed.end(), ["entry /a", "entry /x"]);
});

Deno.test("many changes of one file are one event as long as nobody looks", async () => {
  const memory = new MemoryProvider();
  using file = memory.open("/f", O_RDWR | O_CREAT, 0o644);
  const seen = watch(memory, "/f");
  for (let index = 0; index < 100; index++) file.write(one);
  assertEquals(await seen.end(), ["content /f"]);
});

Deno.test("who does not keep up hears of an overflow and of nothing before it", async () => {
  const memory = new MemoryProvider();
  const seen = watch(memory, "/");
  for (let index = 0; index <= WATCH_EVENTS_MAX; index++) memory.mknod(`/${index}`, 0o644, 0);
  assertEquals(await seen.end(), ["overflow /"]);
});

Deno.test("who waits hears at once, and the loop ends with the signal", async () => {
  const memory = new MemoryProvider();
  const controller = new AbortController();
  const events = memory.watch("/", { uid: 0, gid: 0, signal: controller.signal });
  const seen: string[] = [];
  const loop = (async () => {
    for await (const { path } of events) {
      seen.push(path);
      if (path === "/b") controller.abort();
    }
  })();
  memory.mkdir("/a", 0o755);
  await Promise.resolve();
  memory.mkdir("/b", 0o755);
  await loop;
  memory.mkdir("/c", 0o755);
  assertEquals(seen, ["/a", "/b"]);
});

Deno.test("leaving the loop ends the watch", async () => {
  const memory = new MemoryProvider();
  const events = memory.watch("/");
  memory.mkdir("/a", 0o755);
  memory.mkdir("/b", 0o755);
  for await (const { path } of events) {
    assertEquals(path, "/a");
    break;
  }
  memory.mkdir("/c", 0o755);
  for await (const _ of events) throw new Error("Cannot be: the watch has ended");
});

Deno.test("watch() needs something to watch, and a signal that has not aborted", async () => {
  const memory = new MemoryProvider();
  assertThrows(() => memory.watch("/none"), Error, 'Cannot watch "/none": ENOENT');
  const signal = AbortSignal.abort();
  for await (const _ of memory.watch("/", { uid: 0, gid: 0, signal })) throw new Error("Cannot be");
});

Deno.test("who asks for several events at once gets them in order, and the end", async () => {
  const memory = new MemoryProvider();
  const controller = new AbortController();
  const context = { uid: 0, gid: 0, signal: controller.signal };
  const events = memory.watch("/", context)[Symbol.asyncIterator]();
  const asked = [events.next(), events.next(), events.next(), events.next()];
  for (const path of ["/1", "/2"]) memory.mkdir(path, 0o755);
  controller.abort();
  const seen = await Promise.all(asked);
  assertEquals(seen.map(({ value, done }) => done ? "end" : value.path), [
    "/1",
    "/2",
    "end",
    "end",
  ]);
});
