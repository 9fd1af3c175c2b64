/**
 * Cases of files without a name: O_TMPFILE, and `linkat(2)` of what is open.
 *
 * @module
 */
import { O_EXCL, O_RDONLY, O_RDWR, O_TMPFILE } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";

const file = caseFile("tmpfile", { clause: "open(2) O_TMPFILE; linkat(2)", needs: ["tmpfile"] });
const { it } = file;
const UNNAMED = O_TMPFILE | O_RDWR;

/** Cases of files without a name. */
export const TMPFILE = file.cases;

it("makes a file that no directory lists", async (t) => {
  await t.mkdir("/dir");
  const fd = await t.open("/dir", UNNAMED, 0o640);
  await t.pwrite(fd, "hidden", 0);
  t.equal(await t.names("/dir"), []);
  t.equal((await t.fstat(fd)).size, 6, "size");
  await t.close(fd);
});

it("makes a file of the mode that was asked for, with no link", { needs: ["nlink"] }, async (t) => {
  const fd = await t.open("/", UNNAMED, 0o640);
  const { mode, nlink } = await t.fstat(fd);
  t.equal([mode.toString(8), nlink], ["100640", 0], "mode and nlink");
  await t.close(fd);
});

it("can be named, once and again", { needs: ["nlink"] }, async (t) => {
  await t.mkdir("/dir");
  const fd = await t.open("/dir", UNNAMED, 0o640);
  await t.pwrite(fd, "born", 0);
  await t.flink(fd, "/named");
  await t.holds("/named", "born");
  t.equal((await t.fstat(fd)).nlink, 1, "nlink");
  await t.flink(fd, "/dir/again");
  await t.pwrite(fd, "BORN later", 0);
  await t.close(fd);
  await t.holds("/dir/again", "BORN later");
  t.equal((await t.stat("/named")).nlink, 2, "nlink");
});

it("keeps what was made of it when it gets a name", { needs: ["owner"] }, async (t) => {
  const fd = await t.open("/", UNNAMED, 0o600);
  await t.fchmod(fd, 0o604);
  await t.ftruncate(fd, 10);
  await t.flink(fd, "/named");
  const [through, named] = [await t.fstat(fd), await t.stat("/named")];
  t.equal([named.mode, named.size], [0o100604, 10], "mode and size");
  t.equal([named.uid, named.gid], [through.uid, through.gid], "owner and group");
  await t.close(fd);
});

it("never gets a name with O_EXCL", async (t) => {
  const fd = await t.open("/", UNNAMED | O_EXCL, 0o600);
  await t.refuses("ENOENT", t.flink(fd, "/named"));
  await t.close(fd);
});

it("gets no name that is taken", async (t) => {
  await t.file("/taken", "data");
  const fd = await t.open("/", UNNAMED, 0o600);
  await t.refuses("EEXIST", t.flink(fd, "/taken"));
  await t.flink(fd, "/free");
  await t.close(fd);
  await t.holds("/taken", "data");
});

it("gets no name where there is no directory", async (t) => {
  await t.file("/file");
  const fd = await t.open("/", UNNAMED, 0o600);
  await t.refuses("ENOENT", t.flink(fd, "/none/named"));
  await t.refuses("ENOTDIR", t.flink(fd, "/file/named"));
  await t.close(fd);
});

it("is refused for reading only, and on what is no directory", async (t) => {
  await t.file("/file");
  await t.refuses("EINVAL", t.open("/", O_TMPFILE | O_RDONLY, 0o600));
  await t.refuses("ENOTDIR", t.open("/file", UNNAMED, 0o600));
  await t.refuses("ENOENT", t.open("/none", UNNAMED, 0o600));
});

it("names a file that has a name", { needs: ["link"] }, async (t) => {
  await t.file("/one", "data");
  const fd = await t.open("/one", O_RDWR);
  await t.flink(fd, "/two");
  await t.pwrite(fd, "DATA", 0);
  await t.close(fd);
  await t.holds("/two", "DATA");
});

it("names nothing whose last name has been removed", async (t) => {
  await t.file("/file", "data");
  const fd = await t.open("/file", O_RDWR);
  await t.unlink("/file");
  await t.refuses("ENOENT", t.flink(fd, "/back"));
  await t.close(fd);
});

it(
  "names a file of a removed directory no more than Linux does",
  { needs: ["kernel"] },
  async (t) => {
    await t.mkdir("/dir");
    const fd = await t.open("/dir", UNNAMED, 0o600);
    await t.rmdir("/dir");
    await t.flink(fd, "/named");
    await t.close(fd);
    t.equal(await t.names("/"), ["named"]);
  },
);
