/**
 * Cases of `renameat2(2)` with flags.
 *
 * @module
 */
import { RENAME_EXCHANGE, RENAME_NOREPLACE } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";

const file = caseFile("rename2", { clause: "rename(2) renameat2()", needs: ["rename2"] });
const { it } = file;

/** Cases of `renameat2(2)` with flags. */
export const RENAME2 = file.cases;

it("without flags replaces", async (t) => {
  await t.file("/old", "old");
  await t.file("/new", "new");
  await t.rename2("/old", "/new", 0);
  t.equal(await t.names("/"), ["new"]);
  await t.holds("/new", "old");
});

it("RENAME_NOREPLACE moves where nothing is", async (t) => {
  await t.file("/old", "data");
  await t.rename2("/old", "/new", RENAME_NOREPLACE);
  t.equal(await t.names("/"), ["new"]);
});

it("RENAME_NOREPLACE refuses a file", async (t) => {
  await t.file("/old", "old");
  await t.file("/new", "kept");
  await t.refuses("EEXIST", t.rename2("/old", "/new", RENAME_NOREPLACE));
  await t.holds("/old", "old");
  await t.holds("/new", "kept");
});

it("RENAME_NOREPLACE refuses an empty directory", async (t) => {
  await t.mkdir("/old");
  await t.mkdir("/new");
  await t.refuses("EEXIST", t.rename2("/old", "/new", RENAME_NOREPLACE));
  t.equal(await t.names("/"), ["new", "old"]);
});

it("RENAME_NOREPLACE refuses a dangling link", { needs: ["symlink"] }, async (t) => {
  await t.file("/old", "old");
  await t.symlink("nowhere", "/new");
  await t.refuses("EEXIST", t.rename2("/old", "/new", RENAME_NOREPLACE));
  t.equal(await t.readlink("/new"), "nowhere");
});

it("RENAME_NOREPLACE refuses the same path", async (t) => {
  await t.file("/file", "data");
  await t.refuses("EEXIST", t.rename2("/file", "/file", RENAME_NOREPLACE));
});

it("RENAME_NOREPLACE refuses what is not there", async (t) => {
  await t.refuses("ENOENT", t.rename2("/none", "/new", RENAME_NOREPLACE));
});

it("RENAME_EXCHANGE exchanges two files", async (t) => {
  await t.file("/one", "first");
  await t.file("/two", "second");
  await t.rename2("/one", "/two", RENAME_EXCHANGE);
  await t.holds("/one", "second");
  await t.holds("/two", "first");
});

it("RENAME_EXCHANGE exchanges a file and a directory", async (t) => {
  await t.file("/one", "data");
  await t.mkdir("/two");
  await t.file("/two/below", "deep");
  await t.rename2("/one", "/two", RENAME_EXCHANGE);
  await t.holds("/two", "data");
  await t.holds("/one/below", "deep");
});

it("RENAME_EXCHANGE exchanges directories that are not empty", async (t) => {
  await t.mkdir("/a");
  await t.file("/a/one");
  await t.mkdir("/b");
  await t.file("/b/two");
  await t.rename2("/a", "/b", RENAME_EXCHANGE);
  t.equal(await t.names("/a"), ["two"]);
  t.equal(await t.names("/b"), ["one"]);
});

it("RENAME_EXCHANGE across directories counts directories", { needs: ["nlink"] }, async (t) => {
  await t.mkdir("/a");
  await t.mkdir("/a/dir");
  await t.mkdir("/b");
  await t.file("/b/file");
  const counted = (await t.stat("/a")).nlink === 3;
  await t.rename2("/a/dir", "/b/file", RENAME_EXCHANGE);
  t.equal((await t.stat("/a/dir")).mode & 0o170000, 0o100000, "the type of what was the file");
  const counts = [(await t.stat("/a")).nlink, (await t.stat("/b")).nlink];
  t.equal(counts, counted ? [2, 3] : [counts[0], counts[0]], "nlink of both parents");
});

it("RENAME_EXCHANGE refuses what is not there", async (t) => {
  await t.file("/one", "data");
  await t.refuses("ENOENT", t.rename2("/one", "/none", RENAME_EXCHANGE));
  await t.refuses("ENOENT", t.rename2("/none", "/one", RENAME_EXCHANGE));
  await t.holds("/one", "data");
});

it("RENAME_EXCHANGE refuses a directory and what is in it", async (t) => {
  await t.mkdir("/dir");
  await t.mkdir("/dir/below");
  await t.refuses("EINVAL", t.rename2("/dir", "/dir/below", RENAME_EXCHANGE));
  await t.refuses("EINVAL", t.rename2("/dir/below", "/dir", RENAME_EXCHANGE));
  t.equal(await t.names("/dir"), ["below"]);
});

it("RENAME_EXCHANGE exchanges a link itself", { needs: ["symlink", "lstat"] }, async (t) => {
  await t.file("/file", "data");
  await t.symlink("file", "/link");
  await t.rename2("/file", "/link", RENAME_EXCHANGE);
  t.equal(await t.readlink("/file"), "file");
  await t.holds("/link", "data");
});

it("RENAME_EXCHANGE keeps inode numbers", { needs: ["inode"] }, async (t) => {
  await t.file("/one");
  await t.file("/two");
  const before = [(await t.stat("/one")).ino, (await t.stat("/two")).ino];
  await t.rename2("/one", "/two", RENAME_EXCHANGE);
  t.equal([(await t.stat("/two")).ino, (await t.stat("/one")).ino], before, "inode numbers");
});

it("RENAME_EXCHANGE of the same path changes nothing", async (t) => {
  await t.file("/file", "data");
  await t.rename2("/file", "/file", RENAME_EXCHANGE);
  await t.holds("/file", "data");
});

it("refuses NOREPLACE together with EXCHANGE", async (t) => {
  await t.file("/one");
  await t.file("/two");
  const both = RENAME_NOREPLACE | RENAME_EXCHANGE;
  await t.refuses("EINVAL", t.rename2("/one", "/two", both));
});

it("refuses unknown flags", async (t) => {
  await t.file("/one");
  await t.refuses("EINVAL", t.rename2("/one", "/two", 1 << 10));
  t.equal(await t.names("/"), ["one"]);
});
