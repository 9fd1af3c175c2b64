import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { FsError, O_RDWR } from "../base/mod.ts";
import { MemoryProvider, type MemorySnapshot } from "./mod.ts";

/** `u::rwx g::r-x o::---` */
const DEFAULT_ACL = Uint8Array.of(
  ...[2, 0, 0, 0],
  ...[1, 0, 7, 0, 255, 255, 255, 255],
  ...[4, 0, 5, 0, 255, 255, 255, 255],
  ...[32, 0, 0, 0, 255, 255, 255, 255],
);

/** One of everything. */
function full(): MemoryProvider {
  let sec = 1000;
  const memory = new MemoryProvider({ clock: () => ({ sec: ++sec, nsec: 7 }) });
  const encoder = new TextEncoder();
  memory.mkdirAll("/d/e", 0o700);
  memory.writeFile("/d/text", encoder.encode("\ufeffgrüße\0\n"), 0o4755);
  memory.writeFile("/d/bytes", Uint8Array.of(0xff, 0, 1), 0o600);
  memory.writeFile("/empty", new Uint8Array(), 0o644);
  using sparse = memory.open("/sparse", O_RDWR | 0o100, 0o644);
  sparse.writeAt(encoder.encode("far"), 2 ** 40);
  sparse.writeAt(new Uint8Array(10_000).fill(65), 8000);
  sparse.truncate(2 ** 41);
  memory.link("/d/text", "/d/e/10");
  memory.link("/d/text", "/d/e/2");
  memory.symlink("../nowhere", "/d/link");
  memory.mknod("/pipe", 0o010600, 0);
  memory.mknod("/device", 0o020666, 0x103);
  memory.mkdir("/\udcff", 0o755);
  memory.setXattr("/d", "user.a", Uint8Array.of(1, 2), 0);
  memory.setXattr("/", "user.root", Uint8Array.of(3), 0);
  memory.setXattr("/", "system.posix_acl_default", DEFAULT_ACL, 0);
  memory.lchown("/d/link", 5, 6);
  memory.utimes("/d/text", { sec: -1, nsec: 999 }, { sec: 2 ** 35, nsec: 1 });
  return memory;
}

Deno.test("a snapshot through JSON gives the same filesystem again", () => {
  const text = JSON.stringify(full());
  const again = MemoryProvider.fromJSON(JSON.parse(text));
  assertEquals(JSON.stringify(again), text);
  assertEquals(again.readDir("/d/e").map((entry) => entry.name), ["10", "2"]);
  assertEquals(again.stat("/d/e/2").ino, again.stat("/d/text").ino);
  assertEquals([again.stat("/d/text").nlink, again.stat("/d").nlink], [3, 3]);
  assertEquals(again.stat("/sparse").blocks, full().stat("/sparse").blocks);
  assertEquals(again.statfs("/"), full().statfs("/"));
  assertEquals(again.getXattr("/", "system.posix_acl_default"), DEFAULT_ACL);
  again.rename("/d/e", "/e");
  assertEquals(again.stat("/e/10").size, 12);
});

Deno.test("a filesystem deeper than the stack has a snapshot", () => {
  const memory = new MemoryProvider();
  const path = "/d".repeat(20_000);
  memory.mkdirAll(path, 0o755);
  const again = MemoryProvider.fromJSON(JSON.parse(JSON.stringify(memory)));
  assertEquals(again.stat(path).isDir, true);
});

Deno.test("what is no snapshot is EINVAL", () => {
  const root = { parent: 0, name: "", mode: 0o040755 };
  const file = { parent: 0, name: "f", mode: 0o100644 };
  const good: MemorySnapshot = { format: "fusewire-memory", version: 1, nodes: [root, file] };
  MemoryProvider.fromJSON(good);
  const bad: object[][] = [
    [],
    [file],
    [root, { ...file, name: "" }],
    [root, { ...file, name: ".." }],
    [root, { ...file, name: "a/b" }],
    [root, { ...file, name: "n".repeat(256) }],
    [root, file, file],
    [root, { ...file, parent: 1 }],
    [root, file, { ...file, parent: 1, name: "g" }],
    [root, { parent: 0, name: "g", link: 0 }],
    [root, { parent: 0, name: "g", link: 5 }],
    [root, { ...file, mode: 0o644 }],
    [root, { ...file, mode: 0.5 }],
    [root, { ...file, mode: 0o120777 }],
    [root, { ...file, mode: 0o120777, target: "" }],
    [root, { ...file, mtime: [1.5, 0] }],
  ];
  for (const nodes of bad) {
    const snapshot = JSON.parse(JSON.stringify({ ...good, nodes }));
    assertThrows(() => MemoryProvider.fromJSON(snapshot), Error, "EINVAL", JSON.stringify(nodes));
  }
  const other = JSON.parse(JSON.stringify({ ...good, version: 2 }));
  assertThrows(() => MemoryProvider.fromJSON(other), Error, "EINVAL");
});

/** What a snapshot with these nodes below its root is refused with. */
function refusal(...nodes: object[]): string {
  const root = { parent: 0, name: "", mode: 0o040755 };
  const snapshot = { format: "fusewire-memory", version: 1, nodes: [root, ...nodes] };
  const error = assertThrows(
    () => MemoryProvider.fromJSON(JSON.parse(JSON.stringify(snapshot))),
    FsError,
    "EINVAL",
    JSON.stringify(nodes),
  );
  return error.message;
}

