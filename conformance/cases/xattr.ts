/**
 * Cases of extended attributes.
 *
 * @module
 */
import { XATTR_CREATE, XATTR_REPLACE } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";
import { pattern } from "./pattern.ts";

const file = caseFile("xattr", {
  clause: "setxattr(2), getxattr(2), listxattr(2), removexattr(2), xattr(7)",
  needs: ["xattr"],
});
const { it } = file;

/** The attributes of users: others belong to the system. */
function users(names: readonly string[]): string[] {
  return names.filter((name) => name.startsWith("user.")).sort();
}

/** Cases of extended attributes. */
export const XATTR = file.cases;

it("keeps a value", async (t) => {
  await t.file("/file");
  await t.setxattr("/file", "user.name", "value");
  t.bytes(await t.getxattr("/file", "user.name"), "value");
});

it("keeps any bytes", async (t) => {
  await t.file("/file");
  const value = Uint8Array.from({ length: 256 }, (_, index) => index);
  await t.setxattr("/file", "user.bytes", value);
  t.bytes(await t.getxattr("/file", "user.bytes"), value);
});

it("keeps an empty value", async (t) => {
  await t.file("/file");
  await t.setxattr("/file", "user.empty", "");
  t.bytes(await t.getxattr("/file", "user.empty"), "");
  t.equal(users(await t.listxattr("/file")), ["user.empty"]);
});

it("keeps a value of a directory", async (t) => {
  await t.mkdir("/dir");
  await t.setxattr("/dir", "user.name", "value");
  t.bytes(await t.getxattr("/dir", "user.name"), "value");
});

it("replaces a value", async (t) => {
  await t.file("/file");
  await t.setxattr("/file", "user.name", "a long value");
  await t.setxattr("/file", "user.name", "new");
  t.bytes(await t.getxattr("/file", "user.name"), "new");
  t.equal(users(await t.listxattr("/file")), ["user.name"]);
});

it("lists all names", async (t) => {
  await t.file("/file");
  t.equal(users(await t.listxattr("/file")), []);
  for (const name of ["user.b", "user.a", "user.c"]) await t.setxattr("/file", name, name);
  t.equal(users(await t.listxattr("/file")), ["user.a", "user.b", "user.c"]);
});

it("removes a value", async (t) => {
  await t.file("/file");
  await t.setxattr("/file", "user.one", "1");
  await t.setxattr("/file", "user.two", "2");
  await t.removexattr("/file", "user.one");
  t.equal(users(await t.listxattr("/file")), ["user.two"]);
  await t.refuses("ENODATA", t.getxattr("/file", "user.one"));
});

it("refuses a value that is not there", async (t) => {
  await t.file("/file");
  await t.refuses("ENODATA", t.getxattr("/file", "user.none"));
  await t.refuses("ENODATA", t.removexattr("/file", "user.none"));
});

it("with XATTR_CREATE refuses a value that is there", async (t) => {
  await t.file("/file");
  await t.setxattr("/file", "user.name", "old", XATTR_CREATE);
  await t.refuses("EEXIST", t.setxattr("/file", "user.name", "new", XATTR_CREATE));
  t.bytes(await t.getxattr("/file", "user.name"), "old");
});

it("with XATTR_REPLACE refuses a value that is not there", async (t) => {
  await t.file("/file");
  await t.refuses("ENODATA", t.setxattr("/file", "user.name", "new", XATTR_REPLACE));
  t.equal(users(await t.listxattr("/file")), []);
  await t.setxattr("/file", "user.name", "old");
  await t.setxattr("/file", "user.name", "new", XATTR_REPLACE);
  t.bytes(await t.getxattr("/file", "user.name"), "new");
});

it("refuses unknown flags", async (t) => {
  await t.file("/file");
  await t.refuses("EINVAL", t.setxattr("/file", "user.name", "x", 8));
});

it("refuses what is not there", async (t) => {
  await t.refuses("ENOENT", t.getxattr("/none", "user.name"));
  await t.refuses("ENOENT", t.setxattr("/none", "user.name", "x"));
  await t.refuses("ENOENT", t.listxattr("/none"));
  await t.refuses("ENOENT", t.removexattr("/none", "user.name"));
});

it("refuses a name without a namespace", { clause: "xattr(7): namespace.attribute" }, async (t) => {
  await t.file("/file");
  await t.refuses(["EOPNOTSUPP", "EINVAL"], t.setxattr("/file", "name", "x"));
});

