/**
 * Cases of `truncate(2)` and `ftruncate(2)`.
 *
 * @module
 */
import { O_CREAT, O_RDONLY, O_RDWR, O_WRONLY, SEEK_CUR } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";
import { errnoThrown } from "../case_failure.ts";
import type { Trial } from "../trial.ts";
import { pattern } from "./pattern.ts";

const file = caseFile("truncate", { clause: "POSIX.1-2024 ftruncate(), truncate()" });
const { core, it } = file;
const REOPENS = { clause: "proc(5) /proc/pid/fd", needs: ["kernel", "symlink"] } as const;
const OLD = { sec: 1_000_000_000, nsec: 0 };

/** Cases of `truncate(2)` and `ftruncate(2)`. */
export const TRUNCATE = file.cases;

core("cuts a file", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file", O_RDWR);
  await t.ftruncate(fd, 2);
  t.equal((await t.fstat(fd)).size, 2, "the size");
  await t.close(fd);
  await t.holds("/file", "ab");
});

core("extends a file with zeros", async (t) => {
  await t.file("/file", "ab");
  const fd = await t.open("/file", O_RDWR);
  await t.ftruncate(fd, 5);
  await t.close(fd);
  await t.holds("/file", "ab\0\0\0");
});

core("leaves no old data behind a cut", async (t) => {
  await t.file("/file", "secret");
  const fd = await t.open("/file", O_RDWR);
  await t.ftruncate(fd, 1);
  await t.ftruncate(fd, 6);
  await t.close(fd);
  await t.holds("/file", "s\0\0\0\0\0");
});

core("leaves no old data behind a cut inside a block", async (t) => {
  await t.file("/file", pattern(10_000));
  const fd = await t.open("/file", O_RDWR);
  await t.ftruncate(fd, 5001);
  await t.pwrite(fd, "end", 9000);
  t.bytes(await t.pread(fd, 5000, 5001), `${"\0".repeat(3999)}end`);
  await t.close(fd);
});

core("to the same size keeps the content", async (t) => {
  await t.file("/file", "abc");
  const fd = await t.open("/file", O_RDWR);
  await t.ftruncate(fd, 3);
  await t.close(fd);
  await t.holds("/file", "abc");
});

core("leaves the position", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file", O_RDWR);
  await t.read(fd, 4);
  await t.ftruncate(fd, 1);
  t.equal(await t.lseek(fd, 0, SEEK_CUR), 4, "the position");
  await t.write(fd, "X");
  await t.close(fd);
  await t.holds("/file", "a\0\0\0X");
});

core("through a descriptor for reading is refused", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDONLY);
  await t.refuses(["EINVAL", "EBADF"], t.ftruncate(fd, 1));
  await t.close(fd);
  await t.holds("/file", "data");
});

it("through a descriptor for reading is EINVAL", { clause: "ftruncate(2) EINVAL" }, async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDONLY);
  await t.refuses("EINVAL", t.ftruncate(fd, 1));
  await t.close(fd);
});

core("to a negative size is refused", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDWR);
  await t.refuses("EINVAL", t.ftruncate(fd, -1));
  await t.close(fd);
  await t.holds("/file", "data");
});

core("by path cuts a file", async (t) => {
  await t.file("/file", "abcdef");
  await t.truncate("/file", 3);
  await t.holds("/file", "abc");
});

core("by path extends a file", async (t) => {
  await t.file("/file", "abc");
  await t.truncate("/file", 5);
  await t.holds("/file", "abc\0\0");
});

it("by path to a negative size is refused", { needs: ["truncate"] }, async (t) => {
  await t.file("/file", "abc");
  await t.refuses("EINVAL", t.truncate("/file", -1));
});

core("by path refuses what is not there", async (t) => {
  await t.refuses("ENOENT", t.truncate("/none", 0));
  t.equal(await t.names("/"), []);
});

core("by path refuses a directory", async (t) => {
  await t.mkdir("/dir");
  await t.refuses("EISDIR", t.truncate("/dir", 0));
});

it("by path follows a link", { needs: ["symlink"] }, async (t) => {
  await t.file("/file", "abcdef");
  await t.symlink("file", "/link");
  await t.truncate("/link", 2);
  await t.holds("/file", "ab");
});

core("is seen by those who have the file open", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file");
  await t.truncate("/file", 2);
  t.equal((await t.fstat(fd)).size, 2, "the size");
  t.bytes(await t.pread(fd, 10, 0), "ab");
  await t.close(fd);
});

