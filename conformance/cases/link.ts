/**
 * Cases of `link(2)`.
 *
 * @module
 */
import { O_RDWR, S_IFIFO } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";

const file = caseFile("link", { clause: "POSIX.1-2024 link()", needs: ["link"] });
const { it } = file;
const OLD = { sec: 1_000_000_000, nsec: 0 };

/** Cases of `link(2)`. */
export const LINK = file.cases;

it("gives a file a second name", async (t) => {
  await t.file("/one", "data");
  await t.link("/one", "/two");
  t.equal(await t.names("/"), ["one", "two"]);
  await t.holds("/two", "data");
});

it("makes names that are equal", async (t) => {
  await t.file("/one", "data");
  await t.link("/one", "/two");
  const fd = await t.open("/two", O_RDWR);
  await t.pwrite(fd, "DATA, more", 0);
  await t.close(fd);
  await t.holds("/one", "DATA, more");
  await t.chmod("/two", 0o600);
  t.equal((await t.stat("/one")).mode & 0o777, 0o600, "the mode by the first name");
});

it("makes names of one inode", { needs: ["inode"] }, async (t) => {
  await t.file("/one", "data");
  await t.link("/one", "/two");
  t.equal((await t.stat("/two")).ino, (await t.stat("/one")).ino, "the inode number");
});

it("counts the names", { needs: ["nlink"] }, async (t) => {
  await t.file("/one", "data");
  t.equal((await t.stat("/one")).nlink, 1, "nlink");
  await t.link("/one", "/two");
  t.equal((await t.stat("/one")).nlink, 2, "nlink by the first name");
  t.equal((await t.stat("/two")).nlink, 2, "nlink by the second name");
  await t.link("/two", "/three");
  t.equal((await t.stat("/one")).nlink, 3, "nlink");
});

it("tells the number of names through a descriptor", { needs: ["nlink"] }, async (t) => {
  await t.file("/one", "data");
  const fd = await t.open("/one");
  await t.link("/one", "/two");
  t.equal((await t.fstat(fd)).nlink, 2, "nlink");
  await t.unlink("/one");
  t.equal((await t.fstat(fd)).nlink, 1, "nlink");
  await t.close(fd);
});

it("works across directories", async (t) => {
  await t.mkdir("/a");
  await t.mkdir("/b");
  await t.file("/a/file", "data");
  await t.link("/a/file", "/b/other");
  await t.unlink("/a/file");
  await t.rmdir("/a");
  await t.holds("/b/other", "data");
});

it("refuses a new path that is there", async (t) => {
  await t.file("/one", "data");
  await t.file("/two", "kept");
  await t.refuses("EEXIST", t.link("/one", "/two"));
  await t.refuses("EEXIST", t.link("/one", "/one"));
  await t.mkdir("/dir");
  await t.refuses("EEXIST", t.link("/one", "/dir"));
  await t.holds("/two", "kept");
});

it("refuses a new path that is a dangling link", { needs: ["symlink"] }, async (t) => {
  await t.file("/one", "data");
  await t.symlink("nowhere", "/two");
  await t.refuses("EEXIST", t.link("/one", "/two"));
  t.equal(await t.names("/"), ["one", "two"]);
});

it("refuses what is not there", async (t) => {
  await t.refuses("ENOENT", t.link("/none", "/two"));
  t.equal(await t.names("/"), []);
});

it("refuses a directory that is not there", async (t) => {
  await t.file("/one", "data");
  await t.refuses("ENOENT", t.link("/one", "/none/two"));
});

it("refuses to go through a file", async (t) => {
  await t.file("/one", "data");
  await t.refuses("ENOTDIR", t.link("/one", "/one/two"));
  await t.refuses("ENOTDIR", t.link("/one/below", "/two"));
});

it("refuses a directory", { clause: "link(2) EPERM" }, async (t) => {
  await t.mkdir("/dir");
  await t.refuses("EPERM", t.link("/dir", "/two"));
  t.equal(await t.names("/"), ["dir"]);
});

it("of a symbolic link names the link itself", {
  needs: ["symlink", "lstat"],
  clause: "link(2): Linux does not follow",
}, async (t) => {
  await t.file("/file", "data");
  await t.symlink("file", "/link");
  await t.link("/link", "/two");
  t.equal(await t.readlink("/two"), "file");
});

it("of a dangling symbolic link works", { needs: ["symlink", "lstat"] }, async (t) => {
  await t.symlink("nowhere", "/link");
  await t.link("/link", "/two");
  t.equal(await t.readlink("/two"), "nowhere");
});

it("of a pipe works", { needs: ["mknod", "nlink"] }, async (t) => {
  await t.mknod("/fifo", S_IFIFO | 0o644);
  await t.link("/fifo", "/two");
  const { mode, nlink } = await t.stat("/two");
  t.equal([mode & 0o170000, nlink], [S_IFIFO, 2], "type and nlink");
});

it("moves ctime of the file", { needs: ["ctime"] }, async (t) => {
  await t.file("/one", "data");
  let number = 0;
  await t.moves(
    async () => (await t.stat("/one")).ctime,
    () => t.link("/one", `/name${number++}`),
    "ctime",
  );
});

it("leaves mtime of the file", { needs: ["utimes"] }, async (t) => {
  await t.file("/one", "data");
  await t.utimens("/one", OLD, OLD);
  await t.link("/one", "/two");
  t.equal((await t.stat("/two")).mtime, OLD, "mtime");
});

it("moves the times of the directory", { needs: ["utimes"] }, async (t) => {
  await t.mkdir("/dir");
  await t.file("/one");
  await t.utimens("/dir", OLD, OLD);
  await t.link("/one", "/dir/two");
  t.after((await t.stat("/dir")).mtime, OLD, "mtime of the directory");
});

it("accepts a name of 255 bytes and refuses one more", async (t) => {
  await t.file("/one", "data");
  await t.link("/one", `/${"n".repeat(255)}`);
  await t.refuses("ENAMETOOLONG", t.link("/one", `/${"n".repeat(256)}`));
});

it("follows links in the directories of both paths", { needs: ["symlink"] }, async (t) => {
  await t.mkdir("/a");
  await t.mkdir("/b");
  await t.symlink("a", "/la");
  await t.symlink("b", "/lb");
  await t.file("/a/file", "data");
  await t.link("/la/file", "/lb/file");
  await t.holds("/b/file", "data");
});

it("a hundred times counts a hundred and one", { needs: ["nlink"] }, async (t) => {
  await t.file("/file", "data");
  for (let index = 0; index < 100; index++) await t.link("/file", `/name${index}`);
  t.equal((await t.stat("/name99")).nlink, 101, "nlink");
  t.equal((await t.names("/")).length, 101, "the number of names");
});
