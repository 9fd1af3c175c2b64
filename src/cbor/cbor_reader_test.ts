import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { encodeCbor } from "@std/cbor";
import fc from "fast-check";
import { CborError } from "./cbor_error.ts";
import { CborReader } from "./cbor_reader.ts";
import { KeyTable } from "./key_table.ts";

function readerOf(hex: string): CborReader {
  const reader = new CborReader();
  reader.reset(Uint8Array.fromHex(hex));
  return reader;
}

function read<T>(hex: string, use: (reader: CborReader) => T): T {
  const reader = readerOf(hex);
  const value = use(reader);
  reader.finish();
  return value;
}

function reasonOf(hex: string, use: (reader: CborReader) => unknown): string {
  const thrown = assertThrows(() => read(hex, use));
  assertInstanceOf(thrown, CborError, String(thrown));
  return thrown.reason;
}

const skip = (reader: CborReader): void => reader.skip();

Deno.test("uint() reads every size of head, also one longer than need be", () => {
  for (const hex of ["17", "1817", "190017", "1a00000017", "1b0000000000000017"]) {
    assertEquals(read(hex, (reader) => reader.uint(100)), 23);
  }
  assertEquals(read("1b001fffffffffffff", (reader) => reader.uint(2 ** 53 - 1)), 2 ** 53 - 1);
});

Deno.test("uint() refuses what is over its limit, negative or no integer", () => {
  assertEquals(reasonOf("1864", (reader) => reader.uint(99)), "integer over 99");
  assertEquals(
    reasonOf("20", (reader) => reader.uint(99)),
    "negative integer where integer belongs",
  );
  assertEquals(reasonOf("6161", (reader) => reader.uint(99)), "text where integer belongs");
  assertEquals(
    reasonOf("fb3ff0000000000000", (r) => r.uint(9)),
    "simple value where integer belongs",
  );
  reasonOf("1bffffffffffffffff", (reader) => reader.uint(Number.MAX_SAFE_INTEGER));
});

Deno.test("int64() is exact: a number when safe, a bigint otherwise", () => {
  const cases: [string, number | bigint][] = [
    ["00", 0],
    ["20", -1],
    ["1b001fffffffffffff", 2 ** 53 - 1],
    ["1b0020000000000000", 2n ** 53n],
    ["3b001ffffffffffffe", -(2 ** 53 - 1)],
    ["3b001fffffffffffff", -(2n ** 53n)],
    ["1b7fffffffffffffff", 2n ** 63n - 1n],
    ["3b7fffffffffffffff", -(2n ** 63n)],
  ];
  for (const [hex, value] of cases) assertEquals(read(hex, (reader) => reader.int64()), value);
  assertEquals(reasonOf("1b8000000000000000", (r) => r.int64()), "integer over 63 bits");
  assertEquals(reasonOf("3b8000000000000000", (r) => r.int64()), "integer over 63 bits");
});

Deno.test("uint64() gives both halves", () => {
  const reader = readerOf("1bfedcba9876543210");
  reader.uint64();
  assertEquals([reader.high, reader.low], [0xfedc_ba98, 0x7654_3210]);
});

Deno.test("byteString() is a view of the input", () => {
  const input = Uint8Array.fromHex("43010203");
  const reader = new CborReader();
  reader.reset(input);
  const view = reader.byteString(3);
  input[1] = 9;
  assertEquals([...view], [9, 2, 3]);
  assertEquals(reasonOf("43010203", (r) => r.byteString(2)), "string over 2 bytes");
});

Deno.test("strings of indefinite length are put together", () => {
  assertEquals([...read("5f42010243030405ff", (r) => r.byteString(9))], [1, 2, 3, 4, 5]);
  assertEquals(read("7f657374726561646d696e67ff", (r) => r.text(99)), "streaming");
  assertEquals(read("7fff", (r) => r.text(0)), "");
  assertEquals(reasonOf("5f6161ff", (r) => r.byteString(9)), "wrong chunk in a string");
  assertEquals(reasonOf("5f5f4101ffff", (r) => r.byteString(9)), "indefinite chunk in a string");
  assertEquals(reasonOf("7f61c361bcff", (r) => r.text(9)), "text that is not UTF-8");
  assertEquals(reasonOf("5f4101", (r) => r.byteString(9)), "truncated");
  reasonOf("5f42010242030405ff", (r) => r.byteString(3));
});

Deno.test("text() reads UTF-8 of any length and nothing else", () => {
  assertEquals(read("65efbbbf6162", (r) => r.text(99)), "\ufeffab");
  const cases = ["61ff", "62c328", "63eda080", "64f4908080", "62c080", `7828${"61".repeat(39)}ff`];
  for (const hex of cases) assertEquals(reasonOf(hex, (r) => r.text(99)), "text that is not UTF-8");
});

Deno.test("boolean() reads true and false and nothing else", () => {
  assertEquals([read("f5", (r) => r.boolean()), read("f4", (r) => r.boolean())], [true, false]);
  for (const hex of ["00", "f6", "f800"]) reasonOf(hex, (r) => r.boolean());
});

const TABLE = new KeyTable(["op", "path", "off"]);

/** The known keys of a map, in their order. */
function keysOf(hex: string): string[] {
  return read(hex, (reader) => {
    const keys: string[] = [];
    const size = reader.openMap();
    for (let count = 0; reader.more(size, count); count++) {
      const key = reader.key(TABLE);
      if (key >= 0) keys.push(TABLE.keys[key]!);
      reader.skip();
    }
    reader.closeNested();
    return keys;
  });
}

