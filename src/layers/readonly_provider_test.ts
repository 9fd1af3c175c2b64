import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type ErrnoName,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  toErrno,
} from "../base/mod.ts";
import { BaseProvider, type FileInfo, mkdirAll, readFile, writeFile } from "../provider/mod.ts";
import { MemoryProvider, RealFSProvider } from "../providers/mod.ts";
import { newReadonlyProvider, ReadonlyProvider } from "./readonly_provider.ts";

/** The tree on which the expectations below were taken from a read-only bind mount of tmpfs. */
async function tree(): Promise<ReadonlyProvider> {
  const memory = new MemoryProvider();
  await writeFile(memory, "/f", "hi\n");
  memory.mkdir("/d", 0o755);
  await mkdirAll(memory, "/full/x");
  memory.symlink("f", "/l");
  memory.symlink("nowhere", "/dang");
  memory.symlink("loop", "/loop");
  memory.mknod("/fifo", 0o10644, 0);
  return newReadonlyProvider(memory);
}

async function outcome(run: () => unknown): Promise<ErrnoName | "ok"> {
  try {
    await run();
    return "ok";
  } catch (thrown) {
    return toErrno(thrown).code;
  }
}

const OPENS: [path: string, flags: number, expected: ErrnoName | "ok"][] = [
  ["/no", O_WRONLY, "ENOENT"],
  ["/no/x", O_WRONLY, "ENOENT"],
  ["/f", O_WRONLY, "EROFS"],
  ["/f", O_RDWR, "EROFS"],
  ["/f", O_TRUNC, "EROFS"],
  ["/no", O_TRUNC, "ENOENT"],
  ["/f", O_CREAT, "ok"],
  ["/f", O_CREAT | O_RDWR, "EROFS"],
  ["/f", O_CREAT | O_EXCL, "EEXIST"],
  ["/f", O_CREAT | O_EXCL | O_WRONLY, "EEXIST"],
  ["/no", O_CREAT, "EROFS"],
  ["/no", O_CREAT | O_WRONLY, "EROFS"],
  ["/no/x", O_CREAT, "ENOENT"],
  ["/f/x", O_CREAT, "ENOTDIR"],
  ["/d", O_CREAT, "EISDIR"],
  ["/d", O_WRONLY, "EISDIR"],
  ["/d", O_TRUNC, "EISDIR"],
  ["/d", O_WRONLY | O_DIRECTORY, "EISDIR"],
  ["/f", O_WRONLY | O_DIRECTORY, "ENOTDIR"],
  ["/l", O_WRONLY | O_NOFOLLOW, "ELOOP"],
  ["/l", O_WRONLY, "EROFS"],
  ["/dang", O_WRONLY, "ENOENT"],
  ["/dang", O_WRONLY | O_CREAT, "EROFS"],
  ["/dang", O_CREAT, "EROFS"],
  ["/dang", O_CREAT | O_EXCL, "EEXIST"],
  ["/f", O_PATH | O_WRONLY, "ok"],
  ["/d", O_TMPFILE | O_WRONLY, "EROFS"],
  ["/loop", O_WRONLY, "ELOOP"],
  ["/f", O_RDONLY, "ok"],
  ["/d", O_RDONLY, "ok"],
];

for (const [path, flags, expected] of OPENS) {
  Deno.test(`open() of ${path} with 0o${flags.toString(8)} is ${expected}, as on a read-only mount`, async () => {
    const readonly = await tree();
    assertEquals(
      await outcome(async () => await (await readonly.open(path, flags, 0o644)).close()),
      expected,
    );
  });
}

Deno.test("open() with O_APPEND is EROFS as in seed 1, also without write access", async () => {
  const readonly = await tree();
  assertEquals(await outcome(() => readonly.open("/f", O_APPEND, 0)), "EROFS");
});

