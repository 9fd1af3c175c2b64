import { assertEquals } from "@std/assert";
import { O_CREAT, O_EXCL, O_RDONLY, O_RDWR } from "../base/mod.ts";
import { newMemoryProvider, RealFSProvider } from "../providers/mod.ts";
import type { RemoteProvider } from "./remote_provider.ts";
import { codeOf, linked, served } from "./testing/linked.ts";
import { VFSServer } from "./vfs_server.ts";

/** How many requests an action takes. */
async function trips(remote: RemoteProvider, run: () => Promise<unknown>): Promise<number> {
  const before = remote.client.requestCount;
  await run();
  return remote.client.requestCount - before;
}

Deno.test("every operation is one round trip", async () => {
  const { remote, server } = await served();
  await using _server = server;
  await using provider = remote;
  const handle = await provider.open("/d/f", O_RDWR, 0);
  const buffer = new Uint8Array(9);
  const actions: [string, () => unknown][] = [
    ["stat", () => provider.stat("/d/f")],
    ["lstat", () => provider.lstat("/d/f")],
    ["readDir", () => provider.readDir("/")],
    ["mkdir", () => provider.mkdir("/e", 0o700)],
    ["chmod", () => provider.chmod("/e", 0o711)],
    ["chown", () => provider.chown("/e", 1, 2)],
    ["utimes", () => provider.utimes("/e", "now", { sec: 1, nsec: 2 })],
    ["truncate", () => provider.truncate("/d/f", 3)],
    ["rename", () => provider.rename("/e", "/g")],
    ["symlink", () => provider.symlink("g", "/s")],
    ["readlink", () => provider.readlink("/s")],
    ["link", () => provider.link("/d/f", "/h")],
    ["unlink", () => provider.unlink("/h")],
    ["rmdir", () => provider.rmdir("/g")],
    ["remove", () => provider.remove("/s")],
    ["removeAll", () => provider.removeAll("/none")],
    ["statfs", () => provider.statfs("/")],
    ["readAt", () => handle.readAt(buffer, 0)],
    ["writeAt", () => handle.writeAt(buffer, 0)],
    ["handle.stat", () => handle.stat()],
    ["handle.chmod", () => handle.chmod(0o600)],
    ["handle.sync", () => handle.sync()],
    ["handle.close", () => handle.close()],
  ];
  for (const [name, action] of actions) {
    assertEquals(await trips(provider, async () => await action()), 1, name);
  }
});

Deno.test("what a change brings back saves the stat that follows", async () => {
  const { remote, server } = await served();
  await using _server = server;
  await using provider = remote;
  assertEquals(
    await trips(provider, async () => {
      await provider.mkdir("/e", 0o700);
      assertEquals((await provider.lstat("/e")).mode, 0o040700);
    }),
    1,
  );
  assertEquals(
    await trips(provider, async () => {
      const handle = await provider.open("/new", O_RDWR | O_CREAT | O_EXCL, 0o604);
      assertEquals((await handle.stat()).mode, 0o100604);
      assertEquals((await provider.lstat("/new")).mode, 0o100604);
    }),
    1,
  );
  assertEquals(
    await trips(provider, async () => {
      await provider.chmod("/new", 0o640);
      assertEquals((await provider.stat("/new")).mode, 0o100640);
    }),
    1,
  );
  assertEquals(
    await trips(provider, async () => {
      for (const entry of await provider.readDir("/d")) {
        assertEquals((await entry.info()).size, 5);
      }
    }),
    1,
  );
});

Deno.test("what came back with a change is not given out after another change or later", async () => {
  const { remote, server } = await served();
  await using _server = server;
  await using provider = remote;
  const handle = await provider.open("/d/f", O_RDWR, 0);
  const writing = handle.writeAt(new Uint8Array(9), 0);
  const info = handle.stat();
  await writing;
  assertEquals((await info).size, 9);
  await provider.mkdir("/e", 0o700);
  await provider.rmdir("/e");
  assertEquals(await codeOf(() => provider.lstat("/e")), "ENOENT");
  await provider.mkdir("/e", 0o700);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(await trips(provider, async () => void await provider.stat("/d")), 1);
  assertEquals(await trips(provider, async () => void await provider.lstat("/e")), 1);
});