Deno.test("a snapshot's fields are refused by path and name", () => {
  const directory = { parent: 0, name: "d", mode: 0o040755 };
  const file = { parent: 1, name: "f", mode: 0o100644 };
  const link = { ...file, mode: 0o120777, target: "t" };
  const far = "A".repeat(8);
  const bad: readonly (readonly [field: string, node: object])[] = [
    ["parent", { ...file, parent: 7 }],
    ["parent", { ...file, parent: -1 }],
    ["parent", { ...file, parent: "length" }],
    ["name", { ...file, name: "a\0b" }],
    ["name", { ...file, name: 5 }],
    ["name", { ...file, name: undefined }],
    ["link", { parent: 1, name: "f", link: 1 }],
    ["link", { parent: 1, name: "f", link: "length" }],
    ["link", { parent: 1, name: "f", link: null }],
    ["mode", { ...file, mode: undefined }],
    ["mode", { ...file, mode: -1 }],
    ["mode", { ...file, mode: 2 ** 32 + 0o100644 }],
    ["mode", { ...file, mode: "33188" }],
    ["uid", { ...file, uid: -1 }],
    ["uid", { ...file, uid: 2 ** 40 }],
    ["uid", { ...file, uid: 0xffff_ffff }],
    ["gid", { ...file, gid: 1.5 }],
    ["rdev", { ...file, mode: 0o020600, rdev: 2 ** 32 }],
    ["rdev", { ...file, rdev: 1 }],
    ["atime", { ...file, atime: [0] }],
    ["atime", { ...file, atime: null }],
    ["mtime", { ...file, mtime: [0, 5e9] }],
    ["mtime", { ...file, mtime: [0, -1] }],
    ["ctime", { ...file, ctime: [2 ** 60, 0] }],
    ["text", { ...file, text: 5 }],
    ["text", { ...file, text: "\ud800" }],
    ["text", { ...directory, name: "e", text: "" }],
    ["size", { ...file, size: -5 }],
    ["size", { ...file, size: 1.5 }],
    ["size", { ...file, size: "1" }],
    ["size", { ...file, text: "", size: 0 }],
    ["size", { ...link, size: 1 }],
    ["data", { ...file, size: 9, data: [[-20, far]] }],
    ["data", { ...file, size: 9, data: [[0.5, far]] }],
    ["data", { ...file, size: 9, data: [[4, far]] }],
    ["data", { ...file, size: 9, data: [[0, "not base64!"]] }],
    ["data", { ...file, size: 9, data: [[0]] }],
    ["data", { ...file, size: 9, data: far }],
    ["target", { ...link, target: undefined }],
    ["target", { ...link, target: "" }],
    ["target", { ...link, target: ["t"] }],
    ["target", { ...file, target: "t" }],
    ["xattrs", { ...file, xattrs: [["user.a", 5]] }],
    ["xattrs", { ...file, xattrs: [["user.a", "%"]] }],
    ["xattrs", { ...file, xattrs: [["nothing.a", far]] }],
    ["xattrs", { ...file, xattrs: [["system.posix_acl_default", DEFAULT_ACL.toBase64()]] }],
    ["xattrs", { ...link, xattrs: [["user.a", far]] }],
    ["xattrs", { ...file, xattrs: { "user.a": far } }],
  ];
  for (const [field, node] of bad) {
    const message = refusal(directory, node);
    assertMatch(
      message,
      new RegExp(`^Cannot restore "/.*: EINVAL, .*${field}$`),
      JSON.stringify(node),
    );
  }
  assertEquals(
    refusal(directory, { ...file, size: -5 }),
    'Cannot restore "/d/f": EINVAL, bad size',
  );
});

Deno.test("what is no list of nodes is EINVAL", () => {
  const said = { format: "fusewire-memory", version: 1 };
  const root = { parent: 0, name: "", mode: 0o040755 };
  for (
    const value of [
      null,
      5,
      [],
      said,
      { ...said, nodes: {} },
      { ...said, nodes: [null] },
      { ...said, nodes: [root, null] },
      { ...said, nodes: [{ ...root, uid: -1 }] },
      { ...said, nodes: [{ ...root, text: "" }] },
    ]
  ) {
    const snapshot = JSON.parse(JSON.stringify(value));
    assertThrows(() => MemoryProvider.fromJSON(snapshot), FsError, "EINVAL", JSON.stringify(value));
  }
});

Deno.test("a snapshot's data stays in its own file", () => {
  const file = { parent: 0, mode: 0o100644 };
  const secret = { ...file, name: "a", text: "A".repeat(60) };
  for (const data of [[[-40, btoa("HACKHACK")]], [[0, btoa("abc")], [-40, btoa("HACKHACK")]]]) {
    assertEquals(
      refusal(secret, { ...file, name: "b", size: 3, data }),
      'Cannot restore "/b": EINVAL, bad data',
    );
  }
});

Deno.test("a snapshot that the limits do not allow is ENOSPC, EFBIG or EMLINK", () => {
  const snapshot = full().toJSON();
  assertThrows(() => MemoryProvider.fromJSON(snapshot, { maxBytes: 4096 }), Error, "ENOSPC");
  assertThrows(() => MemoryProvider.fromJSON(snapshot, { maxInodes: 5 }), Error, "ENOSPC");
  assertThrows(() => MemoryProvider.fromJSON(snapshot, { maxFileSize: 100 }), Error, "EFBIG");
  const links = { maxLinks: 2 };
  assertThrows(() => MemoryProvider.fromJSON(snapshot, links), Error, "EMLINK");
});
