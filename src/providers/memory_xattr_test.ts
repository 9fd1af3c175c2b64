import { assertEquals, assertThrows } from "@std/assert";
import { O_RDWR, XATTR_CREATE, XATTR_REPLACE } from "../base/mod.ts";
import type { Context } from "../provider/mod.ts";
import { MemoryProvider } from "./mod.ts";
import { XATTR_NAME_MAX, XATTR_SIZE_MAX } from "./memory_xattr.ts";
import { XATTR_LIST_MAX } from "./memory_xattr_values.ts";

const one = Uint8Array.of(1);
const user: Context = { uid: 1000, gid: 1000 };

function file(options = {}): MemoryProvider {
  const memory = new MemoryProvider(options);
  memory.mknod("/f", 0o644, 0);
  return memory;
}

Deno.test("attributes are set, read as copies, listed and removed", () => {
  const memory = file();
  const value = Uint8Array.of(1, 2);
  memory.setXattr("/f", "user.a", value, 0);
  memory.setXattr("/f", "security.b", new Uint8Array(), 0);
  value[0] = 9;
  memory.getXattr("/f", "user.a")[1] = 9;
  assertEquals(memory.getXattr("/f", "user.a"), Uint8Array.of(1, 2));
  assertEquals(memory.listXattr("/f"), ["user.a", "security.b"]);
  memory.setXattr("/f", "user.a", one, 0);
  assertEquals(memory.getXattr("/f", "user.a"), one);
  memory.removeXattr("/f", "user.a");
  memory.removeXattr("/f", "security.b");
  assertEquals(memory.listXattr("/f"), []);
});

Deno.test("what is not there is ENODATA, on a file that is not there ENOENT", () => {
  const memory = file();
  assertThrows(() => memory.getXattr("/f", "user.a"), Error, 'Cannot getXattr "/f": ENODATA');
  assertThrows(() => memory.removeXattr("/f", "user.a"), Error, "ENODATA");
  assertThrows(() => memory.getXattr("/none", "user.a"), Error, "ENOENT");
  assertThrows(() => memory.listXattr("/none"), Error, "ENOENT");
});

Deno.test("XATTR_CREATE and XATTR_REPLACE say what must be there", () => {
  const memory = file();
  assertThrows(() => memory.setXattr("/f", "user.a", one, XATTR_REPLACE), Error, "ENODATA");
  memory.setXattr("/f", "user.a", one, XATTR_CREATE);
  assertThrows(() => memory.setXattr("/f", "user.a", one, XATTR_CREATE), Error, "EEXIST");
  memory.setXattr("/f", "user.a", Uint8Array.of(2), XATTR_REPLACE);
  assertThrows(() => memory.setXattr("/f", "user.a", one, 4), Error, "EINVAL");
});

Deno.test("names need a namespace that is there, and something behind it", () => {
  const memory = file();
  for (const name of ["plain", "other.x", "system.other", ".x"]) {
    assertThrows(() => memory.setXattr("/f", name, one, 0), Error, "EOPNOTSUPP");
    assertThrows(() => memory.getXattr("/f", name), Error, "EOPNOTSUPP");
    assertThrows(() => memory.removeXattr("/f", name), Error, "EOPNOTSUPP");
  }
  assertThrows(() => memory.setXattr("/f", "user.", one, 0), Error, "EINVAL");
  assertThrows(() => memory.setXattr("/f", "user.a\0", one, 0), Error, "EINVAL");
  assertThrows(() => memory.setXattr("/f", "user.\ud800", one, 0), Error, "EILSEQ");
});

