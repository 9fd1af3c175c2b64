/**
 * Cases of `rename(2)` without flags.
 *
 * @module
 */
import { O_CREAT, O_RDONLY, O_RDWR } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";

const file = caseFile("rename", { clause: "POSIX.1-2024 rename()" });
const { core, it } = file;

/** Cases of `rename(2)` without flags. */
export const RENAME = file.cases;

core("moves a file to a new name", async (t) => {
  await t.file("/old", "data");
  await t.rename("/old", "/new");
  t.equal(await t.names("/"), ["new"]);
  await t.holds("/new", "data");
});

core("moves a file into another directory", async (t) => {
  await t.mkdir("/from");
  await t.mkdir("/to");
  await t.file("/from/file", "data");
  await t.rename("/from/file", "/to/renamed");
  t.equal(await t.names("/from"), []);
  await t.holds("/to/renamed", "data");
});

core("replaces a file", async (t) => {
  await t.file("/old", "old");
  await t.file("/new", "new, and longer");
  await t.rename("/old", "/new");
  t.equal(await t.names("/"), ["new"]);
  await t.holds("/new", "old");
});

core("moves a directory with everything in it", async (t) => {
  await t.mkdir("/old");
  await t.mkdir("/old/below");
  await t.file("/old/below/file", "data");
  await t.rename("/old", "/new");
  await t.absent("/old");
  t.equal(await t.names("/new"), ["below"]);
  await t.holds("/new/below/file", "data");
});

core("replaces an empty directory", async (t) => {
  await t.mkdir("/old");
  await t.file("/old/file", "data");
  await t.mkdir("/new");
  await t.rename("/old", "/new");
  t.equal(await t.names("/"), ["new"]);
  t.equal(await t.names("/new"), ["file"]);
});

core("refuses to replace a directory that is not empty", async (t) => {
  await t.mkdir("/old");
  await t.mkdir("/new");
  await t.file("/new/file", "kept");
  await t.refuses(["ENOTEMPTY", "EEXIST"], t.rename("/old", "/new"));
  t.equal(await t.names("/"), ["new", "old"]);
  await t.holds("/new/file", "kept");
});

core("refuses to replace a directory by a file", async (t) => {
  await t.file("/old", "data");
  await t.mkdir("/new");
  await t.refuses("EISDIR", t.rename("/old", "/new"));
  await t.holds("/old", "data");
  t.equal(await t.names("/new"), []);
});

core("refuses to replace a file by a directory", async (t) => {
  await t.mkdir("/old");
  await t.file("/new", "data");
  await t.refuses("ENOTDIR", t.rename("/old", "/new"));
  t.equal(await t.names("/old"), []);
  await t.holds("/new", "data");
});

core("refuses a path that is not there", async (t) => {
  await t.file("/new", "data");
  await t.refuses("ENOENT", t.rename("/old", "/new"));
  await t.holds("/new", "data");
});

core("refuses a new path whose directory is not there", async (t) => {
  await t.file("/old", "data");
  await t.refuses("ENOENT", t.rename("/old", "/none/new"));
  await t.holds("/old", "data");
});

core("refuses to move a directory into itself", async (t) => {
  await t.mkdir("/dir");
  await t.refuses("EINVAL", t.rename("/dir", "/dir/below"));
  t.equal(await t.names("/"), ["dir"]);
  t.equal(await t.names("/dir"), []);
});

core("refuses to move a directory below itself", async (t) => {
  await t.mkdir("/dir");
  await t.mkdir("/dir/below");
  await t.refuses("EINVAL", t.rename("/dir", "/dir/below/deeper"));
  t.equal(await t.names("/dir"), ["below"]);
});

core("allows a name that begins like the directory that moves", async (t) => {
  await t.mkdir("/dir");
  await t.mkdir("/directory");
  await t.rename("/dir", "/directory/dir");
  t.equal(await t.names("/"), ["directory"]);
  t.equal(await t.names("/directory"), ["dir"]);
});

it("refuses to replace a directory by what is in it", async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/file", "data");
  await t.refuses(["ENOTEMPTY", "EEXIST", "EISDIR"], t.rename("/dir/file", "/dir"));
  await t.mkdir("/dir/below");
  await t.refuses(["ENOTEMPTY", "EEXIST"], t.rename("/dir/below", "/dir"));
  t.equal(await t.names("/dir"), ["below", "file"]);
});

core("to the same path changes nothing", async (t) => {
  await t.file("/file", "data");
  await t.rename("/file", "/file");
  await t.holds("/file", "data");
  await t.mkdir("/dir");
  await t.file("/dir/file", "data");
  await t.rename("/dir", "/dir");
  t.equal(await t.names("/dir"), ["file"]);
});

