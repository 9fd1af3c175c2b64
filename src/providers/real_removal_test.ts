import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openDescriptors, ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import { FsError } from "../base/mod.ts";
import { RealFSProvider } from "./mod.ts";
import { REMOVAL_DESCRIPTORS_MAX } from "./real_removal.ts";

const isRoot = Deno.uid() === 0;

Deno.test("removeAll() removes trees wide and deep, and follows no link", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  Deno.mkdirSync(`${scratch.path}/kept/dir`, { recursive: true });
  await provider.mkdir("/tree", 0o755);
  for (let index = 0; index < 3000; index++) {
    await (await provider.create(`/tree/${index}`, 0o644)).close();
  }
  let path = "/tree";
  for (let depth = 0; depth < 3 * REMOVAL_DESCRIPTORS_MAX; depth++) {
    for (const name of ["a", "b"]) await provider.mkdir(`${path}/d${name}`, 0o755);
    await provider.symlink("/kept", `${path}/link`);
    await (await provider.create(`${path}/file`, 0o644)).close();
    path += "/db";
  }
  const before = openDescriptors();
  await provider.removeAll("/tree");
  assertEquals(openDescriptors(), before);
  assertEquals((await provider.readDir("/")).map((entry) => entry.name), ["kept"]);
  assertEquals((await provider.readDir("/kept")).map((entry) => entry.name), ["dir"]);
});

Deno.test("removeAll() of a large tree lets others work meanwhile", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  const before = openDescriptors();
  await provider.mkdir("/wide", 0o755);
  for (let index = 0; index < 20_000; index++) provider.mknod(`/wide/${index}`, 0o644, 0);
  let deep = "/deep";
  for (let depth = 0; depth < 1000; depth++, deep += "/d") await provider.mkdir(deep, 0o755);
  for (const path of ["/wide", "/deep"]) {
    let isDone = false;
    let turns = 0;
    const removed = Promise.resolve(provider.removeAll(path)).then(() => isDone = true);
    for (; !isDone; turns++) {
      // Nothing is remembered of what goes.
      assertEquals((await provider.readDir("/")).length > 0, true);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await removed;
    assert(turns > 2, `${path}: ${turns}`);
    await assertRejects(async () => await provider.stat(path), FsError, "ENOENT");
  }
  assertEquals(openDescriptors(), before);
});

Deno.test("removeAll() goes deeper than a path of the kernel's", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  let path = "";
  for (let depth = 0; depth < 200; depth++) {
    await provider.mkdir(path += `/${"d".repeat(100)}`, 0o755);
  }
  await provider.removeAll(`/${"d".repeat(100)}`);
  assertEquals([...Deno.readDirSync(scratch.path)], []);
});

Deno.test("removeAll() succeeds for what is not there, and removes links and files", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  await provider.removeAll("/missing");
  await provider.removeAll("/missing/below");
  await provider.mkdir("/dir", 0o755);
  await provider.symlink("dir", "/link");
  await provider.removeAll("/link");
  assertEquals((await provider.readDir("/")).map((entry) => entry.name), ["dir"]);
});

Deno.test("removeAll() refuses the root, and paths through files", async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  await (await provider.create("/f", 0o644)).close();
  assertEquals(assertThrows(() => provider.removeAll("/"), FsError).code, "EBUSY");
  assertEquals(assertThrows(() => provider.removeAll("/f/below"), FsError).code, "ENOTDIR");
  assertEquals((await provider.readDir("/")).length, 1);
});

Deno.test("removeAll() says what it cannot remove", { ignore: !isRoot }, async () => {
  using scratch = new ScratchDirectory();
  await using provider = new RealFSProvider(scratch.path, { ffi: true });
  const { mount, umount2 } = await import("../libc/mod.ts");
  Deno.mkdirSync(`${scratch.path}/tree/mounted`, { recursive: true });
  assertEquals(mount("none", `${scratch.path}/tree/mounted`, "tmpfs", 0), 0);
  const before = openDescriptors();
  try {
    assertEquals(assertThrows(() => provider.removeAll("/tree"), FsError).code, "EBUSY");
    assertEquals(openDescriptors(), before);
  } finally {
    umount2(`${scratch.path}/tree/mounted`, 0);
  }
});
