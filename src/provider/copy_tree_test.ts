import { assert, assertEquals, assertRejects } from "@std/assert";
import { FsError, O_RDONLY, O_RDWR, SEEK_HOLE } from "../base/mod.ts";
import { newReadonlyProvider } from "../layers/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import type { Capability, CapabilitySet } from "./capability.ts";
import { copyTree } from "./copy_tree.ts";
import { Forward } from "./forward.ts";
import { mkdirAll } from "./mkdir_all.ts";
import { readFile } from "./read_file.ts";
import { walk } from "./walk.ts";
import { writeFile } from "./write_file.ts";

/** A memory provider that declares only some of what it can do. */
class Modest extends Forward {
  constructor(readonly set: Capability[]) {
    super(new MemoryProvider());
  }
  override get capabilities(): CapabilitySet {
    return new Set(this.set);
  }
}

async function tree(): Promise<MemoryProvider> {
  const memory = new MemoryProvider();
  await mkdirAll(memory, "/src/empty");
  await writeFile(memory, "/src/big", new Uint8Array(600_000).fill(7));
  await writeFile(memory, "/src/run", "#!", { mode: 0o755 });
  memory.link("/src/run", "/src/empty/run2");
  memory.symlink("../run", "/src/empty/link");
  memory.mknod("/src/pipe", 0o10600, 0);
  memory.setXattr("/src/run", "user.kind", new TextEncoder().encode("script"), 0);
  memory.chmod("/src/empty", 0o500);
  memory.utimes("/src/run", { sec: 1, nsec: 2 }, { sec: 3, nsec: 4 });
  memory.utimes("/src/empty", { sec: 5, nsec: 6 }, { sec: 7, nsec: 8 });
  return memory;
}

Deno.test("copyTree() keeps content, modes, links, times and attributes", async () => {
  const from = await tree();
  const to = new MemoryProvider();
  const done = await copyTree({ provider: from, path: "/src" }, { provider: to, path: "/copy" });
  assertEquals(done, {
    directories: 2,
    files: 2,
    symlinks: 1,
    hardLinks: 1,
    special: 1,
    bytes: 600_002,
    skipped: 0,
  });
  const names = (await Array.fromAsync(walk(to, "/copy"))).map((entry) => entry.path.slice(5));
  const expected = (await Array.fromAsync(walk(from, "/src"))).map((entry) => entry.path.slice(4));
  assertEquals(names, expected);
  for (const name of expected) {
    const [was, is] = [from.lstat(`/src${name}`), to.lstat(`/copy${name}`)];
    assertEquals([name, is.mode, is.size, is.mtime], [name, was.mode, was.size, was.mtime]);
  }
  assertEquals(to.stat("/copy/run").atime, { sec: 1, nsec: 2 });
  assertEquals(to.stat("/copy/run").ino, to.stat("/copy/empty/run2").ino);
  assertEquals(to.readlink("/copy/empty/link"), "../run");
  assertEquals(new TextDecoder().decode(to.getXattr("/copy/run", "user.kind")), "script");
  assertEquals(await readFile(to, "/copy/big"), await readFile(from, "/src/big"));
});

Deno.test("copyTree() copies a single file, and a whole provider from its root", async () => {
  const from = await tree();
  const to = new MemoryProvider();
  await copyTree({ provider: from, path: "/src/run" }, { provider: to, path: "/here" });
  assertEquals(to.stat("/here").mode, 0o100755);
  await copyTree({ provider: from, path: "/" }, { provider: to, path: "/all" });
  assert(to.stat("/all/src/empty").isDir);
  await copyTree({ provider: from, path: "/" }, { provider: to, path: "/" });
  assert(to.stat("/src/empty").isDir);
});

Deno.test("copyTree() within one provider copies by range and refuses a tree into itself", async () => {
  const memory = await tree();
  const place = (path: string) => ({ provider: memory, path });
  await copyTree(place("/src/big"), place("/big"));
  assertEquals(memory.stat("/big").size, 600_000);
  await assertRejects(() => copyTree(place("/src"), place("/src/empty/x")), FsError, "EINVAL");
  await assertRejects(() => copyTree(place("/src"), place("/src")), FsError, "EINVAL");
});

