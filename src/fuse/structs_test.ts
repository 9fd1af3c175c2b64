import { assertEquals } from "@std/assert";
import { decodeHex, encodeHex } from "./testing/hex.ts";
import { STRUCTS } from "./testing/golden.ts";
import { FATTR } from "./abi.ts";
import { Attr, ATTR_OUT_SIZE, ATTR_SIZE, AttrOut, ENTRY_OUT_SIZE, EntryOut } from "./attr.ts";
import { DirEntryList } from "./dir_entry_list.ts";
import { InitFlags } from "./init_flags.ts";
import { decodeLock, encodeLock, LK_OUT_SIZE } from "./kernel_lock.ts";
import { decodeInit, encodeInit, INIT_OUT_SIZE, negotiate } from "./negotiation.ts";
import { OPEN_OUT_SIZE, OpenOut } from "./open_out.ts";
import { SetAttrIn } from "./setattr_in.ts";
import { LOCK_END_MAX } from "../provider/mod.ts";

function fill(attr: Attr): void {
  attr.ino = 0x1122334455667788n;
  attr.size = 5_000_000_000;
  attr.blocks = 9_765_632;
  attr.atime = 1_700_000_001;
  attr.mtime = -2;
  attr.ctime = 1_700_000_003;
  attr.atimensec = 1;
  attr.mtimensec = 999_999_999;
  attr.ctimensec = 3;
  attr.mode = 0o100644;
  attr.nlink = 2;
  attr.uid = 1000;
  attr.gid = 1001;
  attr.rdev = 0x0103;
  attr.blksize = 4096;
}

function entry(): EntryOut {
  const out = new EntryOut();
  out.nodeid = 7;
  out.generation = 9;
  out.entryTimeoutMs = 1500;
  out.attrTimeoutMs = 2250;
  fill(out.attr);
  return out;
}

/** The hex of what `encode` writes into `size` bytes that were all ones before. */
function written(size: number, encode: (view: DataView) => void): string {
  const bytes = new Uint8Array(size).fill(0xff);
  encode(new DataView(bytes.buffer));
  return encodeHex(bytes);
}

function viewOf(hex: string): DataView {
  return new DataView(decodeHex(hex).buffer);
}

Deno.test("fuse_attr, fuse_entry_out and fuse_attr_out are laid out as C does", () => {
  const attr = new Attr();
  fill(attr);
  assertEquals(written(ATTR_SIZE, (view) => attr.encode(view, 0)), STRUCTS.attr);
  assertEquals(
    written(ENTRY_OUT_SIZE, (view) => entry().encode(view, 0, 0, 0)),
    STRUCTS.entry_out,
  );
  const out = new AttrOut();
  out.attrTimeoutMs = 1;
  fill(out.attr);
  assertEquals(written(ATTR_OUT_SIZE, (view) => out.encode(view, 0, 5000)), STRUCTS.attr_out);
});

Deno.test("a timeout that is undefined takes the mount's default, 0 stays 0", () => {
  const out = new AttrOut();
  const seconds = (): number => {
    const view = new DataView(new ArrayBuffer(ATTR_OUT_SIZE));
    out.encode(view, 0, 3000);
    return view.getUint32(0, true);
  };
  assertEquals(seconds(), 3);
  out.attrTimeoutMs = 0;
  assertEquals(seconds(), 0);
});

Deno.test("fuse_open_out is laid out as C does", () => {
  const out = new OpenOut();
  Object.assign(out, { fh: 42, openFlags: 2, backingId: -1 });
  assertEquals(written(OPEN_OUT_SIZE, (view) => out.encode(view, 0)), STRUCTS.open_out);
});

Deno.test("fuse_setattr_in is read as C lays it out", () => {
  const input = new SetAttrIn();
  input.decode(viewOf(STRUCTS.setattr_in), 0);
  assertEquals(input.has(FATTR.SIZE), true);
  assertEquals(input.has(FATTR.CTIME), false);
  const { fh, size, atime, mtime, ctime, atimensec, mtimensec, ctimensec, mode, uid, gid } = input;
  assertEquals(
    { fh, size, atime, mtime, ctime, atimensec, mtimensec, ctimensec, mode, uid, gid },
    {
      fh: 3,
      size: 2 ** 40,
      atime: 1,
      mtime: -5,
      ctime: 6,
      atimensec: 7,
      mtimensec: 8,
      ctimensec: 9,
      mode: 0o100755,
      uid: 10,
      gid: 11,
    },
  );
});

