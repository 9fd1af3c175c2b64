import { assert, assertEquals, assertThrows } from "@std/assert";
import { type CborType, decodeCbor, encodeCbor } from "@std/cbor";
import fc from "fast-check";
import { CborError, CborReader, CborWriter } from "../cbor/mod.ts";
import {
  decodeFirstRequest,
  decodeRequest,
  decodeResponse,
  encodeReplyTo,
  encodeRequest,
  encodeRequestOfOp,
  encodeResponse,
} from "./codec.ts";
import { OpCode } from "./op_code.ts";
import { OPERATIONS } from "./operations.ts";
import { REQUEST } from "./request_schema.ts";
import { RESPONSE } from "./response_schema.ts";
import { readRecordings } from "./testing/recordings.ts";
import { VFSDirEntry } from "./vfs_dir_entry.ts";
import { VFSLock, VFSTimes } from "./vfs_parts.ts";
import { VFSRequest } from "./vfs_request.ts";
import { VFSResponse } from "./vfs_response.ts";
import { VFSStat } from "./vfs_stat.ts";

const EXCHANGES = readRecordings().flatMap((recording) => recording.exchanges);

function decodedRequest(hex: string, version: 1 | 2 = 1): VFSRequest {
  const reader = new CborReader();
  reader.reset(Uint8Array.fromHex(hex));
  const request = new VFSRequest();
  decodeRequest(reader, request, version);
  return request;
}

function decodedResponse(hex: string, version: 1 | 2 = 1): VFSResponse {
  const reader = new CborReader();
  reader.reset(Uint8Array.fromHex(hex));
  const response = new VFSResponse();
  decodeResponse(reader, response, version);
  return response;
}

function hexOf(write: (writer: CborWriter) => void): string {
  const writer = new CborWriter(1);
  write(writer);
  return writer.view().toHex();
}

Deno.test("there are recordings to compare with", () => assertEquals(EXCHANGES.length, 133));

Deno.test("every recorded request decodes and encodes to the same bytes", () => {
  for (const { request: hex, note } of EXCHANGES) {
    const request = decodedRequest(hex);
    assertEquals(hexOf((writer) => encodeRequest(writer, request, 1)), hex, note);
  }
});

Deno.test("every recorded request encodes to the same bytes from the fields of its operation", () => {
  for (const { request: hex, note } of EXCHANGES) {
    const request = decodedRequest(hex);
    if (request.op === OpCode.Hello) continue;
    assertEquals(hexOf((writer) => encodeRequestOfOp(writer, request, 1)), hex, note);
  }
});

Deno.test("every recorded reply decodes and encodes to the same bytes", () => {
  for (const { request, response: hex, note } of EXCHANGES) {
    const response = decodedResponse(hex);
    assertEquals(hexOf((writer) => encodeResponse(writer, response, 1)), hex, note);
    const { op } = decodedRequest(request);
    assertEquals(hexOf((writer) => encodeReplyTo(op, writer, response, 1)), hex, note);
  }
});

Deno.test("a recorded reply means to us what it means to an independent decoder", () => {
  for (const { response: hex } of EXCHANGES) {
    const ours = decodedResponse(hex);
    const theirs = decodeCbor(Uint8Array.fromHex(hex));
    assert(typeof theirs === "object" && theirs !== null && "err" in theirs);
    assertEquals(ours.err, theirs.err);
    assertEquals(ours.data, theirs.data ?? new Uint8Array());
    assertEquals(ours.written, theirs.written ?? 0);
    assertEquals(ours.handle, theirs.fh ?? 0);
    assertEquals(
      ours.entries?.length ?? 0,
      Array.isArray(theirs.entries) ? theirs.entries.length : 0,
    );
    const { stat } = theirs;
    if (typeof stat !== "object" || stat === null || !("size" in stat)) continue;
    const { size, mode, mtime, is_dir, ino } = stat;
    assertEquals([ours.stat?.size, ours.stat?.mode, ours.stat?.modTime], [size, mode, mtime]);
    assertEquals([ours.stat?.isDir, BigInt(ours.stat?.ino ?? 0)], [is_dir, big(ino)]);
  }
});

function big(value: CborType): bigint {
  assert(typeof value === "number" || typeof value === "bigint");
  return BigInt(value);
}

/** One example of each message of version 2, with every key that its operation may have. */
function fullRequest(op: number): VFSRequest {
  return new VFSRequest({
    op,
    path: "/a/b",
    newPath: "/c",
    handle: 2 ** 53 - 1,
    offset: 2 ** 40,
    size: 4096,
    data: new Uint8Array([1, 2, 3]),
    flags: 66,
    mode: 0o104755,
    uid: 1000,
    gid: 100,
    id: 0xffff_ffff,
    pid: 77,
    version: 2,
    name: "user.mime",
    set: 1023,
    owner: 0xffff_fffe,
    group: 5,
    length: 2 ** 45,
    handle2: 9,
    offset2: 1,
    rdev: 0x0103,
    times: Object.assign(new VFSTimes(), { atime: -5, atimeNs: 999_999_999, mtime: 2 ** 33 }),
    lock: Object.assign(new VFSLock(), {
      kind: 1,
      type: 2,
      end: 2 ** 53 - 1,
      owner: 2n ** 64n - 1n,
    }),
    cursor: 3,
    ref: 8,
  });
}

