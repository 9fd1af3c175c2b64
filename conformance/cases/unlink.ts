/**
 * Cases of `unlink(2)`, and of files that have no name any more.
 *
 * @module
 */
import { O_APPEND, O_CREAT, O_RDWR, O_TRUNC, O_WRONLY, S_IFIFO } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";
import { pattern } from "./pattern.ts";

const file = caseFile("unlink", { clause: "POSIX.1-2024 unlink()" });
const { core, it } = file;
const OLD = { sec: 1_000_000_000, nsec: 0 };

/** Cases of `unlink(2)`, and of files that have no name any more. */
export const UNLINK = file.cases;

core("removes a file", async (t) => {
  await t.file("/file", "data");
  await t.file("/other", "kept");
  await t.unlink("/file");
  await t.refuses("ENOENT", t.stat("/file"));
  await t.refuses("ENOENT", t.open("/file"));
  t.equal(await t.names("/"), ["other"]);
});

core("refuses a directory", { clause: "unlink(2) EISDIR" }, async (t) => {
  await t.mkdir("/dir");
  await t.refuses(["EISDIR", "EPERM"], t.unlink("/dir"));
  t.equal(await t.names("/"), ["dir"]);
});

it("of a directory is EISDIR", { clause: "unlink(2) EISDIR" }, async (t) => {
  await t.mkdir("/dir");
  await t.refuses("EISDIR", t.unlink("/dir"));
});

core("refuses what is not there", async (t) => {
  await t.refuses("ENOENT", t.unlink("/none"));
  await t.refuses("ENOENT", t.unlink("/none/below"));
});

core("refuses to go through a file", async (t) => {
  await t.file("/file");
  await t.refuses("ENOTDIR", t.unlink("/file/below"));
});

core("twice is refused", async (t) => {
  await t.file("/file");
  await t.unlink("/file");
  await t.refuses("ENOENT", t.unlink("/file"));
});

it("removes a link and not its target", { needs: ["symlink"] }, async (t) => {
  await t.file("/file", "kept");
  await t.symlink("file", "/link");
  await t.unlink("/link");
  t.equal(await t.names("/"), ["file"]);
  await t.holds("/file", "kept");
});

it("removes a dangling link", { needs: ["symlink"] }, async (t) => {
  await t.symlink("nowhere", "/link");
  await t.unlink("/link");
  t.equal(await t.names("/"), []);
});

it("removes a link that leads to itself", { needs: ["symlink"] }, async (t) => {
  await t.symlink("link", "/link");
  await t.unlink("/link");
  t.equal(await t.names("/"), []);
});

it("removes a link to a directory", { needs: ["symlink"] }, async (t) => {
  await t.mkdir("/dir");
  await t.symlink("dir", "/link");
  await t.unlink("/link");
  t.equal(await t.names("/"), ["dir"]);
});

it("removes a pipe", { needs: ["mknod"] }, async (t) => {
  await t.mknod("/fifo", S_IFIFO | 0o644);
  await t.unlink("/fifo");
  t.equal(await t.names("/"), []);
});

it("leaves the other names of a file", { needs: ["link"] }, async (t) => {
  await t.file("/one", "data");
  await t.link("/one", "/two");
  await t.unlink("/one");
  await t.holds("/two", "data");
});

it("takes one of the names that are counted", { needs: ["nlink"] }, async (t) => {
  await t.file("/one", "data");
  await t.link("/one", "/two");
  await t.link("/one", "/three");
  await t.unlink("/two");
  t.equal((await t.stat("/one")).nlink, 2, "nlink");
});

it("moves ctime of a file with other names", { needs: ["nlink", "ctime"] }, async (t) => {
  await t.file("/one", "data");
  await t.link("/one", "/two");
  await t.moves(
    async () => (await t.stat("/one")).ctime,
    async () => {
      await t.unlink("/two");
      await t.link("/one", "/two");
    },
    "ctime",
  );
});

it("moves the times of the directory", { needs: ["utimes"] }, async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/file");
  await t.utimens("/dir", OLD, OLD);
  await t.unlink("/dir/file");
  t.after((await t.stat("/dir")).mtime, OLD, "mtime of the directory");
});

core("leaves an open file readable", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file");
  await t.unlink("/file");
  t.bytes(await t.read(fd, 10), "data");
  t.bytes(await t.pread(fd, 10, 2), "ta");
  await t.close(fd);
});

core("leaves an open file writable", { needs: ["handleStat"] }, async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  await t.unlink("/file");
  await t.write(fd, "data");
  t.bytes(await t.pread(fd, 10, 0), "data");
  t.equal((await t.fstat(fd)).size, 4, "the size");
  await t.close(fd);
  t.equal(await t.names("/"), []);
});

core("keeps a large file for those who have it open", async (t) => {
  const data = pattern(300_000);
  await t.file("/file", data);
  const fd = await t.open("/file");
  await t.unlink("/file");
  t.bytes(await t.pread(fd, data.length, 0), data);
  await t.close(fd);
});