it("to the same path refuses what is not there", async (t) => {
  await t.refuses("ENOENT", t.rename("/none", "/none"));
});

it("between two names of one file changes nothing", { needs: ["link"] }, async (t) => {
  await t.file("/one", "data");
  await t.link("/one", "/two");
  await t.rename("/one", "/two");
  t.equal(await t.names("/"), ["one", "two"]);
  await t.holds("/two", "data");
});

it("keeps the inode number", { needs: ["inode"] }, async (t) => {
  await t.file("/old", "data");
  await t.mkdir("/dir");
  const file = await t.stat("/old");
  const dir = await t.stat("/dir");
  await t.rename("/old", "/dir/new");
  await t.rename("/dir", "/moved");
  t.equal((await t.stat("/moved/new")).ino, file.ino, "the inode number of the file");
  t.equal((await t.stat("/moved")).ino, dir.ino, "the inode number of the directory");
});

it("keeps mode and times of the file", { needs: ["utimes"] }, async (t) => {
  await t.file("/old", "data");
  await t.chmod("/old", 0o640);
  const time = { sec: 1_000_000_000, nsec: 0 };
  await t.utimens("/old", time, time);
  await t.rename("/old", "/new");
  const after = await t.stat("/new");
  t.equal(after.mode & 0o7777, 0o640, "the mode");
  t.equal(after.mtime, time, "the mtime");
});

it("keeps mode and owner when it replaces", { needs: ["chown", "owner"] }, async (t) => {
  await t.file("/old", "old", 0o600);
  await t.chown("/old", 11, 12);
  await t.file("/new", "new", 0o644);
  await t.rename("/old", "/new");
  const { mode, uid, gid } = await t.stat("/new");
  t.equal([mode & 0o7777, uid, gid], [0o600, 11, 12], "mode, owner and group");
});

it("moves a symbolic link itself", { needs: ["symlink", "lstat"] }, async (t) => {
  await t.file("/target", "data");
  await t.symlink("target", "/old");
  await t.rename("/old", "/new");
  t.equal(await t.readlink("/new"), "target");
  t.equal(await t.names("/"), ["new", "target"]);
});

it("moves a dangling symbolic link", { needs: ["symlink", "lstat"] }, async (t) => {
  await t.symlink("nowhere", "/old");
  await t.rename("/old", "/new");
  t.equal(await t.readlink("/new"), "nowhere");
});

it("replaces a symbolic link and not its target", { needs: ["symlink", "lstat"] }, async (t) => {
  await t.file("/target", "kept");
  await t.symlink("target", "/new");
  await t.file("/old", "data");
  await t.rename("/old", "/new");
  t.equal((await t.lstat("/new")).mode & 0o170000, 0o100000, "the type");
  await t.holds("/new", "data");
  await t.holds("/target", "kept");
});

it("refuses to replace a link to a directory by a directory", {
  needs: ["symlink", "lstat"],
}, async (t) => {
  await t.mkdir("/target");
  await t.symlink("target", "/new");
  await t.mkdir("/old");
  await t.refuses("ENOTDIR", t.rename("/old", "/new"));
  t.equal(await t.readlink("/new"), "target");
});

it("follows links in the directories of both paths", { needs: ["symlink"] }, async (t) => {
  await t.mkdir("/from");
  await t.mkdir("/to");
  await t.symlink("from", "/a");
  await t.symlink("to", "/b");
  await t.file("/from/file", "data");
  await t.rename("/a/file", "/b/file");
  t.equal(await t.names("/from"), []);
  await t.holds("/to/file", "data");
});

it("finds a directory inside itself behind a link", { needs: ["symlink"] }, async (t) => {
  await t.mkdir("/dir");
  await t.mkdir("/dir/below");
  await t.symlink("dir/below", "/link");
  await t.refuses("EINVAL", t.rename("/dir", "/link/dir"));
});

core("leaves an open file readable under its new name", async (t) => {
  await t.file("/old", "data");
  const fd = await t.open("/old", O_RDONLY);
  await t.rename("/old", "/new");
  t.bytes(await t.pread(fd, 10, 0), "data");
  await t.close(fd);
});

core("leaves a handle writing to the file that moved", async (t) => {
  await t.file("/old", "data");
  const fd = await t.open("/old", O_RDWR);
  await t.rename("/old", "/new");
  await t.file("/old", "other");
  await t.pwrite(fd, "DA", 0);
  await t.close(fd);
  await t.holds("/new", "DAta");
  await t.holds("/old", "other");
});

