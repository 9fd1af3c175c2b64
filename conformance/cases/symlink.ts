/**
 * Cases of `symlink(2)` and `readlink(2)`.
 *
 * @module
 */
import { caseFile } from "../case.ts";

const file = caseFile("symlink", {
  clause: "POSIX.1-2024 symlink(), readlink()",
  needs: ["symlink"],
});
const { it } = file;
const LSTAT = { needs: ["lstat"] } as const;
const OLD = { sec: 1_000_000_000, nsec: 0 };

/** Cases of `symlink(2)` and `readlink(2)`. */
export const SYMLINK = file.cases;

it("keeps the target as it is", async (t) => {
  for (
    const [index, target] of [
      "file",
      "./file",
      "../file",
      "a//b/./c/",
      "/absolute",
      " with space",
      "ümlaut",
      ".",
      "..",
      "/",
    ].entries()
  ) {
    await t.symlink(target, `/link${index}`);
    t.equal(await t.readlink(`/link${index}`), target);
  }
});

it("need not lead anywhere", async (t) => {
  await t.symlink("nowhere", "/link");
  t.equal(await t.readlink("/link"), "nowhere");
  await t.refuses("ENOENT", t.stat("/link"));
  t.equal(await t.names("/"), ["link"]);
});

it("makes a link and nothing else", LSTAT, async (t) => {
  await t.symlink("nowhere", "/link");
  t.equal((await t.lstat("/link")).mode & 0o170000, 0o120000, "the type");
});

it("has the length of its target as size", LSTAT, async (t) => {
  await t.symlink("a/target", "/link");
  t.equal((await t.lstat("/link")).size, 8, "the size");
  await t.symlink("ü", "/other");
  t.equal((await t.lstat("/other")).size, 2, "the size in bytes");
});

it("has all permissions", { needs: ["lstat"], clause: "symlink(7)" }, async (t) => {
  await t.symlink("nowhere", "/link");
  t.equal((await t.lstat("/link")).mode & 0o7777, 0o777, "the mode");
});

it("refuses a path that is there", async (t) => {
  await t.file("/file", "kept");
  await t.mkdir("/dir");
  await t.symlink("nowhere", "/link");
  await t.refuses("EEXIST", t.symlink("x", "/file"));
  await t.refuses("EEXIST", t.symlink("x", "/dir"));
  await t.refuses("EEXIST", t.symlink("x", "/link"));
  t.equal(await t.readlink("/link"), "nowhere");
  await t.holds("/file", "kept");
});

it("refuses a directory that is not there", async (t) => {
  await t.refuses("ENOENT", t.symlink("x", "/none/link"));
});

it("refuses to go through a file", async (t) => {
  await t.file("/file");
  await t.refuses("ENOTDIR", t.symlink("x", "/file/link"));
});

it("refuses an empty target", { clause: "symlink(2) ENOENT" }, async (t) => {
  await t.refuses("ENOENT", t.symlink("", "/link"));
  t.equal(await t.names("/"), []);
});

it("accepts a target of 4,095 bytes", { clause: "symlink(2) ENAMETOOLONG" }, async (t) => {
  const target = "a/".repeat(2047) + "b";
  await t.symlink(target, "/link");
  t.equal(await t.readlink("/link"), target);
});

it("refuses a target of 4,096 bytes", { clause: "symlink(2) ENAMETOOLONG" }, async (t) => {
  await t.refuses("ENAMETOOLONG", t.symlink("a/".repeat(2048), "/link"));
  t.equal(await t.names("/"), []);
});

it("refuses a name of 256 bytes", async (t) => {
  await t.refuses("ENAMETOOLONG", t.symlink("x", `/${"n".repeat(256)}`));
});

it("is followed by stat and not by lstat", LSTAT, async (t) => {
  await t.file("/file", "data");
  await t.symlink("file", "/link");
  t.equal((await t.stat("/link")).mode & 0o170000, 0o100000, "the type of the target");
  t.equal((await t.stat("/link")).size, 4, "the size of the target");
  t.equal((await t.lstat("/link")).mode & 0o170000, 0o120000, "the type of the link");
});

it("to a directory can be gone through", async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/file", "data");
  await t.symlink("dir", "/link");
  await t.holds("/link/file", "data");
  t.equal(await t.names("/link"), ["file"]);
});

it("to an absolute path starts at the root", async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/file", "data");
  await t.symlink(t.absolute("/dir/file"), "/link");
  await t.holds("/link", "data");
  await t.symlink(t.absolute("/dir"), "/to-dir");
  await t.holds("/to-dir/file", "data");
});

it("is resolved from its own directory", async (t) => {
  await t.mkdir("/a");
  await t.mkdir("/a/b");
  await t.file("/a/file", "right");
  await t.file("/file", "wrong");
  await t.symlink("../file", "/a/b/link");
  await t.holds("/a/b/link", "right");
});