Deno.test("key() finds known keys in any spelling and passes over unknown ones", () => {
  const hex = encodeCbor({ off: 1, other: 2, op: 3, oq: 4, "": 5 }).toHex();
  assertEquals(keysOf(hex).sort(), ["off", "op"]);
  // Long head, and in chunks.
  assertEquals(keysOf("a278026f70007f6161616962636fff01"), ["op"]);
  assertEquals(keysOf("bf636f666600ff"), ["off"]);
  // Keys that are no text.
  assertEquals(keysOf("a501000200f500f9000000410300"), []);
});

Deno.test("an unknown key twice is refused, also in another spelling", () => {
  const reason = "duplicate key, or too many unknown ones";
  assertEquals(reasonOf("a2617800617801", keysOfReader), reason);
  assertEquals(reasonOf("a261780078017801", keysOfReader), reason);
  // A text and bytes with the same content are two keys.
  assertEquals(keysOf("a2617800417801"), []);
  assertEquals(reasonOf("a16178a2616100616101", keysOfReader), reason);
});

function keysOfReader(reader: CborReader): void {
  const size = reader.openMap();
  for (let count = 0; reader.more(size, count); count++) {
    reader.key(TABLE);
    reader.skip();
  }
  reader.closeNested();
}

Deno.test("unknown keys are bounded in number, and compound keys are refused", () => {
  const many = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`k${index}`, 0]));
  reasonOf(encodeCbor(many).toHex(), keysOfReader);
  delete many.k0;
  assertEquals(keysOf(encodeCbor(many).toHex()), []);
  assertEquals(reasonOf("a18000", keysOfReader), "array as a key");
  assertEquals(reasonOf("a1a000", keysOfReader), "map as a key");
  assertEquals(reasonOf("a1c100", keysOfReader), "tag as a key");
});

Deno.test("skip() passes over any item that another encoder makes", () => {
  const item = fc.letrec((tie) => ({
    leaf: fc.oneof(
      fc.maxSafeInteger(),
      // @std/cbor refuses whole numbers from 2 ** 64 on.
      fc.double({ min: -(2 ** 63), max: 2 ** 63 }),
      fc.boolean(),
      fc.constantFrom(null, undefined),
      fc.string({ unit: "grapheme" }),
      fc.uint8Array(),
    ),
    tree: fc.oneof(
      { depthSize: "small", maxDepth: 6, withCrossShrink: true },
      tie("leaf"),
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie("tree"), { maxKeys: 4 }),
    ),
  }));
  fc.assert(fc.property(item.tree, (value) => {
    assertEquals(
      read(encodeCbor(JSON.parse(JSON.stringify(value) ?? "0")).toHex(), skip),
      undefined,
    );
  }));
});

const MALFORMED: [string, string][] = [
  ["", "truncated"],
  ["18", "truncated"],
  ["1b00000000000000", "truncated"],
  ["44010203", "truncated"],
  ["5bffffffffffffffff", "truncated"],
  ["9bffffffffffffffff", "truncated"],
  ["8301", "truncated"],
  ["bf6161", "truncated"],
  ["c1", "truncated"],
  ["1c", "reserved length"],
  ["1f", "reserved length"],
  ["3f", "reserved length"],
  ["df", "reserved length"],
  ["fc", "reserved length"],
  ["ff", "break without a beginning"],
  ["9fff00", "bytes after the end"],
  ["f800", "simple value in a long form"],
  ["f81f", "simple value in a long form"],
  ["a1ff00", "break without a beginning"],
  ["818181818181818181", "nested too deep"],
  ["c1c1c1c1c1c1c1c1c100", "nested too deep"],
];

for (const [hex, reason] of MALFORMED) {
  Deno.test(`skip() refuses ${hex || "nothing"}: ${reason}`, () => {
    const found = reasonOf(hex, skip);
    assertEquals(found, reason);
  });
}

Deno.test("nesting of eight is read", () => {
  read(`${"81".repeat(8)}00`, skip);
  read(`${"9f".repeat(8)}${"ff".repeat(8)}`, skip);
});

Deno.test("every cut of a valid item is refused", () => {
  const hex = encodeCbor({ a: [1, 1000, -5, "text"], b: new Uint8Array(30), c: { d: true } })
    .toHex();
  read(hex, skip);
  for (let cut = 0; cut < hex.length; cut += 2) reasonOf(hex.slice(0, cut), skip);
});

Deno.test("random bytes are read or refused, never worse", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
      try {
        read(bytes.toHex(), skip);
      } catch (thrown) {
        assertInstanceOf(thrown, CborError);
      }
    }),
    { numRuns: 5000 },
  );
});

Deno.test("nothing() reads null and undefined", () => {
  assertEquals([read("f6", (r) => r.nothing()), read("f7", (r) => r.nothing())], [true, true]);
  assertEquals(readerOf("00").nothing(), false);
  assertEquals(reasonOf("", (r) => r.nothing()), "truncated");
});

Deno.test("an error says where", () => {
  const thrown = assertThrows(() => read("8200ff", skip));
  assertInstanceOf(thrown, CborError);
  assertEquals(thrown.position, 2);
  assertEquals(thrown.message, "Cannot decode CBOR at byte 2: break without a beginning");
});
