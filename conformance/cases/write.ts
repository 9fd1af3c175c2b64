/**
 * Cases of `write(2)` and `pwrite(2)`.
 *
 * @module
 */
import { O_CREAT, O_RDWR, O_WRONLY } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";
import { pattern } from "./pattern.ts";

const file = caseFile("write", { clause: "POSIX.1-2024 write()" });
const { core, it } = file;
const OLD = { sec: 1_000_000_000, nsec: 0 };

/** Cases of `write(2)` and `pwrite(2)`. */
export const WRITE = file.cases;

core("returns how many bytes it has taken", async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  t.equal(await t.write(fd, "hello"), 5);
  t.equal((await t.fstat(fd)).size, 5, "the size");
  t.equal((await t.stat("/file")).size, 5, "the size by path");
  await t.close(fd);
});

core("continues where the last one ended", async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  await t.write(fd, "ab");
  await t.write(fd, "cd");
  await t.write(fd, "ef");
  await t.close(fd);
  await t.holds("/file", "abcdef");
});

core("replaces what is there and keeps the rest", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file", O_RDWR);
  await t.write(fd, "AB");
  await t.close(fd);
  await t.holds("/file", "ABcdef");
});

core("shares its position with read", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file", O_RDWR);
  t.bytes(await t.read(fd, 2), "ab");
  await t.write(fd, "CD");
  t.bytes(await t.read(fd, 2), "ef");
  await t.close(fd);
  await t.holds("/file", "abCDef");
});

core("at an offset leaves the position", { clause: "POSIX.1-2024 pwrite()" }, async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  await t.write(fd, "abcd");
  await t.pwrite(fd, "X", 0);
  await t.write(fd, "ef");
  await t.close(fd);
  await t.holds("/file", "Xbcdef");
});

core("past the end leaves zeros between", { clause: "POSIX.1-2024 pwrite()" }, async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  await t.write(fd, "ab");
  t.equal(await t.pwrite(fd, "cd", 5), 2);
  await t.close(fd);
  await t.holds("/file", "ab\0\0\0cd");
});

core("far past the end makes a large file", async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  await t.pwrite(fd, "end", 5_000_000);
  t.equal((await t.fstat(fd)).size, 5_000_003, "the size");
  t.bytes(await t.pread(fd, 4, 2_500_000), "\0\0\0\0", "data in the hole");
  t.bytes(await t.pread(fd, 10, 4_999_999), "\0end", "data at its end");
  await t.close(fd);
});

it("past 4 GiB keeps its offset", { needs: ["allocate"] }, async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  const offset = 2 ** 32 + 5;
  await t.pwrite(fd, "far", offset);
  t.equal((await t.fstat(fd)).size, offset + 3, "the size");
  t.bytes(await t.pread(fd, 10, offset), "far");
  t.bytes(await t.pread(fd, 3, 5), "\0\0\0");
  await t.close(fd);
});

it("at a negative offset is refused", { clause: "pwrite(2) EINVAL" }, async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  await t.refuses("EINVAL", t.pwrite(fd, "x", -1));
  t.equal((await t.fstat(fd)).size, 0, "the size");
  await t.close(fd);
});

core("of zero bytes changes nothing", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDWR);
  t.equal(await t.write(fd, ""), 0);
  t.equal(await t.pwrite(fd, "", 100), 0);
  t.equal((await t.fstat(fd)).size, 4, "the size");
  await t.close(fd);
});

it("of zero bytes leaves mtime", { needs: ["utimes"] }, async (t) => {
  await t.file("/file", "data");
  await t.utimens("/file", OLD, OLD);
  const fd = await t.open("/file", O_RDWR);
  await t.pwrite(fd, "", 0);
  await t.close(fd);
  t.equal((await t.stat("/file")).mtime, OLD, "mtime");
});

core("moves mtime", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDWR);
  await t.moves(
    async () => (await t.fstat(fd)).mtime,
    () => t.pwrite(fd, "x", 0),
    "mtime after a write",
  );
  await t.close(fd);
});

