import { assert, assertEquals, assertRejects } from "@std/assert";
import { chain, FsError, type MaybePromise } from "../base/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { Forward } from "./forward.ts";
import type { Handle } from "./handle.ts";
import { readTar } from "./read_tar.ts";
import { writeTar } from "./write_tar.ts";

/** Counts the handles that are open. */
class Counting extends Forward {
  opened = 0;
  override open(path: string, flags: number, mode: number): MaybePromise<Handle> {
    return chain(super.open(path, flags, mode), (handle) => {
      this.opened++;
      const close = handle.close.bind(handle);
      handle.close = () => (this.opened--, close());
      return handle;
    });
  }
}

function large(): MemoryProvider {
  const memory = new MemoryProvider();
  memory.writeFile("/large", new Uint8Array(1_000_000).fill(1), 0o644);
  return memory;
}

Deno.test("writeTar() reads no further than it is asked to, and closes what it opened", async () => {
  const provider = new Counting(large());
  const chunks = writeTar({ provider, path: "/" });
  const first = await chunks.next();
  assertEquals([first.value?.length, provider.opened], [65_536, 1]);
  await chunks.return();
  assertEquals(provider.opened, 0);
});

Deno.test("writeTar() fills whole records", async () => {
  const chunks = await Array.fromAsync(writeTar({ provider: new MemoryProvider(), path: "/" }));
  assertEquals(chunks.map((chunk) => chunk.length), [10_240]);
});

Deno.test("writeTar() of a file names it", async () => {
  const to = new MemoryProvider();
  await readTar(writeTar({ provider: large(), path: "/large" }), { provider: to, path: "/copy" });
  assertEquals(to.stat("/copy/large").size, 1_000_000);
});

Deno.test("writeTar() stops when its signal aborts", async () => {
  const control = new AbortController();
  const provider = new Counting(large());
  const chunks = writeTar({ provider, path: "/" }, { signal: control.signal });
  await chunks.next();
  control.abort();
  await assertRejects(() => chunks.next(), FsError, "EINTR");
  assertEquals(provider.opened, 0);
});

Deno.test("writeTar() does not pretend when a file becomes shorter", async () => {
  const memory = large();
  const chunks = writeTar({ provider: memory, path: "/" });
  await chunks.next();
  memory.truncate("/large", 500_000);
  await assertRejects(() => Array.fromAsync(chunks), FsError, "EIO");
});

Deno.test("writeTar() asks about sockets, which no archive holds", async () => {
  const memory = new MemoryProvider();
  memory.mknod("/socket", 0o140600, 0);
  await assertRejects(
    () => Array.fromAsync(writeTar({ provider: memory, path: "/" })),
    FsError,
    "EOPNOTSUPP",
  );
  const asked: string[] = [];
  const archive = writeTar({ provider: memory, path: "/" }, {
    unsupported: (path) => void asked.push(path),
  });
  const to = new MemoryProvider();
  await readTar(archive, { provider: to, path: "/" });
  assertEquals([asked, to.readDir("/").length], [["/socket"], 0]);
});

Deno.test("writeTar() tells of every name, and chooses attributes as it is told", async () => {
  const memory = large();
  memory.setXattr("/large", "user.a", new Uint8Array(1), 0);
  memory.setXattr("/large", "user.b", new Uint8Array(1), 0);
  const names: string[] = [];
  const archive = writeTar({ provider: memory, path: "/" }, {
    progress: (path) => void names.push(path),
    xattrs: (name) => name === "user.b",
  });
  const to = new MemoryProvider();
  await readTar(archive, { provider: to, path: "/" });
  assertEquals(names, ["/", "/large"]);
  assertEquals(to.listXattr("/large"), ["user.b"]);
  assert(memory.listXattr("/large").length === 2);
});
