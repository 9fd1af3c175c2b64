import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { FsError, S_IFDIR, S_IFREG } from "../base/mod.ts";
import { Node } from "./node.ts";
import { Tree } from "./tree.ts";

const DIRECTORY = { mode: S_IFDIR, ino: 0 };
const FILE = { mode: S_IFREG, ino: 0 };

/** A tree `/a/b/file` and `/c`. */
function sample() {
  const tree = new Tree(new Node(), { mode: S_IFDIR, ino: 1 }, 1000n);
  const { root } = tree;
  const a = root.newInode(new Node(), DIRECTORY);
  const b = root.newInode(new Node(), DIRECTORY);
  const c = root.newInode(new Node(), DIRECTORY);
  const file = root.newInode(new Node(), { mode: S_IFREG, ino: 77 });
  root.addChild("a", a);
  a.addChild("b", b);
  b.addChild("file", file);
  root.addChild("c", c);
  return { tree, root, a, b, c, file };
}

Deno.test("path() follows the tree, also after a directory above has moved", () => {
  const { root, a, c, file } = sample();
  assertEquals(root.path(), "/");
  assertEquals(file.path(), "/a/b/file");
  root.mvChild("a", c, "z");
  assertEquals(file.path(), "/c/z/b/file");
  assertEquals(a.path(), "/c/z");
});

Deno.test("path() of a removed inode is undefined, and of what is below a removed directory", () => {
  const { a, b, file } = sample();
  a.rmChild("b");
  assertEquals([b.path(), file.path()], [undefined, undefined]);
  assertEquals([b.isDetached, file.isDetached], [true, false]);
});

Deno.test("an inode with two names has the path that was seen last, and keeps the other", () => {
  const { root, b, file } = sample();
  root.addChild("link", file);
  assertEquals(file.path(), "/link");
  b.addChild("file", file);
  assertEquals(file.path(), "/a/b/file");
  b.rmChild("file");
  assertEquals(file.path(), "/link");
});

Deno.test("of many names, each can be seen again or go; the kernel forgets them together", () => {
  const { tree, root, a, b, c, file } = sample();
  const names = (): string[] => file.parents().map(({ name }) => name);
  for (const name of ["1", "2", "3"]) root.addChild(name, file);
  assertEquals(names(), ["file", "1", "2", "3"]);
  root.addChild("1", file);
  assertEquals([names(), file.path()], [["file", "2", "3", "1"], "/1"]);
  root.rmChild("2");
  root.rmChild("1");
  assertEquals([names(), file.path()], [["file", "3"], "/3"]);
  // The same name elsewhere is another one.
  c.addChild("3", file);
  root.rmChild("3");
  assertEquals([names(), file.path()], [["file", "3"], "/c/3"]);
  for (const inode of [a, b, c, file]) tree.grant(inode);
  tree.forget(file.nodeid, 1);
  assertEquals([names(), file.parent(), file.isDetached], [[], null, true]);
  assertEquals([b.children().size, c.children().size], [0, 0]);
});

Deno.test("a name of many is seen again, and goes, as fast as one of few", () => {
  // Half a second's work; minutes where each looks at all the others.
  const LINKS = 100_000;
  const { root, c, file } = sample();
  const startedAt = performance.now();
  for (let index = 0; index < LINKS; index++) root.addChild(`l${index}`, file);
  for (let index = 0; index < LINKS; index++) root.addChild(`l${index}`, file);
  assertEquals(file.path(), `/l${LINKS - 1}`);
  c.addChild("other", file);
  for (let index = 0; index < LINKS; index++) root.rmChild(`l${index}`);
  assertEquals(file.parents().map(({ name }) => name), ["file", "other"]);
  assert(performance.now() - startedAt < 60_000);
});

Deno.test("a directory that is found elsewhere has moved: it has one name", () => {
  const { root, b, c, a } = sample();
  c.addChild("b2", b);
  assertEquals(b.path(), "/c/b2");
  assertEquals(a.getChild("b"), undefined);
  assertEquals([...root.children().keys()], ["a", "c"]);
});