it("leaves an open file that can be opened again", {
  clause: "proc(5) /proc/pid/fd",
  needs: ["kernel", "symlink"],
}, async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDWR);
  await t.unlink("/file");
  await t.symlink(`/proc/self/fd/${fd}`, "/again");
  const reading = await t.open("/again");
  const writing = await t.open("/again", O_RDWR);
  await t.close(fd);
  await t.pwrite(writing, "DA", 0);
  t.bytes(await t.pread(reading, 10, 0), "DAta");
  await t.refuses("EBADF", t.write(reading, "no"));
  await t.close(reading);
  t.bytes(await t.pread(writing, 10, 0), "DAta");
  await t.close(writing);
});

it("leaves an open file that can be emptied by opening it again", {
  clause: "proc(5) /proc/pid/fd; open(2) O_TRUNC",
  needs: ["kernel", "symlink"],
}, async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDWR);
  await t.unlink("/file");
  await t.symlink(`/proc/self/fd/${fd}`, "/again");
  const again = await t.open("/again", O_WRONLY | O_TRUNC | O_APPEND);
  await t.write(again, "new");
  await t.write(again, "er");
  t.bytes(await t.pread(fd, 10, 0), "newer");
  await t.close(again);
  await t.close(fd);
});

it("leaves an open file without names", { needs: ["nlink"] }, async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file");
  await t.unlink("/file");
  t.equal((await t.fstat(fd)).nlink, 0, "nlink");
  await t.close(fd);
});

core("lets a new file take the name of an open one", async (t) => {
  await t.file("/file", "old");
  const fd = await t.open("/file", O_RDWR);
  await t.unlink("/file");
  await t.file("/file", "new");
  await t.pwrite(fd, "OLD", 0);
  t.bytes(await t.pread(fd, 10, 0), "OLD");
  await t.holds("/file", "new");
  await t.close(fd);
  await t.holds("/file", "new");
});

it("gives a new file of the same name another inode", { needs: ["inode"] }, async (t) => {
  await t.file("/file");
  const fd = await t.open("/file");
  const { ino } = await t.fstat(fd);
  await t.unlink("/file");
  await t.file("/file");
  t.different((await t.stat("/file")).ino, ino, "the inode number");
  t.equal((await t.fstat(fd)).ino, ino, "the inode number of the open file");
  await t.close(fd);
});

core("leaves each of several descriptors what it had", async (t) => {
  await t.file("/file", "data");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file");
  await t.unlink("/file");
  await t.pwrite(one, "DA", 0);
  t.bytes(await t.read(two, 10), "DAta");
  await t.close(one);
  t.bytes(await t.pread(two, 10, 0), "DAta");
  await t.close(two);
});

it("lets attributes of an open file change", { needs: ["handleAttr", "utimes"] }, async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDWR);
  await t.unlink("/file");
  await t.fchmod(fd, 0o600);
  await t.futimens(fd, OLD, OLD);
  const { mode, mtime } = await t.fstat(fd);
  t.equal(mode & 0o7777, 0o600, "the mode");
  t.equal(mtime, OLD, "mtime");
  await t.close(fd);
});

it("gives space back once the last descriptor is closed", {
  needs: ["statfs", "quiet"],
}, async (t) => {
  const before = (await t.statfs("/")).bfree;
  await t.file("/file", pattern(4 << 20));
  const fd = await t.open("/file");
  await t.unlink("/file");
  t.ok((await t.statfs("/")).bfree < before, "an open file takes space");
  await t.close(fd);
  t.equal((await t.statfs("/")).bfree, before, "the free blocks");
});

it("gives inodes back", { needs: ["statfs", "quiet"] }, async (t) => {
  const before = (await t.statfs("/")).ffree;
  for (let index = 0; index < 20; index++) await t.file(`/file${index}`, "data");
  t.equal((await t.statfs("/")).ffree, before - 20, "the free inodes");
  for (let index = 0; index < 20; index++) await t.unlink(`/file${index}`);
  t.equal((await t.statfs("/")).ffree, before, "the free inodes");
});

it("refuses a slash behind a file", { needs: ["kernel"] }, async (t) => {
  await t.file("/file", "kept");
  await t.refuses("ENOTDIR", t.unlink("/file/"));
  await t.holds("/file", "kept");
});

core("by many at once removes once", async (t) => {
  await t.file("/file");
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => t.unlink("/file")));
  t.equal(results.filter(({ status }) => status === "fulfilled").length, 1, "how many succeeded");
});

core("while writes go on loses none of them", async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  const data = pattern(32 * 1024);
  const writes = Array.from(
    { length: 32 },
    (_, index) => t.pwrite(fd, data.subarray(index * 1024, (index + 1) * 1024), index * 1024),
  );
  await Promise.all([...writes, t.unlink("/file")]);
  t.bytes(await t.pread(fd, data.length, 0), data);
  await t.close(fd);
});
