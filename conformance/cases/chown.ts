/**
 * Cases of `chown(2)`, `lchown(2)` and `fchown(2)`.
 *
 * @module
 */
import { caseFile } from "../case.ts";
import type { Trial } from "../trial.ts";

const file = caseFile("chown", {
  clause: "POSIX.1-2024 chown(), fchown(), lchown()",
  needs: ["chown", "owner"],
});
const { it } = file;
const OLD = { sec: 1_000_000_000, nsec: 0 };

/** Cases of `chown(2)`, `lchown(2)` and `fchown(2)`. */
export const CHOWN = file.cases;

async function owner(t: Trial, path: string): Promise<[number, number]> {
  const { uid, gid } = await t.lstat(path);
  return [uid, gid];
}

it("sets owner and group", async (t) => {
  await t.file("/file");
  await t.chown("/file", 11, 12);
  t.equal(await owner(t, "/file"), [11, 12]);
  await t.mkdir("/dir");
  await t.chown("/dir", 13, 14);
  t.equal(await owner(t, "/dir"), [13, 14]);
});

it("with -1 leaves one or both", async (t) => {
  await t.file("/file");
  await t.chown("/file", 11, 12);
  await t.chown("/file", -1, 22);
  t.equal(await owner(t, "/file"), [11, 22]);
  await t.chown("/file", 21, -1);
  t.equal(await owner(t, "/file"), [21, 22]);
  await t.chown("/file", -1, -1);
  t.equal(await owner(t, "/file"), [21, 22]);
});

it("takes large numbers", async (t) => {
  await t.file("/file");
  await t.chown("/file", 65_534, 4_000_000_000);
  t.equal(await owner(t, "/file"), [65_534, 4_000_000_000]);
});

it("refuses what is not there", async (t) => {
  await t.refuses("ENOENT", t.chown("/none", 1, 1));
  await t.refuses("ENOENT", t.lchown("/none", 1, 1));
});

it("refuses to go through a file", async (t) => {
  await t.file("/file");
  await t.refuses("ENOTDIR", t.chown("/file/below", 1, 1));
});

it("follows a link, lchown does not", { needs: ["symlink", "lstat"] }, async (t) => {
  await t.file("/file");
  await t.symlink("file", "/link");
  await t.chown("/link", 11, 12);
  t.equal(await owner(t, "/file"), [11, 12]);
  await t.lchown("/link", 21, 22);
  t.equal(await owner(t, "/link"), [21, 22]);
  t.equal(await owner(t, "/file"), [11, 12]);
});

it("refuses a dangling link, lchown does not", { needs: ["symlink", "lstat"] }, async (t) => {
  await t.symlink("nowhere", "/link");
  await t.refuses("ENOENT", t.chown("/link", 1, 1));
  await t.lchown("/link", 21, 22);
  t.equal(await owner(t, "/link"), [21, 22]);
});

it("moves ctime and leaves mtime", { needs: ["ctime", "utimes"] }, async (t) => {
  await t.file("/file");
  await t.utimens("/file", OLD, OLD);
  let uid = 1;
  await t.moves(
    async () => (await t.stat("/file")).ctime,
    () => t.chown("/file", uid++, 1),
    "ctime",
  );
  t.equal((await t.stat("/file")).mtime, OLD, "mtime");
});

it("by descriptor sets owner and group", { needs: ["handleAttr"] }, async (t) => {
  await t.file("/file");
  const fd = await t.open("/file");
  await t.fchown(fd, 11, 12);
  t.equal(await owner(t, "/file"), [11, 12]);
  const { uid, gid } = await t.fstat(fd);
  t.equal([uid, gid], [11, 12]);
  await t.close(fd);
});

it("by descriptor works without a name", { needs: ["handleAttr"] }, async (t) => {
  await t.file("/file");
  const fd = await t.open("/file");
  await t.unlink("/file");
  await t.fchown(fd, 11, 12);
  const { uid, gid } = await t.fstat(fd);
  t.equal([uid, gid], [11, 12]);
  await t.close(fd);
});

it("by somebody who is not root clears set-id bits", {
  needs: ["users"],
  clause: "chown(2): S_ISUID and S_ISGID are cleared",
  level: "sandbox",
}, async (t) => {
  await t.file("/file", "", 0o755);
  await t.chown("/file", 1001, 1001);
  await t.chmod("/file", 0o6755);
  await t.another({ uid: 1001, gid: 1001 }).chown("/file", -1, 1001);
  t.equal((await t.stat("/file")).mode & 0o7777, 0o755, "the mode");
});

it("by root clears set-id bits of a program", {
  clause: "chown(2) NOTES: since Linux 2.2.13 root is treated like others",
  level: "sandbox",
}, async (t) => {
  await t.file("/file", "", 0o755);
  await t.chmod("/file", 0o6755);
  await t.chown("/file", 11, 12);
  t.equal((await t.stat("/file")).mode & 0o7777, 0o755, "the mode");
});

it("keeps setgid of a file without group execution", {
  clause: "chown(2): S_ISGID without S_IXGRP is mandatory locking, and stays",
}, async (t) => {
  await t.file("/file", "", 0o644);
  await t.chmod("/file", 0o2644);
  await t.chown("/file", 11, 12);
  t.equal((await t.stat("/file")).mode & 0o7777, 0o2644, "the mode");
});

it("keeps the set-id bits of a directory", async (t) => {
  await t.mkdir("/dir");
  await t.chmod("/dir", 0o6755);
  await t.chown("/dir", 11, 12);
  t.equal((await t.stat("/dir")).mode & 0o7777, 0o6755, "the mode");
});

it("by somebody else is refused", { needs: ["permissions", "users"] }, async (t) => {
  await t.file("/file");
  const other = t.another({ uid: 1001, gid: 1001 });
  await t.refuses("EPERM", other.chown("/file", 1001, 1001));
  await t.chown("/file", 1001, 1001);
  await t.refuses("EPERM", other.chown("/file", 1002, -1), "giving a file away");
  t.equal(await owner(t, "/file"), [1001, 1001]);
});

it("is seen by everybody with another name of the file", { needs: ["link"] }, async (t) => {
  await t.file("/one");
  await t.link("/one", "/two");
  await t.chown("/one", 11, 12);
  t.equal(await owner(t, "/two"), [11, 12]);
});
