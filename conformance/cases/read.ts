/**
 * Cases of `read(2)` and `pread(2)`.
 *
 * @module
 */
import { O_RDONLY, O_RDWR } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";
import { pattern } from "./pattern.ts";

const file = caseFile("read", { clause: "POSIX.1-2024 read()" });
const { core, it } = file;

/** Cases of `read(2)` and `pread(2)`. */
export const READ = file.cases;

core("returns what was written", async (t) => {
  await t.file("/file", "some data");
  await t.holds("/file", "some data");
});

core("moves the position", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file");
  t.bytes(await t.read(fd, 2), "ab");
  t.bytes(await t.read(fd, 2), "cd");
  t.bytes(await t.read(fd, 2), "ef");
  await t.close(fd);
});

core("returns 0 bytes at the end, again and again", async (t) => {
  await t.file("/file", "ab");
  const fd = await t.open("/file");
  t.bytes(await t.read(fd, 10), "ab");
  t.bytes(await t.read(fd, 10), "");
  t.bytes(await t.read(fd, 10), "");
  await t.close(fd);
});

core("returns 0 bytes of an empty file", async (t) => {
  await t.file("/file");
  const fd = await t.open("/file");
  t.bytes(await t.read(fd, 10), "");
  t.bytes(await t.pread(fd, 10, 0), "");
  await t.close(fd);
});

core("returns less only at the end", async (t) => {
  const data = pattern(200_000);
  await t.file("/file", data);
  const fd = await t.open("/file");
  for (let at = 0; at < data.length; at += 70_000) {
    const expected = data.subarray(at, at + 70_000);
    t.bytes(await t.pread(fd, 70_000, at), expected, `70,000 bytes at ${at}`);
  }
  await t.close(fd);
});

core("of zero bytes succeeds and moves nothing", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file");
  t.bytes(await t.read(fd, 0), "");
  t.bytes(await t.read(fd, 4), "data");
  await t.close(fd);
});

core("at an offset leaves the position", { clause: "POSIX.1-2024 pread()" }, async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file");
  t.bytes(await t.read(fd, 2), "ab");
  t.bytes(await t.pread(fd, 2, 4), "ef");
  t.bytes(await t.read(fd, 2), "cd");
  await t.close(fd);
});

core("at an offset past the end returns 0 bytes", { clause: "POSIX.1-2024 pread()" }, async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file");
  t.bytes(await t.pread(fd, 10, 4), "", "at the end");
  t.bytes(await t.pread(fd, 10, 1000), "", "past the end");
  t.bytes(await t.pread(fd, 10, 2 ** 40), "", "far past the end");
  await t.close(fd);
});

it("at a negative offset is refused", { clause: "pread(2) EINVAL" }, async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file");
  await t.refuses("EINVAL", t.pread(fd, 1, -1));
  await t.close(fd);
});

core("crosses the end with what is there", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file");
  t.bytes(await t.pread(fd, 100, 4), "ef");
  await t.close(fd);
});

core("keeps every value of a byte", async (t) => {
  const data = Uint8Array.from({ length: 256 }, (_, index) => index);
  await t.file("/file", data);
  await t.holds("/file", data);
});

core("at odd offsets returns odd pieces", async (t) => {
  const data = pattern(20_000);
  await t.file("/file", data);
  const fd = await t.open("/file");
  for (const [offset, size] of [[1, 4095], [4095, 2], [4097, 8191], [8191, 8193], [19_999, 5]]) {
    t.bytes(await t.pread(fd, size!, offset!), data.subarray(offset!, offset! + size!));
  }
  await t.close(fd);
});

core("sees what another descriptor has written", async (t) => {
  await t.file("/file", "old");
  const reader = await t.open("/file");
  t.bytes(await t.pread(reader, 10, 0), "old");
  const writer = await t.open("/file", O_RDWR);
  await t.pwrite(writer, "newer", 0);
  t.bytes(await t.pread(reader, 10, 0), "newer");
  await t.close(writer);
  await t.close(reader);
});

core("sees that the file has grown behind the end", async (t) => {
  await t.file("/file", "ab");
  const reader = await t.open("/file");
  t.bytes(await t.read(reader, 10), "ab");
  const writer = await t.open("/file", O_RDWR);
  await t.pwrite(writer, "cd", 2);
  t.bytes(await t.read(reader, 10), "cd");
  await t.close(writer);
  await t.close(reader);
});

core("sees that the file has shrunk", async (t) => {
  await t.file("/file", "abcdef");
  const reader = await t.open("/file");
  t.bytes(await t.read(reader, 4), "abcd");
  const writer = await t.open("/file", O_RDWR);
  await t.ftruncate(writer, 2);
  t.bytes(await t.read(reader, 4), "");
  t.bytes(await t.pread(reader, 4, 0), "ab");
  await t.close(writer);
  await t.close(reader);
});

it("does not change mtime", { needs: ["utimes"] }, async (t) => {
  await t.file("/file", "data");
  const time = { sec: 1_000_000_000, nsec: 0 };
  await t.utimens("/file", time, time);
  await t.holds("/file", "data");
  t.equal((await t.stat("/file")).mtime, time, "mtime");
});

core("after close is refused", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDONLY);
  await t.close(fd);
  await t.refuses("EBADF", t.read(fd, 1));
  await t.refuses("EBADF", t.pread(fd, 1, 0));
});

core("of a megabyte in one piece returns it", async (t) => {
  const data = pattern(1 << 20);
  await t.file("/file", data);
  const fd = await t.open("/file");
  t.bytes(await t.pread(fd, data.length, 0), data);
  await t.close(fd);
});

core("by many at once returns the right piece to each", async (t) => {
  const data = pattern(64 * 1024);
  await t.file("/file", data);
  const fd = await t.open("/file");
  const pieces = await Promise.all(
    Array.from({ length: 64 }, (_, index) => t.pread(fd, 1024, index * 1024)),
  );
  for (const [index, piece] of pieces.entries()) {
    t.bytes(piece, data.subarray(index * 1024, (index + 1) * 1024), `piece ${index}`);
  }
  await t.close(fd);
});
