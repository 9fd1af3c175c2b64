/**
 * Cases of `stat(2)`, `lstat(2)` and `fstat(2)`.
 *
 * @module
 */
import { O_CREAT, O_RDWR } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";
import { pattern } from "./pattern.ts";

const file = caseFile("stat", { clause: "POSIX.1-2024 stat(), fstat(), lstat()" });
const { core, it } = file;

/** Cases of `stat(2)`, `lstat(2)` and `fstat(2)`. */
export const STAT = file.cases;

core("tells type and size of a file", async (t) => {
  await t.file("/file", "some data");
  const { mode, size } = await t.stat("/file");
  t.equal(mode & 0o170000, 0o100000, "the type");
  t.equal(size, 9, "the size");
});

core("tells the type of a directory", async (t) => {
  await t.mkdir("/dir");
  t.equal((await t.stat("/dir")).mode & 0o170000, 0o040000, "the type");
});

core("of the root is a directory", async (t) => {
  t.equal((await t.stat("/")).mode & 0o170000, 0o040000, "the type");
});

core("refuses what is not there", async (t) => {
  await t.refuses("ENOENT", t.stat("/none"));
  await t.refuses("ENOENT", t.stat("/none/below"));
});

core("refuses to go through a file", async (t) => {
  await t.file("/file");
  await t.refuses("ENOTDIR", t.stat("/file/below"));
});

core("by path and by descriptor agree", async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT, 0o640);
  await t.write(fd, "data");
  const byPath = await t.stat("/file");
  const byFd = await t.fstat(fd);
  t.equal([byFd.mode, byFd.size, byFd.nlink, byFd.uid, byFd.gid], [
    byPath.mode,
    byPath.size,
    byPath.nlink,
    byPath.uid,
    byPath.gid,
  ], "mode, size, nlink, uid and gid");
  t.equal(byFd.mtime, byPath.mtime, "mtime");
  await t.close(fd);
});

it("tells one inode number by path and by descriptor", { needs: ["inode"] }, async (t) => {
  await t.file("/file");
  const fd = await t.open("/file");
  t.equal((await t.fstat(fd)).ino, (await t.stat("/file")).ino, "the inode number");
  await t.close(fd);
});

it("tells different inode numbers of different files", { needs: ["inode"] }, async (t) => {
  const numbers = new Set<number | bigint>();
  for (let index = 0; index < 20; index++) {
    await t.file(`/file${index}`);
    await t.mkdir(`/dir${index}`);
    numbers.add((await t.stat(`/file${index}`)).ino);
    numbers.add((await t.stat(`/dir${index}`)).ino);
  }
  t.equal(numbers.size, 40, "how many different numbers");
  t.ok(!numbers.has(0), "no inode number is 0");
});

it("tells the same inode number again", { needs: ["inode"] }, async (t) => {
  await t.file("/file");
  const { ino } = await t.stat("/file");
  const fd = await t.open("/file", O_RDWR);
  await t.write(fd, "data");
  await t.close(fd);
  await t.chmod("/file", 0o600);
  t.equal((await t.stat("/file")).ino, ino, "the inode number");
});

it("follows a link", { needs: ["symlink"] }, async (t) => {
  await t.file("/file", "data");
  await t.symlink("file", "/link");
  const { mode, size } = await t.stat("/link");
  t.equal([mode & 0o170000, size], [0o100000, 4], "type and size");
});

it("refuses a dangling link, lstat does not", { needs: ["symlink", "lstat"] }, async (t) => {
  await t.symlink("nowhere", "/link");
  await t.refuses("ENOENT", t.stat("/link"));
  t.equal((await t.lstat("/link")).mode & 0o170000, 0o120000, "the type");
});

it("by lstat refuses what is not there", { needs: ["lstat"] }, async (t) => {
  await t.file("/file");
  await t.refuses("ENOENT", t.lstat("/none"));
  await t.refuses("ENOTDIR", t.lstat("/file/below"));
});

it("by lstat of a file is that of stat", { needs: ["lstat"] }, async (t) => {
  await t.file("/file", "data");
  t.equal(await t.lstat("/file"), await t.stat("/file"));
});

it("tells one name of a new file", { needs: ["nlink"] }, async (t) => {
  await t.file("/file");
  t.equal((await t.stat("/file")).nlink, 1, "nlink");
});

