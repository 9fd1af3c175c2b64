import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { readI64, readU64, readU64Exact, writeI64 } from "./word64.ts";

const view = new DataView(new ArrayBuffer(16));

Deno.test("64-bit numbers are written and read like BigInts", () => {
  const safe = fc.bigInt(BigInt(Number.MIN_SAFE_INTEGER), BigInt(Number.MAX_SAFE_INTEGER));
  fc.assert(fc.property(safe, (value) => {
    writeI64(view, 8, Number(value));
    assertEquals(view.getBigInt64(8, true), value);
    assertEquals(readI64(view, 8), Number(value));
  }));
});

Deno.test("unsigned numbers are exact as far as a number can be, and BigInts beyond", () => {
  fc.assert(fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (value) => {
    view.setBigUint64(0, value, true);
    assertEquals(readU64(view, 0), Number(value));
    const exact = readU64Exact(view, 0);
    const isSafe = value <= BigInt(Number.MAX_SAFE_INTEGER);
    assertStrictEquals(exact, isSafe ? Number(value) : value);
  }));
});
