import { assertEquals, assertThrows } from "@std/assert";
import { type FileTree, MemoryProvider, TreeSpecial, TreeSymlink } from "./mod.ts";

Deno.test("fromTree() makes files, directories, links and devices, and toTree() reads them", () => {
  const tree: FileTree = {
    "README.md": "# Hello\n",
    src: { "main.ts": "1;", deep: { empty: {} } },
    data: Uint8Array.of(0xff, 0),
    link: new TreeSymlink("src/main.ts"),
    null: new TreeSpecial(0o020666, 0x103),
  };
  const memory = MemoryProvider.fromTree(tree, { uid: 7 });
  assertEquals(memory.toTree(), tree);
  assertEquals(memory.toTree("/src"), tree["src"]);
  assertEquals([memory.stat("/link").mode, memory.stat("/src").uid], [0o100644, 7]);
  assertEquals(memory.stat("/src").mode, 0o040755);
});

Deno.test("a file may be called __proto__", () => {
  const memory = MemoryProvider.fromTree(JSON.parse('{"__proto__": {"x": "1"}}'));
  assertEquals(memory.readDir("/").map((entry) => entry.name), ["__proto__"]);
  assertEquals(JSON.stringify(memory.toTree()), '{"__proto__":{"x":"1"}}');
});

Deno.test("fromTree() refuses names that are none", () => {
  assertThrows(() => MemoryProvider.fromTree({ "a/b": "" }), Error, "ENOENT");
  assertThrows(() => MemoryProvider.fromTree({ "a\0": "" }), Error, "EINVAL");
  assertThrows(() => MemoryProvider.fromTree({ "..": {} }), Error, "EEXIST");
});