it("moves mtime and ctime from any time", { needs: ["utimes", "ctime"] }, async (t) => {
  await t.file("/file", "data");
  await t.utimens("/file", OLD, OLD);
  const before = await t.stat("/file");
  const fd = await t.open("/file", O_RDWR);
  await t.pwrite(fd, "x", 0);
  const after = await t.fstat(fd);
  await t.close(fd);
  t.after(after.mtime, OLD, "mtime");
  t.notBefore(after.ctime, before.ctime, "ctime");
  t.after(after.ctime, OLD, "ctime");
});

it("leaves the times of the directory", { needs: ["utimes"] }, async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/file", "data");
  await t.utimens("/dir", OLD, OLD);
  const fd = await t.open("/dir/file", O_RDWR);
  await t.pwrite(fd, "x", 0);
  await t.close(fd);
  t.equal((await t.stat("/dir")).mtime, OLD, "mtime of the directory");
});

core("of a megabyte takes it", async (t) => {
  const data = pattern(1 << 20);
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  await t.writeAll(fd, data);
  await t.close(fd);
  await t.holds("/file", data);
});

core("in odd pieces makes one whole", async (t) => {
  const data = pattern(100_003);
  const fd = await t.open("/file", O_WRONLY | O_CREAT);
  for (let at = 0; at < data.length;) {
    const size = 1 + (at * 7919) % 5003;
    await t.writeAll(fd, data.subarray(at, at + size));
    at += size;
  }
  await t.close(fd);
  await t.holds("/file", data);
});

core("from the end to the start makes one whole", async (t) => {
  const data = pattern(50_000);
  const fd = await t.open("/file", O_WRONLY | O_CREAT);
  for (let at = 49_000; at >= 0; at -= 1000) {
    await t.pwrite(fd, data.subarray(at, at + 1000), at);
  }
  await t.close(fd);
  await t.holds("/file", data);
});

core("across what looks like a block keeps its neighbours", async (t) => {
  const data = pattern(20_000);
  await t.file("/file", data);
  const fd = await t.open("/file", O_RDWR);
  for (const at of [4090, 4096, 8187, 16_380]) {
    data.fill(7, at, at + 10);
    await t.pwrite(fd, new Uint8Array(10).fill(7), at);
  }
  await t.close(fd);
  await t.holds("/file", data);
});

core("keeps its data when the caller reuses the buffer", { needs: ["contract"] }, async (t) => {
  const handle = await t.handle("/file", O_RDWR | O_CREAT);
  const buffer = new TextEncoder().encode("first");
  await handle.writeAt(buffer, 0);
  buffer.fill(0x78);
  await handle.close();
  await t.holds("/file", "first");
});

core("by many at once to different places loses nothing", async (t) => {
  const data = pattern(64 * 1024);
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  await Promise.all(
    Array.from(
      { length: 64 },
      (_, index) => t.pwrite(fd, data.subarray(index * 1024, (index + 1) * 1024), index * 1024),
    ),
  );
  await t.close(fd);
  await t.holds("/file", data);
});

core("after close is refused", async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  await t.close(fd);
  await t.refuses("EBADF", t.write(fd, "x"));
  await t.holds("/file", "");
});

it("clears set-id bits for a caller that is not root", {
  needs: ["users", "owner"],
  clause: "inode(7): S_ISUID and S_ISGID are cleared by a write",
  level: "sandbox",
}, async (t) => {
  await t.chmod("/", 0o777);
  await t.file("/file", "data", 0o777);
  await t.chown("/file", 1001, 1001);
  await t.chmod("/file", 0o6777);
  const other = t.another({ uid: 1001, gid: 1001 });
  const fd = await other.open("/file", O_WRONLY);
  await other.write(fd, "x");
  await other.close(fd);
  t.equal((await t.stat("/file")).mode & 0o7777, 0o777, "the mode");
});

it("by root keeps set-id bits", { needs: ["users", "owner"] }, async (t) => {
  await t.file("/file", "data", 0o755);
  await t.chmod("/file", 0o6755);
  const fd = await t.open("/file", O_WRONLY);
  await t.write(fd, "x");
  await t.close(fd);
  t.equal((await t.stat("/file")).mode & 0o7777, 0o6755, "the mode");
});
