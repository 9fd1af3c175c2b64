import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type ErrnoName,
  FsError,
  O_CREAT,
  O_EXCL,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  toErrno,
} from "../base/mod.ts";
import { type Context, Forward, readFile, writeFile } from "../provider/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { type MountRouter, newMountRouter } from "./mount_router.ts";
import { newReadonlyProvider } from "./readonly_provider.ts";

/** As in the recording `router`: A at /workspace, B at /workspace/.host/deep. */
async function nested() {
  const a = new MemoryProvider();
  const b = new MemoryProvider();
  await writeFile(a, "/a.txt", "A");
  await writeFile(b, "/b.txt", "B");
  return { a, b, router: newMountRouter({ "/workspace": a, "/workspace/.host/deep/": b }) };
}

async function code(run: () => unknown): Promise<ErrnoName | "ok"> {
  try {
    await run();
    return "ok";
  } catch (thrown) {
    return toErrno(thrown).code;
  }
}

async function names(router: MountRouter, path: string): Promise<string[]> {
  return (await router.readDir(path)).map((entry) => entry.name);
}

async function text(router: MountRouter, path: string): Promise<string> {
  return new TextDecoder().decode(await readFile(router, path));
}

Deno.test("a path belongs to the mount with the longest prefix", async () => {
  const { router } = await nested();
  assertEquals(await text(router, "/workspace/a.txt"), "A");
  assertEquals(await text(router, "/workspace/.host/deep/b.txt"), "B");
  assertEquals(await text(router, "/workspace/./x/../a.txt"), "A");
  assertThrows(() => router.stat("/etc/passwd"), FsError, 'Cannot stat "/etc/passwd": ENOENT');
  assertThrows(() => router.stat("/workspace2"), FsError, "ENOENT");
});

Deno.test("names on the way to a mount point are synthetic directories", async () => {
  const { router } = await nested();
  for (const [path, name] of [["/", "/"], ["/workspace/.host", ".host"]] as const) {
    const info = await router.stat(path);
    assertEquals([info.name, info.mode, info.size, info.nlink], [name, 0o040755, 0, 3]);
    assertEquals((await router.lstat(path)).mtime, info.mtime);
    assert(Math.abs(info.modTime.getTime() - Date.now()) < 60_000);
  }
  assertEquals((await router.stat("/workspace")).name, "workspace");
  assertEquals(await names(router, "/workspace/.host"), ["deep"]);
});

Deno.test("a listing shows the provider's entries first, then mounts", async () => {
  const { router } = await nested();
  assertEquals(await names(router, "/"), ["workspace"]);
  assertEquals(await names(router, "/workspace"), ["a.txt", ".host"]);
  const [file, host] = await router.readDir("/workspace");
  assert(!file!.isDir && host!.isDir);
  assertEquals((await file!.info()).size, 1);
  assertEquals((await host!.info()).mode, 0o040755);
  assertThrows(() => router.readDir("/workspace/a.txt"), FsError, "ENOTDIR");
});

Deno.test("a name that a mount hides is listed once, and belongs to the mount", async () => {
  const { a, router } = await nested();
  await writeFile(a, "/.host", "a file where the way to a mount is");
  assertEquals(await names(router, "/workspace"), ["a.txt", ".host"]);
  assert((await router.stat("/workspace/.host")).isDir);
  a.unlink("/.host");
  a.mkdir("/.host", 0o700);
  a.mkdir("/.host/deep", 0o711);
  a.mkdir("/.host/own", 0o711);
  assertEquals(await names(router, "/workspace"), ["a.txt", ".host"]);
  assertEquals((await router.stat("/workspace/.host")).mode, 0o040700);
  assertEquals(await names(router, "/workspace/.host"), ["own", "deep"]);
  assertEquals(await names(router, "/workspace/.host/deep"), ["b.txt"]);
  a.rmdir("/.host/own");
  await router.mkdir("/workspace/.host/made", 0o755);
  assert(a.stat("/.host/made").isDir);
});

