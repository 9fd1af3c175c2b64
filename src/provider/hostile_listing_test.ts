import { assertEquals, assertFalse, assertRejects } from "@std/assert";
import { FsError, type MaybePromise, S_IFDIR, S_IFLNK, S_IFREG } from "../base/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { BaseProvider } from "./base_provider.ts";
import { type Capability, type CapabilitySet, CORE_ONLY } from "./capability.ts";
import { copyTree } from "./copy_tree.ts";
import { DirEntry } from "./dir_entry.ts";
import { FileInfo } from "./file_info.ts";
import type { Handle } from "./handle.ts";
import { walk } from "./walk.ts";
import { writeTar } from "./write_tar.ts";

type Listed = readonly [name: string, type: number];

/** Lists what it is told to; every path is there, and what it is its last listing has said, or `types`. */
class Liar extends BaseProvider {
  /** What was removed. */
  readonly removed: string[] = [];
  readonly #content = new MemoryProvider();
  readonly #lists: Readonly<Record<string, readonly Listed[]>>;
  readonly #types: Readonly<Record<string, number>>;

  constructor(
    lists: Readonly<Record<string, readonly Listed[]>>,
    types: Readonly<Record<string, number>> = {},
  ) {
    super();
    this.#content.writeFile("/f", new TextEncoder().encode("evil"), 0o644);
    this.#lists = lists;
    this.#types = types;
  }
  override readonly capabilities: CapabilitySet = new Set<Capability>([
    ...CORE_ONLY,
    "lstat",
    "symlink",
  ]);
  #info(name: string, mode: number): FileInfo {
    return new FileInfo({ name, mode: mode | 0o755, size: 4 });
  }
  override lstat(path: string): FileInfo {
    return this.#info("", path in this.#lists ? S_IFDIR : S_IFREG);
  }
  override readDir(path: string): DirEntry[] {
    return (this.#lists[path] ?? []).map(([name, type]) =>
      new DirEntry(name, type, 0, () => this.#info(name, this.#types[name] ?? type))
    );
  }
  override readlink(): string {
    return "../outside";
  }
  override open(_path: string, flags: number): MaybePromise<Handle> {
    return this.#content.open("/f", flags, 0);
  }
  override unlink(path: string): void {
    if (path in this.#lists) throw new FsError("EISDIR", { syscall: "unlink", path });
    this.removed.push(path);
  }
  override rmdir(path: string): void {
    this.removed.push(path);
  }
}

async function target(): Promise<MemoryProvider> {
  const memory = new MemoryProvider();
  await memory.mkdir("/outside", 0o755);
  await memory.mkdir("/in", 0o755);
  return memory;
}

async function paths(memory: MemoryProvider): Promise<string[]> {
  return (await Array.fromAsync(walk(memory, "/"))).map(({ path }) => path);
}

for (const name of ["../evil", "../../evil", "..", ".", "", "a/b", "/evil", "a\0b"]) {
  Deno.test(`a listing with the name ${JSON.stringify(name)} is refused by whoever joins names`, async () => {
    const liar = new Liar({ "/d": [["ok", S_IFREG], [name, S_IFREG]] });
    const refusal = `Cannot readDir "/d": EIO (it lists the name ${JSON.stringify(name)})`;
    const memory = await target();
    const copying = () =>
      copyTree({ provider: liar, path: "/d" }, { provider: memory, path: "/in/copy" });
    await assertRejects(copying, FsError, refusal);
    assertEquals(await paths(memory), ["/", "/outside", "/in", "/in/copy"]);
    const archiving = () => Array.fromAsync(writeTar({ provider: liar, path: "/d" }));
    await assertRejects(archiving, FsError, refusal);
    await assertRejects(async () => await liar.removeAll("/d"), FsError, refusal);
    assertEquals(liar.removed, ["/d/ok"]);
  });
}

Deno.test("what is listed as a link and as a directory is refused, and copied through no link", async () => {
  const lists = { "/d": [["x", S_IFLNK], ["x", S_IFDIR]], "/d/x": [["evil", S_IFREG]] } as const;
  const liar = new Liar(lists);
  const memory = await target();
  const copying = () =>
    copyTree({ provider: liar, path: "/d" }, { provider: memory, path: "/copy" });
  await assertRejects(copying, FsError, 'Cannot readDir "/d": EIO (it lists the name "x")');
  assertFalse((await paths(memory)).includes("/outside/evil"));
});

Deno.test("what is listed as a directory and described as a link is not gone into", async () => {
  const lists = { "/d": [["x", S_IFDIR]], "/d/x": [["evil", S_IFREG]] } as const;
  const liar = new Liar(lists, { x: S_IFLNK });
  const memory = await target();
  await copyTree({ provider: liar, path: "/d" }, { provider: memory, path: "/copy" });
  assertEquals(await paths(memory), ["/", "/outside", "/in", "/copy", "/copy/x"]);
  const archive = new Blob(await Array.fromAsync(writeTar({ provider: liar, path: "/d" })));
  assertFalse((await archive.text()).includes("x/evil"));
});

Deno.test("copyTree() merges no directory with a link below its target, and may reach that by one", async () => {
  const from = new MemoryProvider();
  from.mkdirAll("/d/x", 0o755);
  from.writeFile("/d/x/evil", new Uint8Array(1), 0o644);
  const to = await target();
  to.symlink("../outside", "/in/x");
  to.symlink("in", "/way");
  for (const path of ["/in", "/way"]) {
    const copying = () => copyTree({ provider: from, path: "/d" }, { provider: to, path });
    await assertRejects(copying, FsError, "EEXIST");
  }
  to.unlink("/in/x");
  await copyTree({ provider: from, path: "/d" }, { provider: to, path: "/way" });
  assertEquals(to.stat("/in/x/evil").size, 1);
});

Deno.test("walk() yields a name once that a listing has twice", async () => {
  const liar = new Liar({ "/": [["a", S_IFREG], ["b", S_IFREG], ["a", S_IFREG]] });
  const seen = (await Array.fromAsync(walk(liar, "/"))).map(({ path }) => path);
  assertEquals(seen, ["/", "/a", "/b"]);
});
