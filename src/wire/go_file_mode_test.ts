import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { fromGoFileMode, GoMode, toGoFileMode } from "./go_file_mode.ts";

// fs.FileMode of Go 1.19 for what os.Stat says of such files.
const MODES: [number, number][] = [
  [0o100644, 0o644],
  [0o040755, 0x8000_01ed],
  [0o120777, 0x0800_01ff],
  [0o010600, 0x0200_0180],
  [0o140600, 0x0100_0180],
  [0o060660, 0x0400_01b0],
  [0o020660, 0x0420_01b0],
  [0o104755, 0x0080_01ed],
  [0o042755, 0x8040_01ed],
  [0o041777, 0x8010_01ff],
  [0o000644, 0x0008_01a4],
];

for (const [posix, go] of MODES) {
  Deno.test(`mode ${posix.toString(8)} is ${go.toString(16)} in Go and back`, () => {
    assertEquals(toGoFileMode(posix), go);
    assertEquals(fromGoFileMode(go), posix);
  });
}

Deno.test("append, exclusive and temporary have no counterpart", () => {
  const bits = GoMode.Append | GoMode.Exclusive | GoMode.Temporary | 0o600;
  assertEquals(fromGoFileMode(bits >>> 0), 0o100600);
});

Deno.test("any mode that Linux has survives", () => {
  const type = fc.constantFrom(0o01, 0o02, 0o04, 0o06, 0o10, 0o12, 0o14);
  fc.assert(fc.property(type, fc.integer({ min: 0, max: 0o7777 }), (kind, bits) => {
    const mode = kind * 0o010000 + bits;
    assertEquals(fromGoFileMode(toGoFileMode(mode)), mode);
  }));
});