Deno.test("nothing can be made in a synthetic directory, or changed about it", async () => {
  const { router } = await nested();
  const outcomes: [string, () => unknown, ErrnoName][] = [
    ["create", () => router.create("/x", 0o644), "ENOENT"],
    ["open", () => router.open("/x", O_CREAT | O_WRONLY, 0o644), "ENOENT"],
    ["mkdir", () => router.mkdir("/x", 0o755), "ENOENT"],
    ["mkdir below", () => router.mkdir("/workspace/.host/x", 0o755), "ENOENT"],
    ["mkdir over", () => router.mkdir("/workspace/.host", 0o755), "EEXIST"],
    ["symlink", () => router.symlink("a", "/x"), "ENOENT"],
    ["symlink over", () => router.symlink("a", "/workspace"), "EEXIST"],
    ["mknod over", () => router.mknod("/", 0o10644, 0), "EEXIST"],
    ["chmod", () => router.chmod("/", 0o700), "EPERM"],
    ["chown", () => router.lchown("/workspace/.host", 1, 1), "EPERM"],
    ["utimes", () => router.utimes("/", "now", "now"), "EPERM"],
    ["truncate", () => router.truncate("/", 0), "EISDIR"],
    ["readlink", () => router.readlink("/"), "EINVAL"],
    ["setXattr", () => router.setXattr("/", "user.a", new Uint8Array(), 0), "EPERM"],
    ["getXattr", () => router.getXattr("/", "user.a"), "ENODATA"],
    ["open for writing", () => router.open("/", O_WRONLY, 0), "EISDIR"],
    ["create over", () => router.create("/workspace/.host", 0o644), "EISDIR"],
    ["exclusive", () => router.open("/", O_CREAT | O_EXCL, 0o644), "EEXIST"],
  ];
  for (const [what, run, expected] of outcomes) {
    assertEquals([what, await code(run)], [what, expected]);
  }
  assertEquals(await router.listXattr("/"), []);
  assertEquals((await router.statfs("/")).blocks, 0);
});

Deno.test("a synthetic directory can be opened, and has attributes but no data", async () => {
  const { router } = await nested();
  for (const flags of [O_RDONLY, O_PATH | O_WRONLY]) {
    await using handle = await router.open("/workspace/.host", flags, 0);
    assertEquals((await handle.stat()).ino, (await router.stat("/workspace/.host")).ino);
    assertEquals(
      await code(() => handle.readAt(new Uint8Array(1), 0)),
      flags === 0 ? "EISDIR" : "EBADF",
    );
    assertEquals(await code(() => handle.writeAt(new Uint8Array(1), 0)), "EBADF");
    assertEquals(await code(() => handle.truncate(0)), "EINVAL");
  }
});

Deno.test("mount points and what lies above them cannot be removed or renamed", async () => {
  const { a, b, router } = await nested();
  const deep = "/workspace/.host/deep";
  const outcomes: [string, () => unknown, ErrnoName | "ok"][] = [
    ["rmdir", () => router.rmdir(deep), "EBUSY"],
    ["remove", () => router.remove("/workspace"), "EBUSY"],
    ["unlink", () => router.unlink(deep), "EISDIR"],
    ["rmdir above", () => router.rmdir("/workspace/.host"), "EBUSY"],
    ["removeAll", () => router.removeAll(deep), "EBUSY"],
    ["removeAll above", () => router.removeAll("/"), "EBUSY"],
    ["removeAll of nothing", () => router.removeAll("/nothing/here"), "ok"],
    ["rename of nothing", () => router.rename("/nothing", "/else"), "ENOENT"],
    ["rename above", () => router.rename("/workspace/.host", "/workspace/x"), "EBUSY"],
    [
      "rename onto it by a file",
      () => router.rename("/workspace/a.txt", "/workspace/.host"),
      "EISDIR",
    ],
    [
      "rename of nothing onto it",
      () => router.rename("/workspace/no", "/workspace/.host"),
      "ENOENT",
    ],
    ["rename to itself", () => router.rename("/workspace/.host", "/workspace/.host"), "ok"],
    ["rename of the root", () => router.rename("/", "/x"), "EBUSY"],
    [
      "exchange",
      () => router.rename2("/workspace/a.txt", "/workspace/.host", RENAME_EXCHANGE),
      "EBUSY",
    ],
    [
      "rename without replacing",
      () => router.rename2("/workspace/a.txt", "/workspace/.host", RENAME_NOREPLACE),
      "EEXIST",
    ],
  ];
  for (const [what, run, expected] of outcomes) {
    assertEquals([what, await code(run)], [what, expected]);
  }
  assertEquals([a.stat("/a.txt").size, b.stat("/b.txt").size], [1, 1]);
});

