/**
 * Cases of `chmod(2)` and `fchmod(2)`.
 *
 * @module
 */
import { O_RDONLY, O_RDWR } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";

const file = caseFile("chmod", { clause: "POSIX.1-2024 chmod(), fchmod()" });
const { core, it } = file;
const OLD = { sec: 1_000_000_000, nsec: 0 };

/** Cases of `chmod(2)` and `fchmod(2)`. */
export const CHMOD = file.cases;

core("sets the mode of a file", async (t) => {
  await t.file("/file");
  for (const mode of [0o600, 0o777, 0o000, 0o444, 0o644]) {
    await t.chmod("/file", mode);
    t.equal((await t.stat("/file")).mode, 0o100000 | mode, "the mode");
  }
});

core("sets the mode of a directory", async (t) => {
  await t.mkdir("/dir");
  await t.chmod("/dir", 0o711);
  t.equal((await t.stat("/dir")).mode, 0o040711, "the mode");
});

core("keeps content and type", async (t) => {
  await t.file("/file", "data");
  await t.chmod("/file", 0o400);
  await t.holds("/file", "data");
});

it("sets the set-id and sticky bits", async (t) => {
  await t.file("/file");
  for (const mode of [0o4755, 0o2755, 0o1755, 0o7777]) {
    await t.chmod("/file", mode);
    t.equal((await t.stat("/file")).mode & 0o7777, mode, "the mode");
  }
  await t.mkdir("/dir");
  await t.chmod("/dir", 0o3777);
  t.equal((await t.stat("/dir")).mode & 0o7777, 0o3777, "the mode");
});

it("ignores type bits", { needs: ["contract"] }, async (t) => {
  await t.file("/file");
  await t.chmod("/file", 0o040755);
  t.equal((await t.stat("/file")).mode, 0o100755, "the mode");
});

core("refuses what is not there", async (t) => {
  await t.refuses("ENOENT", t.chmod("/none", 0o600));
});

core("refuses to go through a file", async (t) => {
  await t.file("/file");
  await t.refuses("ENOTDIR", t.chmod("/file/below", 0o600));
});

it("follows a link", { needs: ["symlink"] }, async (t) => {
  await t.file("/file", "", 0o644);
  await t.symlink("file", "/link");
  await t.chmod("/link", 0o600);
  t.equal((await t.stat("/file")).mode & 0o777, 0o600, "the mode of the target");
});

it("refuses a dangling link", { needs: ["symlink"] }, async (t) => {
  await t.symlink("nowhere", "/link");
  await t.refuses("ENOENT", t.chmod("/link", 0o600));
});

it("moves ctime and leaves mtime", { needs: ["ctime", "utimes"] }, async (t) => {
  await t.file("/file");
  await t.utimens("/file", OLD, OLD);
  let mode = 0o600;
  await t.moves(
    async () => (await t.stat("/file")).ctime,
    () => t.chmod("/file", mode ^= 0o100),
    "ctime",
  );
  t.equal((await t.stat("/file")).mtime, OLD, "mtime");
});

it("by descriptor sets the mode", { needs: ["handleAttr"] }, async (t) => {
  await t.file("/file");
  const fd = await t.open("/file", O_RDONLY);
  await t.fchmod(fd, 0o640);
  t.equal((await t.fstat(fd)).mode & 0o7777, 0o640, "the mode by descriptor");
  t.equal((await t.stat("/file")).mode & 0o7777, 0o640, "the mode by path");
  await t.close(fd);
});

it("by descriptor sets the mode of a directory", { needs: ["handleAttr"] }, async (t) => {
  await t.mkdir("/dir");
  const fd = await t.open("/dir");
  await t.fchmod(fd, 0o700);
  t.equal((await t.stat("/dir")).mode & 0o7777, 0o700, "the mode");
  await t.close(fd);
});

it("by descriptor follows a file that was renamed", { needs: ["handleAttr"] }, async (t) => {
  await t.file("/old", "", 0o644);
  const fd = await t.open("/old", O_RDWR);
  await t.rename("/old", "/new");
  await t.file("/old", "", 0o644);
  await t.fchmod(fd, 0o600);
  await t.close(fd);
  t.equal((await t.stat("/new")).mode & 0o777, 0o600, "the mode of the renamed file");
  t.equal((await t.stat("/old")).mode & 0o777, 0o644, "the mode of the other file");
});

core("leaves open descriptors what they could", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDWR);
  await t.chmod("/file", 0o000);
  await t.pwrite(fd, "DA", 0);
  t.bytes(await t.pread(fd, 10, 0), "DAta");
  await t.close(fd);
});

it("by somebody else is refused", { needs: ["permissions", "users"] }, async (t) => {
  await t.file("/file", "", 0o644);
  await t.refuses("EPERM", t.another({ uid: 1001, gid: 1001 }).chmod("/file", 0o666));
  t.equal((await t.stat("/file")).mode & 0o777, 0o644, "the mode");
});

it("by the owner works", { needs: ["permissions", "users", "chown"] }, async (t) => {
  await t.file("/file");
  await t.chown("/file", 1001, 1001);
  await t.another({ uid: 1001, gid: 1001 }).chmod("/file", 0o600);
  t.equal((await t.stat("/file")).mode & 0o777, 0o600, "the mode");
});

it("by an owner outside the group drops setgid", {
  needs: ["permissions", "users", "chown"],
  clause: "chmod(2): S_ISGID is turned off",
  level: "sandbox",
}, async (t) => {
  await t.file("/file");
  await t.chown("/file", 1001, 777);
  await t.another({ uid: 1001, gid: 1001 }).chmod("/file", 0o2755);
  t.equal((await t.stat("/file")).mode & 0o7777, 0o755, "the mode");
});
