import { assertEquals } from "@std/assert";
import { ERRNO, FALLOC_FL_PUNCH_HOLE, O_TRUNC } from "../base/mod.ts";
import { AttrOut, FATTR, OpenOut, SetAttrIn } from "../fuse/mod.ts";
import { MEM_FILE_SIZE_MAX, MemRegularFile, MemSymlink, newNodeFS, Node } from "./mod.ts";

const CALLER = { uid: 1, gid: 2 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (file: MemRegularFile): string => new TextDecoder().decode(file.data);

/** A file that is in a tree. */
function inTree(file: MemRegularFile): MemRegularFile {
  const root = new Node();
  newNodeFS(root);
  const inode = root.embeddedInode();
  inode.addChild("file", inode.newPersistentInode(file, { mode: 0, ino: 0 }));
  return file;
}

function resize(file: MemRegularFile, size: number): unknown {
  const input = new SetAttrIn();
  input.valid = FATTR.SIZE;
  input.size = size;
  return file.setattr(CALLER, null, input, new AttrOut());
}

Deno.test("a memory file grows by writes and by truncate, with zeros in between", () => {
  const file = inTree(new MemRegularFile(bytes("ab")));
  assertEquals(file.write(CALLER, null, bytes("cd"), 4), 2);
  assertEquals(text(file), "ab\0\0cd");
  assertEquals(resize(file, 100), undefined);
  assertEquals([file.data.length, file.data[99]], [100, 0]);
  assertEquals(resize(file, 1), undefined);
  assertEquals(resize(file, 3), undefined);
  assertEquals(text(file), "a\0\0");
});

Deno.test("a memory file shrinks to nothing with O_TRUNC", () => {
  const file = inTree(new MemRegularFile(bytes("content")));
  file.open(CALLER, 0, new OpenOut());
  assertEquals(text(file), "content");
  file.open(CALLER, O_TRUNC, new OpenOut());
  assertEquals(text(file), "");
});

Deno.test("a memory file has an end: EFBIG, and nothing is allocated", () => {
  const file = inTree(new MemRegularFile());
  assertEquals(resize(file, 999_999_999_999_999), ERRNO.EFBIG);
  assertEquals(file.write(CALLER, null, bytes("x"), MEM_FILE_SIZE_MAX), ERRNO.EFBIG);
  assertEquals(file.allocate(CALLER, null, 0, MEM_FILE_SIZE_MAX + 1, 0), ERRNO.EFBIG);
  assertEquals(file.data.length, 0);
});

Deno.test("allocate() of a memory file grows it; holes are refused", () => {
  const file = inTree(new MemRegularFile(bytes("ab")));
  assertEquals(file.allocate(CALLER, null, 0, 10, 0), undefined);
  assertEquals(file.data.length, 10);
  assertEquals(file.allocate(CALLER, null, 0, 10, FALLOC_FL_PUNCH_HOLE), ERRNO.EOPNOTSUPP);
});

Deno.test("setattr() of a memory file keeps mode, owner and times to the nanosecond", () => {
  const file = inTree(new MemRegularFile(bytes("ab"), { mode: 0o600, mtimeMs: 1500 }));
  const out = new AttrOut();
  file.getattr(CALLER, null, out);
  const { attr } = out;
  assertEquals([attr.mode, attr.size, attr.mtime, attr.mtimensec], [0o600, 2, 1, 500_000_000]);
  const input = new SetAttrIn();
  input.valid = FATTR.MODE | FATTR.UID | FATTR.GID | FATTR.MTIME;
  Object.assign(input, { mode: 0o100640, uid: 7, gid: 8, mtime: -3, mtimensec: 999_999_999 });
  file.setattr(CALLER, null, input, out);
  assertEquals([attr.mode, attr.uid, attr.gid], [0o640, 7, 8]);
  assertEquals([attr.mtime, attr.mtimensec, attr.atime], [-3, 999_999_999, 1]);
});

Deno.test("100,000 small appends to a memory file cost no copy each", () => {
  const file = inTree(new MemRegularFile());
  const word = bytes("0123456789");
  for (let count = 0; count < 100_000; count++) {
    file.write(CALLER, null, word, count * word.length);
  }
  assertEquals(file.data.length, 1_000_000);
});

Deno.test("a memory link has the length of its target", () => {
  const root = new Node();
  newNodeFS(root);
  const link = new MemSymlink("täglich");
  root.embeddedInode().newPersistentInode(link, { mode: 0o120000, ino: 0 });
  const out = new AttrOut();
  link.getattr(CALLER, null, out);
  assertEquals([out.attr.size, out.attr.mode], [8, 0o777]);
  assertEquals(link.readlink(), bytes("täglich"));
});