Deno.test("across mounts rename, link and copyRange are EXDEV, what is missing is said first", async () => {
  const { router } = await nested();
  const from = "/workspace/a.txt";
  const to = "/workspace/.host/deep/a.txt";
  assertThrows(() => router.rename(from, to), FsError, `Cannot rename "${from}" to "${to}": EXDEV`);
  assertThrows(() => router.link(from, to), FsError, `Cannot link "${from}" to "${to}": EXDEV`);
  const outcomes: [string, () => unknown, ErrnoName][] = [
    ["rename of nothing", () => router.rename("/workspace/no", to), "EXDEV"],
    ["rename from no parent", () => router.rename("/workspace/no/no", to), "ENOENT"],
    ["rename to no parent", () => router.rename(from, "/workspace/.host/deep/no/x"), "ENOENT"],
    ["rename into a synthetic directory", () => router.rename(from, "/x"), "EXDEV"],
    ["rename into nowhere", () => router.rename(from, "/no/x"), "ENOENT"],
    ["rename below a file", () => router.rename(`${from}/x`, to), "ENOTDIR"],
    ["rename2", () => router.rename2(from, to, RENAME_NOREPLACE), "EXDEV"],
    ["link of nothing", () => router.link("/workspace/no", to), "ENOENT"],
    ["link over something", () => router.link(from, "/workspace/.host/deep/b.txt"), "EEXIST"],
    ["link over a mount point", () => router.link(from, "/workspace/.host/deep"), "EEXIST"],
    ["link to no parent", () => router.link(from, "/workspace/.host/deep/no/x"), "ENOENT"],
    ["link of a mount point", () => router.link("/workspace/.host/deep", "/workspace/x"), "EXDEV"],
    ["link of a way to one", () => router.link("/workspace/.host", "/workspace/x"), "EPERM"],
    ["link into a synthetic directory", () => router.link(from, "/x"), "ENOENT"],
  ];
  for (const [what, run, expected] of outcomes) {
    assertEquals([what, await code(run)], [what, expected]);
  }
  await using source = await router.open(from, O_RDONLY, 0);
  await using target = await router.open(to, O_RDWR | O_CREAT, 0o644);
  assertThrows(() => source.copyRange(0, target, 0, 1), FsError, `"${from}" to "${to}": EXDEV`);
});

Deno.test("within one mount two paths work as in the provider", async () => {
  const { a, router } = await nested();
  await router.rename("/workspace/a.txt", "/workspace/c.txt");
  await router.link("/workspace/c.txt", "/workspace/d.txt");
  assertEquals(a.stat("/d.txt").nlink, 2);
  assertThrows(
    () => router.rename("/workspace/no", "/workspace/x"),
    FsError,
    'Cannot rename "/workspace/no" to "/workspace/x": ENOENT',
  );
  await using source = await router.open("/workspace/c.txt", O_RDONLY, 0);
  await using target = await router.open("/workspace/e.txt", O_RDWR | O_CREAT, 0o644);
  assertEquals(await source.copyRange(0, target, 0, 1), 1);
  assertEquals(await text(router, "/workspace/e.txt"), "A");
});

Deno.test("every error names the caller's paths, on handles too", async () => {
  const { router } = await nested();
  const said: [() => unknown, string][] = [
    [() => router.stat("/workspace/no"), 'Cannot stat "/workspace/no": ENOENT'],
    [() => router.open("/workspace/no", 0, 0), 'Cannot open "/workspace/no": ENOENT'],
    [() => router.mkdir("/workspace/a.txt/x", 0), 'Cannot mkdir "/workspace/a.txt/x": ENOTDIR'],
    [() => router.unlink("/workspace/no"), 'Cannot unlink "/workspace/no": ENOENT'],
    [
      () => router.symlink("/target", "/workspace/a.txt"),
      'Cannot symlink "/target" to "/workspace/a.txt": EEXIST',
    ],
  ];
  for (const [run, message] of said) await assertRejects(async () => await run(), FsError, message);
  await using handle = await router.open("/workspace/a.txt", O_RDONLY, 0);
  assertThrows(
    () => handle.writeAt(new Uint8Array(1), 0),
    FsError,
    'Cannot write "/workspace/a.txt": EBADF',
  );
});

