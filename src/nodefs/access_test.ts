import { assertEquals } from "@std/assert";
import { Attr } from "../fuse/mod.ts";
import { checkAccess } from "./access.ts";

function attr(mode: number, uid = 1000, gid = 100): Attr {
  return Object.assign(new Attr(), { mode, uid, gid });
}

Deno.test("the first class that fits decides, not any that would do", () => {
  const file = attr(0o100077);
  assertEquals(checkAccess({ uid: 1000, gid: 100 }, file, 4), false);
  assertEquals(checkAccess({ uid: 1001, gid: 100 }, file, 4), true);
  assertEquals(checkAccess({ uid: 1001, gid: 100 }, attr(0o100607), 4), false);
});

Deno.test("every right that is asked for must be there", () => {
  assertEquals(checkAccess({ uid: 1000, gid: 100 }, attr(0o100400), 6), false);
  assertEquals(checkAccess({ uid: 1000, gid: 100 }, attr(0o100600), 6), true);
  assertEquals(checkAccess({ uid: 5, gid: 5 }, attr(0o100000), 0), true);
});

Deno.test("root may do everything but execute what nobody may execute", () => {
  const root = { uid: 0, gid: 0 };
  assertEquals(checkAccess(root, attr(0o100000), 6), true);
  assertEquals(checkAccess(root, attr(0o100644), 1), false);
  assertEquals(checkAccess(root, attr(0o100100), 1), true);
  assertEquals(checkAccess(root, attr(0o040000), 1), true);
});
