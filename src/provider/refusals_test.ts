import { assertEquals, assertThrows } from "@std/assert";
import {
  type ErrnoName,
  FsError,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
} from "../base/mod.ts";
import { checkDirectory, checkOpen, checkRemove, checkRename, type Found } from "./refusals.ts";

const FILE: Found = { mode: 0o100644 };
const DIRECTORY: Found = { mode: 0o040755 };
const CALL = { syscall: "test", path: "/a" };

function assertRefuses(code: ErrnoName, run: () => unknown): void {
  assertEquals(assertThrows(run, FsError).code, code);
}

Deno.test("checkOpen() lets through what open(2) does, and says the rest in its order", () => {
  checkOpen(FILE, O_RDWR | O_CREAT | O_TRUNC, CALL);
  checkOpen(undefined, O_RDWR | O_CREAT | O_EXCL, CALL);
  checkOpen(DIRECTORY, O_RDONLY | O_DIRECTORY, CALL);
  assertRefuses("ENOENT", () => checkOpen(undefined, O_RDWR | O_EXCL, CALL));
  assertRefuses("EEXIST", () => checkOpen(DIRECTORY, O_RDWR | O_CREAT | O_EXCL, CALL));
  for (const found of [undefined, FILE, DIRECTORY]) {
    assertRefuses("EINVAL", () => checkOpen(found, O_CREAT | O_DIRECTORY | O_EXCL, CALL));
  }
  for (const flags of [O_RDWR, O_CREAT, O_TRUNC]) {
    assertRefuses("EISDIR", () => checkOpen(DIRECTORY, flags, CALL));
  }
  assertRefuses("ENOTDIR", () => checkOpen(FILE, O_RDONLY | O_DIRECTORY, CALL));
});

Deno.test("checkDirectory() returns a directory and refuses what is none", () => {
  assertEquals(checkDirectory(DIRECTORY, CALL), DIRECTORY);
  assertRefuses("ENOENT", () => checkDirectory(undefined, CALL));
  assertRefuses("ENOTDIR", () => checkDirectory(FILE, CALL));
});

Deno.test("checkRemove() tells unlink(2) from rmdir(2), and keeps the root", () => {
  assertEquals(checkRemove(FILE, false, CALL), FILE);
  assertEquals(checkRemove(DIRECTORY, true, CALL), DIRECTORY);
  assertRefuses("ENOENT", () => checkRemove(undefined, true, CALL));
  assertRefuses("EISDIR", () => checkRemove(DIRECTORY, false, CALL));
  assertRefuses("ENOTDIR", () => checkRemove(FILE, true, CALL));
  assertRefuses("EBUSY", () => checkRemove(DIRECTORY, true, { path: "/x/.." }));
});

Deno.test("checkRename() refuses what rename(2) refuses, in its order", () => {
  const to = (dest: string) => ({ ...CALL, dest });
  const other: Found = { mode: DIRECTORY.mode };
  assertEquals(checkRename(FILE, undefined, to("/b")), FILE);
  assertEquals(checkRename(DIRECTORY, other, to("/b")), DIRECTORY);
  assertEquals(checkRename(FILE, FILE, to("/a")), FILE);
  assertEquals(checkRename(FILE, FILE, to("/b")), FILE);
  // Two lookups may have made two objects.
  for (const same of ["/a", "/a/", "//a", "/b/../a"]) {
    assertEquals(checkRename(FILE, { ...FILE }, to(same)), FILE);
    assertEquals(checkRename(DIRECTORY, { ...DIRECTORY }, to(same)), DIRECTORY);
  }
  assertRefuses("ENOENT", () => checkRename(undefined, undefined, to("/a")));
  assertRefuses("ENOENT", () => checkRename(undefined, DIRECTORY, to("/a/b")));
  assertRefuses("EINVAL", () => checkRename(DIRECTORY, undefined, to("/a/b")));
  assertRefuses("ENOTEMPTY", () => checkRename(FILE, DIRECTORY, to("/")));
  assertRefuses("EISDIR", () => checkRename(FILE, DIRECTORY, to("/b")));
  assertRefuses("ENOTDIR", () => checkRename(DIRECTORY, FILE, to("/b")));
});
