/**
 * Cases of `statfs(2)`.
 *
 * @module
 */
import { caseFile } from "../case.ts";
import { pattern } from "./pattern.ts";

const file = caseFile("statfs", { clause: "POSIX.1-2024 fstatvfs()", needs: ["statfs"] });
const { it } = file;

/** Cases of `statfs(2)`. */
export const STATFS = file.cases;

it("tells sizes that fit together", async (t) => {
  const { bsize, frsize, blocks, bfree, bavail, files, ffree } = await t.statfs("/");
  t.ok(bsize > 0 && frsize > 0, "block sizes are positive", [bsize, frsize]);
  t.ok(bfree <= blocks, "no more blocks are free than there are", [bfree, blocks]);
  t.ok(bavail <= bfree, "no more blocks are available than free", [bavail, bfree]);
  t.ok(ffree <= files, "no more inodes are free than there are", [ffree, files]);
});

it("tells the longest name", async (t) => {
  t.equal((await t.statfs("/")).namelen, 255, "namelen");
});

it("of any path is the same", async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/file");
  const { blocks, bsize, files } = await t.statfs("/");
  for (const path of ["/dir", "/dir/file"]) {
    const other = await t.statfs(path);
    t.equal([other.blocks, other.bsize, other.files], [blocks, bsize, files], `of ${path}`);
  }
});

it("refuses what is not there", async (t) => {
  await t.refuses("ENOENT", t.statfs("/none"));
});

it("refuses to go through a file", async (t) => {
  await t.file("/file");
  await t.refuses("ENOTDIR", t.statfs("/file/below"));
});

it("follows a link", { needs: ["symlink"] }, async (t) => {
  await t.symlink("nowhere", "/link");
  await t.refuses("ENOENT", t.statfs("/link"));
});

it("counts what files take", { needs: ["quiet"] }, async (t) => {
  const before = await t.statfs("/");
  await t.file("/file", pattern(1 << 20));
  const after = await t.statfs("/");
  const taken = (before.bfree - after.bfree) * before.frsize;
  t.ok(taken >= 1 << 20 && taken < 2 << 20, "a megabyte is taken", taken);
  t.equal(after.ffree, before.ffree - 1, "the free inodes");
});

it("does not count what is a hole", { needs: ["quiet", "allocate"] }, async (t) => {
  await t.file("/file");
  const before = (await t.statfs("/")).bfree;
  await t.truncate("/file", 1 << 30);
  t.equal((await t.statfs("/")).bfree, before, "the free blocks");
});
