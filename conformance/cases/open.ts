/**
 * Cases of `open(2)` and its flags.
 *
 * @module
 */
import {
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";

const file = caseFile("open", { clause: "POSIX.1-2024 open()" });
const { core, it } = file;
const OLD = { sec: 1_000_000_000, nsec: 0 };

/** Cases of `open(2)` and its flags. */
export const OPEN = file.cases;

core("with O_CREAT makes an empty file", async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT, 0o640);
  t.equal((await t.fstat(fd)).size, 0, "the size");
  t.equal((await t.stat("/file")).mode, 0o100640, "the mode");
  await t.close(fd);
});

core("with O_CREAT opens a file that is there and keeps its content", async (t) => {
  await t.file("/file", "data", 0o600);
  const fd = await t.open("/file", O_RDWR | O_CREAT, 0o644);
  t.bytes(await t.read(fd, 10), "data");
  await t.close(fd);
  t.equal((await t.stat("/file")).mode & 0o777, 0o600, "the mode");
});

core("with O_CREAT and O_EXCL refuses a file that is there", async (t) => {
  await t.file("/file", "data");
  await t.refuses("EEXIST", t.open("/file", O_RDWR | O_CREAT | O_EXCL));
  await t.holds("/file", "data");
});

core("with O_CREAT and O_EXCL makes a file that is not there", async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT | O_EXCL);
  await t.close(fd);
  t.equal(await t.names("/"), ["file"]);
});

core("with O_CREAT and O_EXCL refuses a directory", async (t) => {
  await t.mkdir("/dir");
  await t.refuses("EEXIST", t.open("/dir", O_RDWR | O_CREAT | O_EXCL));
});

it("with O_CREAT and O_EXCL refuses a dangling link", { needs: ["symlink"] }, async (t) => {
  await t.symlink("nowhere", "/link");
  await t.refuses("EEXIST", t.open("/link", O_RDWR | O_CREAT | O_EXCL));
  t.equal(await t.names("/"), ["link"]);
});

it("with O_CREAT and O_EXCL refuses a link to a file", { needs: ["symlink"] }, async (t) => {
  await t.file("/file", "data");
  await t.symlink("file", "/link");
  await t.refuses("EEXIST", t.open("/link", O_RDWR | O_CREAT | O_EXCL));
});

it("with O_CREAT makes the target of a dangling link", { needs: ["symlink"] }, async (t) => {
  await t.symlink("target", "/link");
  const fd = await t.open("/link", O_RDWR | O_CREAT);
  await t.write(fd, "data");
  await t.close(fd);
  t.equal(await t.names("/"), ["link", "target"]);
  await t.holds("/target", "data");
});

it("with O_CREAT makes the target of a link to elsewhere", { needs: ["symlink"] }, async (t) => {
  await t.mkdir("/dir");
  await t.symlink("dir/target", "/link");
  await t.close(await t.open("/link", O_RDWR | O_CREAT));
  t.equal(await t.names("/dir"), ["target"]);
});

core("with O_TRUNC empties a file", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDWR | O_TRUNC);
  t.equal((await t.fstat(fd)).size, 0, "the size");
  await t.close(fd);
  await t.holds("/file", "");
});

core("with O_CREAT and O_TRUNC empties a file", async (t) => {
  await t.file("/file", "some data");
  const fd = await t.open("/file", O_WRONLY | O_CREAT | O_TRUNC, 0o600);
  await t.write(fd, "new");
  await t.close(fd);
  await t.holds("/file", "new");
});

it("with O_TRUNC keeps the inode and its mode", { needs: ["inode"] }, async (t) => {
  await t.file("/file", "data", 0o604);
  const before = await t.stat("/file");
  await t.close(await t.open("/file", O_RDWR | O_TRUNC | O_CREAT, 0o666));
  const after = await t.stat("/file");
  t.equal([after.ino, after.mode], [before.ino, before.mode], "inode number and mode");
});

it("with O_TRUNC moves mtime, also of an empty file", { needs: ["utimes"] }, async (t) => {
  await t.file("/file");
  await t.utimens("/file", OLD, OLD);
  await t.close(await t.open("/file", O_WRONLY | O_TRUNC));
  t.after((await t.stat("/file")).mtime, OLD, "mtime");
});

it("with O_CREAT moves the directory's mtime", { needs: ["utimes"] }, async (t) => {
  await t.mkdir("/dir");
  await t.utimens("/dir", OLD, OLD);
  await t.close(await t.open("/dir/file", O_WRONLY | O_CREAT));
  t.after((await t.stat("/dir")).mtime, OLD, "mtime of the directory");
});

it("with O_CREAT of a file that is there leaves the directory", {
  needs: ["utimes"],
}, async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/file");
  await t.utimens("/dir", OLD, OLD);
  await t.close(await t.open("/dir/file", O_WRONLY | O_CREAT));
  t.equal((await t.stat("/dir")).mtime, OLD, "mtime of the directory");
});

