/**
 * Cases of O_APPEND.
 *
 * @module
 */
import { O_APPEND, O_CREAT, O_RDWR, O_WRONLY, SEEK_CUR, SEEK_SET } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";

const file = caseFile("append", { clause: "POSIX.1-2024 write(), O_APPEND" });
const { core, it } = file;

/** Cases of O_APPEND. */
export const APPEND = file.cases;

core("writes at the end", async (t) => {
  await t.file("/file", "ab");
  const fd = await t.open("/file", O_WRONLY | O_APPEND);
  await t.write(fd, "cd");
  await t.close(fd);
  await t.holds("/file", "abcd");
});

core("writes at the end as it is then", async (t) => {
  await t.file("/file", "ab");
  const fd = await t.open("/file", O_WRONLY | O_APPEND);
  const other = await t.open("/file", O_WRONLY);
  await t.pwrite(other, "XYZ", 2);
  await t.write(fd, "end");
  await t.close(other);
  await t.close(fd);
  await t.holds("/file", "abXYZend");
});

core("by two descriptors in turn loses nothing", async (t) => {
  const one = await t.open("/file", O_WRONLY | O_CREAT | O_APPEND);
  const two = await t.open("/file", O_WRONLY | O_APPEND);
  for (let index = 0; index < 5; index++) {
    await t.write(one, `a${index}`);
    await t.write(two, `b${index}`);
  }
  await t.close(one);
  await t.close(two);
  await t.holds("/file", "a0b0a1b1a2b2a3b3a4b4");
});

core("by many at once loses nothing and mixes nothing", async (t) => {
  const fds: number[] = [];
  for (let index = 0; index < 8; index++) {
    fds.push(await t.open("/file", O_WRONLY | O_CREAT | O_APPEND));
  }
  const line = (writer: number, index: number): string => `writer ${writer}, line ${index}\n`;
  await Promise.all(fds.map(async (fd, writer) => {
    for (let index = 0; index < 20; index++) await t.write(fd, line(writer, index));
  }));
  for (const fd of fds) await t.close(fd);
  const lines = new TextDecoder().decode(await t.content("/file")).split("\n").slice(0, -1);
  const expected = fds.flatMap((_, writer) =>
    Array.from({ length: 20 }, (_, index) => line(writer, index).trimEnd())
  );
  t.equal(lines.sort(), expected.sort(), "the lines");
});

core("writes at the end wherever the position is", async (t) => {
  await t.file("/file", "abcd");
  const fd = await t.open("/file", O_RDWR | O_APPEND);
  await t.lseek(fd, 0, SEEK_SET);
  await t.write(fd, "ef");
  await t.close(fd);
  await t.holds("/file", "abcdef");
});

core("reads from the start and moves the position to the end when it writes", async (t) => {
  await t.file("/file", "abcd");
  const fd = await t.open("/file", O_RDWR | O_APPEND);
  t.bytes(await t.read(fd, 2), "ab");
  await t.write(fd, "ef");
  t.equal(await t.lseek(fd, 0, SEEK_CUR), 6, "the position");
  t.bytes(await t.read(fd, 2), "");
  await t.close(fd);
});

it("ignores the offset of pwrite", {
  clause: "pwrite(2) BUGS: with O_APPEND Linux appends, whatever the offset",
}, async (t) => {
  await t.file("/file", "abcd");
  const fd = await t.open("/file", O_WRONLY | O_APPEND);
  await t.pwrite(fd, "XY", 0);
  await t.close(fd);
  await t.holds("/file", "abcdXY");
});

core("after a truncation writes at the new end", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file", O_RDWR | O_APPEND);
  await t.write(fd, "gh");
  await t.ftruncate(fd, 2);
  await t.write(fd, "X");
  await t.close(fd);
  await t.holds("/file", "abX");
});

core("makes a file with O_CREAT", async (t) => {
  const fd = await t.open("/file", O_WRONLY | O_CREAT | O_APPEND);
  await t.write(fd, "one");
  await t.close(fd);
  const again = await t.open("/file", O_WRONLY | O_CREAT | O_APPEND);
  await t.write(again, "two");
  await t.close(again);
  await t.holds("/file", "onetwo");
});

it("a thousand times takes time in proportion", async (t) => {
  const fd = await t.open("/file", O_WRONLY | O_CREAT | O_APPEND);
  const line = "x".repeat(100);
  for (let index = 0; index < 1000; index++) await t.write(fd, line);
  t.equal((await t.fstat(fd)).size, 100_000, "the size");
  await t.close(fd);
});