it("refuses an empty name", { clause: "setxattr(2) ERANGE" }, async (t) => {
  await t.file("/file");
  await t.refuses("ERANGE", t.setxattr("/file", "", "x"));
  await t.refuses("ERANGE", t.getxattr("/file", ""));
});

it("accepts a name of 255 bytes and refuses one more", {
  clause: "xattr(7): XATTR_NAME_MAX",
}, async (t) => {
  await t.file("/file");
  const name = `user.${"n".repeat(250)}`;
  await t.setxattr("/file", name, "value");
  t.bytes(await t.getxattr("/file", name), "value");
  await t.refuses("ERANGE", t.setxattr("/file", `${name}n`, "value"));
});

it("keeps a value of 3,000 bytes", async (t) => {
  await t.file("/file");
  const value = pattern(3000);
  await t.setxattr("/file", "user.large", value);
  t.bytes(await t.getxattr("/file", "user.large"), value);
});

it("refuses a value over 64 KiB", {
  clause: "xattr(7): XATTR_SIZE_MAX",
  level: "sandbox",
}, async (t) => {
  await t.file("/file");
  await t.refuses(["E2BIG", "ENOSPC"], t.setxattr("/file", "user.huge", pattern(65_537)));
  t.equal(users(await t.listxattr("/file")), []);
});

it("by descriptor is that by path", async (t) => {
  await t.file("/file");
  const fd = await t.open("/file", 2);
  await t.fsetxattr(fd, "user.one", "1");
  t.bytes(await t.getxattr("/file", "user.one"), "1");
  await t.setxattr("/file", "user.two", "2");
  t.bytes(await t.fgetxattr(fd, "user.two"), "2");
  t.equal(users(await t.flistxattr(fd)), ["user.one", "user.two"]);
  await t.fremovexattr(fd, "user.one");
  await t.refuses("ENODATA", t.fgetxattr(fd, "user.one"));
  t.equal(users(await t.listxattr("/file")), ["user.two"]);
  await t.close(fd);
});

it("by descriptor works without a name", async (t) => {
  await t.file("/file");
  await t.setxattr("/file", "user.one", "1");
  const fd = await t.open("/file", 2);
  await t.unlink("/file");
  t.bytes(await t.fgetxattr(fd, "user.one"), "1");
  await t.fsetxattr(fd, "user.two", "2");
  t.equal(users(await t.flistxattr(fd)), ["user.one", "user.two"]);
  await t.close(fd);
});

it("stays with the file when it is renamed", async (t) => {
  await t.file("/old");
  await t.setxattr("/old", "user.name", "value");
  await t.rename("/old", "/new");
  t.bytes(await t.getxattr("/new", "user.name"), "value");
});

it("is one for all names of a file", { needs: ["link"] }, async (t) => {
  await t.file("/one");
  await t.link("/one", "/two");
  await t.setxattr("/one", "user.name", "value");
  t.bytes(await t.getxattr("/two", "user.name"), "value");
});

it("goes with the file", async (t) => {
  await t.file("/file");
  await t.setxattr("/file", "user.name", "value");
  await t.unlink("/file");
  await t.file("/file");
  t.equal(users(await t.listxattr("/file")), []);
});

it("moves ctime and leaves mtime", { needs: ["ctime", "utimes"] }, async (t) => {
  await t.file("/file");
  const time = { sec: 1_000_000_000, nsec: 0 };
  await t.utimens("/file", time, time);
  let count = 0;
  await t.moves(
    async () => (await t.stat("/file")).ctime,
    () => t.setxattr("/file", "user.name", `${count++}`),
    "ctime",
  );
  t.equal((await t.stat("/file")).mtime, time, "mtime");
});

it("of users is refused on a link", {
  needs: ["symlink", "lstat"],
  clause: "xattr(7): user attributes only on files and directories",
}, async (t) => {
  await t.file("/file");
  await t.symlink("file", "/link");
  await t.refuses("EPERM", t.setxattr("/link", "user.name", "x"));
  t.equal(users(await t.listxattr("/file")), []);
});

it("keeps many values apart", async (t) => {
  await t.file("/file");
  for (let index = 0; index < 50; index++) {
    await t.setxattr("/file", `user.name${index}`, `value ${index}`);
  }
  t.equal((users(await t.listxattr("/file"))).length, 50, "how many names");
  for (let index = 0; index < 50; index++) {
    t.bytes(await t.getxattr("/file", `user.name${index}`), `value ${index}`);
  }
});