it("moves mtime and ctime", { needs: ["utimes", "ctime"] }, async (t) => {
  await t.file("/file", "abcdef");
  await t.utimens("/file", OLD, OLD);
  const before = await t.stat("/file");
  await t.truncate("/file", 2);
  const after = await t.stat("/file");
  t.after(after.mtime, OLD, "mtime");
  t.notBefore(after.ctime, before.ctime, "ctime");
});

it("to the same size by descriptor moves mtime", { needs: ["utimes"] }, async (t) => {
  await t.file("/file", "abc");
  await t.utimens("/file", OLD, OLD);
  const fd = await t.open("/file", O_RDWR);
  await t.ftruncate(fd, 3);
  await t.close(fd);
  t.after((await t.stat("/file")).mtime, OLD, "mtime");
});

it("to a huge size makes a sparse file or is refused", {
  needs: ["allocate"],
  clause: "ftruncate(2) EFBIG",
  level: "sandbox",
}, async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  const size = 999_999_999_999_999;
  try {
    await t.ftruncate(fd, size);
  } catch {
    await t.refuses(["EFBIG", "ENOSPC", "EINVAL"], t.ftruncate(fd, size));
    t.equal((await t.fstat(fd)).size, 0, "the size");
    return;
  }
  t.equal((await t.fstat(fd)).size, size, "the size");
  t.bytes(await t.pread(fd, 4, size - 4), "\0\0\0\0");
  await t.close(fd);
});

it("to a size that the filesystem cannot have is EFBIG", { needs: ["kernel"] }, async (t) => {
  const fd = await t.open("/file", O_RDWR | O_CREAT);
  for (const size of [2 ** 53, 2 ** 62]) {
    await endsAt(t, fd, size, () => t.ftruncate(fd, size));
    await endsAt(t, fd, size, () => t.truncate("/file", size));
    await endsAt(t, fd, size + 4096, () => t.pwrite(fd, pattern(4096), size));
    t.bytes(await t.pread(fd, 4, size), "");
  }
  await t.close(fd);
});

/** The call makes the empty file end there exactly, or is EFBIG and changes nothing. */
async function endsAt(t: Trial, fd: number, size: number, call: () => Promise<unknown>) {
  try {
    await call();
    t.equal(Number((await t.fstat(fd)).size), size, "the size");
    await t.ftruncate(fd, 0);
  } catch (thrown) {
    t.equal(errnoThrown(thrown), "EFBIG", "how the size is refused");
    t.equal((await t.fstat(fd)).size, 0, "the size");
  }
}

it("gives space back", { needs: ["blocks"] }, async (t) => {
  await t.file("/file", pattern(1 << 20));
  const before = (await t.stat("/file")).blocks;
  await t.truncate("/file", 0);
  t.ok(before >= 2048, "a megabyte takes at least 2,048 blocks", before);
  t.equal((await t.stat("/file")).blocks, 0, "blocks of an empty file");
});

it("takes no space for what it extends", { needs: ["blocks"] }, async (t) => {
  await t.file("/file", "data");
  await t.truncate("/file", 1 << 30);
  const { blocks } = await t.stat("/file");
  t.ok(blocks < 2048, "a gigabyte of hole takes less than a megabyte", blocks);
});

it("works through a descriptor for writing only", async (t) => {
  await t.file("/file", "abc");
  const fd = await t.open("/file", O_WRONLY);
  await t.ftruncate(fd, 1);
  await t.close(fd);
  await t.holds("/file", "a");
});

it("of a file without a name works", async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file", O_RDWR);
  await t.unlink("/file");
  await t.ftruncate(fd, 2);
  t.bytes(await t.pread(fd, 10, 0), "ab");
  await t.close(fd);
});

it("of a file without a name works by its descriptor's path", REOPENS, async (t) => {
  await t.file("/file", "abcdef");
  const fd = await t.open("/file", O_RDWR);
  await t.unlink("/file");
  await t.symlink(`/proc/self/fd/${fd}`, "/again");
  await t.truncate("/again", 2);
  t.bytes(await t.pread(fd, 10, 0), "ab");
  await t.close(fd);
});

it("clears set-id bits for a caller that is not root", {
  needs: ["users", "owner"],
  level: "sandbox",
}, async (t) => {
  await t.chmod("/", 0o777);
  await t.file("/file", "data", 0o777);
  await t.chown("/file", 1001, 1001);
  await t.chmod("/file", 0o6777);
  await t.another({ uid: 1001, gid: 1001 }).truncate("/file", 1);
  t.equal((await t.stat("/file")).mode & 0o7777, 0o777, "the mode");
});
