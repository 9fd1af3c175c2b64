/**
 * Cases of `rmdir(2)`.
 *
 * @module
 */
import { caseFile } from "../case.ts";

const file = caseFile("rmdir", { clause: "POSIX.1-2024 rmdir()" });
const { core, it } = file;
const OLD = { sec: 1_000_000_000, nsec: 0 };

/** Cases of `rmdir(2)`. */
export const RMDIR = file.cases;

core("removes an empty directory", async (t) => {
  await t.mkdir("/dir");
  await t.rmdir("/dir");
  await t.refuses("ENOENT", t.stat("/dir"));
  t.equal(await t.names("/"), []);
});

core("refuses a directory with a file", async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/file", "kept");
  await t.refuses(["ENOTEMPTY", "EEXIST"], t.rmdir("/dir"));
  await t.holds("/dir/file", "kept");
});

core("refuses a directory with a directory", async (t) => {
  await t.mkdir("/dir");
  await t.mkdir("/dir/below");
  await t.refuses(["ENOTEMPTY", "EEXIST"], t.rmdir("/dir"));
  t.equal(await t.names("/dir"), ["below"]);
});

it("refuses a directory with a dangling link", { needs: ["symlink"] }, async (t) => {
  await t.mkdir("/dir");
  await t.symlink("nowhere", "/dir/link");
  await t.refuses(["ENOTEMPTY", "EEXIST"], t.rmdir("/dir"));
  t.equal(await t.names("/dir"), ["link"]);
});

core("refuses a file", async (t) => {
  await t.file("/file", "kept");
  await t.refuses("ENOTDIR", t.rmdir("/file"));
  await t.holds("/file", "kept");
});

it("refuses a link to a directory", { needs: ["symlink"] }, async (t) => {
  await t.mkdir("/dir");
  await t.symlink("dir", "/link");
  await t.refuses("ENOTDIR", t.rmdir("/link"));
  t.equal(await t.names("/"), ["dir", "link"]);
});

core("refuses what is not there", async (t) => {
  await t.refuses("ENOENT", t.rmdir("/none"));
  await t.refuses("ENOENT", t.rmdir("/none/below"));
});

core("refuses to go through a file", async (t) => {
  await t.file("/file");
  await t.refuses("ENOTDIR", t.rmdir("/file/dir"));
});

core("works once the directory is empty again", async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/file");
  await t.unlink("/dir/file");
  await t.rmdir("/dir");
  t.equal(await t.names("/"), []);
});

core("twice is refused", async (t) => {
  await t.mkdir("/dir");
  await t.rmdir("/dir");
  await t.refuses("ENOENT", t.rmdir("/dir"));
});

core("lets the name be used again", async (t) => {
  await t.mkdir("/dir");
  await t.rmdir("/dir");
  await t.file("/dir", "a file now");
  await t.holds("/dir", "a file now");
});

it("moves the times of the parent", { needs: ["utimes"] }, async (t) => {
  await t.mkdir("/parent");
  await t.mkdir("/parent/dir");
  await t.utimens("/parent", OLD, OLD);
  await t.rmdir("/parent/dir");
  t.after((await t.stat("/parent")).mtime, OLD, "mtime of the parent");
});

it("takes the name that a directory counted", { needs: ["nlink"] }, async (t) => {
  await t.mkdir("/parent");
  const before = (await t.stat("/parent")).nlink;
  await t.mkdir("/parent/dir");
  await t.rmdir("/parent/dir");
  t.equal((await t.stat("/parent")).nlink, before, "nlink of the parent");
});

it("refuses dot and dot-dot", { needs: ["kernel"] }, async (t) => {
  await t.mkdir("/dir");
  await t.mkdir("/dir/below");
  await t.refuses("EINVAL", t.rmdir("/dir/."));
  await t.refuses(["ENOTEMPTY", "EEXIST"], t.rmdir("/dir/below/.."));
});

it("leaves an open directory usable and empty", {
  needs: ["kernel"],
  clause: "POSIX.1-2024 rmdir(): the directory is not removed until the last reference",
}, async (t) => {
  await t.mkdir("/dir");
  const fd = await t.open("/dir");
  await t.rmdir("/dir");
  t.equal((await t.fstat(fd)).mode & 0o170000, 0o040000, "the type");
  await t.close(fd);
});

it(
  "of an open directory leaves its handle its attributes",
  { needs: ["handleStat"] },
  async (t) => {
    await t.mkdir("/dir");
    const fd = await t.open("/dir");
    await t.rmdir("/dir");
    t.equal((await t.fstat(fd)).mode & 0o170000, 0o040000, "the type");
    await t.close(fd);
  },
);

it("lets nothing be made in a directory that has gone", async (t) => {
  await t.mkdir("/dir");
  const fd = await t.open("/dir");
  await t.rmdir("/dir");
  await t.refuses("ENOENT", t.mkdir("/dir/below"));
  await t.refuses("ENOENT", t.file("/dir/file"));
  await t.close(fd);
});
