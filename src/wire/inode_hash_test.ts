import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { goClean, hashDeviceInode, hashPath } from "./inode_hash.ts";
import { VFSStat } from "./vfs_stat.ts";

/** FNV-1a 64 as its definition reads, for comparison. */
function fnv(bytes: Iterable<number>): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash < 2n ? hash + 2n : hash;
}

const encoder = new TextEncoder();

Deno.test("the number of a path is FNV-1a 64 of the path and its kind", () => {
  const path = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }).map((text) =>
    `/${text}`
  );
  fc.assert(fc.property(path, fc.boolean(), (text, isDir) => {
    const stat = new VFSStat();
    hashPath(text, isDir, stat);
    assertEquals(BigInt(stat.ino), fnv(encoder.encode(text + (isDir ? "d" : "f"))));
  }));
});

Deno.test("the number of a recorded path is the recorded one", () => {
  const stat = new VFSStat();
  hashPath("/workspace/hello.txt", false, stat);
  assertEquals(stat.ino, 2910895250130235480n);
});

Deno.test("the root is 1", () => {
  const stat = new VFSStat();
  hashPath("/", true, stat);
  assertEquals(stat.ino, 1);
});

Deno.test("the number of a real file is FNV-1a 64 of device and inode, big-endian", () => {
  const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  fc.assert(fc.property(uint64, uint64, (device, inode) => {
    const stat = new VFSStat();
    hashDeviceInode(device, inode, stat);
    const bytes = new Uint8Array(16);
    new DataView(bytes.buffer).setBigUint64(0, device);
    new DataView(bytes.buffer).setBigUint64(8, inode);
    assertEquals(BigInt(stat.ino), fnv(bytes));
  }));
});

// path/filepath of Go 1.19: TestClean.
const CLEANED: [string, string][] = [
  ["", "."],
  ["/", "/"],
  ["a", "a"],
  ["./a", "a"],
  ["a/../..", ".."],
  ["../a", "../a"],
  ["../../a", "../../a"],
  ["a/./b//c/", "a/b/c"],
  ["/a/../../b", "/b"],
  ["/..", "/"],
  ["//a", "/a"],
  ["/a/.b", "/a/.b"],
  ["/a/..b/", "/a/..b"],
  ["a/../b", "b"],
];

for (const [path, cleaned] of CLEANED) {
  Deno.test(`Go cleans ${JSON.stringify(path)} to ${JSON.stringify(cleaned)}`, () => {
    assertEquals(goClean(path), cleaned);
  });
}
