import { assertEquals, assertThrows } from "@std/assert";
import { O_CREAT, O_NOATIME, O_RDWR, O_TRUNC, O_WRONLY } from "../base/mod.ts";
import type { Context, Timespec } from "../provider/mod.ts";
import { MemoryProvider } from "./mod.ts";
import type { MemoryOptions } from "./mod.ts";

/** A filesystem whose clock goes on by a second with each reading. */
function ticking(options: MemoryOptions = {}): { memory: MemoryProvider; now: () => number } {
  let sec = 1000;
  const clock = (): Timespec => ({ sec: ++sec, nsec: 5 });
  return { memory: new MemoryProvider({ ...options, clock }), now: () => sec };
}

const OLD: Timespec = { sec: 1, nsec: 999_999_999 };

/** Which of the three times of which paths a call changes. */
function changed(memory: MemoryProvider, paths: string[], call: () => unknown): string {
  const there = (): string[] =>
    paths.filter((path) => memory.readDir("/").length >= 0 && exists(memory, path));
  for (const path of there()) memory.lutimes(path, OLD, OLD);
  const before = new Map(there().map((path) => [path, memory.lstat(path).ctime.sec]));
  call();
  return there().filter((path) => before.has(path)).map((path) => {
    const { atime, mtime, ctime } = memory.lstat(path);
    const letters = (atime.sec !== OLD.sec ? "a" : "") + (mtime.sec !== OLD.sec ? "m" : "") +
      (ctime.sec !== before.get(path) ? "c" : "");
    return `${path}:${letters}`;
  }).join(" ");
}

function exists(memory: MemoryProvider, path: string): boolean {
  try {
    memory.lstat(path);
    return true;
  } catch {
    return false;
  }
}

Deno.test("every call changes the times that it changes on tmpfs", () => {
  const { memory } = ticking();
  memory.writeFile("/f", new Uint8Array(100), 0o644);
  memory.mkdirAll("/d/s", 0o755);
  memory.symlink("f", "/l");
  const file = memory.open("/f", O_RDWR, 0);
  const one = new Uint8Array(1);
  const table: [string, string[], () => unknown, string][] = [
    ["read", ["/f"], () => file.readAt(one, 0), "/f:a"],
    ["read at the end", ["/f"], () => file.readAt(one, 1000), "/f:a"],
    ["write nothing", ["/f"], () => file.writeAt(new Uint8Array(), 0), "/f:"],
    ["write", ["/f"], () => file.writeAt(one, 0), "/f:mc"],
    ["truncate to the same", ["/f"], () => memory.truncate("/f", 100), "/f:mc"],
    ["truncate a handle to the same", ["/f"], () => file.truncate(100), "/f:mc"],
    ["O_TRUNC", ["/f"], () => memory.open("/f", O_WRONLY | O_TRUNC, 0).close(), "/f:mc"],
    ["O_TRUNC of nothing", ["/f"], () => memory.open("/f", O_TRUNC, 0).close(), "/f:mc"],
    ["O_CREAT", ["/f"], () => memory.open("/f", O_CREAT, 0).close(), "/f:"],
    ["chmod", ["/f"], () => memory.chmod("/f", 0o644), "/f:c"],
    ["chown of nothing", ["/f"], () => memory.chown("/f", -1, -1), "/f:c"],
    ["readlink", ["/l"], () => memory.readlink("/l"), "/l:a"],
    ["follow", ["/l", "/f"], () => memory.stat("/l"), "/l:a /f:"],
    ["readDir", ["/d"], () => memory.readDir("/d"), "/d:a"],
    ["link", ["/f", "/d"], () => memory.link("/f", "/d/h"), "/f:c /d:mc"],
    ["unlink", ["/f", "/d"], () => memory.unlink("/d/h"), "/f:c /d:mc"],
    ["rename", ["/d/s", "/d"], () => memory.rename("/d/s", "/s"), "/d:mc"],
    ["mkdir", ["/d"], () => memory.mkdir("/d/n", 0o755), "/d:mc"],
    ["rmdir", ["/d"], () => memory.rmdir("/d/n"), "/d:mc"],
    ["symlink", ["/d", "/f"], () => memory.symlink("../f", "/d/l"), "/d:mc /f:"],
    ["setXattr", ["/f"], () => memory.setXattr("/f", "user.a", one, 0), "/f:c"],
    ["getXattr", ["/f"], () => memory.getXattr("/f", "user.a"), "/f:"],
    ["removeXattr", ["/f"], () => memory.removeXattr("/f", "user.a"), "/f:c"],
    ["allocate", ["/f"], () => file.allocate(0, 0, 8192), "/f:mc"],
    ["punch", ["/f"], () => file.allocate(3, 0, 4096), "/f:mc"],
  ];
  for (const [name, paths, call, wanted] of table) {
    assertEquals(changed(memory, paths, call), wanted, name);
  }
});