Deno.test("a directory does not come to lie below itself", () => {
  const { root, a, b, file } = sample();
  for (const above of [root, a, b]) {
    assertThrows(() => b.addChild("loop", above), FsError, "ELOOP");
  }
  assertEquals([file.path(), b.getChild("loop")], ["/a/b/file", undefined]);
  assertEquals([b.isWithin(a), a.isWithin(b), root.isWithin(root)], [true, false, true]);
});

Deno.test("mvChild() replaces what is at the new name and returns it", () => {
  const { b, root, c, file } = sample();
  const replaced = b.mvChild("file", root, "c");
  assertStrictEquals(replaced, c);
  assertEquals(file.path(), "/c");
  assertEquals(c.isDetached, true);
});

Deno.test("exchangeChild() swaps two names", () => {
  const { root, b, c, file } = sample();
  b.exchangeChild("file", root, "c");
  assertEquals([file.path(), c.path()], ["/c", "/a/b/file"]);
});

Deno.test("newInode() returns the inode that has the number already; not one of another type or generation", () => {
  const { root, file } = sample();
  assertStrictEquals(root.newInode(new Node(), { mode: S_IFREG, ino: 77 }), file);
  assertEquals(root.newInode(new Node(), { mode: S_IFDIR, ino: 77 }) === file, false);
  assertEquals(root.newInode(new Node(), { mode: S_IFREG, ino: 77, gen: 1 }) === file, false);
});

Deno.test("automatic numbers count from where the options say", () => {
  const { root } = sample();
  const next = root.newInode(new Node(), FILE);
  assertEquals(next.stableAttr.ino, 1003n);
});

Deno.test("a node that is in no tree has no inode, and one node is never two inodes", () => {
  const { root } = sample();
  const node = new Node();
  assertThrows(() => node.embeddedInode(), TypeError, "in no tree yet");
  root.newInode(node, FILE);
  assertThrows(() => root.newInode(node, FILE), TypeError, "already");
});

Deno.test("what the kernel forgets leaves the tree, with its parents; persistent inodes stay", () => {
  const { tree, root, a, b, file } = sample();
  const kept = root.newPersistentInode(new Node(), FILE);
  root.addChild("kept", kept);
  for (const inode of [a, b, file, file, kept]) tree.grant(inode);
  const { nodeid } = file;
  tree.forget(nodeid, 1);
  assertStrictEquals(tree.get(nodeid), file);
  tree.forget(b.nodeid, 1);
  tree.forget(a.nodeid, 1);
  assertEquals(file.path(), "/a/b/file");
  tree.forget(nodeid, 1);
  assertEquals(tree.get(nodeid), undefined);
  tree.forget(kept.nodeid, 1);
  assertEquals([...root.children().keys()], ["c", "kept"]);
  assertEquals(tree.size, 1);
});

Deno.test("what the kernel forgets while a lookup finds it is the same inode afterwards", () => {
  const { tree, root: top } = sample();
  const inode = top.newInode(new Node(), { mode: 0o100000, ino: 5 });
  top.addChild("file", inode);
  tree.grant(inode);
  const before = inode.nodeid;
  tree.forget(before, 1);
  assertEquals(top.knownInode(5, 0o100000), undefined);
  // A lookup that began before has its answer now.
  top.addChild("file", inode);
  tree.grant(inode);
  assertEquals([top.knownInode(5, 0o100000), inode.nodeid > before], [inode, true]);
  tree.forget(inode.nodeid, 1);
  assertEquals([top.getChild("file"), top.knownInode(5, 0o100000)], [undefined, undefined]);
});

Deno.test("a node id is never used twice", () => {
  const { tree, file } = sample();
  tree.grant(file);
  const { nodeid } = file;
  tree.forget(nodeid, 1);
  tree.grant(file);
  assertEquals(file.nodeid > nodeid, true);
});

Deno.test("forgetting more than was granted, or what is not known, changes nothing else", () => {
  const { tree, file, root } = sample();
  tree.grant(file);
  tree.forget(12345, 1);
  tree.forget(1, 99);
  tree.forget(file.nodeid, 99);
  assertStrictEquals(tree.get(1), root);
  assertEquals(tree.size, 1);
});