for (const [name, op] of Object.entries(OpCode)) {
  Deno.test(`a version 2 ${name} request encodes what an independent decoder reads`, () => {
    const request = fullRequest(op);
    const hex = hexOf((writer) => encodeRequestOfOp(writer, request, 2));
    const theirs = decodeCbor(Uint8Array.fromHex(hex));
    assert(typeof theirs === "object" && theirs !== null);
    const common = ["op", "uid", "gid", "id", "pid"];
    const row = Object.entries(OPERATIONS).find(([key]) => key === name);
    assertEquals(Object.keys(theirs).sort(), [...common, ...row?.[1].request ?? []].sort());
    const again = decodedRequest(hex, 2);
    assertEquals(hexOf((writer) => encodeRequestOfOp(writer, again, 2)), hex);
    assertEquals(again.lock, name.endsWith("Lock") ? request.lock : null);
  });
}

Deno.test("a request with all keys of version 2 survives encoding and decoding", () => {
  const request = fullRequest(2);
  const hex = hexOf((writer) => encodeRequest(writer, request, 2));
  assertEquals(Object.keys(decodeCbor(Uint8Array.fromHex(hex)) ?? {}).length, 26);
  assertEquals(decodedRequest(hex, 2), request);
});

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const uint53 = fc.maxSafeNat();
const seconds = fc.maxSafeInteger();
const nanos = fc.integer({ min: 0, max: 999_999_999 });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
);
const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
const statFields = {
  size: seconds,
  mode: uint32,
  modTime: seconds,
  isDir: fc.boolean(),
  ino: uint64,
  nlink: uint32,
  uid: uint32,
  gid: uint32,
  rdev: uint32,
  blocks: uint53,
  blksize: uint32,
  atime: seconds,
  ctime: seconds,
  btime: seconds,
  atimeNs: nanos,
  mtimeNs: nanos,
  ctimeNs: nanos,
  btimeNs: nanos,
};

Deno.test("any attributes survive version 2", () => {
  fc.assert(fc.property(fc.record(statFields), (fields) => {
    const response = new VFSResponse({ stat: new VFSStat(fields) });
    const hex = hexOf((writer) => encodeResponse(writer, response, 2));
    assertEquals(decodedResponse(hex, 2).stat, response.stat);
    decodeCbor(Uint8Array.fromHex(hex));
  }));
});

Deno.test("any listing survives version 2, names in any bytes included", () => {
  const bytes = fc.integer({ min: 0xdc80, max: 0xdcff }).map((code) => String.fromCharCode(code));
  const entry = fc.record({ ...statFields, name: fc.oneof(name, bytes) });
  fc.assert(fc.property(fc.array(entry, { minLength: 1, maxLength: 9 }), (list) => {
    const response = new VFSResponse({ entries: list.map((each) => new VFSDirEntry(each)) });
    const hex = hexOf((writer) => encodeResponse(writer, response, 2));
    assertEquals(decodedResponse(hex, 2).entries, response.entries);
    decodeCbor(Uint8Array.fromHex(hex));
  }));
});

Deno.test("what another encoder makes of the keys of version 1 is read", () => {
  const value = fc.record({
    op: fc.integer({ min: 0, max: 255 }),
    path: name,
    new_path: name,
    fh: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    off: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    sz: uint32,
    data: fc.uint8Array({ maxLength: 300 }),
    flags: uint32,
    mode: uint32,
    uid: uint32,
    gid: uint32,
  }, { requiredKeys: ["op"] });
  fc.assert(fc.property(value, (fields) => {
    const request = decodedRequest(encodeCbor(fields).toHex());
    assertEquals(request.op, fields.op);
    assertEquals(request.path, fields.path ?? "");
    assertEquals(BigInt(request.handle), fields.fh ?? 0n);
    assertEquals(BigInt(request.offset), fields.off ?? 0n);
    assertEquals(request.data, fields.data ?? new Uint8Array());
  }));
});

const BROKEN: [string, string][] = [
  ["an empty map with a byte behind it", "a000"],
  ["no map", "80"],
  ["nothing", ""],
  ["a map that is cut off", "a2626f7000"],
  ["a text as operation", "a1626f706131"],
  ["an operation over 255", "a1626f70190100"],
  ["a float as operation", "a1626f70f93c00"],
  ["a number as path", "a1647061746801"],
  ["bytes as path", "a164706174684161"],
  ["text as data", "a164646174616161"],
  ["sz over 32 bits", "a162737a1b0000000100000000"],
  ["a negative handle", "a162666820"],
  ["an offset over 63 bits", "a1636f66661b8000000000000000"],
  ["the same key twice", "a2626f7000626f7000"],
  ["the same key twice in two spellings", "a2626f700078026f7000"],
  ["an unknown key twice", "a2617801617801"],
  ["a path that is not UTF-8", "a1647061746861ff"],
  ["an unknown value nested too deep", "a1617888888888888888888100"],
  ["an unknown value that is cut off", "a161785903e8"],
];

