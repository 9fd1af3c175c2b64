import { assert, assertEquals } from "@std/assert";
import { S_IFDIR, S_IFREG } from "../base/mod.ts";
import type { CachedName } from "./cached_name.ts";
import { NameTree } from "./name_tree.ts";
import { VFSDirEntry } from "./vfs_dir_entry.ts";
import { VFSStat } from "./vfs_stat.ts";

const statOf = (ino: number, type: number): VFSStat =>
  new VFSStat({ ino, mode: type | 0o644, nlink: 1 });

/** Keeps what is at a path, whose directory is known. */
function keep(tree: NameTree, path: string, ino: number, type: number): CachedName {
  const name = tree.place(path);
  assert(name !== undefined);
  tree.keep(name, path.slice(path.lastIndexOf("/") + 1), statOf(ino, type));
  return name;
}

/** A directory `d` with a file and a directory with a file in it. */
function grown(): NameTree {
  const tree = new NameTree(false);
  keep(tree, "/d", 2, S_IFDIR);
  keep(tree, "/d/f", 3, S_IFREG);
  keep(tree, "/d/sub", 4, S_IFDIR);
  keep(tree, "/d/sub/g", 5, S_IFREG);
  return tree;
}

Deno.test("a tree counts names and inodes, and those that go", () => {
  const tree = grown();
  assertEquals(tree.size, { names: 4, inodes: 4 });
  tree.entryRemoved("/d/f");
  assertEquals(tree.size, { names: 3, inodes: 3 });
  assertEquals(tree.ofInode(3), undefined);
  tree.entryChanged("/d/sub");
  assertEquals(tree.size, { names: 2, inodes: 1 }, "that there is a name is known still");
  tree.entryRemoved("/d");
  assertEquals(tree.size, { names: 0, inodes: 0 });
  tree.entryRemoved("/d");
  assertEquals(tree.size, { names: 0, inodes: 0 });
});

Deno.test("files that come and go leave nothing", () => {
  const tree = grown();
  const { size } = tree;
  for (let ino = 10; ino < 2000; ino++) {
    keep(tree, "/d/sub/new", ino, S_IFREG);
    if (ino % 2 === 0) tree.entryChanged("/d/sub/new");
    tree.entryRemoved("/d/sub/new");
  }
  assertEquals(tree.size, size);
});

Deno.test("an inode leads to the name that it has, not to one that it had", () => {
  const tree = grown();
  const name = keep(tree, "/d/f", 6, S_IFREG);
  assertEquals([tree.ofInode(3), tree.ofInode(6)], [undefined, name]);
  // The new name of a file is known before the old one goes.
  const moved = keep(tree, "/d/sub/moved", 6, S_IFREG);
  tree.entryRemoved("/d/f");
  assertEquals(tree.ofInode(6), moved);
});

Deno.test("whoever still has a record that is gone learns nothing from it", () => {
  const tree = grown();
  const file = tree.find("/d/sub/g");
  assert(file !== undefined && file.info !== null);
  tree.entryChanged("/d");
  assertEquals([file.info, tree.find("/d/sub/g")], [null, undefined]);
  assertEquals(tree.counts(file, "/d/sub/g", tree.now), false);
});

Deno.test("a new listing of a leased directory takes the place of the one before", () => {
  const tree = new NameTree(true);
  const entryOf = (ino: number): VFSDirEntry =>
    new VFSDirEntry({ name: `f${ino}`, ino, mode: S_IFREG, nlink: 1 });
  const lease = (number: number, ...inodes: number[]): void =>
    tree.lease({ directory: tree.root, path: "/" }, tree.now, {
      number,
      validUntil: Infinity,
      stat: statOf(1, S_IFDIR),
      entries: inodes.map(entryOf),
    });
  lease(1, 2, 3, 4);
  assertEquals(tree.size, { names: 3, inodes: 4 });
  lease(2, 3, 5);
  assertEquals(tree.size, { names: 2, inodes: 3 });
  assertEquals(tree.leaseOver(1), undefined);
  assertEquals(tree.leaseOver(2)?.path, "/");
});