Deno.test("errors that come later name the caller's paths too", async () => {
  class Later extends Forward {
    override async stat(path: string) {
      return await this.inner.stat(path);
    }
  }
  const router = newMountRouter({ "/mnt": new Later(new MemoryProvider()) });
  await assertRejects(async () => await router.stat("/mnt/no"), FsError, '"/mnt/no"');
  assertEquals((await router.stat("/mnt")).name, "mnt");
});

Deno.test("mounts come and go while the router is in use", async () => {
  const { b, router } = await nested();
  const handle = await router.open("/workspace/.host/deep/b.txt", O_RDONLY, 0);
  assertEquals(router.removeMount("/workspace/.host/deep"), b);
  assertEquals(await handle.readAt(new Uint8Array(9), 0), 1);
  await handle.close();
  assertThrows(() => router.stat("/workspace/.host"), FsError, "ENOENT");
  assertEquals(await names(router, "/workspace"), ["a.txt"]);
  router.addMount("/tools", newReadonlyProvider(b));
  assertEquals(await names(router, "/"), ["workspace", "tools"]);
  assertEquals(await code(() => router.create("/tools/x", 0o644)), "EROFS");
  assertThrows(() => router.addMount("/tools/.", b), FsError, 'Cannot addMount "/tools": EBUSY');
  assertThrows(() => router.removeMount("/no"), FsError, 'Cannot removeMount "/no": EINVAL');
  assertThrows(() => router.removeMount("/"), FsError, "EINVAL");
  assertEquals([...router.mounts.keys()], ["/workspace", "/tools"]);
});

Deno.test("a mount at the root holds everything that no other mount does", async () => {
  const root = new MemoryProvider();
  const router = newMountRouter(new Map([["/", root], ["/proc", new MemoryProvider()]]));
  await writeFile(router, "/file", "x");
  assertEquals(root.stat("/file").size, 1);
  assertEquals(await names(router, "/"), ["file", "proc"]);
  assertThrows(() => router.rmdir("/"), FsError, "EBUSY");
  assertThrows(() => router.stat("/none"), FsError, 'Cannot stat "/none": ENOENT');
});

Deno.test("links are resolved inside the mount that holds them", async () => {
  const { a, router } = await nested();
  a.symlink("/a.txt", "/absolute");
  a.symlink("../../../a.txt", "/up");
  a.symlink(".host/deep/b.txt", "/across");
  assertEquals(await text(router, "/workspace/absolute"), "A");
  assertEquals(await text(router, "/workspace/up"), "A");
  assertEquals(await router.readlink("/workspace/absolute"), "/a.txt");
  assertThrows(() => router.stat("/workspace/across"), FsError, "ENOENT");
  assert((await router.lstat("/workspace/across")).mode === 0o120777);
});

Deno.test("the caller reaches the provider", async () => {
  const { a, router } = await nested();
  const context: Context = { uid: 7, gid: 8 };
  await router.mkdir("/workspace/mine", 0o755, context);
  assertEquals([a.stat("/mine").uid, a.stat("/mine").gid], [7, 8]);
});

Deno.test("a synchronous provider stays synchronous behind a router", async () => {
  const { router } = await nested();
  assert(readFile(router, "/workspace/a.txt") instanceof Uint8Array);
  assert(Array.isArray(router.readDir("/workspace")));
});

Deno.test("a router is read-only when all of its mounts are", async () => {
  const { a, b } = await nested();
  assert(!newMountRouter().readonly());
  assert(!newMountRouter({ "/a": newReadonlyProvider(a), "/b": b }).readonly());
  assert(newMountRouter({ "/a": newReadonlyProvider(a), "/b": newReadonlyProvider(b) }).readonly());
});

Deno.test("closing a router closes each provider once, also when one fails", async () => {
  const closed: string[] = [];
  class Closing extends Forward {
    constructor(readonly name: string, readonly fails: boolean) {
      super(new MemoryProvider());
    }
    override close(): void {
      closed.push(this.name);
      if (this.fails) throw new FsError("EIO", { syscall: "close" });
    }
  }
  const twice = new Closing("twice", false);
  const router = newMountRouter({ "/a": new Closing("a", true), "/b": twice, "/c": twice });
  await assertRejects(() => router.close(), FsError, "EIO");
  assertEquals(closed, ["a", "twice"]);
});
