/**
 * Cases of `mknod(2)`.
 *
 * @module
 */
import {
  O_PATH,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFREG,
  S_IFSOCK,
} from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";

const file = caseFile("mknod", { clause: "POSIX.1-2024 mknod()", needs: ["mknod"] });
const { it } = file;

/** Cases of `mknod(2)`. */
export const MKNOD = file.cases;

it("makes a pipe", async (t) => {
  await t.mknod("/fifo", S_IFIFO | 0o640);
  t.equal((await t.stat("/fifo")).mode, S_IFIFO | 0o640, "the mode");
});

it("makes a socket", async (t) => {
  await t.mknod("/socket", S_IFSOCK | 0o600);
  t.equal((await t.stat("/socket")).mode, S_IFSOCK | 0o600, "the mode");
});

it("makes a regular file", async (t) => {
  await t.mknod("/file", S_IFREG | 0o640);
  t.equal((await t.stat("/file")).mode, S_IFREG | 0o640, "the mode");
  await t.holds("/file", "");
});

it("takes type 0 for a regular file", { clause: "mknod(2): zero is S_IFREG" }, async (t) => {
  await t.mknod("/file", 0o640);
  t.equal((await t.stat("/file")).mode, S_IFREG | 0o640, "the mode");
});

it("makes devices with their numbers", { needs: ["users"] }, async (t) => {
  await t.mknod("/null", S_IFCHR | 0o666, (1 << 8) | 3);
  const { mode, rdev } = await t.stat("/null");
  t.equal([mode, rdev], [S_IFCHR | 0o666, 0x103], "mode and rdev");
  await t.mknod("/disk", S_IFBLK | 0o660, (254 << 8) | 7);
  t.equal((await t.stat("/disk")).rdev, 0xfe07, "rdev");
});

it("refuses what is there", async (t) => {
  await t.file("/file", "kept");
  await t.refuses("EEXIST", t.mknod("/file", S_IFIFO | 0o600));
  await t.holds("/file", "kept");
});

it("refuses a dangling link", { needs: ["symlink"] }, async (t) => {
  await t.symlink("nowhere", "/link");
  await t.refuses("EEXIST", t.mknod("/link", S_IFIFO | 0o600));
});

it("refuses a directory that is not there", async (t) => {
  await t.refuses("ENOENT", t.mknod("/none/fifo", S_IFIFO | 0o600));
});

it("refuses to go through a file", async (t) => {
  await t.file("/file");
  await t.refuses("ENOTDIR", t.mknod("/file/fifo", S_IFIFO | 0o600));
});

it("refuses to make a directory", { clause: "mknod(2) EPERM" }, async (t) => {
  await t.refuses(["EPERM", "EINVAL"], t.mknod("/dir", S_IFDIR | 0o755));
  t.equal(await t.names("/"), []);
});

it("makes what can be renamed, linked and removed", { needs: ["link"] }, async (t) => {
  await t.mknod("/one", S_IFIFO | 0o600);
  await t.rename("/one", "/two");
  await t.link("/two", "/three");
  await t.unlink("/two");
  t.equal((await t.stat("/three")).mode & 0o170000, S_IFIFO, "the type");
});

it("makes what can be looked at without opening", { needs: ["kernel"] }, async (t) => {
  await t.mknod("/fifo", S_IFIFO | 0o600);
  const fd = await t.open("/fifo", O_PATH);
  t.equal((await t.fstat(fd)).mode & 0o170000, S_IFIFO, "the type");
  await t.close(fd);
});

it("makes what belongs to its caller", { needs: ["users", "owner"] }, async (t) => {
  await t.chmod("/", 0o777);
  await t.another({ uid: 1001, gid: 1002 }).mknod("/fifo", S_IFIFO | 0o600);
  const { uid, gid } = await t.stat("/fifo");
  t.equal([uid, gid], [1001, 1002], "owner and group");
});
