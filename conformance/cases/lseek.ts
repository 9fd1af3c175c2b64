/**
 * Cases of `lseek(2)`.
 *
 * @module
 */
import {
  O_CREAT,
  O_RDWR,
  SEEK_CUR,
  SEEK_DATA,
  SEEK_END,
  SEEK_HOLE,
  SEEK_SET,
} from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";
import { pattern } from "./pattern.ts";

const file = caseFile("lseek", { clause: "POSIX.1-2024 lseek()" });
const { core, it } = file;

/** Cases of `lseek(2)`. */
export const LSEEK = file.cases;

core("from the start sets the position", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file");
  t.equal(await t.lseek(fd, 3, SEEK_SET), 3);
  t.bytes(await t.read(fd, 10), "def");
  await t.close(fd);
});

core("from the position moves it", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file");
  await t.read(fd, 2);
  t.equal(await t.lseek(fd, 2, SEEK_CUR), 4);
  t.equal(await t.lseek(fd, -3, SEEK_CUR), 1);
  t.bytes(await t.read(fd, 10), "bcdef");
  await t.close(fd);
});

core("from the end counts from the size", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file");
  t.equal(await t.lseek(fd, 0, SEEK_END), 6);
  t.equal(await t.lseek(fd, -2, SEEK_END), 4);
  t.bytes(await t.read(fd, 10), "ef");
  await t.close(fd);
});

core("from the end sees what others have written", async (t) => {
  await t.file("/file", "abc");
  const fd = await t.open("/file");
  t.equal(await t.lseek(fd, 0, SEEK_END), 3);
  const other = await t.open("/file", O_RDWR);
  await t.pwrite(other, "def", 3);
  t.equal(await t.lseek(fd, 0, SEEK_END), 6);
  await t.close(other);
  await t.close(fd);
});

core("past the end is allowed and makes nothing", async (t) => {
  await t.file("/file", "ab");
  const fd = await t.open("/file");
  t.equal(await t.lseek(fd, 100, SEEK_SET), 100);
  t.bytes(await t.read(fd, 1), "");
  t.equal((await t.fstat(fd)).size, 2, "the size");
  await t.close(fd);
});

core("past the end and a write leave zeros between", async (t) => {
  await t.file("/file", "ab");
  const fd = await t.open("/file", O_RDWR);
  await t.lseek(fd, 2, SEEK_END);
  await t.write(fd, "cd");
  await t.close(fd);
  await t.holds("/file", "ab\0\0cd");
});

core("to before the start is refused and moves nothing", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file");
  await t.read(fd, 2);
  await t.refuses("EINVAL", t.lseek(fd, -1, SEEK_SET));
  await t.refuses("EINVAL", t.lseek(fd, -3, SEEK_CUR));
  await t.refuses("EINVAL", t.lseek(fd, -7, SEEK_END));
  t.bytes(await t.read(fd, 1), "c");
  await t.close(fd);
});

it("with another whence is refused", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file");
  await t.refuses("EINVAL", t.lseek(fd, 0, 99));
  await t.close(fd);
});

core("after close is refused", async (t) => {
  await t.file("/file");
  const fd = await t.open("/file");
  await t.close(fd);
  await t.refuses("EBADF", t.lseek(fd, 0, SEEK_SET));
});

it("of 2 to the 40 is possible", async (t) => {
  await t.file("/file");
  const fd = await t.open("/file");
  t.equal(await t.lseek(fd, 2 ** 40, SEEK_SET), 2 ** 40);
  t.equal(await t.lseek(fd, 1, SEEK_CUR), 2 ** 40 + 1);
  await t.close(fd);
});

const HOLES = { needs: ["seekHole"], clause: "lseek(2) SEEK_DATA, SEEK_HOLE" } as const;
/** Larger than the blocks of any filesystem that is tested. */
const MIB = 1 << 20;

it("SEEK_DATA at data stays", HOLES, async (t) => {
  await t.file("/file", pattern(10_000));
  const fd = await t.open("/file");
  t.equal(await t.lseek(fd, 0, SEEK_DATA), 0);
  t.equal(await t.lseek(fd, 9999, SEEK_DATA), 9999);
  await t.close(fd);
});

it("SEEK_HOLE finds the end of a file without holes", HOLES, async (t) => {
  await t.file("/file", pattern(10_000));
  const fd = await t.open("/file");
  t.equal(await t.lseek(fd, 0, SEEK_HOLE), 10_000);
  t.equal(await t.lseek(fd, 9999, SEEK_HOLE), 10_000);
  await t.close(fd);
});

it("SEEK_DATA and SEEK_HOLE at the end and past it are refused", HOLES, async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file");
  for (const offset of [4, 5, MIB]) {
    await t.refuses("ENXIO", t.lseek(fd, offset, SEEK_DATA));
    await t.refuses("ENXIO", t.lseek(fd, offset, SEEK_HOLE));
  }
  await t.close(fd);
});

it("SEEK_DATA and SEEK_HOLE of an empty file are refused", HOLES, async (t) => {
  await t.file("/file");
  const fd = await t.open("/file");
  await t.refuses("ENXIO", t.lseek(fd, 0, SEEK_DATA));
  await t.refuses("ENXIO", t.lseek(fd, 0, SEEK_HOLE));
  await t.close(fd);
});

it("SEEK_DATA skips a hole", HOLES, async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  await t.pwrite(fd, pattern(4096), 4 * MIB);
  t.equal(await t.lseek(fd, 0, SEEK_DATA), 4 * MIB);
  t.equal(await t.lseek(fd, MIB + 1, SEEK_DATA), 4 * MIB);
  await t.close(fd);
});

it("SEEK_HOLE finds the hole between data", HOLES, async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  await t.pwrite(fd, pattern(MIB), 0);
  await t.pwrite(fd, pattern(4096), 4 * MIB);
  t.equal(await t.lseek(fd, 0, SEEK_HOLE), MIB);
  t.equal(await t.lseek(fd, 2 * MIB, SEEK_HOLE), 2 * MIB);
  t.equal(await t.lseek(fd, MIB, SEEK_DATA), 4 * MIB);
  await t.close(fd);
});

it("SEEK_DATA in a hole that ends the file is refused", HOLES, async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  await t.pwrite(fd, pattern(4096), 0);
  await t.ftruncate(fd, 4 * MIB);
  await t.refuses("ENXIO", t.lseek(fd, MIB, SEEK_DATA));
  t.equal(await t.lseek(fd, MIB, SEEK_HOLE), MIB);
  await t.close(fd);
});

it("SEEK_DATA at a negative offset is refused", HOLES, async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file");
  // The kernel looks for it past every end.
  const codes = t.has("kernel") ? ["ENXIO"] as const : ["ENXIO", "EINVAL"] as const;
  await t.refuses(codes, t.lseek(fd, -1, SEEK_DATA));
  await t.refuses(codes, t.lseek(fd, -1, SEEK_HOLE));
  await t.close(fd);
});
