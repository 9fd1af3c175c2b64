/**
 * Cases of `flock(2)` and of record locks that belong to open files.
 *
 * @module
 */
import { O_RDONLY, O_RDWR } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";

const file = caseFile("lock", {
  clause: "flock(2); fcntl_locking(2) F_OFD_SETLK, F_OFD_GETLK",
  needs: ["lock"],
});
const { it } = file;

/** Cases of `flock(2)` and of record locks that belong to open files. */
export const LOCK = file.cases;

it("flock for writing keeps others out", async (t) => {
  await t.file("/file");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file", O_RDWR);
  await t.flock(one, "write");
  await t.refuses("EAGAIN", t.flock(two, "write"));
  await t.refuses("EAGAIN", t.flock(two, "read"));
  await t.close(one);
  await t.close(two);
});

it("flock for reading is shared", async (t) => {
  await t.file("/file");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file", O_RDWR);
  await t.flock(one, "read");
  await t.flock(two, "read");
  await t.refuses("EAGAIN", t.flock(two, "write"));
  await t.close(one);
  await t.close(two);
});

it("flock is released", async (t) => {
  await t.file("/file");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file", O_RDWR);
  await t.flock(one, "write");
  await t.flock(one, "unlock");
  await t.flock(two, "write");
  await t.close(one);
  await t.close(two);
});

it("flock changes its kind", async (t) => {
  await t.file("/file");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file", O_RDWR);
  await t.flock(one, "write");
  await t.flock(one, "read");
  await t.flock(two, "read");
  await t.flock(two, "unlock");
  await t.flock(one, "write");
  await t.close(one);
  await t.close(two);
});

it("flock goes with its descriptor", async (t) => {
  await t.file("/file");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file", O_RDWR);
  await t.flock(one, "write");
  await t.close(one);
  await t.flock(two, "write");
  await t.close(two);
});

it("flock needs no right to write", async (t) => {
  await t.file("/file");
  const one = await t.open("/file", O_RDONLY);
  await t.flock(one, "write");
  await t.close(one);
});

it("flock of different files do not meet", async (t) => {
  await t.file("/one");
  await t.file("/two");
  const one = await t.open("/one", O_RDWR);
  const two = await t.open("/two", O_RDWR);
  await t.flock(one, "write");
  await t.flock(two, "write");
  await t.close(one);
  await t.close(two);
});

it("flock of two names of one file meet", { needs: ["link"] }, async (t) => {
  await t.file("/one");
  await t.link("/one", "/two");
  const one = await t.open("/one", O_RDWR);
  const two = await t.open("/two", O_RDWR);
  await t.flock(one, "write");
  await t.refuses("EAGAIN", t.flock(two, "write"));
  await t.close(one);
  await t.close(two);
});

it("flock does not stop reading and writing", async (t) => {
  await t.file("/file", "data");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file", O_RDWR);
  await t.flock(one, "write");
  await t.pwrite(two, "DA", 0);
  t.bytes(await t.pread(two, 10, 0), "DAta");
  await t.close(one);
  await t.close(two);
});

it("flock of another process meets", { needs: ["processes"] }, async (t) => {
  await t.file("/file");
  const other = t.another();
  const one = await t.open("/file", O_RDWR);
  const two = await other.open("/file", O_RDWR);
  await t.flock(one, "write");
  await t.refuses("EAGAIN", other.flock(two, "write"));
  await t.close(one);
  await other.flock(two, "write");
  await other.close(two);
});

it("of a range keeps others out of it", async (t) => {
  await t.file("/file", "0123456789");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file", O_RDWR);
  await t.setlk(one, "write", 2, 4);
  await t.refuses("EAGAIN", t.setlk(two, "write", 2, 4));
  await t.refuses("EAGAIN", t.setlk(two, "write", 5, 1), "the last byte");
  await t.refuses("EAGAIN", t.setlk(two, "read", 0, 3), "the first byte");
  await t.setlk(two, "write", 0, 2);
  await t.setlk(two, "write", 6, 10);
  await t.close(one);
  await t.close(two);
});

it("for reading is shared", async (t) => {
  await t.file("/file");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file", O_RDWR);
  await t.setlk(one, "read", 0, 10);
  await t.setlk(two, "read", 5, 10);
  await t.refuses("EAGAIN", t.setlk(two, "write", 9, 1));
  await t.setlk(two, "write", 10, 5);
  await t.close(one);
  await t.close(two);
});