it("tells owner and group of root's files", { needs: ["owner", "users"] }, async (t) => {
  await t.file("/file");
  const { uid, gid } = await t.stat("/file");
  t.equal([uid, gid], [0, 0], "owner and group");
});

it("tells owner and group of a caller's files", { needs: ["owner", "users"] }, async (t) => {
  await t.chmod("/", 0o777);
  await t.another({ uid: 1001, gid: 1002 }).file("/file");
  const { uid, gid } = await t.stat("/file");
  t.equal([uid, gid], [1001, 1002], "owner and group");
});

it("tells the group of a setgid directory", {
  needs: ["owner", "users"],
  clause: "inode(7) S_ISGID",
}, async (t) => {
  await t.mkdir("/dir");
  await t.chown("/dir", 0, 777);
  await t.chmod("/dir", 0o2777);
  await t.another({ uid: 1001, gid: 1002 }).file("/dir/file");
  const { uid, gid } = await t.stat("/dir/file");
  t.equal([uid, gid], [1001, 777], "owner and group");
});

it("tells times of a new file that are now", async (t) => {
  await t.file("/file");
  const now = Date.now() / 1000;
  const { mtime } = await t.stat("/file");
  t.ok(Math.abs(mtime.sec - now) < 10, "mtime is about now", mtime.sec - now);
});

it("tells one time of a new file thrice", { needs: ["ctime"] }, async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  const { atime, mtime, ctime } = await t.fstat(fd);
  await t.close(fd);
  t.equal([atime, ctime], [mtime, mtime], "atime and ctime");
});

it("tells nanoseconds below a second", { needs: ["nanoseconds"] }, async (t) => {
  await t.file("/file");
  const { mtime } = await t.stat("/file");
  t.ok(
    Number.isInteger(mtime.nsec) && mtime.nsec >= 0 && mtime.nsec < 1e9,
    "nsec is in range",
    mtime.nsec,
  );
});

it("tells blocks of 512 bytes", { needs: ["blocks"] }, async (t) => {
  await t.file("/file", pattern(100_000));
  const { blocks } = await t.stat("/file");
  t.ok(blocks >= 196 && blocks < 1000, "196 blocks or a few more", blocks);
});

it("tells no blocks of an empty file", { needs: ["blocks"] }, async (t) => {
  await t.file("/file");
  t.equal((await t.stat("/file")).blocks, 0, "blocks");
});

core("tells the new size at once", async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  for (const size of [1, 10, 5000, 100_000]) {
    await t.pwrite(fd, "x", size - 1);
    t.equal((await t.stat("/file")).size, size, "the size by path");
    t.equal((await t.fstat(fd)).size, size, "the size by descriptor");
  }
  await t.close(fd);
});

core("has the name of the path", { needs: ["contract"] }, async (t) => {
  await t.file("/file");
  await t.mkdir("/dir");
  t.equal((await t.provider.stat(t.absolute("/file"))).name, "file");
  t.equal((await t.provider.stat(t.absolute("/dir"))).name, "dir");
  t.equal((await t.provider.stat("/")).name, "/");
});

it("has the name of a link that it followed", { needs: ["contract", "symlink"] }, async (t) => {
  await t.file("/file");
  await t.symlink("file", "/link");
  t.equal((await t.provider.stat(t.absolute("/link"))).name, "link");
});

core("gives a snapshot", { needs: ["contract"] }, async (t) => {
  await t.file("/file", "data");
  const info = await t.provider.stat(t.absolute("/file"));
  const fd = await t.open("/file", O_RDWR);
  await t.pwrite(fd, "much more data", 0);
  await t.close(fd);
  t.equal(info.size, 4, "the size in the snapshot");
});

it("after close is refused", async (t) => {
  await t.file("/file");
  const fd = await t.open("/file");
  await t.close(fd);
  await t.refuses("EBADF", t.fstat(fd));
});

it("refuses an empty path", { needs: ["kernel"] }, async (t) => {
  await t.refuses("ENOENT", t.stat(""));
  await t.refuses("ENOENT", t.lstat(""));
});

it("refuses a slash behind a file", { needs: ["kernel"] }, async (t) => {
  await t.file("/file");
  await t.refuses("ENOTDIR", t.stat("/file/"));
  await t.mkdir("/dir");
  t.equal((await t.stat("/dir/")).mode & 0o170000, 0o040000, "the type");
});