Deno.test("rename() changes the inode's own ctime", () => {
  const { memory } = ticking();
  memory.mknod("/a", 0o644, 0);
  const { ctime, mtime } = memory.stat("/a");
  memory.rename("/a", "/b");
  const after = memory.stat("/b");
  assertEquals([after.ctime.sec > ctime.sec, after.mtime], [true, mtime]);
});

Deno.test("utimes() sets times to the nanosecond, leaves one, or takes the clock", () => {
  const { memory, now } = ticking();
  memory.mknod("/f", 0o644, 0);
  memory.symlink("f", "/l");
  memory.utimes("/l", { sec: -5, nsec: 1 }, { sec: 2 ** 40, nsec: 999_999_999 });
  const info = memory.stat("/f");
  assertEquals([info.atime, info.mtime], [{ sec: -5, nsec: 1 }, {
    sec: 2 ** 40,
    nsec: 999_999_999,
  }]);
  assertEquals(info.ctime.sec, now());
  memory.utimes("/f", null, "now");
  assertEquals([memory.stat("/f").atime, memory.stat("/f").mtime.sec], [
    { sec: -5, nsec: 1 },
    now(),
  ]);
  memory.lutimes("/l", OLD, null);
  assertEquals([memory.lstat("/l").atime, memory.stat("/f").atime.sec], [OLD, -5]);
});

Deno.test("utimes() refuses what is no time", () => {
  const { memory } = ticking();
  for (const time of [{ sec: 0, nsec: 1e9 }, { sec: 0, nsec: -1 }, { sec: 0.5, nsec: 0 }]) {
    assertThrows(() => memory.utimes("/", time, null), Error, "EINVAL");
  }
  assertThrows(() => memory.utimes("/none", null, null), Error, "ENOENT");
});

Deno.test("accessTime: relative reads count once after a change, and once a day", () => {
  let sec = 1_000_000;
  const memory = new MemoryProvider({ clock: () => ({ sec, nsec: 0 }) });
  memory.writeFile("/f", new Uint8Array(10), 0o644);
  const readAt = (when: number): number => {
    sec = when;
    memory.readFile("/f");
    return memory.stat("/f").atime.sec;
  };
  assertEquals(readAt(1_000_010), 1_000_010, "first read after the change");
  assertEquals(readAt(1_000_020), 1_000_010, "and not the next");
  assertEquals(readAt(1_086_409), 1_000_010);
  assertEquals(readAt(1_086_410), 1_086_410, "but a day later");
});

Deno.test("accessTime: strict counts every read, never none, O_NOATIME asks for none", () => {
  for (const [accessTime, wanted] of [["strict", true], ["never", false]] as const) {
    const { memory } = ticking({ accessTime });
    memory.writeFile("/f", new Uint8Array(10), 0o644);
    memory.readFile("/f");
    const first = memory.stat("/f").atime.sec;
    memory.readFile("/f");
    assertEquals(memory.stat("/f").atime.sec > first, wanted);
  }
  const { memory } = ticking({ accessTime: "strict" });
  memory.writeFile("/f", new Uint8Array(10), 0o644);
  const { atime } = memory.stat("/f");
  using handle = memory.open("/f", O_NOATIME, 0);
  handle.read(new Uint8Array(5));
  assertEquals(memory.stat("/f").atime, atime);
});

Deno.test("without a clock of its own, times are the system's", () => {
  const memory = new MemoryProvider();
  const before = Math.floor(Date.now() / 1000);
  memory.mknod("/f", 0o644, 0);
  const { mtime, birthtime } = memory.stat("/f");
  assertEquals(mtime.sec >= before && mtime.sec <= before + 5, true);
  assertEquals(birthtime, mtime);
});