Deno.test("copyTree() keeps holes", async () => {
  const from = new MemoryProvider();
  const size = 64 * 1024 * 1024;
  const handle = from.open("/sparse", O_RDWR | 0o100, 0o644);
  handle.truncate(size);
  handle.writeAt(new Uint8Array([1]), 40 * 1024 * 1024);
  const to = new MemoryProvider();
  const done = await copyTree(
    { provider: from, path: "/sparse" },
    { provider: to, path: "/sparse" },
  );
  assert(done.bytes < 1024 * 1024, `${done.bytes} bytes were copied`);
  const copy = to.open("/sparse", O_RDONLY, 0);
  const byte = new Uint8Array(1);
  copy.readAt(byte, 40 * 1024 * 1024);
  assertEquals([copy.stat().size, byte[0], copy.seekHole(0, SEEK_HOLE)], [size, 1, 0]);
});

Deno.test("copyTree() refuses to replace files unless told to", async () => {
  const from = await tree();
  const to = new MemoryProvider();
  await mkdirAll(to, "/copy");
  await writeFile(to, "/copy/run", "mine and longer");
  to.symlink("/elsewhere", "/copy/big");
  const places = [{ provider: from, path: "/src" }, { provider: to, path: "/copy" }] as const;
  await assertRejects(() => copyTree(...places), FsError, "EEXIST");
  assertEquals((await readFile(to, "/copy/run")).length, 15);
  to.unlink("/copy/big");
  await copyTree(...places, { overwrite: true });
  assertEquals((await readFile(to, "/copy/run")).length, 2);
});

Deno.test("copyTree() never writes through a link that is there", async () => {
  const from = await tree();
  const to = new MemoryProvider();
  await writeFile(to, "/precious", "keep");
  to.symlink("/precious", "/copy");
  await assertRejects(
    () =>
      copyTree({ provider: from, path: "/src/run" }, { provider: to, path: "/copy" }, {
        overwrite: true,
      }),
    FsError,
    "ELOOP",
  );
  assertEquals((await readFile(to, "/precious")).length, 4);
});

Deno.test("copyTree() says what the target cannot hold, or leaves it out when told to", async () => {
  const from = await tree();
  const places = () =>
    [{ provider: from, path: "/src" }, { provider: new Modest(["lstat"]), path: "/copy" }] as const;
  await assertRejects(() => copyTree(...places()), FsError, "ENOSYS");
  const left: string[] = [];
  const done = await copyTree(...places(), {
    unsupported: (path, capability) => left.push(`${capability} ${path}`),
  });
  assertEquals(left, ["symlink /src/empty/link", "mknod /src/pipe"]);
  assertEquals([done.skipped, done.files, done.hardLinks], [2, 3, 0]);
});

Deno.test("copyTree() reports every name and every piece, and ends when its signal aborts", async () => {
  const from = await tree();
  const places = () =>
    [{ provider: from, path: "/src" }, { provider: new MemoryProvider(), path: "/copy" }] as const;
  const seen: [string, number][] = [];
  await copyTree(...places(), { progress: (done, path) => seen.push([path, done.bytes]) });
  assert(seen.some(([path, bytes]) => path === "/src/big" && bytes > 0 && bytes < 600_000));
  const controller = new AbortController();
  await assertRejects(
    () =>
      copyTree(...places(), {
        signal: controller.signal,
        progress: (_done, path) => {
          if (path === "/src/big") controller.abort();
        },
      }),
    FsError,
    "EINTR",
  );
});

Deno.test("copyTree() copies owners only when told to", async () => {
  const from = await tree();
  from.chown("/src/run", 1000, 1001);
  const to = new MemoryProvider();
  await copyTree({ provider: from, path: "/src/run" }, { provider: to, path: "/plain" });
  await copyTree({ provider: from, path: "/src/run" }, { provider: to, path: "/kept" }, {
    owner: true,
  });
  const owner = (path: string) => [to.stat(path).uid, to.stat(path).gid];
  assertEquals(owner("/kept"), [1000, 1001]);
  assert(owner("/plain")[0] !== 1000);
});

Deno.test("copyTree() into a read-only provider is EROFS", async () => {
  const readonly = newReadonlyProvider(new MemoryProvider());
  await assertRejects(
    async () => {
      await copyTree({ provider: await tree(), path: "/src" }, { provider: readonly, path: "/x" });
    },
    FsError,
    "EROFS",
  );
});