const LONG = "x".repeat(256);
const EMPTY = new Uint8Array();
const CHANGES: [what: string, (provider: ReadonlyProvider) => unknown, ErrnoName | "ok"][] = [
  ["create() of a new file", (p) => p.create("/no", 0o644), "EROFS"],
  ["mkdir()", (p) => p.mkdir("/new", 0o755), "EROFS"],
  ["mkdir() over a directory", (p) => p.mkdir("/d", 0o755), "EEXIST"],
  ["mkdir() over a file", (p) => p.mkdir("/f", 0o755), "EEXIST"],
  ["mkdir() over a dangling link", (p) => p.mkdir("/dang", 0o755), "EEXIST"],
  ["mkdir() without a parent", (p) => p.mkdir("/no/x", 0o755), "ENOENT"],
  ["mkdir() below a file", (p) => p.mkdir("/f/x", 0o755), "ENOTDIR"],
  ["mkdir() of the root", (p) => p.mkdir("/", 0o755), "EEXIST"],
  ["mkdir() of a long name", (p) => p.mkdir(`/${LONG}`, 0o755), "ENAMETOOLONG"],
  ["mkdirAll()", (p) => mkdirAll(p, "/a/b/c"), "EROFS"],
  ["mkdirAll() of what is there", (p) => mkdirAll(p, "/full/x"), "ok"],
  ["unlink()", (p) => p.unlink("/f"), "EROFS"],
  ["unlink() of nothing", (p) => p.unlink("/no"), "EROFS"],
  ["unlink() of a directory", (p) => p.unlink("/d"), "EROFS"],
  ["unlink() without a parent", (p) => p.unlink("/no/x"), "ENOENT"],
  ["unlink() below a file", (p) => p.unlink("/f/x"), "ENOTDIR"],
  ["unlink() of the root", (p) => p.unlink("/"), "EISDIR"],
  ["rmdir()", (p) => p.rmdir("/d"), "EROFS"],
  ["rmdir() of a file", (p) => p.rmdir("/f"), "EROFS"],
  ["rmdir() of a full directory", (p) => p.rmdir("/full"), "EROFS"],
  ["rmdir() of the root", (p) => p.rmdir("/"), "EBUSY"],
  ["remove()", (p) => p.remove("/f"), "EROFS"],
  ["removeAll()", (p) => p.removeAll("/full"), "EROFS"],
  ["removeAll() of nothing", (p) => p.removeAll("/no"), "ok"],
  ["rename()", (p) => p.rename("/f", "/g"), "EROFS"],
  ["rename() of nothing", (p) => p.rename("/no", "/g"), "EROFS"],
  ["rename() from no parent", (p) => p.rename("/no/x", "/g"), "ENOENT"],
  ["rename() to no parent", (p) => p.rename("/f", "/no/x"), "ENOENT"],
  ["rename() to itself", (p) => p.rename("/f", "/f"), "EROFS"],
  ["rename() into itself", (p) => p.rename("/d", "/d/x"), "EROFS"],
  ["rename2() with unknown flags", (p) => p.rename2("/f", "/g", 64), "EINVAL"],
  ["rename2() without replacing", (p) => p.rename2("/f", "/d", RENAME_NOREPLACE), "EROFS"],
  [
    "rename2() with flags that exclude each other",
    (p) => p.rename2("/f", "/d", RENAME_NOREPLACE | RENAME_EXCHANGE),
    "EINVAL",
  ],
  ["chmod()", (p) => p.chmod("/f", 0o600), "EROFS"],
  ["chmod() of nothing", (p) => p.chmod("/no", 0o600), "ENOENT"],
  ["chmod() through a dangling link", (p) => p.chmod("/dang", 0o600), "ENOENT"],
  ["chown()", (p) => p.chown("/f", 1, 1), "EROFS"],
  ["chown() that changes nothing", (p) => p.chown("/f", -1, -1), "EROFS"],
  ["lchown() of a dangling link", (p) => p.lchown("/dang", 1, 1), "EROFS"],
  ["lchown() of nothing", (p) => p.lchown("/no", 1, 1), "ENOENT"],
  ["utimes()", (p) => p.utimes("/f", "now", "now"), "EROFS"],
  ["utimes() of nothing", (p) => p.utimes("/no", "now", null), "ENOENT"],
  ["utimes() that leaves both", (p) => p.utimes("/f", null, null), "ok"],
  ["lutimes() of a dangling link", (p) => p.lutimes("/dang", "now", "now"), "EROFS"],
  ["truncate()", (p) => p.truncate("/f", 0), "EROFS"],
  ["truncate() of nothing", (p) => p.truncate("/no", 0), "ENOENT"],
  ["truncate() of a directory", (p) => p.truncate("/d", 0), "EISDIR"],
  ["truncate() of a pipe", (p) => p.truncate("/fifo", 0), "EINVAL"],
  ["truncate() below zero", (p) => p.truncate("/no", -1), "EINVAL"],
  ["symlink()", (p) => p.symlink("x", "/new"), "EROFS"],
  ["symlink() over a file", (p) => p.symlink("x", "/f"), "EEXIST"],
  ["symlink() to nothing", (p) => p.symlink("", "/new"), "ENOENT"],
  ["link()", (p) => p.link("/f", "/new"), "EROFS"],
  ["link() of nothing", (p) => p.link("/no", "/new"), "ENOENT"],
  ["link() over a directory", (p) => p.link("/f", "/d"), "EEXIST"],
  ["link() to no parent", (p) => p.link("/f", "/no/x"), "ENOENT"],
  ["mknod()", (p) => p.mknod("/new", 0o10644, 0), "EROFS"],
  ["mknod() over a file", (p) => p.mknod("/f", 0o10644, 0), "EEXIST"],
  ["setXattr()", (p) => p.setXattr("/f", "user.a", EMPTY, 0), "EROFS"],
  ["setXattr() of nothing", (p) => p.setXattr("/no", "user.a", EMPTY, 0), "ENOENT"],
  ["removeXattr()", (p) => p.removeXattr("/f", "user.zz"), "EROFS"],
];

for (const [what, run, expected] of CHANGES) {
  Deno.test(`${what} is ${expected}, as on a read-only mount`, async () => {
    const readonly = await tree();
    assertEquals(await outcome(() => run(readonly)), expected);
  });
}

