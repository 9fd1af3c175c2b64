import { assertEquals, assertRejects } from "@std/assert";
import { FsError } from "../base/mod.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { mkdirAll } from "./mkdir_all.ts";
import { walk, type WalkOptions } from "./walk.ts";
import { writeFile } from "./write_file.ts";

async function tree(): Promise<MemoryProvider> {
  const memory = new MemoryProvider();
  await mkdirAll(memory, "/a/b");
  await writeFile(memory, "/a/b/deep", "");
  await writeFile(memory, "/a/one", "");
  memory.symlink("a", "/link");
  await writeFile(memory, "/z", "");
  return memory;
}

async function paths(provider: MemoryProvider, from: string, options?: WalkOptions) {
  return (await Array.fromAsync(walk(provider, from, options))).map((entry) => entry.path);
}

Deno.test("walk() yields a directory before what is in it and follows no link", async () => {
  assertEquals(await paths(await tree(), "/"), [
    "/",
    "/a",
    "/a/b",
    "/a/b/deep",
    "/a/one",
    "/link",
    "/z",
  ]);
});

Deno.test("walk() begins anywhere, also at a file and at a link", async () => {
  const memory = await tree();
  assertEquals(await paths(memory, "/a/b/../b/"), ["/a/b", "/a/b/deep"]);
  assertEquals(await paths(memory, "/z"), ["/z"]);
  assertEquals(await paths(memory, "/link"), ["/link"]);
  await assertRejects(() => paths(memory, "/missing"), FsError, 'Cannot lstat "/missing": ENOENT');
});

Deno.test("walk() stops at a depth, and where the caller says", async () => {
  const memory = await tree();
  assertEquals(await paths(memory, "/", { depthMax: 1 }), ["/", "/a", "/link", "/z"]);
  const descend = ({ path }: { path: string }) => path !== "/a/b";
  assertEquals(await paths(memory, "/a", { descend }), ["/a", "/a/b", "/a/one"]);
});

Deno.test("walk() tells attributes on demand", async () => {
  for await (const { path, entry, depth } of walk(await tree(), "/")) {
    if (path !== "/a/b/deep") continue;
    assertEquals([depth, (await entry.info()).size], [3, 0]);
  }
});

Deno.test("walk() leaves out what goes while it walks", async () => {
  const memory = await tree();
  const seen: string[] = [];
  for await (const { path } of walk(memory, "/")) {
    seen.push(path);
    if (path === "/a") memory.removeAll("/a");
  }
  assertEquals(seen, ["/", "/a", "/link", "/z"]);
});

Deno.test("walk() ends with EINTR when its signal aborts", async () => {
  const memory = await tree();
  const controller = new AbortController();
  const seen: string[] = [];
  await assertRejects(
    async () => {
      for await (const { path } of walk(memory, "/", { signal: controller.signal })) {
        seen.push(path);
        if (path === "/a") controller.abort();
      }
    },
    FsError,
    'Cannot walk "/a": EINTR',
  );
  assertEquals(seen, ["/", "/a"]);
});

Deno.test("walk() reports how far it is", async () => {
  const counts: number[] = [];
  await paths(await tree(), "/", { progress: (names) => counts.push(names) });
  assertEquals(counts, [1, 2, 3]);
});

Deno.test("walk() goes two thousand directories deep", async () => {
  const memory = new MemoryProvider();
  await mkdirAll(memory, "/d".repeat(2_000));
  let deepest = 0;
  for await (const { depth } of walk(memory, "/")) deepest = depth;
  assertEquals(deepest, 2_000);
});
