/**
 * Cases of listing directories.
 *
 * @module
 */
import { O_CREAT, O_WRONLY, S_IFIFO } from "../../src/base/mod.ts";
import { caseFile } from "../case.ts";

const file = caseFile("readdir", { clause: "POSIX.1-2024 readdir()" });
const { core, it } = file;

/** Cases of listing directories. */
export const READDIR = file.cases;

core("of an empty directory is empty", async (t) => {
  await t.mkdir("/dir");
  t.equal(await t.readdir("/dir"), []);
});

core("lists every name once", async (t) => {
  await t.file("/b");
  await t.mkdir("/a");
  await t.file("/c");
  t.equal(await t.names("/"), ["a", "b", "c"]);
});

core("lists neither dot nor dot-dot", { needs: ["contract"] }, async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/.hidden");
  t.equal(await t.names("/dir"), [".hidden"]);
});

core("tells the type of each entry", async (t) => {
  await t.file("/file");
  await t.mkdir("/dir");
  const entries = await t.readdir("/");
  const types = new Map(entries.map(({ name, type }) => [name, type]));
  t.equal(types.get("file"), 0o100000, "the type of a file");
  t.equal(types.get("dir"), 0o040000, "the type of a directory");
});

it("tells the type of links and pipes", { needs: ["symlink", "lstat", "mknod"] }, async (t) => {
  await t.mkdir("/dir");
  await t.symlink("dir", "/link");
  await t.mknod("/fifo", S_IFIFO | 0o644);
  const types = new Map((await t.readdir("/")).map(({ name, type }) => [name, type]));
  t.equal(types.get("link"), 0o120000, "the type of a link");
  t.equal(types.get("fifo"), 0o010000, "the type of a pipe");
});

it("tells the inode number of stat", { needs: ["inode"] }, async (t) => {
  await t.file("/file");
  await t.mkdir("/dir");
  for (const { name, ino } of await t.readdir("/")) {
    t.equal(ino, (await t.lstat(`/${name}`)).ino, `the inode number of ${name}`);
  }
});

it("tells the inode number of a link itself", {
  needs: ["inode", "symlink", "lstat"],
}, async (t) => {
  await t.file("/file");
  await t.symlink("file", "/link");
  const entry = (await t.readdir("/")).find(({ name }) => name === "link");
  t.equal(entry?.ino, (await t.lstat("/link")).ino, "the inode number");
});

core("refuses a file", async (t) => {
  await t.file("/file");
  await t.refuses("ENOTDIR", t.readdir("/file"));
});

core("refuses what is not there", async (t) => {
  await t.refuses("ENOENT", t.readdir("/none"));
  await t.refuses("ENOENT", t.readdir("/none/below"));
});

core("refuses to go through a file", async (t) => {
  await t.file("/file");
  await t.refuses("ENOTDIR", t.readdir("/file/below"));
});

it("follows a link to a directory", { needs: ["symlink"] }, async (t) => {
  await t.mkdir("/dir");
  await t.file("/dir/file");
  await t.symlink("dir", "/link");
  t.equal(await t.names("/link"), ["file"]);
});

it("refuses a link to a file, and a dangling one", { needs: ["symlink"] }, async (t) => {
  await t.file("/file");
  await t.symlink("file", "/link");
  await t.symlink("nowhere", "/dangling");
  await t.refuses("ENOTDIR", t.readdir("/link"));
  await t.refuses("ENOENT", t.readdir("/dangling"));
});

core("sees what was made at once", async (t) => {
  t.equal(await t.names("/"), []);
  await t.file("/one");
  t.equal(await t.names("/"), ["one"]);
  await t.mkdir("/two");
  t.equal(await t.names("/"), ["one", "two"]);
});

core("sees what was removed at once", async (t) => {
  await t.file("/one");
  await t.mkdir("/two");
  t.equal(await t.names("/"), ["one", "two"]);
  await t.unlink("/one");
  t.equal(await t.names("/"), ["two"]);
  await t.rmdir("/two");
  t.equal(await t.names("/"), []);
});