core("leaves the replaced file to those who have it open", async (t) => {
  await t.file("/new", "replaced");
  const fd = await t.open("/new", O_RDWR);
  await t.file("/old", "data");
  await t.rename("/old", "/new");
  t.bytes(await t.pread(fd, 20, 0), "replaced");
  await t.pwrite(fd, "REP", 0);
  t.bytes(await t.pread(fd, 20, 0), "REPlaced");
  await t.holds("/new", "data");
  await t.close(fd);
});

it("counts no names of an open file that it replaced", { needs: ["nlink"] }, async (t) => {
  await t.file("/new", "replaced");
  const fd = await t.open("/new", O_RDONLY);
  await t.file("/old", "data");
  await t.rename("/old", "/new");
  t.equal((await t.fstat(fd)).nlink, 0, "nlink of the replaced file");
  await t.close(fd);
});

it("takes one name from the file that it replaces", { needs: ["nlink"] }, async (t) => {
  await t.file("/one", "data");
  await t.link("/one", "/two");
  await t.file("/old", "other");
  await t.rename("/old", "/two");
  t.equal((await t.stat("/one")).nlink, 1, "nlink");
  await t.holds("/one", "data");
});

it("moves a directory while a file in it is open", async (t) => {
  await t.mkdir("/dir");
  const fd = await t.open("/dir/file", O_RDWR | O_CREAT);
  await t.rename("/dir", "/moved");
  await t.write(fd, "data");
  await t.close(fd);
  await t.holds("/moved/file", "data");
});

it("lets a new directory take the old name", async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/file", "old");
  await t.rename("/dir", "/moved");
  await t.mkdir("/dir");
  t.equal(await t.names("/dir"), []);
  t.equal(await t.names("/moved"), ["file"]);
});

it("moves the times of both directories", { needs: ["utimes"] }, async (t) => {
  await t.mkdir("/from");
  await t.mkdir("/to");
  await t.file("/from/file");
  const time = { sec: 1_000_000_000, nsec: 0 };
  await t.utimens("/from", time, time);
  await t.utimens("/to", time, time);
  await t.rename("/from/file", "/to/file");
  t.after((await t.stat("/from")).mtime, time, "mtime of the old directory");
  t.after((await t.stat("/to")).mtime, time, "mtime of the new directory");
});

it("counts directories below for both parents", { needs: ["nlink"] }, async (t) => {
  await t.mkdir("/from");
  await t.mkdir("/from/dir");
  await t.mkdir("/to");
  const counted = (await t.stat("/from")).nlink === 3;
  await t.rename("/from/dir", "/to/dir");
  // Filesystems may count 1 for every directory; those that count must do so for both.
  const counts = [(await t.stat("/from")).nlink, (await t.stat("/to")).nlink];
  t.equal(counts, counted ? [2, 3] : [counts[0], counts[0]], "nlink of both parents");
});

it("exchanges names over a third one", async (t) => {
  await t.file("/a", "first");
  await t.file("/b", "second");
  await t.rename("/a", "/c");
  await t.rename("/b", "/a");
  await t.rename("/c", "/b");
  await t.holds("/a", "second");
  await t.holds("/b", "first");
  t.equal(await t.names("/"), ["a", "b"]);
});

it("accepts a name of 255 bytes", async (t) => {
  const long = `/${"n".repeat(255)}`;
  await t.file("/old", "data");
  await t.rename("/old", long);
  await t.holds(long, "data");
});

it("refuses a name of 256 bytes", async (t) => {
  await t.file("/old", "data");
  await t.refuses("ENAMETOOLONG", t.rename("/old", `/${"n".repeat(256)}`));
  await t.refuses("ENAMETOOLONG", t.rename(`/${"n".repeat(256)}`, "/new"));
  t.equal(await t.names("/"), ["old"]);
});

it("refuses a final component of dot or dot-dot", { needs: ["kernel"] }, async (t) => {
  await t.mkdir("/dir");
  await t.mkdir("/dir/below");
  await t.refuses(["EBUSY", "EINVAL"], t.rename("/dir/.", "/new"));
  await t.refuses(["EBUSY", "EINVAL", "ENOTEMPTY", "EEXIST"], t.rename("/dir/below/..", "/new"));
  await t.refuses(["EBUSY", "EINVAL", "EEXIST", "ENOTEMPTY"], t.rename("/dir/below", "/dir/."));
});

it("refuses a slash behind a file", { needs: ["kernel"] }, async (t) => {
  await t.file("/old", "data");
  await t.refuses("ENOTDIR", t.rename("/old/", "/new"));
  await t.refuses("ENOTDIR", t.rename("/old", "/new/"));
});

it("accepts a slash behind a directory", { needs: ["kernel"] }, async (t) => {
  await t.mkdir("/old");
  await t.rename("/old/", "/new/");
  t.equal(await t.names("/"), ["new"]);
});
