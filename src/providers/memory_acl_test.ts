import { assertEquals, assertThrows } from "@std/assert";
import { O_CREAT, O_RDWR, O_TMPFILE, XATTR_CREATE, XATTR_REPLACE } from "../base/mod.ts";
import { ACL_ACCESS, ACL_DEFAULT } from "./memory_acl.ts";
import { MemoryProvider } from "./mod.ts";

// What is expected here is what ext4 and tmpfs of Linux 6.18 answer to the same calls.
const NONE = 0xffff_ffff;
const [USER_OBJ, USER, GROUP_OBJ, GROUP, MASK, OTHER] = [1, 2, 4, 8, 16, 32] as const;
type Entry = readonly [tag: number, perm: number, id?: number];

function acl(...entries: readonly Entry[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 + 8 * entries.length));
  view.setUint32(0, 2, true);
  for (const [index, [tag, perm, id = NONE]] of entries.entries()) {
    view.setUint16(4 + 8 * index, tag, true);
    view.setUint16(6 + 8 * index, perm, true);
    view.setUint32(8 + 8 * index, id, true);
  }
  return new Uint8Array(view.buffer);
}

const NAMED = acl([USER_OBJ, 6], [USER, 6, 1000], [GROUP_OBJ, 4], [MASK, 6], [OTHER, 4]);
const MINIMAL = acl([USER_OBJ, 7], [GROUP_OBJ, 5], [OTHER, 1]);

function tree(options = {}): MemoryProvider {
  const memory = new MemoryProvider(options);
  memory.mkdir("/dir", 0o755);
  memory.mknod("/file", 0o644, 0);
  memory.symlink("file", "/link");
  return memory;
}

function bits(memory: MemoryProvider, path: string): string {
  return (memory.lstat(path).mode & 0o7777).toString(8);
}

Deno.test("an access ACL is kept, and its mask becomes the bits of the group", () => {
  const memory = tree();
  assertThrows(() => memory.getXattr("/file", ACL_ACCESS), Error, "ENODATA");
  memory.chmod("/file", 0o4600);
  memory.setXattr("/file", ACL_ACCESS, NAMED, 0);
  assertEquals(memory.getXattr("/file", ACL_ACCESS), NAMED);
  assertEquals(memory.listXattr("/file"), [ACL_ACCESS]);
  assertEquals(bits(memory, "/file"), "4664");
  for (const flags of [XATTR_CREATE, XATTR_REPLACE]) {
    memory.setXattr("/file", ACL_ACCESS, NAMED, flags);
  }
});

Deno.test("an ACL that says no more than a mode sets the mode and is not kept", () => {
  const memory = tree();
  memory.setXattr("/dir", ACL_ACCESS, NAMED, 0);
  memory.setXattr("/dir", ACL_ACCESS, MINIMAL, 0);
  assertEquals([memory.listXattr("/dir"), bits(memory, "/dir")], [[], "751"]);
  const withMask = acl([USER_OBJ, 6], [GROUP_OBJ, 4], [MASK, 3], [OTHER, 4]);
  memory.setXattr("/dir", ACL_ACCESS, withMask, 0);
  assertEquals([memory.listXattr("/dir"), bits(memory, "/dir")], [[ACL_ACCESS], "634"]);
});

Deno.test("an empty ACL, and removing one, leave the mode; removing none is no error", () => {
  for (const name of [ACL_ACCESS, ACL_DEFAULT]) {
    const memory = tree();
    memory.removeXattr("/dir", name);
    for (const empty of [new Uint8Array(), acl()]) {
      memory.setXattr("/dir", name, NAMED, 0);
      memory.setXattr("/dir", name, empty, 0);
      assertEquals(memory.listXattr("/dir"), []);
    }
    assertEquals(bits(memory, "/dir"), name === ACL_ACCESS ? "664" : "755");
  }
});

Deno.test("what Linux calls no ACL is refused, and changes nothing", () => {
  const old = NAMED.slice();
  old[0] = 1;
  const refused: readonly (readonly [string, Uint8Array])[] = [
    ["EOPNOTSUPP", old],
    ["EINVAL", NAMED.subarray(0, -1)],
    ["EINVAL", NAMED.subarray(0, 2)],
    ["EINVAL", acl([USER_OBJ, 6], [USER, 6, 1000], [GROUP_OBJ, 4], [OTHER, 4])],
    ["EINVAL", acl([GROUP_OBJ, 4], [USER_OBJ, 6], [OTHER, 4])],
    ["EINVAL", acl([USER_OBJ, 6], [GROUP_OBJ, 4])],
    ["EINVAL", acl([USER_OBJ, 8], [GROUP_OBJ, 5], [OTHER, 1])],
    ["EINVAL", acl([USER_OBJ, 6], [3, 5], [OTHER, 1])],
    ["EINVAL", acl([USER_OBJ, 6], [GROUP_OBJ, 4], [MASK, 6], [MASK, 6], [OTHER, 4])],
    ["EINVAL", acl([USER_OBJ, 6], [USER, 6], [GROUP_OBJ, 4], [MASK, 6], [OTHER, 4])],
  ];
  const memory = tree();
  for (const [code, value] of refused) {
    for (const name of [ACL_ACCESS, ACL_DEFAULT]) {
      assertThrows(() => memory.setXattr("/dir", name, value, 0), Error, code);
    }
  }
  assertEquals([memory.listXattr("/dir"), bits(memory, "/dir")], [[], "755"]);
  const many = acl(
    ...[[USER_OBJ, 6], [USER, 6, 9], [USER, 4, 9], [USER, 1, 3], [GROUP_OBJ, 4]] as const,
    ...[[GROUP, 1, 5], [MASK, 6], [OTHER, 4]] as const,
  );
  memory.setXattr("/dir", ACL_ACCESS, many, 0);
  assertEquals(memory.getXattr("/dir", ACL_ACCESS), many);
});