it("with dot-dot behind another link goes up from where that led", async (t) => {
  await t.mkdir("/far");
  await t.mkdir("/far/dir");
  await t.file("/far/file", "right");
  await t.file("/file", "wrong");
  await t.symlink("far/dir", "/near");
  await t.symlink("near/../file", "/link");
  await t.holds("/link", "right");
});

it("can be behind forty others", { clause: "path_resolution(7): 40 links" }, async (t) => {
  await t.file("/file", "data");
  await t.symlink("file", "/link1");
  for (let index = 2; index <= 40; index++) await t.symlink(`link${index - 1}`, `/link${index}`);
  await t.holds("/link40", "data");
});

it("behind forty-one others is refused", {
  clause: "path_resolution(7): 40 links",
  level: "sandbox",
}, async (t) => {
  await t.file("/file", "data");
  await t.symlink("file", "/link1");
  for (let index = 2; index <= 41; index++) await t.symlink(`link${index - 1}`, `/link${index}`);
  await t.refuses("ELOOP", t.stat("/link41"));
  await t.refuses("ELOOP", t.open("/link41"));
});

it("that leads to itself is refused and can be read", LSTAT, async (t) => {
  await t.symlink("link", "/link");
  await t.refuses("ELOOP", t.stat("/link"));
  await t.refuses("ELOOP", t.stat("/link/below"));
  t.equal(await t.readlink("/link"), "link");
  t.equal((await t.lstat("/link")).mode & 0o170000, 0o120000, "the type");
});

it("in a ring of two is refused", async (t) => {
  await t.symlink("two", "/one");
  await t.symlink("one", "/two");
  await t.refuses("ELOOP", t.stat("/one"));
  await t.refuses("ELOOP", t.names("/two"));
});

it("through itself is refused", async (t) => {
  await t.symlink("link/below", "/link");
  await t.refuses("ELOOP", t.stat("/link"));
});

it("that doubles at every step is refused in time", { level: "sandbox" }, async (t) => {
  await t.symlink(".", "/l0");
  for (let index = 1; index < 12; index++) {
    await t.symlink(`l${index - 1}/l${index - 1}`, `/l${index}`);
  }
  await t.refuses("ELOOP", t.stat("/l11/l11/l11"));
});

it("to dot is its own directory", async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/file", "data");
  await t.symlink(".", "/dir/here");
  await t.holds("/dir/here/here/file", "data");
});

it("cannot be read where there is none", async (t) => {
  await t.file("/file");
  await t.mkdir("/dir");
  await t.refuses("EINVAL", t.readlink("/file"));
  await t.refuses("EINVAL", t.readlink("/dir"));
  await t.refuses("ENOENT", t.readlink("/none"));
  await t.refuses("ENOTDIR", t.readlink("/file/below"));
});

it("is read through links to its directory", async (t) => {
  await t.mkdir("/dir");
  await t.symlink("target", "/dir/link");
  await t.symlink("dir", "/to-dir");
  t.equal(await t.readlink("/to-dir/link"), "target");
});

it("moves the times of the directory", { needs: ["utimes"] }, async (t) => {
  await t.mkdir("/dir");
  await t.utimens("/dir", OLD, OLD);
  await t.symlink("x", "/dir/link");
  t.after((await t.stat("/dir")).mtime, OLD, "mtime of the directory");
});

it("belongs to its caller", { needs: ["users", "owner", "lstat"] }, async (t) => {
  await t.chmod("/", 0o777);
  await t.another({ uid: 1001, gid: 1002 }).symlink("x", "/link");
  const { uid, gid } = await t.lstat("/link");
  t.equal([uid, gid], [1001, 1002], "owner and group");
});

it("with a slash behind it is its target", { needs: ["kernel"] }, async (t) => {
  await t.mkdir("/dir");
  await t.file("/file");
  await t.symlink("dir", "/link");
  await t.symlink("file", "/to-file");
  t.equal((await t.lstat("/link/")).mode & 0o170000, 0o040000, "the type");
  await t.refuses("ENOTDIR", t.lstat("/to-file/"));
});

it("never leads out of the root", { needs: ["contract"], level: "sandbox" }, async (t) => {
  await t.symlink("../../../../../../../../../../etc/passwd", "/up");
  await t.symlink("/etc/passwd", "/absolute");
  await t.refuses("ENOENT", t.open("/up"));
  await t.refuses("ENOENT", t.open("/absolute"));
});

it("with dot-dot at the root stays at the root", {
  needs: ["contract"],
  level: "sandbox",
}, async (t) => {
  await t.file("/file", "data");
  await t.symlink(`../../../../../..${t.absolute("/file")}`, "/link");
  await t.holds("/link", "data");
});
