/**
 * Cases of `mkdir(2)`.
 *
 * @module
 */
import { caseFile } from "../case.ts";

const file = caseFile("mkdir", { clause: "POSIX.1-2024 mkdir()" });
const { core, it } = file;
const OLD = { sec: 1_000_000_000, nsec: 0 };

/** Cases of `mkdir(2)`. */
export const MKDIR = file.cases;

core("makes an empty directory", async (t) => {
  await t.mkdir("/dir");
  t.equal((await t.stat("/dir")).mode & 0o170000, 0o040000, "the type");
  t.equal(await t.names("/dir"), []);
  t.equal(await t.names("/"), ["dir"]);
});

core("gives it the mode", async (t) => {
  await t.mkdir("/dir", 0o751);
  t.equal((await t.stat("/dir")).mode & 0o777, 0o751, "the mode");
  await t.mkdir("/other", 0o700);
  t.equal((await t.stat("/other")).mode & 0o777, 0o700, "the mode");
});

it("keeps the sticky bit of the mode", { clause: "mkdir(2): mode & 01777" }, async (t) => {
  await t.mkdir("/dir", 0o1777);
  t.equal((await t.stat("/dir")).mode & 0o7777, 0o1777, "the mode");
});

core("refuses a directory that is there", async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/file", "kept");
  await t.refuses("EEXIST", t.mkdir("/dir"));
  await t.holds("/dir/file", "kept");
});

core("refuses a file that is there", async (t) => {
  await t.file("/file", "kept");
  await t.refuses("EEXIST", t.mkdir("/file"));
  await t.holds("/file", "kept");
});

it("refuses a link, also a dangling one", { needs: ["symlink"] }, async (t) => {
  await t.mkdir("/dir");
  await t.symlink("dir", "/link");
  await t.symlink("nowhere", "/dangling");
  await t.refuses("EEXIST", t.mkdir("/link"));
  await t.refuses("EEXIST", t.mkdir("/dangling"));
  t.equal(await t.names("/"), ["dangling", "dir", "link"]);
});

core("refuses a parent that is not there", async (t) => {
  await t.refuses("ENOENT", t.mkdir("/none/dir"));
  t.equal(await t.names("/"), []);
});

core("refuses a parent that is a file", async (t) => {
  await t.file("/file");
  await t.refuses("ENOTDIR", t.mkdir("/file/dir"));
});

it("works below a link to a directory", { needs: ["symlink"] }, async (t) => {
  await t.mkdir("/dir");
  await t.symlink("dir", "/link");
  await t.mkdir("/link/below");
  t.equal(await t.names("/dir"), ["below"]);
});

it("refuses a parent that is a dangling link", { needs: ["symlink"] }, async (t) => {
  await t.symlink("nowhere", "/link");
  await t.refuses("ENOENT", t.mkdir("/link/dir"));
  t.equal(await t.names("/"), ["link"]);
});

core("makes directories in directories", async (t) => {
  let path = "";
  for (let depth = 0; depth < 30; depth++) {
    path += `/d${depth}`;
    await t.mkdir(path);
  }
  await t.file(`${path}/file`, "deep");
  await t.holds(`${path}/file`, "deep");
});

it("counts 2 names of a new directory, or 1 of every directory", {
  needs: ["nlink"],
}, async (t) => {
  await t.mkdir("/dir");
  const { nlink } = await t.stat("/dir");
  t.ok(nlink === 1 || nlink === 2, "nlink is 1 or 2", nlink);
  await t.mkdir("/dir/below");
  t.equal((await t.stat("/dir")).nlink, nlink === 1 ? 1 : 3, "nlink of its parent");
});

it("moves the times of the parent", { needs: ["utimes"] }, async (t) => {
  await t.mkdir("/parent");
  await t.utimens("/parent", OLD, OLD);
  await t.mkdir("/parent/dir");
  t.after((await t.stat("/parent")).mtime, OLD, "mtime of the parent");
});

it("that is refused leaves the times of the parent", { needs: ["utimes"] }, async (t) => {
  await t.mkdir("/parent");
  await t.mkdir("/parent/dir");
  await t.utimens("/parent", OLD, OLD);
  await t.refuses("EEXIST", t.mkdir("/parent/dir"));
  t.equal((await t.stat("/parent")).mtime, OLD, "mtime of the parent");
});

it("refuses the root", { clause: "mkdir(2) EEXIST" }, async (t) => {
  await t.refuses("EEXIST", t.mkdir("/"));
});

it("accepts a name of 255 bytes and refuses one more", async (t) => {
  await t.mkdir(`/${"d".repeat(255)}`);
  await t.refuses("ENAMETOOLONG", t.mkdir(`/${"d".repeat(256)}`));
  t.equal((await t.names("/")).length, 1, "the number of names");
});

it("accepts a slash at the end", { needs: ["kernel"] }, async (t) => {
  await t.mkdir("/dir/");
  t.equal(await t.names("/"), ["dir"]);
});

it("below a setgid directory inherits group and bit", {
  needs: ["users", "owner"],
  clause: "inode(7) S_ISGID; mkdir(2)",
}, async (t) => {
  await t.mkdir("/parent");
  await t.chown("/parent", 0, 777);
  await t.chmod("/parent", 0o2777);
  const other = t.another({ uid: 1001, gid: 1001 });
  await t.chmod("/", 0o777);
  await other.mkdir("/parent/dir", 0o755);
  const { uid, gid, mode } = await t.stat("/parent/dir");
  t.equal([uid, gid], [1001, 777], "owner and group");
  t.equal(mode & 0o7777, 0o2755, "the mode");
});

it("belongs to its caller", { needs: ["users", "owner"] }, async (t) => {
  await t.chmod("/", 0o777);
  await t.another({ uid: 1001, gid: 1002 }).mkdir("/dir");
  const { uid, gid } = await t.stat("/dir");
  t.equal([uid, gid], [1001, 1002], "owner and group");
});

core("by many at once makes one and refuses the others", async (t) => {
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => t.mkdir("/dir")));
  t.equal(results.filter(({ status }) => status === "fulfilled").length, 1, "how many succeeded");
});