for (const [what, hex] of BROKEN) {
  Deno.test(`${what} is refused`, () => {
    assertThrows(() => decodedRequest(hex), CborError);
  });
}

Deno.test("unknown keys are passed over, keys of version 2 in version 1 too", () => {
  const hex = encodeCbor({ op: 1, id: "text", more: { a: [1, 2.5, null] }, path: "/x" }).toHex();
  const request = decodedRequest(hex);
  assertEquals([request.op, request.path, request.id], [1, "/x", 0]);
});

Deno.test("null and undefined stand for what is absent", () => {
  const request = decodedRequest(encodeCbor({ op: 3, path: null, data: undefined }).toHex());
  assertEquals([request.op, request.path, request.data.length], [3, "", 0]);
});

Deno.test("indefinite lengths are read", () => {
  // A map, a path in two chunks and data in two chunks, all without a length.
  const hex = "bf626f700464706174687f612f6161ff64646174615f4101420203ffff";
  const request = decodedRequest(hex);
  assertEquals([request.op, request.path, [...request.data]], [4, "/a", [1, 2, 3]]);
});

Deno.test("the first request may say hello, and one of version 1 stays as it is", () => {
  const first = (hex: string): VFSRequest => {
    const reader = new CborReader();
    reader.reset(Uint8Array.fromHex(hex));
    const request = new VFSRequest();
    decodeFirstRequest(reader, request);
    return request;
  };
  assertEquals(first("a2626f7018206376657202").version, 2);
  for (const { request } of EXCHANGES) assertEquals(first(request), decodedRequest(request));
});

Deno.test("a number out of range is refused instead of sent as something else", () => {
  const bad = [-1, 1.5, 2 ** 32, NaN];
  for (const size of bad) {
    assertThrows(() => hexOf((w) => encodeRequest(w, new VFSRequest({ size }), 1)), RangeError);
  }
});

Deno.test("each schema has each key once", () => {
  for (const { keys } of [REQUEST[1], REQUEST[2], RESPONSE[1], RESPONSE[2]]) {
    assertEquals(new Set(keys.keys).size, keys.keys.length);
  }
});

/** A map of CBOR with its pairs in another order, so that no key is where it is expected. */
function reversed(value: CborType): string {
  const pairs = Object.entries(value ?? {}).reverse();
  const writer = new CborWriter();
  writer.mapHeader(pairs.length);
  for (const [key, each] of pairs) {
    writer.text(key);
    writer.raw(encodeCbor(each));
  }
  return writer.view().toHex();
}

Deno.test("attributes and entries mean the same in any order of their keys", () => {
  const entry = fc.record({ ...statFields, name });
  fc.assert(fc.property(fc.record(statFields), entry, (fields, listed) => {
    for (const version of [1, 2] as const) {
      const response = new VFSResponse({
        stat: new VFSStat(fields),
        entries: [new VFSDirEntry(listed)],
      });
      const hex = hexOf((writer) => encodeResponse(writer, response, version));
      const plain = decodeCbor(Uint8Array.fromHex(hex));
      assert(typeof plain === "object" && plain !== null && "stat" in plain);
      assert("entries" in plain && Array.isArray(plain.entries));
      const writer = new CborWriter();
      writer.mapHeader(3);
      writer.text("err");
      writer.uint(0);
      writer.text("stat");
      writer.raw(Uint8Array.fromHex(reversed(plain.stat)));
      writer.text("entries");
      writer.arrayHeader(1);
      writer.raw(Uint8Array.fromHex(reversed(plain.entries[0])));
      const again = decodedResponse(writer.view().toHex(), version);
      const direct = decodedResponse(hex, version);
      assertEquals([again.stat, again.entries], [direct.stat, direct.entries]);
    }
  }));
});

Deno.test("attributes with a key twice, in order or not, are refused", () => {
  const stat = "6473697a6501646d6f646501656d74696d650166" + "69735f646972f463696e6f05";
  const around = (pairs: number, hex: string): string =>
    `a16473746174${(0xa0 + pairs).toString(16)}${hex}`;
  assertEquals(decodedResponse(around(5, stat)).stat?.ino, 5);
  for (const again of ["6473697a6501", "63696e6f05", "646d6f646501"]) {
    assertThrows(() => decodedResponse(around(6, stat + again)), CborError, "duplicate key");
  }
});

Deno.test("null in attributes stands for what is absent", () => {
  const hex = "a16473746174a56473697a65f6646d6f6465f6656d74696d65f66669735f646972f663696e6ff6";
  assertEquals(decodedResponse(hex).stat, new VFSStat());
});