Deno.test("fuse_setattr_in's seconds beyond a number become the last that one holds", () => {
  const view = viewOf(STRUCTS.setattr_in);
  view.setBigInt64(32, 67_767_976_233_532_799n, true); // the end of 2147483647, as touch(1) takes it
  view.setBigInt64(40, -(2n ** 63n), true);
  view.setBigInt64(48, -1n, true);
  const input = new SetAttrIn();
  input.decode(view, 0);
  const { MAX_SAFE_INTEGER, MIN_SAFE_INTEGER } = Number;
  assertEquals([input.atime, input.mtime, input.ctime], [MAX_SAFE_INTEGER, MIN_SAFE_INTEGER, -1]);
});

Deno.test("fuse_lk_in is read and fuse_lk_out written as C lays them out", () => {
  const lock = decodeLock(viewOf(STRUCTS.lk_in), 0);
  assertEquals(lock, {
    kind: "flock",
    type: "write",
    start: 10,
    end: LOCK_END_MAX,
    owner: 0xdeadbeefcafebaben,
    pid: 77,
  });
  assertEquals(written(LK_OUT_SIZE, (view) => encodeLock(view, 0, lock)), STRUCTS.lk_out);
  const free = written(LK_OUT_SIZE, (view) => encodeLock(view, 0, null));
  assertEquals(free, `${"00".repeat(16)}02000000${"00".repeat(4)}`);
});

Deno.test("INIT agrees on what both sides can do", () => {
  const offer = decodeInit(viewOf(STRUCTS.init_in), 0, 64);
  assertEquals(offer.minor, 45);
  assertEquals(offer.flags.names(), ["ASYNC_READ", "BIG_WRITES", "INIT_EXT", "PASSTHROUGH"]);
  const agreed = negotiate(offer, {
    flags: InitFlags.of("ASYNC_READ", "BIG_WRITES", "INIT_EXT", "PASSTHROUGH", "FLOCK_LOCKS"),
    maxWrite: 1 << 20,
    maxReadahead: 1 << 20,
    maxBackground: 64,
    congestionThreshold: 48,
  });
  assertEquals(agreed.flags.has("FLOCK_LOCKS"), false);
  assertEquals(agreed.maxReadahead, 131_072);
  assertEquals(written(INIT_OUT_SIZE, (view) => encodeInit(view, 0, agreed)), STRUCTS.init_out);
});

Deno.test("an INIT without the high word offers none of its flags", () => {
  const offer = decodeInit(viewOf(STRUCTS.init_in.slice(0, 32)), 0, 16);
  assertEquals(offer.flags.has("PASSTHROUGH"), false);
});

Deno.test("directory entries are padded to eight bytes, with attributes in front for READDIRPLUS", () => {
  const room = new Uint8Array(400).fill(0xff);
  const plain = new DirEntryList(room, false);
  plain.add("hello", 0o100644, 0x1122334455667788n, 3);
  assertEquals(encodeHex(room.subarray(0, plain.size)), STRUCTS.dirent);
  room.fill(0xff);
  const plus = new DirEntryList(room, true);
  plus.add("ab", 0o040755, 0x1122334455667788n, 4, entry());
  assertEquals(encodeHex(room.subarray(0, plus.size)), STRUCTS.direntplus);
});

Deno.test("an entry that does not fit is not written, not even in part", () => {
  const room = new Uint8Array(40).fill(0xff);
  const list = new DirEntryList(room, false);
  assertEquals(list.add("0123456789abcdef", 0o100644, 1, 1), true);
  assertEquals(list.add("x", 0o100644, 1, 2), false);
  assertEquals(list.size, 40);
  const small = new Uint8Array(31).fill(0xff);
  assertEquals(new DirEntryList(small, false).add("x", 0o100644, 1, 1), false);
  assertEquals(small.every((byte) => byte === 0xff), true);
});
