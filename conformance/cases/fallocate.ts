/**
 * Cases of `fallocate(2)`.
 *
 * @module
 */
import {
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  FALLOC_FL_ZERO_RANGE,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  SEEK_HOLE,
} from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";
import { pattern } from "./pattern.ts";

const file = caseFile("fallocate", { clause: "fallocate(2)", needs: ["allocate"] });
const { it } = file;
const PUNCH = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
const MIB = 1 << 20;

/** Cases of `fallocate(2)`. */
export const FALLOCATE = file.cases;

it("extends a file with zeros", async (t) => {
  await t.file("/file", "ab");
  const fd = await t.open("/file", O_RDWR);
  await t.fallocate(fd, 0, 0, 5);
  await t.close(fd);
  await t.holds("/file", "ab\0\0\0");
});

it("keeps what is there", async (t) => {
  const data = pattern(10_000);
  await t.file("/file", data);
  const fd = await t.open("/file", O_RDWR);
  await t.fallocate(fd, 0, 2000, 3000);
  await t.close(fd);
  await t.holds("/file", data);
});

it("takes space", { needs: ["blocks"] }, async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  await t.fallocate(fd, 0, 0, MIB);
  const { size, blocks } = await t.fstat(fd);
  t.equal(size, MIB, "the size");
  t.ok(blocks >= MIB / 512, "a megabyte takes 2,048 blocks", blocks);
  await t.close(fd);
});

it("with KEEP_SIZE takes space and leaves the size", { needs: ["blocks"] }, async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDWR);
  await t.fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, MIB);
  const { size, blocks } = await t.fstat(fd);
  t.equal(size, 4, "the size");
  t.ok(blocks >= MIB / 512, "a megabyte takes 2,048 blocks", blocks);
  await t.close(fd);
});

it("with PUNCH_HOLE leaves zeros", async (t) => {
  const data = pattern(100_000);
  await t.file("/file", data);
  const fd = await t.open("/file", O_RDWR);
  await t.fallocate(fd, PUNCH, 10_001, 50_003);
  await t.close(fd);
  data.fill(0, 10_001, 60_004);
  await t.holds("/file", data);
});

it("with PUNCH_HOLE past the end leaves the size", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file", O_RDWR);
  await t.fallocate(fd, PUNCH, 3, MIB);
  t.equal((await t.fstat(fd)).size, 6, "the size");
  await t.fallocate(fd, PUNCH, MIB, MIB);
  t.equal((await t.fstat(fd)).size, 6, "the size");
  await t.close(fd);
  await t.holds("/file", "abc\0\0\0");
});

it("with PUNCH_HOLE gives space back", { needs: ["blocks"] }, async (t) => {
  await t.file("/file", pattern(MIB));
  const fd = await t.open("/file", O_RDWR);
  await t.fallocate(fd, PUNCH, 0, MIB);
  const { blocks } = await t.fstat(fd);
  t.ok(blocks < 100, "nearly nothing is left", blocks);
  await t.close(fd);
});

it("with PUNCH_HOLE makes a hole that is found", { needs: ["seekHole"] }, async (t) => {
  await t.file("/file", pattern(4 * MIB));
  const fd = await t.open("/file", O_RDWR);
  await t.fallocate(fd, PUNCH, MIB, MIB);
  t.equal(await t.lseek(fd, 0, SEEK_HOLE), MIB);
  await t.close(fd);
});

it("with PUNCH_HOLE without KEEP_SIZE is refused", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDWR);
  await t.refuses(["EOPNOTSUPP", "EINVAL"], t.fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 1));
  await t.close(fd);
  await t.holds("/file", "data");
});

it("with ZERO_RANGE leaves zeros", { needs: ["zeroRange"] }, async (t) => {
  const data = pattern(50_000);
  await t.file("/file", data);
  const fd = await t.open("/file", O_RDWR);
  await t.fallocate(fd, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, 5001, 20_000);
  data.fill(0, 5001, 25_001);
  await t.holds("/file", data);
  await t.fallocate(fd, FALLOC_FL_ZERO_RANGE, 49_990, 20);
  t.equal((await t.fstat(fd)).size, 50_010, "the size");
  await t.close(fd);
});

it("with ZERO_RANGE and KEEP_SIZE leaves the size", { needs: ["zeroRange"] }, async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDWR);
  await t.fallocate(fd, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, 2, 100);
  await t.close(fd);
  await t.holds("/file", "da\0\0");
});

it("of nothing is refused", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDWR);
  await t.refuses("EINVAL", t.fallocate(fd, 0, 0, 0));
  await t.refuses("EINVAL", t.fallocate(fd, 0, -1, 1));
  await t.refuses("EINVAL", t.fallocate(fd, 0, 0, -1));
  await t.close(fd);
});

it("through a descriptor for reading is refused", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDONLY);
  await t.refuses("EBADF", t.fallocate(fd, 0, 0, 10));
  await t.close(fd);
});

it("with unknown flags is refused", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDWR);
  await t.refuses("EOPNOTSUPP", t.fallocate(fd, 0x4000, 0, 10));
  await t.close(fd);
});

it("of too much is refused and changes nothing", {
  clause: "fallocate(2) ENOSPC, EFBIG",
  level: "sandbox",
}, async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDWR);
  await t.refuses(["ENOSPC", "EFBIG"], t.fallocate(fd, 0, 0, 2 ** 52));
  t.equal((await t.fstat(fd)).size, 4, "the size");
  await t.close(fd);
  await t.holds("/file", "data");
});

it("does not overwrite a short file's end", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file", O_RDWR);
  await t.fallocate(fd, 0, 0, 3);
  t.equal((await t.fstat(fd)).size, 6, "the size");
  await t.close(fd);
  await t.holds("/file", "abcdef");
});
