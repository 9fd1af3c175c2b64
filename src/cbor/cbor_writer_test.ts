import { assert, assertEquals, assertThrows } from "@std/assert";
import { decodeCbor, encodeCbor } from "@std/cbor";
import fc from "fast-check";
import { CborWriter } from "./cbor_writer.ts";

function hexOf(write: (writer: CborWriter) => void): string {
  const writer = new CborWriter(1);
  write(writer);
  return writer.view().toHex();
}

// RFC 8949, appendix A.
const INTEGERS: [number | bigint, string][] = [
  [0, "00"],
  [23, "17"],
  [24, "1818"],
  [255, "18ff"],
  [256, "190100"],
  [1000, "1903e8"],
  [65535, "19ffff"],
  [65536, "1a00010000"],
  [1000000, "1a000f4240"],
  [4294967295, "1affffffff"],
  [1000000000000, "1b000000e8d4a51000"],
  [18446744073709551615n, "1bffffffffffffffff"],
  [-1, "20"],
  [-10, "29"],
  [-100, "3863"],
  [-1000, "3903e7"],
  [-18446744073709551616n, "3bffffffffffffffff"],
  [Number.MAX_SAFE_INTEGER, "1b001fffffffffffff"],
  [-Number.MAX_SAFE_INTEGER, "3b001ffffffffffffe"],
];

for (const [value, hex] of INTEGERS) {
  Deno.test(`int() writes ${value} in the shortest form`, () => {
    assertEquals(hexOf((writer) => writer.int(value)), hex);
  });
}

Deno.test("uint() and uint64() write the shortest form", () => {
  assertEquals(hexOf((writer) => writer.uint(23)), "17");
  assertEquals(hexOf((writer) => writer.uint(2 ** 32)), "1b0000000100000000");
  assertEquals(hexOf((writer) => writer.uint64(0, 5)), "05");
  assertEquals(hexOf((writer) => writer.uint64(1, 2)), "1b0000000100000002");
  assertEquals(hexOf((writer) => writer.uint64(0xffff_ffff, 0)), "1bffffffff00000000");
});

Deno.test("text(), byteString(), boolean() and headers write what RFC 8949 shows", () => {
  assertEquals(hexOf((writer) => writer.text("")), "60");
  assertEquals(hexOf((writer) => writer.text("IETF")), "6449455446");
  assertEquals(hexOf((writer) => writer.text("\u00fc")), "62c3bc");
  assertEquals(hexOf((writer) => writer.text("\ud800\udd51")), "64f0908591");
  assertEquals(hexOf((writer) => writer.byteString(new Uint8Array([1, 2, 3, 4]))), "4401020304");
  assertEquals(hexOf((writer) => writer.boolean(false)), "f4");
  assertEquals(hexOf((writer) => writer.boolean(true)), "f5");
  assertEquals(hexOf((writer) => writer.arrayHeader(25)), "9819");
  assertEquals(hexOf((writer) => writer.mapHeader(2)), "a2");
});

Deno.test("text() refuses a lone surrogate, short or long", () => {
  for (const bad of ["\ud800", `${"x".repeat(200)}\udc00`]) {
    assertThrows(() => hexOf((writer) => writer.text(bad)), RangeError);
  }
});

Deno.test("any text is what an independent encoder makes of it", () => {
  const text = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 300 }),
    fc.string({ minLength: 90, maxLength: 100 }),
  );
  fc.assert(fc.property(text, (value) => {
    assertEquals(hexOf((writer) => writer.text(value)), encodeCbor(value).toHex());
  }));
});

Deno.test("any integer and any bytes are what an independent encoder makes of them", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), fc.uint8Array({ maxLength: 400 }), (value, bytes) => {
    const hex = hexOf((writer) => {
      writer.arrayHeader(2);
      writer.int(value);
      writer.byteString(bytes);
    });
    assertEquals(hex, encodeCbor([value, bytes]).toHex());
    const decoded = decodeCbor(Uint8Array.fromHex(hex));
    assert(Array.isArray(decoded));
    // @std/cbor makes a bigint of whatever takes more than 32 bits.
    assertEquals([Number(decoded[0]), decoded[1]], [value, bytes]);
  }));
});

Deno.test("a cleared writer starts over, and gives a large buffer back", () => {
  const writer = new CborWriter(64);
  writer.byteString(new Uint8Array(1000));
  writer.clear();
  assertEquals([writer.length, writer.bytes.length >= 1000], [0, true]);
  writer.clear(128);
  assertEquals(writer.bytes.length, 128);
  writer.text("a");
  assertEquals(writer.view().toHex(), "6161");
});

Deno.test("raw() appends any number of bytes as they are", () => {
  for (const size of [0, 1, 32, 33, 500]) {
    const bytes = Uint8Array.from({ length: size }, (_, index) => index);
    assertEquals(hexOf((writer) => writer.raw(bytes)), bytes.toHex());
  }
});

Deno.test("text() writes UTF-8, wherever in the text a character is that is not ASCII", () => {
  const encoder = new TextEncoder();
  for (let size = 0; size < 14; size++) {
    for (let at = -1; at < size; at++) {
      const text = "abcdefghijklmn".slice(0, size).split("").map((each, index) =>
        index === at ? "\u00e9" : each
      ).join("");
      const writer = new CborWriter();
      writer.text(text);
      const bytes = encoder.encode(text);
      assertEquals(writer.view(), new Uint8Array([0x60 | bytes.length, ...bytes]), text);
    }
  }
});