Deno.test("each change has a time of its own, however fast they are", () => {
  const memory = new MemoryProvider();
  using file = memory.open("/f", O_RDWR | O_CREAT, 0o644);
  const times = new Set<string>();
  for (let round = 0; round < 1000; round++) {
    file.writeAt(new Uint8Array(1), 0);
    const { mtime } = file.stat();
    times.add(`${mtime.sec}.${mtime.nsec}`);
  }
  assertEquals(times.size, 1000);
});

Deno.test("chmod() sets the twelve bits and no others", () => {
  const memory = new MemoryProvider();
  memory.mkdir("/d", 0o755);
  memory.symlink("d", "/l");
  memory.chmod("/l", 0o177777);
  assertEquals([memory.stat("/d").mode, memory.lstat("/l").mode], [0o047777, 0o120777]);
  assertThrows(() => memory.chmod("/none", 0), Error, 'Cannot chmod "/none": ENOENT');
});

Deno.test("chown() follows a link, lchown() does not, -1 leaves", () => {
  const memory = new MemoryProvider();
  memory.mknod("/f", 0o644, 0);
  memory.symlink("f", "/l");
  memory.chown("/l", 1, -1);
  memory.lchown("/l", 7, 8);
  memory.chown("/f", -1, 4_294_967_294);
  assertEquals([memory.stat("/f").uid, memory.stat("/f").gid], [1, 4_294_967_294]);
  assertEquals([memory.lstat("/l").uid, memory.lstat("/l").gid], [7, 8]);
  for (const id of [-2, 0.5, 2 ** 32 - 1, NaN]) {
    assertThrows(() => memory.chown("/f", id, -1), Error, "EINVAL");
  }
});

/** The mode of a file of owner 1000 and `gid` after the caller did something to it. */
function after(mode: number, gid: number, caller: Context | undefined, use: string): string {
  const memory = new MemoryProvider();
  memory.writeFile("/f", new Uint8Array(10), 0o644);
  memory.chown("/f", 1000, gid);
  memory.chmod("/f", mode);
  const handle = memory.open("/f", O_RDWR, 0, caller);
  const one = Uint8Array.of(1);
  if (use === "write") handle.writeAt(one, 0, caller);
  if (use === "write nothing") handle.writeAt(new Uint8Array(), 0, caller);
  if (use === "truncate") memory.truncate("/f", 5, caller);
  if (use === "ftruncate") handle.truncate(5, caller);
  if (use === "O_TRUNC") memory.open("/f", O_TRUNC, 0, caller).close();
  if (use === "allocate") handle.allocate(0, 0, 10, caller);
  if (use === "chown") memory.chown("/f", -1, -1, caller);
  if (use === "fchown") handle.chown(-1, -1, caller);
  return (memory.stat("/f").mode & 0o7777).toString(8);
}

Deno.test("S_ISUID and S_ISGID go when another than root changes the content", () => {
  const user: Context = { uid: 1000, gid: 1000 };
  for (const use of ["write", "truncate", "ftruncate", "O_TRUNC", "allocate", "chown", "fchown"]) {
    assertEquals(after(0o6777, 0, user, use), "777", use);
    assertEquals(after(0o6767, 0, user, use), "767", use);
    assertEquals(
      after(0o6767, 1000, user, use),
      "2767",
      `${use}: S_ISGID without execute, own group`,
    );
  }
  assertEquals(after(0o6777, 0, user, "write nothing"), "6777");
});

Deno.test("root keeps S_ISUID on write, and loses it on chown as everybody", () => {
  for (const root of [undefined, { uid: 0, gid: 0 }]) {
    assertEquals(after(0o6755, 0, root, "write"), "6755");
    assertEquals(after(0o6755, 0, root, "chown"), "755");
    assertEquals(after(0o6745, 0, root, "chown"), "2745");
  }
});

Deno.test("chown() of a directory leaves its bits", () => {
  const memory = new MemoryProvider();
  memory.mkdir("/d", 0o755);
  memory.chmod("/d", 0o6755);
  memory.chown("/d", 5, 5);
  assertEquals(memory.stat("/d").mode, 0o046755);
});
