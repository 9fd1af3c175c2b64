import { assertEquals, assertThrows } from "@std/assert";
import { ERRNO, FsError } from "../base/mod.ts";
import { cString, CStringArea, KERNEL_PATH_MAX, open } from "./mod.ts";

function stored(area: CStringArea): number[] {
  return [...area.bytes.subarray(0, area.size + 1)];
}

Deno.test("an area holds text with its NUL", () => {
  const area = new CStringArea();
  area.put("a longer text");
  assertEquals(area.put("né"), area.address);
  assertEquals(stored(area), [110, 0xc3, 0xa9, 0]);
});

Deno.test("an area holds bytes that are not UTF-8", () => {
  const area = new CStringArea();
  area.put("a\udcff\udc80");
  assertEquals(stored(area), [97, 0xff, 0x80, 0]);
  assertEquals([...cString("a\udcff")], [97, 0xff, 0]);
});

Deno.test("an area refuses a NUL and surrogates that stand for no byte", () => {
  const area = new CStringArea();
  const nul = assertThrows(() => area.put("/a\0b"), FsError);
  assertEquals(nul.code, "EINVAL");
  const lone = assertThrows(() => area.put("\ud800"), FsError);
  assertEquals(lone.code, "EILSEQ");
});

Deno.test("text that is too long is cut so that the kernel refuses it", () => {
  const area = new CStringArea();
  const cuts = [
    "/".repeat(KERNEL_PATH_MAX),
    "é".repeat(KERNEL_PATH_MAX),
    `${"/".repeat(KERNEL_PATH_MAX - 1)}é`,
    `${"/".repeat(2 * KERNEL_PATH_MAX)}\udcff`,
  ];
  for (const text of cuts) {
    area.put(text);
    assertEquals(area.isTooLong, true);
    // No NUL before the limit: what is left of the text is never taken for a shorter path.
    assertEquals(area.bytes.indexOf(0), KERNEL_PATH_MAX);
    assertEquals(open(text, 0), -ERRNO.ENAMETOOLONG.number);
  }
  area.put("/".repeat(KERNEL_PATH_MAX - 1));
  assertEquals(area.isTooLong, false);
});