core("sees what was renamed at once", async (t) => {
  await t.mkdir("/dir");
  await t.file("/old");
  t.equal(await t.names("/"), ["dir", "old"]);
  await t.rename("/old", "/dir/new");
  t.equal(await t.names("/"), ["dir"]);
  t.equal(await t.names("/dir"), ["new"]);
});

core("lists only the directory itself", async (t) => {
  await t.mkdir("/a");
  await t.mkdir("/a/b");
  await t.file("/a/b/c");
  await t.mkdir("/ab");
  t.equal(await t.names("/"), ["a", "ab"]);
  t.equal(await t.names("/a"), ["b"]);
  t.equal(await t.names("/ab"), []);
});

core("has the same order while nothing changes", async (t) => {
  for (const name of ["z", "a", "m", "B", "1"]) await t.file(`/${name}`);
  const first = (await t.readdir("/")).map(({ name }) => name);
  t.equal((await t.readdir("/")).map(({ name }) => name), first);
});

core("lists a thousand names", async (t) => {
  const names = Array.from(
    { length: 1000 },
    (_, index) => `file-${String(index).padStart(4, "0")}`,
  );
  for (const name of names) await t.close(await t.open(`/${name}`, O_WRONLY | O_CREAT));
  t.equal(await t.names("/"), names);
});

it("lists names of 255 bytes", async (t) => {
  const names = Array.from({ length: 200 }, (_, index) => {
    const digits = String(index).padStart(3, "0");
    return digits + "x".repeat(252);
  });
  for (const name of names) await t.close(await t.open(`/${name}`, O_WRONLY | O_CREAT));
  t.equal(await t.names("/"), names);
});

core("of the root works", async (t) => {
  await t.file("/file");
  t.ok((await t.readdir("/")).length >= 1, "the root has an entry");
});

core("gives a listing that does not change afterwards", { needs: ["contract"] }, async (t) => {
  await t.file("/one");
  const entries = await t.provider.readDir(t.absolute("/"));
  await t.file("/two");
  await t.unlink("/one");
  t.equal(entries.map(({ name }) => name), ["one"]);
});

core("gives attributes of each entry on demand", { needs: ["contract"] }, async (t) => {
  await t.file("/file", "data", 0o640);
  await t.mkdir("/dir", 0o750);
  for (const entry of await t.provider.readDir(t.absolute("/"))) {
    const info = await entry.info();
    t.equal(info.name, entry.name, "the name");
    t.equal(info.isDir, entry.isDir, "whether it is a directory");
    t.equal(info.mode & 0o777, entry.name === "dir" ? 0o750 : 0o640, "the mode");
  }
});

it("attributes of a link are its own", {
  needs: ["contract", "symlink", "lstat"],
}, async (t) => {
  await t.mkdir("/dir");
  await t.symlink("dir", "/link");
  const entries = await t.provider.readDir(t.absolute("/"));
  const info = await entries.find(({ name }) => name === "link")?.info();
  t.equal((info?.mode ?? 0) & 0o170000, 0o120000, "the type");
});

core("while names come and go lists those that stay", async (t) => {
  for (let index = 0; index < 50; index++) await t.file(`/stays${index}`);
  const churn = async (): Promise<void> => {
    for (let index = 0; index < 50; index++) {
      await t.file(`/goes${index}`);
      await t.unlink(`/goes${index}`);
    }
  };
  const list = async (): Promise<void> => {
    for (let round = 0; round < 10; round++) {
      const staying = (await t.names("/")).filter((name) => name.startsWith("stays"));
      t.equal(staying.length, 50, "how many names stay");
      t.equal(new Set(staying).size, 50, "how many different names stay");
    }
  };
  await Promise.all([churn(), list()]);
});