Deno.test("links have no ACL, and only directories a default one", () => {
  const memory = tree();
  for (const name of [ACL_ACCESS, ACL_DEFAULT]) {
    assertThrows(() => memory.setXattr("/link", name, NAMED, 0), Error, "EOPNOTSUPP");
    assertThrows(() => memory.getXattr("/link", name), Error, "EOPNOTSUPP");
    assertThrows(() => memory.removeXattr("/link", name), Error, "EOPNOTSUPP");
  }
  assertThrows(() => memory.setXattr("/file", ACL_DEFAULT, NAMED, 0), Error, "EACCES");
  memory.setXattr("/file", ACL_DEFAULT, acl(), 0);
});

Deno.test("chmod() changes the ACL's mask, by path and through a handle", () => {
  const memory = tree();
  memory.setXattr("/file", ACL_ACCESS, NAMED, 0);
  const masked = (mask: number, owner: number, other: number): Uint8Array =>
    acl([USER_OBJ, owner], [USER, 6, 1000], [GROUP_OBJ, 4], [MASK, mask], [OTHER, other]);
  memory.chmod("/file", 0o751);
  assertEquals(memory.getXattr("/file", ACL_ACCESS), masked(5, 7, 1));
  const handle = memory.open("/file", O_RDWR, 0);
  handle.chmod(0o620);
  assertEquals(memory.getXattr("/file", ACL_ACCESS), masked(2, 6, 0));
  handle.close();
});

Deno.test("what is made below a default ACL begins with it, as far as its mode allows", () => {
  const memory = tree();
  const entries = (owner: number, mask: number, other: number): Uint8Array =>
    acl([USER_OBJ, owner], [USER, 6, 1000], [GROUP_OBJ, 5], [MASK, mask], [OTHER, other]);
  memory.setXattr("/dir", ACL_DEFAULT, entries(7, 7, 4), 0);
  memory.open("/dir/file", O_RDWR | O_CREAT, 0o666).close();
  memory.mkdir("/dir/below", 0o770);
  memory.mknod("/dir/pipe", 0o010600, 0);
  memory.symlink("x", "/dir/link");
  const unnamed = memory.open("/dir", O_RDWR | O_TMPFILE, 0o666);
  assertEquals(unnamed.getXattr(ACL_ACCESS), entries(6, 6, 4));
  unnamed.close();
  assertEquals(memory.getXattr("/dir/file", ACL_ACCESS), entries(6, 6, 4));
  assertEquals(memory.getXattr("/dir/below", ACL_ACCESS), entries(7, 7, 0));
  assertEquals(memory.getXattr("/dir/below", ACL_DEFAULT), entries(7, 7, 4));
  assertEquals(memory.getXattr("/dir/pipe", ACL_ACCESS), entries(6, 0, 0));
  assertEquals(memory.listXattr("/dir/link"), []);
  const paths = ["file", "below", "pipe"].map((name) => bits(memory, `/dir/${name}`));
  assertEquals(paths, ["664", "770", "600"]);
});

Deno.test("a default ACL that says no more than a mode only takes bits away", () => {
  const memory = tree();
  memory.setXattr("/dir", ACL_DEFAULT, MINIMAL, 0);
  memory.open("/dir/file", O_RDWR | O_CREAT, 0o666).close();
  assertEquals([bits(memory, "/dir/file"), memory.listXattr("/dir/file")], ["640", []]);
});

Deno.test("without room for the ACL nothing is made, and nothing is lost of the room", () => {
  // Room for neither ACL of a directory; then for one of the two.
  for (const left of [100, 200]) {
    const memory = tree({ maxBytes: 4096 });
    memory.setXattr("/dir", ACL_DEFAULT, NAMED, 0);
    const taken = 64 + ACL_DEFAULT.length + NAMED.length + 64 + "user.filling".length;
    memory.setXattr("/file", "user.filling", new Uint8Array(4096 - taken - left), 0);
    const counts = (): number[] => [memory.statfs("/").ffree, memory.lstat("/dir").nlink];
    const before = counts();
    for (let index = 0; index < 3; index++) {
      assertThrows(() => memory.mkdir(`/dir/${index}`, 0o777), Error, "ENOSPC");
    }
    assertEquals([counts(), memory.readDir("/dir")], [before, []]);
    const create = (): void => memory.open("/dir/f", O_RDWR | O_CREAT, 0o666).close();
    if (left === 100) assertThrows(create, Error, "ENOSPC");
    else create();
    memory.removeXattr("/file", "user.filling");
    memory.mkdir("/dir/now", 0o777);
  }
});