it("with length 0 reaches beyond the end", async (t) => {
  await t.file("/file");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file", O_RDWR);
  await t.setlk(one, "write", 100, 0);
  await t.refuses("EAGAIN", t.setlk(two, "write", 2 ** 40, 1));
  await t.setlk(two, "write", 0, 100);
  await t.close(one);
  await t.close(two);
});

it("tells what is in the way", async (t) => {
  await t.file("/file");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file", O_RDWR);
  await t.setlk(one, "write", 10, 20);
  t.equal(await t.getlk(two, "read", 0, 0), { type: "write", start: 10, length: 20 });
  t.equal(await t.getlk(two, "write", 0, 10), null);
  t.equal(await t.getlk(one, "write", 0, 0), null, "one's own lock");
  await t.close(one);
  await t.close(two);
});

it("tells that nothing is in the way of readers", async (t) => {
  await t.file("/file");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file", O_RDWR);
  await t.setlk(one, "read", 0, 0);
  t.equal(await t.getlk(two, "read", 0, 0), null);
  t.equal(await t.getlk(two, "write", 0, 0), { type: "read", start: 0, length: 0 });
  await t.close(one);
  await t.close(two);
});

it("is released in the middle", async (t) => {
  await t.file("/file");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file", O_RDWR);
  await t.setlk(one, "write", 0, 30);
  await t.setlk(one, "unlock", 10, 10);
  await t.setlk(two, "write", 10, 10);
  await t.refuses("EAGAIN", t.setlk(two, "write", 9, 1));
  await t.refuses("EAGAIN", t.setlk(two, "write", 20, 1));
  await t.close(one);
  await t.close(two);
});

it("changes its kind in the middle", async (t) => {
  await t.file("/file");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file", O_RDWR);
  await t.setlk(one, "write", 0, 30);
  await t.setlk(one, "read", 10, 10);
  await t.setlk(two, "read", 10, 10);
  await t.refuses("EAGAIN", t.setlk(two, "read", 0, 11));
  await t.close(one);
  await t.close(two);
});

it("joins with what is beside it", async (t) => {
  await t.file("/file");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file", O_RDWR);
  await t.setlk(one, "write", 0, 10);
  await t.setlk(one, "write", 10, 10);
  t.equal(await t.getlk(two, "write", 0, 0), { type: "write", start: 0, length: 20 });
  await t.close(one);
  await t.close(two);
});

it("goes with its descriptor", async (t) => {
  await t.file("/file");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file", O_RDWR);
  await t.setlk(one, "write", 0, 0);
  await t.close(one);
  await t.setlk(two, "write", 0, 0);
  await t.close(two);
});

it(
  "for writing takes a descriptor for writing",
  { clause: "fcntl_locking(2) EBADF" },
  async (t) => {
    await t.file("/file");
    const fd = await t.open("/file", O_RDONLY);
    await t.refuses("EBADF", t.setlk(fd, "write", 0, 1));
    await t.setlk(fd, "read", 0, 1);
    await t.close(fd);
  },
);

it("of a range and flock do not meet", async (t) => {
  await t.file("/file");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file", O_RDWR);
  await t.flock(one, "write");
  await t.setlk(two, "write", 0, 0);
  await t.close(one);
  await t.close(two);
});

it("by many for one range is given to one", async (t) => {
  await t.file("/file");
  const fds: number[] = [];
  for (let index = 0; index < 10; index++) fds.push(await t.open("/file", O_RDWR));
  const results = await Promise.allSettled(fds.map((fd) => t.setlk(fd, "write", 0, 10)));
  t.equal(results.filter(({ status }) => status === "fulfilled").length, 1, "how many succeeded");
  for (const fd of fds) await t.close(fd);
});

it("of a file without a name works", async (t) => {
  await t.file("/file");
  const one = await t.open("/file", O_RDWR);
  const two = await t.open("/file", O_RDWR);
  await t.unlink("/file");
  await t.setlk(one, "write", 0, 0);
  await t.refuses("EAGAIN", t.setlk(two, "write", 0, 0));
  await t.close(one);
  await t.close(two);
});