core("refuses a path that is not there", async (t) => {
  await t.refuses("ENOENT", t.open("/none", O_RDONLY));
  await t.refuses("ENOENT", t.open("/none", O_RDWR | O_TRUNC));
  t.equal(await t.names("/"), []);
});

core("with O_CREAT refuses a directory that is not there", async (t) => {
  await t.refuses("ENOENT", t.open("/none/file", O_RDWR | O_CREAT));
});

core("refuses to go through a file", async (t) => {
  await t.file("/file");
  await t.refuses("ENOTDIR", t.open("/file/below", O_RDONLY));
  await t.refuses("ENOTDIR", t.open("/file/below", O_RDWR | O_CREAT));
});

core("refuses to write a directory", async (t) => {
  await t.mkdir("/dir");
  await t.refuses("EISDIR", t.open("/dir", O_WRONLY));
  await t.refuses("EISDIR", t.open("/dir", O_RDWR));
});

it("with O_CREAT refuses a directory", { clause: "open(2) EISDIR" }, async (t) => {
  await t.mkdir("/dir");
  await t.refuses("EISDIR", t.open("/dir", O_RDONLY | O_CREAT));
  await t.refuses("EISDIR", t.open("/dir", O_RDWR | O_CREAT));
});

it("with O_TRUNC refuses a directory", async (t) => {
  await t.mkdir("/dir");
  await t.refuses("EISDIR", t.open("/dir", O_WRONLY | O_TRUNC));
});

core("opens a directory for reading, without data", async (t) => {
  await t.mkdir("/dir");
  const fd = await t.open("/dir", O_RDONLY);
  t.equal((await t.fstat(fd)).mode & 0o170000, 0o040000, "the type");
  await t.refuses("EISDIR", t.read(fd, 10));
  await t.close(fd);
});

it("with O_DIRECTORY opens a directory", async (t) => {
  await t.mkdir("/dir");
  await t.close(await t.open("/dir", O_RDONLY | O_DIRECTORY));
});

it("with O_DIRECTORY refuses a file", async (t) => {
  await t.file("/file");
  await t.refuses("ENOTDIR", t.open("/file", O_RDONLY | O_DIRECTORY));
});

it("with O_DIRECTORY follows a link to a directory", { needs: ["symlink"] }, async (t) => {
  await t.mkdir("/dir");
  await t.symlink("dir", "/link");
  await t.close(await t.open("/link", O_RDONLY | O_DIRECTORY));
});

it("with O_DIRECTORY refuses a link to a file", { needs: ["symlink"] }, async (t) => {
  await t.file("/file");
  await t.symlink("file", "/link");
  await t.refuses("ENOTDIR", t.open("/link", O_RDONLY | O_DIRECTORY));
});

it("with O_NOFOLLOW refuses a link", { needs: ["symlink"], level: "sandbox" }, async (t) => {
  await t.file("/file", "data");
  await t.symlink("file", "/link");
  await t.refuses("ELOOP", t.open("/link", O_RDONLY | O_NOFOLLOW));
  await t.refuses("ELOOP", t.open("/link", O_RDWR | O_CREAT | O_NOFOLLOW));
});

it("with O_NOFOLLOW refuses a dangling link and makes nothing", {
  needs: ["symlink"],
  level: "sandbox",
}, async (t) => {
  await t.symlink("target", "/link");
  await t.refuses("ELOOP", t.open("/link", O_RDWR | O_CREAT | O_NOFOLLOW));
  t.equal(await t.names("/"), ["link"]);
});

it("with O_NOFOLLOW follows links before the last component", {
  needs: ["symlink"],
}, async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/file", "data");
  await t.symlink("dir", "/link");
  const fd = await t.open("/link/file", O_RDONLY | O_NOFOLLOW);
  t.bytes(await t.read(fd, 10), "data");
  await t.close(fd);
});

it("with O_NOFOLLOW opens a file", async (t) => {
  await t.file("/file", "data");
  await t.close(await t.open("/file", O_RDONLY | O_NOFOLLOW));
});

