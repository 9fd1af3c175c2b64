import { assertEquals } from "@std/assert";
import { O_CREAT, O_RDWR, XATTR_CREATE, XATTR_REPLACE } from "../base/mod.ts";
import { ScratchDirectory } from "../../fixtures/scratch/scratch_directory.ts";
import {
  close,
  CStringArea,
  fgetxattr,
  flistxattr,
  fremovexattr,
  fsetxattr,
  lgetxattr,
  llistxattr,
  lremovexattr,
  lsetxattr,
  MemoryBlock,
  open,
  XATTR_SIZE_MAX,
} from "./mod.ts";

const path = new CStringArea();
const name = new CStringArea();
const block = new MemoryBlock(XATTR_SIZE_MAX);

Deno.test("attributes of open files are set, listed, read and removed", () => {
  using scratch = new ScratchDirectory();
  const fd = open(`${scratch.path}/f`, O_RDWR | O_CREAT, 0o600);
  const value = new Uint8Array([0, 1, 2]);
  assertEquals(fsetxattr(fd, name.put("user.a"), value, XATTR_REPLACE), -61);
  assertEquals(fsetxattr(fd, name.put("user.a"), value, XATTR_CREATE), 0);
  assertEquals(fsetxattr(fd, name.put("user.a"), value, XATTR_CREATE), -17);
  assertEquals(fsetxattr(fd, name.put("user.empty"), new Uint8Array(0), 0), 0);
  assertEquals(fgetxattr(fd, name.put("user.empty"), block), 0);
  assertEquals(fgetxattr(fd, name.put("user.a"), block), 3);
  assertEquals([...block.bytes.subarray(0, 3)], [0, 1, 2]);
  assertEquals(flistxattr(fd, block), "user.a\0user.empty\0".length);
  assertEquals(fremovexattr(fd, name.put("user.a")), 0);
  assertEquals(fremovexattr(fd, name.put("user.a")), -61);
  assertEquals(fgetxattr(fd, name.put("user.a"), block), -61);
  assertEquals(close(fd), 0);
});

Deno.test("attributes of paths do not follow a final link", () => {
  using scratch = new ScratchDirectory();
  Deno.writeTextFileSync(`${scratch.path}/f`, "");
  Deno.symlinkSync("f", `${scratch.path}/l`);
  path.put(`${scratch.path}/f`);
  assertEquals(lsetxattr(path.address, name.put("user.a"), new Uint8Array(9), 0), 0);
  assertEquals(lgetxattr(path.address, name.put("user.a"), block), 9);
  assertEquals(llistxattr(path.address, block), 7);
  path.put(`${scratch.path}/l`);
  assertEquals(lgetxattr(path.address, name.put("user.a"), block), -61);
  assertEquals(lsetxattr(path.address, name.put("user.a"), new Uint8Array(9), 0), -1);
  path.put(`${scratch.path}/f`);
  assertEquals(lremovexattr(path.address, name.put("user.a")), 0);
  assertEquals(lremovexattr(path.address, name.put("user.a")), -61);
});
