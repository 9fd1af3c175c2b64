/**
 * Cases of two things that are wrong at once: which one is told.
 *
 * @module
 */
import { O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";

const file = caseFile("precedence", { clause: "Linux; POSIX leaves the order open" });
const { it } = file;

/** Cases of two things that are wrong at once. */
export const PRECEDENCE = file.cases;

it("of a missing directory is before a name that is too long", async (t) => {
  await t.refuses("ENOENT", t.stat(`/none/${"n".repeat(256)}`));
});

it("of a file in the path is before a name that is too long", async (t) => {
  await t.file("/file");
  await t.refuses("ENOTDIR", t.stat(`/file/${"n".repeat(256)}`));
});

it("of EEXIST is before EISDIR for O_EXCL", async (t) => {
  await t.mkdir("/dir");
  await t.refuses("EEXIST", t.open("/dir", O_WRONLY | O_CREAT | O_EXCL));
});

it("of EISDIR is before everything for writing a directory", async (t) => {
  await t.mkdir("/dir");
  await t.refuses("EISDIR", t.open("/dir", O_RDWR | O_DIRECTORY));
});

it("of rename to a missing directory is ENOENT, whatever moves", async (t) => {
  await t.mkdir("/dir");
  await t.refuses("ENOENT", t.rename("/dir", "/none/below"));
  await t.refuses("ENOENT", t.rename("/absent", "/none/below"));
});

it("of rename into itself is before a missing parent", async (t) => {
  await t.mkdir("/dir");
  await t.refuses("ENOENT", t.rename("/dir", "/dir/none/below"));
});

it("of rename of a missing path over a directory is ENOENT", async (t) => {
  await t.mkdir("/dir");
  await t.refuses("ENOENT", t.rename("/none", "/dir"));
});

it("of rename of a directory over a file is ENOTDIR before EXDEV or EBUSY", async (t) => {
  await t.mkdir("/dir");
  await t.file("/file");
  await t.refuses("ENOTDIR", t.rename("/dir", "/file"));
  await t.refuses("EISDIR", t.rename("/file", "/dir"));
});

it("of rename of a file over a directory that is not empty is EISDIR", async (t) => {
  await t.file("/file");
  await t.mkdir("/dir");
  await t.file("/dir/below");
  await t.refuses("EISDIR", t.rename("/file", "/dir"));
});

it("of link of a missing path over a file is ENOENT", { needs: ["link"] }, async (t) => {
  await t.file("/file");
  await t.refuses("ENOENT", t.link("/none", "/file"));
});

it("of link of a directory over a file is EEXIST", { needs: ["link"] }, async (t) => {
  await t.mkdir("/dir");
  await t.file("/file");
  await t.refuses("EEXIST", t.link("/dir", "/file"));
});

it("of mkdir over a file with a slash behind it", { needs: ["kernel"] }, async (t) => {
  await t.file("/file");
  await t.refuses(["EEXIST", "ENOTDIR"], t.mkdir("/file/"));
});

it("of symlink with an empty target over a file", { needs: ["symlink"] }, async (t) => {
  await t.file("/file");
  await t.refuses("ENOENT", t.symlink("", "/file"));
});

it("of rmdir of a file that is read-only is ENOTDIR", async (t) => {
  await t.file("/file", "", 0o000);
  await t.refuses("ENOTDIR", t.rmdir("/file"));
});

it("of reading with a closed descriptor is before a bad offset", async (t) => {
  await t.file("/file");
  const fd = await t.open("/file", O_RDONLY);
  await t.close(fd);
  await t.refuses("EBADF", t.pread(fd, 1, 0));
});

it("of writing nothing through a descriptor for reading is EBADF", async (t) => {
  await t.file("/file");
  const fd = await t.open("/file", O_RDONLY);
  await t.refuses("EBADF", t.write(fd, ""));
  await t.close(fd);
});