Deno.test("the attributes of a link are not taken for those of its target", async () => {
  const { remote, server } = await served();
  await using _server = server;
  await using provider = remote;
  await provider.symlink("d", "/s");
  assertEquals((await provider.stat("/s")).isDir, true);
  await provider.symlink("d", "/t");
  assertEquals((await provider.lstat("/t")).isDir, false);
  await provider.open("/s", O_RDONLY, 0);
  assertEquals((await provider.lstat("/s")).isDir, false);
});

Deno.test("reads and writes over the data limit go in parts", async () => {
  const { remote, server } = await served({}, { limits: { dataMax: 5000 } });
  await using _server = server;
  await using provider = remote;
  const data = Uint8Array.from({ length: 22_500 }, (_, index) => index * 7);
  const handle = await provider.open("/big", O_RDWR | O_CREAT, 0o600);
  assertEquals(
    await trips(provider, async () => assertEquals(await handle.writeAt(data, 0), 22_500)),
    5,
  );
  const buffer = new Uint8Array(30_000);
  assertEquals(await handle.readAt(buffer, 0), 22_500);
  assertEquals(buffer.subarray(0, 22_500), data);
  assertEquals(await handle.readAt(buffer, 22_400), 100);
  assertEquals(await handle.readAt(buffer, 22_500), 0);
  const readOnly = await provider.open("/big", O_RDONLY, 0);
  assertEquals(await codeOf(() => readOnly.writeAt(data, 0)), "EBADF");
});

Deno.test("a long listing comes in pages", async () => {
  const memory = newMemoryProvider();
  for (let index = 0; index < 1000; index++) {
    memory.writeFile(`/f${index}`, new Uint8Array(), 0o600);
  }
  await using server = new VFSServer(memory, { limits: { entriesMax: 300 } });
  await using provider = await linked(server);
  let names: string[] = [];
  const count = await trips(provider, async () => {
    names = (await provider.readDir("/")).map(({ name }) => name);
  });
  assertEquals([count, names.length, new Set(names).size], [4, 1000, 1000]);
  assertEquals(await codeOf(() => provider.readDir("/f1")), "ENOTDIR");
});

Deno.test("a page that the server has forgotten is listed again", async () => {
  const memory = newMemoryProvider();
  memory.mkdirAll("/a", 0o755);
  memory.mkdirAll("/b", 0o755);
  for (let index = 0; index < 100; index++) {
    memory.writeFile(`/a/${index}`, new Uint8Array(), 0o600);
    memory.writeFile(`/b/${index}`, new Uint8Array(), 0o600);
  }
  await using server = new VFSServer(memory, { limits: { entriesMax: 30, listingsMax: 1 } });
  await using provider = await linked(server);
  const [first, second] = await Promise.all([provider.readDir("/a"), provider.readDir("/b")]);
  for (const list of [first, second]) {
    assertEquals(new Set(list.map(({ name }) => name)).size, 100);
  }
});

Deno.test("names that are not UTF-8 travel in version 2 and are left out in version 1", async () => {
  const { remote, server } = await served();
  await using _server = server;
  await using provider = remote;
  const name = "\udcff\udc80";
  await (await provider.create(`/d/${name}`, 0o600)).close();
  await provider.symlink(name, "/to");
  assertEquals((await provider.readDir("/d")).map((entry) => entry.name), ["f", name]);
  assertEquals(await provider.readlink("/to"), name);
  await using old = await linked(server, { version: 1 });
  assertEquals((await old.readDir("/d")).map((entry) => entry.name), ["f"]);
  assertEquals(await codeOf(() => old.stat(`/d/${name}`)), "EILSEQ");
});

Deno.test("a closed handle is EBADF, here and there", async () => {
  const { remote, server } = await served();
  await using _server = server;
  await using provider = remote;
  const handle = await provider.open("/d/f", O_RDWR, 0);
  await handle.close();
  for (
    const run of [
      () => handle.close(),
      () => handle.readAt(new Uint8Array(1), 0),
      () => handle.stat(),
      () => handle.truncate(0),
    ]
  ) assertEquals(await codeOf(run), "EBADF");
  assertEquals(server.openHandles, 0);
});

Deno.test("copyRange() to a handle of another connection is EXDEV", async () => {
  const { remote, server } = await served();
  await using _server = server;
  await using provider = remote;
  await using other = await linked(server);
  const from = await provider.open("/d/f", O_RDWR, 0);
  const to = await other.open("/d/f", O_RDWR, 0);
  assertEquals(await codeOf(() => from.copyRange(0, to, 0, 1)), "EXDEV");
});