Deno.test("names, values and lists have Linux's limits", () => {
  const memory = file();
  const longest = "user." + "n".repeat(XATTR_NAME_MAX - 5);
  memory.setXattr("/f", longest, new Uint8Array(XATTR_SIZE_MAX), 0);
  assertThrows(() => memory.setXattr("/f", `${longest}n`, one, 0), Error, "ERANGE");
  assertThrows(() => memory.setXattr("/f", "", one, 0), Error, "ERANGE");
  const tooLong = new Uint8Array(XATTR_SIZE_MAX + 1);
  assertThrows(() => memory.setXattr("/f", "user.a", tooLong, 0), Error, "E2BIG");
  const names = Math.floor(XATTR_LIST_MAX / (XATTR_NAME_MAX + 1));
  for (let index = 1; index < names; index++) {
    memory.setXattr("/f", `user.${index}`.padEnd(XATTR_NAME_MAX, "n"), one, 0);
  }
  assertThrows(() => memory.setXattr("/f", "user.more", one, 0), Error, "ENOSPC");
  memory.setXattr("/f", longest, one, XATTR_REPLACE);
});

Deno.test("values are paid for, and given back", () => {
  const memory = file({ maxBytes: 10_000 });
  assertThrows(() => memory.setXattr("/f", "user.a", new Uint8Array(10_000), 0), Error, "ENOSPC");
  memory.setXattr("/f", "user.a", new Uint8Array(6000), 0);
  assertThrows(() => memory.setXattr("/f", "user.b", new Uint8Array(6000), 0), Error, "ENOSPC");
  memory.unlink("/f");
  const { blocks, bfree } = memory.statfs("/");
  assertEquals(bfree, blocks);
});

Deno.test("user attributes are for files and directories, trusted ones for root", () => {
  const memory = file();
  memory.symlink("f", "/l");
  memory.setXattr("/l", "trusted.t", one, 0);
  assertEquals(memory.listXattr("/l"), ["trusted.t"], "the link itself, not what it points to");
  assertEquals(memory.listXattr("/l", user), []);
  assertThrows(() => memory.setXattr("/l", "user.a", one, 0), Error, "EPERM");
  assertThrows(() => memory.getXattr("/l", "user.a"), Error, "ENODATA");
  assertThrows(() => memory.setXattr("/f", "trusted.t", one, 0, user), Error, "EPERM");
  assertThrows(() => memory.getXattr("/l", "trusted.t", user), Error, "ENODATA");
  assertThrows(() => memory.removeXattr("/l", "trusted.t", user), Error, "EPERM");
});

Deno.test("handles have attributes as paths do", () => {
  const memory = file();
  using handle = memory.open("/f", O_RDWR, 0);
  handle.setXattr("user.a", one, 0);
  assertEquals([handle.getXattr("user.a"), handle.listXattr()], [one, ["user.a"]]);
  handle.removeXattr("user.a");
  assertThrows(() => handle.getXattr("user.a"), Error, 'Cannot getXattr "/f": ENODATA');
});

Deno.test("changing the owner removes security.capability, but not from a directory", () => {
  const memory = file();
  memory.mkdir("/d", 0o755);
  memory.mknod("/p", 0o010644, 0);
  memory.symlink("f", "/l");
  using handle = memory.open("/f", O_RDWR, 0);
  const changes: readonly (readonly [path: string, change: () => void])[] = [
    ["/f", () => memory.chown("/f", 5, 5)],
    ["/f", () => memory.chown("/f", -1, -1, { uid: 1, gid: 1 })],
    ["/f", () => handle.chown(5, 5)],
    ["/p", () => memory.chown("/p", 5, 5)],
    ["/l", () => memory.lchown("/l", 5, 5)],
    ["/d", () => memory.chown("/d", 5, 5)],
  ];
  for (const [path, change] of changes) {
    memory.setXattr(path, "security.capability", one, 0);
    change();
    assertEquals(memory.listXattr(path), path === "/d" ? ["security.capability"] : [], path);
  }
  memory.setXattr("/f", "security.capability", one, 0);
  assertThrows(() => memory.chown("/f", 1.5, 5), Error, "EINVAL");
  assertEquals(memory.listXattr("/f"), ["security.capability"]);
});

Deno.test("writing removes security.capability, whoever writes", () => {
  const memory = file();
  memory.setXattr("/f", "security.capability", one, 0);
  memory.setXattr("/f", "security.other", one, 0);
  memory.writeFile("/f", one, 0o644);
  assertEquals(memory.listXattr("/f"), ["security.other"]);
});