Deno.test("a read-only handle reads and locks but changes nothing", async () => {
  const readonly = await tree();
  await using handle = await readonly.open("/f", O_RDONLY, 0);
  const buffer = new Uint8Array(8);
  assertEquals(await handle.readAt(buffer, 0), 3);
  const lock = { kind: "flock", type: "write", start: 0, end: 0, owner: 1, pid: 1 } as const;
  await handle.setLock(lock, false);
  await handle.sync();
  const refusals: [string, () => unknown][] = [
    ["write", () => handle.write(buffer)],
    ["writeAt", () => handle.writeAt(buffer, 0)],
    ["truncate", () => handle.truncate(0)],
    ["chmod", () => handle.chmod(0o600)],
    ["chown", () => handle.chown(0, 0)],
    ["utimes", () => handle.utimes("now", "now")],
    ["allocate", () => handle.allocate(0, 0, 10)],
    ["copyRange", () => handle.copyRange(0, handle, 1, 1)],
    ["setXattr", () => handle.setXattr("user.a", buffer, 0)],
    ["removeXattr", () => handle.removeXattr("user.a")],
  ];
  for (const [name, run] of refusals) assertEquals([name, await outcome(run)], [name, "EROFS"]);
  assertEquals((await handle.stat()).size, 3);
});

Deno.test("nothing changes below a read-only provider, whatever is tried", async () => {
  const memory = new MemoryProvider();
  await writeFile(memory, "/f", "content");
  const readonly = newReadonlyProvider(memory);
  const before = JSON.stringify(memory.stat("/f"));
  await outcome(() => writeFile(readonly, "/f", "other"));
  await outcome(() => writeFile(readonly, "/g", "new"));
  await outcome(() => readonly.rename("/f", "/h"));
  assertEquals(JSON.stringify(memory.stat("/f")), before);
  assertEquals(memory.readDir("/").map((entry) => entry.name), ["f"]);
});

Deno.test("an error of a read-only provider names the operation and the caller's paths", async () => {
  const readonly = await tree();
  const message = async (run: () => unknown): Promise<string> => {
    try {
      await run();
    } catch (thrown) {
      if (thrown instanceof Error) return thrown.message;
    }
    return "";
  };
  assertEquals(await message(() => readonly.mkdir("/no/x", 0)), 'Cannot mkdir "/no/x": ENOENT');
  assertEquals(
    await message(() => readonly.rename("/f", "/g")),
    'Cannot rename "/f" to "/g": EROFS',
  );
  assertEquals(await message(() => readonly.link("/f", "/d")), 'Cannot link "/f" to "/d": EEXIST');
  assertEquals(
    await message(() => readonly.symlink("there", "/d")),
    'Cannot symlink "there" to "/d": EEXIST',
  );
});

Deno.test("a synchronous provider stays synchronous when it is read-only", async () => {
  const readonly = await tree();
  assert(readonly.readonly());
  assert(readFile(readonly, "/f") instanceof Uint8Array);
});

Deno.test("what the provider below lacks is ENOSYS, not EROFS", async () => {
  class Bare extends BaseProvider {}
  const readonly = newReadonlyProvider(new Bare());
  assertEquals(await outcome(() => readonly.link("/a", "/b")), "ENOSYS");
  assertEquals(await outcome(() => readonly.truncate("/a", 0)), "ENOSYS");
  assertEquals(await outcome(() => readonly.rename2("/a", "/b", 0)), "ENOSYS");
});

Deno.test("find() is that of the provider below, or made of lstat()", async () => {
  const readonly = await tree();
  assertEquals(readonly.find("/none"), null);
  assertEquals(readonly.find("/l"), readonly.lstat("/l"));
  assertThrows(() => readonly.find("/f/x"), Error, "ENOTDIR");
  class Plain extends BaseProvider {
    override lstat(path: string): FileInfo {
      return new MemoryProvider().lstat(path);
    }
  }
  const plain = newReadonlyProvider(new Plain());
  assertEquals(plain.find("/none"), null);
  assertEquals((await plain.find("/"))?.isDir, true);
  class Hiding extends ReadonlyProvider {
    override lstat(path: string): ReturnType<ReadonlyProvider["lstat"]> {
      return super.lstat(path === "/f" ? "/none" : path);
    }
  }
  const memory = new MemoryProvider();
  await writeFile(memory, "/f", "hi\n");
  assertEquals(new Hiding(memory).find("/f"), null);
});

Deno.test("leases are those of the provider below, but not of who answers differently", async () => {
  const directory = await Deno.makeTempDir();
  const real = new RealFSProvider(directory, { ffi: true });
  const over: number[] = [];
  const leases = newReadonlyProvider(real).leases((lease) => over.push(lease));
  const lease = await leases?.add("/");
  await Deno.writeTextFile(`${directory}/new`, "");
  leases?.look?.();
  assertEquals(over, [lease]);
  leases?.close();
  class Upper extends ReadonlyProvider {
    override readDir(path: string): ReturnType<ReadonlyProvider["readDir"]> {
      return super.readDir(path);
    }
  }
  assertEquals(new Upper(real).leases(() => {}), null);
  assertEquals(newReadonlyProvider(new MemoryProvider()).leases(() => {}), null);
  await real.close();
  await Deno.remove(directory, { recursive: true });
});