it("with O_DIRECTORY and O_NOFOLLOW refuses a link to a directory", {
  needs: ["symlink"],
  level: "sandbox",
}, async (t) => {
  await t.mkdir("/dir");
  await t.symlink("dir", "/link");
  await t.refuses(["ENOTDIR", "ELOOP"], t.open("/link", O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
});

it("follows a chain of links", { needs: ["symlink"] }, async (t) => {
  await t.file("/file", "data");
  await t.symlink("file", "/one");
  await t.symlink("one", "/two");
  await t.symlink("two", "/three");
  await t.holds("/three", "data");
});

it("refuses a link that leads to itself", { needs: ["symlink"] }, async (t) => {
  await t.symlink("link", "/link");
  await t.refuses("ELOOP", t.open("/link", O_RDONLY));
  await t.refuses("ELOOP", t.open("/link", O_RDWR | O_CREAT));
});

it("refuses a dangling link without O_CREAT", { needs: ["symlink"] }, async (t) => {
  await t.symlink("nowhere", "/link");
  await t.refuses("ENOENT", t.open("/link", O_RDONLY));
});

core("for reading refuses to write", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDONLY);
  await t.refuses("EBADF", t.write(fd, "x"));
  await t.refuses("EBADF", t.pwrite(fd, "x", 0));
  await t.close(fd);
  await t.holds("/file", "data");
});

core("for writing refuses to read", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_WRONLY);
  await t.refuses("EBADF", t.read(fd, 1));
  await t.refuses("EBADF", t.pread(fd, 1, 0));
  await t.close(fd);
});

core("for writing only leaves a file as it is", async (t) => {
  await t.file("/file", "data");
  await t.close(await t.open("/file", O_WRONLY));
  await t.holds("/file", "data");
});

core("gives each descriptor a position of its own", async (t) => {
  await t.file("/file", "abcdef");
  const one = await t.open("/file", O_RDONLY);
  const two = await t.open("/file", O_RDONLY);
  t.bytes(await t.read(one, 3), "abc");
  t.bytes(await t.read(two, 2), "ab");
  t.bytes(await t.read(one, 3), "def");
  t.bytes(await t.read(two, 2), "cd");
  await t.close(one);
  await t.close(two);
});

core("lets several descriptors see each other's writes", async (t) => {
  const one = await t.open("/file", O_RDWR | O_CREAT);
  const two = await t.open("/file", O_RDWR);
  await t.write(one, "data");
  t.bytes(await t.read(two, 10), "data");
  await t.pwrite(two, "DA", 0);
  t.bytes(await t.pread(one, 10, 0), "DAta");
  await t.close(one);
  await t.close(two);
});

core("makes a file that can be written at once whatever its mode", async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT | O_EXCL, 0o000);
  await t.write(fd, "data");
  t.bytes(await t.pread(fd, 10, 0), "data");
  await t.close(fd);
  t.equal((await t.stat("/file")).mode & 0o7777, 0, "the mode");
});

it("keeps the set-id and sticky bits of a new file", async (t) => {
  for (const [name, mode] of [["uid", 0o4755], ["gid", 0o2755], ["sticky", 0o1644]] as const) {
    await t.close(await t.open(`/${name}`, O_WRONLY | O_CREAT, mode));
    t.equal((await t.stat(`/${name}`)).mode & 0o7777, mode, `the mode of ${name}`);
  }
});

it("with O_PATH opens what can only be looked at", { needs: ["kernel"] }, async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_PATH);
  t.equal((await t.fstat(fd)).size, 4, "the size");
  await t.refuses("EBADF", t.read(fd, 1));
  await t.refuses("EBADF", t.write(fd, "x"));
  await t.close(fd);
});

it("with O_PATH and O_NOFOLLOW opens a link itself", {
  needs: ["kernel", "symlink"],
}, async (t) => {
  await t.symlink("nowhere", "/link");
  const fd = await t.open("/link", O_PATH | O_NOFOLLOW);
  t.equal((await t.fstat(fd)).mode & 0o170000, 0o120000, "the type");
  await t.close(fd);
});

it("refuses a slash behind a file", { needs: ["kernel"] }, async (t) => {
  await t.file("/file");
  await t.refuses("ENOTDIR", t.open("/file/", O_RDONLY));
  await t.refuses("EISDIR", t.open("/new/", O_RDWR | O_CREAT));
});

it("refuses an empty path", { needs: ["kernel"] }, async (t) => {
  await t.refuses("ENOENT", t.open("", O_RDONLY));
});

it("refuses a name of 256 bytes", async (t) => {
  const name = `/${"n".repeat(256)}`;
  await t.refuses("ENAMETOOLONG", t.open(name, O_RDONLY));
  await t.refuses("ENAMETOOLONG", t.open(name, O_RDWR | O_CREAT));
});

it("with O_APPEND and O_TRUNC starts again at 0", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_WRONLY | O_APPEND | O_TRUNC);
  await t.write(fd, "a");
  await t.write(fd, "b");
  await t.close(fd);
  await t.holds("/file", "ab");
});

it("a file a hundred times gives a hundred descriptors", async (t) => {
  await t.file("/file", "data");
  const fds: number[] = [];
  for (let index = 0; index < 100; index++) fds.push(await t.open("/file", O_RDONLY));
  t.equal(new Set(fds).size, 100, "different descriptors");
  for (const fd of fds) {
    t.bytes(await t.read(fd, 4), "data");
    await t.close(fd);
  }
});
