import { assertEquals } from "@std/assert";
import { ZipRoot } from "../../fixtures/examples/zip_tree.ts";
import { MemoryProvider } from "../providers/mod.ts";
import { newLoopbackRoot } from "./loopback_node.ts";
import { archiveOf } from "./testing/archive_of.ts";
import { inChild, type UseMount, withMount, withNodes } from "./testing/with_mount.ts";

/** How often each of the 64 goes round; FUSEWIRE_STRESS=2000 for the long run. */
const ROUNDS = Number(Deno.env.get("FUSEWIRE_STRESS") ?? 15);

/** 64 users at once, each with files of its own, in a directory that all of them fill and list. */
const SCRIPT = `Deno.mkdirSync("shared");
  const user = async (id) => {
    const own = "own-" + id;
    await Deno.mkdir(own);
    for (let round = 0; round < ${ROUNDS}; round++) {
      const content = (id + ":" + round + ";").repeat(1 + (id * 37 + round * 11) % 3000);
      await Deno.writeTextFile(own + "/a", content);
      await Deno.rename(own + "/a", "shared/" + id);
      await Deno.link("shared/" + id, own + "/b");
      if (await Deno.readTextFile(own + "/b") !== content) throw new Error("changed: " + id);
      await Deno.truncate(own + "/b", 5);
      if ((await Deno.stat("shared/" + id)).size !== 5) throw new Error("size: " + id);
      const names = await Array.fromAsync(Deno.readDir("shared"));
      if (!names.some((entry) => entry.name === String(id))) throw new Error("missing: " + id);
      await Deno.remove("shared/" + id);
      await Deno.remove(own + "/b");
    }
    await Deno.remove(own);
  };
  await Promise.all(Array.from({ length: 64 }, (_, id) => user(id)));
  print([...Deno.readDirSync(".")].length, [...Deno.readDirSync("shared")].length);`;

const use: UseMount = async (directory, mounted) => {
  assertEquals(await inChild(directory, SCRIPT), "1 0");
  while (mounted.openCount > 0 || mounted.pendingCount > 0) await Deno.lstat(directory);
};

Deno.test("64 users at once do not disturb each other on a memory tree", async () => {
  await withMount(new MemoryProvider(), use);
});

Deno.test("64 users at once do not disturb each other on a loopback tree", async () => {
  const lower = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "fusewire-lower-" });
  await using root = newLoopbackRoot(lower);
  await withNodes(root, use, { nullPermissions: true });
  assertEquals([...Deno.readDirSync(lower)].map((entry) => entry.name), ["shared"]);
  await Deno.remove(lower, { recursive: true });
});

/** 64 users read everything of a tree, over and over, and compare it with what they read first. */
const READERS = `const read = async (path) => {
    const names = await Array.fromAsync(Deno.readDir(path));
    const parts = names.map(({ name, isDirectory }) =>
      isDirectory ? read(path + "/" + name) : Deno.readTextFile(path + "/" + name));
    return names.map(({ name }) => name).join() + (await Promise.all(parts)).join("|");
  };
  const first = await read(".");
  const user = async () => {
    for (let round = 0; round < ${ROUNDS}; round++) {
      if (await read(".") !== first) throw new Error("changed");
    }
  };
  await Promise.all(Array.from({ length: 64 }, user));
  print(first.length);`;

Deno.test("64 users at once read the same of a zip tree", async () => {
  const files = Array.from({ length: 20 }, (_, index): [string, string] => [
    `${index % 3}/${index}`,
    `${index};`.repeat(1 + index * 500),
  ]);
  const root = new ZipRoot(await archiveOf(Object.fromEntries(files)));
  await withNodes(root, async (directory, mounted) => {
    assertEquals(Number(await inChild(directory, READERS)) > 190_000, true);
    while (mounted.openCount > 0 || mounted.pendingCount > 0) await Deno.lstat(directory);
  });
});
