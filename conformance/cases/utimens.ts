/**
 * Cases of `utimensat(2)` and `futimens(3)`.
 *
 * @module
 */
import { caseFile } from "../case.ts";

const file = caseFile("utimens", {
  clause: "POSIX.1-2024 futimens(), utimensat()",
  needs: ["utimes"],
});
const { it } = file;
const ONE = { sec: 1_000_000_000, nsec: 0 };
const TWO = { sec: 1_234_567_890, nsec: 0 };

/** Cases of `utimensat(2)` and `futimens(3)`. */
export const UTIMENS = file.cases;

it("sets both times", async (t) => {
  await t.file("/file");
  await t.utimens("/file", ONE, TWO);
  const { atime, mtime } = await t.stat("/file");
  t.equal([atime, mtime], [ONE, TWO], "atime and mtime");
});

it("sets the times of a directory", async (t) => {
  await t.mkdir("/dir");
  await t.utimens("/dir", ONE, TWO);
  t.equal((await t.stat("/dir")).mtime, TWO, "mtime");
});

it("keeps nanoseconds", { needs: ["nanoseconds"] }, async (t) => {
  await t.file("/file");
  const atime = { sec: 1_000_000_000, nsec: 123_456_789 };
  const mtime = { sec: 1_000_000_001, nsec: 999_999_999 };
  await t.utimens("/file", atime, mtime);
  const after = await t.stat("/file");
  t.equal([after.atime, after.mtime], [atime, mtime], "atime and mtime");
});

it("leaves a time that is not given", async (t) => {
  await t.file("/file");
  await t.utimens("/file", ONE, ONE);
  await t.utimens("/file", null, TWO);
  t.equal((await t.stat("/file")).atime, ONE, "atime");
  await t.utimens("/file", TWO, null);
  const { atime, mtime } = await t.stat("/file");
  t.equal([atime, mtime], [TWO, TWO], "atime and mtime");
});

it("leaves both and ctime where neither is given", {
  needs: ["ctime"],
  clause: "utimensat(2): if both are UTIME_OMIT, nothing is changed",
}, async (t) => {
  await t.file("/file");
  await t.utimens("/file", ONE, TWO);
  const before = await t.stat("/file");
  await t.utimens("/file", null, null);
  t.equal(await t.stat("/file"), before, "the attributes");
});

it("takes the filesystem's clock for now", async (t) => {
  await t.file("/file");
  await t.utimens("/file", ONE, ONE);
  await t.utimens("/file", "now", "now");
  const { atime, mtime } = await t.stat("/file");
  const now = Date.now() / 1000;
  t.ok(Math.abs(atime.sec - now) < 10, "atime is about now", atime.sec - now);
  t.ok(Math.abs(mtime.sec - now) < 10, "mtime is about now", mtime.sec - now);
});

it("takes now for one and a time for the other", async (t) => {
  await t.file("/file");
  await t.utimens("/file", "now", ONE);
  const { atime, mtime } = await t.stat("/file");
  t.equal(mtime, ONE, "mtime");
  t.ok(Math.abs(atime.sec - Date.now() / 1000) < 10, "atime is about now", atime.sec);
});

it("takes times before 1970", async (t) => {
  await t.file("/file");
  const time = { sec: -86_400, nsec: 0 };
  await t.utimens("/file", time, time);
  const { atime, mtime } = await t.stat("/file");
  t.equal([atime, mtime], [time, time], "atime and mtime");
});

it("takes times after 2038", async (t) => {
  await t.file("/file");
  const time = { sec: 2 ** 31 + 100, nsec: 0 };
  await t.utimens("/file", time, time);
  t.equal((await t.stat("/file")).mtime, time, "mtime");
});

it("takes the beginning of 1970", async (t) => {
  await t.file("/file");
  const time = { sec: 0, nsec: 0 };
  await t.utimens("/file", time, time);
  t.equal((await t.stat("/file")).mtime, time, "mtime");
});

it("moves ctime", { needs: ["ctime"] }, async (t) => {
  await t.file("/file");
  await t.moves(
    async () => (await t.stat("/file")).ctime,
    () => t.utimens("/file", ONE, ONE),
    "ctime",
  );
});

it("refuses nanoseconds out of range", { clause: "utimensat(2) EINVAL" }, async (t) => {
  await t.file("/file");
  await t.refuses("EINVAL", t.utimens("/file", { sec: 0, nsec: 1_000_000_000 }, ONE));
  await t.refuses("EINVAL", t.utimens("/file", ONE, { sec: 0, nsec: -1 }));
});

it("refuses what is not there", async (t) => {
  await t.refuses("ENOENT", t.utimens("/none", ONE, ONE));
  await t.refuses("ENOENT", t.lutimens("/none", ONE, ONE));
});

it("refuses to go through a file", async (t) => {
  await t.file("/file");
  await t.refuses("ENOTDIR", t.utimens("/file/below", ONE, ONE));
});

it("follows a link", { needs: ["symlink", "lstat"] }, async (t) => {
  await t.file("/file");
  await t.symlink("file", "/link");
  const before = (await t.lstat("/link")).mtime;
  await t.utimens("/link", ONE, TWO);
  t.equal((await t.stat("/file")).mtime, TWO, "mtime of the target");
  t.equal((await t.lstat("/link")).mtime, before, "mtime of the link");
});

it("without following sets the times of a link", {
  needs: ["symlink", "lstat"],
  clause: "utimensat(2) AT_SYMLINK_NOFOLLOW",
}, async (t) => {
  await t.file("/file");
  await t.utimens("/file", ONE, ONE);
  await t.symlink("file", "/link");
  await t.lutimens("/link", TWO, TWO);
  t.equal((await t.lstat("/link")).mtime, TWO, "mtime of the link");
  t.equal((await t.stat("/file")).mtime, ONE, "mtime of the target");
});

it("refuses a dangling link, without following does not", {
  needs: ["symlink", "lstat"],
}, async (t) => {
  await t.symlink("nowhere", "/link");
  await t.refuses("ENOENT", t.utimens("/link", ONE, ONE));
  await t.lutimens("/link", TWO, TWO);
  t.equal((await t.lstat("/link")).mtime, TWO, "mtime of the link");
});

it("by descriptor sets both times", { needs: ["handleAttr"] }, async (t) => {
  await t.file("/file");
  const fd = await t.open("/file");
  await t.futimens(fd, ONE, TWO);
  const { atime, mtime } = await t.fstat(fd);
  t.equal([atime, mtime], [ONE, TWO], "atime and mtime");
  t.equal((await t.stat("/file")).mtime, TWO, "mtime by path");
  await t.close(fd);
});

it("after a write stays", async (t) => {
  const fd = await t.open("/file", 0o102);
  await t.write(fd, "data");
  await t.utimens("/file", ONE, TWO);
  await t.close(fd);
  t.equal((await t.stat("/file")).mtime, TWO, "mtime");
});

it("to now by somebody who may write works", {
  needs: ["permissions", "users"],
  clause: "utimensat(2): write access suffices for UTIME_NOW",
}, async (t) => {
  await t.file("/file");
  await t.chmod("/file", 0o666);
  await t.utimens("/file", ONE, ONE);
  const other = t.another({ uid: 1001, gid: 1001 });
  await other.utimens("/file", "now", "now");
  t.after((await t.stat("/file")).mtime, ONE, "mtime");
  await t.refuses("EPERM", other.utimens("/file", ONE, ONE), "setting any other time");
});
