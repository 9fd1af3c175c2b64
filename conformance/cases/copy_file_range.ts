/**
 * Cases of `copy_file_range(2)`.
 *
 * @module
 */
import { O_APPEND, O_CREAT, O_RDONLY, O_RDWR, O_WRONLY } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";
import { pattern } from "./pattern.ts";

const file = caseFile("copy_file_range", {
  clause: "copy_file_range(2)",
  needs: ["copyRange"],
});
const { it } = file;

/** Cases of `copy_file_range(2)`. */
export const COPY_FILE_RANGE = file.cases;

it("copies from one file to another", async (t) => {
  const data = pattern(50_000);
  await t.file("/from", data);
  const from = await t.open("/from");
  const to = await t.open("/to", O_RDWR | O_CREAT);
  let done = 0;
  while (done < data.length) {
    const size = await t.copyFileRange(from, done, to, done, data.length - done);
    t.ok(size > 0, "it copies something", size);
    done += size;
  }
  await t.close(from);
  await t.close(to);
  await t.holds("/to", data);
  await t.holds("/from", data);
});

it("copies a piece to where it is told", async (t) => {
  await t.file("/from", "abcdef");
  await t.file("/to", "0123456789");
  const from = await t.open("/from");
  const to = await t.open("/to", O_RDWR);
  t.equal(await t.copyFileRange(from, 1, to, 5, 3), 3);
  await t.close(from);
  await t.close(to);
  await t.holds("/to", "01234bcd89");
});

it("copies what is left before the end", async (t) => {
  await t.file("/from", "abcdef");
  const from = await t.open("/from");
  const to = await t.open("/to", O_RDWR | O_CREAT);
  t.equal(await t.copyFileRange(from, 4, to, 0, 100), 2);
  t.equal(await t.copyFileRange(from, 6, to, 0, 100), 0, "at the end");
  t.equal(await t.copyFileRange(from, 1000, to, 0, 100), 0, "past the end");
  await t.close(from);
  await t.close(to);
  await t.holds("/to", "ef");
});

it("past the end of the target leaves zeros between", async (t) => {
  await t.file("/from", "ab");
  const from = await t.open("/from");
  const to = await t.open("/to", O_RDWR | O_CREAT);
  t.equal(await t.copyFileRange(from, 0, to, 3, 2), 2);
  await t.close(from);
  await t.close(to);
  await t.holds("/to", "\0\0\0ab");
});

it("copies within one file", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file", O_RDWR);
  t.equal(await t.copyFileRange(fd, 0, fd, 6, 3), 3);
  await t.close(fd);
  await t.holds("/file", "abcdefabc");
});

it("refuses ranges of one file that overlap", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file", O_RDWR);
  await t.refuses("EINVAL", t.copyFileRange(fd, 0, fd, 2, 4));
  await t.close(fd);
  await t.holds("/file", "abcdef");
});

it("refuses a source that cannot be read", async (t) => {
  await t.file("/from", "abcdef");
  await t.file("/to", "kept");
  const from = await t.open("/from", O_WRONLY);
  const to = await t.open("/to", O_RDWR);
  await t.refuses("EBADF", t.copyFileRange(from, 0, to, 0, 3));
  await t.close(from);
  await t.close(to);
});

it("refuses a target that cannot be written", async (t) => {
  await t.file("/from", "abcdef");
  await t.file("/to", "kept");
  const from = await t.open("/from");
  const to = await t.open("/to", O_RDONLY);
  await t.refuses("EBADF", t.copyFileRange(from, 0, to, 0, 3));
  await t.close(from);
  await t.close(to);
  await t.holds("/to", "kept");
});

it("refuses a target that appends", async (t) => {
  await t.file("/from", "abcdef");
  await t.file("/to", "kept");
  const from = await t.open("/from");
  const to = await t.open("/to", O_WRONLY | O_APPEND);
  await t.refuses("EBADF", t.copyFileRange(from, 0, to, 0, 3));
  await t.close(from);
  await t.close(to);
  await t.holds("/to", "kept");
});

it("moves mtime of the target", { needs: ["utimes"] }, async (t) => {
  await t.file("/from", "abcdef");
  await t.file("/to", "old");
  const time = { sec: 1_000_000_000, nsec: 0 };
  await t.utimens("/to", time, time);
  const from = await t.open("/from");
  const to = await t.open("/to", O_RDWR);
  await t.copyFileRange(from, 0, to, 0, 3);
  await t.close(from);
  await t.close(to);
  t.after((await t.stat("/to")).mtime, time, "mtime");
});

it("of nothing copies nothing", async (t) => {
  await t.file("/from", "abcdef");
  await t.file("/to", "kept");
  const from = await t.open("/from");
  const to = await t.open("/to", O_RDWR);
  t.equal(await t.copyFileRange(from, 0, to, 0, 0), 0);
  await t.close(from);
  await t.close(to);
  await t.holds("/to", "kept");
});