Deno.test("copyRange() of 5 GiB copies what one reply can tell, and goes on", async () => {
  const { remote, server } = await served();
  await using _server = server;
  await using provider = remote;
  const size = 5 * 2 ** 30;
  const from = await provider.create("/from", 0o600);
  const to = await provider.create("/to", 0o600);
  await from.truncate(size);
  const counts: number[] = [];
  for (let done = 0; done < size; done += counts.at(-1)!) {
    counts.push(await from.copyRange(done, to, done, size - done));
  }
  assertEquals(counts, [0x7fff_f000, 0x7fff_f000, size - 2 * 0x7fff_f000]);
  assertEquals((await to.stat()).size, size);
});

Deno.test("owners of locks on different connections are different", async () => {
  const { remote, server } = await served();
  await using _server = server;
  await using provider = remote;
  await using other = await linked(server);
  const lock = { kind: "posix", type: "write", start: 0, end: 9, owner: 1, pid: 5 } as const;
  const here = await provider.open("/d/f", O_RDWR, 0);
  const there = await other.open("/d/f", O_RDWR, 0);
  await here.setLock(lock, false);
  assertEquals(await codeOf(() => there.setLock(lock, false)), "EAGAIN");
  const found = await there.getLock(lock);
  assertEquals([found?.type, found?.start, found?.end, found?.pid], ["write", 0, 9, 5]);
  assertEquals(await here.getLock(lock), null);
});

Deno.test("with version 1 what the original has works, and the rest is ENOSYS", async () => {
  const { remote, server } = await served({ version: 1 });
  await using _server = server;
  await using provider = remote;
  assertEquals([provider.client.version, provider.capabilities.size], [1, 0]);
  const info = await provider.stat("/d/f");
  assertEquals([info.size, info.mode, info.name], [5, 0o100640, "f"]);
  const [entry] = await provider.readDir("/d");
  assertEquals([entry!.name, entry!.isDir, (await entry!.info()).mode], ["f", false, 0o100640]);
  await provider.mkdir("/e", 0o700);
  assertEquals(await codeOf(() => provider.unlink("/e")), "EISDIR");
  assertEquals(await codeOf(() => provider.rmdir("/d/f")), "ENOTDIR");
  await provider.rmdir("/e");
  const handle = await provider.open("/d/f", O_RDWR, 0);
  await handle.truncate(2);
  assertEquals((await handle.stat()).size, 2);
  await handle.close();
  await provider.truncate("/d/f", 1);
  assertEquals((await provider.stat("/d/f")).size, 1);
  await provider.symlink("f", "/d/s");
  assertEquals(await provider.readlink("/d/s"), "f");
  await provider.link("/d/f", "/d/g");
  await provider.remove("/d/g");
  await provider.removeAll("/d");
  assertEquals(await provider.readDir("/"), []);
  for (
    const run of [
      () => provider.lstat("/"),
      () => provider.chown("/", 0, 0),
      () => provider.lchown("/", 0, 0),
      () => provider.utimes("/", null, null),
      () => provider.lutimes("/", null, null),
      () => provider.statfs("/"),
      () => provider.mknod("/n", 0o010600, 0),
      () => provider.rename2("/a", "/b", 1),
      () => provider.getXattr("/", "user.a"),
      () => provider.setXattr("/", "user.a", new Uint8Array(), 0),
      () => provider.listXattr("/"),
      () => provider.removeXattr("/", "user.a"),
    ]
  ) assertEquals(await codeOf(run), "ENOSYS");
});

Deno.test("a provider that can find is asked so by the server, and a miss is ENOENT", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(`${directory}/f`, "hello");
  const provider = new RealFSProvider(directory);
  const server = new VFSServer(provider);
  const remote = await linked(server);
  assertEquals((await remote.lstat("/f")).size, 5);
  assertEquals(await codeOf(() => remote.lstat("/none")), "ENOENT");
  assertEquals([(await remote.find("/f"))?.size, await remote.find("/none")], [5, null]);
  assertEquals(await codeOf(() => remote.find("/f/below")), "ENOTDIR");
  await remote.close();
  await server.close();
  await provider.close();
  await Deno.remove(directory, { recursive: true });
});
